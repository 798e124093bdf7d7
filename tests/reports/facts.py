"""Facts of a donor's report, entered by the real actions from a file of the form of
donor-facts.json. Nothing here knows what that file says.
"""

from __future__ import annotations

import calendar
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from cascades.actions.delivering import attach_training
from cascades.actions.designing import add_iteration, add_tier, start_programme
from cascades.models import Programme
from registry.actions.merging import merge_people
from registry.actions.people import record_functioning, register_person
from registry.models import Functioning, Organisation, Person, Place, Position, Project, User
from registry.models.people import Sex
from reports.models import Calendar
from tests.factories import make_places, make_position, make_project
from trainings.actions.attending import Mark, Presence, presence_of, record_attendance
from trainings.actions.closing import close_training
from trainings.actions.curricula import add_curriculum
from trainings.actions.enrolling import enrol_person, set_head_counts
from trainings.actions.planning import add_session, plan_training
from trainings.models import AgeBandScheme, Curriculum, Enrolment, Session, Topic, Training

FILE = Path(__file__).with_name("donor-facts.json")
SEXES = {"F": Sex.FEMALE, "M": Sex.MALE, "not stated": Sex.NOT_STATED}
MARKS = {
    "P": Presence.of("present"),
    "H": Presence.of("present", half=True),
    "A": Presence.of("absent"),
}
DISABILITY = {"yes": "a lot", "no": "no"}
ROLES = {"lead": Enrolment.Role.LEAD_TRAINER, "co": Enrolment.Role.CO_TRAINER}


def day(text: str) -> date:
    return date.fromisoformat(text)


def read(path: Path = FILE) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


@dataclass
class World:
    """What was entered, by the names that the file gives."""

    owner: Organisation
    by: User
    project: Project
    facts: Mapping[str, Any]
    bands: list[tuple[int, int | None]]
    places: dict[str, Place] = field(default_factory=dict)
    positions: dict[str, Position] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    topics: dict[str, Topic] = field(default_factory=dict)
    trainings: dict[str, Training] = field(default_factory=dict)
    curricula: dict[str, Curriculum] = field(default_factory=dict)
    programmes: dict[str, Programme] = field(default_factory=dict)
    groups: dict[str, Any] = field(default_factory=dict)

    def topic(self, name: str) -> Topic:
        if name not in self.topics:
            self.topics[name] = Topic.objects.create(name_en=f"{name}*", name_km=name)
        return self.topics[name]

    def position(self, name: str) -> Position:
        if name not in self.positions:
            code = f"facts-{len(self.positions)}"
            self.positions[name] = make_position(code=code, name_en=name)
        return self.positions[name]

    def curriculum(self, name: str) -> Curriculum:
        if name not in self.curricula:
            self.curricula[name] = add_curriculum(owner=self.owner, name_en=name, by=self.by)
        return self.curricula[name]


def enter(
    facts: Mapping[str, Any], *, owner: Organisation, by: User, known_on: date | None = None
) -> World:
    """Enter all of it; corrections only as far as they were recorded by a day."""
    from tests.reports import savings  # It needs the world.

    about = facts["project"]
    project = make_project(
        owner=owner,
        by=by,
        name_en=about["name"],
        starts_on=day(about["start"]),
        ends_on=day(about["end"]),
    )
    first_month = list(calendar.month_name).index(about["year"].split()[0])
    Calendar.objects.create(owner=owner, project=project, first_month=first_month, created_by=by)
    bands = [(low, high) for low, high in facts["age_bands"]]
    world = World(owner, by, project, facts, bands)
    world.places = make_places(*sorted(_communes(facts)))
    for person in facts["people"]:
        _enter_person(world, person)
    for training in facts["trainings"]:
        _enter_training(world, training)
    for correction in sorted(facts["corrections"], key=lambda each: each["recorded_on"]):
        if known_on is None or day(correction["recorded_on"]) <= known_on:
            _correct(world, correction)
    _enter_cascades(world)
    for group in facts["groups"]:
        world.groups[group["id"]] = savings.Books(world, group).enter()
    return world


def _communes(facts: Mapping[str, Any]) -> Iterator[str]:
    for each in (*facts["people"], *facts["trainings"]):
        yield each["commune"]


def _enter_person(world: World, about: Mapping[str, Any]) -> None:
    birth = {
        "born_on": day(about["born_on"]) if "born_on" in about else None,
        "birth_year": about.get("birth_year"),
        "stated_age": about.get("age_stated"),
        "age_stated_on": day(about["age_stated_on"]) if "age_stated_on" in about else None,
    }
    world.people[about["id"]] = register_person(
        owner=world.owner,
        by=world.by,
        name_latin=about["name"],
        sex=SEXES[about["sex"]],
        place=world.places[about["commune"]],
        **birth,
    )
    if about["disability"] in DISABILITY:
        answers = dict.fromkeys(Functioning.QUESTIONS, "no")
        answers |= {"seeing": DISABILITY[about["disability"]]}
        record_functioning(world.people[about["id"]], by=world.by, **answers)


def _position_on(world: World, person: str, on: date) -> Position | None:
    [about] = [each for each in world.facts["people"] if each["id"] == person]
    held = [name for since, name in sorted(about["positions"]) if day(since) <= on]
    return world.position(held[-1]) if held else None


def _enter_training(world: World, about: Mapping[str, Any]) -> None:
    days = [day(session["on"]) for session in about["sessions"]]
    rule = about["completion"] or {}
    training = plan_training(
        owner=world.owner,
        by=world.by,
        title_en=about["title"],
        kind=Training.Kind(about["kind"]),
        starts_on=min(days),
        ends_on=max(days),
        place=world.places[about["commune"]],
        topics=[world.topic(about["topic"])],
        projects=[world.project],
        is_sensitive=about.get("sensitive", False),
        age_bands=AgeBandScheme.objects.get(is_default=True),
        rule_percent=rule.get("percent_of_hours"),
    )
    world.trainings[about["id"]] = training
    for session in about["sessions"]:
        hours = None if session["hours"] is None else Decimal(str(session["hours"]))
        add_session(training, held_on=day(session["on"]), hours=hours, by=world.by)
    for trainer in about["trainers"]:
        _enrol(world, training, trainer["person"], role=ROLES[trainer["role"]])
    for person in about["learners"]:
        _enrol(world, training, person)
    for place, session in enumerate(training.sessions.order_by("number")):
        marks = {person: marks[place] for person, marks in about["learners"].items()}
        _mark(world, session, marks)
    counts = about.get("head_count") or {}
    if counts:
        cells = {(SEXES[sex], None): people for sex, people in counts.items()}
        set_head_counts(training, counts=cells, by=world.by)


def _enrol(world: World, training: Training, person: str, **details: Any) -> None:
    position = _position_on(world, person, training.starts_on)
    somebody = world.people[person]
    enrol_person(training, person=somebody, position=position, by=world.by, **details)


def _mark(world: World, session: Session, marks: Mapping[str, str]) -> None:
    """Marks by person; a dot is none."""
    entries = {each.person_id: each for each in session.training.enrolments.all()}
    stored = {row.enrolment_id: row for row in session.attendances.all()}
    written = []
    for person, mark in marks.items():
        if mark != ".":
            enrolment = entries[world.people[person].pk]
            seen = presence_of(stored.get(enrolment.pk))
            written.append(Mark(enrolment.pk, MARKS[mark], seen))
    record_attendance(session, marks=written, by=world.by)


def _correct(world: World, about: Mapping[str, Any]) -> None:
    if "keep" in about:
        kept, joined = world.people[about["keep"]], world.people[about["lose"]]
        merge_people(kept=kept, joined=joined, by=world.by)
        # What the file says of the other one from now on is said of the one that is kept.
        world.people[about["lose"]] = kept
        return
    training = world.trainings[about["training"]]
    _mark(world, training.sessions.get(number=about["session"]), about["marks"])


def _enter_cascades(world: World) -> None:
    """A programme for each curriculum, with the trainings of it as deliveries, closed."""
    of: dict[str, list[Mapping[str, Any]]] = {}
    for about in world.facts["trainings"]:
        if about.get("curriculum"):
            of.setdefault(about["curriculum"], []).append(about)
    for name, deliveries in of.items():
        _enter_programme(world, name, deliveries)


def _enter_programme(world: World, name: str, deliveries: Sequence[Mapping[str, Any]]) -> None:
    programme = start_programme(
        owner=world.owner, by=world.by, name_en=name, curriculum=world.curriculum(name)
    )
    iteration = add_iteration(
        programme=programme,
        name_en=name,
        starts_on=min(world.trainings[about["id"]].starts_on for about in deliveries),
        projects=[world.project],
        by=world.by,
    )
    tiers = {
        number: add_tier(iteration=iteration, name_en=f"Tier {number}", by=world.by)
        for number in range(1, max(about["tier"] for about in deliveries) + 1)
    }
    for about in deliveries:
        training = world.trainings[about["id"]]
        attach_training(tiers[about["tier"]], training=training, by=world.by)
        training.refresh_from_db()
        close_training(training, accept_findings=True, by=world.by)
    world.programmes[name] = programme
