"""A year of an invented group of ten, played through under rules before anybody lives by them.

Everybody saves what is due at every meeting. The second member is absent once and sends no money,
the third comes late once. The first borrows 100,000 as soon as the rules and the box allow it, for
four months or the longest term, and the fourth after that. The tenth joins in the middle.

Twelve monthly meetings, 5,000 each, 5 percent on the balance, split 10/30/0/60; fines of 1,000 for
absence and 500 for the missed saving, welfare 500 (`tests/savings_groups/test_trial_year.py`):

    saved by a member     12 x 5,000 = 60,000; in all 9 x 60,000 + 6 x 5,000 - 5,000 = 565,000
    a loan of 100,000     3 x 25,000 and 25,000; 5,000 + 3,750 + 2,500 + 1,250, to 100: 12,600
    profit                2 x 12,600 + 1,500 = 26,700
    divided               2,700 + 8,000 + 16,000 to the members
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from savings_groups.bookkeeping import appropriation, loans
from savings_groups.bookkeeping.appropriation import Appropriation, Stake
from savings_groups.bookkeeping.money import Currency, format_money
from savings_groups.bookkeeping.weights import weights
from savings_groups.figures.loan_terms import terms_under, usual_loan, usual_months
from savings_groups.models import Rules

MEMBERS = 10
USUAL = {Currency.KHR: 5_000, Currency.USD: 125}
FIRST_DAY = date(2026, 1, 5)
LAST_DAY = date(2027, 1, 3)

History = list[tuple[date, int]]


@dataclass(frozen=True)
class TrialLine:
    """A line of the table: what, how much in words, and `name` to put two tables side by side."""

    name: str
    label: str
    value: str


@dataclass(frozen=True)
class TrialLoan:
    """A loan of the year: when it was paid out, what was taken then, and its instalments."""

    paid_out_on: date
    up_front: int
    instalments: tuple[loans.Instalment, ...]

    @property
    def interest(self) -> int:
        return self.up_front + sum(each.interest for each in self.instalments)


class TrialYear:
    """The year, by rules that need not be saved, in the money of a group."""

    def __init__(self, rules: Rules, currency: Currency) -> None:
        self.rules, self.currency = rules, currency

    # --- What happens ---------------------------------------------------------------------------

    @cached_property
    def meetings(self) -> list[date]:
        days, number = [FIRST_DAY], 1
        while (day := loans.later(FIRST_DAY, self.rules.meets, number)) <= LAST_DAY:
            days.append(day)
            number += 1
        return days

    @cached_property
    def middle(self) -> date:
        """The meeting at which the tenth joins, and after which somebody leaves."""
        return self.meetings[len(self.meetings) // 2]

    @property
    def each(self) -> int:
        """What everybody saves at a meeting: what is due, else a share, else the usual."""
        rules = self.rules
        amount = rules.least_saving or rules.share_price or USUAL[self.currency]
        return amount if rules.most_saving is None else min(amount, rules.most_saving)

    @cached_property
    def histories(self) -> dict[int, History]:
        """What each has saved after each meeting."""
        missed = self.meetings[len(self.meetings) // 3]
        found: dict[int, History] = {}
        for member in range(1, MEMBERS + 1):
            saved, history = 0, []
            for day in self.meetings:
                is_there = not (member == 2 and day == missed)
                if is_there and (member < MEMBERS or day >= self.middle):
                    saved += self.each
                history.append((day, saved))
            found[member] = history
        return found

    @cached_property
    def lent(self) -> list[TrialLoan]:
        """Two loans, one after the other, as soon as rules and box allow them."""
        first = self._lend(self.meetings)
        if first is None:
            return []
        second = self._lend([day for day in self.meetings if day > first.instalments[-1].due_on])
        return [first, second] if second else [first]

    def _lend(self, days: Sequence[date]) -> TrialLoan | None:
        for day in days:
            if self._may_owe(day) >= self.borrowed and self._saved_by(day) >= self.borrowed:
                return self._loan(day)
        return None

    def _may_owe(self, day: date) -> int:
        """What somebody who has never missed a saving may owe."""
        times = self.rules.loan_times_savings
        saved = dict(self.histories[1])[day]
        return self.borrowed if times is None else int(saved * times)

    def _saved_by(self, day: date) -> int:
        return sum(dict(history)[day] for history in self.histories.values())

    @property
    def borrowed(self) -> int:
        """100,000, or the largest loan of the rules."""
        amount = usual_loan(self.currency)
        return min(amount, self.rules.largest_loan or amount)

    @property
    def months(self) -> int:
        return usual_months(self.rules)

    def _terms(self, day: date) -> loans.Terms:
        return terms_under(self.rules, principal=self.borrowed, months=self.months, on=day)

    def _loan(self, day: date) -> TrialLoan:
        terms = self._terms(day)
        return TrialLoan(day, loans.interest_up_front(terms), loans.schedule(terms, self.meetings))

    @cached_property
    def earned(self) -> list[tuple[date, int]]:
        """What comes into the loan fund and is nobody's, by its day."""
        rules = self.rules
        third = self.meetings[len(self.meetings) // 3]
        found = [(self.meetings[0], (MEMBERS - 1) * rules.joining_fee)]
        found.append((self.middle, rules.joining_fee))
        if not rules.fines_to_welfare:
            found.append((third, self.fines))
        for loan in self.lent:
            found.append((loan.paid_out_on, loan.up_front))
            found += [(each.due_on, each.interest) for each in loan.instalments]
        return sorted((day, amount) for day, amount in found if amount and day <= LAST_DAY)

    @property
    def fines(self) -> int:
        rules = self.rules
        return rules.fine_absent + rules.fine_missed + rules.fine_late

    # --- How it ends ----------------------------------------------------------------------------

    @cached_property
    def savings_interest(self) -> dict[int, int]:
        return self._interest_until(LAST_DAY)

    def _interest_until(self, through: date) -> dict[int, int]:
        found: dict[int, int] = appropriation.savings_interest(
            list(self.histories.items()),
            rates=[(FIRST_DAY, self.rules.savings_interest)],
            until=through + timedelta(days=1),
            unit=self.rules.cash_unit,
        )
        return found

    @property
    def profit(self) -> int:
        return sum(amount for _day, amount in self.earned) - sum(self.savings_interest.values())

    @cached_property
    def outcome(self) -> Appropriation:
        """The closing, by the same rules as that of a real group."""
        rules, stakes = self.rules, self._stakes(LAST_DAY)
        if rules.closing == Rules.ClosingKind.SHARE_OUT:
            order = loans.Order(rules.allocation)
            return appropriation.share_out(self.profit, stakes, unit=rules.cash_unit, order=order)
        if rules.closing == Rules.ClosingKind.SPLIT:
            split = appropriation.Split(
                rules.percent_administration,
                rules.percent_capital,
                rules.percent_welfare,
                rules.percent_members,
            )
            return appropriation.split_profit(self.profit, split, stakes, unit=rules.cash_unit)
        return appropriation.keep_all(self.profit, stakes)

    def _stakes(self, through: date) -> list[Stake]:
        found = weights(
            self.rules.closing_weight,
            self.histories,
            since=FIRST_DAY,
            through=through,
            earned=self.earned,
        )
        interest = self.savings_interest
        return [
            Stake(member, history[-1][1] + interest.get(member, 0), found[member])
            for member, history in self.histories.items()
        ]

    @property
    def welfare(self) -> int:
        rules = self.rules
        sheets = sum(day >= self.middle for day in self.meetings)
        given = ((MEMBERS - 1) * len(self.meetings) + sheets) * rules.welfare_due
        total = given + (self.fines if rules.fines_to_welfare else 0)
        return (total if rules.has_welfare else 0) + self.outcome.to_welfare

    # --- The table ------------------------------------------------------------------------------

    @property
    def lines(self) -> list[TrialLine]:
        """What the year means, a line each."""
        return [TrialLine(*each) for each in (*self._saving(), *self._lending(), *self._ending())]

    def _money(self, amount: int) -> str:
        return format_money(amount, self.currency)

    def _saving(self) -> Iterator[tuple[str, str, str]]:
        number = len(self.meetings)
        yield "meetings", _("Meetings in the year"), str(number)
        yield (
            "saves",
            _("A member saves"),
            _("%(number)s × %(each)s = %(total)s")
            % {
                "number": number,
                "each": self._money(self.each),
                "total": self._money(number * self.each),
            },
        )
        if self.rules.has_welfare:
            given = self._money(number * self.rules.welfare_due)
            yield "welfare", _("A member gives for welfare"), given
        if self.fines:
            yield (
                "fines",
                _("Fines for one absence without money, and one for coming late"),
                (self._money(self.fines)),
            )
        yield "saved", _("Saved by all ten"), self._money(self._saved_by(self.meetings[-1]))

    def _lending(self) -> Iterator[tuple[str, str, str]]:
        cost = self._loan(FIRST_DAY).interest
        about = {"amount": self._money(self.borrowed), "months": self.months}
        yield (
            "costs",
            _("A loan of %(amount)s for %(months)s months costs") % about,
            _("%(cost)s, really %(percent)s percent a month")
            % {
                "cost": self._money(cost),
                "percent": loans.true_monthly_cost(self._terms(FIRST_DAY)).normalize(),
            },
        )
        first = self.lent[0].paid_out_on if self.lent else None
        number = self.meetings.index(first) + 1 if first else None
        yield (
            "lent",
            _("It can be taken from"),
            _("meeting %(number)s on") % {"number": number} if number else _("not in this year"),
        )

    def _ending(self) -> Iterator[tuple[str, str, str]]:
        rules, outcome = self.rules, self.outcome
        results = {found.key: found for found in outcome.members}
        yield "profit", _("Profit of the year"), self._money(self.profit)
        if interest := self.savings_interest.get(1):
            yield "interest", _("Interest on savings of a member"), self._money(interest)
        if rules.closing == Rules.ClosingKind.SPLIT:
            yield "administration", _("To administration"), self._money(outcome.to_administration)
        yield "capital", _("Stays with the group"), self._money(outcome.to_capital)
        if rules.closing != Rules.ClosingKind.KEEP:
            yield "part", _("Part of the profit of a member"), self._money(results[1].profit)
            yield (
                "joiner",
                _("Part of one who joins in the middle"),
                self._money(results[MEMBERS].profit),
            )
        if rules.closing == Rules.ClosingKind.SHARE_OUT:
            total = self._money(outcome.total_payout + self._welfare_shared)
            yield "shared", _("Shared out to all"), total
            yield (
                "payout",
                _("Of it to a member"),
                self._money(results[1].payout + self._welfare_shared // MEMBERS),
            )
        yield "leaver", _("Whoever leaves in the middle takes"), self._money(self._leaver)
        if rules.has_welfare:
            left = self._money(self.welfare - self._welfare_shared)
            yield "welfare-left", _("In the welfare fund then"), left

    @property
    def _welfare_shared(self) -> int:
        if self.rules.welfare_at_end != Rules.WelfareAtEnd.SHARE:
            return 0
        parts = appropriation.largest_remainder(self.welfare, [1] * MEMBERS, self.rules.cash_unit)
        return sum(parts)

    @property
    def _leaver(self) -> int:
        """What somebody takes who leaves before the meeting in the middle, with interest."""
        before = self.middle - timedelta(days=1)
        half = TrialYear(self.rules, self.currency)
        half.histories = {
            member: [(day, amount) for day, amount in history if day <= before]
            for member, history in self.histories.items()
        }
        half.earned = [(day, amount) for day, amount in self.earned if day <= before]
        half.savings_interest = half._interest_until(before)
        saved = half.histories[5][-1][1] + half.savings_interest[5]
        part = appropriation.leavers_part(
            half.profit, half._stakes(before), 5, self._members_percent, unit=self.rules.cash_unit
        )
        return saved + part

    @property
    def _members_percent(self) -> int:
        return members_percent(self.rules)

    # --- What does not fit together -------------------------------------------------------------

    @property
    def contradictions(self) -> list[str]:
        """What the rules say on one side and make impossible on the other, a sentence each."""
        return [words for words in self._contradictions() if words]

    def _contradictions(self) -> Iterator[str]:
        rules = self.rules
        about = {"amount": self._money(self.borrowed)}
        if not self.lent:
            most = self._money(self._may_owe(self.meetings[-1]))
            yield _(
                "Nobody can borrow %(amount)s in this year: at its end a member may owe %(most)s."
            ) % (about | {"most": most})
        if self.profit < 0:
            yield _(
                "The year ends with a loss of %(loss)s: interest on savings costs more than loans "
                "and fines bring."
            ) % {"loss": self._money(-self.profit)}
        elif not self.profit and rules.closing != Rules.ClosingKind.KEEP:
            yield _("Nothing is earned, so there is no profit to divide.")
        if rules.fine_missed > self.each:
            yield _("A missed saving is fined with more than the saving.")
        if rules.has_welfare and rules.welfare_due > self.each:
            yield _("A member gives more for welfare than they save.")
        if rules.flat_in_full and rules.loan_method != Rules.Method.FLAT:
            yield _(
                "The whole flat interest is asked of whoever repays early, and loans are not flat."
            )
        if rules.fines_to_welfare and not rules.has_welfare:
            yield _("Fines go to a welfare fund that the group does not have.")
        by_members = rules.closing == Rules.ClosingKind.SPLIT and not rules.percent_members
        if by_members and rules.leaver_percent:
            yield _("A leaver takes a part of the profit, of which members get nothing.")


def members_percent(rules: Rules) -> int:
    """What a leaver takes of what was earned, in hundredths of a percent of a part by weight.

    Half of their part, where 60 percent of the profit are the members': 3,000.
    """
    is_split = rules.closing == Rules.ClosingKind.SPLIT
    of_profit = rules.percent_members if is_split else 100
    return 0 if rules.closing == Rules.ClosingKind.KEEP else rules.leaver_percent * of_profit


def side_by_side(
    rules: Rules, before: Rules | None, currency: Currency
) -> list[tuple[TrialLine, str | None]]:
    """The lines under new rules, each with what it is under those of before; None without them."""
    lines = TrialYear(rules, currency).lines
    if before is None:
        return [(line, None) for line in lines]
    earlier = {line.name: line.value for line in TrialYear(before, currency).lines}
    return [(line, earlier.get(line.name, "—")) for line in lines]
