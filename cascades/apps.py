from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CascadesConfig(AppConfig):
    name = "cascades"
    verbose_name = _("Cascades")

    def ready(self) -> None:
        # Imported for what they register: what the database refuses, how two entries of one
        # person are joined, papers, and parts of the registry's pages.
        from cascades import papers  # noqa: F401
        from cascades.actions import snapshots
        from cascades.figures.catalogue import FIGURES
        from cascades.figures.lineage import path  # noqa: F401
        from cascades.figures.page import glance, snapshot_json
        from cascades.figures.people import by_sex_and_age
        from cascades.hooks import database_messages, page_sections, person_merge, quarter  # noqa: F401
        from cascades.papers import charts
        from core.figures import catalogue

        catalogue.offer("cascades", self.verbose_name, FIGURES)
        snapshots.keep("glance", lambda scope: glance.as_json(glance.glance_of(scope)))
        snapshots.keep("figures", snapshot_json.figures_as_json)
        snapshots.keep("people", by_sex_and_age.table_as_json)
        snapshots.keep("drawings", charts.drawings_as_json)
        post_migrate.connect(snapshots.forget_what_was_seen, sender=self)
