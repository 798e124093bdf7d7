"""What is taught, and the lists that reports use."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.admin.choices import InlineRows
from core.admin.pages import BasePages, RecordPages
from registry.admin.filters import OwnerFilter
from trainings.actions.curricula import (
    add_curriculum,
    add_version,
    change_curriculum,
    change_version,
)
from trainings.models import AgeBand, AgeBandScheme, Curriculum, CurriculumVersion, Goal, Topic


@admin.register(Curriculum)
class CurriculumPages(RecordPages):
    added_by = staticmethod(add_curriculum)
    changed_by = staticmethod(change_curriculum)
    search_fields = ["name_km", "name_en"]
    list_display = ["name", "owner", "created_at"]
    list_filter = [OwnerFilter]
    list_select_related = ["owner"]
    autocomplete_fields = ["owner"]
    fields = ["owner", "name_km", "name_en"]

    @admin.display(description=_("name"))
    def name(self, curriculum: Curriculum) -> str:
        return curriculum.name

    def get_readonly_fields(self, request: HttpRequest, obj: Curriculum | None = None) -> list[str]:
        return ["owner"] if obj else []


@admin.register(CurriculumVersion)
class CurriculumVersionPages(RecordPages):
    added_by = staticmethod(add_version)
    changed_by = staticmethod(change_version)
    search_fields = ["label", "label_km", "curriculum__name_km", "curriculum__name_en"]
    list_display = ["curriculum", "label", "approved_on", "owner"]
    list_filter = [OwnerFilter]
    list_select_related = ["curriculum", "owner"]
    ordering = ["-approved_on", "-id"]
    autocomplete_fields = ["curriculum", "written_by", "comes_from"]
    fields = [
        *("curriculum", "label", "label_km", "approved_on"),
        *("what_changed", "written_by", "comes_from"),
    ]

    def get_readonly_fields(
        self, request: HttpRequest, obj: CurriculumVersion | None = None
    ) -> list[str]:
        return ["curriculum"] if obj else []


@admin.register(Topic)
class TopicPages(BasePages):
    list_display = ["name_en", "name_km", "fewest_shown"]
    search_fields = ["name_en", "name_km"]


@admin.register(Goal)
class GoalPages(BasePages):
    list_display = ["code", "name_en", "name_km"]
    list_filter = ["family"]

    @admin.display(description=_("goal"))
    def code(self, goal: Goal) -> str:
        return goal.code


class AgeBandRows(InlineRows):
    model = AgeBand
    formfield_overrides = BasePages.formfield_overrides
    fields = ["from_age", "to_age"]
    extra = 0


@admin.register(AgeBandScheme)
class AgeBandSchemePages(BasePages):
    list_display = ["name_en", "name_km", "is_default"]
    inlines = [AgeBandRows]
