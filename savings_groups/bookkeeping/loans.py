"""What a loan costs: its schedule, the interest and principal due, how a payment is spread.

Amounts are whole minor units. Rates are percent per month. Nothing here knows a database.
"""

import calendar
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import count
from types import MappingProxyType
from typing import Any, NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from savings_groups.bookkeeping.money import Currency, format_money, round_half_up

# Whatever names a loan or a member to the caller.
Key = Any


class Method(TextChoices):
    """On what the interest is calculated, and how the principal comes back."""

    # On the first principal, to the end of the term.
    FLAT = "flat", _("Flat: interest on the first amount")
    # On the balance; equal principal each month.
    DECLINING = "declining", _("Declining: equal parts of the loan")
    # On the balance; principal and interest together are equal.
    INSTALMENT = "instalment", _("Declining: equal payments")


class Plan(TextChoices):
    """When the principal comes back."""

    PARTS = "parts", _("In parts")
    LOAN_AT_END = "loan at end", _("Interest in parts, the loan at the end")
    # As after the harvest: nothing is asked before.
    ALL_AT_END = "all at end", _("Loan and interest in one payment at the end")


class PartialMonth(TextChoices):
    """How time is counted in months where interest is due."""

    MEETING = "meeting", _("Each meeting counts as a month")
    WHOLE = "whole", _("Whole months only")
    STARTED = "started", _("Every month that has begun")
    DAYS = "days", _("By days, a month being 30 days")
    ACTUAL = "actual", _("By days, a year being 365 days")


class Rhythm(TextChoices):
    """How often a group meets."""

    WEEK = "week", _("Every week")
    FORTNIGHT = "fortnight", _("Every two weeks")
    FOUR_WEEKS = "four-weeks", _("Every four weeks")
    MONTH = "month", _("Every month")
    FIRST_SUNDAY = "1st-sunday", _("Every month, on the first Sunday")
    HARVEST = "harvest", _("Once a year, after the harvest")


# Where the group meets once a month, and so its meeting may be its month. Of four weeks a group may
# say so: thirteen of its months are a year, and the true cost tells.
MONTHLY = (Rhythm.MONTH, Rhythm.FIRST_SUNDAY)
MAY_BE_A_MONTH = (*MONTHLY, Rhythm.FOUR_WEEKS)


def partial_month_for(rhythm: str) -> PartialMonth:
    """How months are counted where a group says nothing of it: as it meets.

    Only a group that meets once a month has its months counted by meetings; where four meetings
    make a month, each of them would cost the interest of a whole one.
    """
    return PartialMonth.MEETING if rhythm in MONTHLY else PartialMonth.STARTED


class Order(TextChoices):
    """What a payment settles first. An order that does not name fines pays none."""

    INTEREST_PRINCIPAL = "interest-principal", _("Interest, then the loan")
    FINES_INTEREST_PRINCIPAL = (
        "fines-interest-principal",
        _("Fines, then interest, then the loan"),
    )
    PRINCIPAL_INTEREST = "principal-interest", _("The loan, then interest")
    INTEREST_PRINCIPAL_FINES = (
        "interest-principal-fines",
        _("Interest, then the loan, then fines"),
    )


@dataclass(frozen=True)
class Terms:
    """What was agreed for one loan, and what was owed when it came into the books.

    `unit` is the smallest amount the group handles. `interest_brought` is old interest still
    owed on `starts_on`; it is due at once and is no part of the schedule. With `flat_in_full` a
    flat loan owes the interest of its whole term, however early it is settled, and one whose
    interest was taken up front gets nothing back. `rhythm` is how often the group meets, and so
    when the meetings to come are expected.

    For the first `grace` months only interest is due. Something is due every `every` months and at
    the end. `balloon` is what of the principal is left for the last payment. `instalment` is a
    fixed payment in place of the calculated one: with its interest, or of the principal alone
    where equal parts of it are repaid; the last one is smaller.

    With `up_front` the interest of the whole term is taken when the loan is paid out.
    `interest_ahead` is interest for the time from `starts_on` on that was paid before the loan
    came into the books. `moved_to` is the day to which the group has put off its next meeting.
    """

    principal: int
    rate: Decimal
    months: int
    method: Method
    policy: PartialMonth
    unit: int
    starts_on: date
    interest_brought: int = 0
    flat_in_full: bool = False
    rhythm: Rhythm = Rhythm.MONTH
    grace: int = 0
    every: int = 1
    balloon: int = 0
    instalment: int = 0
    up_front: bool = False
    interest_ahead: int = 0
    moved_to: date | None = None

    @property
    def by_meetings(self) -> bool:
        """Whether the group's meeting is its month."""
        return self.policy == PartialMonth.MEETING

    @property
    def by_days(self) -> bool:
        """Whether each day has its part of the interest, so that no month has one of its own."""
        return self.policy in (PartialMonth.DAYS, PartialMonth.ACTUAL)

    @property
    def monthly(self) -> Fraction:
        """The rate as a part of one."""
        return Fraction(self.rate) / 100

    @property
    def is_level(self) -> bool:
        """Whether what is equal each time is the whole payment, not the part of the principal."""
        return self.method == Method.INSTALMENT or (
            self.method == Method.FLAT and self.instalment > 0
        )


class Contradiction(NamedTuple):
    """What in terms does not go together; `field` names one of them."""

    field: str
    message: str


class Held(NamedTuple):
    """A meeting: its day, and how often the group met by the rules of that day."""

    day: date
    rhythm: str


@dataclass(frozen=True)
class Instalment:
    number: int
    due_on: date
    principal: int
    interest: int
    balance: int  # after this instalment

    @property
    def total(self) -> int:
        return self.principal + self.interest


@dataclass(frozen=True)
class Payment:
    """What was paid on a day. `booked_on` is another one where it was entered later."""

    paid_on: date
    principal: int
    interest: int
    booked_on: date | None = None


@dataclass(frozen=True)
class Standing:
    """One loan on one day.

    `overdue` is principal whose day is past; what falls due today is in `principal_due` only. What
    can be paid at meetings only is late from the first meeting on or after its day.
    `settle` ends the loan today. `expected` is what the meeting sheet proposes, never more: of the
    interest it holds what is `asked` by now, where not every month asks for it.
    `brought` is what is left of the interest that was owed when the loan came into the books.
    `given_back` is the interest taken up front that is set off against the rest of a loan that
    ends today.
    """

    balance: int
    interest_due: int
    principal_due: int
    overdue: int
    overdue_since: date | None
    days_late: int
    settle: int
    expected: int
    brought: int = 0
    asked: int = 0
    given_back: int = 0

    @property
    def interest_to_settle(self) -> int:
        """The interest that whoever ends the loan today has still to pay."""
        return self.settle + self.given_back - self.balance


@dataclass(frozen=True)
class Debt:
    """What one loan owes. `back` is the interest that whoever ends it now is given back."""

    key: Key
    interest: int
    principal: int
    back: int = 0


@dataclass(frozen=True)
class Repaid:
    """What one loan got of an amount. Interest that is given back is below zero."""

    key: Key
    interest: int = 0
    principal: int = 0

    @property
    def total(self) -> int:
        return self.interest + self.principal


@dataclass(frozen=True)
class Allocation:
    """An amount spread over debts. `loans` follows the debts; `over` is what nobody was owed."""

    loans: tuple[Repaid, ...]
    fines: int
    over: int

    @property
    def total(self) -> int:
        return sum(loan.total for loan in self.loans) + self.fines + self.over


def anniversary(start: date, months: int) -> date:
    """The same day `months` later, or the last of a shorter month.

    Always calculated from the start: 31 January, 28 February, 31 March.
    """
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def later(start: date, rhythm: str, times: int) -> date:
    """The day on which a group that meets in this rhythm meets for the n-th time after a day."""
    if rhythm == Rhythm.MONTH:
        return anniversary(start, times)
    if rhythm == Rhythm.FIRST_SUNDAY:
        return _first_sunday(start, times)
    if rhythm == Rhythm.HARVEST:
        return anniversary(start, 12 * times)
    return start + timedelta(days=_DAYS[rhythm] * times)


def _expected_after(last: date, terms: Terms, times: int) -> date:
    """The day of the n-th meeting after the last one, as the loan's own days have it.

    After a loan of 31 August and a meeting on 30 September comes 31 October: the short month moved
    the meeting, not the day on which the group meets.
    """
    if terms.rhythm == Rhythm.MONTH:
        start = terms.starts_on
        passed = (last.year - start.year) * 12 + last.month - start.month
        if anniversary(start, passed) == last:
            return anniversary(start, passed + times)
    return later(last, terms.rhythm, times)


def _first_sunday(start: date, months: int) -> date:
    """The first Sunday so many months after the one that a meeting of a day was held for.

    A meeting in the week before the first Sunday was held early, any other one late: after 29
    November and after 6 December 2026 comes 3 January, after 5 November comes 6 December.
    """
    of_next = _sunday_of(anniversary(start.replace(day=1), 1))
    is_early = of_next - start <= timedelta(days=7)
    return _sunday_of(anniversary(start.replace(day=1), months + is_early))


def _sunday_of(first: date) -> date:
    """The first Sunday of the month that begins on a day."""
    return first + timedelta(days=(6 - first.weekday()) % 7)


_DAYS: dict[str, int] = {Rhythm.WEEK: 7, Rhythm.FORTNIGHT: 14, Rhythm.FOUR_WEEKS: 28}
# A year has twelve months, and this many meetings.
_MEETINGS_IN_A_YEAR: dict[str, int] = {
    Rhythm.WEEK: 52,
    Rhythm.FORTNIGHT: 26,
    Rhythm.FOUR_WEEKS: 13,
    Rhythm.MONTH: 12,
    Rhythm.FIRST_SUNDAY: 12,
    Rhythm.HARVEST: 1,
}


def followed(terms: Terms, held: Iterable[Held]) -> tuple[Terms, list[date]]:
    """The terms and the meetings that a loan goes by, also where the group meets otherwise now.

    A month costs the interest of a month. Where the meeting is the month of a loan, and the group
    has begun to meet more often since, only the first meeting on or after the end of each of the
    loan's own months counts. Any other loan is paid back at all meetings, and the next one is
    expected as the group meets now.
    """
    meetings = sorted(set(held))
    if not terms.by_meetings:
        days = [meeting.day for meeting in meetings]
        return (replace(terms, rhythm=Rhythm(meetings[-1].rhythm)) if meetings else terms), days
    months: list[date] = []
    last = ends = terms.starts_on
    for day, rhythm in meetings:
        if day <= terms.starts_on:
            continue
        if rhythm == terms.rhythm:
            months.append(day)
            last = ends = day
            continue
        # `last` is where the months of the loan are counted from, `ends` where the next one ends.
        ends = ends if ends > last else _expected_after(last, terms, 1)
        if day >= ends:
            months.append(day)
            ends = next(end for n in count(1) if (end := _expected_after(last, terms, n)) > day)
    return terms, months


def schedule(terms: Terms, meetings: Sequence[date] = ()) -> tuple[Instalment, ...]:
    """The instalments as agreed, rounded half-up to the unit, what is left over on the last.

    Interest is counted as it will be asked, by the policy, and rounded in each instalment: by days,
    all that is due until then, less what was asked before. What was taken up front is in none.
    Where the meeting is the month, the n-th month ends at the n-th meeting after the loan:
    `meetings` are those known, and the others are expected in the rhythm of the group. Equal
    instalments of a very small loan may end before the term.

    By hand, 100,000 riel at 5 percent of the balance for 4 months, in hundreds of riel:

    ====================  ==================================  ==================================
    terms                 principal                           interest
    ====================  ==================================  ==================================
    one month of grace    0, 33,300, 33,300, 33,400           5,000, 5,000, 3,300, 1,700
    every 2 months        50,000, 50,000                      10,000, 5,000
    40,000 at the end     15,000, 15,000, 15,000, 55,000      5,000, 4,300, 3,500, 2,800
    loan at the end       0, 0, 0, 100,000                    5,000, 5,000, 5,000, 5,000
    all at the end        100,000                             20,000
    30,000 each time      30,000, 30,000, 30,000, 10,000      5,000, 3,500, 2,000, 500
    the same, equal       25,000, 26,200, 27,600, 21,200      5,000, 3,800, 2,400, 1,100
    ====================  ==================================  ==================================

    Grace on the principal, payments every n periods and a fixed payment are those of Apache
    Fineract (`graceOnPrincipalPayment`, `repaymentEvery`, `fixedEmiAmount`); the loan after the
    harvest is that of rice banks and of groups that lend for the season.
    """
    instalments: list[Instalment] = []
    balance, asked = terms.principal, 0
    counted = Fraction(0)
    stretches: list[tuple[int, Fraction]] = []
    level = _level(terms)
    for number, (month, due_on) in enumerate(_due_days(terms, meetings), start=1):
        if not balance:
            break
        months = _months_by(terms, month, due_on)
        stretches.append((balance, months - counted))
        counted = months
        whole = _interest_of(terms, stretches)
        interest, asked = whole - asked, whole
        if terms.up_front:
            interest = 0
        aim = level - interest if terms.is_level else level
        if month == terms.months:
            principal = balance
        elif month <= terms.grace:
            principal = 0
        else:
            principal = min(max(aim, 0), max(balance - terms.balloon, 0))
        balance -= principal
        instalments.append(Instalment(number, due_on, principal, interest, balance))
    return tuple(instalments)


def _due_months(terms: Terms) -> list[int]:
    """The months after which something is due: every n-th, and the last."""
    return [*range(terms.every, terms.months, terms.every), terms.months]


def _due_days(terms: Terms, meetings: Sequence[date]) -> list[tuple[int, date]]:
    """The months after which something is due, each with its day."""
    days = _ends_of_months(terms, meetings)
    return [(month, days[month - 1]) for month in _due_months(terms)]


def _ends_of_months(terms: Terms, meetings: Sequence[date]) -> list[date]:
    """The day on which each month of the term ends."""
    if not terms.by_meetings:
        return [anniversary(terms.starts_on, n) for n in range(1, terms.months + 1)]
    held = sorted({day for day in meetings if day > terms.starts_on})[: terms.months]
    last = held[-1] if held else terms.starts_on
    expected = [_expected_after(last, terms, n) for n in range(1, terms.months - len(held) + 1)]
    if expected and terms.moved_to and terms.moved_to > last:
        # The next one is put off; those after it are held when they are.
        expected[0] = terms.moved_to
        expected[1:] = [max(day, terms.moved_to) for day in expected[1:]]
    return [*held, *expected]


def _months_by(terms: Terms, month: int, due_on: date) -> Fraction:
    """The months that count for interest by the end of one of them."""
    if terms.by_days:
        return months_elapsed(terms, due_on)
    return Fraction(month)


def interest_up_front(terms: Terms) -> int:
    """The interest that is taken when the loan is paid out: that of the schedule, all at once.

    By hand, 100,000 riel at 5 percent for 4 months: flat 20,000, so that 80,000 are handed over
    and four times 25,000 repaid; in equal parts of the loan 5,000 + 3,750 + 2,500 + 1,250, in
    hundreds of riel 12,600. Groups say that the interest is "cut" from the loan; the books have
    the whole loan, and the interest as received on the day.
    """
    if not terms.up_front:
        return 0
    return sum(instalment.interest for instalment in schedule(replace(terms, up_front=False)))


def planned(
    plan: str, *, principal: int, months: int, every: int, balloon: int = 0
) -> tuple[int, int]:
    """Every how many months something is due by a plan, and what is left for the last payment."""
    if plan == Plan.ALL_AT_END:
        return months, principal
    return every, principal if plan == Plan.LOAN_AT_END else balloon


def renewed(terms: Terms, *, principal: int, months: int, starts_on: date) -> Terms:
    """The terms as a loan goes on that got new months: grace is over, and nothing is taken ahead.

    What was to be repaid at the end still is, and a fixed payment is calculated anew.
    """
    at_once, at_the_end = terms.every >= terms.months, terms.balloon >= terms.principal
    return replace(
        terms,
        principal=principal,
        months=months,
        starts_on=starts_on,
        interest_brought=0,
        interest_ahead=0,
        grace=0,
        every=months if at_once and terms.months > 1 else min(terms.every, months),
        balloon=principal if at_the_end else min(terms.balloon, principal),
        instalment=0,
        up_front=False,
    )


def contradiction(terms: Terms, currency: Currency) -> Contradiction | None:
    """What in the terms of a loan does not go together, or nothing."""
    if terms.grace >= terms.months:
        return Contradiction(
            "grace",
            gettext("With %(grace)s months without repayment the loan must last longer.")
            % {"grace": terms.grace},
        )
    if not 1 <= terms.every <= terms.months:
        return Contradiction(
            "every",
            gettext("Payments every %(every)s months do not fit into %(months)s months.")
            % {"every": terms.every, "months": terms.months},
        )
    if terms.balloon > terms.principal:
        return Contradiction(
            "balloon", gettext("More is left for the last payment than the loan itself.")
        )
    if terms.grace and terms.balloon == terms.principal:
        return Contradiction(
            "grace", gettext("The loan is repaid at the end: there is nothing to wait for before.")
        )
    if terms.instalment and terms.balloon:
        return Contradiction(
            "instalment", gettext("Write either a fixed payment or what is left for the last one.")
        )
    return _wrong_up_front(terms, currency) or _wrong_instalment(terms, currency)


def _wrong_up_front(terms: Terms, currency: Currency) -> Contradiction | None:
    if not terms.up_front:
        return None
    if terms.method == Method.INSTALMENT:
        return Contradiction(
            "up_front",
            gettext("Equal payments hold their interest: it cannot be taken when it is paid out."),
        )
    interest = interest_up_front(terms)
    if interest >= terms.principal:
        return Contradiction(
            "principal",
            gettext("The interest of the whole time is %(interest)s: nothing would be paid out.")
            % {"interest": format_money(interest, currency)},
        )
    return None


def _wrong_instalment(terms: Terms, currency: Currency) -> Contradiction | None:
    """A fixed payment that repays the loan too late, or before its last month."""
    if not terms.instalment:
        return None
    fixed = format_money(terms.instalment, currency)
    if terms.instalment % terms.unit:
        return Contradiction(
            "instalment",
            gettext("Write a multiple of the smallest unit of cash: %(unit)s.")
            % {"unit": format_money(terms.unit, currency)},
        )
    found = schedule(terms)
    last = found[-1].total if terms.is_level else found[-1].principal
    if last > terms.instalment:
        return Contradiction(
            "instalment",
            gettext(
                "With %(fixed)s each time the last payment would be %(last)s. Write a larger "
                "payment, or more months."
            )
            % {"fixed": fixed, "last": format_money(last, currency)},
        )
    due = _due_months(terms)
    if len(found) < len(due):
        return Contradiction(
            "instalment",
            gettext(
                "With %(fixed)s each time the loan is repaid after %(months)s months. Write so "
                "many months."
            )
            % {"fixed": fixed, "months": due[len(found) - 1]},
        )
    return None


def true_monthly_cost(terms: Terms) -> Decimal:
    """Percent per month that the borrower really pays, to two places.

    The internal rate of return of what is handed over and paid back, from one month to the next,
    and for a month: where each weekly meeting asks the interest of a month, a month costs that of
    four and a third. It is found in hundredths of a percent with exact arithmetic, so that a half
    is a half.

    By hand, 100,000 riel flat at 5 percent for one month taken up front: 95,000 are handed over
    and 100,000 repaid, 5.26 percent.
    """
    due = dict(zip(_due_months(terms), [i.total for i in schedule(terms)], strict=False))
    handed_over = max(terms.principal - interest_up_front(terms), 1)
    in_a_month = Fraction(1)
    if terms.by_meetings:
        in_a_month = Fraction(_MEETINGS_IN_A_YEAR[terms.rhythm], 12)

    def reaches(hundredths: Fraction) -> bool:
        """Whether the instalments would pay off a loan at this rate on the balance."""
        owed = Fraction(handed_over)
        for month in range(1, max(due) + 1):
            owed = owed * (1 + hundredths / in_a_month / 10_000) - due.get(month, 0)
        return owed <= 0

    half = Fraction(1, 2)
    low, high = 0, 1
    while reaches(high - half):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if reaches(middle - half) else (low, middle)
    return Decimal(low).scaleb(-2)


@dataclass(frozen=True)
class Cost:
    """What a loan costs from beginning to end; `monthly` is its true cost in percent a month."""

    terms: Terms
    schedule: tuple[Instalment, ...]
    up_front: int
    monthly: Decimal

    @property
    def interest(self) -> int:
        return self.up_front + sum(instalment.interest for instalment in self.schedule)

    @property
    def handed_over(self) -> int:
        return self.terms.principal - self.up_front

    @property
    def total(self) -> int:
        """All that the borrower pays, also what was kept when it was paid out."""
        return self.up_front + sum(instalment.total for instalment in self.schedule)


def cost_of(terms: Terms, meetings: Sequence[date] = ()) -> Cost:
    """What a loan costs, with the meetings that are known."""
    return Cost(
        terms, schedule(terms, meetings), interest_up_front(terms), true_monthly_cost(terms)
    )


def months_elapsed(terms: Terms, on: date, meetings: Sequence[date] = ()) -> Fraction:
    """Months that count for interest from the start up to and including `on`.

    `meetings` are the group's meeting days, needed by the policy of that name only.
    """
    days = max((on - terms.starts_on).days, 0)
    match terms.policy:
        case PartialMonth.MEETING:
            return Fraction(len({d for d in meetings if terms.starts_on < d <= on}))
        case PartialMonth.WHOLE:
            return Fraction(_whole_months(terms.starts_on, on))
        case PartialMonth.STARTED:
            whole = _whole_months(terms.starts_on, on)
            begun = anniversary(terms.starts_on, whole) < on
            return Fraction(whole + begun)
        case PartialMonth.DAYS:
            return Fraction(days, 30)
        case PartialMonth.ACTUAL:
            return Fraction(days * 12, 365)


def interest_due(
    terms: Terms, payments: Sequence[Payment], on: date, meetings: Sequence[date] = ()
) -> int:
    """Interest accrued up to and including `on`, less what was paid by then; never negative.

    A payment lowers the balance from its own day on. Where months are counted, each bears the
    rounded interest of one; by days, the sum of all that is due is rounded, once. Where it was
    taken up front, no more is due before the end of the term.
    """
    return _due(terms, _interest_left(terms, payments, on, meetings), payments, on, meetings)


def _due(
    terms: Terms, left: int, payments: Sequence[Payment], on: date, meetings: Sequence[date]
) -> int:
    """What is due of the interest that is `left`."""
    if terms.up_front and on < _ends_of_months(terms, meetings)[-1]:
        return _brought_left(terms, _made(payments, on))
    return max(left, 0)


@dataclass(frozen=True)
class MonthOfInterest:
    """What one month of a loan has cost, and what of it is still owed."""

    ends_on: date
    interest: int
    left: int


def interest_by_month(
    terms: Terms,
    payments: Sequence[Payment],
    on: date,
    meetings: Sequence[date] = (),
    waived: Mapping[date, int] = MappingProxyType({}),
) -> list[MonthOfInterest]:
    """What each month has cost up to and including `on`; what was paid went to the oldest first.

    `waived` has, by the end of its month, what somebody was let off; `payments` are without it.
    What was owed when the loan came into the books is a month that ended on its first day.

    By hand, 100,000 riel at 5 percent, two months later with 7,000 paid: of the first 5,000 nothing
    is left, of the second 3,000. Where those 3,000 were let off, nothing is.
    """
    made = _made(payments, on)
    paid = sum(payment.interest for payment in made) + terms.interest_ahead
    found, before = [], 0
    for day in [terms.starts_on, *_months_until(terms, on, meetings)]:
        accrued = terms.interest_brought + _accrued(terms, _made(payments, day), day, meetings)
        cost = max(accrued - before, 0)
        before = max(accrued, before)
        left = max(cost - waived.get(day, 0), 0)
        covered = min(max(paid, 0), left)
        paid -= covered
        if cost:
            found.append(MonthOfInterest(day, cost, left - covered))
    return found


def _months_until(terms: Terms, on: date, meetings: Sequence[date]) -> list[date]:
    """The days on which months of a loan have ended, and the last one, in which one is running."""
    if terms.by_meetings:
        return sorted({day for day in meetings if terms.starts_on < day <= on})
    whole = _whole_months(terms.starts_on, on)
    ends = [anniversary(terms.starts_on, n) for n in range(1, whole + 1)]
    return ends if not on > (ends or [terms.starts_on])[-1] else [*ends, on]


def interest_ahead(
    terms: Terms, payments: Sequence[Payment], on: date, meetings: Sequence[date] = ()
) -> int:
    """Interest that was paid and that the loan has not cost up to and including `on`."""
    return max(-_interest_left(terms, payments, on, meetings), 0)


def _interest_left(
    terms: Terms, payments: Sequence[Payment], on: date, meetings: Sequence[date]
) -> int:
    made = _made(payments, on)
    accrued = terms.interest_brought - terms.interest_ahead + _accrued(terms, made, on, meetings)
    return accrued - sum(payment.interest for payment in made)


def _brought_left(terms: Terms, made: Sequence[Payment]) -> int:
    return max(terms.interest_brought - sum(payment.interest for payment in made), 0)


def standing(
    terms: Terms, payments: Sequence[Payment], on: date, meetings: Sequence[date] = ()
) -> Standing:
    """What the loan owes on a day, from the payments made by then.

    By hand, 100,000 riel flat at 5 percent for 4 months, of which 20,000 were taken up front, ended
    after one month: 100,000 less the interest of the three months to come, 15,000, is 85,000; by
    the rule that nothing is given back it is 100,000.
    """
    made = _made(payments, on)
    paid = sum(payment.principal for payment in made)
    balance = max(terms.principal - paid, 0)
    instalments = schedule(terms, meetings)
    principal_due = _scheduled([i for i in instalments if i.due_on <= on], paid)
    late_from = days_of_paying(terms, instalments, on, meetings)
    past = [i for i in instalments if late_from[i.number] < on]
    since = next((late_from[i.number] for i in past if terms.principal - i.balance > paid), None)
    left = _interest_left(terms, payments, on, meetings)
    interest = _due(terms, left, payments, on, meetings)
    asked = min(_asked(terms, instalments, payments, on, meetings), interest)
    back = 0 if terms.flat_in_full or not terms.up_front else min(max(-left, 0), balance)
    return Standing(
        balance=balance,
        interest_due=interest,
        principal_due=principal_due,
        overdue=_scheduled(past, paid),
        overdue_since=since,
        days_late=(on - since).days if since else 0,
        settle=balance + _interest_to_settle(terms, made, max(left, interest)) - back,
        # Whoever has less to pay to end the loan is asked for no more.
        expected=asked + principal_due - (back if principal_due == balance else 0),
        brought=_brought_left(terms, made),
        asked=asked,
        given_back=back,
    )


def _asked(
    terms: Terms,
    instalments: Sequence[Instalment],
    payments: Sequence[Payment],
    on: date,
    meetings: Sequence[date],
) -> int:
    """The interest to be paid with the instalments of by now, where not every month has one.

    By hand, 100,000 riel at 5 percent every 3 months: nothing after the first and the second month,
    15,000 after the third, though 5,000 a month are owed by whoever pays before.
    """
    if terms.every == 1 or on >= instalments[-1].due_on:
        return interest_due(terms, payments, on, meetings)
    made = _made(payments, on)
    day = max((i.due_on for i in instalments if i.due_on <= on), default=None)
    if day is None:
        return _brought_left(terms, made)
    accrued = _accrued(terms, _made(payments, day), day, meetings) + terms.interest_brought
    paid = sum(payment.interest for payment in made)
    return max(accrued - terms.interest_ahead - paid, 0)


def allocate(amount: int, debts: Sequence[Debt], order: Order, *, fines: int = 0) -> Allocation:
    """Spread an amount over a member's loans, in the order given (oldest first), and fines.

    Loan by loan: the first is settled as far as it goes before the next gets anything. What ends a
    loan whose interest was paid ahead is less than its principal. The parts sum to the amount
    exactly. Raises `ValueError` for a negative amount.
    """
    if amount < 0:
        raise ValueError("A payment is not negative.")
    left = amount
    paid_fines = 0
    if order == Order.FINES_INTEREST_PRINCIPAL:
        paid_fines, left = _take(fines, left)
    loans = []
    for debt in debts:
        to_end = debt.interest + debt.principal - debt.back
        if debt.back and left >= to_end:
            interest, principal = debt.interest - debt.back, debt.principal
            left -= to_end
        elif order == Order.PRINCIPAL_INTEREST:
            principal, left = _take(debt.principal, left)
            interest, left = _take(debt.interest, left)
        else:
            interest, left = _take(debt.interest, left)
            principal, left = _take(debt.principal, left)
        loans.append(Repaid(debt.key, interest, principal))
    if order == Order.INTEREST_PRINCIPAL_FINES:
        paid_fines, left = _take(fines, left)
    return Allocation(tuple(loans), paid_fines, left)


def _level(terms: Terms) -> int:
    """The part that is equal each time: the principal, or the whole instalment."""
    if terms.instalment:
        return terms.instalment
    # A draft may have more months of grace than the loan has: all is due at its end then.
    due = [month for month in _due_months(terms) if month > terms.grace] or [terms.months]
    spread = terms.principal - terms.balloon
    exact = Fraction(spread, len(due))
    if terms.method == Method.INSTALMENT and terms.rate:
        exact = _annuity(terms, due)
    level = round_half_up(exact, terms.unit)
    if terms.method != Method.INSTALMENT and level * (len(due) - 1) >= spread:
        # Rounded up, nothing would be left for the last month, and a flat loan pays to its end.
        level -= terms.unit
    return level


def _annuity(terms: Terms, due: Sequence[int]) -> Fraction:
    """The equal payment: what is lent is worth all of them, and what is left for the last.

    P r / (1 - (1 + r)^-n) where something is due each month.
    """
    before = max((month for month in _due_months(terms) if month <= terms.grace), default=0)
    worth, together = Fraction(1), Fraction(0)
    for month in due:
        worth /= 1 + terms.monthly * (month - before)
        together += worth
        before = month
    return (terms.principal - terms.balloon * worth) / together


def _whole_months(start: date, on: date) -> int:
    months = max((on.year - start.year) * 12 + on.month - start.month, 0)
    return months - 1 if months and anniversary(start, months) > on else months


def _made(payments: Sequence[Payment], on: date) -> list[Payment]:
    return sorted((p for p in payments if p.paid_on <= on), key=lambda p: p.paid_on)


def _accrued(terms: Terms, made: Sequence[Payment], on: date, meetings: Sequence[date]) -> int:
    return _interest_of(terms, list(_stretches(terms, made, on, meetings)))


def _interest_of(terms: Terms, stretches: Sequence[tuple[int, Fraction]]) -> int:
    """The interest of all stretches of time together, each with the balance that was owed in it."""
    if terms.method != Method.FLAT:
        return _interest(terms, stretches)
    owing = sum(months for balance, months in stretches if balance or terms.flat_in_full)
    # Lateness is not charged more interest; for that there are fines.
    return _interest(terms, [(terms.principal, min(Fraction(owing), Fraction(terms.months)))])


def _stretches(
    terms: Terms, made: Sequence[Payment], on: date, meetings: Sequence[date]
) -> Iterator[tuple[int, Fraction]]:
    """The balance and the months between one payment and the next, the last up to `on`."""
    balance = terms.principal
    counted = Fraction(0)
    for payment in made:
        elapsed = months_elapsed(terms, payment.paid_on, meetings)
        yield max(balance, 0), elapsed - counted
        counted = elapsed
        # Below zero until a payment made twice is reversed.
        balance -= payment.principal
    yield max(balance, 0), months_elapsed(terms, on, meetings) - counted


def _interest(terms: Terms, stretches: Sequence[tuple[int, Fraction]]) -> int:
    """Rounded: where months are counted, what each month asks; by days once, the sum.

    By hand, in hundreds of riel: 66,700 at 2 percent ask 1,300 a month, and by days 2,668 after
    60 days, which is 2,700. 2,400 ask nothing a month, and by days 586 after a year, 600.
    """
    if terms.by_days:
        together = sum((balance * months for balance, months in stretches), Fraction(0))
        return round_half_up(together * terms.monthly, terms.unit)
    # Where months are counted there are no parts of one.
    return sum(
        int(months) * round_half_up(balance * terms.monthly, terms.unit)
        for balance, months in stretches
    )


def _interest_to_settle(terms: Terms, made: Sequence[Payment], left: int) -> int:
    if terms.method != Method.FLAT or not terms.flat_in_full:
        return max(left, 0)
    whole_term = _interest(terms, [(terms.principal, Fraction(terms.months))])
    paid = sum(payment.interest for payment in made) + terms.interest_ahead
    return max(whole_term + terms.interest_brought - paid, 0)


def days_of_paying(
    terms: Terms, instalments: Sequence[Instalment], on: date, meetings: Sequence[date]
) -> dict[int, date]:
    """By number, the day after which an instalment is late: of the meeting at which it can be paid.

    A group that does not meet any more has late loans too: once a meeting is missed, it counts from
    the day on which it was expected.
    """
    held = sorted({day for day in meetings if day <= on})
    last = held[-1] if held else terms.starts_on
    found = {}
    for instalment in instalments:
        at = next((day for day in held if day >= instalment.due_on), None)
        if at is None and instalment.due_on < on and (held or terms.by_meetings):
            expected = _meeting_expected(last, terms, instalment.due_on)
            if terms.moved_to and terms.moved_to > last and terms.moved_to >= instalment.due_on:
                expected = terms.moved_to
            missed_after = MISSED_AFTER.get(terms.rhythm, A_WEEK)
            at = expected if expected + missed_after < on else on
        found[instalment.number] = at or instalment.due_on
    return found


# A group that meets on one day of the week meets up to a week later than a month after its last
# meeting, and a harvest is early or late by weeks.
A_WEEK = timedelta(days=7)
MISSED_AFTER: dict[str, timedelta] = {Rhythm.HARVEST: timedelta(days=60)}


def _meeting_expected(last: date, terms: Terms, from_day: date) -> date:
    """The first meeting on or after a day, in the rhythm in which the group has met."""
    expected = (_expected_after(last, terms, times) for times in count(1))
    return next(day for day in expected if day >= from_day)


def _scheduled(instalments: Sequence[Instalment], paid: int) -> int:
    """Principal of these instalments beyond what is paid."""
    return max(sum(instalment.principal for instalment in instalments) - paid, 0)


def _take(due: int, left: int) -> tuple[int, int]:
    part = min(due, left)
    return part, left - part
