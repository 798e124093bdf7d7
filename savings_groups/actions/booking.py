"""From a sheet to the ledger: what each line of it posts, and what speaks against it.

Money comes in before it goes out, as at the meeting itself. The amounts of the sheet are checked
against how the group stands; the database checks the result once more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from savings_groups.bookkeeping import ledger, loans
from savings_groups.bookkeeping.ledger import Account, Event, Fund, GroupEvent, NewEntry
from savings_groups.bookkeeping.money import format_money
from savings_groups.bookkeeping.shares import Holding
from savings_groups.figures.joining import catch_up_of
from savings_groups.figures.situation import LoanSituation, MemberSituation, Place, Situation
from savings_groups.models import Account as AccountRow
from savings_groups.models import GroupLine, Loan, Meeting, Rules, SheetRow, Split


@dataclass
class Problems:
    """What is wrong with a sheet: by member and field, by line, and with the whole."""

    rows: dict[UUID, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    lines: dict[UUID, str] = field(default_factory=dict)
    whole: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(any(self.rows.values()) or self.lines or self.whole)


# --- Splitting repayments -------------------------------------------------------------------


def split_of(row: SheetRow, situation: Situation) -> loans.Allocation:
    """How a repayment is divided over what the member owes, by the group's order."""
    own = situation.of(row.member_id)
    order = loans.Order(situation.rules.allocation)
    fines = max(own.fines_owed + row.fine_levied - row.fine_paid, 0)
    due = [item.debt for item in own.loans]
    found = loans.allocate(row.repayment, due, order, fines=fines)
    # Whoever ends a flat loan early may owe its whole interest by the rules.
    ending = [
        _to_end(item) if part.principal == item.standing.balance else item.debt
        for item, part in zip(own.loans, found.loans, strict=True)
    ]
    return loans.allocate(row.repayment, ending, order, fines=fines) if ending != due else found


def _to_end(item: LoanSituation) -> loans.Debt:
    standing = item.standing
    return loans.Debt(
        item.loan.pk, standing.interest_to_settle, standing.balance, standing.given_back
    )


def splits_of(rows: Iterable[SheetRow], situation: Situation) -> list[Split]:
    """The splits of all repayments of a sheet, not saved."""
    splits = []
    for row in rows:
        if not row.repayment:
            continue
        found = split_of(row, situation)
        parts = [(part.key, part.interest, part.principal) for part in found.loans if part.total]
        splits += [
            _split(row, loan_paid_id=key, interest=interest, principal=principal)
            for key, interest, principal in parts
        ]
        if found.fines or found.over:
            splits.append(_split(row, fines=found.fines, over=found.over))
    return splits


def _split(row: SheetRow, **values: object) -> Split:
    return Split(
        owner_id=row.owner_id,
        group_id=row.group_id,
        meeting_id=row.meeting_id,
        row=row,
        created_by_id=row.created_by_id,
        **values,
    )


# --- What a sheet posts ---------------------------------------------------------------------


def entries_of(
    meeting: Meeting,
    rows: Sequence[SheetRow],
    splits: Iterable[Split],
    lines: Sequence[GroupLine],
    new_loans: Mapping[UUID, UUID],
) -> list[NewEntry | None]:
    """Everything that a counted sheet posts, receipts first and the count's difference last.

    `new_loans` has the identifier of the loan that a member's line pays out.
    """
    rules = meeting.rules
    by_row: dict[UUID, list[Split]] = defaultdict(list)
    for split in splits:
        by_row[split.row_id].append(split)
    account = rules.savings_account
    ins = [line for line in lines if line.event in _IN]
    outs = [line for line in lines if line.event not in _IN]
    return [
        *[receipt(row, by_row[row.pk], rules) for row in rows],
        *[entry_of_line(line) for line in ins],
        *[
            ledger.entry(
                Event.WITHDRAWAL,
                [
                    *ledger.withdrawal(row.member_id, row.withdrawal, account=account),
                    *ledger.withdrawal(
                        row.member_id, row.voluntary_out, account=Account.VOLUNTARY_SAVINGS
                    ),
                ],
                member=row.member_id,
            )
            for row in rows
            if row.withdrawal or row.voluntary_out
        ],
        *[
            ledger.entry(
                Event.LOAN,
                ledger.loan_disbursed(
                    row.member_id,
                    new_loans[row.member_id],
                    row.loan,
                    interest=loans.interest_up_front(new_loan(row, meeting, 0).terms_as_given),
                ),
                member=row.member_id,
                memo=row.loan_purpose,
            )
            for row in rows
            if row.loan
        ],
        *[entry_of_line(line) for line in outs],
        difference(meeting),
    ]


def opening_entries(
    meeting: Meeting,
    rows: Sequence[SheetRow],
    lines: Sequence[GroupLine],
    new_loans: Mapping[UUID, UUID],
) -> list[NewEntry | None]:
    """What a cut-off meeting takes over; the group's own money clears the opening account."""
    account = meeting.rules.savings_account
    entries = []
    for row in rows:
        member = row.member_id
        taken = ledger.opening(account, row.saving, Fund.LOAN, member=member)
        taken += ledger.opening(Account.VOLUNTARY_SAVINGS, row.voluntary, Fund.LOAN, member=member)
        taken += ledger.opening(
            Account.WELFARE_LOANS, row.welfare_owed, Fund.WELFARE, member=member
        )
        taken += ledger.opening(Account.OVERPAYMENTS, row.overpaid, Fund.LOAN, member=member)
        if row.loan:
            loan = new_loans[member]
            taken += ledger.opening(Account.LOANS, row.loan, Fund.LOAN, member=member, loan=loan)
        entries.append(ledger.entry(Event.OPENING, taken, member=member))
    for line in lines:
        assert line.account
        taken = ledger.opening(Account(line.account), line.amount, Fund(line.fund))
        entries.append(ledger.entry(Event.OPENING, taken, memo=line.note))
    return [*entries, *_cleared([entry for entry in entries if entry])]


def _cleared(entries: Iterable[NewEntry]) -> list[NewEntry | None]:
    """What is left on the opening account is the group's own money, fund by fund."""
    left: dict[Fund, int] = defaultdict(int)
    for entry in entries:
        for line in entry.lines:
            if line.account == Account.OPENING:
                left[line.fund] += line.amount
    return [
        ledger.entry(
            Event.OPENING,
            [
                ledger.EntryLine(Account.OPENING, -amount, fund),
                ledger.EntryLine(ledger.EQUITY_OF[fund], amount, fund),
            ],
            memo=str(_("The group's own money")),
        )
        for fund, amount in left.items()
    ]


_IN = {event.value for event in ledger.INTO_THE_BOX} | {
    GroupLine.Event.RECOVERY,
    GroupLine.Event.BANK_INTEREST,
}


def receipt(row: SheetRow, splits: Iterable[Split], rules: Rules) -> NewEntry | None:
    """All that a member pays at a meeting: one journal entry, so that it can be reversed as one."""
    member = row.member_id
    save = ledger.share_purchase if rules.by_shares else ledger.saving
    lines = [*save(member, row.saving), *ledger.voluntary_saving(member, row.voluntary)]
    lines += ledger.fee(member, row.fee)
    lines += ledger.welfare_contribution(member, row.welfare)
    fines = row.fine_paid
    for split in splits:
        fines += split.fines
        lines += ledger.overpayment(member, split.over)
        if split.loan_paid_id:
            lines += ledger.repayment(
                member, split.loan_paid_id, interest=split.interest, principal=split.principal
            )
    lines += ledger.fine(member, fines, to_welfare=rules.fines_to_welfare)
    return ledger.entry(Event.RECEIPT, lines, member=member)


def entry_of_line(line: GroupLine) -> NewEntry | None:
    """What a line of the group's own posts; None when it names no loan to be paid back."""
    fund = Fund(line.fund)
    if line.event == GroupLine.Event.RECOVERY:
        if not line.member_id or not line.loan_recovered_id:
            return None
        posted = ledger.recovered(line.member_id, line.loan_recovered_id, line.amount)
    else:
        posted = ledger.group_event(
            GroupEvent(line.event), line.amount, fund=fund, member=line.member_id
        )
    words = [line.get_event_display(), line.payee, line.minute_number, line.note]
    return ledger.entry(
        Event.GROUP, posted, member=line.member_id, memo=" · ".join(filter(None, words))[:300]
    )


def own_money(entries: Iterable[NewEntry | None]) -> list[tuple[Fund, int]]:
    """The group's own money that a cut-off meeting finds, by fund; below zero for a loss."""
    return [
        (line.fund, -line.amount)
        for entry in entries
        if entry and len(entry.lines) == 2
        for line in entry.lines
        if line.account == ledger.EQUITY_OF[line.fund]
    ]


def difference(meeting: Meeting) -> NewEntry | None:
    """What the count found more or less than the ledger says; never swallowed."""
    lines = ledger.counted(meeting.difference, Fund(meeting.difference_fund))
    return ledger.entry(Event.COUNT, lines, memo=meeting.difference_reason)


def expected_in_box(situation: Situation, entries: Iterable[NewEntry | None]) -> int:
    """What must lie in the box when all this has happened."""
    moved = sum(
        line.amount
        for entry in entries
        if entry
        for line in entry.lines
        if line.account in ledger.BOXES
    )
    return situation.in_box + moved


# --- What speaks against it -----------------------------------------------------------------


def problems_of(
    meeting: Meeting,
    rows: Sequence[SheetRow],
    lines: Sequence[GroupLine],
    situation: Situation,
    entries: Iterable[NewEntry | None] = (),
) -> Problems:
    """Everything that keeps a sheet from being sealed, with a message for each."""
    problems = Problems()
    for row in rows:
        wrong = _wrong_in_row(row, situation)
        if wrong:
            problems.rows[row.member_id] |= wrong
    for line in lines:
        if message := _wrong_in_line(line, situation):
            problems.lines[line.pk] = message
    if not problems:
        problems.whole = _off_their_side(situation, entries)
    return problems


def problems_of_opening(
    rows: Sequence[SheetRow],
    lines: Sequence[GroupLine],
    situation: Situation,
    entries: Iterable[NewEntry | None] = (),
) -> Problems:
    """The same for a cut-off meeting, where the amounts are balances."""
    problems = Problems()
    for row in rows:
        if wrong := _wrong_in_balances(row, situation):
            problems.rows[row.member_id] |= wrong
    messages = (_wrong_fund(line, situation.rules) for line in lines)
    problems.whole = list(dict.fromkeys(filter(None, messages)))
    if not problems:
        problems.whole = _off_their_side(situation, entries)
    return problems


def _wrong_in_balances(row: SheetRow, situation: Situation) -> dict[str, str]:
    """By field, what is wrong with what is taken over of a member.

    The limits and the price of a share are those of new savings and loans: these were made under
    rules of before.
    """
    wrong = {}
    if row.welfare_owed and not situation.rules.has_welfare:
        wrong["welfare_owed"] = _("This group has no welfare fund.")
    balances = (row.interest_owed, row.welfare_owed, row.overpaid)
    if row.member.left_on and (_amounts_in(row) or any(balances)):
        wrong["saving"] = _("This member has left the group.")
    if row.voluntary and not situation.rules.voluntary_savings:
        wrong["voluntary"] = _no_voluntary()
    if message := _wrong_stamps(row.saving, situation):
        wrong["saving"] = message
    if row.loan and not row.loan_months:
        wrong["loan_months"] = _("Say for how many months the loan is.")
    elif row.loan:
        wrong |= _wrong_terms(row, situation) or _wrong_names(row, situation)
    if row.interest_owed and not row.loan:
        # Interest is owed on a loan: alone it would be lost.
        wrong["interest_owed"] = _("Write the loan as well on which this interest is owed.")
    return wrong


def _wrong_terms(row: SheetRow, situation: Situation) -> dict[str, str]:
    """By field, what in the terms of a new loan does not go together."""
    terms = new_loan(row, row.meeting, 0).terms_as_given
    found = loans.contradiction(terms, situation.group.money)
    if found is None:
        return {}
    return {"loan_months" if found.field in ("grace", "every") else "loan": found.message}


def _wrong_fund(line: GroupLine, rules: Rules) -> str:
    """Whether a line is for a fund that the group does not have."""
    if line.fund == Fund.WELFARE and not rules.has_welfare:
        return _("This group has no welfare fund.")
    if line.fund == Fund.ADMINISTRATION and not rules.has_administration:
        return _("This group has no administration fund.")
    return ""


def _wrong_in_row(row: SheetRow, situation: Situation) -> dict[str, str]:
    """By field, what is wrong with a member's line."""
    rules, own = situation.rules, situation.of(row.member_id)
    show = _shower(situation)
    wrong = {}
    if row.member.left_on and (row.member.left_on <= situation.on or _amounts_in(row)):
        # Whoever left later was there on the day of a late sheet, but the account is settled.
        wrong["saving"] = _(
            "This member has left the group. Take back the entry that settled the account first."
        )
    if row.saving and (message := _wrong_saving(row, situation)):
        wrong["saving"] = message
    if row.voluntary and not rules.voluntary_savings:
        wrong["voluntary"] = _no_voluntary()
    if row.voluntary_out > own.voluntary + row.voluntary:
        wrong["voluntary_out"] = _("This member has saved %(savings)s voluntarily.") % {
            "savings": show(own.voluntary + row.voluntary)
        }
    elif row.voluntary_out and (message := _wrong_pledge(row, own, situation)):
        wrong["voluntary_out"] = message
    if row.withdrawal > own.compulsory + row.saving:
        wrong["withdrawal"] = _("This member has saved %(savings)s.") % {
            "savings": show(own.compulsory + row.saving)
        }
    elif row.withdrawal and (message := _wrong_withdrawal(row, own, situation)):
        wrong["withdrawal"] = message
    owes = own.owed + _fines_by_repayment(row, own, situation)
    if row.repayment > owes and not (rules.keep_overpayment and own.loans):
        wrong["repayment"] = _("This member owes %(owed)s in all.") % {"owed": show(owes)}
    elif row.repayment and _goes_on_from(own, situation.booked_on or situation.on):
        wrong["repayment"] = _(
            "This loan got new months on this day or later. Repayments go on after it."
        )
    if row.fine_paid > own.fines_owed + row.fine_levied:
        wrong["fine_paid"] = _("This member owes %(owed)s in fines.") % {
            "owed": show(own.fines_owed + row.fine_levied)
        }
    if row.welfare and not rules.has_welfare:
        wrong["welfare"] = _("This group has no welfare fund.")
    if row.loan:
        wrong |= (
            _wrong_loan(row, own, situation)
            or _wrong_terms(row, situation)
            or _wrong_backers(row, situation)
        )
    return wrong


def _wrong_backers(row: SheetRow, situation: Situation) -> dict[str, str]:
    """Whether as many stand for a new loan as the rules ask for."""
    if wrong := _wrong_names(row, situation):
        return wrong
    agreed, rules = row.agreed, situation.rules
    if rules.loan_guarantors > (len(agreed.guarantors) if agreed else 0):
        return {
            "loan": _("The rules ask for %(count)s guarantors: name them with its terms.")
            % {"count": rules.loan_guarantors}
        }
    if rules.loan_is_approved and not (agreed and agreed.approved_by):
        return {"loan": _("Name who approved the loan, with its terms.")}
    return {}


def _wrong_names(row: SheetRow, situation: Situation) -> dict[str, str]:
    """Whether who stands for a loan is somebody else, and a member on the day."""
    for member in row.agreed.backers if row.agreed else ():
        if member.pk == row.member_id:
            return {"loan": _("%(member)s cannot stand for their own loan.") % {"member": member}}
        is_there = member.joined_on <= situation.on
        if not is_there or (member.left_on and member.left_on <= situation.on):
            return {"loan": _("%(member)s is not a member on this day.") % {"member": member}}
    return {}


def _no_voluntary() -> str:
    return _("The rules of this group know no voluntary savings.")


def _goes_on_from(own: MemberSituation, day: date) -> bool:
    """Whether a loan got new months on a day or later: they count what was paid by then."""
    return any(item.renewed_since(day) for item in own.loans)


def _amounts_in(row: SheetRow) -> bool:
    return any(getattr(row, name) for name in SheetRow.AMOUNTS)


def _shower(situation: Situation) -> Callable[[int], str]:
    """Writes amounts in the currency of the group."""
    return lambda amount: format_money(amount, situation.group.money)


def _wrong_saving(row: SheetRow, situation: Situation) -> str:
    rules, show = situation.rules, _shower(situation)
    if message := _wrong_price(row.saving, situation):
        return message
    if row.saving < rules.least_saving:
        return _("At least %(least)s by the rules.") % {"least": show(rules.least_saving)}
    most = rules.most_saving
    # What was missed is made up for beside what the rules allow at a meeting.
    if most is None or row.saving <= most:
        return ""
    more = situation.of(row.member_id).behind + catch_up_of(row.member, situation)
    if row.saving <= most + more:
        return ""
    if not more:
        return _("At most %(most)s by the rules.") % {"most": show(most)}
    return _("At most %(sum)s: %(most)s by the rules, and %(more)s that may be made up for.") % {
        "sum": show(most + more),
        "most": show(most),
        "more": show(more),
    }


def _wrong_price(amount: int, situation: Situation) -> str:
    """Whether an amount buys no whole shares."""
    price = situation.rules.share_price
    if not situation.rules.by_shares or not price or not amount % price:
        return ""
    return _("A share costs %(price)s; pay for whole shares.") % {
        "price": _shower(situation)(price)
    }


def _wrong_stamps(amount: int, situation: Situation) -> str:
    """Whether stamps that are taken over are no whole ones; other shares may be of any price."""
    return _wrong_price(amount, situation) if situation.rules.in_stamps else ""


def _wrong_withdrawal(row: SheetRow, own: MemberSituation, situation: Situation) -> str:
    if situation.rules.by_shares and (message := _wrong_shares(row, situation)):
        return message
    return _wrong_pledge(row, own, situation)


def _saved_then(row: SheetRow, own: MemberSituation) -> int:
    """All that a member has saved after a line, of either kind."""
    return own.savings + row.saving + row.voluntary - row.withdrawal - row.voluntary_out


def _wrong_pledge(row: SheetRow, own: MemberSituation, situation: Situation) -> str:
    """Whether savings are taken out that stand for a loan."""
    rules, show = situation.rules, _shower(situation)
    if rules.loan_times_savings:
        owed = own.principal + row.loan - sum(p.principal for p in split_of(row, situation).loans)
        pledged = -(-max(owed, 0) // rules.loan_times_savings)
        if _saved_then(row, own) < pledged:
            return _("%(pledged)s of these savings stand for the loan.") % {
                "pledged": show(int(pledged))
            }
    return ""


def _wrong_shares(row: SheetRow, situation: Situation) -> str:
    """Whether a withdrawal sells whole shares back, at the prices at which they were bought."""
    price, own = situation.rules.share_price or 0, situation.of(row.member_id)
    held = situation.shares.get(row.member_id) or Holding().with_bought(price, own.compulsory)
    held = held.with_bought(price, row.saving)
    if held.with_sold(row.withdrawal) is not None:
        return ""
    show = _shower(situation)
    prices = ", ".join(f"{lot.count} × {show(lot.price)}" for lot in held.lots)
    return _("Sell back whole shares, for what they cost. This member has %(shares)s.") % {
        "shares": prices or show(held.amount)
    }


def _fines_by_repayment(row: SheetRow, own: MemberSituation, situation: Situation) -> int:
    """Fines that a repayment may pay, where the order names them."""
    if "fines" not in situation.rules.allocation:
        return 0
    return max(own.fines_owed + row.fine_levied - row.fine_paid, 0)


def _wrong_loan(row: SheetRow, own: MemberSituation, situation: Situation) -> dict[str, str]:
    rules, show = situation.rules, _shower(situation)
    repaid = sum(part.principal for part in split_of(row, situation).loans)
    left = own.principal - repaid
    if not row.loan_months:
        return {"loan_months": _("Say for how many months the loan is.")}
    if row.loan_months > rules.longest_loan:
        return {
            "loan_months": _("At most %(months)s months by the rules.")
            % {"months": rules.longest_loan}
        }
    if left and not rules.several_loans:
        return {
            "loan": _("This member still owes %(owed)s on the last loan.") % {"owed": show(left)}
        }
    if rules.largest_loan and row.loan > rules.largest_loan:
        return {"loan": _("At most %(most)s by the rules.") % {"most": show(rules.largest_loan)}}
    if rules.loan_times_savings:
        savings = _saved_then(row, own)
        most = int(savings * Decimal(rules.loan_times_savings))
        if row.loan + left > most:
            return {
                "loan": _("With savings of %(savings)s a member may owe %(most)s at most.")
                % {"savings": show(savings), "most": show(most)}
            }
    return {}


def _wrong_in_line(line: GroupLine, situation: Situation) -> str:
    event = line.event
    rules = situation.rules
    if event in ledger.OF_A_MEMBER and not line.member_id:
        return _("Say which member.")
    if event == GroupLine.Event.RECOVERY:
        loan = line.loan_recovered
        if loan is None or not loan.written_off_on or loan.member_id != line.member_id:
            return _("Choose a loan that was written off.")
        return ""
    only = ledger.FUND_OF.get(GroupEvent(event))
    if only and line.fund != only:
        return _("This belongs to the fund “%(fund)s”.") % {"fund": only.label}
    if message := _wrong_fund(line, rules):
        return message
    if event in ledger.BETWEEN_FUNDS and line.fund == Fund.LOAN:
        return _("Choose the other fund.")
    return ""


def _off_their_side(situation: Situation, entries: Iterable[NewEntry | None]) -> list[str]:
    """What would fall below zero, with how much is missing; as the database checks it."""
    after: dict[Place, int] = defaultdict(int, situation.balances)
    for entry in entries:
        for line in entry.lines if entry else ():
            after[line.kept_at] += line.amount
    wrong = [
        (place, amount)
        for place, amount in after.items()
        if amount * ledger.normal_side(place[0]) < 0
    ]
    if not wrong:
        return []
    names = {row.code: row.name for row in AccountRow.objects.all()}
    return [
        _("%(account)s: %(missing)s would be missing.")
        % {
            "account": names[place[0]],
            "missing": format_money(abs(amount), situation.group.money),
        }
        for place, amount in sorted(wrong, key=lambda item: item[0][0])
    ]


def new_loan(row: SheetRow, meeting: Meeting, number: int) -> Loan:
    """The loan that a line pays out, or takes over, not saved.

    What was agreed for it counts, and else the rules. Of a loan that is taken over the months left
    are written down: its time of grace is over, and it ends as it was to end.
    """
    rules, months = meeting.rules, row.loan_months or 1
    is_paid_as_it_runs = meeting.is_cut_off and row.interest_owed
    agreed = row.agreed
    plan, asked, grace = rules.loan_plan, rules.loan_every, rules.loan_grace
    if agreed:
        plan, asked, grace = agreed.plan, agreed.every, agreed.grace
    elif meeting.is_cut_off:
        asked, grace = min(asked, months), 0
    every, balloon = loans.planned(
        plan,
        principal=row.loan,
        months=months,
        every=asked,
        balloon=agreed.balloon if agreed else 0,
    )
    loan = Loan(
        owner_id=row.owner_id,
        group_id=row.group_id,
        member_id=row.member_id,
        number=number,
        rules=rules,
        meeting=meeting,
        disbursed_on=meeting.held_on,
        principal=row.loan,
        rate=rules.loan_rate,
        method=rules.loan_method,
        months=months,
        grace=grace,
        every=every,
        balloon=balloon,
        instalment=agreed.instalment if agreed else 0,
        # A loan that came with interest owed is one on which it was not taken up front.
        up_front=rules.up_front and not is_paid_as_it_runs,
        approved_by=agreed.approved_by if agreed else None,
        guarantor_one=agreed.guarantor_one if agreed else None,
        guarantor_two=agreed.guarantor_two if agreed else None,
        purpose=row.loan_purpose,
        created_by_id=row.created_by_id,
    )
    if meeting.is_cut_off:
        loan.interest_brought = row.interest_owed
        # What was taken up front for the months left lies in the box that is taken over.
        loan.interest_ahead = loans.interest_up_front(loan.terms_as_given)
    return loan
