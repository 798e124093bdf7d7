"""manage.py verify_lists: do the lists by day say what the records say?"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from reports.figures.verification import list_all_anew, trainings_listed_wrongly


class Command(BaseCommand):
    help = (
        "Compare the lists by day, from which indicators are counted, with the records that they "
        "follow from. Prints the key of each training that differs, and ends with status 1 if "
        "there is one."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--rebuild", action="store_true", help="write all lists anew, then compare"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["rebuild"]:
            list_all_anew()
        wrong = trainings_listed_wrongly()
        for training in wrong:
            self.stdout.write(str(training))
        self.stdout.write(f"{len(wrong)} trainings differ." if wrong else "All lists are right.")
        if wrong:
            sys.exit(1)
