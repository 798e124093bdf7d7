"""Groups, their rules, and their members."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.access import signed_in
from core.admin.pages import ReadOnlyPages, ReadOnlyRows, RecordPages, RefusableForm, to_page
from registry.admin.filters import OwnerFilter, ProvinceFilter
from registry.admin.owned import OfOwnerPages
from registry.search.finding import of_people
from savings_groups.actions.groups import change_group
from savings_groups.actions.members import change_member
from savings_groups.admin import finding
from savings_groups.forms.groups import GroupForm
from savings_groups.forms.members import MemberForm
from savings_groups.models import Group, GroupProject, Member, Office, Rules
from savings_groups.models.groups import GroupQuerySet

SEARCH_HELP = _("A group's name in Khmer or in Latin letters")


class GroupAdminForm(RefusableForm, GroupForm):
    """The form of the site's page; only the place is chosen as the admin does it."""

    place: Any = None  # Takes the field away, as Django documents.


class RulesRows(ReadOnlyRows):
    model = Rules
    fields = ["valid_from", "saving_kind", "loan_rate", "closing"]


@admin.register(Group)
class GroupPages(OfOwnerPages):
    form = GroupAdminForm
    changed_by = staticmethod(change_group)
    search = staticmethod(finding.groups)
    search_fields = ["organisation__search_key"]
    search_help_text = SEARCH_HELP
    list_display = ["organisation", "state", "currency", "formed_on", "held_at", "owner"]
    list_filter = ["state", "currency", OwnerFilter, ProvinceFilter]
    ordering = ["-id"]
    sortable_by = ()
    autocomplete_fields = ["place"]
    readonly_fields = ["organisation", "owner", "state", "live_on", "created_at", "created_by"]
    inlines = [RulesRows]
    # The page of the site enters the group in the directory along with it.
    add_view = staticmethod(to_page("groups:new"))

    @admin.display(description=_("village"))
    def held_at(self, group: Group) -> str:
        return group.place.chain if group.place else ""

    def get_fieldsets(self, request: HttpRequest, obj: Group | None = None) -> Any:
        """In a method, because Django refuses the projects in the attribute: each link to one
        also holds the owner. The action writes them.
        """
        about = ["organisation", "place", "formed_on", "currency", "next_meeting_on"]
        about += ["projects", "notes", "source"]
        record = ["owner", "state", "live_on", "created_at", "created_by"]
        return [(None, {"fields": about}), (_("The record"), {"fields": record})]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        return cast(GroupQuerySet, super().get_queryset(request)).with_names()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return signed_in(request).may("groups.edit")

    def proposal(self, group: Group) -> str:
        return f"{group.name} · {group.owner}"

    def view_on_site(self, group: Group) -> str:
        return reverse("groups:detail", args=[group.pk])


class OfGroupPages(ReadOnlyPages):
    """Rows of a group, found by its name; the site's pages change them, by their rules."""

    search = staticmethod(finding.of_groups)
    search_fields = ["group__organisation__search_key"]
    search_help_text = SEARCH_HELP
    list_filter: ClassVar[Any] = [OwnerFilter]
    list_select_related: ClassVar[Any] = ["group__organisation", "owner"]
    ordering: ClassVar[Any] = ["-id"]
    sortable_by = ()


@admin.register(Rules)
class RulesPages(OfGroupPages):
    """Rules have a day from which they are valid; new ones are written on the group's page."""

    list_display = ["group", "valid_from", "saving_kind", "loan_rate", "closing", "owner"]

    def view_on_site(self, rules: Rules) -> str:
        return reverse("groups:rules", args=[rules.group_id])


@admin.register(GroupProject)
class GroupProjectPages(OfGroupPages):
    list_display = ["group", "project", "owner"]
    list_select_related = ["group__organisation", "project", "owner"]


class MemberAdminForm(RefusableForm, MemberForm):
    """The form of the site's page."""


@admin.register(Member)
class MemberPages(RecordPages):
    """Members join and leave on the pages of their group; here a number or day is put right."""

    form = MemberAdminForm
    changed_by = staticmethod(change_member)
    search = staticmethod(of_people)
    search_fields = ["person__search_key"]
    search_help_text = _("A person's name in Khmer or in Latin letters")
    list_display = ["number", "person", "group", "joined_on", "left_on", "owner"]
    list_filter = [OwnerFilter]
    list_select_related = ["person", "group__organisation", "owner"]
    ordering = ["-id"]
    sortable_by = ()
    readonly_fields = [
        *("group", "person", "left_on", "left_because", "owner", "created_at", "created_by"),
    ]
    fields = ["group", "person", "number", "joined_on", "left_on", "left_because"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Member]:
        return (
            super().get_queryset(request).select_related("person", "group__organisation", "owner")
        )

    def view_on_site(self, member: Member) -> str:
        return reverse("groups:passbook", args=[member.pk])


@admin.register(Office)
class OfficePages(OfGroupPages):
    list_display = ["kind", "member", "group", "since", "until", "owner"]
    list_select_related = ["member__person", "group__organisation", "owner"]
