"""A group's ledger to take along: CSV, XLSX, and a journal that hledger reads.

Without names it has members by their numbers only, and no notes, because a note may name somebody.
The journal ends with what the database says each balance is, as assertions: hledger adds the
postings up by itself and refuses the file where it comes to something else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from paper.sheets import Cell, Column, Kind, Sheet, write_csv, write_xlsx
from savings_groups.bookkeeping.ledger import kind_of
from savings_groups.bookkeeping.money import Currency
from savings_groups.figures.verification import short_code
from savings_groups.models import Account, Balance, Fund, Group, JournalEntry, Member, Posting

AT_ONCE = 2000  # Postings held in memory at a time.
# hledger's words for the five kinds, which it knows without being told.
KIND_WORDS = {
    "asset": "assets",
    "liability": "liabilities",
    "equity": "equity",
    "income": "income",
    "expense": "expenses",
}


@dataclass(frozen=True)
class Form:
    """A kind of file: how it ends, and who writes it."""

    ending: str
    write: Callable[..., bytes]


def csv_of(group: Group, *, names: bool = False) -> bytes:
    """The ledger as CSV."""
    return write_csv(_sheet(group, names))


def xlsx_of(group: Group, *, names: bool = False) -> bytes:
    """The ledger as a workbook."""
    return write_xlsx([_sheet(group, names)])


def _sheet(group: Group, names: bool) -> Sheet:
    amounts = Kind.DECIMAL if group.money.exponent else Kind.WHOLE
    columns = [
        Column(_("Entry"), Kind.WHOLE, 8),
        Column(_("Date"), Kind.DAY, 12),
        Column(_("About"), width=28),
        Column(_("Reverses"), Kind.WHOLE, 10),
        Column(_("Meeting"), Kind.WHOLE, 10),
        Column(_("Account"), Kind.WHOLE, 10),
        Column(_("Name of the account"), width=34),
        Column(_("Fund"), width=18),
        Column(_("Member"), Kind.WHOLE, 10),
        *([Column(_("Name"), width=30)] if names else []),
        Column(_("Loan"), Kind.WHOLE, 8),
        Column(_("Debit"), amounts, 16),
        Column(_("Credit"), amounts, 16),
        *([Column(_("Note"), width=40)] if names else []),
    ]
    currency = _("Amounts are in %(currency)s.") % {"currency": group.get_currency_display()}
    code = _("Code of the ledger: %(code)s") % {"code": short_code(bytes(group.book.head)) or "–"}
    return Sheet(_("Ledger"), columns, _rows(group, names), [currency, code])


def _rows(group: Group, names: bool) -> Iterator[list[Cell]]:
    accounts = {account.pk: account.name for account in Account.objects.all()}
    scale = group.money.exponent
    for posting in _postings(group):
        journal, member = posting.journal, posting.member
        amount = posting.amount if not scale else posting.amount / 10**scale
        yield [
            journal.sequence,
            journal.book_date,
            journal.get_event_display(),
            journal.reverses.sequence if journal.reverses else None,
            journal.meeting.number if journal.meeting else None,
            posting.account_id,
            accounts[posting.account_id],
            posting.get_fund_display(),
            member.number if member else None,
            *([str(member.person) if member else ""] if names else []),
            posting.loan.number if posting.loan else None,
            amount if amount > 0 else None,
            -amount if amount < 0 else None,
            *([journal.memo] if names else []),
        ]


def _postings(group: Group) -> Iterator[Posting]:
    """All lines in their order, a part of them at a time."""
    found = Posting.objects.filter(journal__group=group).order_by("journal__sequence", "line")
    return found.select_related(
        "journal__reverses", "journal__meeting", "member__person", "loan"
    ).iterator(chunk_size=AT_ONCE)


# --- A journal for hledger --------------------------------------------------------------------


def hledger_of(group: Group, *, names: bool = False) -> bytes:
    """The ledger as a plain-text journal that ends with every balance of the database."""
    return "\n".join([*_journal_lines(group, names), ""]).encode()


def _journal_lines(group: Group, names: bool) -> Iterator[str]:
    accounts = {account.pk: account for account in Account.objects.all()}
    balances = list(
        Balance.objects.filter(group=group)
        .select_related("member__person", "loan")
        .order_by("account", "fund", "member__number", "loan__number")
    )
    last = group.last_booked_day
    head = short_code(bytes(group.book.head)) or "-"
    yield f"; {_plain(group.name)}"
    yield f"; {_('Code of the ledger: %(code)s') % {'code': head}}"
    yield "decimal-mark ."
    yield f"commodity {'1000.00' if group.money.exponent else '1000.'} {group.currency}"
    where = {_key(b): _account(accounts[b.account_id], b, names) for b in balances}
    for name in sorted(set(where.values())):
        yield f"account {name}"
    for journal, lines in groupby(_postings(group), key=lambda posting: posting.journal):
        yield ""
        yield from _entry(journal, names)
        for line in lines:
            account = _account(accounts[line.account_id], line, names)
            yield f"    {account}  {_amount(line.amount, group.money)}{_whose(line)}"
    if last and balances:
        yield ""
        yield f"{last.isoformat()} * {_('Balances')}"
        for balance in balances:
            nothing, whole = _amount(0, group.money), _amount(balance.amount, group.money)
            yield f"    {where[_key(balance)]}  {nothing} = {whole}"


def _entry(journal: JournalEntry, names: bool) -> Iterator[str]:
    yield f"{journal.book_date.isoformat()} * ({journal.sequence}) {journal.get_event_display()}"
    if journal.reverses:
        yield f"    ; reverses: {journal.reverses.sequence}"
    if journal.meeting:
        yield f"    ; meeting: {journal.meeting.number}"
    if names and journal.memo:
        yield f"    ; {_plain(journal.memo)}"


def _key(balance: Balance) -> tuple[Any, ...]:
    return balance.account_id, balance.fund, balance.member_id, balance.loan_id


def _account(account: Account, place: Posting | Balance, names: bool) -> str:
    """assets:1200 Loans to members:loan:member 3:loan 2, as far as the account is kept so."""
    parts = [
        KIND_WORDS[kind_of(account.code)],
        f"{account.code} {_plain(account.name)}",
        _plain(str(Fund(place.fund).label)),
    ]
    if account.by_member and place.member:
        parts.append(_member(place.member, names))
    if account.by_loan and place.loan:
        parts.append(_("loan %(number)s") % {"number": place.loan.number})
    return ":".join(parts)


def _member(member: Member, names: bool) -> str:
    words = _("member %(number)s") % {"number": member.number}
    return f"{words} {_plain(str(member.person))}" if names else words


def _whose(line: Posting) -> str:
    """Whose line it is where the account is not kept by member, as tags."""
    tags = [
        *([f"member: {line.member.number}"] if line.member else []),
        *([f"loan: {line.loan.number}"] if line.loan else []),
    ]
    return f"  ; {', '.join(tags)}" if tags else ""


def _amount(amount: int, currency: Currency) -> str:
    if not currency.exponent:
        return f"{amount} {currency}"
    whole, part = divmod(abs(amount), 10**currency.exponent)
    return f"{'-' if amount < 0 else ''}{whole}.{part:0{currency.exponent}} {currency}"


def _plain(text: str) -> str:
    """Words in which hledger sees no tag, comment, date or other sign of its own."""
    words = re.sub(r"[:;\[\]|]", " ", text)
    return re.sub(r"[\s\x00-\x1f\x7f]+", " ", words).strip() or "-"


FORMS = {
    "csv": Form("csv", csv_of),
    "xlsx": Form("xlsx", xlsx_of),
    "hledger": Form("journal", hledger_of),
}
