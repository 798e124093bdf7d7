"""What it takes to train others, what people decided, and who taught a part back."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cascades.actions.certifying import (
    add_rule,
    change_rule,
    decide_certification,
    remove_rule,
    take_back_decision,
)
from cascades.actions.observing import record_teach_back, remove_teach_back
from cascades.admin.deliveries import MadePages
from cascades.models import CertificationDecision, CertificationRule, TeachBack
from registry.admin.filters import OwnerFilter
from registry.models import User
from registry.search.finding import of_people


@admin.register(CertificationRule)
class CertificationRulePages(MadePages):
    changed_by = staticmethod(change_rule)
    removed_by = staticmethod(remove_rule)
    search_fields = ["programme__name_km", "programme__name_en"]
    list_display = ["programme", "tier_number", "valid_from", "needs_teach_back", "owner"]
    list_filter = ["needs_teach_back", OwnerFilter]
    list_select_related = ["programme", "owner"]
    ordering = ["-id"]
    sortable_by = ()
    autocomplete_fields = ["programme"]
    fields = [
        "programme",
        "tier_number",
        "valid_from",
        "needs_teach_back",
        "least_observed",
        "least_deliveries",
        "within_months",
        "valid_months",
        "renewal_deliveries",
    ]

    def make(self, values: dict[str, Any], by: User) -> CertificationRule:
        return add_rule(values.pop("programme"), by=by, **values)

    def get_readonly_fields(
        self, request: HttpRequest, obj: CertificationRule | None = None
    ) -> list[str]:
        return ["programme"] if obj else []


class OfPeoplePages(MadePages):
    """Found by a person's name; put right by removing and writing anew, so that nothing is lost."""

    search_fields = ["person__search_key"]
    search_help_text = _("A person's name in Khmer or in Latin letters")
    ordering = ["-id"]
    sortable_by = ()

    @staticmethod
    def search(rows: Any, query: str) -> Any:
        return of_people(rows, query, "person")


@admin.register(CertificationDecision)
class CertificationDecisionPages(OfPeoplePages):
    removed_by = staticmethod(take_back_decision)
    list_display = ["person", "programme", "tier_number", "verdict", "valid_from", "owner"]
    list_filter = ["verdict", OwnerFilter]
    list_select_related = ["person", "programme", "owner"]
    autocomplete_fields = ["person", "programme"]
    fields = [
        *("programme", "person", "tier_number", "verdict", "reason", "valid_from", "valid_until"),
    ]

    def make(self, values: dict[str, Any], by: User) -> CertificationDecision:
        return decide_certification(values.pop("programme"), by=by, **values)


@admin.register(TeachBack)
class TeachBackPages(OfPeoplePages):
    removed_by = staticmethod(remove_teach_back)
    list_display = ["person", "delivery", "held_on", "passed", "assessed_by", "owner"]
    list_filter = ["passed", OwnerFilter]
    list_select_related = ["person", "delivery__training", "owner"]
    autocomplete_fields = ["person", "delivery"]
    fields = ["delivery", "person", "held_on", "passed", "assessed_by", "notes"]

    def make(self, values: dict[str, Any], by: User) -> TeachBack:
        return record_teach_back(values.pop("delivery"), by=by, **values)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("person", "delivery__training", "owner")
