"""Parts of a record's page that the apps above the registry add: a person's trainings, say.

An app registers a function in its `ready`. It gets the record and the user, and answers with a
template and its context, or with None when there is nothing to show.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, time
from enum import IntEnum
from operator import itemgetter
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from core.access import signed_in
from core.accounts import Account

Section = Callable[[Any, Account], tuple[str, dict[str, Any]] | None]
SECTIONS: dict[type[Model], list[Section]] = defaultdict(list)


def section_of(model: type[Model]) -> Callable[[Section], Section]:
    """Register a function as a section of the page of every record of a model."""

    def register(section: Section) -> Section:
        SECTIONS[model].append(section)
        return section

    return register


HomeSection = Callable[[Account], tuple[str, dict[str, Any]] | None]
HOME: list[HomeSection] = []


def on_home(section: HomeSection) -> HomeSection:
    """Register a function as a section of the first page; it gets the user."""
    HOME.append(section)
    return section


def home_sections(request: HttpRequest) -> list[SafeString]:
    """The sections of the first page."""
    found = [section(signed_in(request)) for section in HOME]
    return [render_to_string(part[0], part[1], request) for part in found if part]


@dataclass(frozen=True)
class Need:
    """How many of one kind wait for a person, and the page that lists exactly these.

    Where no page does, `address` is empty and `detail` says where they are found. One of which
    there are none stays, so that its place is the same every day.
    """

    number: int
    words: str
    address: str
    detail: str = ""


@dataclass(frozen=True)
class Appointment:
    """What is on at a day. `button` is the one thing to do there, if there is any now."""

    on: date
    at: time | None
    title: str
    detail: str
    address: str
    button: str = ""
    count: str = ""


class Place(IntEnum):
    """Where the needs of an app stand among those of others: the daily work comes first."""

    TRAININGS = 1
    GROUPS = 2
    CASCADES = 3
    REPORTS = 4
    INSTALLATION = 5


@dataclass(frozen=True)
class Timetable:
    """The first appointments of some days, and how many there are in all."""

    first: list[Appointment]
    number: int

    @property
    def last_day(self) -> date | None:
        """The day of the last that is shown; more of it may be among the rest."""
        return self.first[-1].on if self.first else None

    @property
    def left(self) -> int:
        """How many more there are."""
        return self.number - len(self.first)


Needs = Callable[[Account], Iterable[Need]]
# Asked for at most so many of the days from one through another, the earliest.
Appointments = Callable[[Account, date, date, int], Timetable]
NEEDS: list[tuple[Place, Needs]] = []
APPOINTMENTS: list[Appointments] = []


def says_what_waits(place: Place) -> Callable[[Needs], Needs]:
    """Register a function that counts what waits for a user; it names nothing they may not do."""

    def register(needs: Needs) -> Needs:
        NEEDS.append((place, needs))
        return needs

    return register


def says_what_is_on(appointments: Appointments) -> Appointments:
    """Register a function that knows what is on for a user, from a day through another."""
    APPOINTMENTS.append(appointments)
    return appointments


def needs_of(user: Account) -> list[Need]:
    """What waits for a user, app by app."""
    return [need for _place, find in sorted(NEEDS, key=itemgetter(0)) for need in find(user)]


def appointments_of(user: Account, since: date, until: date, *, most: int) -> Timetable:
    """What is on from a day through another, by day and hour; what has no hour comes first."""
    found = [ask(user, since, until, most) for ask in APPOINTMENTS]
    every = [each for timetable in found for each in timetable.first]
    every.sort(key=lambda each: (each.on, each.at or time.min, each.title))
    return Timetable(every[:most], sum(timetable.number for timetable in found))


def sections(record: Model, request: HttpRequest) -> list[SafeString]:
    """The sections of a record's page, in the order in which they were registered."""
    found = [section(record, signed_in(request)) for section in SECTIONS[type(record)]]
    return [render_to_string(part[0], part[1], request) for part in found if part]
