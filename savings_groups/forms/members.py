"""Forms for who becomes a member."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.db.models import QuerySet

from core.forms.fields import DayField
from registry.forms.rows import PersonRowForm
from registry.models import Person
from savings_groups.actions.members import MemberRow


class MemberRowForm(PersonRowForm):
    """One line of a group's list of members."""

    def as_row(self) -> MemberRow:
        """What the action takes."""
        return MemberRow(
            number=self.cleaned_data["row"],
            person=self.known,
            details=self.details,
            different_from=self.different_from,
        )


class ChosenPersonForm(forms.Form):
    """A person chosen from the results of a search, and the day they joined."""

    person = forms.CharField()
    joined_on = DayField()

    def chosen(self, candidates: QuerySet[Person]) -> Person | None:
        """The person, if it is one of those who may be chosen."""
        try:
            return candidates.filter(pk=UUID(self.cleaned_data["person"])).first()
        except ValueError:
            return None
