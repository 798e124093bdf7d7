"""The app that prints."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaperConfig(AppConfig):
    name = "paper"
    verbose_name = _("Paper")
    default_auto_field = "django.db.models.BigAutoField"
