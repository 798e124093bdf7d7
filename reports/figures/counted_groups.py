"""What is counted of savings groups: groups, members, and what they saved, lent and shared out.

Amounts come from the ledgers (`savings_groups.figures.movements`), member by member, so that they
can be broken down like people. What belongs to no member is "not stated" there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from core.figures.outcomes import Number, rounded
from core.queries import CTE, query
from registry.models import Place
from reports.figures.counted_trainings import ATTRIBUTES, NOT_STATED, Asked, age_on, run
from reports.figures.results import Cell, Counted, Remark
from reports.models.definitions import MONEY, OF_MEMBERS, Counts, Dimension
from savings_groups.bookkeeping.money import Currency
from savings_groups.figures import movements, parts
from savings_groups.figures.facts import facts_of
from savings_groups.figures.periods import Period as GroupPeriod
from savings_groups.models import Group, JournalEntry

# Whose amounts are added up: by group and member.
Amounts = Mapping[UUID, Mapping[UUID | None, int]]

# Members of the groups that are asked for, with what is known of each on the last day.
LISTED = CTE(
    "listed",
    f"""
    SELECT * FROM (
        SELECT m.id AS member_id, m.group_id, m.person_id, m.joined_on, m.left_on, p.sex,
               p.place_id, {age_on("%(until)s::date")} AS age
        FROM savings_groups_member m JOIN registry_person p ON p.id = m.person_id
        WHERE m.group_id = ANY(%(chosen_groups)s::uuid[])
    ) AS entry
    WHERE (cardinality(%(sexes)s::text[]) = 0 OR sex = ANY(%(sexes)s::text[]))
      AND (%(from_age)s::int IS NULL OR age >= %(from_age)s)
      AND (%(to_age)s::int IS NULL OR age <= %(to_age)s)
      AND (%(lives_in)s = '' OR EXISTS (
            SELECT FROM registry_place home WHERE home.code = entry.place_id AND %(lives_in)s IN (
                home.code, home.commune_id, home.district_id, home.province_id)))
    """,  # noqa: S608 — constants, as in the other queries here.
)
MEMBERS = """
    SELECT listed.member_id, listed.group_id, listed.person_id,
           listed.joined_on <= %(until)s
           AND (listed.left_on IS NULL OR listed.left_on > %(until)s) AS is_member,
           ARRAY[{cell}]::text[] AS cell
    FROM listed LEFT JOIN registry_place home ON home.code = listed.place_id
"""
OF_MEMBER = {**ATTRIBUTES, Dimension.GROUP: "listed.group_id::text"}
MOVEMENTS: Mapping[Counts, movements.Movement] = {
    Counts.SAVED: movements.SAVED,
    Counts.WITHDRAWN: movements.WITHDRAWN,
    Counts.SAVINGS: movements.SAVINGS,
    Counts.LENT: movements.LENT,
    Counts.REPAID: movements.REPAID,
    Counts.OUTSTANDING: movements.OUTSTANDING,
    Counts.INTEREST: movements.INTEREST,
    Counts.FINES: movements.FINES,
    Counts.CASH: movements.CASH,
}
LATE_BY = {Counts.LATE: 0, Counts.LATE_30: 30}
OF_MEETINGS = {Counts.ATTENDED: parts.PRESENT, Counts.LISTED: parts.LISTED}


@dataclass(frozen=True)
class Line:
    """What one member, or what of no member of a group, adds to a value; see the list behind."""

    group: UUID
    member: UUID | None
    person: UUID | None
    cell: Cell
    amount: Number


@dataclass(frozen=True)
class OfGroups:
    """A counting of the savings groups of a project."""

    asked: Asked

    @cached_property
    def matching(self) -> QuerySet[Group]:
        """The groups that are asked for, in any currency, whether their ledger has begun or not."""
        chosen = self.asked.counting.selection
        found = Group.objects.filter(project_links__project=self.asked.project)
        if chosen.groups:
            found = found.filter(pk__in=chosen.groups)
        if chosen.held_in:
            place = Place.objects.filter(pk=chosen.held_in).first()
            inside = Place.objects.within(place) if place else Place.objects.none()
            found = found.filter(place__in=inside)
        return found

    @cached_property
    def groups(self) -> dict[UUID, Group]:
        """Those of which amounts are put together: of one currency, or of all at a stated rate."""
        found = self.matching
        if self.asked.counting.counts in MONEY and self.asked.rate is None:
            found = found.filter(currency=Currency.KHR)
        return found.in_bulk()

    def counted(self) -> Counted:
        """What the counting comes to; not known where no group is asked for."""
        every = self.matching.count()
        if not every:
            return Counted(None, remarks={Remark.NO_RECORD: 1})
        cells: dict[Cell, Number] = defaultdict(int)
        for line in self.lines:
            cells[line.cell] += line.amount
        left_out = every - len(self.groups)
        remarks = {Remark.OTHER_CURRENCY: left_out} if left_out else {}
        return Counted(
            self._shown(sum(cells.values())),
            {cell: self._shown(number) for cell, number in cells.items() if cell},
            remarks=remarks,
        )

    def _shown(self, amount: Number) -> Number:
        if self.asked.rate is None or self.asked.counting.counts not in MONEY:
            return amount
        return rounded(amount / self.asked.rate, 2)

    @cached_property
    def lines(self) -> list[Line]:
        """What the value is the sum of."""
        counts = self.asked.counting.counts
        if counts == Counts.MEMBERS:
            return [
                Line(group, member, person, cell, 1)
                for member, (group, person, is_member, cell) in self._members.items()
                if is_member
            ]
        if counts == Counts.GROUPS:
            begun = self._begun()
            return [Line(pk, None, None, self._cell(pk, None), 1) for pk in begun]
        if counts in OF_MEETINGS:
            return self._of_meetings()
        return [
            Line(
                group,
                member,
                self._members[member][1] if member in self._members else None,
                self._cell(group, member),
                self._in_riel(group, amount),
            )
            for group, of_members in self._amounts().items()
            for member, amount in of_members.items()
            if not self._asks_of_members or member in self._members
        ]

    @property
    def _asks_of_members(self) -> bool:
        chosen = self.asked.counting.selection
        ages = (chosen.from_age, chosen.to_age)
        return bool(chosen.sexes or chosen.lives_in or any(age is not None for age in ages))

    @cached_property
    def _members(self) -> dict[UUID | None, tuple[UUID, UUID, bool, Cell]]:
        columns = ", ".join(
            f"coalesce({OF_MEMBER[each]}, '{NOT_STATED}')" if each in OF_MEMBERS else "'not stated'"
            for each in self.asked.dimensions
        )
        sql = MEMBERS.format(cell=columns)
        parameters = self.asked.parameters | {
            "chosen_groups": list(self.groups),
            "until": self.asked.period.until,
        }
        return {
            member: (group, person, is_member, tuple(cell))
            for member, group, person, is_member, cell in run(query(sql, LISTED), parameters)
        }

    def _cell(self, group: UUID, member: UUID | None) -> Cell:
        if member in self._members:
            return self._members[member][3]
        return tuple(
            str(group) if each == Dimension.GROUP else NOT_STATED for each in self.asked.dimensions
        )

    def _in_riel(self, group: UUID, amount: int) -> Number:
        """Amounts of groups in dollars, at the stated rate."""
        currency = Currency(self.groups[group].currency)
        if currency == Currency.KHR or self.asked.rate is None:
            return amount
        return Decimal(amount).scaleb(-currency.exponent) * self.asked.rate

    def _begun(self) -> list[UUID]:
        until = self.asked.period.until
        booked = JournalEntry.objects.filter(group=OuterRef("pk"), book_date__lte=until)
        found = Group.objects.filter(pk__in=self.groups).filter(
            Q(live_on__lte=until) | Exists(booked)
        )
        return list(found.values_list("pk", flat=True))

    def _of_meetings(self) -> list[Line]:
        days = GroupPeriod(self.asked.period.until, self.asked.period.since)
        part = OF_MEETINGS[self.asked.counting.counts]
        return [
            Line(pk, None, None, self._cell(pk, None), facts.number(part) or 0)
            for pk, facts in facts_of(self.groups.values(), days).items()
        ]

    def _amounts(self) -> Amounts:
        days: dict[str, Any] = {
            "since": self.asked.period.since,
            "until": self.asked.period.until,
        }
        counts, groups = self.asked.counting.counts, list(self.groups)
        if counts == Counts.SHARED_OUT:
            return movements.shared_out(groups, **days)
        if counts in LATE_BY:
            standing = movements.loans_on(groups, self.asked.period.until)
            return movements.late(standing, more_than=LATE_BY[counts])
        if counts == Counts.LOAN_FUND:
            both = [movements.OUTSTANDING, movements.CASH]
            return _added([movements.moved(each, groups, **days) for each in both])
        return movements.moved(MOVEMENTS[counts], groups, **days)


def _added(found: list[dict[UUID, dict[UUID | None, int]]]) -> Amounts:
    together: dict[UUID, dict[UUID | None, int]] = defaultdict(lambda: defaultdict(int))
    for amounts in found:
        for group, of_members in amounts.items():
            for member, amount in of_members.items():
                together[group][member] += amount
    return together
