"""Django's command, which says in words why a password is refused."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.management.commands import createsuperuser
from django.core.exceptions import ValidationError
from django.core.management import CommandError


class Command(createsuperuser.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        """Without somebody to ask, Django would take any password from the environment."""
        try:
            super().handle(*args, **options)
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
