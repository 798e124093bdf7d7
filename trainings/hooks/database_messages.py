"""What the database refuses about trainings, in words."""

from django.utils.translation import gettext_lazy as _

from core import database_messages

database_messages.TRIGGERS |= {
    "training_is_open": _("This training is closed or was cancelled. Open it again to change it."),
    "recognised_in_a_marked_picture": _(
        "Somebody has looked at this picture in the meantime. Look at it again."
    ),
    "evaluation_of_who_took_part": _("A question has more answers than people who took part."),
    "follow_up_asks_who_came": _("Only learners who came to the training are asked."),
    "follow_up_asks_nobody": _("Nobody is asked in this follow-up."),
    "follow_up_is_due": _("A follow-up is not asked before it is due."),
    "sensitive_change_is_not_released": _(
        "The training is sensitive, so its texts stay on its own pages."
    ),
}
