"""How faithfully deliveries followed the curriculum, as observers saw it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cascades.figures.listing import deliveries
from cascades.figures.scope import HELD, Scope
from cascades.figures.sections import QUALITY
from core.figures.definitions import Behind, Unit, figure, once_a_scope
from core.figures.outcomes import Outcome, mean, rounded, share
from core.queries import query

# From so many observed deliveries on, and so large a share of all, a figure is published.
LEAST_OBSERVED, LEAST_COVERAGE = 5, Decimal("0.3")

# An item that did not apply has no score and leaves both sums. Several observations of one
# delivery count as their mean.
OBSERVED = query(
    """
    WITH observation AS (
        SELECT o.delivery_id, sum(i.weight * s.score) / sum(i.weight) AS fidelity
        FROM cascades_observation o
        JOIN cascades_observationscore s ON s.observation_id = o.id AND s.score IS NOT NULL
        JOIN cascades_checklistitem i ON i.id = s.item_id
        WHERE o.observed_on <= %(as_of)s
        GROUP BY o.id
    )
    SELECT held.id, avg(observation.fidelity) * 100
    FROM held LEFT JOIN observation ON observation.delivery_id = held.id
    GROUP BY held.id, held.starts_on ORDER BY held.starts_on, held.id
    """,
    HELD,
)


@dataclass(frozen=True)
class Fidelity:
    """Of each delivery the percent of the checklist that was seen; None without an observation."""

    of_delivery: dict[UUID, Decimal | None]

    @property
    def seen(self) -> list[Decimal]:
        return [value for value in self.of_delivery.values() if value is not None]

    @property
    def mean(self) -> Decimal | None:
        """Over the observed deliveries, each alike; to one decimal place."""
        return mean(self.seen, places=1)

    @property
    def is_enough(self) -> bool:
        """Whether so much was observed that the mean says something of all."""
        seen = len(self.seen)
        return seen >= LEAST_OBSERVED and seen >= LEAST_COVERAGE * len(self.of_delivery)


@once_a_scope
def fidelity_of(scope: Scope) -> Fidelity:
    """What was observed in the deliveries of a scope that have begun."""
    return Fidelity(dict(scope.rows(OBSERVED)))


def _observed(scope: Scope) -> list[Behind]:
    found = fidelity_of(scope).of_delivery.items()
    return deliveries([(pk, value is not None, value) for pk, value in found], _percent)


def _percent(value: Decimal | None) -> str:
    if value is None:
        return _("not observed")
    return _("%(number)s percent of the checklist") % {"number": rounded(value, 1)}


@figure(
    QUALITY,
    gettext_lazy("Followed the curriculum"),
    Unit.PERCENT,
    definition=gettext_lazy(
        "Of a delivery: weight times score of the items on the checklist, by the weight of those "
        "that applied. Of many: the mean of the observed deliveries, stated from five of them and "
        "30 percent of all on."
    ),
    behind=_observed,
    in_words=gettext_lazy("mean of %(part)s observed of %(whole)s deliveries"),
)
def fidelity(scope: Scope) -> Outcome:
    found = fidelity_of(scope)
    seen, held = len(found.seen), len(found.of_delivery)
    if not found.is_enough:
        remark = _("Too few deliveries were observed to say it of all of them.") if seen else ""
        return Outcome(None, seen, held, remark)
    return Outcome(found.mean, seen, held)


@figure(
    QUALITY,
    gettext_lazy("Deliveries observed"),
    Unit.PERCENT,
    definition=gettext_lazy("Deliveries with an observation, of all that have begun."),
    behind=_observed,
)
def observation_coverage(scope: Scope) -> Outcome:
    found = fidelity_of(scope)
    return share(len(found.seen), len(found.of_delivery))
