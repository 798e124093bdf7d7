"""The book of record: who, where, and on whose behalf."""

from registry.models.accounts import User
from registry.models.consents import Consent
from registry.models.functioning import Functioning
from registry.models.guessing import GuessCount, SpentCode
from registry.models.organisations import Affiliation, Organisation, Position, Project, ProjectLink
from registry.models.people import PairDecision, Person
from registry.models.places import Place, PlaceAlias, chain_of
from registry.models.quarters import QuarterFigures

__all__ = [
    "Affiliation",
    "Consent",
    "Functioning",
    "GuessCount",
    "Organisation",
    "PairDecision",
    "Person",
    "Place",
    "PlaceAlias",
    "Position",
    "Project",
    "ProjectLink",
    "QuarterFigures",
    "SpentCode",
    "User",
    "chain_of",
]
