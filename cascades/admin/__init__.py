"""Cascades in Django's admin, for administrators."""

from cascades.admin import deliveries, design, qualifying

__all__ = ["deliveries", "design", "qualifying"]
