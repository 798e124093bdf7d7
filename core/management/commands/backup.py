"""manage.py backup: a backup that proves itself."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.backups import installation
from core.safety import in_words
from database.backup import back_up
from database.errors import DatabaseError


class Command(BaseCommand):
    help = (
        "Back up the database and the media, locked with the key of this installation; restore the "
        "backup into a scratch database and compare; copy it to BACKUP_COPIES; remove old ones."
    )
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            here = installation()
            result = back_up(here)
        except DatabaseError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{here.folder / result.file}\n{in_words(result)}")
        for warning in result.warnings:
            self.stderr.write(f"But {warning}.")
