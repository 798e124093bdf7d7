"""Who led a session and who helped, where that is not as on the list of the training."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext as _

from cascades.figures.lineage.session_turns import Turn, own_turns, trainers_of, turn_of
from cascades.models import SessionTurn
from core.actions.records import action, lock
from core.errors import Refused
from registry.models import User
from trainings.actions.locking import lock_open
from trainings.models import Enrolment, Session


@action
def record_session_turns(
    session: Session,
    *,
    turns: Mapping[UUID, Turn],
    seen: Mapping[UUID, Turn] | None = None,
    by: User,
) -> None:
    """Say what each trainer was in a session, by the key of their enrolment.

    What is as on the list is not kept beside it. `seen` is what a form was made from: Refused
    when somebody has changed it since, and when the training is closed.
    """
    training = lock_open(session.training)
    listed = {each.pk: each for each in trainers_of(training)}
    if turns.keys() - listed.keys():
        raise Refused(_("Somebody here is no trainer of this training any more. Look again."))
    own = own_turns(session)
    now = {pk: turn_of(listed[pk], own.get(pk)) for pk in turns}
    if seen is not None and dict(seen) != now:
        raise Refused(
            _("Somebody else has changed this in the meantime. Look at it, and save again.")
        )
    for pk, turn in turns.items():
        if turn == turn_of(listed[pk], None):
            SessionTurn.objects.filter(session=session, enrolment=pk).delete()
        elif turn != now[pk]:
            _keep(session, listed[pk], own.get(pk), turn, by)


@action
def forget_session_turn(turn: SessionTurn, *, by: User) -> None:
    """In this session it is as on the list again. Refused when the training is closed."""
    lock_open(turn.training)
    lock(turn).delete()


def _keep(
    session: Session, enrolment: Enrolment, own: SessionTurn | None, turn: Turn, by: User
) -> None:
    kept = own or SessionTurn(
        owner=session.owner,
        training=session.training,
        session=session,
        enrolment=enrolment,
        created_by=by,
    )
    kept.role, kept.on_behalf_of = turn.role, turn.on_behalf_of
    kept.version += bool(own)
    kept.full_clean(exclude=["owner"])
    kept.save()
