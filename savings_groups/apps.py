from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class SavingsGroupsConfig(AppConfig):
    name = "savings_groups"
    verbose_name = _("Savings groups")

    def ready(self) -> None:
        # Imported for what they register: papers, and how two entries of one person are joined.
        from savings_groups import (  # noqa: F401
            annual_report,
            joining,
            papers,
            reference,
            refusals,
            second_wall,
            sections,
        )

        post_migrate.connect(reference.load, sender=self)
        post_migrate.connect(second_wall.grant, sender=self)
