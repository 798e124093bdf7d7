"""One writer at a time in one training."""

from django.utils.translation import gettext as _

from core.actions.records import lock
from core.errors import Refused
from trainings.models import Training


def lock_open(training: Training) -> Training:
    """The training as it is now, locked. Raises Refused when it is closed or cancelled."""
    locked = lock(training)
    if locked.status == Training.Status.CLOSED:
        raise Refused(_("This training is closed. Open it again to change it."))
    if locked.status == Training.Status.CANCELLED:
        raise Refused(_("This training was cancelled."))
    return locked
