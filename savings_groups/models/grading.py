"""Grading schemes: which figures make a good group, how much each weighs, and its bands."""

from __future__ import annotations

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.languages import in_language_of_page


class GradingScheme(models.Model):
    """A way of grading groups. Administrators edit it; nothing about it is fixed in code."""

    code = models.SlugField(_("code"), unique=True)
    name_km = models.CharField(_("name in Khmer"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100)
    source = models.CharField(_("source"), max_length=300, blank=True)
    is_default = models.BooleanField(_("used unless another is chosen"), default=False)
    # From this share of the possible points on, in percent, as exact as a result is shown.
    grade_a = models.DecimalField(
        _("percent needed for A"), max_digits=4, decimal_places=1, default=85
    )
    a_is_above = models.BooleanField(
        _("A needs more than that"),
        default=False,
        help_text=_("As in “A above 85”: with exactly 85 it is a B."),
    )
    grade_b = models.DecimalField(
        _("percent needed for B"), max_digits=4, decimal_places=1, default=75
    )

    class Meta:
        verbose_name = _("grading scheme")
        verbose_name_plural = _("grading schemes")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="grading_a_above_b",
                condition=models.Q(
                    grade_a__gt=models.F("grade_b"), grade_a__lte=100, grade_b__gte=0
                ),
                violation_error_message=_("A needs more than B, and at most 100 percent."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def letter(self, percent: Decimal) -> str:
        """The letter for a share of the possible points."""
        if percent > self.grade_a or (percent == self.grade_a and not self.a_is_above):
            return "A"
        return "B" if percent >= self.grade_b else "C"

    @property
    def name(self) -> str:
        """The name in the language of the page."""
        return in_language_of_page(km=self.name_km, other=self.name_en)


# More than any amount of money.
MOST = 10**15


class Criterion(models.Model):
    """One figure of a scheme, with its weight and the bands that give points.

    `bands` is a list of [from, points], the highest first: [[90, 10], [60, 5], [0, 0]].
    """

    scheme = models.ForeignKey(GradingScheme, models.CASCADE, related_name="criteria")
    figure = models.CharField(_("figure"), max_length=40)
    weight = models.PositiveSmallIntegerField(_("weight"), default=1)
    bands = models.JSONField(_("bands: from, points"), default=list)

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "figure"], name="criterion_once"),
        ]

    def __str__(self) -> str:
        return self.figure

    def clean(self) -> None:
        """Bands are pairs of numbers, from the highest to the lowest."""
        is_pairs = isinstance(self.bands, list) and all(map(_is_pair, self.bands))
        if not is_pairs or not self.bands or self.bands != sorted(self.bands, reverse=True):
            raise ValidationError(
                {
                    "bands": _(
                        "Write pairs of numbers, the highest first: [[90, 10], [60, 5], [0, 0]]."
                    )
                }
            )

    def points(self, value: float) -> float:
        """The points for a value; the lowest band's below all of them."""
        bands: list[list[float]] = self.bands
        return next((points for start, points in bands if value >= start), bands[-1][1])


def _is_pair(band: object) -> bool:
    """Whether it is a list of two numbers. JSON also holds yes and no, which Python counts with."""
    return isinstance(band, list) and len(band) == 2 and all(map(_is_number, band))


def _is_number(value: object) -> bool:
    """Of a size that figures can have; a whole number of JSON may have thousands of digits."""
    return (
        isinstance(value, (int, float)) and not isinstance(value, bool) and -MOST <= value <= MOST
    )
