"""Trainings in Django's admin, for administrators."""

from trainings.admin import afterwards, curricula, facts, outcomes, trainings

__all__ = ["afterwards", "curricula", "facts", "outcomes", "trainings"]
