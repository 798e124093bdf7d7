"""Renew the font files of screen and paper after the font package changed."""

from typing import Any

from django.core.management.base import BaseCommand

from paper.fonts import make_fonts


class Command(BaseCommand):
    help = "Cut the regular and bold fonts of screen and paper from the variable Noto Sans Khmer."

    def handle(self, *args: Any, **options: Any) -> None:
        for path in make_fonts():
            self.stdout.write(f"{path.name}: {path.stat().st_size:,} bytes")
