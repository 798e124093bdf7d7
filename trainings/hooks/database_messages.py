"""What the database refuses about trainings, in words."""

from django.utils.translation import gettext_lazy as _

from core import database_messages

database_messages.TRIGGERS |= {
    "training_is_open": _("This training is closed or was cancelled. Open it again to change it."),
    "sensitive_change_is_not_released": _(
        "The training is sensitive, so its texts stay on its own pages."
    ),
}
