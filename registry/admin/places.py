"""The official list of places; administrators add the spellings that people use."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.admin.choices import InlineRows
from core.admin.pages import BasePages
from registry.imports import gazetteer
from registry.models import Place, PlaceAlias
from registry.search.finding import places_containing


class AliasRows(InlineRows):
    model = PlaceAlias
    formfield_overrides = BasePages.formfield_overrides
    fields = ["name", "source"]
    extra = 1


@admin.register(Place)
class PlacePages(BasePages):
    search = staticmethod(places_containing)
    search_fields = ["search_key"]
    search_help_text = _("A name in Khmer or in Latin letters, or a code")
    list_display = ["code", "name_km", "name_latin", "level", "lies_in"]
    list_filter = ["level", "fault"]
    ordering = ["level", "code"]
    # The names are those of the official list.
    readonly_fields = ["code", "level", "name_km", "name_latin", "chain", "fault"]
    fields = ["code", "level", "name_km", "name_latin", "chain", "fault"]
    inlines = [AliasRows]

    @admin.display(description=_("lies in"))
    def lies_in(self, place: Place) -> str:
        return ", ".join(above.name for above in place.above)

    @admin.display(description=_("place"))
    def chain(self, place: Place) -> str:
        return place.chain

    def get_queryset(self, request: HttpRequest) -> QuerySet[Place]:
        return super().get_queryset(request).select_related("commune", "district", "province")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        """The other spellings are part of what is searched."""
        super().save_related(request, form, formsets, change)
        gazetteer.refresh_key(form.instance)

    def view_on_site(self, place: Place) -> str:
        return reverse("place", args=[place.pk])
