"""The registry in Django's admin, for administrators."""

from registry.admin import accounts, consents, organisations, people, places

__all__ = ["accounts", "consents", "organisations", "people", "places"]
