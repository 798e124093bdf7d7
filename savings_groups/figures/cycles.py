"""Where one cycle or year of a group ends and the next begins."""

from __future__ import annotations

from datetime import date

from savings_groups.models import Closing, Meeting


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
