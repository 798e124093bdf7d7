"""Planning a training: its dates, sessions, organisations and rule."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.actions.records import action, change, lock, write_links
from core.errors import Refused
from core.models import Document
from paper.templatetags.paper import digits
from registry.models import Organisation, Project, User
from trainings.actions.locking import lock_open
from trainings.actions.outcomes import take_back_change
from trainings.models import (
    Attendance,
    Goal,
    Part,
    Session,
    Topic,
    Training,
)

RULE = ("rule_percent", "rule_all_sessions", "rule_score")


@action
def plan_training(
    *,
    owner: Organisation,
    by: User,
    projects: Collection[Project] = (),
    topics: Collection[Topic] = (),
    goals: Collection[Goal] = (),
    hours_a_day: Decimal | None = None,
    **details: Any,
) -> Training:
    """Plan a training; with `hours_a_day`, also one session on each of its days."""
    training = Training(owner=owner, created_by=by, **details)
    training.full_clean(exclude=["owner", "place", "curriculum_version"])
    training.save(force_insert=True)
    links = {"projects": projects, "topics": topics, "goals": goals}
    write_links(training, links, by=by)
    add_part(training, organisation=owner, kind=Part.Kind.ORGANISER, by=by)
    if hours_a_day:
        _add_session_each_day(training, hours=hours_a_day, by=by)
    return training


@action
def change_training(
    training: Training,
    *,
    version: int,
    by: User,
    projects: Collection[Project] | None = None,
    topics: Collection[Topic] | None = None,
    goals: Collection[Goal] | None = None,
    **details: Any,
) -> Training:
    """Change the plan. Of a training that becomes sensitive, what went out is taken back.

    Raises Refused when the training is closed or a session would fall outside its dates, and
    Conflict when somebody else has changed the plan in between.
    """
    before = lock_open(training)
    links = {"projects": projects, "topics": topics, "goals": goals}
    changed = change(training, version=version, values=details, links=links, by=by)
    if any(getattr(changed, name) != getattr(before, name) for name in RULE):
        changed.rule_version += 1
    changed.full_clean(exclude=["owner", "place", "curriculum_version"])
    _refuse_sessions_outside(changed)
    if changed.is_sensitive and not before.is_sensitive:
        changed.taken_back = _take_back(changed, by)
    changed.save()
    return changed


def texts_taken_back(number: int) -> str:
    """What to tell whoever made a training sensitive; nothing where nothing was out."""
    if not number:
        return ""
    return ngettext(
        "%(number)s text was taken back from funders, because the training is sensitive.",
        "%(number)s texts were taken back from funders, because the training is sensitive.",
        number,
    ) % {"number": digits(number)}


def _take_back(training: Training, by: User) -> int:
    """How many texts funders may no longer read. Papers made before, which are kept for a day
    and have its title, are removed.
    """
    released = list(training.changes_found.released())
    for found in released:
        take_back_change(found, by=by)
    Document.objects.filter(record_id=training.pk).delete()
    return len(released)


def _refuse_sessions_outside(training: Training) -> None:
    outside = training.sessions.exclude(
        held_on__range=(training.starts_on, training.ends_on)
    ).first()
    if outside:
        raise Refused(
            _("Session %(number)s is not within these dates. Move the session first.")
            % {"number": digits(outside.number)},
            field="ends_on" if outside.held_on > training.ends_on else "starts_on",
        )


def _add_session_each_day(training: Training, *, hours: Decimal, by: User) -> None:
    days = (training.ends_on - training.starts_on).days + 1
    for number in range(1, min(days, 31) + 1):
        add_session(
            training,
            held_on=training.starts_on + timedelta(days=number - 1),
            hours=hours,
            by=by,
        )


@action
def cancel_training(training: Training, *, by: User) -> Training:
    """Mark a training as cancelled. Refused when somebody was already recorded as there."""
    locked = lock_open(training)
    if Attendance.objects.filter(training=locked, fraction__gt=0).exists():
        raise Refused(_("People were recorded as present. A held training cannot be cancelled."))
    locked.status = Training.Status.CANCELLED
    locked.version += 1
    locked.save()
    return locked


@action
def take_back_cancelling(training: Training, *, by: User) -> Training:
    """Open a cancelled training again."""
    locked = lock(training)
    if locked.status == Training.Status.CANCELLED:
        locked.status = Training.Status.OPEN
        locked.version += 1
        locked.save()
    return locked


@action
def add_session(training: Training, *, by: User, **details: Any) -> Session:
    """Add a session at the end. Raises Refused for a day outside the training's dates."""
    training = lock_open(training)
    last = training.sessions.order_by("-number").first()
    session = Session(
        owner_id=training.owner_id,
        training=training,
        number=last.number + 1 if last else 1,
        created_by=by,
        **details,
    )
    _refuse_day_outside(session, training)
    session.full_clean(exclude=["owner", "training"])
    session.save(force_insert=True)
    return session


@action
def change_session(session: Session, *, version: int, by: User, **details: Any) -> Session:
    """Change a session. Raises Refused or Conflict."""
    training = lock_open(session.training)
    changed = change(session, version=version, values=details)
    _refuse_day_outside(changed, training)
    changed.full_clean(exclude=["owner", "training"])
    changed.save()
    return changed


def _refuse_day_outside(session: Session, training: Training) -> None:
    if not training.starts_on <= session.held_on <= training.ends_on:
        raise Refused(_("This day is not within the dates of the training."), field="held_on")


@action
def remove_session(session: Session, *, by: User) -> None:
    """Remove a session and close the gap in the numbers. Refused once it has attendance."""
    training = lock_open(session.training)
    if session.attendances.exists():
        raise Refused(_("This session has attendance. It cannot be removed."))
    session.delete()
    for number, later in enumerate(training.sessions.order_by("number"), start=1):
        if later.number != number:
            later.number = number
            later.save()


@action
def add_part(training: Training, *, organisation: Organisation, kind: str, by: User) -> Part:
    """Say what an organisation did for a training; saying it twice changes nothing."""
    training = lock_open(training)
    part, _created = Part.objects.get_or_create(
        training=training,
        organisation=organisation,
        kind=kind,
        defaults={"owner": training.owner, "created_by": by},
    )
    return part


@action
def remove_part(part: Part, *, by: User) -> None:
    lock_open(part.training)
    part.delete()
