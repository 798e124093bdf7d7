"""Print the password of the demonstration."""

from typing import Any

from django.core.management.base import BaseCommand

from demo.accounts import password
from registry.models import User


class Command(BaseCommand):
    help = "Print the password of the demonstration's accounts; nothing when there are none."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if User.objects.filter(is_demo=True).exists():
            self.stdout.write(password())
