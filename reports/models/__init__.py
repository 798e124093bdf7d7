"""Indicators of projects: their definitions, and their targets."""

from reports.models.definitions import WHOLE, Definition, Within
from reports.models.indicators import Calendar, Indicator, IndicatorVersion
from reports.models.targets import Target

__all__ = [
    "WHOLE",
    "Calendar",
    "Definition",
    "Indicator",
    "IndicatorVersion",
    "Target",
    "Within",
]
