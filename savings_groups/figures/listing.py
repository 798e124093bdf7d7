"""What is behind a figure: the postings, members, meetings or loans that make each of its parts."""

from __future__ import annotations

from typing import Any

from core.figures.definitions import Behind, LazyRows, ListRow
from savings_groups.figures.facts import Facts
from savings_groups.figures.parts import Counted, FigurePart, Postings
from savings_groups.models import Member, Posting

# What stands for a member, and is listed with the name.
BY_MEMBER = ("members", "shared")


def list_of(part: FigurePart, facts: Facts) -> Behind:
    """The list of one part; what its rows count adds up to the number."""
    if isinstance(part, Postings):
        kind, rows = "postings", _postings(part, facts)
    else:
        assert isinstance(part, Counted)
        kind, rows = ("members" if part.of in BY_MEMBER else part.of), _counted(part, facts)
    return Behind(kind, rows, part.name, part.label, facts.number(part), part.unit)


def _postings(part: Postings, facts: Facts) -> LazyRows:
    """The postings that a part sums, the newest first."""
    postings = (
        Posting.objects.filter(part.filter(facts.bounds, facts.until), group=facts.group)
        .select_related("journal", "account", "member__person", "loan")
        .order_by("-journal__sequence", "line")
    )
    return LazyRows(
        postings.count, lambda of: [ListRow(each, part.side * each.amount) for each in postings[of]]
    )


def _counted(part: Counted, facts: Facts) -> LazyRows:
    """Meetings, intervals or loans as facts have them; members with their names."""
    items = facts.behind(part) or []

    def fetch(of: slice) -> list[ListRow]:
        listed = items[of]
        members = _members(listed) if part.of in BY_MEMBER else None
        return [ListRow(members[item.pk] if members else item, number) for item, number in listed]

    return LazyRows(items.__len__, fetch)


def _members(items: list[tuple[Any, int]]) -> dict[Any, Member]:
    return Member.objects.select_related("person").in_bulk([item.pk for item, _number in items])
