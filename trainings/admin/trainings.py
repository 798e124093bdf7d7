"""Trainings and their sessions."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.access import signed_in
from core.admin.pages import ReadOnlyRows, RecordPages, RefusableForm, to_page
from core.admin.spreadsheets import SheetPages
from khmer.dates import short_date
from registry.admin.filters import OwnerFilter, ProvinceFilter
from registry.admin.owned import OfOwnerPages
from registry.models import chain_of
from trainings.actions.planning import (
    add_session,
    change_session,
    change_training,
    remove_session,
    texts_taken_back,
)
from trainings.admin.pages import OpenTrainingPages
from trainings.forms.planning import SessionForm, TrainingForm
from trainings.imports.trainings import TrainingResource
from trainings.models import Part, Session, Training


class TrainingAdminForm(RefusableForm, TrainingForm):
    """The form of the site's page; only the place is chosen as the admin does it."""

    place: Any = None  # Takes the field away, as Django documents.


class SessionRows(ReadOnlyRows):
    model = Session
    fields = ["number", "held_on", "title_km", "title_en", "hours"]
    ordering = ["number"]


class PartRows(ReadOnlyRows):
    model = Part
    fields = ["organisation", "kind"]
    show_change_link = False


@admin.register(Training)
class TrainingPages(OpenTrainingPages, SheetPages, OfOwnerPages):
    resource_classes = [TrainingResource]
    form = TrainingAdminForm
    changed_by = staticmethod(change_training)
    search_fields = ["title_km", "title_en"]
    search_help_text = _("A part of the title")
    list_display = ["title", "starts_on", "ends_on", "kind", "status", "held_at", "owner"]
    list_filter = ["status", "kind", OwnerFilter, ProvinceFilter]
    sortable_by = ()
    autocomplete_fields = ["place"]
    readonly_fields = [
        "owner",
        "status",
        "closed_at",
        "closed_by",
        "is_demo",
        "created_at",
        "created_by",
    ]
    inlines = [SessionRows, PartRows]
    # The page of the site plans the sessions along with it.
    add_view = staticmethod(to_page("trainings:new"))

    def say(self, request: HttpRequest, written: Training) -> None:
        if text := texts_taken_back(written.taken_back):
            messages.warning(request, text)

    @admin.display(description=_("title"))
    def title(self, training: Training) -> str:
        return training.title

    @admin.display(description=_("place"))
    def held_at(self, training: Training) -> str:
        return training.place.chain if training.place else ""

    def get_fieldsets(self, request: HttpRequest, obj: Training | None = None) -> Any:
        """In a method, because Django refuses the projects in the attribute: each link to one
        also holds the owner. The action writes them.
        """
        return [
            (_("Title"), {"fields": ["title_km", "title_en", "is_sensitive", "kind"]}),
            (
                _("When and where"),
                {"fields": ["starts_on", "ends_on", "place", "venue", "expected_people"]},
            ),
            (_("What for"), {"fields": ["projects", "topics", "goals", "curriculum_version"]}),
            (
                _("Who has completed"),
                {"fields": ["rule_percent", "rule_all_sessions", "rule_score", "test_maximum"]},
            ),
            (_("Words"), {"fields": ["description_km", "description_en", "source", "age_bands"]}),
            (
                _("The record"),
                {
                    "fields": [
                        "owner",
                        "status",
                        "closed_at",
                        "closed_by",
                        "is_demo",
                        "created_at",
                        "created_by",
                    ]
                },
            ),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Training]:
        return super().get_queryset(request).select_related("owner", *chain_of("place"))

    def proposal(self, training: Training) -> str:
        return f"{training.title} · {short_date(training.starts_on)} · {training.owner}"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return signed_in(request).may("trainings.plan")

    def view_on_site(self, training: Training) -> str:
        return reverse("trainings:detail", args=[training.pk])


class SessionAdminForm(RefusableForm, SessionForm):
    """The form of the site's page."""


@admin.register(Session)
class SessionPages(OpenTrainingPages, RecordPages):
    form = SessionAdminForm
    added_by = staticmethod(add_session)
    changed_by = staticmethod(change_session)
    removed_by = staticmethod(remove_session)
    search_fields = ["title_km", "title_en", "training__title_km", "training__title_en"]
    list_display = ["session", "held_on", "hours", "training", "owner"]
    list_filter = [OwnerFilter]
    ordering = ["-id"]
    sortable_by = ()
    autocomplete_fields = ["training"]
    fieldsets = [
        (None, {"fields": ["training", "held_on", "starts_at", "hours"]}),
        (_("Words"), {"fields": ["title_km", "title_en", "notes"]}),
        (_("The record"), {"fields": ["number", "created_at", "created_by"]}),
    ]

    @admin.display(description=_("session"))
    def session(self, session: Session) -> str:
        return f"{session.number}. {session.title}"

    def get_readonly_fields(self, request: HttpRequest, obj: Session | None = None) -> list[str]:
        return ["number", "created_at", "created_by", *(["training"] if obj else [])]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        return super().get_queryset(request).select_related("training__owner", "owner")

    def proposal(self, session: Session) -> str:
        return f"{session.training} · {session.number}. {session.title}"
