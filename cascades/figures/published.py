"""Between which numbers the truth lies when several iterations were published and not recorded.

What somebody published about each iteration does not say who was in two of them. So of people
and places only bounds are known: at least as many as in the largest iteration, and at most all
iterations added up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Count
from django.utils.translation import gettext as _

from cascades.models import PublishedFigure
from registry.models import Place

Measure = PublishedFigure.Measure
# What can be in several iterations and is one thing all the same.
BOUNDED = (
    Measure.PARTICIPANTS,
    Measure.TRAINERS,
    Measure.PROVINCES,
    Measure.DISTRICTS,
    Measure.COMMUNES,
)
LEVELS = {
    Measure.PROVINCES: Place.Level.PROVINCE,
    Measure.DISTRICTS: Place.Level.DISTRICT,
    Measure.COMMUNES: Place.Level.COMMUNE,
}


@dataclass(frozen=True)
class Bounds:
    """A measure over the iterations that published it.

    `official` is how many such places there are, where that is less than the sum.
    """

    measure: Measure
    at_least: Decimal
    at_most: Decimal
    iterations: int
    sources_differ: bool
    official: int | None = None

    @property
    def why(self) -> str:
        """Where both numbers come from."""
        reasons = [
            _("At least as many as in the largest iteration: all others may have been in it."),
            _("At most as many as there are of them on the official list.")
            if self.official is not None
            else _("At most all iterations together: none may have been in two of them."),
            _("Where sources differ, the lowest counts for the one and the highest for the other.")
            if self.sources_differ
            else "",
        ]
        return " ".join(filter(None, reasons))


def bounds_of(published: Iterable[PublishedFigure]) -> list[Bounds]:
    """The bounds of each measure that at least two iterations published."""
    found: dict[str, dict[UUID, list[Decimal]]] = defaultdict(lambda: defaultdict(list))
    for figure in published:
        found[figure.measure][figure.iteration_id].append(figure.value)
    wanted = {measure: found[measure] for measure in BOUNDED if len(found[measure]) > 1}
    official = _official() if wanted.keys() & LEVELS.keys() else {}
    return [
        _bounds(measure, list(values.values()), official.get(measure))
        for measure, values in wanted.items()
    ]


def _official() -> dict[Measure, int]:
    counted = Place.objects.order_by().values("level").annotate(n=Count("pk"))
    places = dict(counted.values_list("level", "n"))
    return {measure: places[level] for measure, level in LEVELS.items() if places.get(level)}


def _bounds(measure: Measure, values: Sequence[Sequence[Decimal]], official: int | None) -> Bounds:
    at_most = sum(map(max, values), Decimal(0))
    at_least = max(map(min, values))
    is_capped = official is not None and at_least <= official < at_most
    return Bounds(
        measure=measure,
        at_least=at_least,
        at_most=Decimal(official) if is_capped and official is not None else at_most,
        iterations=len(values),
        sources_differ=any(min(each) < max(each) for each in values),
        official=official if is_capped else None,
    )
