"""Where one cycle or year of a group ends and the next begins, be it on one day.

What closed a cycle belongs neither to what the cycle had nor to the next: figures of a cycle that
has ended are read before the entries of its closing. What is dated on the day of the closing and
came after it belongs to the next cycle.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Exists, F, Min, OuterRef, Q
from django.db.models.functions import JSONObject

from savings_groups.figures.periods import Period
from savings_groups.models import Closing, Group, JournalEntry, Meeting, Rules


@dataclass(frozen=True)
class Ended:
    """A closing as a period meets it. `ends_the_period` where it is read before it was closed."""

    closing: Closing
    ends_the_period: bool
    # What it meant for each member, in their order.
    shared: list[dict[str, Any]]

    @property
    def through(self) -> date:
        return self.closing.through


@dataclass(frozen=True)
class Bounds:
    """The first and the last day of a period of one group, and the closings at its ends.

    A cycle that has ended is read on its last day, whenever one asks. `closings` are all of the
    period, with what they meant for each member.
    """

    since: date
    until: date
    opened_by: Closing | None = None
    ended_by: Closing | None = None
    closings: tuple[Ended, ...] = ()

    @property
    def shared(self) -> list[dict[str, Any]]:
        """What the closings of the period meant for each member."""
        return [each for ended in self.closings for each in ended.shared]

    def opened_later(self) -> Q:
        """Of postings: dated on the day that closed the cycle before, and after its closing."""
        if not self.opened_by:
            return Q(pk__in=[])
        return Q(
            journal__book_date=self.opened_by.through,
            journal__sequence__gt=self.opened_by.after_entry,
            journal__closing=None,
        )

    def before_the_end(self) -> Q:
        """Of postings: what was there before the closing at the end."""
        return Q(journal__sequence__lte=self.ended_by.after_entry) if self.ended_by else Q()

    def through_the_end(self) -> Q:
        """The same, with what the closing itself has found to be income and expense."""
        return self.before_the_end() | Q(journal__closing=self.ended_by) if self.ended_by else Q()


# What a closing meant for each member, in their order.
SHARED = ArrayAgg(
    JSONObject(
        member=F("results__member"),
        entitlement=F("results__entitlement"),
        payout=F("results__payout"),
    ),
    filter=Q(results__isnull=False),
    order_by="results__member__number",
    default=[],
)


def bounds_of(groups: Collection[Group], period: Period) -> dict[UUID, Bounds]:
    """The bounds of a period for each group: two queries.

    The cycle is the one in which the last day lies. After a share-out nothing is left of it, so
    until something is booked anew the cycle that it ended is the one that is meant.
    """
    ids = [group.pk for group in groups]
    closings = _closings(ids, period.until)
    booked = dict(
        JournalEntry.objects.filter(group__in=ids)
        .order_by()
        .values_list("group")
        .annotate(Min("book_date"))
    )
    return {
        group.pk: _named(period.since, closings[group.pk], period.until)
        if period.since
        else _cycle(group, closings[group.pk], booked.get(group.pk), period.until)
        for group in groups
    }


def _closings(groups: Iterable[UUID], until: date) -> dict[UUID, list[Ended]]:
    """The closings through a day, oldest first.

    A period that ends on the day of one is read before it; after a share-out that nothing has
    followed, a later one too.
    """
    since = JournalEntry.objects.filter(
        group=OuterRef("group"),
        sequence__gt=OuterRef("after_entry"),
        book_date__lte=until,
    ).filter(Q(closing=None) | ~Q(closing=OuterRef("pk")))
    rows: Any = (
        Closing.objects.filter(group__in=groups, state=Closing.State.CLOSED, through__lte=until)
        .annotate(goes_on=Exists(since), shared=SHARED)
        .order_by("through")
    )
    found: dict[UUID, list[Ended]] = defaultdict(list)
    for row in rows:
        is_over = row.kind == Rules.ClosingKind.SHARE_OUT and not row.goes_on
        found[row.group_id].append(Ended(row, row.through == until or is_over, row.shared))
    return found


def _named(since: date, closings: list[Ended], until: date) -> Bounds:
    within = tuple(ended for ended in closings if ended.through >= since)
    if within and within[-1].ends_the_period:
        last = within[-1].closing
        return Bounds(since, last.through, None, last, within)
    return Bounds(since, until, closings=within)


def _cycle(group: Group, closings: list[Ended], booked: date | None, until: date) -> Bounds:
    within = tuple(closings[-1:]) if closings and closings[-1].ends_the_period else ()
    before = closings[: len(closings) - len(within)]
    opened_by = before[-1].closing if before else None
    ended_by = within[0].closing if within else None
    last = ended_by.through if ended_by else until
    first = booked or group.live_on or last
    since = opened_by.through + timedelta(days=1) if opened_by else first
    return Bounds(min(since, last), last, opened_by, ended_by, within)


def opens_a_cycle(meeting: Meeting, through: date) -> bool:
    """Whether a meeting was held on the day that closed a cycle, after it: it belongs to the next.

    The database asks the same before it lets anything be booked on a day that is closed.
    """
    if meeting.held_on != through or meeting.is_late:
        return False
    closed = Closing.objects.filter(
        group=meeting.group_id, state=Closing.State.CLOSED, through=through
    )
    return closed.filter(created_at__lt=meeting.created_at).exists()
