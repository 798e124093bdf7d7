"""The ledger: to look at, and nothing else. Only the names of the accounts can be changed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.admin.pages import BasePages, ReadOnlyPages, ReadOnlyRows
from registry.admin.filters import OwnerFilter
from savings_groups.admin import finding
from savings_groups.admin.groups import SEARCH_HELP, OfGroupPages
from savings_groups.figures.verification import short_code
from savings_groups.models import (
    Account,
    Balance,
    Book,
    Closing,
    ClosingResult,
    JournalEntry,
    Posting,
    Seal,
)


@admin.register(Account)
class AccountPages(BasePages):
    list_display = ["code", "name_en", "name_km"]
    search_fields = ["code", "name_en", "name_km"]
    fields = ["code", "name_km", "name_en"]
    # The database refuses another code, side or way of keeping, too.
    readonly_fields = ["code"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The names alone: the application's role may write no other column."""
        obj.save(update_fields=["name_km", "name_en"])

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PostingRows(ReadOnlyRows):
    model = Posting
    fields = ["line", "account", "fund", "member", "loan", "amount"]
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> Any:
        found = super().get_queryset(request).select_related("account", "member__person", "loan")
        return found.order_by("line")


@admin.register(JournalEntry)
class JournalEntryPages(OfGroupPages):
    list_display = ["group", "sequence", "book_date", "event", "recorded_at", "owner"]
    list_filter = ["event", OwnerFilter]
    inlines = [PostingRows]

    def view_on_site(self, journal: JournalEntry) -> str:
        return reverse("groups:journal", args=[journal.pk])


@admin.register(Posting)
class PostingPages(OfGroupPages):
    list_display = ["group", "journal", "account", "fund", "member", "loan", "amount", "owner"]
    list_filter = ["fund", OwnerFilter]
    list_select_related = [
        *("group__organisation", "journal", "account", "member__person", "loan", "owner"),
    ]


@admin.register(Seal)
class SealPages(ReadOnlyPages):
    search = staticmethod(finding.through("journal__group"))
    search_fields = ["journal__group__organisation__search_key"]
    search_help_text = SEARCH_HELP
    list_display = ["of_group", "journal", "code"]
    list_select_related = ["journal__group__organisation"]
    ordering = ["-journal"]
    sortable_by = ()
    fields = ["journal", "code", "whole"]
    readonly_fields = ["code", "whole"]

    @admin.display(description=_("savings group"))
    def of_group(self, seal: Seal) -> str:
        return str(seal.journal.group)

    @admin.display(description=_("code"))
    def code(self, seal: Seal) -> str:
        return short_code(bytes(seal.hash))

    @admin.display(description=_("seal"))
    def whole(self, seal: Seal) -> str:
        return str(seal)


@admin.register(Book)
class BookPages(OfGroupPages):
    list_display = ["group", "sequence", "code", "closed_through", "owner"]
    ordering = ["-group"]
    fields = ["group", "owner", "sequence", "code", "closed_through"]
    readonly_fields = ["code"]

    @admin.display(description=_("code"))
    def code(self, book: Book) -> str:
        return short_code(bytes(book.head))


@admin.register(Balance)
class BalancePages(OfGroupPages):
    list_display = ["group", "account", "fund", "member", "loan", "amount"]
    list_filter = ["fund"]
    list_select_related = ["group__organisation", "account", "member__person", "loan"]


@admin.register(Closing)
class ClosingPages(OfGroupPages):
    list_display = ["group", "starts_on", "through", "kind", "state", "profit", "owner"]
    list_filter = ["state", "kind", OwnerFilter]

    def view_on_site(self, closing: Closing) -> str:
        return reverse("groups:closing", args=[closing.pk])


@admin.register(ClosingResult)
class ClosingResultPages(OfGroupPages):
    list_display = ["group", "closing", "member", "profit", "payout", "still_owed", "owner"]
    list_select_related = ["group__organisation", "closing", "member__person", "owner"]
