"""The letters about reports, to see which of them did not arrive."""

from django.contrib import admin

from core.admin.pages import ReadOnlyPages
from reports.models import Letter


@admin.register(Letter)
class LetterPages(ReadOnlyPages):
    list_display = ["written_at", "kind", "to", "state", "attempts", "problem"]
    list_filter = ["state", "kind"]
    list_select_related = ["to"]
    sortable_by = ()
    fields = [
        "written_at",
        "kind",
        "report",
        "due_on",
        "to",
        "state",
        "attempts",
        "next_at",
        "problem",
        "sent_at",
    ]
