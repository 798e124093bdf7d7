"""What the database refuses about indicators, in words."""

from django.utils.translation import gettext_lazy as _

from core import database_messages

database_messages.TRIGGERS |= {
    "targets_do_not_overlap": _(
        "Two targets of this indicator overlap: one may lie in the other, or beside it."
    ),
}
