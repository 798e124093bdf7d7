"""What somebody who joined in mid-cycle may still make up for."""

from __future__ import annotations

from collections.abc import Iterable

from savings_groups.figures.arrears import saved_at
from savings_groups.figures.savings_interest import starts_after
from savings_groups.figures.situation import Situation
from savings_groups.models import Meeting, Member


def catch_up_of(member: Member, situation: Situation) -> int:
    """How much more than the rules allow at a meeting a late joiner may still bring.

    It begins with what `room_to_catch_up` gives for the meetings of the cycle before they joined;
    what they brought above the most of a meeting since then is taken off it.
    """
    group, rules = situation.group, situation.rules
    since = starts_after(group)
    if not rules.catch_up_meetings or member.joined_on <= since:
        return 0
    held = Meeting.objects.sealed().filter(
        group=group, kind=Meeting.Kind.ORDINARY, held_on__gte=since
    )
    missed = held.filter(held_on__lt=member.joined_on).count()
    most = rules.most_saving or rules.least_saving
    room = room_to_catch_up(missed, rules.catch_up_meetings, most)
    since_then = held.filter(held_on__gte=member.joined_on).exclude(held_on=situation.on)
    saved = saved_at([group.pk])
    meetings = since_then.values_list("pk", flat=True)
    brought = [saved.get((meeting, member.pk), 0) for meeting in meetings]
    return max(room - above(most, brought), 0)


def room_to_catch_up(missed: int, allowed: int, most: int) -> int:
    """What may be made up for in all: 5 meetings were missed, 3 may be made up for at 10,000 each.

    >>> room_to_catch_up(5, 3, 10_000)
    30000
    """
    return min(missed, allowed) * most


def above(most: int, brought: Iterable[int]) -> int:
    """What was brought at meetings above what one may bring: of 12,000 and 9,000, with 10,000 at
    most, 2,000."""
    return sum(max(amount - most, 0) for amount in brought)
