"""Trainings in Django's admin, for administrators."""

from django.utils.translation import gettext_lazy as _

from registry import constraints
from trainings.admin import curricula, facts, outcomes, trainings

constraints.TRIGGERS["training_is_open"] = _(
    "This training is closed or was cancelled. Open it again to change it."
)

__all__ = ["curricula", "facts", "outcomes", "trainings"]
