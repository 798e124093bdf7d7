from django.apps import AppConfig, apps
from django.db.models import ForeignKey
from django.utils.translation import gettext_lazy, gettext_noop

# What the administration shows of fields that were given no name, for the catalogue.
NAMES = (
    gettext_noop("amount"),
    gettext_noop("changed at"),
    gettext_noop("closed through"),
    gettext_noop("key"),
    gettext_noop("location"),
    gettext_noop("path"),
    gettext_noop("sequence"),
)


class CoreConfig(AppConfig):
    """Its models keep the label and the tables of the registry, where they began."""

    name = "core"

    def ready(self) -> None:
        from core import doctor  # noqa: F401 - imported for the looks that it registers.

        _name_fields()


def _name_fields() -> None:
    """Give fields without a name of their own one that can be translated.

    A foreign key is called as the records that it points to. Django would make the name from the
    attribute, in English. Migrations do not see it: they are made from what was given.
    """
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_fields:
            if getattr(field, "_verbose_name", "") is not None:
                continue
            if isinstance(field, ForeignKey):
                field.verbose_name = field.related_model._meta.verbose_name or ""
            else:
                field.verbose_name = gettext_lazy(str(field.verbose_name))
