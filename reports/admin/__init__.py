"""The pages of indicators in the administration."""

from reports.admin import indicators, letters, targets

__all__ = ["indicators", "letters", "targets"]
