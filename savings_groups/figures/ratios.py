"""The figures of a savings group: each is one function, with its formula and its source.

A figure is reckoned from `Facts`, so the page of one group and the comparison of many use the
same function. What is not known is None, and so is a ratio of nothing. The letters in brackets
are the sources that figure.py lists.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from savings_groups.bookkeeping.money import format_money, round_half_up
from savings_groups.figures import parts
from savings_groups.figures.facts import Facts, facts_of
from savings_groups.figures.figure import (
    CGAP,
    FIGURES,
    GRAMEEN,
    HELP,
    INDIKIT,
    LOANS,
    MEMBERS,
    OWN,
    RESULT,
    SACCO,
    SAVINGS,
    SAVIX,
    SAVIX_FIELDS,
    SEEP,
    Figure,
    Reckoned,
    add_up,
    average,
    figure,
    percent,
    share,
    total,
)
from savings_groups.figures.parts import Part, Unit, Words
from savings_groups.figures.periods import Period
from savings_groups.models import Group

# --- Members and meetings -------------------------------------------------------------------


@figure(
    MEMBERS,
    _("Attendance"),
    Unit.PERCENT,
    formula=_("members present or late / members on the sheet, over all sealed meetings"),
    source=SAVIX,
)
def attendance(facts: Facts) -> Reckoned:
    """Members present / registered members, added up over the meetings of the period [DCA].

    SAVIX counts at one visit; here every sealed sheet counts. Whoever comes late is there.
    """
    return share(facts, parts.PRESENT, parts.LISTED)


@figure(
    MEMBERS,
    _("Meetings held of those due"),
    Unit.PERCENT,
    formula=_(
        "months or weeks with a meeting / months or weeks in which the rules want one; one that is "
        "not over counts only once a meeting was held in it"
    ),
    source=_("First of the five rules of NRLM (regular meetings); the counting is ours"),
)
def meetings_held(facts: Facts) -> Reckoned:
    """Intervals with a meeting / intervals due by `rules.meets` [VIKAS; the counting is ours]."""
    return share(facts, parts.HELD, parts.DUE)


@figure(
    MEMBERS,
    _("Box counts that agreed"),
    Unit.PERCENT,
    formula=_("sealed meetings where the box held what the ledger said / sealed meetings"),
    source=OWN,
)
def counts_that_agreed(facts: Facts) -> Reckoned:
    """Counts without a difference / counts. Ours: nobody else books the difference."""
    return share(facts, parts.AGREED, parts.COUNTS)


@figure(
    MEMBERS,
    _("Members"),
    Unit.COUNT,
    formula=_("members who had joined and not left on the last day"),
    source=SAVIX,
)
def members(facts: Facts) -> Reckoned:
    """Registered members on the last day [DCA]."""
    return total(facts, parts.MEMBERS)


@figure(
    MEMBERS,
    _("Members at the beginning"),
    Unit.COUNT,
    formula=_("members who had joined and not left on the first day"),
    source=SAVIX,
)
def members_at_start(facts: Facts) -> Reckoned:
    """Registered members at the start of the cycle or period [DCA]."""
    return total(facts, parts.AT_START)


@figure(
    MEMBERS,
    _("Members who joined"),
    Unit.COUNT,
    formula=_("members who joined after the first day, through the last"),
    source=SAVIX,
)
def members_joined(facts: Facts) -> Reckoned:
    """Joined after the first day; start + joined - left = now."""
    return total(facts, parts.JOINED)


@figure(
    MEMBERS,
    _("Members who left"),
    Unit.COUNT,
    formula=_("members who left after the first day, through the last"),
    source=SAVIX,
)
def members_left(facts: Facts) -> Reckoned:
    """Dropouts since the start of the cycle or period [DCA]."""
    return total(facts, parts.LEFT)


@figure(
    MEMBERS,
    _("Dropout"),
    Unit.PERCENT,
    formula=_("members who left / members now"),
    source=SAVIX,
)
def dropout(facts: Facts) -> Reckoned:
    """Dropouts since cycle start / registered members now [DCA]."""
    return share(facts, parts.LEFT, parts.MEMBERS)


@figure(
    MEMBERS,
    _("Dropout of all who were members"),
    Unit.PERCENT,
    formula=_("members who left / (members at the beginning + members who joined)"),
    source=OWN,
)
def dropout_of_all(facts: Facts) -> Reckoned:
    """Dropouts / (start + joined): never above 100, unlike the formula of SAVIX. Ours."""
    return share(facts, parts.LEFT, parts.AT_START, parts.JOINED)


@figure(
    MEMBERS,
    _("Retention"),
    Unit.PERCENT,
    formula=_("members at the beginning who are still members / members at the beginning"),
    source=SEEP,
)
def retention(facts: Facts) -> Reckoned:
    """Members at start still active / members at start [SEEP 2008]."""
    return share(facts, parts.STAYED, parts.AT_START)


@figure(
    MEMBERS,
    _("Change in members"),
    Unit.COUNT,
    formula=_("members now - members at the beginning"),
    source=SAVIX,
)
def membership_change(facts: Facts) -> Reckoned:
    """Members now - members at the start of the cycle [DCA]."""
    now, start = facts.number(parts.MEMBERS), facts.number(parts.AT_START)
    value = None if now is None or start is None else now - start
    return Reckoned(value, now, start, (parts.MEMBERS,), (parts.AT_START,))


@figure(
    MEMBERS,
    _("Change in members, in percent"),
    Unit.PERCENT,
    formula=_("(members now - members at the beginning) / members at the beginning"),
    source=SAVIX,
)
def membership_change_percent(facts: Facts) -> Reckoned:
    """The change as a percentage of the members at the start of the cycle [DCA]."""
    start, change = facts.number(parts.AT_START), membership_change.reckon(facts)
    moved = None if change.value is None else int(change.value)
    return Reckoned(percent(moved, start), moved, start, (parts.MEMBERS,), (parts.AT_START,))


@figure(MEMBERS, _("Women"), Unit.PERCENT, formula=_("women / members"), source=SAVIX)
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
    remark = gettext("The sex of %(count)s members is not stated.") % {"count": unstated}
    return Reckoned(
        found.value, found.numerator, found.denominator, found.top, found.bottom, remark
    )


# --- Savings --------------------------------------------------------------------------------


@figure(
    SAVINGS,
    _("Members saving regularly"),
    Unit.PERCENT,
    formula=_(
        "members who saved at a meeting / members on its sheet, over all sealed meetings; a saving "
        "that was reversed does not count"
    ),
    source=_("Second of the five rules of NRLM (regular savings); the counting is ours"),
)
def members_saving(facts: Facts) -> Reckoned:
    """Members who saved / members on the sheet, meeting by meeting [VIKAS; the counting is ours].

    Whether somebody saved is read from the ledger, who was a member that day from the sheet.
    """
    return share(facts, parts.SAVED, parts.LISTED)


@figure(
    SAVINGS,
    _("Savings"),
    Unit.MONEY,
    formula=_("savings and shares of all members, also what is lent out"),
    source=INDIKIT,
)
def savings_total(facts: Facts) -> Reckoned:
    """The balance of savings and shares on the last day [PIN]."""
    return total(facts, parts.SAVINGS)


@figure(
    SAVINGS,
    _("Average saving of a member"),
    Unit.MONEY,
    formula=_("savings, also what is lent out / members"),
    source=INDIKIT,
)
def average_saving(facts: Facts) -> Reckoned:
    """Total savings including money lent out / members [PIN]."""
    return average(facts, parts.SAVINGS, parts.MEMBERS)


# --- Loans ----------------------------------------------------------------------------------


@figure(
    LOANS,
    _("Members with a loan"),
    Unit.PERCENT,
    formula=_("members of whom a loan is outstanding / members"),
    source=_("SAVIX counts loans; we count each borrower once"),
)
def members_with_loan(facts: Facts) -> Reckoned:
    """Borrowers / members. SAVIX puts the number of loans above; a borrower of two is one here."""
    return share(facts, parts.BORROWERS, parts.MEMBERS)


@figure(
    LOANS,
    _("Number of loans outstanding"),
    Unit.COUNT,
    formula=_("loans of which something is owed on the last day"),
    source=SAVIX,
)
def loans_number(facts: Facts) -> Reckoned:
    """Loans of which the ledger says that something is owed [DCA]."""
    return total(facts, parts.STANDING)


@figure(
    LOANS,
    _("Loans outstanding"),
    Unit.MONEY,
    formula=_("what members owe on loans, without interest"),
    source=SAVIX,
)
def loans_outstanding(facts: Facts) -> Reckoned:
    """The balance of loans to members on the last day [DCA]."""
    return total(facts, parts.LOANS)


@figure(
    LOANS,
    _("Average loan outstanding"),
    Unit.MONEY,
    formula=_("loans outstanding / number of loans outstanding"),
    source=SAVIX,
)
def average_loan(facts: Facts) -> Reckoned:
    """Value outstanding / number outstanding [DCA]."""
    return average(facts, parts.LOANS, parts.STANDING)


@figure(
    LOANS,
    _("Portfolio at risk"),
    Unit.PERCENT,
    formula=_("what is owed on loans that are late / loans outstanding"),
    source=SAVIX,
)
def par(facts: Facts) -> Reckoned:
    """Unpaid balance of late loans / value of loans outstanding [DCA].

    A loan is late when principal should have been paid before the last day and was not.
    """
    return share(facts, parts.LATE, parts.LOANS)


@figure(
    LOANS,
    _("Portfolio at risk, more than 30 days"),
    Unit.PERCENT,
    formula=_("what is owed on loans more than 30 days late / loans outstanding"),
    source=CGAP,
)
def par30(facts: Facts) -> Reckoned:
    """Outstanding balance of loans with arrears > 30 days / gross loans [CGAP]."""
    return share(facts, parts.LATE_30, parts.LOANS)


@figure(
    LOANS,
    _("Arrears rate"),
    Unit.PERCENT,
    formula=_("principal that should have been paid by now / loans outstanding"),
    source=GRAMEEN,
)
def arrears_rate(facts: Facts) -> Reckoned:
    """Payments in arrears / loans outstanding [GK]. Only the payment itself, not the whole loan."""
    return share(facts, parts.OVERDUE, parts.LOANS)


@figure(
    LOANS,
    _("Repaid on schedule"),
    Unit.PERCENT,
    formula=_(
        "principal paid by the first meeting on or after its day / principal that fell due in the "
        "period"
    ),
    source=_("Annexes for grading self-help groups; the counting is ours"),
)
def repaid_on_schedule(facts: Facts) -> Reckoned:
    """Principal paid in time / principal fallen due [ANNX; the counting is ours]."""
    return share(facts, parts.ON_TIME, parts.PRINCIPAL_DUE)


@figure(
    LOANS,
    _("Loan losses"),
    Unit.PERCENT,
    formula=_(
        "written off in the period / average of the loans outstanding at its beginning and end"
    ),
    source=GRAMEEN,
)
def loan_loss(facts: Facts) -> Reckoned:
    """Written off in the period / average outstanding, of its first and last day [GK]."""
    lost = facts.number(parts.WRITTEN_OFF)
    both = (parts.LOANS_BEFORE, parts.LOANS)
    whole = add_up(facts, both)
    average_owed = None if whole is None else Decimal(whole) / 2
    return Reckoned(percent(lost, average_owed), lost, average_owed, (parts.WRITTEN_OFF,), both)


@figure(
    LOANS,
    _("Risk coverage"),
    Unit.PERCENT,
    formula=_("allowance for loan losses / what is owed on loans more than 30 days late"),
    source=SACCO,
)
def risk_coverage(facts: Facts) -> Reckoned:
    """Allowance / balance at risk for more than 30 days [SACCO]."""
    return share(facts, parts.ALLOWANCE, parts.LATE_30)


@figure(
    LOANS,
    _("Use of the loan fund"),
    Unit.PERCENT,
    formula=_("loans outstanding / (loans outstanding + cash of the loan fund)"),
    source=SAVIX,
)
def loan_fund_use(facts: Facts) -> Reckoned:
    """Loans outstanding / (loans outstanding + loan-fund cash in box and bank) [DCA]."""
    return share(facts, parts.LOANS, parts.LOANS, parts.LOAN_FUND_CASH)


# --- Result ---------------------------------------------------------------------------------


@figure(
    RESULT,
    _("Total assets"),
    Unit.MONEY,
    formula=_("loans + cash and bank of all funds + property and what is owed to the group"),
    source=SAVIX_FIELDS,
)
def total_assets(facts: Facts) -> Reckoned:
    """Loans + loan-fund cash + other-fund cash + property [fields in DCA].

    What one fund owes another is left out: it is no asset of the group.
    """
    return total(facts, parts.ASSETS)


@figure(
    RESULT,
    _("Net profit"),
    Unit.MONEY,
    formula=_(
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
    _("Return on savings"),
    Unit.PERCENT,
    formula=_("net profit / savings"),
    source=SAVIX_FIELDS,
)
def return_on_savings(facts: Facts) -> Reckoned:
    """Net profit / savings on the last day [variables in UCT]."""
    return share(facts, parts.RESULT, parts.SAVINGS)


@figure(
    RESULT,
    _("Return on savings in a year"),
    Unit.PERCENT,
    formula=_("net profit / savings x 365 / days of the period"),
    source="SAVIX",
)
def return_on_savings_annual(facts: Facts) -> Reckoned:
    """Return on savings x 365 / days in the cycle [SVX3]."""
    return _annual(facts, parts.SAVINGS)


@figure(
    RESULT,
    _("Return on assets"),
    Unit.PERCENT,
    formula=_("net profit / total assets"),
    source=SAVIX_FIELDS,
)
def return_on_assets(facts: Facts) -> Reckoned:
    """Net profit / total assets on the last day [variables in UCT]."""
    return share(facts, parts.RESULT, parts.ASSETS)


@figure(
    RESULT,
    _("Return on assets in a year"),
    Unit.PERCENT,
    formula=_("net profit / total assets x 365 / days of the period"),
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
    remark = gettext("The period has %(days)s days.") % {"days": facts.days}
    return Reckoned(
        value, once.numerator, once.denominator, once.top, once.bottom, remark, adds_up=False
    )


@figure(
    RESULT,
    _("Value of a share"),
    Unit.MONEY,
    formula=_(
        "(shares + group capital + result not divided yet) / number of shares; welfare, "
        "administration and grants stay out"
    ),
    source=_("After Ledger Link; what is shared out follows our closing of the year"),
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
    remark = gettext("A share costs %(price)s.") % {"price": format_money(price, facts.group.money)}
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
    _("Welfare help"),
    Unit.MONEY,
    formula=_("help given to people out of the welfare fund in the period"),
    source=OWN,
)
def welfare_help(facts: Facts) -> Reckoned:
    """What the ledger says was given in the period; the closing of a year does not empty it."""
    return total(facts, parts.WELFARE_HELP)


@figure(
    HELP,
    _("Village works"),
    Unit.MONEY,
    formula=_("spent on roads, wells and other works of the village in the period"),
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
