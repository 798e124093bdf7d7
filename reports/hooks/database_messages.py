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
    "report_is_open": _("This report was sent to check or submitted. What it says stays."),
    "report_takes_a_step": _("Somebody else has brought this report further in the meantime."),
    "frozen_report_is_whole": _("This report was sent. Nothing is added to it."),
    "comment_stays": _("A comment stays as it was said. Answer it instead."),
}
