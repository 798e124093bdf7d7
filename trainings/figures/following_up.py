"""What participants still do months later: per training, due in all of them, and as figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import Any

from django.db.models import (
    Case,
    Count,
    DateField,
    Exists,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    When,
)
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.figures.definitions import Behind, Unit, figure
from core.figures.outcomes import Outcome, share, unknown
from khmer.dates import months_after
from registry.figures.listing import people
from registry.models import User, chain_of
from trainings.figures.participation import took_part
from trainings.figures.scope import Scope
from trainings.figures.sections import CONTACTS, FOLLOW_UP
from trainings.models import Enrolment, FollowUp, FollowUpAnswer, Training
from trainings.models.trainings import TrainingQuerySet

Still = FollowUpAnswer.Still
DOES_IT = (Still.FULLY, Still.PARTLY)
# When a round is over: the next one is due then, and after the last one another year.
ENDS_AFTER = {3: 6, 6: 12, 12: 24}
FIRST, *_OTHERS, LAST = ENDS_AFTER
OVERDUE_AFTER = timedelta(days=30)


def due_on(training: Training, months: int) -> date:
    """The first day on which somebody may be asked."""
    return months_after(training.ends_on, months)


class State(Enum):
    """How it stands with one round of a training."""

    COMING = "coming"
    DUE = "due"
    OVERDUE = "overdue"
    # Nobody was asked while it was time; it can still be done.
    MISSED = "missed"
    RUNNING = "running"
    DONE = "done"
    NOT_DONE = "not done"

    @property
    def label(self) -> str:
        return str(STATES[self])


STATES = {
    State.COMING: gettext_lazy("Not due yet"),
    State.DUE: gettext_lazy("Due"),
    State.OVERDUE: gettext_lazy("Overdue"),
    State.MISSED: gettext_lazy("Not asked in time"),
    State.RUNNING: gettext_lazy("Being asked"),
    State.DONE: gettext_lazy("Done"),
    State.NOT_DONE: gettext_lazy("Not done"),
}


@dataclass(frozen=True)
class Counts:
    """The answers of a round. Who was reached is whoever answered; rates are of them."""

    chosen: int = 0
    fully: int = 0
    partly: int = 0
    no: int = 0
    not_reached: int = 0

    @classmethod
    def of(cls, answers: Iterable[str]) -> Counts:
        """Of the answers, each as it is stored."""
        found = list(answers)
        return cls(
            chosen=len(found),
            fully=found.count(Still.FULLY),
            partly=found.count(Still.PARTLY),
            no=found.count(Still.NO),
            not_reached=found.count(Still.NOT_REACHED),
        )

    @property
    def reached(self) -> int:
        return self.fully + self.partly + self.no

    @property
    def asked(self) -> int:
        """Whom somebody tried to ask."""
        return self.reached + self.not_reached

    @property
    def waiting(self) -> int:
        return self.chosen - self.asked

    @property
    def still(self) -> int:
        return self.fully + self.partly

    @property
    def lines(self) -> list[tuple[str, str, int, Outcome | None]]:
        """Each answer: its code, its word, how many, and their share of those reached."""
        numbers = {
            Still.FULLY: self.fully,
            Still.PARTLY: self.partly,
            Still.NO: self.no,
            Still.NOT_REACHED: self.not_reached,
        }
        return [
            (
                still.value,
                str(still.label),
                number,
                share(number, self.reached) if still in FollowUpAnswer.REACHED else None,
            )
            for still, number in numbers.items()
        ]

    @property
    def rate(self) -> Outcome:
        """Who still does it, fully or partly, of those who were reached."""
        return share(self.still, self.reached)


@dataclass(frozen=True)
class RoundOf:
    """One round of a training: when it is due, how it stands, and what came of it."""

    training: Training
    months: int
    follow_up: FollowUp | None
    counts: Counts
    today: date

    @property
    def label(self) -> str:
        return str(FollowUp.Round(self.months).label)

    @property
    def due_on(self) -> date:
        return due_on(self.training, self.months)

    @property
    def state(self) -> State:
        if self.follow_up and self.follow_up.not_done_because:
            return State.NOT_DONE
        if self.follow_up and not self.counts.waiting:
            return State.DONE
        if self.today < self.due_on:
            return State.COMING
        if self.today >= months_after(self.training.ends_on, ENDS_AFTER[self.months]):
            return State.MISSED if not self.counts.asked else State.RUNNING
        if self.today > self.due_on + OVERDUE_AFTER:
            return State.OVERDUE
        return State.RUNNING if self.counts.asked else State.DUE

    @property
    def is_due(self) -> bool:
        """Whether it may be asked by now."""
        return self.today >= self.due_on


def rounds_of(training: Training) -> list[RoundOf]:
    """All rounds of a training, in two queries."""
    begun = {each.months: each for each in training.follow_ups.prefetch_related("answers")}
    today = timezone.localdate()
    return [_round(training, months, begun.get(months), today) for months in ENDS_AFTER]


def _round(training: Training, months: int, found: FollowUp | None, today: date) -> RoundOf:
    answers = [each.still for each in found.answers.all()] if found else []
    return RoundOf(training, months, found, Counts.of(answers), today)


def who_can_be_asked(training: Training) -> list[Enrolment]:
    """The learners who came, in the order of the sheet."""
    learners = training.enrolments.learners()
    return list(took_part(learners).select_related("person").order_by("sheet_row"))


# --- What is due --------------------------------------------------------------------------------


def last_end(today: date, months: int) -> date:
    """The last day on which a training may have ended whose round is due by today.

    The 28th to the 30th of November are all followed by the 28th of February.
    """
    found = months_after(today, -months)
    while months_after(found + timedelta(days=1), months) <= today:
        found += timedelta(days=1)
    return found


def is_followed_up() -> Q:
    """Trainings whose follow-ups are planned by themselves: those that train people."""
    came = took_part(Enrolment.objects.filter(training=OuterRef("pk")).learners())
    counted = Q(kind__in=Training.COUNTS_AS_TRAINED) & ~Q(status=Training.Status.CANCELLED)
    return counted & Q(Exists(came))


def due_for(user: User, *, most: int) -> list[RoundOf]:
    """The rounds that wait to be asked, the one that waits longest first.

    As many queries for one training as for a thousand.
    """
    rows = _waiting(user).select_related(*chain_of("place")).prefetch_related("follow_ups__answers")
    today = timezone.localdate()
    found = []
    for training in rows.order_by("due_on", "pk")[:most]:
        months: int = training.due_round
        begun = {each.months: each for each in training.follow_ups.all()}
        found.append(_round(training, months, begun.get(months), today))
    return found


def due_number(user: User) -> int:
    """How many rounds wait to be asked."""
    return _waiting(user).count()


def _waiting(user: User) -> QuerySet[Any]:
    """Trainings with the round that is due, unless all were asked in it or nobody is to be.

    Of each training one round is due at a time, from its day until the next one's.
    """
    today = timezone.localdate()
    begun = FollowUp.objects.filter(training=OuterRef("pk"), months=OuterRef("due_round"))
    unasked = FollowUpAnswer.objects.filter(
        follow_up__training=OuterRef("pk"), follow_up__months=OuterRef("due_round"), still=""
    )
    seen: TrainingQuerySet = Training.objects.visible_to(user)
    return (
        seen.filter(
            is_followed_up(),
            ends_on__lte=last_end(today, FIRST),
            ends_on__gt=last_end(today, ENDS_AFTER[LAST]),
        )
        .annotate(
            due_round=Case(
                *(
                    When(ends_on__gt=last_end(today, ends_after), then=months)
                    for months, ends_after in ENDS_AFTER.items()
                ),
                output_field=IntegerField(),
            )
        )
        .annotate(
            due_on=Func(
                "ends_on",
                "due_round",
                template="(%(expressions)s))::date",
                arg_joiner=" + make_interval(months => ",
                output_field=DateField(),
            )
        )
        .filter(~Exists(begun) | Exists(unasked))
    )


# --- The figures --------------------------------------------------------------------------------


def _answers(scope: Scope, months: int) -> dict[str, int]:
    found = FollowUpAnswer.objects.filter(training__in=scope.ids, follow_up__months=months)
    return dict(found.order_by().values_list("still").annotate(number=Count("pk")))


def _still_doing(scope: Scope, months: int) -> Outcome:
    numbers = _answers(scope, months)
    reached = sum(numbers.get(still, 0) for still in FollowUpAnswer.REACHED)
    if not reached:
        return unknown(_("Nobody was reached yet."))
    return share(sum(numbers.get(still, 0) for still in DOES_IT), reached)


def _reached(scope: Scope, months: int) -> list[Behind]:
    """Who was reached; those who still do it, fully or partly, count."""
    found = FollowUpAnswer.objects.filter(
        training__in=scope.ids, follow_up__months=months, still__in=FollowUpAnswer.REACHED
    ).order_by("training", "enrolment__sheet_row")
    rows = found.values_list("enrolment__person", "still")
    words = dict(Still.choices)
    return people(
        ((who, still in DOES_IT, still) for who, still in rows), lambda it: str(words[it])
    )


def _reached_after_3(scope: Scope) -> list[Behind]:
    return _reached(scope, 3)


def _reached_after_6(scope: Scope) -> list[Behind]:
    return _reached(scope, 6)


def _reached_after_12(scope: Scope) -> list[Behind]:
    return _reached(scope, 12)


_WHAT = gettext_lazy(
    "Learners who still did what they had learnt, fully or partly, when they were asked, of those "
    "who were reached. Who could not be reached is in neither number."
)


@figure(
    FOLLOW_UP,
    gettext_lazy("Still do it after 3 months"),
    Unit.PERCENT,
    counting=CONTACTS,
    adds_up=True,
    definition=_WHAT,
    behind=_reached_after_3,
)
def still_do_it_after_3(scope: Scope) -> Outcome:
    return _still_doing(scope, 3)


@figure(
    FOLLOW_UP,
    gettext_lazy("Still do it after 6 months"),
    Unit.PERCENT,
    counting=CONTACTS,
    adds_up=True,
    definition=_WHAT,
    behind=_reached_after_6,
)
def still_do_it_after_6(scope: Scope) -> Outcome:
    return _still_doing(scope, 6)


@figure(
    FOLLOW_UP,
    gettext_lazy("Still do it after 12 months"),
    Unit.PERCENT,
    counting=CONTACTS,
    adds_up=True,
    definition=_WHAT,
    behind=_reached_after_12,
)
def still_do_it_after_12(scope: Scope) -> Outcome:
    return _still_doing(scope, 12)
