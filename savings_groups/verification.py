"""Checking a ledger from outside: every rule again, by another way than what wrote it."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from savings_groups import ledger
from savings_groups.ledger import Account
from savings_groups.models import Balance, Book, Group, Journal, Posting

# Without letters and digits that look alike on paper.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def short_code(head: bytes) -> str:
    """Eight letters of a head, as printed on paper: K7QF-2MXB. A different ledger has others."""
    if not head:
        return ""
    number = int.from_bytes(bytes(head)[:5], "big")
    letters = "".join(ALPHABET[(number >> shift) & 31] for shift in range(35, -1, -5))
    return f"{letters[:4]}-{letters[4:]}"


@dataclass(frozen=True)
class Fault:
    """Something that is wrong in a ledger; `journal` is the number of the entry, if it is one."""

    group: Group
    message: str
    journal: int | None = None

    def __str__(self) -> str:
        where = f" [{self.journal}]" if self.journal else ""
        return f"{self.group.pk}{where}: {self.message}"


def canonical(journal: Journal, postings: list[Posting]) -> bytes:
    """The text of a journal that its hash covers; migration 0003 describes it."""
    recorded = journal.recorded_at.astimezone(UTC)
    head = [
        journal.sequence,
        journal.book_date.isoformat(),
        journal.event,
        _text(journal.meeting_id),
        _text(journal.closing_id),
        _text(journal.member_id),
        _text(journal.rules_id),
        _text(journal.reverses_id),
        journal.memo,
        recorded.strftime("%Y-%m-%d %H:%M:%S.%f"),
        _text(journal.created_by_id),
    ]
    lines = [
        [p.account_id, p.fund, _text(p.member_id), _text(p.loan_id), p.amount]
        for p in sorted(postings, key=lambda p: p.line)
    ]
    return "".join(json.dumps(part, ensure_ascii=False) for part in [head, *lines]).encode()


def _text(key: Any) -> str | None:
    return str(key) if key else None


def verify_group(group: Group) -> list[Fault]:
    """Everything that is wrong in one group's ledger; empty when it is sound.

    Recomputes the chain of hashes and compares it with the seals and the head, adds up every
    journal by fund, every balance, and checks that none lies on the wrong side.
    """
    return [Fault(group, message, number) for message, number in _faults(group)]


def _faults(group: Group) -> Iterator[tuple[str, int | None]]:
    book = Book.objects.filter(group=group).first()
    if book is None:
        yield _("The group has no book."), None
        return
    yield from _faults_in_chain(group, book)
    yield from _faults_in_balances(group)


def _faults_in_chain(group: Group, book: Book) -> Iterator[tuple[str, int | None]]:
    postings: dict[Any, list[Posting]] = defaultdict(list)
    for posting in Posting.objects.filter(journal__group=group):
        postings[posting.journal_id].append(posting)
    head, number = b"", 0
    originals: dict[Any, int] = defaultdict(int)
    journals = Journal.objects.filter(group=group).select_related("seal").order_by("sequence")
    for journal in journals:
        number += 1
        if journal.sequence != number:
            yield _("An entry is missing before this one."), journal.sequence
            number = journal.sequence
        lines = postings[journal.pk]
        head = hashlib.sha256(head + canonical(journal, lines)).digest()
        seal = getattr(journal, "seal", None)
        if seal is None or bytes(seal.hash) != head:
            yield _("This entry, or one before it, is not as it was sealed."), journal.sequence
            head = bytes(seal.hash) if seal else head
        yield from ((message, journal.sequence) for message in _faults_in(journal, lines))
        if journal.reverses_id:
            originals[journal.reverses_id] += 1
    if any(times > 1 for times in originals.values()):
        yield _("An entry was reversed twice."), None
    if (book.sequence, bytes(book.head)) != (number, head):
        yield _("The head of the book is not that of its last entry."), None


def _faults_in(journal: Journal, lines: list[Posting]) -> Iterator[str]:
    sums: dict[str, int] = defaultdict(int)
    for line in lines:
        sums[line.fund] += line.amount
    if len(lines) < 2:
        yield _("This entry has fewer than two lines.")
    if any(sums.values()):
        yield _("This entry does not balance.")
    if any(line.group_id != journal.group_id for line in lines):
        yield _("This entry names a member or a loan of another group.")


def _faults_in_balances(group: Group) -> Iterator[tuple[str, int | None]]:
    summed: dict[tuple, int] = defaultdict(int)
    rows = (
        Posting.objects.filter(group=group)
        .values_list("account", "fund", "member", "loan")
        .annotate(Sum("amount"))
        .order_by()
    )
    for account, fund, member, loan, amount in rows:
        by_member = member if account in ledger.BY_MEMBER else None
        by_loan = loan if account in ledger.BY_LOAN else None
        summed[account, fund, by_member, by_loan] += amount
    kept = {
        (row.account_id, row.fund, row.member_id, row.loan_id): row.amount
        for row in Balance.objects.filter(group=group)
    }
    for place in summed.keys() | kept.keys():
        name = Account(place[0]).value
        if summed.get(place, 0) != kept.get(place, 0):
            yield (
                _("The balance of account %(account)s is not the sum of its entries.")
                % {"account": name},
                None,
            )
        if summed.get(place, 0) * ledger.normal_side(place[0]) < 0:
            yield _("Account %(account)s lies below zero.") % {"account": name}, None
    if group.state != Group.State.SETTING_UP and any(
        amount for place, amount in summed.items() if place[0] == Account.OPENING
    ):
        yield _("The opening balances do not add up yet."), None
