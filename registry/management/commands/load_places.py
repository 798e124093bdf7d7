"""manage.py load_places: the official list of provinces, districts, communes and villages."""

from typing import Any

from django.core.management.base import BaseCommand

from registry.imports import gazetteer


class Command(BaseCommand):
    help = "Load the official list of places. Running it again changes only what differs."

    def handle(self, *args: Any, **options: Any) -> None:
        loaded = gazetteer.store(gazetteer.read())
        self.stdout.write(f"{loaded.added} places added, {loaded.changed} changed.")
