"""The figures of a savings group, in the order of the page: a table with a line for each.

A figure is calculated from `Facts`, so the page of one group and the comparison of many use the
same definition. What is not known is None, and so is a ratio of nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.figures import outcomes
from core.figures.definitions import (
    OWN,
    Definition,
    Figure,
    Unit,
    Words,
    by_section,
    register,
)
from core.figures.outcomes import Outcome
from registry.models.people import Sex
from savings_groups.bookkeeping.money import format_money
from savings_groups.figures import parts, sources
from savings_groups.figures.facts import Facts, facts_of
from savings_groups.figures.listing import list_of
from savings_groups.figures.parts import FigurePart
from savings_groups.figures.periods import Period
from savings_groups.figures.sources import SAVIX, SAVIX_FIELDS
from savings_groups.models import Group

# --- What a line of the table says --------------------------------------------------------------


def line(
    name: str,
    label: Words,
    unit: Unit,
    top: FigurePart,
    *bottom: FigurePart,
    count: Callable[[Facts], Outcome],
    formula: Words,
    source: Words,
    adds_up: bool = True,
) -> Definition[Facts]:
    """A figure of one part above, and of those below."""
    made_of = dict.fromkeys((top, *bottom))
    return Definition(
        name,
        label,
        "",
        unit,
        count,
        lambda facts: [list_of(part, facts) for part in made_of],
        formula=formula,
        source=source,
        part_unit=top.unit,
        whole_unit=bottom[0].unit if bottom else Unit.COUNT,
        adds_up=adds_up,
    )


def total(name: str, label: Words, part: FigurePart, **more: Any) -> Definition[Facts]:
    """A number as it is."""

    def count(facts: Facts) -> Outcome:
        return outcomes.total(facts.number(part))

    return line(name, label, part.unit, part, count=count, **more)


def share(
    name: str, label: Words, top: FigurePart, *bottom: FigurePart, **more: Any
) -> Definition[Facts]:
    """A percentage of the sum of the parts below."""

    def count(facts: Facts) -> Outcome:
        return outcomes.share(facts.number(top), facts.sum_of(*bottom))

    return line(name, label, Unit.PERCENT, top, *bottom, **{"count": count} | more)


def average(
    name: str, label: Words, top: FigurePart, bottom: FigurePart, **more: Any
) -> Definition[Facts]:
    """Money for each, to whole units."""

    def count(facts: Facts) -> Outcome:
        return outcomes.average(facts.number(top), facts.number(bottom))

    return line(name, label, Unit.MONEY, top, bottom, count=count, **more)


# --- What is more than a share, a total or an average ---------------------------------------------


def _membership_change(facts: Facts) -> Outcome:
    now, start = facts.number(parts.MEMBERS), facts.number(parts.AT_START)
    return Outcome(None if now is None or start is None else now - start, now, start)


def _membership_change_percent(facts: Facts) -> Outcome:
    moved, start = _membership_change(facts).value, facts.number(parts.AT_START)
    return outcomes.share(moved, start)


def _women(facts: Facts) -> Outcome:
    """Members whose sex is not stated stay in the whole."""
    found = outcomes.share(facts.number(parts.WOMEN), facts.number(parts.MEMBERS))
    listed = facts.behind(parts.MEMBERS) or []
    unstated = sum(1 for member, is_member in listed if member.sex == Sex.NOT_STATED)
    if not unstated:
        return found
    words = gettext("The sex of %(count)s members is not stated.")
    return replace(found, remark=words % {"count": unstated})


def _loan_loss(facts: Facts) -> Outcome:
    """Of what was outstanding on average, of the first and the last day."""
    both = facts.sum_of(parts.LOANS_BEFORE, parts.LOANS)
    return outcomes.share(
        facts.number(parts.WRITTEN_OFF), None if both is None else Decimal(both) / 2
    )


def _in_a_year(bottom: FigurePart) -> Callable[[Facts], Outcome]:
    def count(facts: Facts) -> Outcome:
        result, whole = facts.number(parts.RESULT), facts.number(bottom)
        value = None
        if result is not None and whole:
            value = outcomes.percent(result * 365, whole * facts.days)
        remark = gettext("The period has %(days)s days.") % {"days": facts.days}
        return Outcome(value, result, whole, remark)

    return count


def _value_per_share(facts: Facts) -> Outcome:
    """What a share-out would divide today, for each share; not known of groups without shares.

    Cash + bank + loans - debts - kept funds, read from the other side of the balance sheet.
    Ledger Link divides (savings + fines + interest) by (savings / share price).
    """
    worth, sold = facts.number(parts.TO_SHARE), facts.number(parts.SHARES)
    price = facts.rules.share_price if facts.rules else None
    if not sold or not price or worth is None:
        return outcomes.unknown()
    if facts.share_count is not None:
        # Bought at several prices, each counts as one.
        return outcomes.average(worth, facts.share_count)
    remark = gettext("A share costs %(price)s.") % {"price": format_money(price, facts.group.money)}
    shares = outcomes.rounded(Fraction(sold, price), 2 if sold % price else 0)
    exact = outcomes.average(worth * price, sold, remark)
    return replace(exact, part=worth, whole=shares)


# --- The table ------------------------------------------------------------------------------------


def section(label: Words, *lines: Definition[Facts]) -> list[Definition[Facts]]:
    """The figures under one head."""
    return [replace(each, section=label) for each in lines]


# fmt: off
FIGURES = register(
    *section(
        _("Members and meetings"),
        # SAVIX counts at one visit; here every sealed sheet counts. Who comes late is there.
        share("attendance", _("Attendance"), parts.PRESENT, parts.LISTED, source=SAVIX, formula=_(
            "members present or late / members on the sheet, over all sealed meetings")),
        share("meetings_held", _("Meetings held of those due"), parts.HELD, parts.DUE,
              source=sources.MEETINGS_OF_NRLM, formula=_(
            "months or weeks with a meeting / months or weeks in which the rules want one; one "
            "that is not over counts only once a meeting was held in it")),
        share("counts_that_agreed", _("Box counts that agreed"), parts.AGREED, parts.COUNTS,
              source=OWN, formula=_(
            "sealed meetings where the box held what the ledger said / sealed meetings")),
        total("members", _("Members"), parts.MEMBERS, source=SAVIX, formula=_(
            "members who had joined and not left on the last day")),
        total("members_at_start", _("Members at the beginning"), parts.AT_START, source=SAVIX,
              formula=_("members who had joined and not left on the first day")),
        # Members at the beginning + joined - left = members now.
        total("members_joined", _("Members who joined"), parts.JOINED, source=SAVIX, formula=_(
            "members who joined after the first day, through the last")),
        total("members_left", _("Members who left"), parts.LEFT, source=SAVIX, formula=_(
            "members who left after the first day, through the last")),
        share("dropout", _("Dropout"), parts.LEFT, parts.MEMBERS, source=SAVIX, formula=_(
            "members who left / members now")),
        # Never above 100, unlike the formula of SAVIX.
        share("dropout_of_all", _("Dropout of all who were members"),
              parts.LEFT, parts.AT_START, parts.JOINED, source=OWN, formula=_(
            "members who left / (members at the beginning + members who joined)")),
        share("retention", _("Retention"), parts.STAYED, parts.AT_START,
              source=sources.SEEP, formula=_(
            "members at the beginning who are still members / members at the beginning")),
        line("membership_change", _("Change in members"), Unit.COUNT, parts.MEMBERS,
             parts.AT_START, count=_membership_change, source=SAVIX, formula=_(
            "members now - members at the beginning")),
        share("membership_change_percent", _("Change in members, in percent"), parts.MEMBERS,
              parts.AT_START, count=_membership_change_percent, source=SAVIX, formula=_(
            "(members now - members at the beginning) / members at the beginning")),
        share("women", _("Women"), parts.WOMEN, parts.MEMBERS, count=_women, source=SAVIX,
              formula=_("women / members")),
    ),
    *section(
        _("Loans"),
        # SAVIX puts the number of loans above; a borrower of two is one here.
        share("members_with_loan", _("Members with a loan"), parts.BORROWERS, parts.MEMBERS,
              source=sources.BORROWERS, formula=_(
            "members of whom a loan is outstanding / members")),
        total("loans_number", _("Number of loans outstanding"), parts.STANDING, source=SAVIX,
              formula=_("loans of which something is owed on the last day")),
        total("loans_outstanding", _("Loans outstanding"), parts.LOANS, source=SAVIX, formula=_(
            "what members owe on loans, without interest")),
        average("average_loan", _("Average loan outstanding"), parts.LOANS, parts.STANDING,
                source=SAVIX, formula=_("loans outstanding / number of loans outstanding")),
        # A loan is late when principal should have been paid before the last day and was not.
        share("par", _("Portfolio at risk"), parts.LATE, parts.LOANS, source=SAVIX, formula=_(
            "what is owed on loans that are late / loans outstanding")),
        share("par30", _("Portfolio at risk, more than 30 days"), parts.LATE_30, parts.LOANS,
              source=sources.CGAP, formula=_(
            "what is owed on loans more than 30 days late / loans outstanding")),
        # Only the payment itself, not the whole loan.
        share("arrears_rate", _("Arrears rate"), parts.OVERDUE, parts.LOANS,
              source=sources.VILLAGE_BANKS, formula=_(
            "principal that should have been paid by now / loans outstanding")),
        share("repaid_on_schedule", _("Repaid on schedule"), parts.ON_TIME, parts.PRINCIPAL_DUE,
              source=sources.GRADING, formula=_(
            "principal paid by the first meeting on or after its day / principal that fell due in "
            "the period")),
        share("loan_loss", _("Loan losses"), parts.WRITTEN_OFF, parts.LOANS_BEFORE, parts.LOANS,
              count=_loan_loss, source=sources.VILLAGE_BANKS, formula=_(
            "written off in the period / average of the loans outstanding at its beginning and "
            "end")),
        # Of loans and interest that were given up before, nothing was written down.
        total("interest_given_up", _("Interest given up"), parts.GIVEN_UP, source=OWN, formula=_(
            "interest that was owed on loans on the day on which they were written off, or on "
            "which it was let go")),
        share("risk_coverage", _("Risk coverage"), parts.ALLOWANCE, parts.LATE_30,
              source=sources.SACCO, formula=_(
            "allowance for loan losses / what is owed on loans more than 30 days late")),
        share("loan_fund_use", _("Use of the loan fund"),
              parts.LOANS, parts.LOANS, parts.LOAN_FUND_CASH, source=SAVIX, formula=_(
            "loans outstanding / (loans outstanding + cash of the loan fund)")),
    ),
    *section(
        _("Savings"),
        # Whether somebody saved is read from the ledger, who was a member that day from the sheet.
        share("members_saving", _("Members saving regularly"), parts.SAVED, parts.LISTED,
              source=sources.SAVINGS_OF_NRLM, formula=_(
            "members who saved at a meeting / members on its sheet, over all sealed meetings; a "
            "saving that was reversed does not count")),
        total("savings_total", _("Savings"), parts.SAVINGS, source=sources.INDIKIT, formula=_(
            "savings and shares of all members, also what is lent out")),
        total("voluntary_savings", _("Voluntary savings"), parts.VOLUNTARY, source=OWN, formula=_(
            "of the savings, what members saved voluntarily and have not taken out")),
        # As of the last meeting of the period, so that a past day is as good as today.
        total("savings_behind", _("Savings in arrears"), parts.BEHIND, source=OWN, formula=_(
            "what members have not saved yet of what was due at meetings; what is saved beyond it "
            "makes up for what was missed before, and never for what comes")),
        share("members_behind", _("Members behind with savings"),
              parts.MEMBERS_BEHIND, parts.MEMBERS, source=OWN, formula=_(
            "members who have not saved yet what was due at meetings / members")),
        average("average_saving", _("Average saving of a member"), parts.SAVINGS, parts.MEMBERS,
                source=sources.INDIKIT, formula=_("savings, also what is lent out / members")),
    ),
    *section(
        _("Result"),
        # What one fund owes another is left out: it is no asset of the group.
        total("total_assets", _("Total assets"), parts.ASSETS, source=SAVIX_FIELDS, formula=_(
            "loans + cash and bank of all funds + property and what is owed to the group")),
        # The same as assets - debts - savings - property at the start, while no money moves
        # between funds: that reads the same change from the other side of the balance sheet.
        total("net_profit", _("Net profit"), parts.RESULT, source=SAVIX_FIELDS, formula=_(
            "income - expenses of the loan fund in the period, before it is divided; the welfare "
            "and administration funds stay out")),
        share("return_on_savings", _("Return on savings"), parts.RESULT, parts.SAVINGS,
              source=SAVIX_FIELDS, formula=_("net profit / savings")),
        share("return_on_savings_annual", _("Return on savings in a year"),
              parts.RESULT, parts.SAVINGS, count=_in_a_year(parts.SAVINGS), adds_up=False,
              source=sources.SAVIX_RETURNS, formula=_(
            "net profit / savings x 365 / days of the period")),
        share("return_on_assets", _("Return on assets"), parts.RESULT, parts.ASSETS,
              source=SAVIX_FIELDS, formula=_("net profit / total assets")),
        share("return_on_assets_annual", _("Return on assets in a year"),
              parts.RESULT, parts.ASSETS, count=_in_a_year(parts.ASSETS), adds_up=False,
              source=sources.SAVIX_RETURNS, formula=_(
            "net profit / total assets x 365 / days of the period")),
        total("shared_out", _("Shared out"), parts.SHARED_OUT, source=OWN, formula=_(
            "what members were entitled to at closings in the period: in a share-out savings and "
            "profit before debts are taken, else their part of the profit")),
        total("shared_out_in_cash", _("Shared out in cash"), parts.PAID_OUT, source=OWN, formula=_(
            "what of it members took in cash at closings in the period")),
        total("shared_out_to", _("Members who got a share"), parts.SHARERS, source=OWN, formula=_(
            "different members who were entitled to anything at closings in the period")),
        # The list below it is of money, and the number that it is divided by is of shares.
        replace(
            line("value_per_share", _("Value of a share"), Unit.MONEY, parts.TO_SHARE, parts.SHARES,
                 count=_value_per_share, adds_up=False, source=sources.LEDGER_LINK, formula=_(
                "(shares + group capital + result not divided yet) / number of shares; welfare, "
                "administration and grants stay out")),
            whole_unit=Unit.COUNT,
        ),
    ),
    *section(
        _("Help and works"),
        # The closing of a year does not empty these.
        total("welfare_help", _("Welfare help"), parts.WELFARE_HELP, source=OWN, formula=_(
            "help given to people out of the welfare fund in the period")),
        total("village_works", _("Village works"), parts.VILLAGE_WORKS, source=OWN, formula=_(
            "spent on roads, wells and other works of the village in the period")),
    ),
)
# fmt: on


# --- All of them ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class GroupFigures:
    """All figures of a group for a period."""

    facts: Facts
    figures: Mapping[str, Figure[Facts]]

    @property
    def group(self) -> Group:
        return self.facts.group

    @property
    def sections(self) -> list[tuple[Words, list[Figure[Facts]]]]:
        """The figures under the heads that they stand under."""
        return [
            (head, [self.figures[each.name] for each in listed])
            for head, listed in by_section(FIGURES)
        ]


def figures_of(groups: Iterable[Group], period: Period) -> dict[UUID, GroupFigures]:
    """All figures of many groups, in the same number of queries as for one."""
    return {
        pk: GroupFigures(facts, {name: each.of(facts) for name, each in FIGURES.items()})
        for pk, facts in facts_of(groups, period).items()
    }
