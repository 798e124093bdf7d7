"""Photos that were chosen for reports. They are chosen on the page of the report."""

from __future__ import annotations

from django.contrib import admin

from core.admin.pages import ReadOnlyPages
from registry.admin.filters import OwnerFilter
from reports.models import ReportPhoto


@admin.register(ReportPhoto)
class ReportPhotoPages(ReadOnlyPages):
    list_display = ["number", "report", "section", "created_at", "owner"]
    list_filter = [OwnerFilter]
    list_select_related = ["report", "section", "owner"]
    ordering = ["-id"]
    sortable_by = ()
    fields = ["report", "section", "number", "caption_km", "caption_en", "created_at", "created_by"]
