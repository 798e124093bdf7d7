"""One writer at a time in one training, and nothing of it before it has begun."""

from django.utils import timezone
from django.utils.translation import gettext as _

from core.actions.records import lock
from core.errors import Refused
from khmer.dates import short_date
from trainings.models import Training


def lock_open(training: Training) -> Training:
    """The training as it is now, locked. Raises Refused when it is closed or cancelled."""
    locked = lock(training)
    if locked.status == Training.Status.CLOSED:
        raise Refused(_("This training is closed. Open it again to change it."))
    if locked.status == Training.Status.CANCELLED:
        raise Refused(_("This training was cancelled."))
    return locked


def refuse_before_it_began(training: Training, *, field: str = "") -> None:
    """What happened in a training is recorded once it has begun. Raises Refused."""
    if training.starts_on > timezone.localdate():
        raise Refused(
            _(
                "This training begins on %(day)s. What happened in it is recorded from that day "
                "on. If it was held already, correct its days first."
            )
            % {"day": short_date(training.starts_on)},
            field=field,
        )
