"""Empty the test database and fill it with what every installation begins with, as its owner."""

from typing import Any

from django.core.management.commands import flush
from django.db import connections

from tests.database.base import as_owner


class Command(flush.Command):
    def handle(self, **options: Any) -> None:
        with as_owner(connections[options["database"]]):
            super().handle(**options)
