"""The tables of a report beside its indicators, drawn as they may go outside.

They are those of the funder's own page (`registry.figures.quarters`), as of the last quarter that
was over by the end of the report: counted together for all projects that share a record, without
small numbers, and never counted twice in two ways.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from core.figures.drawn import Drawn
from paper.templatetags.paper import day
from registry.figures.quarters import SOURCES, kept_figures, last_quarter, quarter_end
from reports.figures.kept_tables import to_json
from reports.models import Report, SectionKind

# The source of the funder's page that draws a section.
DRAWN_BY = {
    SectionKind.TRAININGS: "trainings",
    SectionKind.GROUPS: "groups",
    SectionKind.CASCADE: "cascades",
}


def tables_of(report: Report, kind: str) -> list[dict[str, Any]]:
    """The tables of a section in the language of the page; most kinds have none."""
    name = DRAWN_BY.get(SectionKind(kind))
    return [to_json(each) for each in _of_source(report, name)] if name else []


def _of_source(report: Report, name: str) -> list[Drawn]:
    as_of = min(quarter_end(report.until + timedelta(days=1)), last_quarter())
    kept = kept_figures(report.project, as_of)
    note = _("As of %(day)s, from the start of the project.") % {"day": day(as_of)}
    return [
        Drawn(each.title, each.head, each.rows, [*each.notes, note], each.has_total)
        for source in SOURCES
        if source.name == name
        for each in source.draw(kept)
    ]
