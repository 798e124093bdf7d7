"""manage.py drill: is the newest backup what it shall be?"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.backups import installation
from core.management.typed_key import add_key_argument, key_from
from core.safety import in_words
from database.drill import drill
from database.errors import DatabaseError


class Command(BaseCommand):
    help = "Restore a backup, by default the newest, into a scratch database, and compare."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", help="another backup than the newest")
        add_key_argument(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            result = drill(installation(), options["file"], key=key_from(options["key"]))
        except DatabaseError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{result.file}\n{in_words(result)}")
