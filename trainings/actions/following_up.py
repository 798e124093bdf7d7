"""Asking participants 3, 6 and 12 months after a training what they still do."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from core.actions.records import action, lock, refuse_day_to_come
from core.errors import Refused
from core.three_way_merge import Merged, merge
from khmer.dates import short_date
from paper.templatetags.paper import digits
from registry.models import User
from trainings.figures.following_up import due_on, who_can_be_asked
from trainings.models import FollowUp, FollowUpAnswer, Training


@action
def begin_follow_up(
    training: Training, *, months: int, sample: int | None = None, by: User
) -> FollowUp:
    """Begin a round: everybody who came is asked, or so many of them, drawn by chance.

    Raises Refused before its time, when it was begun already, or when nobody came.
    """
    training = _lock_for(training, months)
    _refuse_before_due(training, months, timezone.localdate(), field="months")
    people = who_can_be_asked(training)
    if not people:
        raise Refused(_("Nobody is recorded as having come to this training."))
    if sample is not None:
        if not 1 <= sample < len(people):
            raise Refused(
                _("A sample has from 1 to %(most)s people: %(number)s came.")
                % {"most": digits(len(people) - 1), "number": digits(len(people))},
                field="sample",
            )
        people = secrets.SystemRandom().sample(people, sample)
    follow_up = FollowUp.objects.create(
        owner_id=training.owner_id,
        training=training,
        months=months,
        is_sample=sample is not None,
        created_by=by,
    )
    FollowUpAnswer.objects.bulk_create(
        FollowUpAnswer(
            owner_id=training.owner_id,
            training=training,
            follow_up=follow_up,
            enrolment=each,
            created_by=by,
        )
        for each in sorted(people, key=lambda each: each.sheet_row)
    )
    return follow_up


@action
def leave_follow_up(training: Training, *, months: int, reason: str, by: User) -> FollowUp:
    """Say that nobody is asked in a round, and why. It is no longer waited for."""
    training = _lock_for(training, months)
    if not reason.strip():
        raise Refused(_("Say why nobody is asked."), field="reason")
    return FollowUp.objects.create(
        owner_id=training.owner_id,
        training=training,
        months=months,
        not_done_because=reason.strip(),
        created_by=by,
    )


@action
def take_back_follow_up(follow_up: FollowUp, *, by: User) -> None:
    """Begin a round anew, as long as nobody was asked in it; the history keeps it."""
    lock(follow_up.training)
    follow_up = lock(follow_up)
    if follow_up.answers.exclude(still="").exists():
        raise Refused(_("Somebody was asked already. Take their answers back first."))
    follow_up.delete()


def _lock_for(training: Training, months: int) -> Training:
    """The training, locked: of two who begin the same round, the second one finds it begun."""
    training = lock(training)
    if training.status == Training.Status.CANCELLED:
        raise Refused(_("This training was cancelled."))
    if training.follow_ups.filter(months=months).exists():
        raise Refused(_("This follow-up was begun already. Look at it again."))
    return training


def _refuse_before_due(training: Training, months: int, day: date, *, field: str) -> None:
    due = due_on(training, months)
    if day < due:
        raise Refused(
            _("This follow-up is due on %(day)s, and is not asked before.")
            % {"day": short_date(due)},
            field=field,
        )


# --- Answers ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """What somebody said: the word, and a sentence. Of whom nobody asked, neither."""

    still: str = ""
    what: str = ""


@dataclass(frozen=True)
class Answer:
    """One line of the sheet: what it says now, and what it said when it was shown."""

    answer_id: UUID
    said: Said
    seen: Said

    def merged_with(self, row: FollowUpAnswer) -> Merged[Said]:
        return merge(self.said, said_in(row), self.seen)


class AnswersChanged(Refused):
    """Somebody else wrote down other answers of the same people; `stored` is what all have now."""

    def __init__(self, stored: dict[UUID, FollowUpAnswer]) -> None:
        super().__init__(
            _(
                "Somebody else has asked the same people in the meantime. Nothing was saved: look "
                "at both answers and save again."
            )
        )
        self.stored = stored


def said_in(row: FollowUpAnswer) -> Said:
    return Said(row.still, row.what)


@action
def record_answers(
    follow_up: FollowUp, *, answers: Sequence[Answer], asked_on: date | None, by: User
) -> int:
    """Write down what people said when they were asked on a day, all or nothing.

    Returns how many answers are new or changed. An answer that nobody touched never overwrites
    somebody else's. Raises AnswersChanged when two people wrote down different answers of one
    person, and Refused for a day before the follow-up is due, or still to come.
    """
    training = lock(follow_up.training)
    follow_up = lock(follow_up)
    wanted = {each.answer_id: each for each in answers}
    rows = follow_up.answers.filter(pk__in=wanted).select_related("changed_by")
    stored = {row.pk: row for row in rows}
    if len(stored) < len(wanted):
        raise Refused(_("This list was changed in the meantime. Look at it again."))
    merged = {pk: each.merged_with(stored[pk]) for pk, each in wanted.items()}
    if any(each.is_clash for each in merged.values()):
        raise AnswersChanged(stored)
    news = {pk: each.value for pk, each in merged.items() if each.value != said_in(stored[pk])}
    if any(said.still for said in news.values()):
        _refuse_other_days(training, follow_up, asked_on)
    _write(stored, news, asked_on, by)
    return len(news)


def _refuse_other_days(training: Training, follow_up: FollowUp, asked_on: date | None) -> None:
    """Somebody is asked once the round is due, and before today is over."""
    if asked_on is None:
        raise Refused(_("Say on which day they were asked."), field="asked_on")
    refuse_day_to_come(asked_on, field="asked_on")
    _refuse_before_due(training, follow_up.months, asked_on, field="asked_on")


def _write(
    stored: Mapping[UUID, FollowUpAnswer],
    news: Mapping[UUID, Said],
    asked_on: date | None,
    by: User,
) -> None:
    for pk, said in news.items():
        row = stored[pk]
        if said.what and not said.still:
            raise Refused(_("Say first what they still do, then what exactly."))
        row.still, row.what = said.still, said.what
        row.asked_on = asked_on if said.still else None
        row.changed_by, row.version = by, row.version + 1
        row.full_clean(exclude=["owner", "training", "follow_up", "enrolment"])
        row.save()
