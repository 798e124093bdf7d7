"""Registering people, correcting them, and saying where they belong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from core.actions.records import action, change, lock, refuse_day_to_come
from core.errors import Refused
from khmer.dates import short_date
from registry.models import Affiliation, Functioning, Organisation, PairDecision, Person, User
from registry.search.finding import set_person_keys


def refuse_before_birth(person: Person, day: date, *, field: str = "") -> None:
    """Nobody takes part in anything before they are born. Raises Refused at this field."""
    if not person.was_born_by(day):
        raise Refused(
            _(
                "%(who)s was not born yet on %(day)s, by the birth that is recorded. Correct the "
                "day, or the birth on the page of the person."
            )
            % {"who": person.name, "day": short_date(day)},
            field=field,
        )


@action
def register_person(
    *, owner: Organisation, different_from: Iterable[Person] = (), by: User, **details: Any
) -> Person:
    """Enter a person into the registry. Raises ValidationError.

    `different_from` are people who look alike but, as the user decided, are somebody else.
    """
    person = Person(owner=owner, created_by=by, **details)
    set_person_keys(person)
    person.full_clean(exclude=["owner", "place"])
    person.save(force_insert=True)
    for other in different_from:
        _note_different(person, other, reason="", by=by)
    return person


@dataclass(frozen=True)
class PersonRow:
    """Who stands on one line of a sheet: somebody known, or the details of somebody new.

    `different_from` are people who look alike but, as the user decided, are somebody else, and
    `apart_from` other lines, by their keys, of which the same was decided.
    """

    person: Person | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    different_from: Sequence[Person] = ()
    key: str = ""
    apart_from: Sequence[str] = ()


class PeopleOfSheet:
    """The people of one sheet, in the order of its lines; who is new is registered."""

    def __init__(self, owner: Organisation, *, by: User) -> None:
        self.owner, self.by = owner, by
        self.entered: dict[str, Person] = {}

    def person_of(self, row: PersonRow) -> Person:
        """The person of a line. Raises ValidationError."""
        apart = [self.entered[key] for key in row.apart_from if key in self.entered]
        person = row.person or register_person(
            owner=self.owner,
            different_from=[*row.different_from, *apart],
            by=self.by,
            **row.details,
        )
        self.entered[row.key] = person
        return person


@action
def register_people(
    owner: Organisation, *, people: Iterable[Mapping[str, Any]], by: User
) -> list[Person]:
    """Enter many people at once, as a file names them. Raises Refused or ValidationError.

    Fields are looked at here and rules between them by the database alone, because asking it
    about each of thousands would take minutes.
    """
    entered = []
    for details in people:
        person = Person(owner=owner, created_by=by, **details)
        set_person_keys(person)
        person.clean_fields(exclude=["owner", "created_by", "place", "joined_into"])
        entered.append(person)
    return Person.objects.bulk_create(entered, batch_size=500)


@action
def change_person(person: Person, *, version: int, by: User, **details: Any) -> Person:
    """Correct a person's details. Raises Conflict, Refused or ValidationError."""
    changed = change(person, version=version, values=details)
    if changed.joined_into_id:
        raise Refused(_("This entry was joined with another one. Correct the one that is kept."))
    set_person_keys(changed)
    changed.full_clean(exclude=["owner", "place", "joined_into"])
    changed.save()
    return changed


@action
def decide_different(*, first: Person, second: Person, reason: str = "", by: User) -> PairDecision:
    """Remember that two entries are two people, so that nobody is asked again.

    Raises Refused when somebody has joined one of them in the meantime.
    """
    first, second = lock_both(first, second)
    if first.joined_into_id or second.joined_into_id:
        raise Refused(_("One of the two entries has been joined with another one already."))
    return _note_different(first, second, reason=reason, by=by)


@action
def decide_all_different(*, pairs: Iterable[tuple[Person, Person]], by: User) -> None:
    """Remember of many pairs at once that they are two people; what was decided before stays."""
    decisions = []
    for pair in pairs:
        one, other = sorted(pair, key=lambda person: person.pk)
        decisions.append(
            PairDecision(
                owner=one.owner,
                first=one,
                second=other,
                verdict=PairDecision.Verdict.DIFFERENT,
                created_by=by,
            )
        )
    PairDecision.objects.bulk_create(decisions, batch_size=500, ignore_conflicts=True)


def _note_different(first: Person, second: Person, *, reason: str, by: User) -> PairDecision:
    one, other = sorted([first, second], key=lambda person: person.pk)
    decision, _created = PairDecision.objects.get_or_create(
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


def lock_both(one: Person, other: Person) -> tuple[Person, Person]:
    """In the order of their identifiers, so that two decisions at once cannot block each other."""
    people = Person.objects.select_for_update(of=("self",)).order_by("pk")
    locked = people.select_related("owner").in_bulk([one.pk, other.pk])
    if len(locked) < 2 and one.pk != other.pk:
        raise Refused(_("Somebody else has removed this in the meantime."))
    return locked[one.pk], locked[other.pk]


@action
def add_affiliation(person: Person, *, by: User, **details: Any) -> Affiliation:
    """Say where a person belongs, perhaps in which position and since when."""
    person = lock(person)
    if person.joined_into_id:
        raise Refused(_("This entry was joined with another one. Correct the one that is kept."))
    affiliation = Affiliation(owner=person.owner, person=person, created_by=by, **details)
    if affiliation.since:
        refuse_before_birth(person, affiliation.since, field="since")
    affiliation.full_clean(exclude=["owner", "person"])
    affiliation.save(force_insert=True)
    return affiliation


@action
def change_affiliation(
    affiliation: Affiliation, *, version: int, by: User, **details: Any
) -> Affiliation:
    """Change an affiliation, or end it. Raises Conflict or ValidationError."""
    changed = change(affiliation, version=version, values=details)
    if changed.since:
        refuse_before_birth(changed.person, changed.since, field="since")
    changed.full_clean(exclude=["owner", "person"])
    changed.save()
    return changed


@action
def remove_affiliation(affiliation: Affiliation, *, by: User) -> None:
    """Remove an affiliation that was entered by mistake; one that is over gets a last day."""
    affiliation.delete()


@action
def record_functioning(
    person: Person, *, version: int = 0, by: User, **answers: Any
) -> Functioning:
    """Write down what somebody answered about difficulties. Raises Conflict or ValidationError.

    `version` is that of the answers that the page showed; 0 where there were none.
    """
    person = lock(person)
    if asked_on := answers.get("asked_on"):
        refuse_day_to_come(asked_on, field="asked_on")
        refuse_before_birth(person, asked_on, field="asked_on")
    stored = Functioning.objects.filter(person=person).first()
    if stored is None:
        new = Functioning(owner_id=person.owner_id, person=person, created_by=by, **answers)
        new.full_clean(exclude=["owner", "person"])
        new.save(force_insert=True)
        return new
    changed = change(stored, version=version, values=answers)
    changed.full_clean(exclude=["owner", "person"])
    changed.save()
    return changed
