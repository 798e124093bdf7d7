"""What two people sent for the same place, and what it said before."""

import pytest

from core.three_way_merge import merge


@pytest.mark.parametrize(
    ("mine", "theirs", "before", "value", "is_clash"),
    [
        ("a", "a", "a", "a", False),
        ("b", "a", "a", "b", False),  # only mine
        ("a", "b", "a", "b", False),  # only theirs
        ("b", "b", "a", "b", False),  # both, to the same
        ("b", "c", "a", "b", True),
        ("", "c", "a", "", True),  # emptied by one and changed by the other
        ("b", "", "a", "b", True),
        ("", "", "a", "", False),
        # What was shown is not known: only what differs is asked about.
        ("a", "a", None, "a", False),
        ("a", "b", None, "a", True),
    ],
)
def test_only_what_both_changed_to_something_else_is_a_clash(
    mine: str, theirs: str, before: str | None, value: str, is_clash: bool
) -> None:
    assert merge(mine, theirs, before) == (value, is_clash)
