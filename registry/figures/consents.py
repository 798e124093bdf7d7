"""What people agreed to by a day, and so what of them may leave the house."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils import timezone

from registry.models import Consent, Person
from registry.models.consents import OF_AGE, Purpose


def is_child(person: Person, day: date) -> bool:
    """Whether somebody is known to be younger than 18 on a day."""
    age = person.age_on(day)
    return age is not None and age < OF_AGE


def holds(consent: Consent, day: date) -> bool:
    """Whether what was said last holds on a day.

    What a guardian agreed for a child ends when the child is of age: then they are asked.
    """
    if not consent.is_given:
        return False
    was_child = bool(consent.guardian) and is_child(consent.person, consent.on)
    return not was_child or is_child(consent.person, day)


def last_said(
    people: Iterable[UUID], *, on: date | None = None
) -> Mapping[UUID, Mapping[str, Consent]]:
    """By person and purpose, the last that was said by a day (today). One query."""
    day = on or timezone.localdate()
    rows = (
        Consent.objects.filter(person__in=people, on__lte=day)
        .select_related("person")
        .order_by("person_id", "purpose", "-on", "is_given", "-created_at")
        .distinct("person_id", "purpose")
    )
    found: dict[UUID, dict[str, Consent]] = defaultdict(dict)
    for each in rows:
        found[each.person_id][each.purpose] = each
    return found


def agreed(people: Iterable[UUID], purpose: Purpose, *, on: date | None = None) -> Collection[UUID]:
    """Those among them whose consent holds on a day (today)."""
    day = on or timezone.localdate()
    return {
        person
        for person, said in last_said(people, on=day).items()
        if purpose in said and holds(said[purpose], day)
    }


def may_show_name(person: Person) -> bool:
    """Whether the public page of a certificate may show the name.

    They agreed to that on the page of the person, and have not taken their name back since.
    """
    if person.public_consent != Person.PublicConsent.NAME or not person.consent_given_on:
        return False
    said = last_said([person.pk]).get(person.pk, {}).get(Purpose.NAME)
    return said is None or said.is_given or said.on < person.consent_given_on


@dataclass(frozen=True)
class Standing:
    """What somebody agreed of one thing: the last that was said, and whether it holds today."""

    purpose: Purpose
    last: Consent | None
    holds: bool

    @property
    def label(self) -> str:
        return str(self.purpose.label)


def standings_among(people: Iterable[Person]) -> Mapping[UUID, Sequence[Standing]]:
    """How it stands with each of them today. One query."""
    today = timezone.localdate()
    keys = [person.pk for person in people]
    said = last_said(keys, on=today)
    return {key: [_standing(each, said.get(key, {}), today) for each in Purpose] for key in keys}


def standing_of(person: Person) -> Sequence[Standing]:
    """How it stands with one person today."""
    return standings_among([person])[person.pk]


def _standing(purpose: Purpose, said: Mapping[str, Consent], today: date) -> Standing:
    last = said.get(purpose)
    return Standing(purpose, last, last is not None and holds(last, today))
