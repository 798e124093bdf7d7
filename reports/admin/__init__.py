"""The pages of indicators in the administration."""

from reports.admin import indicators, letters, photos, targets

__all__ = ["indicators", "letters", "photos", "targets"]
