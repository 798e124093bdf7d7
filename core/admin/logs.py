"""What the program writes by itself: to look at, never to change."""

from django.contrib import admin

from core.admin.pages import ReadOnlyPages
from core.models import AccessLog, Document, Submission


@admin.register(AccessLog)
class AccessLogPages(ReadOnlyPages):
    list_display = ["at", "event", "user", "subject", "people", "address"]
    list_filter = ["event"]
    list_select_related = ["user"]
    sortable_by = ()
    fields = ["at", "event", "user", "subject", "record_id", "people", "address"]


@admin.register(Submission)
class SubmissionPages(ReadOnlyPages):
    list_display = ["at", "user", "path"]
    list_select_related = ["user"]
    sortable_by = ()
    ordering = ["-at"]
    fields = ["key", "at", "user", "path", "location"]


@admin.register(Document)
class DocumentPages(ReadOnlyPages):
    list_display = ["requested_at", "kind", "requested_by", "language", "state"]
    list_filter = ["state"]
    list_select_related = ["requested_by"]
    sortable_by = ()
    fields = ["requested_at", "kind", "record_id", "requested_by", "language", "state"]
