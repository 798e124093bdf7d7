from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Its models keep the label and the tables of the registry, where they began."""

    name = "core"
