"""The official list of places; administrators add the spellings that people use."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.admin.choices import InlineRows
from core.admin.pages import BasePages
from khmer.digits import to_ascii_digits
from registry.imports import gazetteer
from registry.models import Place, PlaceAlias
from registry.search.finding import folded, may_be_place


def find(places: QuerySet[Place], query: str) -> QuerySet[Place]:
    """By code, or by a part of a name; "Wat Kor, Battambang" only inside Battambang."""
    if not may_be_place(query):
        return places.none()
    code = to_ascii_digits(query)
    if code.isascii() and code.replace("-", "").isdigit():
        return places.filter(code__startswith=code)
    name, *above = (folded(part) for part in query.split(","))
    if not name:
        return places.none()
    found = places.filter(search_key__contains=name)
    for part in filter(None, above):
        found = found.filter(
            Q(province__search_key__contains=part) | Q(district__search_key__contains=part)
        )
    return found


class AliasRows(InlineRows):
    model = PlaceAlias
    formfield_overrides = BasePages.formfield_overrides
    fields = ["name", "source"]
    extra = 1


@admin.register(Place)
class PlacePages(BasePages):
    search = staticmethod(find)
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
