"""manage.py backup: a backup that proves itself."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.backups import installation
from core.key_page import key_page
from core.management.typed_key import TYPED, key_from
from core.safety import KEY_PAGE, in_words
from database import history
from database.backup import back_up, own_key
from database.errors import DatabaseError
from database.files import make_private, open_private
from database.history import Result
from database.installation import FOLDER, KEY, now
from database.keys import put_back
from paper.errors import PaperError


class Command(BaseCommand):
    help = (
        "Back up the database and the media, locked with the key of this installation; restore the "
        "backup into a scratch database and compare; copy it to BACKUP_COPIES; remove old ones."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--key-page",
            type=Path,
            metavar="FILE.pdf",
            help="only write the page with the key, to print it and keep it elsewhere",
        )
        parser.add_argument(
            "--key",
            nargs="?",
            const=TYPED,
            metavar="FILE",
            help="first put back the key that is gone: from a file, or typed from its page",
        )
        parser.add_argument(
            "--language", choices=dict(settings.LANGUAGES), default="km", help="of that page"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["key_page"]:
            self._write_key_page(options["key_page"], options["language"])
            return
        try:
            here = installation()
            if key := key_from(options["key"]):
                put_back(here.key_file, key)
            result = back_up(here)
        except DatabaseError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{here.folder / result.file}\n{in_words(result)}")
        if not history.last(here.folder, KEY_PAGE):
            self.stderr.write(
                "Print the key and keep it elsewhere:  bin/manage backup --key-page FILE.pdf"
            )
        for warning in result.warnings:
            self.stderr.write(f"But {warning}.")

    def _write_key_page(self, target: Path, language: str) -> None:
        home = settings.SAMAKI_HOME
        try:
            key = own_key(home / KEY, home / FOLDER)
            page = key_page(key, language=language)
            with open_private(target, new=True) as handle:
                handle.write(page)
            make_private(home / FOLDER)
            history.note(home / FOLDER, Result(KEY_PAGE, now(), now(), file=str(key.public)))
        except (DatabaseError, PaperError) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{target}: {error.strerror}.") from error
        self.stdout.write(
            f"{target}\nPrint it, delete the file, and keep the page in another house. "
            "Then try it:  bin/manage drill --key"
        )
