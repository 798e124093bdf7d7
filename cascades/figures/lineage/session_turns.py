"""What the trainers of a training are in each of its sessions: their role, and for whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from cascades.models import SessionTurn
from registry.models import Organisation
from trainings.models import Enrolment, Session, Training


@dataclass(frozen=True)
class Turn:
    """A role in a session, and the organisation that a trainer worked for on that day."""

    role: str
    on_behalf_of: Organisation | None = None


def trainers_of(training: Training) -> QuerySet[Enrolment]:
    """Who is on the list to train, in the order of the sheet."""
    people = training.enrolments.filter(person__isnull=False, role__in=Enrolment.TRAINERS)
    return people.select_related("person", "on_behalf_of").order_by("sheet_row")


def own_turns(session: Session) -> Mapping[UUID, SessionTurn]:
    """What differs from the list in a session, by the key of the enrolment."""
    turns = session.trainer_turns.select_related("on_behalf_of")
    return {turn.enrolment_id: turn for turn in turns}


def turn_of(enrolment: Enrolment, own: SessionTurn | None) -> Turn:
    """What somebody is in a session: as on the list, where nothing else is known."""
    source = own or enrolment
    return Turn(source.role, source.on_behalf_of)


def turns_of(session: Session) -> list[tuple[Enrolment, Turn]]:
    """The trainers of a training with what each of them is in one session."""
    own = own_turns(session)
    return [(each, turn_of(each, own.get(each.pk))) for each in trainers_of(session.training)]
