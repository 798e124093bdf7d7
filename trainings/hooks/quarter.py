"""What funders see of trainings: people in all of a project's, and each training that was held."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, Q
from django.utils.translation import gettext as _

from core.figures.drawn import Drawn, Value, number
from core.figures.populations import Counted, Facts, Population, Table
from paper.templatetags.paper import digits
from registry.figures import quarters
from registry.figures.free_texts import may_reach_funders
from registry.figures.quarters import NOWHERE, Kept, Linked
from registry.models import Person, Place, Project
from registry.models.people import Sex
from trainings.figures.age_bands import band_key, band_label, bands_of, in_order, key_of_age
from trainings.figures.participation import took_part
from trainings.models import (
    AgeBand,
    ChangeFound,
    Enrolment,
    HeadCount,
    Training,
    TrainingProject,
)

BY_PEOPLE = [Table("age", "sex"), Table("area", "sex")]


class Trainings:
    """Trainings that were over by the end of the quarter."""

    name = "trainings"

    def linked(self, projects: Sequence[Project], as_of: date) -> Linked:
        return trainings_over(projects, as_of)

    def count(self, linked: Linked, as_of: date) -> tuple[Counted, dict[UUID, Any]]:
        """Different people of a project, and who came to each training."""
        every = set[UUID]().union(*linked.values())
        came = took_part(Enrolment.objects.filter(training__in=every).learners())
        by_training: dict[UUID, list[Enrolment]] = defaultdict(list)
        for enrolment in came.select_related("person"):
            by_training[enrolment.training_id].append(enrolment)
        unnamed = _unnamed(every)
        bands = bands_of()
        populations, repeats = [], []
        for project, trainings in linked.items():
            listed = [each for pk in trainings for each in by_training[pk]]
            populations += [
                _people(project, trainings, listed, bands, as_of),
                _visits(f"visits:{project}", trainings, listed),
                _unnamed_visits(project, trainings, unnamed),
            ]
            repeats.append((f"visits:{project}", f"people:{project}"))
        return Counted(populations, repeats), {pk: _facts(of) for pk, of in linked.items()}

    def draw(self, kept: Kept) -> list[Drawn]:
        """People by sex, age and place; the trainings; and changes that somebody released."""
        trainings = kept.facts.get(self.name, [])
        if not trainings:
            return []
        people = kept.of(f"people:{kept.project.pk}")
        return [
            _by_age(people),
            by_area(_("People trained, by where they live"), people),
            _held(kept, trainings),
            *_changes(trainings, kept.as_of),
        ]


def trainings_over(projects: Sequence[Project], as_of: date) -> Linked:
    """The trainings of each project that were over by a day and not cancelled.

    Those before its first day and after its last one are of another grant.
    """
    found: dict[UUID, set[UUID]] = defaultdict(set)
    rows = TrainingProject.objects.filter(
        Q(project__starts_on=None) | Q(training__ends_on__gte=F("project__starts_on")),
        Q(project__ends_on=None) | Q(training__starts_on__lte=F("project__ends_on")),
        project__in=projects,
        training__ends_on__lte=as_of,
    ).exclude(training__status=Training.Status.CANCELLED)
    for project, training in rows.values_list("project", "training"):
        found[project].add(training)
    return found


def facts_of(person: Person, bands: Iterable[AgeBand], on: date) -> Facts:
    """What is counted of a person: sex, age band on a day, and home place."""
    band = key_of_age(person.age_on(on), bands)
    return {"sex": person.sex, "age": band, "place": person.place_id or NOWHERE}


def _people(
    project: UUID,
    trainings: Iterable[UUID],
    listed: Iterable[Enrolment],
    bands: Sequence[AgeBand],
    as_of: date,
) -> Population:
    persons = {each.person_id: each.person for each in listed if each.person}
    return Population(
        name=f"people:{project}",
        sort="person",
        people={pk: facts_of(person, bands, as_of) for pk, person in persons.items()},
        tables=BY_PEOPLE,
        events=frozenset(trainings),
        lines={"sex": Sex.values, "age": [band_key(band) for band in bands]},
    )


def _visits(name: str, trainings: Iterable[UUID], listed: Iterable[Enrolment]) -> Population:
    return Population(
        name=name,
        sort="visit",
        people={each.pk: {"training": str(each.training_id)} for each in listed},
        tables=[Table("training")],
        shared=frozenset({"training"}),
        lines={"training": sorted(map(str, trainings))},
    )


def _unnamed(trainings: Iterable[UUID]) -> Mapping[UUID, int]:
    found: dict[UUID, int] = defaultdict(int)
    rows = HeadCount.objects.filter(training__in=trainings).values_list("training", "people")
    for training, people in rows:
        found[training] += people
    return found


def _unnamed_visits(
    project: UUID, trainings: Iterable[UUID], unnamed: Mapping[UUID, int]
) -> Population:
    return Population(
        name=f"unnamed:{project}",
        sort="unnamed",
        people={pk: {"training": str(pk)} for pk in trainings if unnamed[pk]},
        tables=[Table("training")],
        shared=frozenset({"training"}),
        lines={"training": sorted(map(str, trainings))},
        heads=unnamed,
    )


def _facts(trainings: Iterable[UUID]) -> list[dict[str, str]]:
    """The trainings in the order of their days. Their titles are read when they are shown."""
    found = Training.objects.filter(pk__in=trainings).select_related("place")
    return [
        {
            "id": str(each.pk),
            "kind": each.kind,
            "from": each.starts_on.isoformat(),
            "to": each.ends_on.isoformat(),
            "province": each.place_id[:2] if each.place_id else "",
        }
        for each in found.order_by("starts_on", "pk")
    ]


# --- Drawing ----------------------------------------------------------------------------------


def sexes(numbers: Mapping[str, int | None]) -> list[tuple[str, str]]:
    """The columns of a table by sex; "other" and "not stated" only where somebody is."""
    always = (Sex.FEMALE, Sex.MALE)
    return [
        (sex.value, str(sex.label))
        for sex in Sex
        if sex in always or numbers.get(f"sex={sex.value}", 0) != 0
    ]


def by_sex(title: str, first: str, rows: Mapping[str, str], fact: str, numbers: Any) -> Drawn:
    """A table with a line for each value of a fact in which anybody is, by sex."""
    columns = sexes(numbers)

    def line(label: str, where: str) -> list[Value]:
        start = f"{where}&" if where else ""
        cells = [number(numbers.get(f"{start}sex={sex}", 0)) for sex, _label in columns]
        return [label, *cells, number(numbers.get(where, 0))]

    there = [value for value in rows if numbers.get(f"{fact}={value}", 0) != 0]
    lines = [line(rows[value], f"{fact}={value}") for value in there]
    head = [first, *(label for _sex, label in columns), _("Total")]
    return Drawn(title, head, [*lines, line(_("Total"), "")])


def _values(numbers: Mapping[str, Any], fact: str) -> list[str]:
    start = f"{fact}="
    return sorted(key[len(start) :] for key in numbers if key.startswith(start) and "&" not in key)


def by_age(title: str, numbers: Mapping[str, int | None]) -> Drawn:
    """A table by age band, those of no band last."""
    rows = {value: band_label(value) for value in in_order(_values(numbers, "age"))}
    return by_sex(title, _("Age"), rows, "age", numbers)


def _by_age(numbers: Mapping[str, int | None]) -> Drawn:
    table = by_age(_("People trained, by age"), numbers)
    notes = [_("Each person counts once, however many trainings they came to.")]
    return Drawn(table.title, table.head, table.rows, notes)


def by_area(title: str, numbers: Mapping[str, int | None]) -> Drawn:
    """A table by place: provinces, or parts of them in which enough people live."""
    codes = _values(numbers, "area")
    places = Place.objects.with_chain().in_bulk([code for code in codes if code.isdigit()])
    rows = {code: _area_label(code, codes, places) for code in sorted(codes, key=_in_order)}
    return by_sex(title, _("Place"), rows, "area", numbers)


def _in_order(code: str) -> tuple[bool, bool, str]:
    """By code; what is left of all places next to last, not stated last."""
    return (code == NOWHERE, code == "", code)


def _area_label(code: str, codes: Sequence[str], places: Mapping[str, Place]) -> str:
    if code == NOWHERE:
        return _("Not stated")
    has_parts = any(other != code and other.startswith(code) for other in codes if other != NOWHERE)
    if not code:
        return _("Other places") if has_parts else _("All places")
    name = places[code].chain if code in places else code
    return _("%(place)s, other parts") % {"place": name} if has_parts else name


def _held(kept: Kept, trainings: Sequence[Mapping[str, str]]) -> Drawn:
    """Each training with who came. One with few people has no line: its title may tell of one."""
    records = Training.objects.in_bulk([UUID(each["id"]) for each in trainings])
    provinces = Place.objects.in_bulk({each["province"] for each in trainings})
    kinds = dict(Training.Kind.choices)
    rows: list[list[Value]] = []
    further = 0
    for each in trainings:
        where = f"training={each['id']}"
        named, unnamed = kept.of("visit").get(where, 0), kept.of("unnamed").get(where, 0)
        record = records.get(UUID(each["id"]))
        if record is None or not (named or unnamed):
            further += 1
            continue
        title = str(record) if may_reach_funders(Training, "title_en") else ""
        rows.append(
            [
                title,
                number(named),
                number(unnamed),
                str(kinds[each["kind"]]),
                date.fromisoformat(each["from"]),
                date.fromisoformat(each["to"]),
                provinces[each["province"]].name if each["province"] in provinces else "",
            ]
        )
    if further:
        label = _("Further trainings: %(number)s") % {"number": digits(further)}
        rows.append([label, *[None] * 6])
    project = kept.project.pk
    total = [number(kept.of(f"{name}:{project}").get("")) for name in ("visits", "unnamed")]
    rows.append([_("Total"), *total, *[None] * 4])
    head = [
        _("Training"),
        _("Participants by name"),
        _("Participants without a name"),
        _("Kind"),
        _("First day"),
        _("Last day"),
        _("Province"),
    ]
    notes = [
        _("Here a person counts once in each training."),
        _("Trainings in which nobody or few people took part are counted, and not named."),
    ]
    return Drawn(_("Trainings held"), head, rows, notes)


def _changes(trainings: Sequence[Mapping[str, str]], as_of: date) -> list[Drawn]:
    """The changes found whose text somebody released; taken back, one is gone at once."""
    if not may_reach_funders(ChangeFound, "statement_en"):
        return []
    found = ChangeFound.objects.released().filter(
        training__in=[each["id"] for each in trainings],
        training__is_sensitive=False,
        observed_on__lte=as_of,
    )
    found = found.order_by("observed_on", "pk")
    rows: list[list[Value]] = [[each.statement, each.observed_on] for each in found]
    if not rows:
        return []
    head = [_("Change found"), _("Observed on")]
    return [Drawn(_("Changes found"), head, rows, has_total=False)]


quarters.SOURCES.append(Trainings())
