"""The pages of indicators in the administration."""

from reports.admin import indicators, targets

__all__ = ["indicators", "targets"]
