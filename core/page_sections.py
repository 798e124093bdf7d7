"""Parts of a record's page that the apps above the registry add: a person's trainings, say.

An app registers a function in its `ready`. It gets the record and the user, and answers with a
template and its context, or with None when there is nothing to show.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, time
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

    One of which there are none stays, so that its place is the same every day.
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


Needs = Callable[[Account], Iterable[Need]]
Appointments = Callable[[Account, date, date], Iterable[Appointment]]
NEEDS: list[Needs] = []
APPOINTMENTS: list[Appointments] = []


def says_what_waits(needs: Needs) -> Needs:
    """Register a function that counts what waits for a user; none is asked for where none may."""
    NEEDS.append(needs)
    return needs


def says_what_is_on(appointments: Appointments) -> Appointments:
    """Register a function that knows what is on for a user, from a day through another."""
    APPOINTMENTS.append(appointments)
    return appointments


def needs_of(user: Account) -> list[Need]:
    """What waits for a user, app by app."""
    return [need for found in NEEDS for need in found(user)]


def appointments_of(user: Account, since: date, until: date) -> list[Appointment]:
    """What is on from a day through another, by day and hour; what has no hour comes first."""
    found = [each for ask in APPOINTMENTS for each in ask(user, since, until)]
    return sorted(found, key=lambda each: (each.on, each.at or time.min, each.title))


def sections(record: Model, request: HttpRequest) -> list[SafeString]:
    """The sections of a record's page, in the order in which they were registered."""
    found = [section(record, signed_in(request)) for section in SECTIONS[type(record)]]
    return [render_to_string(part[0], part[1], request) for part in found if part]
