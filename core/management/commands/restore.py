"""manage.py restore: a backup becomes the data of this installation."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from config.backups import installation, owner
from core import grants
from core.management.typed_key import add_key_argument, key_from
from core.safety import proof_in_words
from database import beside, restore
from database.errors import DatabaseError


class Command(BaseCommand):
    help = (
        "Restore a backup into a new database, compare, and put it into the place of the one of "
        "the site, which is kept. Samaki has to be stopped."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", help="the backup")
        add_key_argument(parser)
        others = parser.add_mutually_exclusive_group()
        others.add_argument(
            "--unpack", type=Path, metavar="FOLDER", help="only put what is in it into a new folder"
        )
        others.add_argument(
            "--previous",
            action="store_true",
            help="go back to the database from before the last restore or upgrade",
        )
        others.add_argument(
            "--forget",
            action="store_true",
            help="remove the databases from before restores and upgrades",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        connections.close_all()  # A database is renamed only while nobody is in it.
        try:
            self.stdout.write(_obey(options))
        except DatabaseError as error:
            raise CommandError(str(error)) from error


def _obey(options: dict[str, Any]) -> str:
    """Do what was asked; what to tell the person who asked."""
    if options["forget"]:
        return f"{len(restore.forget_before(owner()))} databases removed."
    if options["previous"]:
        name = restore.go_back(installation(), owner())
        grants.grant()
        return f"The site has the database again that was kept as {name}."
    if options["file"] is None:
        raise CommandError("Name the backup:  bin/manage restore FILE")
    key = key_from(options["key"])
    if options["unpack"]:
        restore.unpack(installation(), options["file"], options["unpack"], key=key)
        return f"Unpacked into {options['unpack']}. Nothing else was touched."
    result = restore.restore(installation(), owner(), options["file"], key=key)
    grants.grant()
    said = f"{proof_in_words(result)}\nThe site has it now."
    if kept := beside.kept_before(owner()):
        said += (
            f" What was there before is kept as {kept[0]}. Look at the site, and remove it with:  "
            "bin/manage restore --forget"
        )
    return said
