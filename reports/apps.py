from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from core import grants


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = _("Indicators")

    def ready(self) -> None:
        # Imported for what they register: what the database refuses, parts of pages, and a look of
        # the doctor.
        from reports.hooks import database_messages, doctor, page_sections  # noqa: F401

        # What an indicator counted is never changed, only followed by another version. Who is on
        # which list on which day follows from the records, and only triggers write it.
        grants.restrict({"reports_indicatorversion": "INSERT", "reports_listedday": ""})
