from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CascadesConfig(AppConfig):
    name = "cascades"
    verbose_name = _("Cascades")

    def ready(self) -> None:
        # Imported for what they register: what the database refuses, and how two
        # entries of one person are joined; and what can be counted.
        from cascades import joining, refusals  # noqa: F401
        from cascades.figures import every  # noqa: F401
