"""Two people changed the same page at the same time: what is to stand in each place.

Whoever saves second sends the whole page, also the places that they never touched. By what the
page said when it was shown to them, the two can be told apart.
"""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeVar

Value = TypeVar("Value")


class Merged(NamedTuple, Generic[Value]):
    """What is to stand in a place, and whether both changed it, each to something else.

    Of a place that both changed, `value` is the user's own; a person has to decide.
    """

    value: Value
    is_clash: bool


def merge(mine: Value, theirs: Value, before: object) -> Merged[Value]:
    """What was sent, what is stored by now, and what was shown; None if that is not known."""
    if mine == before:
        return Merged(theirs, is_clash=False)
    return Merged(mine, is_clash=theirs not in (mine, before))
