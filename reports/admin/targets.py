"""Targets: one is put right here, the grid of a project sets them all.

There is no import of targets beside it: the grid takes what is copied from a spreadsheet, shows it
before it is saved, and names each line that belongs to nothing.
"""

from __future__ import annotations

from decimal import Decimal

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from core.actions.records import action, change
from core.admin.pages import RecordPages
from registry.admin.filters import OwnerFilter
from registry.models import User
from reports.actions.targets import set_targets
from reports.figures.periods import Period
from reports.models import Target


@action
def set_target_again(
    target: Target, *, version: int, by: User, value: Decimal, reason: str
) -> None:
    """Correct one target, with a reason once it may have been reported. Raises Refused."""
    change(target, version=version, values={"value": value, "reason": reason})
    _set(target, value, reason, by)


@action
def remove_target(target: Target, *, by: User) -> None:
    """Take a target away; the reason that it was last given stands for this as well."""
    _set(target, None, target.reason or str(_("Removed by an administrator.")), by)


def _set(target: Target, value: Decimal | None, reason: str, by: User) -> None:
    slot = (target.indicator_id, Period(target.since, target.until), target.within)
    set_targets(target.indicator.project, targets={slot: value}, reason=reason, by=by)


@admin.register(Target)
class TargetPages(RecordPages):
    """Every earlier value stands in its history."""

    changed_by = staticmethod(set_target_again)
    removed_by = staticmethod(remove_target)
    search_fields = ["indicator__code", "indicator__name_km", "indicator__name_en"]
    list_display = ["indicator", "since", "until", "part", "value", "owner"]
    list_filter = [OwnerFilter]
    list_select_related = [
        "indicator",
        "owner",
        "place__commune",
        "place__district",
        "place__province",
    ]
    ordering = ["-id"]
    sortable_by = ()
    fields = ["indicator", "since", "until", "place", "tier", "value", "reason"]
    readonly_fields = ["indicator", "since", "until", "place", "tier"]

    @admin.display(description=_("place or tier"))
    def part(self, target: Target) -> str:
        return target.place.chain if target.place else str(target.tier or "—")
