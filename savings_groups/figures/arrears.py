"""What members have not saved yet of what every meeting asks of everybody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Q, Sum

from savings_groups.bookkeeping.arrears import behind
from savings_groups.bookkeeping.ledger import Account, Event
from savings_groups.models import Closing, Group, Meeting, Posting, Rules, SheetRow

RECEIVED = Q(journal__event=Event.RECEIPT) | Q(journal__reverses__event=Event.RECEIPT)


def savings_behind(group: Group, *, before: date | None = None) -> dict[UUID, int]:
    """Of each member who is behind, what is missing; now, or of the meetings before a day.

    What counts as saved is what the ledger holds of a meeting now, with all that was corrected.
    A share-out begins anew.
    """
    return behind_in([group.pk], before=before).get(group.pk, {})


def behind_in(
    groups: Iterable[UUID], *, before: date | None = None, through: date | None = None
) -> dict[UUID, dict[UUID, int]]:
    """By group and member, what is missing of the savings that were due: three queries.

    Now; of the meetings before a day; or of those through a day, before a share-out on that day.
    """
    groups = list(groups)
    begins = _begins(groups, before, through)
    rows = SheetRow.objects.filter(
        group__in=groups,
        meeting__state=Meeting.State.SEALED,
        meeting__kind=Meeting.Kind.ORDINARY,
        meeting__rules__saving_is_due=True,
    )
    if before:
        rows = rows.filter(meeting__held_on__lt=before)
    if through:
        rows = rows.filter(meeting__held_on__lte=through)
    asked = rows.order_by("meeting__held_on", "meeting__number").values_list(
        "group",
        "member",
        "meeting",
        "meeting__held_on",
        "meeting__counted_at_sequence",
        "meeting__rules__least_saving",
    )
    moves: dict[tuple[UUID, UUID], list[tuple[int, int]]] = defaultdict(list)
    saved: dict[tuple[UUID, UUID], int] | None = None
    for group, member, meeting, held_on, entries, due in asked:
        # On the day of a share-out a meeting may lie before it, or begin the next cycle.
        if (held_on, entries or 0) <= begins.get(group, (date.min, 0)):
            continue
        if saved is None:
            saved = saved_at(groups)
        moves[group, member].append((due, saved.get((meeting, member), 0)))
    found: dict[UUID, dict[UUID, int]] = defaultdict(dict)
    for (group, member), meetings in moves.items():
        if missing := behind(meetings):
            found[group][member] = missing
    return found


def saved_at(groups: list[UUID]) -> dict[tuple[UUID, UUID], int]:
    """By meeting and member, what was saved there of what is asked; taken out is another thing."""
    rows = Posting.objects.filter(
        RECEIVED,
        group__in=groups,
        account__in=[Account.SAVINGS, Account.SHARES],
        member__isnull=False,
        journal__meeting__isnull=False,
    )
    summed = rows.values_list("journal__meeting", "member").annotate(Sum("amount")).order_by()
    return {(meeting, member): -amount for meeting, member, amount in summed if member}


def _begins(
    groups: list[UUID], before: date | None, through: date | None
) -> dict[UUID, tuple[date, int]]:
    """By group, the day of its last share-out, and how many entries the book had before it."""
    closings = Closing.objects.filter(
        group__in=groups, state=Closing.State.CLOSED, kind=Rules.ClosingKind.SHARE_OUT
    )
    if before:
        closings = closings.filter(through__lte=before)
    if through:
        closings = closings.filter(through__lt=through)
    return {
        group: (day, entries)
        for group, day, entries in closings.order_by("through").values_list(
            "group", "through", "after_entry"
        )
    }
