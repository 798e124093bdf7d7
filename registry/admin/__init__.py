"""The registry in Django's admin, for administrators."""

from registry.admin import accounts, organisations, people, places

__all__ = ["accounts", "organisations", "people", "places"]
