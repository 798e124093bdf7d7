from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from core import grants

# What an indicator counted is never changed, only followed by another version. Who is on which list
# on which day follows from the records, and only triggers write it and note what was changed.
RIGHTS = {"reports_indicatorversion": "INSERT", "reports_listedday": "", "reports_change": ""}


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = _("Indicators")

    def ready(self) -> None:
        # Imported for what they register: what the database refuses, parts of pages, and a look of
        # the doctor.
        from reports.actions import keeping
        from reports.hooks import database_messages, doctor, page_sections  # noqa: F401

        post_migrate.connect(keeping.forget_all, sender=self)
        grants.restrict(RIGHTS)
        # What was sent is added and never changed; neither are the steps that led there.
        frozen = ("report", "section", "line", "cell", "row", "change", "photo")
        grants.restrict({f"reports_frozen{each}": grants.ADD for each in frozen})
        grants.restrict({"reports_step": grants.ADD})
        # What was sent on a donor's Word form is made of it again.
        grants.restrict({"reports_wordtemplate": grants.ADD})
