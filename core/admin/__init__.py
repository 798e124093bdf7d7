"""The administration's pages, the same for every model."""

from core.admin import logs

__all__ = ["logs"]
