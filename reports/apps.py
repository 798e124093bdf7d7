from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from core import grants


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = _("Indicators")

    def ready(self) -> None:
        # Imported for what they register: what the database refuses, and parts of pages.
        from reports.hooks import database_messages, page_sections  # noqa: F401

        # What an indicator counted is never changed, only followed by another version.
        grants.restrict({"reports_indicatorversion": "INSERT"})
