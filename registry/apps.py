from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from core import grants


class RegistryConfig(AppConfig):
    name = "registry"
    verbose_name = _("Registry")

    def ready(self) -> None:
        # Importing registers them: PostgreSQL's version check, and the log of sign-ins.
        from config import checks  # noqa: F401 — imported for its registration.
        from registry import (
            reference,
            signins,  # noqa: F401 — imported for its receivers.
        )

        post_migrate.connect(reference.load, sender=self)
        post_migrate.connect(grants.grant, sender=self)
