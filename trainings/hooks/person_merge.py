"""How the trainings of two entries of one person become those of one."""

from __future__ import annotations

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


@merges("trainings.Enrolment")
def merge_enrolments(kept: Person, joined: Person, *, log: MergeLog, by: User) -> None:
    """Move enrolments; where both were on one list, keep the stronger mark of each session."""
    own = {enrolment.training_id: enrolment for enrolment in kept.enrolments.all()}
    for enrolment in joined.enrolments.select_related("training"):
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
    if Certificate.objects.filter(enrolment=joined).exists():
        raise Refused(
            _("Both entries are on the list of “%(training)s”, and one has a certificate.")
            % {"training": joined.training}
        )
    _unite_attendance(kept, joined, log)
    moments = set(kept.scores.values_list("moment", flat=True))
    for score in joined.scores.all():
        if score.moment in moments:
            log.remove(score)
        else:
            log.set(score, enrolment=kept)
    log.remove(joined)


def _unite_attendance(kept: Enrolment, joined: Enrolment, log: MergeLog) -> None:
    own = {row.session_id: row for row in kept.attendances.all()}
    for row in joined.attendances.all():
        same_session = own.get(row.session_id)
        if same_session is None:
            log.set(row, enrolment=kept)
            continue
        if _strength(row) > _strength(same_session):
            log.set(same_session, status=row.status, fraction=row.fraction)
        log.remove(row)


def _strength(row: Attendance) -> tuple[object, int]:
    return row.fraction, -STRENGTH.index(Attendance.Status(row.status))


@merges("trainings.ChangeFound")
def merge_changes(kept: Person, joined: Person, *, log: MergeLog, by: User) -> None:
    """A change of the one is a change of the other."""
    for found in ChangeFound.objects.filter(person=joined):
        log.set(found, person=kept)
