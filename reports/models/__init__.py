"""Indicators of projects: their definitions, and their targets."""

from reports.models.definitions import Definition
from reports.models.indicators import Calendar, Indicator, IndicatorVersion
from reports.models.targets import Target

__all__ = ["Calendar", "Definition", "Indicator", "IndicatorVersion", "Target"]
