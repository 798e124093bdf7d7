"""Writing down what people agreed to, and what they took back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from core.actions.records import action, all_or_none, lock, refuse_day_to_come
from core.errors import Refused
from registry.actions.people import refuse_before_birth
from registry.figures.consents import is_child
from registry.models import Consent, Person, User
from registry.models.consents import Purpose


@action
def record_consent(
    person: Person,
    *,
    purposes: Collection[str],
    is_given: bool,
    on: date,
    way: str,
    guardian: str = "",
    by: User,
) -> list[Consent]:
    """Write down that somebody agreed on a day, or that they did not or no longer do.

    What is written down already is not written twice. Raises Refused for a child without a
    guardian, and for a day that cannot be.
    """
    return _record(
        lock(person),
        purposes=purposes,
        is_given=is_given,
        on=on,
        way=way,
        guardian=guardian,
        by=by,
    )


@dataclass(frozen=True)
class Ticks:
    """One line of a signed sheet: who, what they ticked, and who signed for a child."""

    person: Person
    purposes: Collection[str]
    guardian: str = ""


@action
def record_sheet(*, lines: Sequence[Ticks], on: date, way: str, by: User) -> int:
    """Write down what the people of a sheet agreed to, all or nothing. Returns how many lines.

    An empty box says nothing: it takes nothing back. Raises RowsRefused with what speaks against
    each line.
    """

    refuse_day_to_come(on, field="on")

    def enter(line: Ticks) -> list[Consent]:
        return _record(
            line.person,
            purposes=line.purposes,
            is_given=True,
            on=on,
            way=way,
            guardian=line.guardian,
            by=by,
        )

    return len([new for new in all_or_none(lines, enter) if new])


def _record(
    person: Person,
    *,
    purposes: Collection[str],
    is_given: bool,
    on: date,
    way: str,
    guardian: str,
    by: User,
) -> list[Consent]:
    if person.joined_into_id:
        raise Refused(_("This person was entered twice. Look at the entry that is kept."))
    refuse_day_to_come(on, field="on")
    refuse_before_birth(person, on, field="on")
    guardian = guardian.strip()
    if is_given and not guardian and is_child(person, on):
        raise Refused(
            _("%(who)s was younger than 18. Say which parent or guardian agreed.")
            % {"who": person.name},
            field="guardian",
        )
    there = set(
        Consent.objects.filter(person=person, on=on, is_given=is_given).values_list(
            "purpose", flat=True
        )
    )
    found = []
    for purpose in Purpose.values:
        if purpose not in purposes or purpose in there:
            continue
        new = Consent(
            owner_id=person.owner_id,
            person=person,
            purpose=purpose,
            is_given=is_given,
            on=on,
            way=way,
            guardian=guardian if is_given else "",
            created_by=by,
        )
        new.full_clean(exclude=["owner", "person"])
        new.save(force_insert=True)
        found.append(new)
    return found
