"""Fields of the registry: a place by its name, on whose behalf, and for which projects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse, reverse_lazy
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.forms.fields import offer, refuse_unread
from registry.models import Organisation, Place, Project, User
from registry.search.finding import LONGEST_PLACE, find_places, place_in_text


class PlaceInput(forms.TextInput):
    """A text input that proposes places as one types, each with the places above it."""

    template_name = "registry/widgets/place.html"

    def format_value(self, value: Any) -> str | None:
        if isinstance(value, Place):
            return str(value)
        if value and str(value).replace("-", "").isdigit():
            place = Place.objects.with_chain().filter(pk=value).first()
            return str(place) if place else str(value)
        return None if value is None else str(value)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["suggest_url"] = reverse_lazy("place-suggestions")
        return context


class PlaceField(forms.CharField):
    """A place, chosen from the proposals or typed by a name that is clear."""

    widget = PlaceInput

    def to_python(self, value: Any) -> Place | None:  # type: ignore[override]  # A field of places.
        if value in self.empty_values or isinstance(value, Place):
            return value or None
        refuse_unread(str(value), LONGEST_PLACE)
        place = place_in_text(str(value))
        if place:
            return place
        proposals = [str(found) for found in find_places(str(value), limit=3)]
        if not proposals:
            raise ValidationError(_("No place of this name is in the official list."))
        raise ValidationError(
            _("Several places may be meant: %(places)s. Please choose one."),
            params={"places": "; ".join(proposals)},
        )


class OwnerField(forms.ModelChoiceField):
    """On whose behalf something is recorded; see `offer_owners`."""

    def __init__(self, **words: Any) -> None:
        usual = {
            "label": _("Recorded for"),
            "help_text": _("The organisation whose record this is."),
        }
        super().__init__(queryset=Organisation.objects.none(), **(usual | words))


class ProjectField(forms.ModelChoiceField):
    """One project whose figures the user may see, to look for; see `offer_counted_projects`."""

    def __init__(self) -> None:
        super().__init__(label=_("Project"), queryset=Project.objects.none(), required=False)


class ProjectsField(forms.ModelMultipleChoiceField):
    """The projects that a record counts for; see `offer_projects`."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Projects"),
            queryset=Project.objects.none(),
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )


def offer_owners(form: forms.BaseForm, user: User, *, hide_only_one: bool = False) -> None:
    """Offer the organisations for which the user may record something; theirs is chosen."""
    field, owners = form.fields["owner"], Organisation.objects.owned_by(user)
    offer(form, "owner", owners)
    field.initial = user.organisation_id
    only = list(owners[:2])
    if not only:
        field.help_text = _how_to_begin(user)
    elif len(only) == 1:
        field.initial = only[0].pk
        if hide_only_one:
            field.widget = forms.HiddenInput()


def _how_to_begin(user: User) -> str:
    """What to do where there is no organisation yet for which the user may record something."""
    if user.may("records.see_all") and user.may("organisations.edit"):
        return format_html(
            '{} <a href="{}">{}</a>',
            _("No organisation that keeps records is entered yet."),
            reverse("organisation-new"),
            _("Add the organisation"),
        )
    return gettext(
        "Your account belongs to no organisation that keeps records. An administrator can choose "
        "one for it."
    )


def offer_projects(form: forms.BaseForm, user: User, owners: Sequence[Organisation]) -> None:
    """Offer the projects of these organisations, as far as the user sees them."""
    offer(form, "projects", Project.objects.visible_to(user).filter(owner__in=owners))


def offer_counted_projects(form: forms.BaseForm, user: User) -> None:
    """Offer the projects whose figures the user may see."""
    offer(form, "project", Project.objects.with_figures_for(user))


def owners_for(user: User, owner: Organisation | None) -> list[Organisation]:
    """Whose records a form may refer to: the record's owner, or anybody the user records for."""
    return [owner] if owner else list(Organisation.objects.owned_by(user))
