"""Trainings in Django's admin, for administrators."""

from trainings.admin import curricula, facts, outcomes, trainings

__all__ = ["curricula", "facts", "outcomes", "trainings"]
