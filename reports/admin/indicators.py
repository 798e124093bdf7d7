"""Indicators, what they count, and the years of donors."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.actions.records import action, change
from core.admin.pages import ReadOnlyPages, ReadOnlyRows, RecordPages
from registry.admin.filters import OwnerFilter
from registry.models import User
from reports.actions.indicators import change_indicator, set_calendar
from reports.figures.words import definition_in_words
from reports.models import Calendar, Indicator, IndicatorVersion, Target
from reports.models.definitions import Unreadable


class VersionRows(ReadOnlyRows):
    model = IndicatorVersion
    fields = ["number", "reason"]


class TargetRows(ReadOnlyRows):
    model = Target
    fields = ["since", "until", "place", "tier", "value", "reason"]


@admin.register(Indicator)
class IndicatorPages(RecordPages):
    """Chosen on the page of a project, where it is also said anew what is counted."""

    changed_by = staticmethod(change_indicator)
    search_fields = ["code", "name_km", "name_en"]
    list_display = ["name", "code", "project", "is_retired", "owner"]
    list_filter = ["is_retired", OwnerFilter]
    list_select_related = ["project", "owner"]
    ordering = ["-id"]
    sortable_by = ()
    inlines = [VersionRows, TargetRows]
    readonly_fields = ["owner", "project", "template", "created_at", "created_by"]
    fieldsets = [
        (None, {"fields": ["owner", "project", "code", "name_km", "name_en", "is_retired"]}),
        (_("Baseline"), {"fields": ["baseline", "baseline_on"]}),
        (_("The record"), {"fields": ["template", "created_at", "created_by"]}),
    ]

    @admin.display(description=_("name"))
    def name(self, indicator: Indicator) -> str:
        return indicator.name

    def view_on_site(self, indicator: Indicator) -> str:
        return reverse("reports:indicator", args=[indicator.pk])


@admin.register(IndicatorVersion)
class IndicatorVersionPages(ReadOnlyPages):
    """What an indicator counted, from one version to the next; nobody changes it any more."""

    search_fields = ["indicator__code", "indicator__name_km", "indicator__name_en"]
    list_display = ["indicator", "number", "reason", "created_at", "owner"]
    list_filter = [OwnerFilter]
    list_select_related = ["indicator__project", "owner"]
    ordering = ["-id"]
    sortable_by = ()
    fields = ["indicator", "number", "reason", "in_words", "created_at", "created_by"]
    readonly_fields = ["in_words", "created_at", "created_by"]

    @admin.display(description=_("definition"))
    def in_words(self, version: IndicatorVersion) -> SafeString | str:
        try:
            lines = definition_in_words(version.definition)
        except Unreadable as error:
            return str(error)
        return format_html_join("", "<p><b>{}</b> {}</p>", lines)


@action
def set_calendar_again(
    calendar: Calendar, *, version: int, by: User, first_month: int, length: int
) -> None:
    """Correct the year of a donor. Raises Conflict or ValidationError."""
    change(calendar, version=version, values={"first_month": first_month, "length": length})
    set_calendar(calendar.project, first_month=first_month, length=length, by=by)


@admin.register(Calendar)
class CalendarPages(RecordPages):
    """Said on the page of a project; here it is put right."""

    changed_by = staticmethod(set_calendar_again)
    list_display = ["project", "first_month", "length", "owner"]
    list_filter = ["length", OwnerFilter]
    list_select_related = ["project", "owner"]
    ordering = ["-id"]
    sortable_by = ()
    fields = ["project", "first_month", "length"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["project"]
