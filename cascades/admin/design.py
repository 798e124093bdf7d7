"""Programmes, iterations and tiers, and what was published about them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cascades.actions.designing import (
    add_iteration,
    add_published_figure,
    add_tier,
    change_iteration,
    change_programme,
    change_tier,
    remove_published_figure,
    remove_tier,
)
from cascades.models import (
    Iteration,
    IterationPlace,
    IterationProject,
    Programme,
    PublishedFigure,
    Tier,
)
from core.access import signed_in
from core.admin.pages import ReadOnlyPages, ReadOnlyRows, RecordPages, to_page
from registry.admin.filters import OwnerFilter
from registry.models import chain_of


@admin.register(Programme)
class ProgrammePages(RecordPages):
    changed_by = staticmethod(change_programme)
    # The page of the site enters its curriculum along with it.
    add_view = staticmethod(to_page("cascades:new"))
    search_fields = ["name_km", "name_en"]
    list_display = ["name", "curriculum", "is_demo", "owner"]
    list_filter = [OwnerFilter]
    list_select_related = ["curriculum", "owner"]
    autocomplete_fields = ["curriculum"]
    readonly_fields = ["owner", "is_demo", "created_at", "created_by"]
    fieldsets = [
        (None, {"fields": ["name_km", "name_en", "curriculum"]}),
        (_("Words"), {"fields": ["description_km", "description_en", "source"]}),
        (
            _("What its words mean"),
            {"fields": ["activation_days", "active_days", "unit_level", "least_people"]},
        ),
        (_("The record"), {"fields": ["owner", "is_demo", "created_at", "created_by"]}),
    ]

    @admin.display(description=_("name"))
    def name(self, programme: Programme) -> str:
        return programme.name

    def has_add_permission(self, request: HttpRequest) -> bool:
        return signed_in(request).may("cascades.design")

    def view_on_site(self, programme: Programme) -> str:
        return reverse("cascades:design", args=[programme.pk])


class TierRows(ReadOnlyRows):
    model = Tier
    fields = ["number", "name_km", "name_en", "planned_people", "deadline"]
    ordering = ["number"]


class OfProgrammePages(RecordPages):
    """Records with names below a programme; what they belong to is chosen once."""

    search_fields: ClassVar[Any] = ["name_km", "name_en"]
    list_filter: ClassVar[Any] = [OwnerFilter]
    ordering: ClassVar[Any] = ["-id"]
    sortable_by = ()
    # What the record belongs to.
    belongs_to = ""

    @admin.display(description=_("name"))
    def name(self, record: Any) -> str:
        return str(record.name)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["number", *([self.belongs_to, "owner", "created_at", "created_by"] if obj else [])]

    def proposal(self, record: Any) -> str:
        return f"{getattr(record, self.belongs_to)} · {record.number}. {record.name}"


@admin.register(Iteration)
class IterationPages(OfProgrammePages):
    added_by = staticmethod(add_iteration)
    changed_by = staticmethod(change_iteration)
    belongs_to = "programme"
    list_display = ["name", "number", "programme", "starts_on", "ends_on", "owner"]
    list_select_related = ["programme", "owner"]
    autocomplete_fields = ["programme"]
    # Projects and places are chosen on the page of the site, among those that fit.
    fields = [
        *("programme", "number", "name_km", "name_en", "starts_on", "ends_on", "notes", "source"),
    ]
    inlines = [TierRows]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("programme", "owner")

    def view_on_site(self, iteration: Iteration) -> str:
        return reverse("cascades:iteration", args=[iteration.pk])


@admin.register(Tier)
class TierPages(OfProgrammePages):
    added_by = staticmethod(add_tier)
    changed_by = staticmethod(change_tier)
    removed_by = staticmethod(remove_tier)
    belongs_to = "iteration"
    list_display = ["name", "number", "iteration", "planned_people", "deadline", "kind", "owner"]
    list_filter = ["kind", OwnerFilter]
    list_select_related = ["iteration", "owner"]
    autocomplete_fields = ["iteration"]
    fieldsets = [
        (None, {"fields": ["iteration", "number", "name_km", "name_en"]}),
        (_("Who is trained"), {"fields": ["audience_km", "audience_en", "trains_on"]}),
        (
            _("Plan"),
            {"fields": ["planned_people", "planned_groups", "planned_places", "deadline"]},
        ),
        (
            _("A group"),
            {
                "fields": [
                    "place_level",
                    "least_people_per_group",
                    "most_people_per_group",
                    "least_trainers_per_group",
                ]
            },
        ),
        (
            _("Who has completed"),
            {
                "fields": [
                    "kind",
                    "sessions",
                    "rule_percent",
                    "rule_all_sessions",
                    "rule_score",
                    "test_maximum",
                ]
            },
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("iteration", "owner")


class LinkPages(ReadOnlyPages):
    """What an iteration is paid by and where it takes place; its page on the site changes it."""

    search_fields: ClassVar[Any] = ["iteration__name_km", "iteration__name_en"]
    list_filter: ClassVar[Any] = [OwnerFilter]
    ordering: ClassVar[Any] = ["-id"]
    sortable_by = ()


@admin.register(IterationProject)
class IterationProjectPages(LinkPages):
    list_display = ["iteration", "project", "owner"]
    list_select_related = ["iteration", "project", "owner"]


@admin.register(IterationPlace)
class IterationPlacePages(LinkPages):
    list_display = ["iteration", "place", "owner"]
    list_select_related = [
        *("iteration", "owner", *chain_of("place")),
    ]


@admin.register(PublishedFigure)
class PublishedFigurePages(RecordPages):
    added_by = staticmethod(add_published_figure)
    removed_by = staticmethod(remove_published_figure)
    search_fields = ["source", "iteration__name_km", "iteration__name_en"]
    list_display = ["measure", "value", "source", "published_on", "iteration", "owner"]
    list_filter = ["measure", OwnerFilter]
    list_select_related = ["iteration", "owner"]
    ordering = ["-id"]
    sortable_by = ()
    autocomplete_fields = ["iteration"]
    fields = ["iteration", "measure", "value", "published_on", "source", "notes"]
