"""How far each learner is: so far, of all, and at best still possible."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.figures.definitions import Behind, Unit, figure, once_a_scope
from core.figures.outcomes import Outcome, percent, share, unknown
from registry.figures.listing import people
from trainings.figures.participation import took_part
from trainings.figures.scope import Scope
from trainings.figures.sections import COMPLETION, CONTACTS, of_one_only
from trainings.models import Attendance, Enrolment, Score, Session, Training


@dataclass(frozen=True)
class Standing:
    """One learner's attendance in percent of session hours, and their chance to complete.

    `so_far` is of the sessions in which anybody was marked, `of_all` of all sessions,
    `best_possible` if they miss no session that is still to come. None where nothing counts yet.
    """

    enrolment: Enrolment
    so_far: Decimal | None
    of_all: Decimal | None
    best_possible: Decimal | None
    sessions_attended: int
    sessions: int
    final_score: Decimal | None
    meets_rule: bool
    can_still_complete: bool


def standings_of(training: Training) -> list[Standing]:
    """The standing of every learner, in the paper's order."""
    sessions = list(training.sessions.order_by("number"))
    learners = list(
        training.enrolments.learners()
        .select_related("person", "training", "position")
        .prefetch_related(
            Prefetch("attendances", queryset=Attendance.objects.order_by()),
            Prefetch("scores", queryset=Score.objects.filter(moment=Score.Moment.AFTER)),
        )
        .order_by("sheet_row")
    )
    held = {row.session_id for learner in learners for row in learner.attendances.all()}
    return [_standing(training, learner, sessions, held) for learner in learners]


def _standing(
    training: Training, learner: Enrolment, sessions: list[Session], held: set[UUID]
) -> Standing:
    marks = {row.session_id: row for row in learner.attendances.all()}
    hours = {session.pk: session.weight for session in sessions}
    attended = sum((marks[pk].fraction * hours[pk] for pk in marks if pk in hours), Decimal())
    open_hours = sum((h for pk, h in hours.items() if pk not in marks), Decimal())
    held_hours = sum((h for pk, h in hours.items() if pk in held), Decimal())
    all_hours = sum(hours.values(), Decimal())
    missed = any(row.fraction == 0 for row in marks.values())
    final = next((score.points for score in learner.scores.all()), None)
    of_all, best = percent(attended, all_hours), percent(attended + open_hours, all_hours)
    there = sum(1 for row in marks.values() if row.fraction)
    came = there > 0 or not held  # As took_part says of everybody.
    return Standing(
        enrolment=learner,
        so_far=percent(attended, held_hours),
        of_all=of_all,
        best_possible=best,
        sessions_attended=there,
        sessions=len(sessions),
        final_score=final,
        meets_rule=came
        and meets_rule(training, of_all, all_there=there == len(sessions) > 0, score=final),
        can_still_complete=(came or open_hours > 0)
        and _can_meet(training, best, missed=missed, score=final),
    )


def meets_rule(
    training: Training, of_all: Decimal | None, *, all_there: bool, score: Decimal | None
) -> bool:
    """Whether the rule is met as things stand. Without a rule nobody is judged."""
    if not training.has_rule:
        return False
    if training.rule_percent and (of_all is None or of_all < training.rule_percent):
        return False
    if training.rule_all_sessions and not all_there:
        return False
    return training.rule_score is None or (score is not None and score >= training.rule_score)


def _can_meet(
    training: Training, best: Decimal | None, *, missed: bool, score: Decimal | None
) -> bool:
    """Whether the rule can still be met if everything to come goes well."""
    if training.rule_percent and best is not None and best < training.rule_percent:
        return False
    if training.rule_all_sessions and missed:
        return False
    return training.rule_score is None or score is None or score >= training.rule_score


# --- The figures ---------------------------------------------------------------------------------


def _judged(scope: Scope) -> list[Behind]:
    """Who took part in trainings that are judged; those who completed one count."""
    completed = set(scope.completions.values_list("enrolment__person", flat=True))
    came = took_part(scope.learners.filter(training__in=scope.judged))
    judged = set(came.values_list("person", flat=True)) | completed
    return people((pk, pk in completed, None) for pk in judged)


@figure(
    COMPLETION,
    gettext_lazy("Completed, of those who came"),
    Unit.PERCENT,
    counting=CONTACTS,
    adds_up=True,
    definition=gettext_lazy(
        "Learners who met the written rule of their training, of those who took part in it. "
        "Trainings that are not closed, or have no rule, are left out."
    ),
    behind=_judged,
)
def completion(scope: Scope) -> Outcome:
    came = took_part(scope.learners.filter(training__in=scope.judged)).count()
    if not came:
        return unknown(_("Completion is not yet known."))
    return share(scope.completions.count(), came)


@once_a_scope
def _standings(scope: Scope) -> list[Standing] | None:
    training = scope.the_one
    return standings_of(training) if training else None


def _on_their_way(scope: Scope) -> list[Behind]:
    found = _standings(scope) or []
    lines = [(each.enrolment.person_id, each.can_still_complete, each) for each in found]
    return people(lines, _so_far)


def _so_far(standing: Standing) -> str:
    if standing.so_far is None:
        return ""
    return _("%(number)s percent of the hours so far") % {"number": standing.so_far}


@figure(
    COMPLETION,
    gettext_lazy("Learners who can still complete"),
    Unit.PERCENT,
    counting=CONTACTS,
    adds_up=True,
    definition=gettext_lazy(
        "Learners who meet the written rule if they miss nothing that is still to come, of all on "
        "the list."
    ),
    behind=_on_their_way,
)
def can_still_complete(scope: Scope) -> Outcome:
    found = _standings(scope)
    if found is None:
        return of_one_only()
    if not any(each.enrolment.training.has_rule for each in found):
        return unknown(_("Completion is not yet known."))
    return share(sum(each.can_still_complete for each in found), len(found))
