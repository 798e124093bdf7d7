"""What people agreed to. It is written down on the page of the person, and never changed."""

from __future__ import annotations

from django.contrib import admin

from core.admin.pages import ReadOnlyPages
from registry.admin.filters import OwnerFilter
from registry.models import Consent


@admin.register(Consent)
class ConsentPages(ReadOnlyPages):
    list_display = ["person", "purpose", "is_given", "on", "way", "owner"]
    list_filter = ["purpose", "is_given", OwnerFilter]
    list_select_related = ["person", "owner"]
    ordering = ["-id"]
    sortable_by = ()
    fields = ["person", "purpose", "is_given", "on", "way", "guardian", "created_at", "created_by"]
