"""People by sex and age. Not stated is a part like the others, so the parts sum to the total."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy

from cascades.figures.people.groups import GROUPS, Group
from cascades.figures.people.profiles import Profile, profiles_of
from cascades.figures.scope import Scope
from core.figures.definitions import Words
from registry.models.people import Sex
from trainings.figures.age_bands import NOT_STATED, band_key, band_label, bands_of, in_order

# The day of which somebody's age is; see profiles.py.
AGE = gettext_lazy(
    "Age is that on the first day of the delivery that somebody first completed here; of who "
    "completed none, of the first one that they are on the list of."
)
ALWAYS = (Sex.FEMALE, Sex.MALE, Sex.NOT_STATED)


@dataclass(frozen=True)
class Cell:
    """Some people: those who count, and all on the list. Empty words mean every sex, every age."""

    counts: int
    listed: int
    sex: str = ""
    band: str = ""


@dataclass(frozen=True)
class SexAge:
    """People by sex and age band; the keys of `cells` are pairs of both."""

    cells: Mapping[tuple[str, str], tuple[int, int]]

    def of(self, sex: str = "", band: str = "") -> Cell:
        """The people of one sex, of one band, of both, or all of them."""
        found = [
            numbers
            for (own_sex, own_band), numbers in self.cells.items()
            if sex in ("", own_sex) and band in ("", own_band)
        ]
        return Cell(sum(n for n, _N in found), sum(whole for _n, whole in found), sex, band)

    @property
    def total(self) -> Cell:
        return self.of()

    @cached_property
    def sexes(self) -> list[Sex]:
        """The columns; "other" only where somebody stated it."""
        return [sex for sex in Sex if sex in ALWAYS or self.of(sex=sex).listed]

    @cached_property
    def bands(self) -> list[str]:
        """The lines: those of the set, and outside of it where somebody is."""
        there = {band for _sex, band in self.cells}
        return in_order(there | {NOT_STATED} | {band_key(band) for band in bands_of()})

    @property
    def rows(self) -> list[tuple[str, list[Cell]]]:
        """Each band with its people by sex and of every sex, and the total as the last line."""
        lines = [(band_label(band), band) for band in self.bands]
        return [
            (label, [*(self.of(sex, band) for sex in self.sexes), self.of(band=band)])
            for label, band in lines
        ]

    @property
    def foot(self) -> list[Cell]:
        """All bands together, by sex and of every sex."""
        return [*(self.of(sex) for sex in self.sexes), self.total]


def count(lines: Iterable[tuple[UUID, int]], profiles: Mapping[UUID, Profile]) -> SexAge:
    """Count rows of people, each with what it counts, by what is known of them."""
    listed: Counter[Profile] = Counter()
    counts: Counter[Profile] = Counter()
    for person, counted in lines:
        profile = profiles[person]
        listed[profile] += 1
        counts[profile] += counted
    return SexAge({(each.sex, each.band): (counts[each], listed[each]) for each in listed})


def of_group(group: Group, scope: Scope) -> SexAge | None:
    """The people of a group; None where who they are is not known."""
    lines = group.lines(scope)
    if lines is None:
        return None
    return count(((person, counts) for person, counts, _facts in lines), profiles_of(scope))


Table = Mapping[str, "SexAge | None"]


def table_of(scope: Scope) -> Table:
    """Every group of a scope by sex and age."""
    return {name: of_group(group, scope) for name, group in GROUPS.items()}


@dataclass(frozen=True)
class Line:
    """A group beside its people by sex, and by age; `known` is None where it is not known."""

    group: Group
    known: SexAge | None
    by_sex: Sequence[Cell]
    by_age: Sequence[Cell]

    @property
    def cells(self) -> Sequence[Cell]:
        """Both, without the totals that end them."""
        return [*self.by_sex[:-1], *self.by_age[:-1]]


@dataclass(frozen=True)
class Beside:
    """Groups under each other, with the same columns for all."""

    sexes: Sequence[Sex]
    bands: Sequence[tuple[str, str]]
    lines: Sequence[Line]
    age: Words = AGE

    @property
    def width(self) -> int:
        """How many columns numbers stand in."""
        return len(self.sexes) + len(self.bands) + 1


def beside(table: Table) -> Beside:
    """A table by sex and one by age, of all groups."""
    known = [found for found in table.values() if found]
    sexes = [sex for sex in Sex if sex in ALWAYS or any(sex in each.sexes for each in known)]
    there = {band for each in known for _sex, band in each.cells}
    bands = in_order(there | {NOT_STATED} | {band_key(band) for band in bands_of()})
    lines = [
        Line(
            GROUPS[name],
            found,
            [*(found.of(sex) for sex in sexes), found.total] if found else [],
            [*(found.of(band=band) for band in bands), found.total] if found else [],
        )
        for name, found in table.items()
    ]
    return Beside(sexes, [(band, band_label(band)) for band in bands], lines)


# --- As a snapshot keeps it -------------------------------------------------------------------


def table_as_json(scope: Scope) -> dict[str, Any]:
    """The groups of a scope by sex and age, as a snapshot keeps them."""
    return {
        name: None if found is None else [[*key, *numbers] for key, numbers in found.cells.items()]
        for name, found in table_of(scope).items()
    }


def table_from_json(kept: Mapping[str, Any]) -> Table:
    """The groups as they were kept."""
    return {
        name: None
        if kept[name] is None
        else SexAge({(sex, band): (counts, listed) for sex, band, counts, listed in kept[name]})
        for name in GROUPS
        if name in kept
    }
