"""Figures of large programmes, counted beforehand; each says when."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cascades.models.programmes import Iteration, Programme
from khmer.dates import short_date
from registry.models import Person


class Snapshot(models.Model):
    """What the figures of a programme, or of one iteration, were when they were counted.

    `seen` is what the database had committed then, as PostgreSQL writes it; whatever was changed
    later than that makes the figures old. Without it they are old from the start.
    """

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="snapshots")
    iteration = models.ForeignKey(Iteration, models.CASCADE, null=True, related_name="snapshots")
    as_of = models.DateField(_("as of"))
    taken_at = models.DateTimeField(_("counted at"))
    seen = models.TextField(null=True, editable=False)
    figures = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("snapshot")
        verbose_name_plural = _("snapshots")
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "iteration"],
                name="one_snapshot_of_each",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme}, {short_date(self.taken_at)}"


class TrainerReach(models.Model):
    """How many people a trainer reached, in the three modes of counting; see figures.reach."""

    snapshot = models.ForeignKey(Snapshot, models.CASCADE, related_name="trainers")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    deliveries = models.PositiveIntegerField()
    distinct = models.PositiveIntegerField()
    first_reach = models.PositiveIntegerField()
    shared = models.FloatField()

    class Meta:
        verbose_name = _("reach of a trainer")
        verbose_name_plural = _("reach of trainers")
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "person"], name="trainer_reach_once"),
            models.CheckConstraint(
                name="trainer_reach_not_below_zero",
                condition=Q(shared__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.distinct}"
