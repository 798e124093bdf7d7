"""Figures that somebody published about an iteration, each with its source."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cascades.models.programmes import Iteration
from core.models.base import tracked
from registry.models.owned import OwnedRecord


@tracked
class PublishedFigure(OwnedRecord):
    """One number as a source states it. Sources that disagree stand side by side."""

    class Measure(models.TextChoices):
        PARTICIPANTS = "participants", _("Participants")
        TRAINERS = "trainers", _("Trainers")
        PROVINCES = "provinces", _("Provinces")
        DISTRICTS = "districts", _("Districts")
        COMMUNES = "communes", _("Communes")
        SHARE_OF_ELIGIBLE = "share of eligible", _("Percent of those eligible")
        HOUSEHOLDS = "households", _("Households that bought a toilet")
        COVERAGE_POINTS = "coverage points", _("Growth of sanitation coverage, in points")
        UPTAKE_ABOVE_OTHERS = "uptake above others", _("Uptake above other areas, in percent")
        SALES_GROWTH = "sales growth", _("Growth of toilet sales, in percent")
        COST_PER_TOILET = "cost per toilet", _("Cost of a toilet sold, in US dollars")
        CYCLES = "cycles", _("Cycles of 90 days")
        OTHER = "other", _("Other")

    iteration = models.ForeignKey(
        Iteration, models.CASCADE, related_name="published", verbose_name=_("iteration")
    )
    measure = models.CharField(_("what is counted"), max_length=25, choices=Measure.choices)
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=2)
    published_on = models.DateField(_("published on"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300)
    notes = models.CharField(_("notes"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("published figure")
        verbose_name_plural = _("published figures")
        ordering = ["iteration", "measure", "value"]
        constraints = [
            models.CheckConstraint(
                name="published_figure_has_a_source",
                condition=~Q(source=""),
                violation_error_message=_("Say who published it."),
            ),
            models.UniqueConstraint(
                fields=["iteration", "measure", "value", "source"],
                name="published_figure_once",
                violation_error_message=_("This figure is recorded already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_measure_display()}: {self.value.normalize():f}"
