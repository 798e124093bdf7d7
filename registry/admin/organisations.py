"""Organisations, projects and positions."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.admin.pages import BasePages, RecordPages
from core.admin.spreadsheets import SheetPages
from registry.actions.organisations import add_organisation, change_organisation
from registry.actions.projects import add_project, change_project
from registry.admin.filters import OwnerFilter, ProvinceFilter
from registry.imports.organisations import OrganisationResource
from registry.models import Organisation, Position, Project, chain_of
from registry.search.finding import find_organisations


@admin.register(Organisation)
class OrganisationPages(SheetPages, RecordPages):
    resource_classes = [OrganisationResource]
    added_by = staticmethod(add_organisation)
    changed_by = staticmethod(change_organisation)
    search = staticmethod(find_organisations)
    search_fields = ["search_key"]
    search_help_text = _("A name in Khmer or in Latin letters, a short name, or an identifier")
    list_display = ["name", "short_name", "kind", "parent", "place"]
    list_filter = ["kind", ProvinceFilter]
    list_select_related = ["parent", *chain_of("place")]
    autocomplete_fields = ["parent", "place"]
    readonly_fields = ["is_demo", "created_at", "created_by"]
    fieldsets = [
        (_("Names"), {"fields": ["name_km", "name_latin", "short_name"]}),
        (_("About it"), {"fields": ["kind", "parent", "place"]}),
        (_("The record"), {"fields": ["is_demo", "created_at", "created_by"]}),
    ]

    @admin.display(description=_("name"))
    def name(self, organisation: Organisation) -> str:
        return organisation.name

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)

    def delete_model(self, request: HttpRequest, obj: Organisation) -> None:
        obj.delete()

    def view_on_site(self, organisation: Organisation) -> str:
        return reverse("organisation", args=[organisation.pk])


@admin.register(Project)
class ProjectPages(RecordPages):
    added_by = staticmethod(add_project)
    changed_by = staticmethod(change_project)
    search_fields = ["code", "name_km", "name_en"]
    list_display = ["name", "code", "owner", "starts_on", "ends_on"]
    list_filter = [OwnerFilter]
    list_select_related = ["owner"]
    autocomplete_fields = ["owner", "donors"]
    fieldsets = [
        (_("Names"), {"fields": ["owner", "code", "name_km", "name_en"]}),
        (_("Dates and donors"), {"fields": ["starts_on", "ends_on", "donors"]}),
        (_("The record"), {"fields": ["created_at", "created_by"]}),
    ]

    @admin.display(description=_("name"))
    def name(self, project: Project) -> str:
        return project.name

    def get_readonly_fields(self, request: HttpRequest, obj: Project | None = None) -> list[str]:
        """Its trainings are of the same owner, so it cannot go to another one."""
        return ["created_at", "created_by", *(["owner"] if obj else [])]

    def view_on_site(self, project: Project) -> str:
        return reverse("project", args=[project.pk])


@admin.register(Position)
class PositionPages(BasePages):
    list_display = ["name_en", "name_km", "kind", "code", "rank"]
    list_filter = ["kind"]
    search_fields = ["name_en", "name_km", "code"]
