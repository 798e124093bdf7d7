"""manage.py write_figures: docs/figures.md from the definitions of all figures."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from core.figures import document


class Command(BaseCommand):
    help = "Write docs/figures.md: the definition, formula and source of every figure."

    def handle(self, *args: Any, **options: Any) -> None:
        document.PATH.write_text(document.as_markdown(), encoding="utf-8")
        self.stdout.write(f"{document.PATH} is written.")
