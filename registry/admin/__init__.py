"""The registry in Django's admin, for administrators."""

from registry.admin import accounts, logs, organisations, people, places

__all__ = ["accounts", "logs", "organisations", "people", "places"]
