"""The figures of a savings group: each is one function, with its formula and its source.

A figure is reckoned from `Facts`, so the page of one group and the comparison of many use the
same function. What is not known is None, and so is a ratio of nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from savings_groups.figures import parts
from savings_groups.figures.facts import Facts, facts_of
from savings_groups.figures.parts import Part, Unit, Words
from savings_groups.figures.periods import Period
from savings_groups.models import Group
from savings_groups.money import format_money, round_half_up

Number = int | Decimal
__ = gettext_lazy

# Where the formulas come from.
SAVIX = __("SAVIX, as reckoned in CommCare HQ (dca/reports.py)")
SAVIX_FIELDS = __("Fields of SAVIX; it leaves the formula of returns open")
SEEP = "SEEP Network: Ratio analysis of community-managed microfinance programs, 2008"
CGAP = "CGAP: Microfinance consensus guidelines, 2003"
INDIKIT = "IndiKit, indicator 308"
GRAMEEN = __("Indicators of village banks (arrears rate, loan losses)")
SACCO = __("Manual of SACCO ratios")
OWN = __("Rule of this program")


@dataclass(frozen=True)
class Definition:
    """What a figure is, before it is reckoned for a group."""

    # Templates call what can be called.
    do_not_call_in_templates: ClassVar[bool] = True

    name: str
    label: Words
    section: Words
    unit: Unit
    formula: Words
    source: Words
    reckon: Callable[[Facts], Reckoned]

    def __call__(self, facts: Facts) -> Figure:
        """The figure of a group."""
        return Figure(self, self.reckon(facts), facts.since, facts.until)


@dataclass(frozen=True)
class Reckoned:
    """The outcome of a formula, and the parts that its numerator and denominator consist of.

    `adds_up` is false where the figures of several groups cannot be put together from these.
    """

    value: Number | None
    numerator: int | None
    denominator: Number | None = None
    top: tuple[Part, ...] = ()
    bottom: tuple[Part, ...] = ()
    remark: str = ""
    adds_up: bool = True


@dataclass(frozen=True)
class Figure:
    """A figure of a group. `value` is None where it is not known: never 0 for that."""

    definition: Definition
    reckoned: Reckoned
    since: date
    as_of: date

    @property
    def name(self) -> str:
        return self.definition.name

    @property
    def label(self) -> Words:
        return self.definition.label

    @property
    def unit(self) -> Unit:
        return self.definition.unit

    @property
    def formula(self) -> Words:
        return self.definition.formula

    @property
    def source(self) -> Words:
        return self.definition.source

    @property
    def value(self) -> Number | None:
        return self.reckoned.value

    @property
    def numerator(self) -> int | None:
        return self.reckoned.numerator

    @property
    def denominator(self) -> Number | None:
        return self.reckoned.denominator

    @property
    def remark(self) -> str:
        return self.reckoned.remark

    @property
    def parts(self) -> list[Part]:
        """All that it is made of, each once."""
        return list(dict.fromkeys((*self.reckoned.top, *self.reckoned.bottom)))

    @property
    def numerator_unit(self) -> Unit:
        return self.reckoned.top[0].unit

    @property
    def denominator_unit(self) -> Unit | None:
        return self.reckoned.bottom[0].unit if self.reckoned.bottom else None


FIGURES: dict[str, Definition] = {}
MEMBERS, SAVINGS, LOANS, RESULT, HELP = (
    __("Members and meetings"),
    __("Savings"),
    __("Loans"),
    __("Result"),
    __("Help and works"),
)


def figure(
    section: Words, label: Words, unit: Unit, *, formula: Words, source: Words
) -> Callable[[Callable[[Facts], Reckoned]], Definition]:
    """Register a function as a figure under its own name."""

    def register(reckon: Callable[[Facts], Reckoned]) -> Definition:
        name = reckon.__name__
        FIGURES[name] = Definition(name, label, section, unit, formula, source, reckon)
        return FIGURES[name]

    return register


# --- How numbers are put together -----------------------------------------------------------


def _sum(facts: Facts, of: Iterable[Part]) -> int | None:
    numbers = [facts.number(part) for part in of]
    return None if None in numbers else sum(n for n in numbers if n is not None)


def percent(part: int | None, whole: Number | None) -> Decimal | None:
    """Part of whole in percent, to one decimal place; None of nothing."""
    if part is None or not whole:
        return None
    exact = Decimal(part) * 100 / Decimal(whole)
    # Plus nothing, for there is no -0.0 percent.
    return exact.quantize(Decimal("0.1"), ROUND_HALF_UP) + 0


def share(facts: Facts, top: Part, *bottom: Part) -> Reckoned:
    """A percentage of the sum of the parts below."""
    numerator, denominator = facts.number(top), _sum(facts, bottom)
    return Reckoned(percent(numerator, denominator), numerator, denominator, (top,), bottom)


def total(facts: Facts, part: Part) -> Reckoned:
    """A number as it is."""
    number = facts.number(part)
    return Reckoned(number, number, top=(part,))


def average(facts: Facts, top: Part, bottom: Part) -> Reckoned:
    """Money for each, to whole units."""
    numerator, denominator = facts.number(top), facts.number(bottom)
    value = None
    if numerator is not None and denominator:
        value = round_half_up(Fraction(numerator, denominator), 1)
    return Reckoned(value, numerator, denominator, (top,), (bottom,))


# --- Members and meetings -------------------------------------------------------------------


@figure(
    MEMBERS,
    __("Attendance"),
    Unit.PERCENT,
    formula=__("members present or late / members on the sheet, over all sealed meetings"),
    source=SAVIX,
)
def attendance(facts: Facts) -> Reckoned:
    """Members present / registered members, added up over the meetings of the period [DCA].

    SAVIX counts at one visit; here every sealed sheet counts. Whoever comes late is there.
    """
    return share(facts, parts.PRESENT, parts.LISTED)


@figure(
    MEMBERS,
    __("Meetings held of those due"),
    Unit.PERCENT,
    formula=__(
        "months or weeks with a meeting / months or weeks in which the rules want one; one that is "
        "not over counts only once a meeting was held in it"
    ),
    source=__("First of the five rules of NRLM (regular meetings); the counting is ours"),
)
def meetings_held(facts: Facts) -> Reckoned:
    """Intervals with a meeting / intervals due by `rules.meets` [VIKAS; the counting is ours]."""
    return share(facts, parts.HELD, parts.DUE)


@figure(
    MEMBERS,
    __("Box counts that agreed"),
    Unit.PERCENT,
    formula=__("sealed meetings where the box held what the ledger said / sealed meetings"),
    source=OWN,
)
def counts_that_agreed(facts: Facts) -> Reckoned:
    """Counts without a difference / counts. Ours: nobody else books the difference."""
    return share(facts, parts.AGREED, parts.COUNTS)


@figure(
    MEMBERS,
    __("Members"),
    Unit.COUNT,
    formula=__("members who had joined and not left on the last day"),
    source=SAVIX,
)
def members(facts: Facts) -> Reckoned:
    """Registered members on the last day [DCA]."""
    return total(facts, parts.MEMBERS)


@figure(
    MEMBERS,
    __("Members at the beginning"),
    Unit.COUNT,
    formula=__("members who had joined and not left on the first day"),
    source=SAVIX,
)
def members_at_start(facts: Facts) -> Reckoned:
    """Registered members at the start of the cycle or period [DCA]."""
    return total(facts, parts.AT_START)


@figure(
    MEMBERS,
    __("Members who joined"),
    Unit.COUNT,
    formula=__("members who joined after the first day, through the last"),
    source=SAVIX,
)
def members_joined(facts: Facts) -> Reckoned:
    """Joined after the first day; start + joined - left = now."""
    return total(facts, parts.JOINED)


@figure(
    MEMBERS,
    __("Members who left"),
    Unit.COUNT,
    formula=__("members who left after the first day, through the last"),
    source=SAVIX,
)
def members_left(facts: Facts) -> Reckoned:
    """Dropouts since the start of the cycle or period [DCA]."""
    return total(facts, parts.LEFT)


@figure(
    MEMBERS,
    __("Dropout"),
    Unit.PERCENT,
    formula=__("members who left / members now"),
    source=SAVIX,
)
def dropout(facts: Facts) -> Reckoned:
    """Dropouts since cycle start / registered members now [DCA]."""
    return share(facts, parts.LEFT, parts.MEMBERS)


@figure(
    MEMBERS,
    __("Dropout of all who were members"),
    Unit.PERCENT,
    formula=__("members who left / (members at the beginning + members who joined)"),
    source=OWN,
)
def dropout_of_all(facts: Facts) -> Reckoned:
    """Dropouts / (start + joined): never above 100, unlike the formula of SAVIX. Ours."""
    return share(facts, parts.LEFT, parts.AT_START, parts.JOINED)


@figure(
    MEMBERS,
    __("Retention"),
    Unit.PERCENT,
    formula=__("members at the beginning who are still members / members at the beginning"),
    source=SEEP,
)
def retention(facts: Facts) -> Reckoned:
    """Members at start still active / members at start [SEEP 2008]."""
    return share(facts, parts.STAYED, parts.AT_START)


@figure(
    MEMBERS,
    __("Change in members"),
    Unit.COUNT,
    formula=__("members now - members at the beginning"),
    source=SAVIX,
)
def membership_change(facts: Facts) -> Reckoned:
    """Members now - members at the start of the cycle [DCA]."""
    now, start = facts.number(parts.MEMBERS), facts.number(parts.AT_START)
    value = None if now is None or start is None else now - start
    return Reckoned(value, now, start, (parts.MEMBERS,), (parts.AT_START,))


@figure(
    MEMBERS,
    __("Change in members, in percent"),
    Unit.PERCENT,
    formula=__("(members now - members at the beginning) / members at the beginning"),
    source=SAVIX,
)
def membership_change_percent(facts: Facts) -> Reckoned:
    """The change as a percentage of the members at the start of the cycle [DCA]."""
    start, change = facts.number(parts.AT_START), membership_change.reckon(facts)
    moved = None if change.value is None else int(change.value)
    return Reckoned(percent(moved, start), moved, start, (parts.MEMBERS,), (parts.AT_START,))


@figure(MEMBERS, __("Women"), Unit.PERCENT, formula=__("women / members"), source=SAVIX)
def women(facts: Facts) -> Reckoned:
    """Women / members [DCA]. Members whose sex is not stated stay in the denominator."""
    found = share(facts, parts.WOMEN, parts.MEMBERS)
    unstated = sum(
        1
        for member, _one in facts.behind(parts.MEMBERS) or []
        if member.sex == parts.Sex.NOT_STATED
    )
    if not unstated:
        return found
    remark = _("The sex of %(count)s members is not stated.") % {"count": unstated}
    return Reckoned(
        found.value, found.numerator, found.denominator, found.top, found.bottom, remark
    )


# --- Savings --------------------------------------------------------------------------------


@figure(
    SAVINGS,
    __("Members saving regularly"),
    Unit.PERCENT,
    formula=__(
        "members who saved at a meeting / members on its sheet, over all sealed meetings; a saving "
        "that was reversed does not count"
    ),
    source=__("Second of the five rules of NRLM (regular savings); the counting is ours"),
)
def members_saving(facts: Facts) -> Reckoned:
    """Members who saved / members on the sheet, meeting by meeting [VIKAS; the counting is ours].

    Whether somebody saved is read from the ledger, who was a member that day from the sheet.
    """
    return share(facts, parts.SAVED, parts.LISTED)


@figure(
    SAVINGS,
    __("Savings"),
    Unit.MONEY,
    formula=__("savings and shares of all members, also what is lent out"),
    source=INDIKIT,
)
def savings_total(facts: Facts) -> Reckoned:
    """The balance of savings and shares on the last day [PIN]."""
    return total(facts, parts.SAVINGS)


@figure(
    SAVINGS,
    __("Average saving of a member"),
    Unit.MONEY,
    formula=__("savings, also what is lent out / members"),
    source=INDIKIT,
)
def average_saving(facts: Facts) -> Reckoned:
    """Total savings including money lent out / members [PIN]."""
    return average(facts, parts.SAVINGS, parts.MEMBERS)


# --- Loans ----------------------------------------------------------------------------------


@figure(
    LOANS,
    __("Members with a loan"),
    Unit.PERCENT,
    formula=__("members of whom a loan is outstanding / members"),
    source=__("SAVIX counts loans; we count each borrower once"),
)
def members_with_loan(facts: Facts) -> Reckoned:
    """Borrowers / members. SAVIX puts the number of loans above; a borrower of two is one here."""
    return share(facts, parts.BORROWERS, parts.MEMBERS)


@figure(
    LOANS,
    __("Number of loans outstanding"),
    Unit.COUNT,
    formula=__("loans of which something is owed on the last day"),
    source=SAVIX,
)
def loans_number(facts: Facts) -> Reckoned:
    """Loans of which the ledger says that something is owed [DCA]."""
    return total(facts, parts.STANDING)


@figure(
    LOANS,
    __("Loans outstanding"),
    Unit.MONEY,
    formula=__("what members owe on loans, without interest"),
    source=SAVIX,
)
def loans_outstanding(facts: Facts) -> Reckoned:
    """The balance of loans to members on the last day [DCA]."""
    return total(facts, parts.LOANS)


@figure(
    LOANS,
    __("Average loan outstanding"),
    Unit.MONEY,
    formula=__("loans outstanding / number of loans outstanding"),
    source=SAVIX,
)
def average_loan(facts: Facts) -> Reckoned:
    """Value outstanding / number outstanding [DCA]."""
    return average(facts, parts.LOANS, parts.STANDING)


@figure(
    LOANS,
    __("Portfolio at risk"),
    Unit.PERCENT,
    formula=__("what is owed on loans that are late / loans outstanding"),
    source=SAVIX,
)
def par(facts: Facts) -> Reckoned:
    """Unpaid balance of late loans / value of loans outstanding [DCA].

    A loan is late when principal should have been paid before the last day and was not.
    """
    return share(facts, parts.LATE, parts.LOANS)


@figure(
    LOANS,
    __("Portfolio at risk, more than 30 days"),
    Unit.PERCENT,
    formula=__("what is owed on loans more than 30 days late / loans outstanding"),
    source=CGAP,
)
def par30(facts: Facts) -> Reckoned:
    """Outstanding balance of loans with arrears > 30 days / gross loans [CGAP]."""
    return share(facts, parts.LATE_30, parts.LOANS)


@figure(
    LOANS,
    __("Arrears rate"),
    Unit.PERCENT,
    formula=__("principal that should have been paid by now / loans outstanding"),
    source=GRAMEEN,
)
def arrears_rate(facts: Facts) -> Reckoned:
    """Payments in arrears / loans outstanding [GK]. Only the payment itself, not the whole loan."""
    return share(facts, parts.OVERDUE, parts.LOANS)


@figure(
    LOANS,
    __("Repaid on schedule"),
    Unit.PERCENT,
    formula=__(
        "principal paid by the first meeting on or after its day / principal that fell due in the "
        "period"
    ),
    source=__("Annexes for grading self-help groups; the counting is ours"),
)
def repaid_on_schedule(facts: Facts) -> Reckoned:
    """Principal paid in time / principal fallen due [ANNX; the counting is ours]."""
    return share(facts, parts.ON_TIME, parts.PRINCIPAL_DUE)


@figure(
    LOANS,
    __("Loan losses"),
    Unit.PERCENT,
    formula=__(
        "written off in the period / average of the loans outstanding at its beginning and end"
    ),
    source=GRAMEEN,
)
def loan_loss(facts: Facts) -> Reckoned:
    """Written off in the period / average outstanding, of its first and last day [GK]."""
    lost = facts.number(parts.WRITTEN_OFF)
    both = (parts.LOANS_BEFORE, parts.LOANS)
    whole = _sum(facts, both)
    average_owed = None if whole is None else Decimal(whole) / 2
    return Reckoned(percent(lost, average_owed), lost, average_owed, (parts.WRITTEN_OFF,), both)


@figure(
    LOANS,
    __("Risk coverage"),
    Unit.PERCENT,
    formula=__("allowance for loan losses / what is owed on loans more than 30 days late"),
    source=SACCO,
)
def risk_coverage(facts: Facts) -> Reckoned:
    """Allowance / balance at risk for more than 30 days [SACCO]."""
    return share(facts, parts.ALLOWANCE, parts.LATE_30)


@figure(
    LOANS,
    __("Use of the loan fund"),
    Unit.PERCENT,
    formula=__("loans outstanding / (loans outstanding + cash of the loan fund)"),
    source=SAVIX,
)
def loan_fund_use(facts: Facts) -> Reckoned:
    """Loans outstanding / (loans outstanding + loan-fund cash in box and bank) [DCA]."""
    return share(facts, parts.LOANS, parts.LOANS, parts.LOAN_FUND_CASH)


# --- Result ---------------------------------------------------------------------------------


@figure(
    RESULT,
    __("Total assets"),
    Unit.MONEY,
    formula=__("loans + cash and bank of all funds + property and what is owed to the group"),
    source=SAVIX_FIELDS,
)
def total_assets(facts: Facts) -> Reckoned:
    """Loans + loan-fund cash + other-fund cash + property [fields in DCA].

    What one fund owes another is left out: it is no asset of the group.
    """
    return total(facts, parts.ASSETS)


@figure(
    RESULT,
    __("Net profit"),
    Unit.MONEY,
    formula=__(
        "income - expenses of the loan fund in the period, before it is divided; the welfare and "
        "administration funds stay out"
    ),
    source=SAVIX_FIELDS,
)
def net_profit(facts: Facts) -> Reckoned:
    """Income less expenses of the loan fund.

    The same as assets - debts - savings - property at start [fields in DCA] while no money moves
    between funds: that formula reads the same change from the other side of the balance sheet.
    """
    return total(facts, parts.RESULT)


@figure(
    RESULT,
    __("Return on savings"),
    Unit.PERCENT,
    formula=__("net profit / savings"),
    source=SAVIX_FIELDS,
)
def return_on_savings(facts: Facts) -> Reckoned:
    """Net profit / savings on the last day [variables in UCT]."""
    return share(facts, parts.RESULT, parts.SAVINGS)


@figure(
    RESULT,
    __("Return on savings in a year"),
    Unit.PERCENT,
    formula=__("net profit / savings x 365 / days of the period"),
    source="SAVIX",
)
def return_on_savings_annual(facts: Facts) -> Reckoned:
    """Return on savings x 365 / days in the cycle [SVX3]."""
    return _annual(facts, parts.SAVINGS)


@figure(
    RESULT,
    __("Return on assets"),
    Unit.PERCENT,
    formula=__("net profit / total assets"),
    source=SAVIX_FIELDS,
)
def return_on_assets(facts: Facts) -> Reckoned:
    """Net profit / total assets on the last day [variables in UCT]."""
    return share(facts, parts.RESULT, parts.ASSETS)


@figure(
    RESULT,
    __("Return on assets in a year"),
    Unit.PERCENT,
    formula=__("net profit / total assets x 365 / days of the period"),
    source="SAVIX",
)
def return_on_assets_annual(facts: Facts) -> Reckoned:
    """Return on assets x 365 / days in the cycle; groups of SAVIX make 33 percent [SVX3]."""
    return _annual(facts, parts.ASSETS)


def _annual(facts: Facts, bottom: Part) -> Reckoned:
    once = share(facts, parts.RESULT, bottom)
    value = None
    if once.numerator is not None and once.denominator:
        value = percent(once.numerator * 365, once.denominator * facts.days)
    remark = _("The period has %(days)s days.") % {"days": facts.days}
    return Reckoned(
        value, once.numerator, once.denominator, once.top, once.bottom, remark, adds_up=False
    )


@figure(
    RESULT,
    __("Value of a share"),
    Unit.MONEY,
    formula=__(
        "(shares + group capital + result not divided yet) / number of shares; welfare, "
        "administration and grants stay out"
    ),
    source=__("After Ledger Link; what is shared out follows our closing of the year"),
)
def value_per_share(facts: Facts) -> Reckoned:
    """What a share-out would divide today / number of shares.

    Cash + bank + loans - debts - kept funds, read from the other side of the balance sheet.
    Ledger Link divides (savings + fines + interest) by (savings / share price) [LL]. Not known
    for groups that have no shares.
    """
    worth, sold = facts.number(parts.TO_SHARE), facts.number(parts.SHARES)
    price = facts.rules.share_price if facts.rules else None
    if not sold or not price or worth is None:
        return Reckoned(None, None, None, (parts.TO_SHARE,), (parts.SHARES,))
    remark = _("A share costs %(price)s.") % {"price": format_money(price, facts.group.money)}
    return Reckoned(
        round_half_up(Fraction(worth * price, sold), 1),
        worth,
        sold,
        (parts.TO_SHARE,),
        (parts.SHARES,),
        remark,
        adds_up=False,
    )


# --- Help and works -------------------------------------------------------------------------


@figure(
    HELP,
    __("Welfare help"),
    Unit.MONEY,
    formula=__("help given to people out of the welfare fund in the period"),
    source=OWN,
)
def welfare_help(facts: Facts) -> Reckoned:
    """What the ledger says was given in the period; the closing of a year does not empty it."""
    return total(facts, parts.WELFARE_HELP)


@figure(
    HELP,
    __("Village works"),
    Unit.MONEY,
    formula=__("spent on roads, wells and other works of the village in the period"),
    source=OWN,
)
def village_works(facts: Facts) -> Reckoned:
    """What the ledger says was spent in the period."""
    return total(facts, parts.VILLAGE_WORKS)


# --- All of them ----------------------------------------------------------------------------


@dataclass(frozen=True)
class GroupFigures:
    """All figures of a group for a period."""

    facts: Facts
    figures: Mapping[str, Figure]

    @property
    def group(self) -> Group:
        return self.facts.group

    @property
    def sections(self) -> list[tuple[Words, Sequence[Figure]]]:
        """The figures under the heads that they stand under."""
        return [
            (head, [f for f in self.figures.values() if f.definition.section == head])
            for head in (MEMBERS, LOANS, SAVINGS, RESULT, HELP)
        ]


def figures_of(groups: Iterable[Group], period: Period) -> dict[UUID, GroupFigures]:
    """All figures of many groups, in the same number of questions as for one."""
    return {
        pk: GroupFigures(facts, {name: kind(facts) for name, kind in FIGURES.items()})
        for pk, facts in facts_of(groups, period).items()
    }
