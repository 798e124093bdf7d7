"""The states of a donor's report, the steps between them, and who may take them.

This is the one place that says so: the actions ask it, the pages offer what it allows, and the
trigger of the database is made from the same list.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    """Where a report stands. A returned one is open again, and one can read why."""

    PLANNED = "planned", _("Planned")
    OPEN = "open", _("Open")
    IN_CHECK = "in check", _("In check")
    SUBMITTED = "submitted", _("Submitted")
    RETURNED = "returned", _("Returned")
    ACCEPTED = "accepted", _("Accepted")
    RESTATED = "restated", _("Restated")


# What is written in a report can be changed; in any other state it stays as it is.
WRITABLE = (State.PLANNED, State.OPEN, State.RETURNED)
# The donor has a version of it.
GIVEN = (State.SUBMITTED, State.RETURNED, State.ACCEPTED, State.RESTATED)


class Verb(TextChoices):
    """What somebody does with a report as a whole."""

    OPEN = "open", _("Open")
    CHECK = "check", _("Send to check")
    TAKE_BACK = "take back", _("Take back from check")
    SUBMIT = "submit", _("Submit")
    RETURN = "return", _("Return with comments")
    ACCEPT = "accept", _("Accept")
    REVOKE = "revoke", _("Take the acceptance back")
    RESTATE = "restate", _("Restate")


@dataclass(frozen=True)
class Move:
    """From which states a verb leads where, and which permission of a role it takes."""

    sources: Collection[State]
    target: State
    permission: str
    needs_reason: bool = False
    freezes: bool = False


MOVES: Mapping[Verb, Move] = {
    Verb.OPEN: Move([State.PLANNED], State.OPEN, "reports.write"),
    Verb.CHECK: Move([State.OPEN, State.RETURNED], State.IN_CHECK, "reports.write"),
    Verb.TAKE_BACK: Move([State.IN_CHECK], State.OPEN, "reports.write", needs_reason=True),
    Verb.SUBMIT: Move([State.IN_CHECK], State.SUBMITTED, "reports.submit", freezes=True),
    # The donor holds what was submitted: only they give it back.
    Verb.RETURN: Move(
        [State.SUBMITTED, State.RESTATED], State.RETURNED, "reports.review", needs_reason=True
    ),
    Verb.ACCEPT: Move([State.SUBMITTED, State.RESTATED], State.ACCEPTED, "reports.review"),
    Verb.REVOKE: Move([State.ACCEPTED], State.SUBMITTED, "reports.review", needs_reason=True),
    Verb.RESTATE: Move(
        [State.SUBMITTED, State.ACCEPTED, State.RESTATED],
        State.RESTATED,
        "reports.submit",
        needs_reason=True,
        freezes=True,
    ),
}
WITH_REASON = [verb for verb, move in MOVES.items() if move.needs_reason]
FREEZING = [verb for verb, move in MOVES.items() if move.freezes]


def moves_as_sql() -> str:
    """All moves as rows of verb, source and target, for the trigger."""
    rows = [
        f"('{verb.value}', '{source.value}', '{move.target.value}')"
        for verb, move in MOVES.items()
        for source in move.sources
    ]
    return ", ".join(rows)
