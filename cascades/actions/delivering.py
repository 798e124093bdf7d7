"""Deliveries: planning one for a tier, attaching a training that exists, and taking it off."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from cascades.models import Delivery, Tier
from core.actions.records import action, lock
from core.errors import Refused
from registry.models import Organisation, Person, User
from trainings.actions.enrolling import enrol_people, enrol_person
from trainings.actions.locking import lock_open
from trainings.actions.planning import add_session, plan_training
from trainings.models import CurriculumVersion, Enrolment, Training


@dataclass(frozen=True)
class Trainer:
    """Somebody who is to train: in which role, and for which organisation on that day."""

    person: Person
    role: str = Enrolment.Role.LEAD_TRAINER
    on_behalf_of: Organisation | None = None


@action
def plan_delivery(
    tier: Tier,
    *,
    days: Sequence[date],
    trainers: Collection[Trainer] = (),
    hours_a_day: Decimal | None = None,
    by: User,
    **details: Any,
) -> Delivery:
    """Plan a training of a tier, with one session on each of its days.

    It begins with what the tier says: kind, completion rule, tests. A trainer who did not
    complete the tier above is put down all the same and named on the data-quality list.
    Raises Refused or ValidationError.
    """
    if not days:
        raise Refused(_("Say on which days it is held: one day at least."), field="days")
    days = sorted(set(days))
    _refuse_other_curriculum(tier, details.get("curriculum_version"))
    planned = {
        "kind": tier.kind,
        "rule_percent": tier.rule_percent,
        "rule_all_sessions": tier.rule_all_sessions,
        "rule_score": tier.rule_score,
        "test_maximum": tier.test_maximum,
        "projects": list(tier.iteration.projects.all()),
        "is_demo": tier.iteration.is_demo,
    }
    training = plan_training(
        owner=tier.owner, starts_on=days[0], ends_on=days[-1], by=by, **(planned | details)
    )
    for day in days:
        add_session(training, held_on=day, hours=hours_a_day, by=by)
    enrol_people(training, rows=[vars(trainer) for trainer in trainers], by=by)
    return attach_training(tier, training=training, by=by)


@action
def attach_training(tier: Tier, *, training: Training, by: User) -> Delivery:
    """Say that a training belongs to a tier. Raises Refused.

    A closed training can be attached too: what it is a part of is no fact of its own.
    """
    training = lock(training)
    if Delivery.objects.filter(training=training).exists():
        raise Refused(
            _(
                "This training belongs to a tier already. Open it as a delivery, and say that it "
                "does not belong to that tier; then attach it here."
            ),
            field="training",
        )
    if training.owner_id != tier.owner_id:
        raise Refused(
            _(
                "The training belongs to another organisation than the programme. Choose a "
                "training of %(owner)s."
            )
            % {"owner": tier.owner},
            field="training",
        )
    _refuse_other_curriculum(tier, training.curriculum_version)
    return Delivery.objects.create(
        owner=tier.owner,
        tier=tier,
        training=training,
        curriculum=tier.iteration.programme.curriculum,
        created_by=by,
    )


def _refuse_other_curriculum(tier: Tier, version: CurriculumVersion | None) -> None:
    curriculum = tier.iteration.programme.curriculum
    if version and version.curriculum_id != curriculum.pk:
        raise Refused(
            _(
                "The programme teaches %(curriculum)s; this version is of another curriculum. "
                "Choose a version of it, or none, in the plan of the training."
            )
            % {"curriculum": curriculum.name},
            field="curriculum_version",
        )


@action
def move_delivery(delivery: Delivery, *, tier: Tier, by: User) -> Delivery:
    """Move a delivery to another tier of the same programme. Raises Refused."""
    delivery = lock(delivery)
    if tier.iteration.programme_id != delivery.tier.iteration.programme_id:
        raise Refused(
            _(
                "This tier is of another programme. Take the delivery off its tier, and attach "
                "the training there."
            ),
            field="tier",
        )
    if delivery.tier_id != tier.pk:
        delivery.tier = tier
        delivery.version += 1
        delivery.save()
    return delivery


@action
def detach_training(delivery: Delivery, *, by: User) -> None:
    """Say that a training does not belong to a tier. The training itself stays."""
    lock(delivery).delete()


@action
def add_trainer(delivery: Delivery, *, trainer: Trainer, by: User) -> Enrolment:
    """Put a trainer on the list of a delivery. Refused when already on it, or it is closed."""
    training = lock_open(delivery.training)
    return enrol_person(
        training,
        person=trainer.person,
        role=trainer.role,
        on_behalf_of=trainer.on_behalf_of,
        by=by,
    )
