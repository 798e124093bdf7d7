"""Saving all that a page of the sheet sends, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.actions.records import action
from registry.models import User
from savings_groups.actions import opening, sheets
from savings_groups.models import GroupLine, Meeting


@action
def save_draft(
    meeting: Meeting,
    *,
    version: int,
    rows: list[sheets.RowEntry],
    minutes: str,
    by: User,
    balances: Mapping[str, int] | None = None,
    new_line: Mapping[str, Any] | None = None,
    taken_off: GroupLine | None = None,
) -> Meeting:
    """Keep the lines of the members and the minutes, and what was done to the group's own.

    That is `balances` at a cut-off meeting, a line to add, and a line to take off. Raises
    Conflict, Refused and ValidationError as the actions for each of these do.
    """
    if balances is not None:
        kept = opening.set_opening(meeting, version=version, amounts=balances, by=by)
        version = version if kept is None else kept
    saved = sheets.save_sheet(meeting, version=version, rows=rows, minutes=minutes, by=by)
    if new_line is not None:
        sheets.add_line(saved, by=by, **new_line)
    if taken_off is not None:
        sheets.remove_line(taken_off, by=by)
    return saved
