from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from core import grants

# What the application's role may do with the tables of the packages and with ours, besides reading
# them; of what is not listed here it may do everything. See core/grants.py.
RIGHTS = {
    # Logs: whoever breaks into the site cannot remove the traces.
    "registry_accesslog": "INSERT",
    "django_admin_log": "INSERT",
    # Its function inserts, or updates when one request has several contexts; a trigger refuses
    # changes of old ones.
    "pghistory_context": "INSERT, UPDATE (metadata, updated_at)",
    "registry_submission": "INSERT, UPDATE (location), DELETE",
    # What a funder was shown stays as it was; it goes with its project only.
    "registry_quarterfigures": "INSERT, DELETE",
    # What staff did stays with their name: an account is made inactive, never deleted.
    "registry_user": "INSERT, UPDATE",
    # Written by `migrate` alone; roles.toml says who may do what.
    "auth_group": "",
    "auth_group_permissions": "",
    "auth_permission": "",
    "django_content_type": "",
    "registry_user_groups": "",
    "registry_user_user_permissions": "",
}


class RegistryConfig(AppConfig):
    name = "registry"
    verbose_name = _("Registry")

    def ready(self) -> None:
        # Importing registers them: PostgreSQL's version check, and the log of sign-ins.
        from config import checks  # noqa: F401 — imported for its registration.
        from registry.accounts import signins  # noqa: F401 — imported for its receivers.
        from registry.hooks import (  # noqa: F401 — its words, and what waits on the first page.
            database_messages,
            page_sections,
            reference_data,
        )

        post_migrate.connect(reference_data.load, sender=self)
        grants.restrict(RIGHTS)
        post_migrate.connect(grants.grant, sender=self)
