"""The papers of a savings group: meeting sheet, passbooks, records, statement, year end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Model, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from core.errors import Refused
from core.papers import KINDS, Kind, Paper, printable
from khmer.dates import format_date, format_date_range, short_date
from paper.qr import qr_svg
from paper.rows import Row
from paper.templatetags.paper import digits
from registry.models import User, chain_of
from savings_groups.actions.closing import preview
from savings_groups.bookkeeping import loans
from savings_groups.bookkeeping.money import Currency, format_money, signed
from savings_groups.figures.paper_sheet import (
    PaperSheet,
    blank_sheet,
    filled_sheet,
    legend,
)
from savings_groups.figures.passbook import (
    Passbook,
    PassbookLine,
    members_for_passbooks,
    passbooks_of,
)
from savings_groups.figures.records import (
    Change,
    SavingsColumn,
    SavingsLedger,
    SavingsRow,
    baseline_of,
    cash_ledger,
    loan_ledger,
    minutes_of,
    reconciliation_of,
    savings_ledger,
)
from savings_groups.figures.results import Results, results_before, results_of
from savings_groups.figures.savings_interest import starts_after
from savings_groups.figures.situation import meetings_held
from savings_groups.figures.statements import fund_names, statement_of
from savings_groups.figures.verification import short_code
from savings_groups.forms.papers import StatementForm
from savings_groups.models import Book, Closing, Group, Loan, Meeting, Member

MEETINGS_ON_A_PAGE = 12
GROUP_NAMES = (
    "owner",
    "organisation",
    *chain_of("place"),
)


def _groups(user: User) -> QuerySet[Group]:
    return Group.objects.visible_to(user).with_names()


def _sealed(user: User) -> QuerySet[Meeting]:
    return (
        Meeting.objects.visible_to(user)
        .sealed()
        .select_related(
            "rules", "sealed_by", "witness_one__person", "witness_two__person", *_names("group")
        )
    )


def _members(user: User) -> QuerySet[Member]:
    return Member.objects.visible_to(user).select_related("person__place", *_names("group"))


def _loans(user: User) -> QuerySet[Loan]:
    return (
        Loan.objects.visible_to(user)
        .with_terms()
        .select_related("member__person", *Loan.BACKERS, *_names("group"))
    )


def _closings(user: User) -> QuerySet[Closing]:
    closed = Closing.objects.visible_to(user).filter(state=Closing.State.CLOSED)
    return closed.select_related("rules", *_names("group"))


def _names(to: str) -> list[str]:
    """The relations that the head of a paper reads."""
    return [f"{to}__{name}" for name in GROUP_NAMES]


def papers_about(model: type[Model], user: User) -> list[Kind]:
    """The kinds of paper about a record of this model that a user may print."""
    ours = [kind for kind in KINDS.values() if kind.name.startswith("savings_groups.")]
    return [k for k in ours if user.may(k.permission) and k.records(user).model is model]


def papers_for(group: Group, user: User) -> list[Kind]:
    """The kinds of paper about a group that a user may print now."""
    kinds = papers_about(Group, user)
    dropped = set()
    if not group.rules.exists():
        dropped |= {"savings_groups.sheet-blank"}
    if not group.is_live or group.meetings.exclude(state=Meeting.State.SEALED).exists():
        dropped |= {"savings_groups.closing-preview"}
    return [kind for kind in kinds if kind.name not in dropped]


def papers_of_days(group: Group, user: User) -> list[Kind]:
    """The kinds of paper about a group that cover the days one chooses."""
    return [kind for kind in papers_for(group, user) if kind.form is StatementForm]


@dataclass(frozen=True)
class Choice:
    """Papers of which one first says what they are about: which meeting, member, loan or year."""

    label: str
    kinds: Sequence[Kind]
    records: Sequence[tuple[UUID, str]]


def choices_for(group: Group, user: User) -> list[Choice]:
    """The papers about parts of a group, with what each can be about; the newest first."""
    meetings = group.meetings.sealed().order_by("-held_on", "-number")
    members = group.members.select_related("person")
    loans_given = group.loans.select_related("member__person").order_by("-number")
    closed = group.closings.filter(state=Closing.State.CLOSED)
    found = [
        (_("Of a meeting"), Meeting, [(m.pk, _meeting_label(m)) for m in meetings]),
        (_("Of a member"), Member, [(m.pk, str(m)) for m in members]),
        (_("Of a loan"), Loan, [(n.pk, f"{n.number}: {n.member.person}") for n in loans_given]),
        (
            _("Of a closed year"),
            Closing,
            [(c.pk, _year_label(c)) for c in closed],
        ),
    ]
    choices = [Choice(label, papers_about(model, user), records) for label, model, records in found]
    return [choice for choice in choices if choice.kinds and choice.records]


def _meeting_label(meeting: Meeting) -> str:
    return f"{meeting.number} · {format_date(meeting.held_on, get_language() or 'en')}"


def _year_label(closing: Closing) -> str:
    return format_date_range(closing.starts_on, closing.through, get_language() or "en")


# --- The meeting sheet ----------------------------------------------------------------------


@printable(
    "savings_groups.sheet-blank", gettext_lazy("Blank sheet for the next meeting"), of=_groups
)
def sheet_for_next_meeting(group: Group) -> Paper:
    """The sheet to take along: members, what they have and owe, and room for the rest."""
    return _sheet(blank_sheet(group))


@printable("savings_groups.sheet", gettext_lazy("Meeting sheet as it was sealed"), of=_sealed)
def sealed_sheet(meeting: Meeting) -> Paper:
    """The same sheet with what was booked, counted and found."""
    return _sheet(filled_sheet(meeting))


def _sheet(sheet: PaperSheet) -> Paper:
    return Paper(
        template="savings_groups/paper/sheet.html",
        context={"group": sheet.group, "sheet": sheet, "legend": legend()},
        title=_("Meeting sheet"),
        people=len(sheet.rows),
    )


# --- Passbooks ------------------------------------------------------------------------------


@printable("savings_groups.passbook", gettext_lazy("Passbook"), of=_members)
def passbook(member: Member) -> Paper:
    """The passbook of one member."""
    return _passbooks(member.group, passbooks_of([member]))


@printable("savings_groups.passbooks", gettext_lazy("Passbooks of all members"), of=_groups)
def all_passbooks(group: Group) -> Paper:
    """The passbooks of all members of a group, each from a new page on."""
    return _passbooks(group, passbooks_of(members_for_passbooks(group)))


def _passbooks(group: Group, books: Sequence[Passbook]) -> Paper:
    pages = [
        (
            book,
            qr_svg(
                settings.SAMAKI_BASE_URL + reverse("groups:passbook", args=[book.member.pk]),
                label=_("Opens this passbook"),
            ),
        )
        for book in books
    ]
    return Paper(
        template="savings_groups/paper/passbook.html",
        context={"group": group, "pages": pages, "today": timezone.localdate()},
        title=_("Passbook"),
        people=len(books),
        rows={
            str(book.member.pk): [_passbook_row(line, book, group.money) for line in book.lines]
            for book in books
        },
    )


def _passbook_row(line: PassbookLine, book: Passbook, currency: Currency) -> Row:
    sums = line.amounts
    moved = [sums.saving, sums.withdrawal]
    moved += [sums.voluntary, sums.voluntary_out] if book.has_voluntary else []
    moved += [sums.welfare, sums.fine]
    moved += [sums.fee] if book.has_fees else []
    moved += [sums.loan, sums.interest, sums.principal]
    stamps = [line.stamps, line.stamps_after] if book.has_stamps else []
    extras = [f"{label}: {digits(format_money(extra, currency))}" for label, extra in line.extras]
    return Row(
        [
            digits(short_date(line.on)),
            ("\n".join([_passbook_event(line), *extras]), line.note),
            *(digits(signed(each)) for each in stamps),
            *(_amount(each, currency) for each in moved),
            _amount(line.savings_after, currency) or digits(0),
            _amount(line.loan_after, currency),
            "",
        ],
        look="taken-back" if line.is_reversal else "",
    )


def _amount(value: int, currency: Currency) -> str:
    """The number alone, in columns whose head names the currency; nothing for nothing."""
    return digits(format_money(value, currency, sign=False)) if value else ""


def _passbook_event(line: PassbookLine) -> str:
    """What was booked, and at which meeting."""
    if line.meeting is None:
        return str(line.what)
    number = digits(line.meeting)
    if line.is_reversal or line.is_correction:
        return f"{line.what} ({_('meeting %(number)s') % {'number': number}})"
    return f"{line.what} {number}"


# --- Minutes and baseline -------------------------------------------------------------------


@printable("savings_groups.minutes", gettext_lazy("Minutes"), of=_sealed)
def minutes(meeting: Meeting) -> Paper:
    """The minutes of a meeting."""
    found = minutes_of(meeting)
    return Paper(
        template="savings_groups/paper/minutes.html",
        context={"group": meeting.group, "minutes": found, "meeting": meeting},
        title=_("Minutes"),
        people=found.listed,
    )


@printable("savings_groups.baseline", gettext_lazy("Baseline: members, offices, rules"), of=_groups)
def baseline(group: Group) -> Paper:
    """The profile of a group."""
    today = timezone.localdate()
    found = baseline_of(group, on=today)
    return Paper(
        template="savings_groups/paper/baseline.html",
        context={"group": group, "baseline": found, "today": today},
        title=_("Baseline"),
        people=len(found.members),
    )


# --- What covers a period: the latest year, or one that was closed ------------------------


@dataclass(frozen=True)
class Period:
    """The days that a paper covers."""

    first: date
    last: date


Periodical = Callable[[Group, Period], Paper]


def period_chosen(group: Group, first: date | None, last: date | None) -> Period:
    """The days that somebody asked for, and the latest year where nothing is said.

    It ends with the last entry at the latest: nobody is called late for what is not booked yet.
    """
    year = latest_year(group)
    begins = first or min(year.first, last or year.first)
    return Period(begins, max(begins, min(last or year.last, year.last)))


def latest_year(group: Group) -> Period:
    """From the day after the last closing, or the first entry, to the last day that was booked.

    Of what was paid later the ledger knows nothing yet, so nobody is called late for it. While
    nothing is booked after the last closing, it is the year that was closed.
    """
    last = group.last_booked_day
    closed = group.closings.filter(state=Closing.State.CLOSED).order_by("-through").first()
    if closed and (last is None or last <= closed.through):
        return Period(closed.starts_on, closed.through)
    first = starts_after(group)
    return Period(first, max(first, last or first))


def _periodical(name: str, label: str | Promise) -> Callable[[Periodical], Periodical]:
    """Register a paper twice: of a group for chosen days, and of a closing for its year."""

    def register(build: Periodical) -> Periodical:
        printable(f"savings_groups.{name}", label, of=_groups, form=StatementForm)(
            lambda group, first=None, last=None: build(group, period_chosen(group, first, last))
        )
        printable(f"savings_groups.year-{name}", label, of=_closings)(
            lambda closing: build(closing.group, Period(closing.starts_on, closing.through))
        )
        return build

    return register


@_periodical("cash-ledger", gettext_lazy("Cash ledger"))
def cash(group: Group, period: Period) -> Paper:
    """Every movement of the boxes and the bank."""
    books = cash_ledger(group, first=period.first, last=period.last)
    named = {move.journal.member_id for book in books for move in book.moves}
    return Paper(
        template="savings_groups/paper/cash_ledger.html",
        context=_of(group, period, books=books),
        title=_("Cash ledger"),
        people=len(named - {None}),
    )


@_periodical("savings-ledger", gettext_lazy("Savings ledger"))
def savings(group: Group, period: Period) -> Paper:
    """Members down, meetings across."""
    ledger = savings_ledger(group, first=period.first, last=period.last)
    return Paper(
        template="savings_groups/paper/savings_ledger.html",
        context=_of(group, period, ledger=ledger, parts=_in_parts(ledger)),
        title=_("Savings ledger"),
        people=len(ledger.rows),
    )


@dataclass(frozen=True)
class SavingsPart:
    """Some of the meetings of a savings ledger, as many as a page is wide."""

    columns: Sequence[SavingsColumn]
    rows: Sequence[tuple[SavingsRow, Sequence[Change]]]
    totals: Sequence[Change]
    is_first: bool
    is_last: bool


def _in_parts(ledger: SavingsLedger) -> list[SavingsPart]:
    starts = range(0, len(ledger.columns), MEETINGS_ON_A_PAGE) or [0]
    parts = [slice(start, start + MEETINGS_ON_A_PAGE) for start in starts]
    return [
        SavingsPart(
            columns=ledger.columns[part],
            rows=[(row, row.moves[part]) for row in ledger.rows],
            totals=ledger.moves[part],
            is_first=part == parts[0],
            is_last=part == parts[-1],
        )
        for part in parts
    ]


@_periodical("loan-ledger", gettext_lazy("Loan ledger"))
def loans_of(group: Group, period: Period) -> Paper:
    """Each loan: what was agreed, paid and is left."""
    ledger = loan_ledger(group, first=period.first, last=period.last)
    named = {record.loan.member_id for record in ledger.loans}
    return Paper(
        template="savings_groups/paper/loan_ledger.html",
        context=_of(group, period, ledger=ledger),
        title=_("Loan ledger"),
        people=len(named),
    )


@_periodical("reconciliation", gettext_lazy("Reconciliation"))
def reconciliation(group: Group, period: Period) -> Paper:
    """The counts of the box, the control accounts, and the ledger verified."""
    found = reconciliation_of(group, first=period.first, last=period.last)
    named = {m.witness_one_id for m in found.meetings} | {m.witness_two_id for m in found.meetings}
    return Paper(
        template="savings_groups/paper/reconciliation.html",
        context=_of(group, period, reconciliation=found),
        title=_("Reconciliation"),
        people=len(named - {None}),
    )


@_periodical("statement", gettext_lazy("Group statement"))
def statement(group: Group, period: Period) -> Paper:
    """Balance sheet, income and expenses. It names no member."""
    found = statement_of(group, first=period.first, last=period.last)
    return Paper(
        template="savings_groups/paper/statement.html",
        context=_of(group, period, statement=found, funds=fund_names(found.funds)),
        title=_("Group statement"),
    )


def _of(group: Group, period: Period, **more: Any) -> dict[str, Any]:
    book = Book.objects.get(group=group)
    return {
        "group": group,
        "period": period,
        "today": timezone.localdate(),
        "entries": book.sequence,
        "code": short_code(bytes(book.head)),
        **more,
    }


# --- The end of a year ----------------------------------------------------------------------


@printable("savings_groups.closing-preview", gettext_lazy("Year end before the vote"), of=_groups)
def closing_preview(group: Group) -> Paper:
    """What closing through the last day that anything was booked would mean for everybody."""
    try:
        plan = preview(group, through=group.last_booked_day or timezone.localdate())
    except Refused as refused:
        # Somebody waits for a paper; it says why there is nothing to vote on.
        return _closing(group, None, str(refused))
    return _closing(group, results_before(plan))


@printable(
    "savings_groups.closing", gettext_lazy("Year end: the result of each member"), of=_closings
)
def closing_results(closing: Closing) -> Paper:
    """What a closing has booked for everybody."""
    return _closing(closing.group, results_of(closing))


def _closing(group: Group, results: Results | None, refused: str = "") -> Paper:
    return Paper(
        template="savings_groups/paper/closing.html",
        context={
            "group": group,
            "results": results,
            "refused": refused,
            "today": timezone.localdate(),
        },
        title=_("Year end"),
        people=len(results.rows) if results else 0,
    )


# --- Loans ----------------------------------------------------------------------------------


@printable("savings_groups.loan-card", gettext_lazy("Loan card with the true cost"), of=_loans)
def loan_card(loan: Loan) -> Paper:
    """What a loan costs, to be signed by the member: schedule, total, true monthly cost."""
    cost = loans.cost_of(*loans.followed(loan.terms, meetings_held(loan.group)))
    return Paper(
        template="savings_groups/paper/loan_card.html",
        context={
            "group": loan.group,
            "loan": loan,
            "terms": cost.terms,
            "cost": cost,
        },
        title=_("Loan card"),
        people=1,
    )
