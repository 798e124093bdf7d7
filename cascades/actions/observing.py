"""Teach-backs, checklists, and observations made with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from cascades.models import (
    Checklist,
    ChecklistItem,
    Delivery,
    Observation,
    ObservationScore,
    Programme,
    TeachBack,
)
from core.actions.records import action, change, lock, refuse_day_to_come
from core.errors import Refused
from khmer.dates import short_date
from registry.models import Person, User
from trainings.models import Enrolment


@action
def record_teach_back(
    delivery: Delivery, *, person: Person, held_on: date, by: User, **details: Any
) -> TeachBack:
    """Write down that a learner of a delivery taught a part of it back.

    Raises ValidationError, or Refused when they are no learner of it, or the day is before it
    began or lies in the future.
    """
    learners = delivery.training.enrolments.filter(role=Enrolment.Role.LEARNER, person=person)
    if not learners.exists():
        raise Refused(
            _("This person is not a learner of this delivery. Put them on its list first."),
            field="person",
        )
    if held_on < delivery.training.starts_on:
        raise Refused(
            _("The delivery had not begun on this day. Choose %(day)s or a later day.")
            % {"day": short_date(delivery.training.starts_on)},
            field="held_on",
        )
    refuse_day_to_come(held_on, field="held_on")
    teach_back = TeachBack(
        owner=delivery.owner,
        delivery=delivery,
        person=person,
        held_on=held_on,
        created_by=by,
        **details,
    )
    teach_back.full_clean(exclude=["owner"])
    teach_back.save(force_insert=True)
    return teach_back


@action
def remove_teach_back(teach_back: TeachBack, *, by: User) -> None:
    """Take back a teach-back that was recorded by mistake."""
    lock(teach_back).delete()


@dataclass(frozen=True)
class Item:
    """One thing to look at on a new checklist."""

    text_km: str = ""
    text_en: str = ""
    weight: int = 1


@action
def add_checklist(
    programme: Programme, *, items: Sequence[Item], by: User, **details: Any
) -> Checklist:
    """Write a checklist that is used from a day on. Another version is another checklist.

    Raises ValidationError, or Refused without any item.
    """
    if not items:
        raise Refused(_("A checklist has one item at least. Write what is to be looked at."))
    checklist = Checklist(owner=programme.owner, programme=programme, created_by=by, **details)
    checklist.full_clean(exclude=["owner"])
    checklist.save(force_insert=True)
    for number, item in enumerate(items, start=1):
        line = ChecklistItem(
            owner=programme.owner,
            checklist=checklist,
            number=number,
            text_km=item.text_km,
            text_en=item.text_en,
            weight=item.weight,
            created_by=by,
        )
        line.full_clean(exclude=["owner"])
        line.save(force_insert=True)
    return checklist


@action
def remove_checklist(checklist: Checklist, *, by: User) -> None:
    """Remove a checklist that nobody was observed with. Raises Refused."""
    checklist = lock(checklist)
    if checklist.observations.exists():
        raise Refused(
            _(
                "Somebody was observed with this checklist. It stays. Write another one, which is "
                "used from its day on."
            )
        )
    checklist.delete()


Scores = Mapping[UUID, Decimal | None]


@action
def record_observation(
    delivery: Delivery,
    *,
    trainer: Person,
    checklist: Checklist,
    observed_on: date,
    observer: str,
    scores: Scores,
    notes: str = "",
    by: User,
) -> Observation:
    """Write down what somebody saw of a trainer, item by item; None where it did not apply.

    Raises ValidationError, or Refused when they did not train it, when the day is none of the
    delivery, or when an item of the checklist has no answer.
    """
    observation = Observation(
        owner=delivery.owner,
        delivery=delivery,
        trainer=trainer,
        checklist=checklist,
        observed_on=observed_on,
        observer=observer,
        notes=notes,
        created_by=by,
    )
    _check(observation)
    observation.save(force_insert=True)
    _write_scores(observation, scores, by=by)
    return observation


@action
def change_observation(
    observation: Observation, *, version: int, scores: Scores, by: User, **details: Any
) -> Observation:
    """Correct an observation and its scores; the checklist stays. Raises as recording does, or
    Conflict when somebody else has corrected it differently in the meantime.
    """
    locked = lock(observation)
    stored = {score.item_id: score.score for score in locked.scores.all()}
    rows = {"scores": (stored, dict(scores))}
    changed = change(locked, version=version, values=details, rows=rows)
    _check(changed)
    changed.save()
    changed.scores.all().delete()
    _write_scores(changed, scores, by=by)
    return changed


@action
def remove_observation(observation: Observation, *, by: User) -> None:
    """Take back an observation that was recorded by mistake."""
    lock(observation).delete()


def _check(observation: Observation) -> None:
    delivery = observation.delivery
    if observation.checklist.programme_id != delivery.tier.iteration.programme_id:
        raise Refused(
            _("This checklist is of another programme. Choose one of this programme."),
            field="checklist",
        )
    trainers = delivery.training.enrolments.filter(role__in=Enrolment.TRAINERS)
    if not trainers.filter(person=observation.trainer_id).exists():
        raise Refused(
            _("This person is not a trainer of this delivery. Put them on its list first."),
            field="trainer",
        )
    training = delivery.training
    if not training.starts_on <= observation.observed_on <= training.ends_on:
        raise Refused(
            _("The delivery was not held on this day. Choose a day from %(first)s to %(last)s.")
            % {"first": short_date(training.starts_on), "last": short_date(training.ends_on)},
            field="observed_on",
        )
    refuse_day_to_come(observation.observed_on, field="observed_on")
    observation.full_clean(exclude=["owner"])


def _write_scores(observation: Observation, scores: Scores, *, by: User) -> None:
    items = list(observation.checklist.items.all())
    if {item.pk for item in items} != set(scores):
        raise Refused(
            _(
                "Every item of the checklist needs an answer. Where one did not apply, say that "
                "it did not apply."
            )
        )
    for item in items:
        ObservationScore.objects.create(
            owner=observation.owner,
            observation=observation,
            checklist=observation.checklist,
            item=item,
            score=scores[item.pk],
            created_by=by,
        )
