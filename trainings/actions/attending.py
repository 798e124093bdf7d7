"""Marking who was there, and in which discussion group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from core.actions.records import action, change, lock
from core.errors import Refused
from core.three_way_merge import Merged, merge
from khmer.dates import short_date
from paper.templatetags.paper import digits
from registry.actions.people import refuse_before_birth
from registry.models import Person, User
from trainings.actions.locking import lock_open
from trainings.models import Attendance, DiscussionGroup, Enrolment, Session


@dataclass(frozen=True)
class Presence:
    """How much of a session somebody attended: the word, and 0, 0.5 or 1 of its hours."""

    status: str
    fraction: Decimal

    @classmethod
    def of(cls, status: str, *, half: bool = False) -> Presence:
        """The presence that a status means; half counts only for those who were there."""
        if status not in Attendance.WAS_THERE:
            return cls(status, Attendance.NONE)
        return cls(status, Attendance.HALF if half else Attendance.WHOLE)


@dataclass(frozen=True)
class Mark:
    """One line of the attendance sheet: what it says now, and what it said when it was shown.

    `seen` is None when nothing had been recorded yet.
    """

    enrolment_id: UUID
    presence: Presence
    seen: Presence | None

    def merged_with(self, row: Attendance | None) -> Merged[Presence]:
        """What is to stand there, when `row` is stored by now, and whether somebody has to decide.

        Where nothing is stored, or nothing any more, the mark stands as it is.
        """
        stored = presence_of(row)
        if stored is None:
            return Merged(self.presence, is_clash=False)
        return merge(self.presence, stored, self.seen)


class MarksChanged(Refused):
    """Somebody else marked some of the same people differently; `stored` is what all have now."""

    def __init__(self, stored: dict[UUID, Attendance]) -> None:
        super().__init__(
            _(
                "Somebody else has marked the same people in the meantime. Nothing was saved: "
                "look at both marks and save again."
            )
        )
        self.stored = stored


@action
def record_attendance(session: Session, *, marks: Sequence[Mark], by: User) -> int:
    """Record a session's attendance, all or nothing. Returns how many marks are new or changed.

    A mark that nobody touched never overwrites somebody else's. Raises MarksChanged when two
    people marked the same person differently, Refused when the training is closed, somebody
    was taken off the list, or the session is still to come.
    """
    training = lock_open(session.training)
    ids = [mark.enrolment_id for mark in marks]
    on_list = set(
        Enrolment.objects.filter(training=training, pk__in=ids).values_list("pk", flat=True)
    )
    if len(on_list) < len(set(ids)):
        raise Refused(_("Somebody was taken off the list in the meantime. Look at it again."))
    stored = {
        row.enrolment_id: row
        for row in session.attendances.filter(enrolment__in=ids).select_related("changed_by")
    }
    merged = {mark.enrolment_id: mark.merged_with(stored.get(mark.enrolment_id)) for mark in marks}
    if any(each.is_clash for each in merged.values()):
        raise MarksChanged(stored)
    news = {
        key: each.value
        for key, each in merged.items()
        if each.value != presence_of(stored.get(key))
    }
    _refuse_before_its_day(session, news, stored)
    _refuse_unborn(session, news)
    return _write(session, news, stored, by)


def _refuse_before_its_day(
    session: Session, news: Mapping[UUID, Presence], stored: Mapping[UUID, Attendance]
) -> None:
    """Nobody was there, or away, before a session was held; what says so can be taken back."""
    if session.held_on <= timezone.localdate():
        return
    if any(key not in stored or each.status in Attendance.WAS_THERE for key, each in news.items()):
        raise Refused(
            _(
                "Session %(number)s is on %(day)s. Attendance is recorded from that day on. If it "
                "was held already, correct its day in the plan first."
            )
            % {"number": digits(session.number), "day": short_date(session.held_on)}
        )


def _refuse_unborn(session: Session, news: Mapping[UUID, Presence]) -> None:
    there = [key for key, each in news.items() if each.status in Attendance.WAS_THERE]
    people = Person.objects.filter(enrolments__in=there).born_after(session.held_on)
    for person in people[:1]:
        refuse_before_birth(person, session.held_on)


def presence_of(row: Attendance | None) -> Presence | None:
    """What a stored row says, or None when there is none."""
    return Presence(row.status, row.fraction) if row else None


def _write(
    session: Session, news: Mapping[UUID, Presence], stored: Mapping[UUID, Attendance], by: User
) -> int:
    new = []
    for key, presence in news.items():
        row = stored.get(key)
        if row is None:
            new.append(_new_row(session, key, presence, by))
            continue
        row.status, row.fraction = presence.status, presence.fraction
        row.changed_by, row.version = by, row.version + 1
        row.save()
    Attendance.objects.bulk_create(new)
    return len(news)


def _new_row(session: Session, enrolment_id: UUID, presence: Presence, by: User) -> Attendance:
    return Attendance(
        owner_id=session.owner_id,
        training_id=session.training_id,
        session=session,
        enrolment_id=enrolment_id,
        status=presence.status,
        fraction=presence.fraction,
        created_by=by,
        changed_by=by,
    )


@action
def set_discussion_groups(
    session: Session,
    *,
    groups: Sequence[tuple[str, str]],
    members: Mapping[UUID, int],
    version: int | None = None,
    by: User,
) -> list[DiscussionGroup]:
    """Write a session's discussion groups.

    `groups` has what each discussed and what it found, in the order of their numbers;
    `members` the number of the group (from 1) for each attendance, 0 for none. Raises Conflict
    when the session was changed after `version`, that of the page if there is one, and they
    differ.
    """
    lock_open(session.training)
    session = lock(session)
    stored = {group.number: group for group in session.discussion_groups.all()}
    rows = _compared(session, stored, groups, members)
    version = session.version if version is None else version
    change(session, version=version, values={}, rows=rows).save()
    kept = [
        _set_group(session, stored.get(number), number, topic, outcome, by)
        for number, (topic, outcome) in enumerate(groups, start=1)
    ]
    for row in session.attendances.filter(pk__in=members):
        number = members[row.pk]
        group = kept[number - 1] if 1 <= number <= len(kept) else None
        if row.discussion_group_id != (group.pk if group else None):
            row.discussion_group = group
            row.version += 1
            row.save()
    for number, group in stored.items():
        if number > len(kept):
            session.attendances.filter(discussion_group=group).update(discussion_group=None)
            group.delete()
    return kept


def _compared(
    session: Session,
    stored: Mapping[int, DiscussionGroup],
    groups: Sequence[tuple[str, str]],
    members: Mapping[UUID, int],
) -> dict[str, tuple[Any, Any]]:
    """What is stored of the groups beside what was sent, by the names that the form uses."""
    compared: dict[str, tuple[Any, Any]] = {"groups": (len(stored), len(groups))}
    for number in range(1, max(len(stored), len(groups)) + 1):
        group = stored.get(number)
        now = (group.topic, group.outcome) if group else ("", "")
        sent = groups[number - 1] if number <= len(groups) else ("", "")
        for name, *both in zip(("topic", "outcome"), now, sent, strict=True):
            compared[f"group{number}-{name}"] = (both[0], both[1])
    for row in session.attendances.filter(pk__in=members).select_related("discussion_group"):
        in_group = row.discussion_group.number if row.discussion_group else 0
        compared[f"member-{row.pk}"] = (in_group, members[row.pk])
    return compared


def _set_group(
    session: Session,
    group: DiscussionGroup | None,
    number: int,
    topic: str,
    outcome: str,
    by: User,
) -> DiscussionGroup:
    if group is None:
        return DiscussionGroup.objects.create(
            owner_id=session.owner_id,
            training_id=session.training_id,
            session=session,
            number=number,
            topic=topic,
            outcome=outcome,
            created_by=by,
        )
    if (group.topic, group.outcome) != (topic, outcome):
        group.topic, group.outcome, group.version = topic, outcome, group.version + 1
        group.save()
    return group
