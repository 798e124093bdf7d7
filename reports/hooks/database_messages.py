"""What the database refuses about indicators, in words."""

from django.utils.translation import gettext_lazy as _

from core import database_messages

database_messages.TRIGGERS |= {
    "targets_do_not_overlap": _(
        "Two targets of this indicator overlap: one may lie in the other, or beside it."
    ),
    "targets_of_places_do_not_overlap": _(
        "A place and one that lies in it have targets for the same days. Keep those of one of them."
    ),
}
