from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class TrainingsConfig(AppConfig):
    name = "trainings"
    verbose_name = _("Trainings")

    def ready(self) -> None:
        from trainings import (
            papers,  # noqa: F401 — imported to register the kinds of paper.
            reference,
        )

        post_migrate.connect(reference.load, sender=self)
