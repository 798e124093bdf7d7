"""Deliveries, links that somebody typed, and how deliveries are observed."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cascades.actions.delivering import attach_training, detach_training, move_delivery
from cascades.actions.linking import link_deliveries, unlink_deliveries
from cascades.actions.observing import remove_checklist, remove_observation
from cascades.actions.session_turns import forget_session_turn
from cascades.models import (
    Checklist,
    ChecklistItem,
    Delivery,
    Observation,
    ObservationScore,
    SessionTurn,
    TypedLink,
)
from core.access import signed_in
from core.actions.records import action, change
from core.admin.pages import ReadOnlyRows, RecordPages
from khmer.dates import short_date
from registry.admin.filters import OwnerFilter
from registry.models import User
from registry.search.finding import of_people

TITLES = ["training__title_km", "training__title_en"]


class MadePages(RecordPages):
    """Records whose actions name what they are about first; the page shows the one they made."""

    def make(self, values: dict[str, Any], by: User) -> Any:
        """The record that an action makes of what was typed."""
        raise NotImplementedError

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super(RecordPages, self).has_add_permission(request)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        obj.pk = self.make(dict(form.cleaned_data), signed_in(request)).pk
        obj.refresh_from_db()


@action
def move(delivery: Delivery, *, version: int, by: User, **values: Any) -> Delivery:
    """Move a delivery that a form was made from at `version`. Raises Conflict or Refused."""
    change(delivery, version=version, values=values)
    return move_delivery(delivery, tier=values["tier"], by=by)


@admin.register(Delivery)
class DeliveryPages(MadePages):
    """What it is about is the training's; here a training is attached, moved, or taken off."""

    changed_by = staticmethod(move)
    removed_by = staticmethod(detach_training)
    search_fields = TITLES
    search_help_text = _("A part of the title")
    list_display = ["training", "starts_on", "tier", "owner"]
    list_filter = ["training__status", OwnerFilter]
    list_select_related = ["training", "tier", "owner"]
    ordering = ["-id"]
    sortable_by = ()
    autocomplete_fields = ["tier", "training"]
    fields = ["tier", "training"]

    @admin.display(description=_("starts on"))
    def starts_on(self, delivery: Delivery) -> Any:
        return delivery.training.starts_on

    def make(self, values: dict[str, Any], by: User) -> Delivery:
        return attach_training(values["tier"], training=values["training"], by=by)

    def get_readonly_fields(self, request: HttpRequest, obj: Delivery | None = None) -> list[str]:
        return ["training"] if obj else []

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("training", "tier", "owner")

    def proposal(self, delivery: Delivery) -> str:
        training = delivery.training
        return f"{delivery.tier.number}. {training} · {short_date(training.starts_on)}"

    def view_on_site(self, delivery: Delivery) -> str:
        return reverse("cascades:delivery", args=[delivery.pk])


@admin.register(TypedLink)
class TypedLinkPages(MadePages):
    """A link is not changed: another one is another statement, with a reason of its own."""

    removed_by = staticmethod(unlink_deliveries)
    search_fields = ["reason", "source", "parent__training__title_en", "child__training__title_en"]
    list_display = ["child", "parent", "reason", "source", "owner"]
    list_filter = [OwnerFilter]
    list_select_related = ["child__training", "parent__training", "owner"]
    ordering = ["-id"]
    sortable_by = ()
    autocomplete_fields = ["child", "parent"]
    fields = ["child", "parent", "reason", "source"]

    def make(self, values: dict[str, Any], by: User) -> TypedLink:
        return link_deliveries(values.pop("child"), by=by, **values)

    def get_queryset(self, request: HttpRequest) -> Any:
        return (
            super()
            .get_queryset(request)
            .select_related("child__training", "parent__training", "owner")
        )


@admin.register(SessionTurn)
class SessionTurnPages(RecordPages):
    """Entered on the page of the session; without it, it is as on the list of the training."""

    removed_by = staticmethod(forget_session_turn)
    search_fields = ["enrolment__person__search_key"]
    search_help_text = _("A person's name in Khmer or in Latin letters")
    list_display = ["session", "enrolment", "role", "on_behalf_of", "owner"]
    list_filter = [OwnerFilter]
    list_select_related: ClassVar[Any] = [
        "session__training",
        "enrolment__person",
        "on_behalf_of",
        "owner",
    ]
    ordering = ["-id"]
    sortable_by = ()
    fields = ["training", "session", "enrolment", "role", "on_behalf_of"]

    @staticmethod
    def search(rows: Any, query: str) -> Any:
        return of_people(rows, query, "enrolment__person")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related(*self.list_select_related)


class ItemRows(ReadOnlyRows):
    model = ChecklistItem
    fields = ["number", "text_km", "text_en", "weight"]
    show_change_link = False


@admin.register(Checklist)
class ChecklistPages(RecordPages):
    """Written on the page of the programme, with its items; a new version is a new checklist."""

    removed_by = staticmethod(remove_checklist)
    search_fields = ["name_km", "name_en", "programme__name_km", "programme__name_en"]
    list_display = ["__str__", "programme", "valid_from", "owner"]
    list_filter = [OwnerFilter]
    list_select_related = ["programme", "owner"]
    ordering = ["-id"]
    sortable_by = ()
    fields = ["programme", "name_km", "name_en", "valid_from"]
    inlines = [ItemRows]


class ScoreRows(ReadOnlyRows):
    model = ObservationScore
    fields = ["item", "score"]
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("item").order_by("item__number")


@admin.register(Observation)
class ObservationPages(RecordPages):
    """Entered on the page of the delivery, with what was seen of each item."""

    removed_by = staticmethod(remove_observation)
    search_fields = ["trainer__search_key"]
    search_help_text = _("A person's name in Khmer or in Latin letters")
    list_display = ["trainer", "delivery", "observed_on", "observer", "owner"]
    list_filter = [OwnerFilter]
    list_select_related: ClassVar[Any] = ["trainer", "delivery__training", "owner"]
    ordering = ["-id"]
    sortable_by = ()
    fields = ["delivery", "trainer", "checklist", "observed_on", "observer", "notes"]
    inlines = [ScoreRows]

    @staticmethod
    def search(rows: Any, query: str) -> Any:
        return of_people(rows, query, "trainer")

    def get_queryset(self, request: HttpRequest) -> Any:
        return (
            super().get_queryset(request).select_related("trainer", "delivery__training", "owner")
        )
