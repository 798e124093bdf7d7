"""What funders see: the figures of their projects at the end of the last closed quarter.

Apps above the registry say what they count for a project (`Source`). All that is counted of
projects that share a training, a group or an iteration is looked at together, small numbers are
left out (`core.figures`), and the rest is kept, once for each project and quarter. The page and
the spreadsheet are drawn from what is kept, and a funder reaches no other figures.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Protocol
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core.figures.drawn import Drawn
from core.figures.places import COMMUNE, DISTRICT, PROVINCE, areas_of
from core.figures.populations import LEAST, Counted, Facts, Population, Where, shown
from registry.models import Organisation, Project, QuarterFigures

# Records by the project for which they count.
Linked = Mapping[UUID, set[UUID]]
# Where somebody lives of whom that is not stated.
NOWHERE = "-"
# Of a project with people in more places than this, larger places are shown.
MOST_AREAS = 60


@dataclass(frozen=True)
class Kept:
    """The kept figures of one project, as a source reads them."""

    project: Project
    as_of: date
    numbers: Mapping[str, Mapping[str, int | None]]
    facts: Mapping[str, Any]
    # What was recorded after this day shows in the figures of the next quarter.
    made_on: date

    def of(self, name: str) -> Mapping[str, int | None]:
        """The numbers of one population or amount, by what they count."""
        return self.numbers.get(name, {})


class Source(Protocol):
    """What an app counts for projects."""

    name: str

    def linked(self, projects: Sequence[Project], as_of: date) -> Linked:
        """The records that count for each project by a day."""

    def count(self, linked: Linked, as_of: date) -> tuple[Counted, dict[UUID, Any]]:
        """What is counted of them, and by project what else its tables need.

        The names of populations and amounts end with the identifier of the project or record.
        """

    def draw(self, kept: Kept) -> list[Drawn]:
        """The tables of a project."""


SOURCES: list[Source] = []


def quarter_end(today: date) -> date:
    """The last day of the last quarter that is over."""
    first_month = 3 * ((today.month - 1) // 3) + 1
    return date(today.year, first_month, 1) - timedelta(days=1)


def last_quarter() -> date:
    return quarter_end(timezone.localdate())


def key(where: Where) -> str:
    """What a number counts, as it is kept: "age=3&sex=female"; "" is everybody."""
    return "&".join(f"{fact}={value}" for fact, value in sorted(where))


def are_kept(project: UUID, as_of: date) -> bool:
    """Whether figures were made already, so that they are only read."""
    return QuarterFigures.objects.filter(project=project, as_of=as_of).exists()


def kept_figures(project: Project, as_of: date) -> Kept:
    """The figures of a project at the end of a quarter; the first to ask has them made."""
    found = QuarterFigures.objects.filter(project=project, as_of=as_of).first()
    if found is None:
        found = _make(project, as_of)
    figures = found.figures
    numbers, facts = figures.get("numbers", {}), figures.get("facts", {})
    return Kept(project, as_of, numbers, facts, timezone.localdate(found.made_at))


def tables_of(kept: Kept) -> list[Drawn]:
    """All tables of a project, in the order in which the apps registered."""
    return [table for source in SOURCES for table in source.draw(kept)]


@transaction.atomic
def _make(project: Project, as_of: date) -> QuarterFigures:
    """Count a project with all those that share a record with it, one process at a time."""
    owner = Organisation.objects.select_for_update(no_key=True).get(pk=project.owner_id)
    found = QuarterFigures.objects.filter(project=project, as_of=as_of).first()
    if found:
        return found  # Somebody else was faster.
    projects = list(Project.objects.filter(owner=owner).order_by("pk"))
    linked = [source.linked(projects, as_of) for source in SOURCES]
    together = _together(project.pk, linked)
    records = {pk: set[UUID]().union(*(each.get(pk, set()) for each in linked)) for pk in together}
    made = _taken(owner, as_of)
    if any(records[pk] & taken for pk in together for taken in made.values()):
        # Beside figures that funders have, made when this project did not count yet, new ones
        # of the same records would tell what changed in between. They wait for the next quarter.
        return QuarterFigures.objects.create(project=project, as_of=as_of)
    numbers, facts = _count(together, linked, as_of)
    QuarterFigures.objects.bulk_create(
        QuarterFigures(
            project_id=pk,
            as_of=as_of,
            records=sorted(map(str, records[pk])),
            figures={"numbers": numbers[pk], "facts": facts[pk]},
        )
        for pk in together
    )
    return QuarterFigures.objects.get(project=project, as_of=as_of)


def _taken(owner: Organisation, as_of: date) -> dict[UUID, set[UUID]]:
    """The records of an organisation that are counted in figures made before."""
    kept = QuarterFigures.objects.filter(project__owner=owner, as_of=as_of)
    return {pk: set(map(UUID, found)) for pk, found in kept.values_list("project", "records")}


def _together(project: UUID, linked: Sequence[Linked]) -> list[UUID]:
    """A project and all those that share a record with it, or with one that does."""
    holders: dict[UUID, set[UUID]] = defaultdict(set)
    for each in linked:
        for pk, records in each.items():
            for record in records:
                holders[record].add(pk)
    found, waiting = {project}, [project]
    while waiting:
        pk = waiting.pop()
        own = set[UUID]().union(*(each.get(pk, set()) for each in linked))
        new = set[UUID]().union(*(holders[record] for record in own)) - found
        found |= new
        waiting += new
    return sorted(found)


def _count(
    together: Iterable[UUID], linked: Sequence[Linked], as_of: date
) -> tuple[dict[UUID, dict[str, Any]], dict[UUID, dict[str, Any]]]:
    """By project, its numbers by population or amount, and what else its tables need."""
    counted, facts = Counted(), {pk: dict[str, Any]() for pk in together}
    belongs: dict[str, set[UUID]] = defaultdict(set)
    for source, links in zip(SOURCES, linked, strict=True):
        of_these = {pk: links.get(pk, set()) for pk in facts}
        for pk, records in of_these.items():
            for record in (pk, *records):
                belongs[str(record)].add(pk)
        more, told = source.count(of_these, as_of)
        counted += more
        for pk, fact in told.items():
            facts[pk][source.name] = fact
    numbers: dict[UUID, dict[str, dict[str, int | None]]] = {pk: defaultdict(dict) for pk in facts}
    for (name, where), number in shown(_with_areas(counted)).items():
        # The lines of groups and trainings stand by their own identifier.
        about = where[0][1] if ":" not in name else name.rpartition(":")[2]
        for pk in belongs[about]:
            numbers[pk][name][key(where)] = number
    return numbers, facts


def _with_areas(counted: Counted) -> Counted:
    """Places put together until each has enough people, the same in all populations.

    A nationwide project is shown by province: nobody reads a thousand communes.
    """
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for population in counted.populations:
        for facts, heads in population.each():
            if facts.get("place", NOWHERE) != NOWHERE:
                counts[facts["place"]][f"{population.name} {facts['sex']}"] += heads
    for finest in (COMMUNE, DISTRICT, PROVINCE):
        areas = areas_of(counts, least=LEAST, finest=finest)
        if len(set(areas.values())) <= MOST_AREAS:
            break
    areas |= {NOWHERE: NOWHERE}
    return replace(counted, populations=[_placed(each, areas) for each in counted.populations])


def _placed(population: Population, areas: Mapping[str, str]) -> Population:
    people: dict[Any, Facts] = {
        who: {**facts, "area": areas[facts["place"]]} if "place" in facts else facts
        for who, facts in population.people.items()
    }
    return replace(population, people=people)


def projects_with_donors() -> Iterable[Project]:
    """The projects that somebody pays for, for the job that counts them in the night."""
    return Project.objects.filter(donors__isnull=False).distinct()


__all__ = [
    "LEAST",
    "NOWHERE",
    "SOURCES",
    "Kept",
    "are_kept",
    "kept_figures",
    "last_quarter",
    "tables_of",
]
