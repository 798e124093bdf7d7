"""The tables of a report beside its indicators, drawn as they may go outside.

Trainings, groups and cascades are those of the funder's own page (`registry.figures.quarters`), as
of the last quarter that was over by the end of the report: counted together for all projects that
share a record, without small numbers, and never counted twice in two ways. They are counted once. A
report that is opened again or restated later has them as they were known then, and says so; what
was recorded since is in the figures of the next quarter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from core.figures.drawn import Drawn, Value
from paper.templatetags.paper import day, days
from registry.figures.quarters import SOURCES, kept_figures, last_quarter, quarter_end
from reports.figures.cause_words import in_words
from reports.figures.donor_years import calendar_of, period_of
from reports.figures.kept_tables import to_json
from reports.figures.periods import Period
from reports.models import FrozenChange, Report, SectionKind
from trainings.models import ChangeFound, Enrolment, Training

# The source of the funder's page that draws a section.
DRAWN_BY = {
    SectionKind.TRAININGS: "trainings",
    SectionKind.GROUPS: "groups",
    SectionKind.CASCADE: "cascades",
    SectionKind.EVALUATION: "evaluations",
    SectionKind.FOLLOW_UP: "follow-ups",
}


def tables_of(report: Report, kind: str) -> list[dict[str, Any]]:
    """The tables of a section in the language of the page; most kinds have none."""
    wanted = SectionKind(kind)
    if wanted in DRAWN_BY:
        drawn = _of_source(report, DRAWN_BY[wanted])
    else:
        drawn = [DRAWERS[wanted](report)] if wanted in DRAWERS else []
    return [to_json(each) for each in drawn if each.rows]


def _of_source(report: Report, name: str) -> list[Drawn]:
    as_of = min(quarter_end(report.until + timedelta(days=1)), last_quarter())
    kept = kept_figures(report.project, as_of)
    about = {"day": day(as_of), "made": day(kept.made_on)}
    note = _("As of %(day)s, from the start of the project, as recorded by %(made)s.") % about
    return [
        Drawn(each.title, each.head, each.rows, [*each.notes, note], each.has_total)
        for source in SOURCES
        if source.name == name
        for each in source.draw(kept)
    ]


def _days(report: Report) -> Period:
    """Those of the period on which the project went on, as for its indicators."""
    own = period_of(report)
    return calendar_of(report.form).within_project(own) or own


def _activities(report: Report) -> Drawn:
    """The trainings of the period, without numbers.

    A title is shown where enough people are on the list, as on the funder's page: it would tell
    something about the few of another one.
    """
    learners = Q(enrolments__role=Enrolment.Role.LEARNER, enrolments__person__isnull=False)
    period = _days(report)
    found: Any = (
        Training.objects.filter(
            project_links__project=report.project_id,
            starts_on__lte=period.until,
            ends_on__gte=period.since,
        )
        .annotate(people=Count("enrolments", filter=learners, distinct=True))
        .order_by("starts_on", "pk")
    )
    rows: list[list[Value]] = [
        [
            each.title if each.people >= report.form.threshold else each.neutral_title,
            days(each.starts_on, each.ends_on),
            each.get_status_display(),
        ]
        for each in found
    ]
    head = [_("Activity"), _("Days"), _("State")]
    return Drawn(_("Activities of the period"), head, rows, has_total=False)


def _changes(report: Report) -> Drawn:
    """The changes found in the period whose text somebody released."""
    period = _days(report)
    found = ChangeFound.objects.released().filter(
        training__project_links__project=report.project_id,
        training__is_sensitive=False,
        observed_on__range=(period.since, period.until),
    )
    rows: list[list[Value]] = [
        [each.statement, each.observed_on] for each in found.order_by("observed_on", "pk")
    ]
    head = [_("Change found"), _("Observed on")]
    return Drawn(_("Changes found"), head, rows, has_total=False)


def _restatements(report: Report) -> Drawn:
    """What earlier restatements to the same donor said, until the end of this report."""
    found = FrozenChange.objects.filter(
        cell__line__frozen__report__form=report.form_id,
        cell__line__frozen__report__until__lte=report.until,
        cell__key=[],
        is_hidden=False,
    ).select_related("cell__line__frozen")
    rows: list[list[Value]] = [
        [
            days(each.cell.since, each.cell.until),
            each.cell.line.name,
            in_words(each.was, each.now, each.causes),
        ]
        for each in found.order_by("cell__line__frozen__frozen_at", "pk")
    ]
    head = [_("Period"), _("Indicator"), _("What changed")]
    return Drawn(_("Figures that were restated"), head, rows, has_total=False)


def _thread(report: Report) -> Drawn:
    """What the donor and the organisation said to each other; not where anybody may read it."""
    said = report.comments.filter(is_internal=False).select_related("created_by__organisation")
    rows: list[list[Value]] = [
        [
            str(each.created_by.organisation or "") if each.created_by else "",
            each.created_at.date(),
            each.text,
        ]
        for each in (said if not report.is_public else said.none())
    ]
    head = [_("Who"), _("Day"), _("Comment")]
    return Drawn(_("Comments and answers"), head, rows, has_total=False)


DRAWERS: Mapping[SectionKind, Callable[[Report], Drawn]] = {
    SectionKind.ACTIVITIES: _activities,
    SectionKind.CHANGES: _changes,
    SectionKind.RESTATEMENTS: _restatements,
    SectionKind.THREAD: _thread,
}
