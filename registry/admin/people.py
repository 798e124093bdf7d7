"""People and the decisions about entries that look alike."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.access import signed_in
from core.admin.choices import InlineRows
from core.admin.pages import BasePages, ReadOnlyPages, RecordPages, RefusableForm, to_page
from core.admin.spreadsheets import SheetPages
from khmer.dates import short_date
from registry.actions.people import (
    add_affiliation,
    change_affiliation,
    change_person,
    remove_affiliation,
)
from registry.admin.filters import OwnerFilter, ProvinceFilter
from registry.forms.people import PersonForm
from registry.imports.people import PersonResource
from registry.models import Affiliation, PairDecision, Person, chain_of
from registry.search.duplicates import details_of
from registry.search.finding import find_people


class PersonAdminForm(RefusableForm, PersonForm):
    """The form of the site's page; only the place is chosen as the admin does it."""

    place: Any = None  # Takes the field away, as Django documents.


FACTS = ("organisation", "position", "since", "until")


class AffiliationRows(InlineRows):
    model = Affiliation
    form = RefusableForm
    formfield_overrides = BasePages.formfield_overrides
    fields = FACTS
    autocomplete_fields = ["organisation"]
    extra = 0


@admin.register(Person)
class PersonPages(SheetPages, RecordPages):
    resource_classes = [PersonResource]
    form = PersonAdminForm
    changed_by = staticmethod(change_person)
    search = staticmethod(find_people)
    search_fields = ["search_key"]
    search_help_text = _("A name in Khmer or in Latin letters, or an identifier")
    list_display = ["names", "sex", "born", "home", "phone", "owner"]
    list_filter = ["sex", OwnerFilter, ProvinceFilter]
    sortable_by = ()
    autocomplete_fields = ["place"]
    readonly_fields = ["owner", "is_demo", "joined_into", "created_at", "created_by"]
    inlines = [AffiliationRows]
    fieldsets = [
        (_("Names"), {"fields": ["name_km", "name_latin", "also_known_as"]}),
        (
            _("About this person"),
            {
                "fields": [
                    "sex",
                    "born_on",
                    "birth_year",
                    "stated_age",
                    "age_stated_on",
                    "phone",
                    "place",
                ]
            },
        ),
        (_("Consent"), {"fields": ["public_consent", "consent_given_on"]}),
        (
            _("The record"),
            {"fields": ["owner", "joined_into", "is_demo", "created_at", "created_by"]},
        ),
    ]

    # The page of the site first proposes people who may be the same.
    add_view = staticmethod(to_page("person-new"))

    @admin.display(description=_("names"))
    def names(self, person: Person) -> str:
        return person.names

    @admin.display(description=_("born"))
    def born(self, person: Person) -> str:
        if person.born_on:
            return short_date(person.born_on)
        if person.stated_age is not None and person.age_stated_on:
            return str(person.age_stated_on.year - person.stated_age)
        return str(person.birth_year or "")

    @admin.display(description=_("home place"))
    def home(self, person: Person) -> str:
        return person.place.chain if person.place else ""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Person]:
        return super().get_queryset(request).select_related("owner", *chain_of("place"))

    def proposal(self, person: Person) -> str:
        return f"{person.names} · {details_of(person)}"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return signed_in(request).may("people.register")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)

    def delete_model(self, request: HttpRequest, obj: Person) -> None:
        obj.delete()

    def view_on_site(self, person: Person) -> str:
        return reverse("person", args=[person.pk])

    def save_formset(self, request: Any, form: Any, formset: Any, change: bool) -> None:
        by = signed_in(request)
        formset.save(commit=False)
        for affiliation in formset.deleted_objects:
            remove_affiliation(affiliation, by=by)
        for affiliation, _fields in formset.changed_objects:
            change_affiliation(
                affiliation, version=affiliation.version, by=by, **_facts(affiliation)
            )
        for affiliation in formset.new_objects:
            add_affiliation(form.instance, by=by, **_facts(affiliation))


def _facts(affiliation: Affiliation) -> dict[str, Any]:
    return {name: getattr(affiliation, name) for name in FACTS}


@admin.register(PairDecision)
class PairDecisionPages(ReadOnlyPages):
    """Taken back on the page of the two entries, which moves everything where it was."""

    list_display = ["created_at", "verdict", "first", "second", "created_by"]
    list_filter = ["verdict", OwnerFilter]
    list_select_related = ["first", "second", "created_by"]
    ordering = ["-id"]
    fields = ["verdict", "first", "second", "reason", "owner", "created_at", "created_by"]

    def view_on_site(self, decision: PairDecision) -> str:
        return reverse("pair", args=[decision.first_id, decision.second_id])
