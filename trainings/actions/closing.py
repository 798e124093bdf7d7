"""Closing a training when its records are complete, and opening it again with a reason."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from core.actions.records import action, lock
from core.errors import Refused
from registry.models import User
from trainings.actions.locking import lock_open
from trainings.figures.progress import Standing, standings_of
from trainings.figures.quality import findings_in
from trainings.models import Completion, Reopening, Training


@action
def close_training(training: Training, *, accept_findings: bool, by: User) -> Training:
    """Close a training: judge every learner by the written rule, then keep it as it is.

    What the data-quality list calls a hindrance must be put right first; what it only notes
    can be accepted, if the user says so. Raises Refused.
    """
    training = lock_open(training)
    findings = findings_in(training)
    if any(finding.hinders for finding in findings):
        raise Refused(_("The list below must be put right before the training can be closed."))
    if findings and not accept_findings:
        raise Refused(
            _("Please confirm that you have read the list below."), field="accept_findings"
        )
    _judge(training, by)
    training.status = Training.Status.CLOSED
    training.closed_at, training.closed_by = timezone.now(), by
    training.version += 1
    training.save()
    return training


def _judge(training: Training, by: User) -> None:
    """Write who completed, by the rule as it stands; earlier judgements are replaced.

    A certificate stays: its number was given out, whatever is found later.
    """
    training.completions.all().delete()
    if not training.has_rule:
        return
    Completion.objects.bulk_create(
        Completion(
            owner_id=training.owner_id,
            training=training,
            enrolment=standing.enrolment,
            rule_version=training.rule_version,
            judged=_judged_by(training, standing),
            created_by=by,
        )
        for standing in standings_of(training)
        if standing.meets_rule
    )


def _judged_by(training: Training, standing: Standing) -> dict[str, str | bool | None]:
    return {
        "percent_needed": _text(training.rule_percent),
        "all_sessions_needed": training.rule_all_sessions,
        "score_needed": _text(training.rule_score),
        "percent": _text(standing.of_all),
        "score": _text(standing.final_score),
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)


@action
def reopen_training(training: Training, *, reason: str, by: User) -> Training:
    """Open a closed training again. The reason is kept for whoever asks why a figure moved."""
    locked = lock(training)
    if locked.status != Training.Status.CLOSED:
        raise Refused(_("This training is not closed."))
    if not reason.strip():
        raise Refused(_("Say why it is opened again."), field="reason")
    assert locked.closed_at
    Reopening.objects.create(
        owner=locked.owner,
        training=locked,
        reason=reason.strip(),
        was_closed_at=locked.closed_at,
        created_by=by,
    )
    locked.status = Training.Status.OPEN
    locked.closed_at = locked.closed_by = None
    locked.version += 1
    locked.save()
    return locked
