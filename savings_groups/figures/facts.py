"""What is known of groups for a period: everything that figures are calculated from.

However many groups there are, the number of queries is the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, Sum

from core.figures.definitions import Scope
from core.queries import CTE, Query, query
from savings_groups.bookkeeping import loans
from savings_groups.bookkeeping.ledger import SAVINGS_ACCOUNTS, Account, Event
from savings_groups.figures.arrears import behind_in
from savings_groups.figures.cycles import Bounds, bounds_of
from savings_groups.figures.meeting_days import Interval, intervals_of
from savings_groups.figures.parts import Counted, FigurePart, Postings, about
from savings_groups.figures.periods import Period
from savings_groups.figures.repaying import repaid_on_schedule
from savings_groups.figures.shares import holdings_of
from savings_groups.figures.situation import NOT_PAID, payments_of, payments_under_terms
from savings_groups.models import Closing, Group, Loan, Member, Posting, Rules

Place = tuple[int, str]


@dataclass(frozen=True)
class Sums:
    """The postings to an account in a fund, by the part of time that they belong to."""

    before: int = 0
    until: int = 0
    within: int = 0
    written_off: int = 0


@dataclass(frozen=True)
class MemberFacts:
    pk: UUID
    number: int
    joined_on: date
    left_on: date | None
    sex: str


@dataclass(frozen=True)
class MeetingFacts:
    """A sealed meeting of the period."""

    pk: UUID
    number: int
    held_on: date
    agreed: bool
    listed: int
    present: int
    saved: int


@dataclass(frozen=True)
class LoanFacts:
    """A loan as it stood at the end of the last day; `balance` is that of the ledger.

    `due` is the principal that fell due in the period, `on_time` what was paid of it in time.
    """

    loan: Loan
    balance: int
    overdue: int
    days_late: int
    due: int
    on_time: int
    given_up: int = 0

    def late(self, *, days: int) -> int:
        """What is owed, if the loan is late by more than so many days."""
        return self.balance if self.days_late > days else 0


@dataclass(frozen=True)
class SharedFacts:
    """What a member got when a cycle or year was closed."""

    pk: UUID
    entitlement: int
    payout: int


@dataclass(frozen=True)
class Spent:
    """What sheets say was spent for one purpose."""

    event: str
    purpose: str
    amount: int


@dataclass(frozen=True)
class Facts(Scope):
    """What is known of one group for a period. `is_known` is false before its ledger begins."""

    group: Group
    bounds: Bounds
    is_known: bool
    ledger: Mapping[Place, Sums]
    members: Sequence[MemberFacts]
    meetings: Sequence[MeetingFacts]
    intervals: Sequence[Interval] | None
    loans: Sequence[LoanFacts]
    shared: Sequence[SharedFacts]
    spent: Sequence[Spent]
    rules: Rules | None
    # How many shares there are, where they were bought at more than one price.
    share_count: int | None = None
    # What members are behind with their savings.
    behind_by: Mapping[UUID, int] = field(default_factory=dict)

    @property
    def since(self) -> date:
        """The first day."""
        return self.bounds.since

    @property
    def until(self) -> date:
        """The last day."""
        return self.bounds.until

    @property
    def days(self) -> int:
        """How many days the period has, both ends with it."""
        return (self.until - self.since).days + 1

    @property
    def borrowers(self) -> set[UUID]:
        """The members of whom a loan is outstanding."""
        return {item.loan.member_id for item in self.loans if item.balance > 0}

    def number(self, part: FigurePart) -> int | None:
        """The number of a part; None where it is not known."""
        if isinstance(part, Postings):
            return self._booked(part) if self.is_known else None
        assert isinstance(part, Counted)
        items = self.behind(part)
        return None if items is None else sum(number for _item, number in items)

    def sum_of(self, *parts: FigurePart) -> int | None:
        """The sum of parts; None when one of them is not known."""
        numbers = [self.number(part) for part in parts]
        return None if None in numbers else sum(number or 0 for number in numbers)

    def behind(self, part: Counted) -> list[tuple[Any, int]] | None:
        """What a count is made of, each with its number; None where it is not known."""
        items = getattr(self, part.of)
        if items is None or not (self.is_known or (part.of == "members" and items)):
            return None
        return [(item, number) for item in items if (number := part.number(item, self))]

    def _booked(self, part: Postings) -> int:
        column = "written_off" if part.event == Event.WRITE_OFF else part.when.value
        booked: int = sum(
            getattr(sums, column)
            for (account, fund), sums in self.ledger.items()
            if account in part.accounts and part.fund in (None, fund)
        )
        return part.side * booked


def facts_of(groups: Iterable[Group], period: Period) -> dict[UUID, Facts]:
    """The facts of many groups. A past day is as good as today: nothing is taken from now."""
    groups = list(groups)
    bounds = bounds_of(groups, period)
    asked = _Asked(bounds, period.until)
    ledger = _ledger(asked)
    members = _members(asked)
    meetings = _meetings(asked)
    rules = _rules(asked)
    spent = _spent(asked)
    shared = _shared(asked)
    lent = _loans(asked, _meetings_held(asked))
    share_counts = _share_counts(rules, asked)
    behind = _behind(rules, members, asked)
    found = {}
    for group in groups:
        since, own_rules = bounds[group.pk].since, rules[group.pk]
        is_live = group.live_on is not None and group.live_on <= period.until
        first = max(since, group.live_on) if group.live_on else since
        is_known = is_live or bool(ledger[group.pk])
        found[group.pk] = Facts(
            group=group,
            bounds=bounds[group.pk],
            is_known=is_known,
            ledger=ledger[group.pk],
            members=members[group.pk],
            meetings=meetings[group.pk],
            intervals=intervals_of(
                own_rules,
                [meeting.held_on for meeting in meetings[group.pk]],
                since=first,
                until=bounds[group.pk].until,
            )
            if own_rules and is_known
            else None,
            loans=lent[group.pk],
            shared=shared[group.pk],
            spent=spent[group.pk],
            rules=own_rules[-1] if own_rules else None,
            share_count=share_counts.get(group.pk),
            behind_by=behind.get(group.pk, {}),
        )
    return found


def _behind(
    rules: Mapping[UUID, Sequence[Rules]],
    members: Mapping[UUID, Sequence[MemberFacts]],
    asked: _Asked,
) -> dict[UUID, dict[UUID, int]]:
    """By group, what its members of the last day were behind with their savings by then."""
    due = [group for group, own in rules.items() if any(each.saving_due for each in own)]
    found = behind_in(due, through=asked.until) if due else {}
    for group, missing in found.items():
        gone = {m.pk for m in members[group] if m.left_on and m.left_on <= asked.until}
        found[group] = {pk: amount for pk, amount in missing.items() if pk not in gone}
    return found


def lent_by(groups: Iterable[Group], period: Period) -> dict[UUID, list[LoanFacts]]:
    """Of the facts of groups the loans alone."""
    asked = _Asked(bounds_of(list(groups), period), period.until)
    return _loans(asked, _meetings_held(asked))


@dataclass(frozen=True)
class _Asked:
    """Which groups, since when each, and until when."""

    bounds: Mapping[UUID, Bounds]
    until: date

    @property
    def groups(self) -> Collection[UUID]:
        return list(self.bounds)

    @property
    def ended_by(self) -> list[UUID]:
        """The closings that ended the period of a group."""
        return [each.ended_by.pk for each in self.bounds.values() if each.ended_by]

    def rows(self, query: Query, **more: Any) -> list[tuple[Any, ...]]:
        """What the database answers to a query that reads ASKED."""
        values: dict[str, Any] = {
            "groups": list(self.bounds),
            "starts": [each.since for each in self.bounds.values()],
            "opened_by": [each.opened_by and each.opened_by.pk for each in self.bounds.values()],
            "ended_by": [each.ended_by and each.ended_by.pk for each in self.bounds.values()],
            "untils": [each.until for each in self.bounds.values()],
            "until": self.until,
        }
        with connection.cursor() as cursor:
            cursor.execute(query, values | more)
            return list(cursor.fetchall())


ASKED = CTE(
    "asked",
    """
    SELECT a.group_id, a.since, a.until, a.ended_by,
        opened.through AS opened_on, opened.after_entry AS opened_after,
        opened.created_at AS opened_at,
        ended.after_entry AS ended_after, ended.created_at AS ended_at
    FROM unnest(
        %(groups)s::uuid[], %(starts)s::date[], %(untils)s::date[], %(opened_by)s::uuid[],
        %(ended_by)s::uuid[]
    ) AS a(group_id, since, until, opened_by, ended_by)
    LEFT JOIN savings_groups_closing opened ON opened.id = a.opened_by
    LEFT JOIN savings_groups_closing ended ON ended.id = a.ended_by
    """,
)
# Journal entries, with what they are about: an entry is about what it reverses, and a loan that was
# taken back is no repayment. What is dated on the day that closed the cycle before and came after
# its closing is of this one.
BOOKED = CTE(
    "booked",
    """
    SELECT journal.id, about.event,
        journal.book_date >= asked.since OR (
            journal.book_date = asked.opened_on AND journal.sequence > asked.opened_after
            AND journal.closing_id IS NULL
        ) IS TRUE AS is_within,
        (journal.sequence > asked.ended_after) IS NOT TRUE AS is_before_end,
        (journal.closing_id = asked.ended_by) IS TRUE AS is_the_end
    FROM asked
    JOIN savings_groups_journal journal
        ON journal.group_id = asked.group_id AND journal.book_date <= asked.until
    JOIN savings_groups_journal about ON about.id = coalesce(journal.reverses_id, journal.id)
    """,
)
# The sealed meetings of the period. One that was begun on the day of the closing and after it is of
# the next cycle; a late sheet is of the cycle of its day.
MEETING = CTE(
    "held",
    """
    SELECT meeting.* FROM asked
    JOIN savings_groups_meeting meeting ON meeting.group_id = asked.group_id
    WHERE meeting.state = 'sealed' AND meeting.held_on <= asked.until
        AND (meeting.held_on >= asked.since OR (
            meeting.held_on = asked.opened_on AND meeting.created_at > asked.opened_at
            AND NOT meeting.is_late
        ))
        AND (
            meeting.held_on = asked.until AND meeting.created_at > asked.ended_at
            AND NOT meeting.is_late
        ) IS NOT TRUE
    """,
)
LEDGER = query(
    """
    SELECT posting.group_id, posting.account, posting.fund,
        coalesce(sum(amount) FILTER (WHERE NOT is_within OR event = 'opening'), 0),
        coalesce(sum(amount) FILTER (WHERE is_before_end), 0),
        coalesce(sum(amount) FILTER (
            WHERE is_within AND (is_before_end OR is_the_end)
                AND event NOT IN ('opening', 'year-close')), 0),
        coalesce(sum(amount) FILTER (WHERE is_within AND event = 'write-off'), 0)
    FROM booked
    JOIN savings_groups_posting posting ON posting.journal_id = booked.id
    GROUP BY posting.group_id, posting.account, posting.fund
    """,
    ASKED,
    BOOKED,
)


def _ledger(asked: _Asked) -> dict[UUID, dict[Place, Sums]]:
    found: dict[UUID, dict[Place, Sums]] = defaultdict(dict)
    for group, account, fund, *sums in asked.rows(LEDGER):
        found[group][account, fund] = Sums(*map(int, sums))
    return found


def _members(asked: _Asked) -> dict[UUID, list[MemberFacts]]:
    rows = Member.objects.filter(group__in=asked.groups, joined_on__lte=asked.until)
    found: dict[UUID, list[MemberFacts]] = defaultdict(list)
    for group, pk, number, joined_on, left_on, sex in rows.order_by("number").values_list(
        "group", "pk", "number", "joined_on", "left_on", "person__sex"
    ):
        found[group].append(MemberFacts(pk, number, joined_on, left_on, sex))
    return found


# Whether a member saved at a meeting is read from the ledger, so that a correction counts, and also
# what was entered late.
MEETINGS = query(
    """
    WITH chosen AS (
        SELECT * FROM held WHERE kind = 'ordinary'
    ), sheet AS (
        SELECT meeting_id, count(*) AS listed,
            count(*) FILTER (WHERE attendance IN ('present', 'late')) AS present
        FROM savings_groups_sheetrow WHERE meeting_id IN (SELECT id FROM chosen)
        GROUP BY meeting_id
    ), saver AS (
        SELECT journal.meeting_id, posting.member_id
        FROM savings_groups_journal journal
        JOIN savings_groups_journal about ON about.id = coalesce(journal.reverses_id, journal.id)
        JOIN savings_groups_posting posting ON posting.journal_id = journal.id
        WHERE journal.meeting_id IN (SELECT id FROM chosen)
            AND about.event = 'receipt' AND posting.account = ANY(%(savings)s)
        GROUP BY journal.meeting_id, posting.member_id HAVING sum(posting.amount) < 0
    ), saved AS (
        SELECT meeting_id, count(*) AS saved FROM saver GROUP BY meeting_id
    )
    SELECT group_id, id, number, held_on, expected = counted, coalesce(listed, 0),
        coalesce(present, 0), coalesce(saved, 0)
    FROM chosen
    LEFT JOIN sheet ON sheet.meeting_id = chosen.id
    LEFT JOIN saved ON saved.meeting_id = chosen.id
    ORDER BY held_on, number
    """,
    ASKED,
    MEETING,
)


def _meetings(asked: _Asked) -> dict[UUID, list[MeetingFacts]]:
    found: dict[UUID, list[MeetingFacts]] = defaultdict(list)
    for group, *values in asked.rows(MEETINGS, savings=[int(a) for a in SAVINGS_ACCOUNTS]):
        found[group].append(MeetingFacts(*values))
    return found


MEETINGS_HELD = query(
    """
    SELECT asked.group_id, held_on, rules.meets FROM asked
    JOIN savings_groups_meeting meeting ON meeting.group_id = asked.group_id
    JOIN savings_groups_rules rules ON rules.id = meeting.rules_id
    WHERE state = 'sealed' AND kind = 'ordinary' AND NOT is_extra AND held_on <= asked.until
    ORDER BY held_on
    """,
    ASKED,
)


def _meetings_held(asked: _Asked) -> dict[UUID, list[loans.Held]]:
    """All meetings through the last day: what is due on a loan follows them."""
    found: dict[UUID, list[loans.Held]] = defaultdict(list)
    for group, *held in asked.rows(MEETINGS_HELD):
        found[group].append(loans.Held(*held))
    return found


def _rules(asked: _Asked) -> dict[UUID, list[Rules]]:
    """The rules of each group up to the last day, oldest first."""
    found: dict[UUID, list[Rules]] = defaultdict(list)
    for rules in Rules.objects.filter(group__in=asked.groups, valid_from__lte=asked.until).order_by(
        "valid_from"
    ):
        found[rules.group_id].append(rules)
    return found


def _share_counts(rules: Mapping[UUID, Sequence[Rules]], asked: _Asked) -> dict[UUID, int]:
    """How many shares there are in groups that have changed their price; of others it follows."""
    changed = [
        group
        for group, each in rules.items()
        if len({of_a_time.share_price for of_a_time in each if of_a_time.by_shares}) > 1
    ]
    known = _before_the_end(asked.ended_by)
    found = holdings_of(changed, until=asked.until, known=known) if changed else {}
    return {group: sum(held.count for held in found[group].values()) for group in found}


# By the day of booking, like the total of the ledger that it explains. Found once, before the lines
# are read: of many new rows the database knows too little to see that it need not ask for each.
SPENT_AT = CTE(
    "spent_at",
    """
    SELECT DISTINCT journal.meeting_id FROM booked
    JOIN savings_groups_journal journal ON journal.id = booked.id
    WHERE journal.event = 'group' AND is_within AND is_before_end
    """,
    is_materialized=True,
)
SPENT = query(
    """
    SELECT line.group_id, line.event, line.purpose, sum(line.amount)
    FROM spent_at
    JOIN savings_groups_groupline line ON line.meeting_id = spent_at.meeting_id
    WHERE line.event IN ('welfare help', 'village works')
    GROUP BY line.group_id, line.event, line.purpose
    ORDER BY line.event, sum(line.amount) DESC, line.purpose
    """,
    ASKED,
    BOOKED,
    SPENT_AT,
)


def _spent(asked: _Asked) -> dict[UUID, list[Spent]]:
    found: dict[UUID, list[Spent]] = defaultdict(list)
    for group, event, purpose, amount in asked.rows(SPENT):
        found[group].append(Spent(event, purpose, int(amount)))
    return found


def _shared(asked: _Asked) -> dict[UUID, list[SharedFacts]]:
    """What members got at the closings of the period."""
    found: dict[UUID, list[SharedFacts]] = {}
    for group, bounds in asked.bounds.items():
        sums: dict[UUID, list[int]] = defaultdict(lambda: [0, 0])
        for result in bounds.shared:
            sums[UUID(result["member"])][0] += result["entitlement"]
            sums[UUID(result["member"])][1] += result["payout"]
        found[group] = [SharedFacts(member, *both) for member, both in sums.items()]
    return found


def _before_the_end(closings: Collection[UUID]) -> Q:
    """Of postings: not those of these closings, nor what came after them; all where none is."""
    if not closings:
        return Q()
    ended = Closing.objects.filter(
        pk__in=closings, group=OuterRef("group"), after_entry__lt=OuterRef("journal__sequence")
    )
    return ~Q(Exists(ended))


def _of_the_cycle(closings: Collection[UUID]) -> Q:
    """The same, with what was entered after these closings and had happened before them."""
    if not closings:
        return Q()
    meeting = "journal__meeting__"
    ended = Closing.objects.filter(
        Q(through__gt=OuterRef(f"{meeting}held_on"))
        | Q(through=OuterRef(f"{meeting}held_on"), created_at__gt=OuterRef(f"{meeting}created_at")),
        pk__in=closings,
        group=OuterRef("group"),
    )
    return _before_the_end(closings) | Exists(ended) | Q(journal__meeting__is_late=True)


def _loans(
    asked: _Asked, meetings_held: Mapping[UUID, Sequence[loans.Held]]
) -> dict[UUID, list[LoanFacts]]:
    """Loans that were outstanding at some time of the period, as they stood on its last day."""
    first = min((each.since for each in asked.bounds.values()), default=asked.until)
    ended = Q(settled_on__lt=first) | Q(written_off_on__lt=first)
    lent = list(
        Loan.objects.filter(group__in=asked.groups, disbursed_on__lte=asked.until)
        .exclude(ended)
        # A renewal after the last day had not happened yet.
        .with_terms(until=asked.until)
        .order_by("number")
    )
    known = _before_the_end(asked.ended_by)
    balances = balances_of(lent, until=asked.until, known=known)
    # A write-off is no payment either. What was paid by the last day counts whenever it was booked.
    paid = payments_of(
        lent, known=_of_the_cycle(asked.ended_by), not_paid=(*NOT_PAID, Event.WRITE_OFF)
    )
    found: dict[UUID, list[LoanFacts]] = defaultdict(list)
    for loan in lent:
        balance, given = balances.get(loan.pk, (0, 0))
        if not given:
            continue  # It was taken back: nobody owed it.
        bounds = asked.bounds[loan.group_id]
        days = (bounds.since, bounds.until)
        held = meetings_held[loan.group_id]
        due, on_time = repaid_on_schedule(loan, paid[loan.pk], days, held)
        terms, meetings = loans.followed(loan.terms, held)
        standing = loans.standing(
            terms, payments_under_terms(loan, paid[loan.pk]), bounds.until, meetings
        )
        is_owed = balance > 0
        found[loan.group_id].append(
            LoanFacts(
                loan=loan,
                balance=max(balance, 0),
                overdue=min(standing.overdue, balance) if is_owed else 0,
                days_late=standing.days_late if is_owed else 0,
                due=due,
                on_time=on_time,
                given_up=_given_up(loan, days),
            )
        )
    return found


def _given_up(loan: Loan, days: tuple[date, date]) -> int:
    """The interest that was given up in a period, with the loan or alone."""
    on = loan.written_off_on or loan.settled_on
    with_the_loan = loan.interest_given_up if on and days[0] <= on <= days[1] else 0
    return with_the_loan + sum(
        amount
        for day, amount in zip(loan.waived_days, loan.waived_amounts, strict=True)
        if days[0] <= day <= days[1]
    )


def balances_of(
    lent: Sequence[Loan], *, until: date, known: Q | None = None
) -> dict[UUID, tuple[int, int]]:
    """For each loan, what the ledger says is owed, and what was given out of the box.

    Nothing was given where the paying out was taken back. `known` is what of the postings counts.
    """
    given = about(Event.LOAN) | about(Event.OPENING)
    rows = (
        Posting.objects.filter(
            known or Q(),
            loan__in=[loan.pk for loan in lent],
            account=Account.LOANS,
            journal__book_date__lte=until,
        )
        .order_by()
        .values_list("loan")
        .annotate(owed=Sum("amount"), given=Sum("amount", filter=given, default=0))
    )
    return {loan: (owed, out) for loan, owed, out in rows}
