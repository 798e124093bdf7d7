"""Which rows of a list behind a number are shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from cascades.figures.people.profiles import Profile
from cascades.models import Programme
from core.figures.definitions import Behind
from core.keys import key_in
from registry.figures.listing import ListedRecord, RecordRows
from registry.models import Person
from registry.models.people import Sex
from trainings.figures.age_bands import NOT_STATED, OUTSIDE, band_key, band_label, bands_of

COUNTS, DOES_NOT = "yes", "no"
MOST_TRAINERS = 20


class BehindFilter(forms.Form):
    """Who counts, of which sex and age; a field that is wrong chooses nothing.

    With `profiles` the rows are people of whom sex and age are known.
    """

    counts = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[
            ("", _("Everything on the list")),
            (COUNTS, _("Only what counts")),
            (DOES_NOT, _("Only what is left out")),
        ],
    )
    sex = forms.ChoiceField(label=_("Sex"), required=False, choices=[("", _("All")), *Sex.choices])
    age = forms.ChoiceField(label=_("Age"), required=False)

    def __init__(
        self, *args: Any, profiles: Mapping[UUID, Profile] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.profiles = profiles
        if profiles is None:
            del self.fields["sex"], self.fields["age"]
            return
        keys = [*map(band_key, bands_of()), OUTSIDE, NOT_STATED]
        age: Any = self.fields["age"]
        age.choices = [("", _("All")), *((key, band_label(key)) for key in keys)]

    def narrowed(self, behind: Behind) -> Behind:
        """The list with the rows that were asked for."""
        self.is_valid()
        wanted = {name: value for name, value in self.cleaned_data.items() if value}
        if not wanted:
            return behind
        rows: Any = behind.rows
        if isinstance(rows, RecordRows):
            rows = rows.only(lambda line: self._is_wanted(line, wanted))
        else:
            rows = [row for row in rows if self._counts(row.counts, wanted)]
        return Behind(behind.kind, rows, behind.name, behind.label, behind.number, behind.unit)

    def _is_wanted(self, line: ListedRecord, wanted: Mapping[str, str]) -> bool:
        pk, counts, _facts = line
        profile = (self.profiles or {}).get(pk)
        return self._counts(counts, wanted) and (
            profile is None
            or (
                wanted.get("sex", profile.sex) == profile.sex
                and wanted.get("age", profile.band) == profile.band
            )
        )

    def _counts(self, counts: int, wanted: Mapping[str, str]) -> bool:
        return "counts" not in wanted or bool(counts) == (wanted["counts"] == COUNTS)


def chosen_trainers(keys: Collection[str], programme: Programme) -> list[Person]:
    """The trainers that an address names, in the order of their names; wrong ones are left out."""
    wanted = {key for each in keys if (key := key_in(each))}
    people = Person.objects.filter(pk__in=wanted, owner=programme.owner_id, joined_into=None)
    return list(people.order_by("sort_key", "pk")[:MOST_TRAINERS])
