from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class TrainingsConfig(AppConfig):
    name = "trainings"
    verbose_name = _("Trainings")

    def ready(self) -> None:
        # Imported for what they register: kinds of paper, parts of the registry's pages, and
        # how the trainings of two entries of one person are joined.
        from core.figures import catalogue
        from trainings.figures.catalogue import FIGURES
        from trainings.hooks import (  # noqa: F401
            database_messages,
            page_sections,
            person_merge,
            quarter,
            quarter_outcomes,
            reference_data,
        )
        from trainings.papers import pdf  # noqa: F401

        catalogue.offer("trainings", self.verbose_name, FIGURES)
        post_migrate.connect(reference_data.load, sender=self)
