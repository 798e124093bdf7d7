"""What funders see of cascades: who completed an iteration, and how much of each province it
covers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from cascades.figures.coverage.covered_places import coverage_of
from cascades.figures.people.groups import GROUPS
from cascades.figures.scope import Scope
from cascades.models import Iteration, IterationProject
from core.figures.drawn import Drawn, Value, number
from core.figures.populations import Amount, Counted, Facts, Key, Population, Table
from core.figures.suppression import Sum
from registry.figures import quarters
from registry.figures.free_texts import may_reach_funders
from registry.figures.quarters import Kept, Linked
from registry.models import Person, Place, Project
from registry.models.people import Sex
from trainings.figures.age_bands import band_key, bands_of
from trainings.hooks.quarter import by_age, by_area, facts_of

COVERED, REACH, TRAINERS, DUE, ACTIVE = "covered", "reach", "trainers", "due", "active"
BY_AGE, BY_AREA = Table("age", "sex"), Table("area", "sex")
# The groups of people that funders see; of the active ones also those of whom it is asked.
SEEN = {REACH: "reach", TRAINERS: "trainers", ACTIVE: "activation"}


class Cascades:
    """Iterations that had begun by the end of the quarter."""

    name = "cascades"

    def linked(self, projects: Sequence[Project], as_of: date) -> Linked:
        """The iterations of each project in which a delivery was over by then."""
        found: dict[UUID, set[UUID]] = defaultdict(set)
        rows = IterationProject.objects.filter(
            project__in=projects, iteration__tiers__deliveries__training__ends_on__lte=as_of
        )
        for project, iteration in rows.values_list("project", "iteration").distinct():
            found[project].add(iteration)
        return found

    def count(self, linked: Linked, as_of: date) -> tuple[Counted, dict[UUID, Any]]:
        """Different people who completed each iteration, and the units it covers by province."""
        iterations = (
            Iteration.objects.select_related("programme")
            .order_by("pk")
            .in_bulk(set[UUID]().union(*linked.values()))
        )
        counted, told = Counted(), {}
        for iteration in iterations.values():
            more, told[iteration.pk] = _count(iteration, as_of)
            counted += more
        facts = {
            project: [told[pk] for pk in sorted(own)] for project, own in linked.items() if own
        }
        return counted, facts

    def draw(self, kept: Kept) -> list[Drawn]:
        """The people of each iteration by place and by age, and its places."""
        found: list[Drawn] = []
        told = kept.facts.get(self.name, [])
        iterations = Iteration.objects.select_related("programme").in_bulk(
            [UUID(each["id"]) for each in told]
        )
        for each in told:
            iteration = iterations.get(UUID(each["id"]))
            if iteration is not None and may_reach_funders(Iteration, "name_en"):
                name = f"{iteration.programme}: {iteration}"
                found += [
                    _reach(name, kept, each),
                    *_by_age(name, kept, each),
                    _coverage(name, kept, each),
                ]
        return found


def _count(iteration: Iteration, as_of: date) -> tuple[Counted, dict[str, Any]]:
    scope = Scope(iteration.programme, as_of, iteration)
    parts = coverage_of(scope).parts(Place.Level.PROVINCE)
    total: Key = (f"{COVERED}:{iteration.pk}", ())
    covered = [
        Amount((total[0], (("province", part.place.code),)), part.covered, part.people)
        for part in parts
    ]
    amounts = [
        *covered,
        Amount(total, sum(each.value for each in covered), sum(each.people for each in covered)),
    ]
    told = {
        "id": str(iteration.pk),
        "level": iteration.programme.unit_level,
        "least": iteration.programme.least_people,
        "units": {part.place.code: part.whole for part in parts},
    }
    sums = [Sum(total, tuple(each.key for each in covered))] if covered else []
    return Counted(_populations(iteration, scope), amounts=amounts, totals=sums), told


def _populations(iteration: Iteration, scope: Scope) -> list[Population]:
    """Groups of people that funders see: those of a name are in one table by age and sex.

    All have that table, so that nobody learns from two of them who is in one alone.
    """
    groups = {name: GROUPS[group].lines(scope) or [] for name, group in SEEN.items()}
    lines = {
        **{name: {pk for pk, counts, _facts in found if counts} for name, found in groups.items()},
        DUE: {pk for pk, _counts, _facts in groups[ACTIVE]},
    }
    bands = bands_of()
    people = Person.objects.in_bulk(set[UUID]().union(*lines.values()))
    facts = {pk: facts_of(person, bands, scope.as_of) for pk, person in people.items()}
    events = frozenset(scope.deliveries().values_list("training", flat=True))
    return [
        Population(
            name=f"{name}:{iteration.pk}",
            sort="person",
            people={pk: facts[pk] if name == REACH else _without_place(facts[pk]) for pk in who},
            tables=[BY_AGE, BY_AREA] if name == REACH else [BY_AGE],
            events=events,
            lines={"sex": Sex.values, "age": [band_key(band) for band in bands]},
        )
        for name, who in lines.items()
    ]


def _without_place(facts: Facts) -> Facts:
    """Areas are made so large that each population is large in them: a few trainers would leave
    one for the whole country.
    """
    return {name: value for name, value in facts.items() if name != "place"}


# --- Drawing ----------------------------------------------------------------------------------


def _reach(name: str, kept: Kept, told: Mapping[str, Any]) -> Drawn:
    table = by_area(
        _("%(iteration)s: people who completed") % {"iteration": name},
        kept.of(f"reach:{told['id']}"),
    )
    notes = [_("Different people, by where they live.")]
    return Drawn(table.title, table.head, table.rows, notes)


def _by_age(name: str, kept: Kept, told: Mapping[str, Any]) -> list[Drawn]:
    """A table for each group; none in a quarter that was counted before there were any."""
    titles = {
        REACH: _("%(iteration)s: people who completed, by age"),
        TRAINERS: _("%(iteration)s: trainers, by age"),
        DUE: _("%(iteration)s: graduates who should have trained others by now, by age"),
        ACTIVE: _("%(iteration)s: those of them who became active, by age"),
    }
    found = []
    for group, title in titles.items():
        numbers = kept.of(f"{group}:{told['id']}")
        if any(key.startswith("age=") for key in numbers) and numbers.get("") != 0:
            found.append(by_age(title % {"iteration": name}, numbers))
    return found


def _coverage(name: str, kept: Kept, told: Mapping[str, Any]) -> Drawn:
    numbers, units = kept.of(f"{COVERED}:{told['id']}"), told["units"]
    provinces = Place.objects.in_bulk(units)
    rows: list[list[Value]] = [
        [provinces[code].name if code in provinces else code, number(covered), units[code]]
        for code in sorted(units)
        if (covered := numbers.get(f"province={code}", 0)) != 0
    ]
    rows.append([_("Total"), number(numbers.get("", 0)), sum(units.values())])
    level = Place.Level(told["level"]).label
    head = [_("Province"), _("Places covered"), _("Places in all")]
    notes = [
        _("Places: %(level)s. One is covered when so many people who live there completed: %(n)s.")
        % {"level": level, "n": told["least"]},
        _("Only provinces with a covered place have a line; the total is of all."),
    ]
    title = _("%(iteration)s: places covered") % {"iteration": name}
    return Drawn(title, head, rows, notes)


quarters.SOURCES.append(Cascades())
