"""The grade of a group by a scheme: points by band, weighted, with the reason for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from core.figures.definitions import Figure, Words
from core.figures.outcomes import rounded
from savings_groups.figures.facts import Facts
from savings_groups.figures.ratios import FIGURES
from savings_groups.models import Criterion, GradingScheme


@dataclass(frozen=True)
class Graded:
    """One criterion: the figure, the points it got, and of how many."""

    label: Words
    figure: Figure[Facts] | None
    points: float | None
    most: float
    weight: int
    reason: str


@dataclass(frozen=True)
class Grade:
    """The grade of a group. `letter` is "" when none of the figures is known."""

    scheme: GradingScheme
    percent: Decimal | None
    letter: str
    criteria: Sequence[Graded]

    @property
    def known(self) -> int:
        """How many of the criteria could be graded."""
        return sum(1 for each in self.criteria if each.points is not None)


@dataclass(frozen=True)
class Scheme:
    """A scheme with its criteria, fetched once however many groups are graded."""

    scheme: GradingScheme
    criteria: Sequence[Criterion]

    def grade(self, figures: Mapping[str, Figure[Facts]]) -> Grade:
        """Score / most x weight / sum of weights; what is not known is left out."""
        criteria = [
            _graded(criterion, figures.get(criterion.figure)) for criterion in self.criteria
        ]
        known = [each for each in criteria if each.points is not None and each.weight]
        weights = sum(each.weight for each in known)
        if not weights:
            return Grade(self.scheme, None, "", criteria)
        score = sum(
            (Decimal(str(each.points)) / Decimal(str(each.most)) * each.weight for each in known),
            Decimal(0),
        )
        percent = rounded(score * 100 / weights, 1)
        return Grade(self.scheme, percent, self.scheme.letter(percent), criteria)


def scheme_chosen(code: str = "") -> Scheme | None:
    """The scheme with this code, else the default one, else any: two queries."""
    schemes = list(GradingScheme.objects.prefetch_related("criteria"))
    chosen = (
        next((each for each in schemes if each.code == code), None)
        or next((each for each in schemes if each.is_default), None)
        or next(iter(schemes), None)
    )
    return Scheme(chosen, list(chosen.criteria.all())) if chosen else None


def _graded(criterion: Criterion, figure: Figure[Facts] | None) -> Graded:
    definition = FIGURES.get(criterion.figure)
    label = definition.label if definition else criterion.figure
    most = float(max((points for _start, points in criterion.bands), default=0))
    if figure is None or figure.value is None or not most:
        return Graded(label, figure, None, most, criterion.weight, _("Not known, so left out."))
    points = float(criterion.points(float(figure.value)))
    return Graded(label, figure, points, most, criterion.weight, _reason(criterion, points))


def _reason(criterion: Criterion, points: float) -> str:
    """Which band it fell into."""
    start = next((start for start, given in criterion.bands if given == points), None)
    if start is None:
        return ""
    if [start, points] == list(criterion.bands[-1]):
        above = criterion.bands[-2][0] if len(criterion.bands) > 1 else start
        return _("Below %(start)s: %(points)s points.") % {
            "start": f"{above:g}", "points": f"{points:g}",
        }  # fmt: skip
    return _("From %(start)s on: %(points)s points.") % {
        "start": f"{start:g}", "points": f"{points:g}",
    }  # fmt: skip
