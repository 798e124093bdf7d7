"""The figures of a training as drawings, the same on screen and on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.template.defaultfilters import floatformat
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from paper import charts
from registry.models.people import Sex
from trainings.figures.breakdowns import Breakdown, SessionFigures
from trainings.figures.counting import BySex
from trainings.figures.gains import Gain
from trainings.figures.report import Report


@dataclass(frozen=True)
class Charts:
    """The drawings of a training; None where there is nothing to draw."""

    ages: SafeString | None
    sessions: SafeString | None
    tests: SafeString | None


def charts_of(report: Report, *, for_paper: bool = False) -> Charts:
    """Draw a training's figures."""
    ages = next(b for b in report.breakdowns if b.by == "age")
    return Charts(
        ages=_ages(ages, for_paper=for_paper),
        sessions=_sessions(report.sessions, for_paper=for_paper),
        tests=_tests(report.gain, for_paper=for_paper),
    )


def _parts(counts: BySex) -> tuple[int, ...]:
    return (counts.female, counts.male, counts.other + counts.not_stated)


def _ages(breakdown: Breakdown, *, for_paper: bool) -> SafeString | None:
    """Everyone by age band and sex, head counts included: they are participations, not people."""
    if not breakdown.total.everyone.total:
        return None
    return charts.stacked_bars(
        "ages",
        breakdown.title,
        [
            charts.StackedBar(line.label, _parts(line.everyone), line.everyone.total)
            for line in breakdown.lines
            if line.everyone.total
        ],
        series=[str(Sex.FEMALE.label), str(Sex.MALE.label), _("Other or not stated")],
        unit=_("people"),
        for_paper=for_paper,
    )


def _sessions(sessions: Sequence[SessionFigures], *, for_paper: bool) -> SafeString | None:
    recorded = [session for session in sessions if session.is_recorded]
    if not recorded:
        return None
    return charts.columns(
        "sessions",
        _("Present in each session, of those listed"),
        [
            charts.Share(str(figures.session), figures.there.total, figures.expected)
            for figures in recorded
        ],
        unit=_("people"),
        for_paper=for_paper,
    )


def _tests(gain: Gain, *, for_paper: bool) -> SafeString | None:
    if not gain.matched or gain.mean_before is None or gain.mean_after is None:
        return None
    return charts.bars(
        "tests",
        _("Mean points before and after, of those who sat both tests"),
        [
            charts.Bar(_("Before"), gain.mean_before),
            charts.Bar(_("After"), gain.mean_after),
        ],
        # As in the text beside it.
        show=lambda mean: f"{floatformat(mean, '-1')} {_('points')}",
        for_paper=for_paper,
    )
