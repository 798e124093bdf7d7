"""A new version on old data: tried on a copy, which then takes the place of the original.

The database of the site is never changed itself. A backup is made and proved, then a copy, and the
new version changes the copy. Only when all of that went well do the two change their names, in one
transaction. So an upgrade that fails or is killed, at whatever step, leaves the data of the old
version as it was, and the next start begins again.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from database import beside
from database.backup import back_up
from database.installation import Installation, check_space
from database.login import Login
from database.restore import forget_before


def on_a_copy(
    here: Installation,
    owner: Login,
    change: Callable[[str], None],
    *,
    disks: list[Path],
    say: Callable[[str], None],
) -> str:
    """Let `change` change a copy, by its name, and put it into the place of the database.

    The name under which the old one is kept. Raises DatabaseError, or what `change` raised.
    """
    beside.refuse_without_rights(owner)
    beside.refuse_while_connected(owner)
    for disk in disks:
        check_space(disk, 4 * beside.size_of(owner), "this upgrade")
    copy = f"{owner.database}_upgrade"
    try:
        say("This version changes the database. First a backup is made and proved.")
        back_up(here)
        say("Now the change is tried on a copy.")
        beside.copy_database(owner, copy)
        change(copy)
        say("The change went well. The copy takes the place of the database.")
        old = beside.name_before(owner)
        beside.exchange(owner, copy, old)
    except BaseException:
        beside.remove_database(owner.to(beside.ELSEWHERE), copy)
        raise
    say(f"Done. The database of the version before is kept as {old}.")
    forget_before(owner, but_newest=1)
    return old
