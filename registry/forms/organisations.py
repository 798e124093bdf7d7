"""Forms for the directory of organisations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.forms.another import AsksIfAnother
from core.forms.fields import NameField, TextField, offer
from registry.forms.fields import PlaceField
from registry.models import Organisation, User


class OrganisationForm(forms.ModelForm):
    """An organisation: its names, its kind, and what it is part of."""

    name_km = NameField(label=_("Name in Khmer"), max_length=200, required=False)
    name_latin = NameField(label=_("Name in Latin letters"), max_length=200, required=False)
    short_name = TextField(
        label=_("Short name"), max_length=40, required=False, help_text=_("As in KCDA.")
    )
    parent = forms.ModelChoiceField(
        label=_("Part of"),
        queryset=Organisation.objects.none(),
        required=False,
        help_text=_("Staff of an organisation see the records of those that are part of it."),
    )
    place = PlaceField(
        label=_("Place"), required=False, help_text=_("Where its office is, or where it meets.")
    )

    class Meta:
        model = Organisation
        fields = ["kind", "name_km", "name_latin", "short_name", "parent", "place"]
        labels = {"kind": _("Kind")}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.instance.closed_to(user):
            del self.fields[name]
        if "parent" not in self.fields:
            return
        # There are thousands of groups, and nothing is part of one.
        parents = Organisation.objects.changeable_by(user).exclude(kind=Organisation.Kind.GROUP)
        offer(self, "parent", parents.exclude(pk=self.instance.pk))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        # A name that is unfit is no longer in the data, and has a message of its own.
        if not any(data.get(name, True) for name in ("name_km", "name_latin")):
            self.add_error("name_km", _("Give a name in Khmer or in Latin letters."))
        return data

    @property
    def values(self) -> dict[str, Any]:
        """What the actions take."""
        asked = [name for name in self.Meta.fields if name in self.fields]
        return {name: self.cleaned_data[name] for name in asked}


class NewOrganisationForm(AsksIfAnother, OrganisationForm):
    """A new organisation. Groups of many villages share a name, so the place counts."""

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.errors and (same := _same_as(data)):
            words = _(
                "%(organisation)s, of this kind, name and place, is in the directory already. Use "
                "that one, or say that this is another one."
            )
            self.ask_if_another(words % {"organisation": same.name})
        return data


def _same_as(data: dict[str, Any]) -> Organisation | None:
    named = Q()
    for name in ("name_km", "name_latin"):
        if data[name]:
            named |= Q(**{f"{name}__iexact": data[name]})
    return Organisation.objects.filter(named, kind=data["kind"], place=data["place"]).first()
