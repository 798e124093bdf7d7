"""What each trainer was in one session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from cascades.figures.lineage.session_turns import Turn
from cascades.models.deliveries import ROLES_IN_A_SESSION
from core.forms.fields import offer
from registry.models import Organisation, User
from trainings.models import Enrolment


class TurnForm(forms.Form):
    """One trainer in one session; begins with what is known."""

    role = forms.ChoiceField(label=_("Role"), choices=ROLES_IN_A_SESSION)
    on_behalf_of = forms.ModelChoiceField(
        label=_("Organisation they work for on that day"),
        queryset=Organisation.objects.none(),
        required=False,
        empty_label=_("not stated"),
    )
    # What the form was made from, so that nobody overwrites what another one has written since.
    seen_role = forms.CharField(widget=forms.HiddenInput, required=False, max_length=15)
    seen_organisation = forms.CharField(widget=forms.HiddenInput, required=False, max_length=36)

    def __init__(self, data: Any, *, enrolment: Enrolment, turn: Turn, offered: Any) -> None:
        self.enrolment = enrolment
        initial = {
            "role": turn.role,
            "on_behalf_of": turn.on_behalf_of,
            "seen_role": turn.role,
            "seen_organisation": str(turn.on_behalf_of.pk) if turn.on_behalf_of else "",
        }
        super().__init__(data, prefix=str(enrolment.pk), initial=initial)
        offer(self, "on_behalf_of", offered)

    @property
    def turn(self) -> Turn:
        """What was typed."""
        return Turn(self.cleaned_data["role"], self.cleaned_data["on_behalf_of"])

    @property
    def seen(self) -> tuple[str, str]:
        """What the form was made from, as it was sent."""
        typed = self.cleaned_data
        return typed["seen_role"], typed["seen_organisation"]


def turn_forms(
    turns: Sequence[tuple[Enrolment, Turn]], user: User, data: Any = None
) -> list[TurnForm]:
    """A form for each trainer; organisations as the user knows them, and those that stand there."""
    there = [turn.on_behalf_of.pk for _enrolment, turn in turns if turn.on_behalf_of]
    visible = Organisation.objects.visible_to(user)
    offered = Organisation.objects.filter(pk__in=visible.values("pk")) | (
        Organisation.objects.filter(pk__in=there)
    )
    return [
        TurnForm(data, enrolment=enrolment, turn=turn, offered=offered) for enrolment, turn in turns
    ]


def seen_turns(sent: Sequence[TurnForm], now: Mapping[UUID, Turn]) -> dict[UUID, Turn]:
    """What the forms were made from: as it is now where nothing has changed."""
    return {
        form.enrolment.pk: now[form.enrolment.pk]
        if form.seen == _as_sent(now[form.enrolment.pk])
        else Turn(form.seen[0])
        for form in sent
    }


def _as_sent(turn: Turn) -> tuple[str, str]:
    return turn.role, str(turn.on_behalf_of.pk) if turn.on_behalf_of else ""
