"""Records for tests, made by the same actions as the pages use. Every argument has a default
that is fit; a test states only what it is about.
"""

from __future__ import annotations

from functools import cache
from itertools import count
from typing import Any

from registry.actions.organisations import add_organisation
from registry.actions.people import add_affiliation, register_person
from registry.actions.projects import add_project
from registry.imports import gazetteer
from registry.models import (
    Affiliation,
    Organisation,
    Person,
    Place,
    Position,
    Project,
    User,
)

PASSWORD = "a long enough password"
_numbers = count(1)


def make_administrator(*, username: str = "", **details: Any) -> User:
    """An administrator of the demonstration, so that no second factor is asked for."""
    username = username or f"administrator{next(_numbers)}"
    defaults = {"role": User.Role.ADMINISTRATOR, "is_demo": True}
    return User.objects.create_user(username, password=PASSWORD, **(defaults | details))


def make_user(
    *,
    organisation: Organisation,
    role: str = User.Role.FIELD_STAFF,
    username: str = "",
    **details: Any,
) -> User:
    username = username or f"{role}{next(_numbers)}"
    return User.objects.create_user(
        username, password=PASSWORD, organisation=organisation, role=role, **details
    )


def make_organisation(
    *, by: User | None = None, name_latin: str = "", **details: Any
) -> Organisation:
    return add_organisation(
        name_latin=name_latin or f"Organisation {next(_numbers)}",
        by=by or _anybody(),
        **details,
    )


def _anybody() -> User:
    """Somebody must have made the first organisation."""
    return User.objects.filter(username="first").first() or make_administrator(username="first")


def make_person(*, owner: Organisation, by: User | None = None, **details: Any) -> Person:
    """A person with one name, unless the test gives another; no two of them look alike."""
    if not details.keys() & {"name_km", "name_latin"}:
        details["name_latin"] = _unlike_name(next(_numbers))
    return register_person(owner=owner, by=by or _anybody(), **details)


def _unlike_name(number: int) -> str:
    """A word in which every number has other syllables."""
    syllables = ["ba", "do", "ki", "lu", "me", "no", "pa", "ra", "so", "ti"]
    return "".join(syllables[int(digit)] for digit in f"{number:03}"[::-1]).title()


def make_affiliation(
    *, person: Person, organisation: Organisation, by: User | None = None, **details: Any
) -> Affiliation:
    details.setdefault("position", None)
    return add_affiliation(person, organisation=organisation, by=by or _anybody(), **details)


def make_project(
    *, owner: Organisation, by: User | None = None, name_en: str = "", **details: Any
) -> Project:
    return add_project(
        owner=owner,
        name_en=name_en or f"Project {next(_numbers)}",
        by=by or _anybody(),
        **details,
    )


def make_position(*, code: str = "", name_en: str = "Councillor", **details: Any) -> Position:
    code = code or f"position-{next(_numbers)}"
    return Position.objects.create(code=code, name_en=name_en, name_km="ក្រុមប្រឹក្សា", **details)


@cache
def listed() -> list[Place]:
    return gazetteer.read()


def make_places(*codes: str) -> dict[str, Place]:
    """Places of the official list by their codes, with the places above them."""
    wanted = {code[:length] for code in codes for length in (2, 4, 6, 8, 11)}
    gazetteer.store([place for place in listed() if place.code in wanted])
    return Place.objects.with_chain().in_bulk(wanted)
