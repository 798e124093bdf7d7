"""Planning a training: its dates, sessions, organisations and rule."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.actions.records import action, change, lock, refuse_long_ago, write_links
from core.errors import Refused
from core.models import Document
from paper.templatetags.paper import day, digits
from registry.actions.people import refuse_before_birth
from registry.models import Organisation, Person, Project, User
from trainings.actions.locking import lock_open
from trainings.actions.outcomes import take_back_change
from trainings.models import (
    Attendance,
    Goal,
    HeadCount,
    Part,
    Score,
    Session,
    Topic,
    Training,
)

WHEN = ("held_on", "starts_at", "hours")
HOURS_OF_A_DAY = 24
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
    refuse_long_ago(training.starts_on, field="starts_on")
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

    One that is put off takes its sessions along, as many days as its first day moves; those in
    which somebody was marked stay on their day. Raises Refused when the training is closed or a
    session would fall outside its dates, and Conflict when somebody else has changed the plan in
    between.
    """
    before = lock_open(training)
    links = {"projects": projects, "topics": topics, "goals": goals}
    changed = change(training, version=version, values=details, links=links, by=by)
    if any(getattr(changed, name) != getattr(before, name) for name in RULE):
        changed.rule_version += 1
    changed.full_clean(exclude=["owner", "place", "curriculum_version"])
    _refuse_days_against_records(changed, before)
    moved = _sessions_along(changed, before)
    if changed.is_sensitive and not before.is_sensitive:
        changed.taken_back = _take_back(changed, by)
    changed.save()
    for session in moved:
        session.version += 1
        session.save()
    _ages_along(changed, before)
    changed.sessions_moved = len(moved)
    return changed


def _ages_along(changed: Training, before: Training) -> None:
    """Ages that were read from the sheet of this training are those of its day, if it was wrong."""
    if changed.starts_on == before.starts_on:
        return
    listed = Person.objects.filter(pk__in=changed.enrolments.values("person"))
    read_here = listed.filter(age_stated_on=before.starts_on, created_at__gte=before.created_at)
    for person in read_here.order_by("pk").select_for_update():
        person.age_stated_on = min(changed.starts_on, timezone.localdate())
        person.version += 1
        person.save(update_fields=["age_stated_on", "version"])


def _refuse_days_against_records(changed: Training, before: Training) -> None:
    """Refuse days on which what is recorded cannot have happened."""
    if changed.starts_on != before.starts_on:
        refuse_long_ago(changed.starts_on, field="starts_on")
        _refuse_what_was_recorded(changed)
    if changed.ends_on < before.ends_on:
        people = Person.objects.filter(enrolments__training=changed).born_after(changed.ends_on)
        for person in people[:1]:
            refuse_before_birth(person, changed.ends_on, field="ends_on")


def _refuse_what_was_recorded(changed: Training) -> None:
    """A training with a result is not put off to a day after it, or to one still to come."""
    seen = changed.changes_found.filter(observed_on__lt=changed.starts_on).first()
    if seen:
        raise Refused(
            _("A change of this training was observed on %(day)s, before this first day.")
            % {"day": day(seen.observed_on)},
            field="starts_on",
        )
    if changed.starts_on <= timezone.localdate():
        return
    if (
        Score.objects.filter(training=changed).exists()
        or HeadCount.objects.filter(training=changed).exists()
    ):
        raise Refused(
            _(
                "Test scores or head counts are recorded, so this training has begun. Empty them "
                "first, if it is still to come."
            ),
            field="starts_on",
        )


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


def _sessions_along(changed: Training, before: Training) -> list[Session]:
    """The sessions that move with the dates, on their new days; none where all lie within them."""
    sessions = list(changed.sessions.order_by("held_on", "number"))
    if all(_is_within(session.held_on, changed) for session in sessions):
        return []
    marked = set(
        Attendance.objects.filter(training=changed).values_list("session", flat=True).distinct()
    )
    by = changed.starts_on - before.starts_on
    moved = [session for session in sessions if session.pk not in marked]
    for session in moved:
        session.held_on += by
    for session in sessions:
        if not _is_within(session.held_on, changed):
            _refuse_outside(session, changed, is_marked=session.pk in marked)
    return moved if by else []


def _is_within(held_on: date, training: Training) -> bool:
    return training.starts_on <= held_on <= training.ends_on


def _refuse_outside(session: Session, changed: Training, *, is_marked: bool) -> None:
    """Refuse dates that a session does not fit into, with what can be done about it."""
    stored = Session.objects.get(pk=session.pk)
    if is_marked:
        words = _(
            "Session %(number)s was held on %(day)s, as its attendance says. Choose dates in which "
            "that day lies."
        )
    else:
        words = _(
            "Session %(number)s of %(day)s does not fit into these dates. Choose a later last day, "
            "or first give it a day next to the other sessions, or remove it."
        )
    about = {"number": digits(session.number), "day": day(stored.held_on)}
    field = "ends_on" if session.held_on > changed.ends_on else "starts_on"
    raise Refused(words % about, field=field)


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
        raise Refused(
            _(
                "People were recorded as present. A held training cannot be cancelled; if it was "
                "not held, mark everybody absent first."
            )
        )
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
    _refuse_clash(session)
    session.save(force_insert=True)
    return session


@action
def change_session(session: Session, *, version: int, by: User, **details: Any) -> Session:
    """Change a session. Raises Refused or Conflict."""
    training = lock_open(session.training)
    before = lock(session)
    changed = change(session, version=version, values=details)
    _refuse_day_outside(changed, training)
    changed.full_clean(exclude=["owner", "training"])
    if changed.held_on > max(before.held_on, timezone.localdate()):
        _refuse_marked(changed)
    if any(getattr(changed, name) != getattr(before, name) for name in WHEN):
        _refuse_clash(changed)
    changed.save()
    return changed


def _refuse_day_outside(session: Session, training: Training) -> None:
    if not _is_within(session.held_on, training):
        raise Refused(
            _(
                "The training lasts from %(first)s to %(last)s. Choose a day in between, or change "
                "its dates first: sessions stay or move along."
            )
            % {"first": day(training.starts_on), "last": day(training.ends_on)},
            field="held_on",
        )


def _refuse_marked(session: Session) -> None:
    if session.attendances.exists():
        raise Refused(
            _("Attendance is recorded in this session, so it is not held on a day still to come."),
            field="held_on",
        )


def _refuse_clash(session: Session) -> None:
    """A day has 24 hours, and a training is in one place at a time."""
    if session.lasts_beyond_midnight:
        raise Refused(
            _("It would last beyond midnight. Enter what was held on the next day as a session."),
            field="hours",
        )
    same_day = Session.objects.filter(training=session.training_id, held_on=session.held_on)
    others = list(same_day.exclude(pk=session.pk).order_by("number"))
    if sum(each.hours or 0 for each in [*others, session]) > HOURS_OF_A_DAY:
        raise Refused(
            _("With the other sessions of this day that is more than 24 hours."), field="hours"
        )
    for other in others:
        if session.overlaps(other):
            raise Refused(
                _(
                    "Session %(number)s is at the same time. Correct when this one starts, or how "
                    "long one of them lasts."
                )
                % {"number": digits(other.number)},
                field="starts_at",
            )


@action
def remove_session(session: Session, *, by: User) -> None:
    """Remove a session and close the gap in the numbers. Refused while anybody was there."""
    training = lock_open(session.training)
    if session.attendances.filter(fraction__gt=0).exists():
        raise Refused(
            _(
                "People were recorded as present in this session. Mark everybody absent first, "
                "if it was not held."
            )
        )
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
