"""Indicators of projects, their definitions and targets; and the reports that donors get."""

from reports.models.definitions import WHOLE, Definition, Within
from reports.models.donor_forms import DonorForm, FormSection, SectionKind
from reports.models.donor_reports import Comment, Narrative, Report, ReportLine, Status, Step
from reports.models.frozen import (
    Basis,
    FrozenCell,
    FrozenLine,
    FrozenReport,
    FrozenRow,
    FrozenSection,
    Presence,
)
from reports.models.indicators import Calendar, Indicator, IndicatorVersion
from reports.models.letters import Letter
from reports.models.photos import FrozenPhoto, ReportPhoto
from reports.models.restatements import Cause, Difference, FrozenChange
from reports.models.targets import Target
from reports.models.word_templates import WordTemplate

__all__ = [
    "WHOLE",
    "Basis",
    "Calendar",
    "Cause",
    "Comment",
    "Definition",
    "Difference",
    "DonorForm",
    "FormSection",
    "FrozenCell",
    "FrozenChange",
    "FrozenLine",
    "FrozenPhoto",
    "FrozenReport",
    "FrozenRow",
    "FrozenSection",
    "Indicator",
    "IndicatorVersion",
    "Letter",
    "Narrative",
    "Presence",
    "Report",
    "ReportLine",
    "ReportPhoto",
    "SectionKind",
    "Status",
    "Step",
    "Target",
    "Within",
    "WordTemplate",
]
