"""Cascades: programmes, their iterations and tiers, deliveries, and who may train."""

from cascades.models.certification import (
    CertificationDecision,
    CertificationRule,
    TeachBack,
)
from cascades.models.deliveries import Delivery, SessionTurn, TypedLink
from cascades.models.observations import Checklist, ChecklistItem, Observation, ObservationScore
from cascades.models.programmes import (
    Iteration,
    IterationPlace,
    IterationProject,
    Programme,
    Tier,
)
from cascades.models.published import PublishedFigure
from cascades.models.snapshots import Snapshot, TrainerReach
from cascades.models.views import Graduate, TrainerTurn

__all__ = [
    "CertificationDecision",
    "CertificationRule",
    "Checklist",
    "ChecklistItem",
    "Delivery",
    "Graduate",
    "Iteration",
    "IterationPlace",
    "IterationProject",
    "Observation",
    "ObservationScore",
    "Programme",
    "PublishedFigure",
    "SessionTurn",
    "Snapshot",
    "TeachBack",
    "Tier",
    "TrainerReach",
    "TrainerTurn",
    "TypedLink",
]
