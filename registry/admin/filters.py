"""Filters of long lists: by short lists of words, never by reading a whole column."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from registry.models import Organisation, Place, User


class OwnerFilter(SimpleListFilter):
    """Whose record it is; offered are the organisations whose staff have accounts."""

    title = _("belongs to")
    parameter_name = "owner"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        staff = User.objects.filter(organisation=OuterRef("pk"))
        organisations = Organisation.objects.filter(
            Exists(staff), kind__in=Organisation.RECORD_KEEPERS
        )
        return [(str(found.pk), found.name) for found in organisations]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        known = {code for code, _name in self.lookup_choices}
        return queryset.filter(owner=self.value()) if self.value() in known else queryset


class ProvinceFilter(SimpleListFilter):
    """In which of the 25 provinces."""

    title = _("province")
    parameter_name = "province"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        provinces = Place.objects.filter(level=Place.Level.PROVINCE)
        return [(place.pk, place.name) for place in provinces]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        return queryset.filter(Q(place__province=self.value()) | Q(place=self.value()))


class SignedInFilter(SimpleListFilter):
    """Accounts that were made and that nobody signed in to."""

    title = _("Signed in")
    parameter_name = "signed_in"
    NEVER = "never"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(self.NEVER, _("Not yet"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(last_login=None) if self.value() == self.NEVER else queryset
