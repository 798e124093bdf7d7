"""manage.py drill: is the newest backup what it shall be?"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.backups import changes, installation
from core.management.typed_key import add_key_argument, key_from
from core.safety import proof_in_words
from database.drill import drill
from database.errors import DatabaseError
from database.nightly import prove_changes


class Command(BaseCommand):
    help = (
        "Restore a backup, by default the newest, into a scratch database, and compare. "
        "Where a log of changes is kept, also rebuild the database from it and start it."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", help="another backup than the newest")
        add_key_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            here, log = installation(), changes()
            result = drill(here, options["file"], key=key_from(options["key"]))
            from_log = prove_changes(here, log, add=False) if log else None
        except DatabaseError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(proof_in_words(result))
        if from_log:
            self.stdout.write(
                f"From the log of changes: {from_log.rows} rows after {from_log.restore_seconds} s."
            )
