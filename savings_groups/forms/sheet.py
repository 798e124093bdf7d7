"""The meeting sheet as a form: one line a member, in the order of the paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms.fields import DayField, LinesField, TextField, field_of, offer
from khmer.digits import NumberError, parse_whole_number
from savings_groups.actions.booking import new_loan
from savings_groups.actions.sheets import RowEntry, fine_for, fine_for_missing
from savings_groups.bookkeeping.loans import Order, Terms, interest_up_front
from savings_groups.bookkeeping.money import Currency, format_money
from savings_groups.figures.sheet_findings import witnesses_of
from savings_groups.figures.situation import MemberSituation, Situation
from savings_groups.forms.fields import MoneyField, amount_from, amount_of_stamps, message_for
from savings_groups.forms.paid_in import CannotBeDivided, divide
from savings_groups.models import (
    Fund,
    GroupLine,
    Loan,
    Meeting,
    Member,
    Rules,
    SheetRow,
    Split,
)

WORDS: dict[str, Promise | str] = {
    "saving": gettext_lazy("Saving"),
    "voluntary": gettext_lazy("Voluntary saving"),
    "withdrawal": gettext_lazy("Withdrawal"),
    "voluntary_out": gettext_lazy("Voluntary, taken out"),
    "repayment": gettext_lazy("Repayment"),
    "loan": gettext_lazy("New loan"),
    "loan_months": gettext_lazy("Months"),
    "fine_levied": gettext_lazy("Fine given"),
    "fine_paid": gettext_lazy("Fine paid"),
    "welfare": gettext_lazy("Welfare"),
    "fee": gettext_lazy("Joining fee"),
}
# The paper's order. Amounts of the second group leave the box.
COLUMNS = [
    "saving",
    "voluntary",
    "withdrawal",
    "voluntary_out",
    "repayment",
    "loan",
    "loan_months",
    "fine_levied",
    "fine_paid",
    "welfare",
    "fee",
]
INTO_BOX = {"saving", "voluntary", "repayment", "fine_paid", "welfare", "fee"}
OUT_OF_BOX = {"withdrawal", "voluntary_out", "loan"}
OF_VOLUNTARY = {"voluntary", "voluntary_out"}
# Where shares are stamps, these are written as a number of stamps.
IN_STAMPS = {"saving", "withdrawal"}
STAMP_WORDS: dict[str, Promise | str] = {
    "saving": gettext_lazy("Stamps"),
    "withdrawal": gettext_lazy("Stamps taken back"),
}
AT_CUT_OFF = [
    *("saving", "voluntary", "loan", "loan_months", "interest_owed"),
    *("fine_levied", "welfare_owed", "overpaid"),
]
CUT_OFF_WORDS = {
    "saving": gettext_lazy("Savings so far"),
    "voluntary": gettext_lazy("Voluntary savings so far"),
    "loan": gettext_lazy("Still owed on the loan"),
    "loan_months": gettext_lazy("Months left"),
    "interest_owed": gettext_lazy("Interest owed"),
    "fine_levied": gettext_lazy("Fines owed"),
    "welfare_owed": gettext_lazy("Owed to the welfare fund"),
    "overpaid": gettext_lazy("Paid too much"),
}


def columns_for(meeting: Meeting) -> list[str]:
    """The columns of a sheet, by the group's rules."""
    rules = meeting.rules
    dropped = set() if rules.voluntary_savings else set(OF_VOLUNTARY)
    if not rules.has_welfare:
        dropped.add("welfare_owed")
    if meeting.is_cut_off:
        return [name for name in AT_CUT_OFF if name not in dropped]
    if not rules.has_welfare:
        dropped.add("welfare")
    if not rules.joining_fee:
        dropped.add("fee")
    return [name for name in COLUMNS if name not in dropped]


@dataclass
class Cell:
    """One cell of the sheet: what stands in it, and what is wrong with it."""

    name: str
    column: str
    word: str | Promise  # The head of its column.
    text: str
    label: str
    error: str = ""
    # What somebody else has saved here in the meantime, if that differs.
    theirs: str = ""
    # What the rules expect, shown where nothing is typed.
    expected: str = ""
    sign: int = 0


@dataclass
class SheetLine:
    """A member's line."""

    member: Member
    attendance: str
    cells: list[Cell]
    own: MemberSituation
    purpose: str = ""
    splits: list[Split] = field(default_factory=list)
    # What is wrong with the attendance and the purpose, and what somebody else has saved there.
    error: str = ""
    purpose_error: str = ""
    theirs: str = ""
    their_purpose: str = ""
    # What the page said of it before: the text of each column, and the attendance.
    before: Mapping[str, str] = field(default_factory=dict)
    # What was filled in as expected, and is taken out because the member was not there.
    taken_out: list[str] = field(default_factory=list)

    # All that the member paid in, as one sum; what the page said of it before; what is wrong.
    paid: str = ""
    paid_before: str = ""
    paid_error: str = ""

    # Of the new loan that is stored: its terms, and the interest that is taken at once.
    terms: Terms | None = None

    @property
    def key(self) -> str:
        return str(self.member.pk)

    @property
    def is_there(self) -> bool:
        return self.attendance in SheetRow.THERE

    @property
    def parts(self) -> list[Cell]:
        """The cells that make up what was paid in, where something stands in them."""
        return [cell for cell in self.cells if cell.sign == 1 and cell.text]

    @property
    def has_error(self) -> bool:
        """Whether the line must be open, so that what is wrong or differs in it is seen."""
        found = [self.error, self.theirs, self.purpose_error, self.their_purpose]
        return any(found) or any(cell.error or cell.theirs for cell in self.cells)

    @property
    def taken(self) -> int:
        return interest_up_front(self.terms) if self.terms else 0

    @property
    def debts(self) -> str:
        """What is owed on each loan, for the split shown while one types.

        Interest, principal, and what of the interest is given back to whoever ends it.
        """
        return " ".join(
            f"{debt.interest}:{debt.principal}:{debt.back}"
            for debt in (item.debt for item in self.own.loans)
        )

    @property
    def interest_expected(self) -> int:
        return sum(item.standing.asked for item in self.own.loans)

    @property
    def principal_expected(self) -> int:
        return sum(item.standing.expected - item.standing.asked for item in self.own.loans)


def sheet_lines(
    meeting: Meeting,
    rows: Sequence[SheetRow],
    situation: Situation,
    data: Mapping[str, str] | None = None,
) -> list[SheetLine]:
    """The sheet, from what is stored or from what was sent."""
    words, stamp = words_for(meeting), meeting.rules.stamp
    lines = []
    for row in rows:
        own = situation.of(row.member_id)
        cells, before = [], {"attendance": row.attendance}
        for column in columns_for(meeting):
            name = f"{column}-{row.member_id}"
            stored = shown(getattr(row, column), column, situation.group.money, stamp)
            before[column] = stored
            cells.append(
                Cell(
                    name=name,
                    column=column,
                    word=words[column],
                    text=data.get(name, stored) if data else stored,
                    label=f"{words[column]}: {row.member.person}",
                    expected=_expected(column, own, meeting.rules, situation.group.money),
                    sign=(column in INTO_BOX) - (column in OUT_OF_BOX),
                )
            )
        purpose, attendance = row.loan_purpose, row.attendance
        if data:
            purpose = data.get(f"purpose-{row.member_id}", purpose)
            attendance = data.get(f"attendance-{row.member_id}", attendance)
        splits = list(row.splits.all())
        line = SheetLine(row.member, attendance, cells, own, purpose, splits, before=before)
        if row.loan:
            line.terms = new_loan(row, meeting, 0).terms_as_given
        line.paid_before = paid_in_of(before, situation.group.money, stamp)
        line.paid = line.paid_before
        if data:
            line.paid = data.get(f"paid-{row.member_id}", line.paid_before)
        lines.append(line)
    return lines


def paid_in_of(texts: Mapping[str, str], currency: Currency, stamp: int) -> str:
    """The sum of what stands in the columns that go into the box; nothing if one is unreadable."""
    try:
        amounts = [
            read_cell(text, column, currency, stamp) or 0
            for column, text in texts.items()
            if column in INTO_BOX
        ]
    except NumberError:
        return ""
    return shown(sum(amounts), "paid", currency)


def words_for(meeting: Meeting) -> dict[str, Promise | str]:
    """The heads of the columns."""
    words = WORDS | (STAMP_WORDS if meeting.rules.in_stamps else {})
    if meeting.is_cut_off:
        words |= CUT_OFF_WORDS
        words |= {"saving": gettext_lazy("Stamps so far")} if meeting.rules.in_stamps else {}
    return words


def shown(value: int | None, column: str, currency: Currency, stamp: int = 0) -> str:
    """How a stored value stands in its cell; nothing for nothing. `stamp` is what one costs."""
    if not value:
        return ""
    if stamp and column in IN_STAMPS:
        return str(value // stamp)
    return str(value) if column == "loan_months" else format_money(value, currency, sign=False)


def _expected(column: str, own: MemberSituation, rules: Rules, currency: Currency) -> str:
    amounts = {
        "saving": rules.least_saving + own.behind,
        "repayment": own.expected,
        "welfare": rules.welfare_due,
        "fine_paid": own.fines_owed,
    }
    return shown(amounts.get(column, 0), column, currency, rules.stamp)


def entries_from(
    lines: Sequence[SheetLine], meeting: Meeting, currency: Currency, *, fill: bool = False
) -> list[RowEntry] | None:
    """What was typed, or None when a cell cannot be read; its `error` then says why.

    With `fill`, empty cells of those present take what is expected of them; and what was filled in
    for somebody goes again when they are marked as not there.
    """
    entries, wrong = [], False
    for line in lines:
        values: dict[str, Any] = {"attendance": line.attendance, "loan_purpose": line.purpose}
        if line.attendance not in SheetRow.Attendance.values:
            wrong, line.error = True, _("Choose one word of the list.")
        there = values["attendance"] in SheetRow.THERE
        _take_out_what_was_filled(line)
        for cell in line.cells:
            if fill and there and not cell.text.strip():
                cell.text = cell.expected
        if not meeting.is_cut_off:
            _divide_what_was_paid(line, meeting.rules, currency)
            wrong = wrong or bool(line.paid_error)
        _follow_with_fine(line, meeting.rules, currency)
        for cell in line.cells:
            try:
                values[cell.column] = read_cell(
                    cell.text, cell.column, currency, meeting.rules.stamp
                )
            except NumberError as error:
                wrong, cell.error = True, str(message_for(error))
        try:
            values["loan_purpose"] = PURPOSE.clean(line.purpose)
        except ValidationError as error:
            wrong, line.purpose_error = True, " ".join(error.messages)
        entries.append(RowEntry(line.member.pk, values))
    return None if wrong else entries


PURPOSE = TextField(max_length=200, required=False)


def read_cell(text: str, column: str, currency: Currency, stamp: int = 0) -> int | None:
    """What a cell says, in money or in months; in stamps where one costs `stamp`.

    Raises NumberError.
    """
    if stamp and column in IN_STAMPS:
        return amount_of_stamps(text, currency, stamp)
    if column != "loan_months":
        return amount_from(text, currency)
    if not text.strip():
        return None
    months = parse_whole_number(text)
    if not 1 <= months <= 60:
        raise NumberError("months")
    return months


def _divide_what_was_paid(line: SheetLine, rules: Rules, currency: Currency) -> None:
    """Divide the sum that was typed for a member, unless its parts were typed.

    A sum that nobody touched says nothing; one that its parts do not make up is asked about.
    """
    try:
        paid, before = amount_from(line.paid, currency), amount_from(line.paid_before, currency)
    except NumberError as error:
        line.paid_error = str(message_for(error))
        return
    cells = {cell.column: cell for cell in line.cells if cell.column in INTO_BOX}
    texts = {column: cell.text for column, cell in cells.items()}
    parts = paid_in_of(texts, currency, rules.stamp)
    if paid in (before, amount_from(parts, currency)):
        return
    if any(text.strip() != line.before.get(column, "") for column, text in texts.items()):
        line.paid_error = _("The parts make %(parts)s. Correct the sum, or its parts.") % {
            "parts": parts or "0"
        }
        return
    try:
        due = {name: _due_in(cell, line, rules, currency) for name, cell in cells.items()}
        rest = "voluntary" if "voluntary" in cells else "saving"
        order = Order(rules.allocation)
        divided = divide(paid, due, order=order, rest=rest, stamp=rules.stamp)
    except (NumberError, CannotBeDivided):
        line.paid_error = _("This cannot be divided by itself. Open the line and write each part.")
        return
    for column, amount in divided.items():
        cells[column].text = shown(amount, column, currency, rules.stamp)


def _due_in(cell: Cell, line: SheetLine, rules: Rules, currency: Currency) -> int:
    """What is due in a column; of fines, those of today too."""
    due = read_cell(cell.expected, cell.column, currency, rules.stamp) or 0
    if cell.column != "fine_paid":
        return due
    levied = next(each.text for each in line.cells if each.column == "fine_levied")
    return due + (amount_from(levied, currency) or fine_for(line.attendance, rules))


def _take_out_what_was_filled(line: SheetLine) -> None:
    """Amounts that were filled in as expected are not those of somebody who was not there.

    What somebody has typed now, or another amount than the expected one, stays: it was sent along.
    """
    if line.before.get("attendance") not in SheetRow.THERE or line.attendance in SheetRow.THERE:
        return
    for cell in line.cells:
        is_unchanged = cell.text.strip() == line.before.get(cell.column, "")
        if cell.expected and is_unchanged and cell.text.strip() == cell.expected:
            line.taken_out.append(f"{cell.word} {cell.text.strip()}")
            cell.text = ""


def _follow_with_fine(line: SheetLine, rules: Rules, currency: Currency) -> None:
    """Whoever is absent or late gets the fine of the rules, unless another one is typed.

    So does whoever saves less than is due. The fine for what stood there before gives way to that
    for what stands there now.
    """
    texts = {cell.column: cell.text for cell in line.cells}
    for cell in line.cells:
        # At a cut-off meeting it is what they owe, and not what they get.
        if cell.column != "fine_levied" or "interest_owed" in texts:
            continue
        fine_now = _fine_of(line.attendance, texts.get("saving", ""), rules, currency)
        of_before = _fine_of(
            line.before.get("attendance", ""), line.before.get("saving", ""), rules, currency
        )
        is_unchanged = cell.text.strip() == line.before.get("fine_levied", "")
        follows = of_before != fine_now and is_unchanged and cell.text.strip() == of_before
        if follows or not cell.text.strip():
            cell.text = fine_now


def _fine_of(attendance: str, saving: str, rules: Rules, currency: Currency) -> str:
    """The fine for an attendance and what was brought, as it stands in its cell."""
    fine = fine_for(attendance, rules)
    # Nobody is fined for what cannot be read: it is told at its own cell.
    with suppress(NumberError):
        brought = read_cell(saving, "saving", currency, rules.stamp) or 0
        fine += fine_for_missing(brought, rules)
    return shown(fine, "fine_levied", currency)


class MeetingDayForm(forms.Form):
    """The day on which a meeting was held."""

    held_on = DayField(label=gettext_lazy("Held on"))
    is_late = forms.BooleanField(
        label=gettext_lazy("Late sheet: it was forgotten, and later days are booked already"),
        required=False,
        help_text=gettext_lazy(
            "Its own day counts for attendance and interest. It is booked on the last day of the "
            "ledger, so that what was booked before stays."
        ),
    )
    is_extra = forms.BooleanField(
        label=gettext_lazy("Extra meeting, besides the one of its month or week"),
        required=False,
        help_text=gettext_lazy(
            "Members may pay at it. No interest and no part of a loan falls due by it, and nobody "
            "is late who does not pay."
        ),
    )


class GroupLineForm(forms.Form):
    """A line of the group's own, typed below the members."""

    event = forms.ChoiceField(label=gettext_lazy("What"))
    fund = forms.ChoiceField(label=gettext_lazy("Fund"), choices=Fund.choices)
    amount = MoneyField(label=gettext_lazy("Amount"), required=False)
    member = forms.ModelChoiceField(
        label=gettext_lazy("Member"), queryset=Member.objects.none(), required=False
    )
    loan_recovered = forms.ModelChoiceField(
        label=gettext_lazy("Loan that was written off"),
        queryset=Loan.objects.none(),
        required=False,
    )
    payee = TextField(label=gettext_lazy("To whom, or from whom"), max_length=200, required=False)
    purpose = forms.ChoiceField(
        label=gettext_lazy("Purpose"),
        choices=[("", "—"), *GroupLine.Purpose.choices],
        required=False,
    )
    minute_number = TextField(
        label=gettext_lazy("Number of the minutes"), max_length=30, required=False
    )
    note = TextField(label=gettext_lazy("Note"), max_length=200, required=False)

    TYPED = ("amount", "payee", "minute_number", "note")

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        group = meeting.group
        field_of(self, "event", forms.ChoiceField).choices = [
            choice for choice in GroupLine.Event.choices if choice[0] != GroupLine.Event.OPENING
        ]
        field_of(self, "amount", MoneyField).currency = group.money
        offer(self, "member", group.members.select_related("person"))
        lost = group.loans.exclude(written_off_on=None).select_related("member__person")
        offer(self, "loan_recovered", lost)
        if not lost.exists():
            del self.fields["loan_recovered"]

    @classmethod
    def is_begun(cls, data: Mapping[str, str], prefix: str) -> bool:
        """Whether anything was typed into it."""
        return any(data.get(f"{prefix}-{name}") for name in cls.TYPED)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not data.get("amount") and "amount" not in self.errors:
            self.add_error("amount", _("The amount must be above zero."))
        if data.get("event") in GroupLine.DECIDED:
            if not data.get("purpose"):
                self.add_error("purpose", _("Say what it was for."))
            if not data.get("minute_number"):
                self.add_error("minute_number", _("Write the number of the minutes."))
        if data.get("event") == GroupLine.Event.WELFARE_HELP:
            data["fund"] = Fund.WELFARE
        return data


class OpeningForm(forms.Form):
    """The group's own balances at its cut-off meeting."""

    box = MoneyField(label=gettext_lazy("In the box, loan fund"), required=False)
    welfare_box = MoneyField(label=gettext_lazy("In the box, welfare fund"), required=False)
    administration_box = MoneyField(
        label=gettext_lazy("In the box, administration fund"), required=False
    )
    bank = MoneyField(label=gettext_lazy("At the bank"), required=False)
    property = MoneyField(label=gettext_lazy("Things of the group that last"), required=False)
    external_loan = MoneyField(label=gettext_lazy("Owed on a loan from outside"), required=False)
    revolving_fund = MoneyField(
        label=gettext_lazy("Revolving fund of the NGO, to be returned"), required=False
    )

    def __init__(self, *args: Any, currency: Currency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.fields:
            field_of(self, name, MoneyField).currency = currency


class MinutesForm(forms.Form):
    """What was discussed and decided."""

    minutes = LinesField(
        label=gettext_lazy("Minutes: what was discussed and decided"),
        required=False,
        max_length=10_000,
    )


class SealForm(forms.Form):
    """Who stands for a difference between the box and the ledger."""

    witness_one = forms.ModelChoiceField(
        label=gettext_lazy("First name"), queryset=Member.objects.none(), required=False
    )
    witness_two = forms.ModelChoiceField(
        label=gettext_lazy("Second name"), queryset=Member.objects.none(), required=False
    )
    difference_fund = forms.ChoiceField(
        label=gettext_lazy("In which fund it is booked"), choices=Fund.choices, required=False
    )
    difference_reason = TextField(
        label=gettext_lazy("What explains it"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Write “not known” if nobody knows."),
    )
    accept_findings = forms.BooleanField(
        label=gettext_lazy("I have read this list, and it is true."), required=False
    )

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = [member.pk for member in witnesses_of(meeting)]
        members = meeting.group.members.filter(pk__in=there).select_related("person")
        for name in ("witness_one", "witness_two"):
            offer(self, name, members)
        rules = meeting.rules
        kept = {Fund.LOAN: True, Fund.WELFARE: rules.has_welfare}
        kept[Fund.ADMINISTRATION] = rules.has_administration
        field_of(self, "difference_fund", forms.ChoiceField).choices = [
            (fund.value, fund.label) for fund in Fund if kept[fund]
        ]
