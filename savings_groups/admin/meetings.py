"""Meetings, what their sheets say, and loans: to look at. The site's pages write them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.urls import reverse

from registry.admin.filters import OwnerFilter
from savings_groups.admin.groups import OfGroupPages
from savings_groups.models import (
    Agreement,
    CashCount,
    FineWaived,
    GroupLine,
    InterestWaived,
    Loan,
    Meeting,
    Renewal,
    SheetRow,
    Split,
)


@admin.register(Meeting)
class MeetingPages(OfGroupPages):
    list_display = ["group", "number", "kind", "held_on", "state", "owner"]
    list_filter = ["state", "kind", OwnerFilter]

    def view_on_site(self, meeting: Meeting) -> str:
        return reverse("groups:meeting", args=[meeting.pk])


class OfMeetingPages(OfGroupPages):
    """Parts of a sheet."""

    list_select_related: ClassVar[Any] = ["group__organisation", "meeting", "owner"]

    def view_on_site(self, part: Any) -> str:
        return reverse("groups:meeting", args=[part.meeting_id])


@admin.register(SheetRow)
class SheetRowPages(OfMeetingPages):
    list_display = ["group", "meeting", "member", "saving", "repayment", "loan", "owner"]
    list_select_related = ["group__organisation", "meeting", "member__person", "owner"]


@admin.register(Agreement)
class AgreementPages(OfMeetingPages):
    list_display = ["group", "meeting", "row", "plan", "every", "grace", "owner"]
    list_select_related = ["group__organisation", "meeting", "row__member__person", "owner"]


@admin.register(Split)
class SplitPages(OfMeetingPages):
    list_display = ["group", "meeting", "row", "interest", "principal", "fines", "over", "owner"]
    list_select_related = ["group__organisation", "meeting", "row__member__person", "owner"]


@admin.register(GroupLine)
class GroupLinePages(OfMeetingPages):
    list_display = ["group", "meeting", "event", "fund", "amount", "owner"]
    list_filter = ["fund", OwnerFilter]


@admin.register(CashCount)
class CashCountPages(OfMeetingPages):
    list_display = ["group", "meeting", "denomination", "pieces", "owner"]


@admin.register(FineWaived)
class FineWaivedPages(OfGroupPages):
    list_display = ["group", "member", "waived_on", "amount", "reason", "owner"]
    list_select_related = ["group__organisation", "member__person", "owner"]


@admin.register(Loan)
class LoanPages(OfGroupPages):
    list_display = ["group", "number", "member", "disbursed_on", "principal", "rate", "owner"]
    list_select_related = ["group__organisation", "member__person", "owner"]

    def view_on_site(self, loan: Loan) -> str:
        return reverse("groups:loan", args=[loan.pk])


@admin.register(InterestWaived)
class InterestWaivedPages(OfGroupPages):
    list_display = ["group", "loan", "month_ends_on", "amount", "waived_on", "owner"]
    list_select_related = ["group__organisation", "loan", "owner"]

    def view_on_site(self, waived: InterestWaived) -> str:
        return reverse("groups:loan", args=[waived.loan_id])


@admin.register(Renewal)
class RenewalPages(OfGroupPages):
    list_display = ["group", "loan", "starts_on", "principal", "capitalised", "owner"]
    list_select_related = ["group__organisation", "loan", "owner"]
