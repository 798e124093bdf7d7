"""Registering people, correcting them, and deciding who is the same person."""

from __future__ import annotations

from typing import Any

from registry.actions.records import action, change
from registry.models import Organisation, PairDecision, Person, User
from registry.search import set_person_keys


@action
def register_person(*, owner: Organisation, by: User, **details: Any) -> Person:
    """Enter a person into the registry. Who looks like her was asked before."""
    person = Person(owner=owner, created_by=by, **details)
    set_person_keys(person)
    person.full_clean(exclude=["owner", "place"])
    person.save(force_insert=True)
    return person


@action
def change_person(person: Person, *, version: int, by: User, **details: Any) -> Person:
    """Correct a person's details. Raises Conflict when somebody else did in between."""
    changed = change(person, version=version, values=details)
    set_person_keys(changed)
    changed.full_clean(exclude=["owner", "place", "joined_into"])
    changed.save()
    return changed


@action
def decide_different(*, first: Person, second: Person, reason: str = "", by: User) -> PairDecision:
    """Remember that two entries are two people, so that nobody is asked again."""
    one, other = sorted([first, second], key=lambda person: person.pk)
    decision, _ = PairDecision.objects.get_or_create(
        first=one,
        second=other,
        defaults={
            "owner": first.owner,
            "verdict": PairDecision.Verdict.DIFFERENT,
            "reason": reason,
            "created_by": by,
        },
    )
    return decision
