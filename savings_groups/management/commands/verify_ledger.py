"""manage.py verify_ledger: is every group's ledger as it was written?"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from savings_groups.figures.verification import Fault, short_code, verify_group
from savings_groups.models import Book, Group


class Command(BaseCommand):
    help = (
        "Check the ledgers of all groups: the chain of hashes, every entry, every balance. Prints "
        "a line for each fault and ends with status 1 if there is one. Run it every night."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--group", type=UUID, help="check this group only")
        parser.add_argument(
            "--codes",
            action="store_true",
            help="also print the code of each ledger, to keep elsewhere and to compare with paper: "
            "only that shows that the last entries were cut off",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        groups = faulty = entries = 0
        for group in _groups(options["group"]):
            book, faults = _verified(group)
            groups, entries = groups + 1, entries + (book.sequence if book else 0)
            faulty += bool(faults)
            for fault in faults:
                self.stdout.write(str(fault))
            if options["codes"] and book:
                self.stdout.write(
                    f"{group.pk} {book.sequence} {short_code(bytes(book.head))}".rstrip()
                )
        found = f"{faulty} with faults" if faulty else "all sound"
        self.stdout.write(f"{groups} groups, {entries} entries: {found}.")
        if faulty:
            sys.exit(1)


def _groups(only: UUID | None) -> Iterator[Group]:
    wanted = Group.objects.order_by("pk")
    if only and not wanted.filter(pk=only).exists():
        raise CommandError("There is no group with this identifier.")
    yield from (wanted.filter(pk=only) if only else wanted).iterator()


def _verified(group: Group) -> tuple[Book | None, list[Fault]]:
    """The head of a ledger and what is wrong with it; nothing is posted to it meanwhile."""
    with transaction.atomic():
        book = Book.objects.select_for_update(of=("self",)).filter(pk=group.pk).first()
        return book, verify_group(group)
