"""Load the demonstration once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from demo.loading import load_stories
from registry.models import Place, User


class Command(BaseCommand):
    help = (
        "Load the demonstration: accounts for every role, the published stories, and made-up "
        "people marked as demonstration data. What takes longer is left to the worker. Does "
        "nothing when it is loaded already, and refuses an installation with accounts of its own."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        if User.objects.filter(is_demo=True).exists():
            return
        if User.objects.exists():
            raise CommandError(
                "This installation has accounts of its own. The demonstration is only loaded "
                "into an empty one, since everybody can read its password."
            )
        if not Place.objects.exists():
            raise CommandError("Load the places first: bin/manage load_places")
        with transaction.atomic(), connection.cursor() as cursor:
            load_stories()
            # The planner is told at once what is there; of small tables it would never hear.
            cursor.execute("ANALYZE")
