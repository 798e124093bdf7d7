"""How the trainings of two entries of one person become those of one."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from core.errors import Refused
from registry.actions.merging import MergeLog, merges
from registry.models import Person, User
from trainings.models import Attendance, Certificate, ChangeFound, Enrolment, Training

# From the strongest word to the weakest; the fraction of the session comes first.
STRENGTH = [
    Attendance.Status.PRESENT,
    Attendance.Status.LATE,
    Attendance.Status.EXCUSED,
    Attendance.Status.ABSENT,
]
# Who trains is asked for at every step of a cascade, and who learns in every figure.
ROLES = [
    Enrolment.Role.LEAD_TRAINER,
    Enrolment.Role.CO_TRAINER,
    Enrolment.Role.LEARNER,
    Enrolment.Role.SUPPORT,
    Enrolment.Role.OPENED_BY,
    Enrolment.Role.OBSERVER,
]


@merges("trainings.Enrolment")
def merge_enrolments(kept: Person, joined: Person, *, log: MergeLog, by: User) -> None:
    """Move enrolments; where both were on one list, keep the stronger of what each says."""
    own = {enrolment.training_id: enrolment for enrolment in kept.enrolments.all()}
    for enrolment in joined.enrolments.select_related("training", "position", "on_behalf_of"):
        twice = own.get(enrolment.training_id)
        if twice is None:
            log.set(enrolment, person=kept)
        else:
            _unite(twice, enrolment, log)


def _unite(kept: Enrolment, joined: Enrolment, log: MergeLog) -> None:
    if joined.training.status != Training.Status.OPEN:
        raise Refused(
            _("Both entries are on the list of “%(training)s”. Open that training again first.")
            % {"training": joined.training}
        )
    _unite_certificates(kept, joined, log)
    _unite_roles(kept, joined, log)
    _unite_attendance(kept, joined, log)
    _unite_scores(kept, joined, log)
    _unite_follow_ups(kept, joined, log)
    log.remove(joined)


def _unite_certificates(kept: Enrolment, joined: Enrolment, log: MergeLog) -> None:
    """A number that was given out stays; only one of one person may be valid."""
    both = Certificate.objects.filter(enrolment__in=[kept, joined], withdrawn_at=None)
    numbers = [each.full_number for each in both.order_by("number")]
    if len(numbers) > 1:
        raise Refused(
            _(
                "Both entries have a certificate of “%(training)s”: %(one)s and %(other)s. "
                "Withdraw one of them first, on the page of its certificates."
            )
            % {"training": joined.training, "one": numbers[0], "other": numbers[1]}
        )
    for certificate in joined.certificates.all():
        log.set(certificate, enrolment=kept)


def _unite_roles(kept: Enrolment, joined: Enrolment, log: MergeLog) -> None:
    """The stronger role with what was said beside it; what it does not say, the other does."""
    stronger, other = kept, joined
    if ROLES.index(Enrolment.Role(joined.role)) < ROLES.index(Enrolment.Role(kept.role)):
        stronger, other = joined, kept
    log.set(
        kept,
        role=stronger.role,
        position=stronger.position or other.position,
        on_behalf_of=stronger.on_behalf_of or other.on_behalf_of,
        is_walk_in=kept.is_walk_in and joined.is_walk_in,
    )


def _unite_scores(kept: Enrolment, joined: Enrolment, log: MergeLog) -> None:
    """Of two scores in one test the better one, as of two marks the stronger one."""
    own = {score.moment: score for score in kept.scores.all()}
    for score in joined.scores.all():
        same_test = own.get(score.moment)
        if same_test is None:
            log.set(score, enrolment=kept)
            continue
        log.set(same_test, points=max(same_test.points, score.points))
        log.remove(score)


def _unite_follow_ups(kept: Enrolment, joined: Enrolment, log: MergeLog) -> None:
    """Of two answers in one round the one that somebody gave, and of those the later one."""
    own = {answer.follow_up_id: answer for answer in kept.follow_up_answers.all()}
    for answer in joined.follow_up_answers.all():
        same_round = own.get(answer.follow_up_id)
        if same_round is None:
            log.set(answer, enrolment=kept)
            continue
        if (answer.asked_on or date.min) > (same_round.asked_on or date.min):
            log.set(same_round, still=answer.still, what=answer.what, asked_on=answer.asked_on)
        log.remove(answer)


def _unite_attendance(kept: Enrolment, joined: Enrolment, log: MergeLog) -> None:
    own = {row.session_id: row for row in kept.attendances.all()}
    for row in joined.attendances.all():
        same_session = own.get(row.session_id)
        if same_session is None:
            log.set(row, enrolment=kept)
            continue
        group = same_session.discussion_group or row.discussion_group
        if _strength(row) > _strength(same_session):
            log.set(same_session, status=row.status, fraction=row.fraction)
        log.set(same_session, discussion_group=group)
        log.remove(row)


def _strength(row: Attendance) -> tuple[object, int]:
    return row.fraction, -STRENGTH.index(Attendance.Status(row.status))


@merges("trainings.Recognised")
def merge_recognised(kept: Person, joined: Person, *, log: MergeLog, by: User) -> None:
    """Where one can be recognised, the other one is; once in each picture."""
    own = set(kept.recognised_in.values_list("evidence", flat=True))
    for each in joined.recognised_in.all():
        if each.evidence_id in own:
            log.remove(each)
        else:
            log.set(each, person=kept)


@merges("trainings.ChangeFound")
def merge_changes(kept: Person, joined: Person, *, log: MergeLog, by: User) -> None:
    """A change of the one is a change of the other."""
    for found in ChangeFound.objects.filter(person=joined):
        log.set(found, person=kept)
