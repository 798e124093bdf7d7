"""Forms for members: who becomes one, who leaves, and who holds an office."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.forms.fields import DayField, TextField, WholeNumberField, offer
from registry.forms.rows import PersonRowForm
from registry.models import Person
from savings_groups.actions.members import MemberRow
from savings_groups.models import Group, Member, Office


class MemberRowForm(PersonRowForm):
    """One line of a group's list of members."""

    def as_row(self) -> MemberRow:
        """What the action takes."""
        return MemberRow(number=self.cleaned_data["row"], who=self.person_row)


class ChosenPersonForm(forms.Form):
    """A person chosen from the results of a search, and the day they joined."""

    person = forms.UUIDField()
    joined_on = DayField()

    def chosen(self, candidates: QuerySet[Person]) -> Person | None:
        """The person, if it is one of those who may be chosen."""
        return candidates.filter(pk=self.cleaned_data["person"]).first()


class MemberForm(forms.ModelForm):
    """A member's number and the day they joined."""

    number = WholeNumberField(label=_("Number in the group"), min_value=1, max_value=100_000)
    joined_on = DayField(label=_("Joined on"))

    class Meta:
        model = Member
        fields = ["number", "joined_on"]


class LeaveForm(forms.Form):
    """A member leaves."""

    left_on = DayField(label=_("Left on"))
    reason = TextField(label=_("Why the member left"), max_length=200, required=False)


class OfficeForm(forms.Form):
    """A member takes an office."""

    member = forms.ModelChoiceField(label=_("Member"), queryset=Member.objects.none())
    kind = forms.ChoiceField(label=_("Office"), choices=Office.Kind.choices)
    since = DayField(label=_("Since"))

    def __init__(self, *args: Any, group: Group, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "member", group.members.current().select_related("person"))


class EndOfficeForm(forms.Form):
    """The day on which an office ends."""

    until = DayField(label=_("Until"))
