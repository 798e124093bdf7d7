from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from config import backups
from core import grants

# The ledger, and beside each table what the application may do with it. All of it may be read.
LEDGER = {
    "savings_groups_journal": "INSERT",
    "savings_groups_posting": "INSERT",
    "savings_groups_closingresult": "INSERT",
    "savings_groups_closing": "INSERT, UPDATE",
    "savings_groups_seal": "",
    "savings_groups_balance": "",
    # One column, because a row can only be locked by who may change a part of it.
    "savings_groups_book": "INSERT, UPDATE (group_id)",
    "savings_groups_account": "UPDATE (name_km, name_en)",
}

# Of each group the number of entries and the last hash, whose beginning stands on its paper.
LEDGER_HEADS = "SELECT group_id, sequence || ' ' || encode(head, 'hex') FROM savings_groups_book"


class SavingsGroupsConfig(AppConfig):
    name = "savings_groups"
    verbose_name = _("Savings groups")

    def ready(self) -> None:
        # Imported for what they register: papers, and how two entries of one person are joined.
        from core.figures import catalogue
        from registry.models import Organisation
        from savings_groups.figures.ratios import FIGURES
        from savings_groups.hooks import (  # noqa: F401
            database_messages,
            doctor,
            members,
            page_sections,
            person_merge,
            quarter,
            reference_data,
        )
        from savings_groups.papers import annual_report, pdf  # noqa: F401

        if "savings_group__owner" not in Organisation.KEPT_BY:
            Organisation.KEPT_BY.append("savings_group__owner")
        catalogue.offer("savings_groups", self.verbose_name, FIGURES)
        post_migrate.connect(reference_data.load, sender=self)
        grants.restrict(LEDGER)
        backups.fact("ledgers", LEDGER_HEADS)
