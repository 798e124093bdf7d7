from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class TrainingsConfig(AppConfig):
    name = "trainings"
    verbose_name = _("Trainings")

    def ready(self) -> None:
        # Imported for what they register: kinds of paper, parts of the registry's pages, and
        # how the trainings of two entries of one person are joined.
        from trainings import joining, papers, quarter, reference, sections  # noqa: F401

        post_migrate.connect(reference.load, sender=self)
