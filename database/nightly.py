"""What is done once a night, and what a drill does with the log of changes."""

from __future__ import annotations

from database import history
from database.backup import back_up
from database.changes import Changes, add_base, forget_old, prove
from database.history import Result
from database.installation import Clock, Installation, alone, noting, now

REBUILT = "rebuilt"


def every_night(here: Installation, changes: Changes | None) -> None:
    """Back up and prove it; add to the log of changes and prove that. Raises DatabaseError."""
    back_up(here)
    if changes is not None:
        prove_changes(here, changes, add=True)


def prove_changes(here: Installation, changes: Changes, *, add: bool, clock: Clock = now) -> Result:
    """Rebuild the database from the log of changes, start and read it. Raises DatabaseError.

    With `add` a base backup is added before, and what is needless then is removed after.
    """
    began = clock()
    with alone(here), noting(here, "changes", began, clock):
        if add:
            add_base(changes)
        proof = prove(changes, here.folder / REBUILT)
        if add:
            forget_old(changes)
        result = Result(
            "changes",
            began,
            clock(),
            file=changes.chain()[-1].name,
            proved_at=clock(),
            rows=proof.contents.rows,
            tables=len(proof.contents.tables),
            restore_seconds=round(proof.seconds),
        )
        history.note(here.folder, result)
    return result
