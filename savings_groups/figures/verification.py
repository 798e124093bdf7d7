"""Checking a ledger from outside: every rule again, by another way than what wrote it."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from django.db.models import Prefetch, Sum
from django.utils.translation import gettext as _

from savings_groups.bookkeeping import ledger
from savings_groups.bookkeeping.ledger import Account, Event
from savings_groups.bookkeeping.loans import interest_up_front
from savings_groups.figures.parts import about
from savings_groups.models import Balance, Book, Group, JournalEntry, Loan, Posting

# Without letters and digits that look alike on paper.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

PLACE = ("account", "fund", "member", "loan")
AT_ONCE = 1000  # How many journal entries are held in memory.


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


def canonical(journal: JournalEntry, lines: Iterable[Posting]) -> bytes:
    """The text of a journal entry that its hash covers; migration 0003 describes it."""
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
    parts = [
        f"[{p.account_id}|{p.fund}|{p.member_id or ''}|{p.loan_id or ''}|{p.amount}]" for p in lines
    ]
    return (json.dumps(head, ensure_ascii=False) + "".join(parts)).encode()


def _text(key: Any) -> str | None:
    return str(key) if key else None


def verify_group(group: Group) -> list[Fault]:
    """Everything that is wrong in one group's ledger; empty when it is sound.

    Recomputes the chain of hashes and compares it with the seals and the head, adds up every
    journal entry by fund, every balance, and checks that none lies on the wrong side. It reads the
    ledger in parts, so that its size does not matter.
    """
    return [Fault(group, message, number) for message, number in _faults(group)]


def _faults(group: Group) -> Iterator[tuple[str, int | None]]:
    book = Book.objects.filter(group=group).first()
    if book is None:
        yield _("The group has no book."), None
        return
    yield from _faults_in_chain(group, book)
    yield from _faults_in_reversals(group)
    yield from _faults_in_loans(group)
    yield from _faults_in_balances(group)


def _faults_in_chain(group: Group, book: Book) -> Iterator[tuple[str, int | None]]:
    head, number = b"", 0
    for journal, lines in _journals(group):
        number += 1
        if journal.sequence != number:
            yield _("An entry is missing before this one."), journal.sequence
            number = journal.sequence
        head = hashlib.sha256(head + canonical(journal, lines)).digest()
        seal = getattr(journal, "seal", None)
        if seal is None or bytes(seal.hash) != head:
            yield _("This entry, or one before it, is not as it was sealed."), journal.sequence
            # From here on the entries after it are looked at by themselves.
            head = bytes(seal.hash) if seal else head
        yield from ((message, journal.sequence) for message in _faults_in(journal, lines, group))
    if (book.sequence, bytes(book.head)) != (number, head):
        yield _("The head of the book is not that of its last entry."), None


def _journals(group: Group) -> Iterator[tuple[JournalEntry, list[Posting]]]:
    """The journal entries in their order, with their lines in theirs."""
    lines = Posting.objects.order_by("line")
    found = (
        JournalEntry.objects.filter(group=group)
        .select_related("seal")
        .prefetch_related(Prefetch("postings", lines))
        .order_by("sequence")
    )
    for journal in found.iterator(chunk_size=AT_ONCE):
        yield journal, list(journal.postings.all())


def _faults_in(journal: JournalEntry, lines: list[Posting], group: Group) -> Iterator[str]:
    sums: dict[str, int] = defaultdict(int)
    for line in lines:
        sums[line.fund] += line.amount
    if len(lines) < 2:
        yield _("This entry has fewer than two lines.")
    if any(sums.values()):
        yield _("This entry does not balance.")
    if any(line.group_id != group.pk for line in lines):
        yield _("This entry names a member or a loan of another group.")
    if journal.owner_id != group.owner_id or any(p.owner_id != group.owner_id for p in lines):
        yield _("This entry belongs to another organisation.")


def _faults_in_reversals(group: Group) -> Iterator[tuple[str, int | None]]:
    """Entries that were reversed twice, and reversals that are no mirrors."""
    reversals = list(
        JournalEntry.objects.filter(group=group, reverses__isnull=False).values_list(
            "pk", "reverses", "sequence", "reverses__sequence"
        )
    )
    seen: set[Any] = set()
    for _pk, original, _number, of in reversals:
        if original in seen:
            yield _("This entry was reversed twice."), of
        seen.add(original)
    for start in range(0, len(reversals), AT_ONCE):
        part = reversals[start : start + AT_ONCE]
        wanted = [pk for pair in part for pk in pair[:2]]
        places: dict[Any, dict[tuple[Any, ...], int]] = defaultdict(lambda: defaultdict(int))
        rows = Posting.objects.filter(journal__in=wanted).values_list("journal", *PLACE, "amount")
        for journal, *place, amount in rows:
            places[journal][tuple(place)] += amount
        for pk, original, number, _of in part:
            both = places[pk].keys() | places[original].keys()
            if any(places[pk][place] + places[original][place] for place in both):
                yield _("This entry is not the mirror of the one it reverses."), number


def _faults_in_loans(group: Group) -> Iterator[tuple[str, int | None]]:
    """Loans of which other interest was taken when they were paid out than their terms say."""
    sums: dict[Any, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    paid_out = Posting.objects.filter(about(Event.LOAN), group=group, loan__isnull=False)
    for loan, account, amount in (
        paid_out.values_list("loan", "account").annotate(Sum("amount")).order_by()
    ):
        sums[loan][account] = amount
    for loan in Loan.objects.filter(group=group, pk__in=sums).with_terms().order_by("number"):
        was_given = sums[loan.pk][Account.LOANS] > 0
        owed = interest_up_front(loan.terms_as_given) if was_given else 0
        if -sums[loan.pk][Account.LOAN_INTEREST] != owed:
            yield (
                _("Of loan %(number)s other interest was taken than its terms say.")
                % {"number": loan.number},
                None,
            )


def _faults_in_balances(group: Group) -> Iterator[tuple[str, int | None]]:
    summed: dict[tuple[Any, ...], int] = defaultdict(int)
    rows = (
        Posting.objects.filter(group=group).values_list(*PLACE).annotate(Sum("amount")).order_by()
    )
    for account, fund, member, loan, amount in rows.iterator():
        by_member = member if account in ledger.BY_MEMBER else None
        by_loan = loan if account in ledger.BY_LOAN else None
        summed[account, fund, by_member, by_loan] += amount
    kept = {
        (row.account_id, row.fund, row.member_id, row.loan_id): row.amount
        for row in Balance.objects.filter(group=group)
    }
    known = set(Account)
    for place in sorted(summed.keys() | kept.keys(), key=str):
        name = place[0]
        if summed.get(place, 0) != kept.get(place, 0):
            yield (
                _("The balance of account %(account)s is not the sum of its entries.")
                % {"account": name},
                None,
            )
        if name not in known:
            yield _("There is no account %(account)s.") % {"account": name}, None
        elif summed.get(place, 0) * ledger.normal_side(name) < 0:
            yield _("Account %(account)s lies below zero.") % {"account": name}, None
    if group.state != Group.State.SETTING_UP and any(
        amount for place, amount in summed.items() if place[0] == Account.OPENING
    ):
        yield _("The opening balances do not add up yet."), None
