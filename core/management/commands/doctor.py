"""manage.py doctor: one page in words on the health of this installation."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import translation
from django.utils.translation import gettext as _

from core.doctor import State, all_findings

MARKS = {State.GOOD: "  ", State.CARE: "? ", State.BAD: "! "}


class Command(BaseCommand):
    help = (
        "Say in words whether this installation is well, and what to do where it is not. Ends with "
        "status 1 when something must be done now."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--language", choices=dict(settings.LANGUAGES), default="en")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["language"]):
            if self._tell() is State.BAD:
                sys.exit(1)

    def _tell(self) -> State:
        worst, to_do = State.GOOD, 0
        for subject, findings in all_findings():
            self.stdout.write(subject)
            for finding in findings:
                self.stdout.write(f"  {MARKS[finding.state]}{finding.said}")
                if finding.what_to_do:
                    self.stdout.write(f"      → {finding.what_to_do}")
                worst, to_do = max(worst, finding.state), to_do + bool(finding.state)
        self.stdout.write("")
        if to_do:
            said = _("To do: %(count)s. What must be done now has a ! before it.")
            self.stdout.write(said % {"count": to_do})
        else:
            self.stdout.write(_("All is well."))
        return worst
