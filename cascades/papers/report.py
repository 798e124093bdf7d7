"""The cascade report for donors and ministries: all figures and charts, and no names."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cascades.figures.demonstration import holds_demo_data
from cascades.figures.page.report import report_of
from cascades.figures.scope import Scope
from cascades.forms.papers import ReportForm
from cascades.models import Iteration, Programme, Tier
from cascades.papers.charts import flow_charts, funnel_chart, lag_chart, tiers_shown
from cascades.papers.coverage_charts import province_tiles, reasons
from core.papers import Paper, printable
from registry.models import Place, User


def programmes(user: User) -> QuerySet[Programme]:
    return Programme.objects.visible_to(user).select_related("owner", "curriculum")


def iterations(user: User) -> QuerySet[Iteration]:
    return Iteration.objects.visible_to(user).select_related(
        "owner", "programme__owner", "programme__curriculum"
    )


def _tiers(user: User) -> QuerySet[Tier]:
    return Tier.objects.visible_to(user).select_related(
        "owner", "iteration__programme__owner", "iteration__programme__curriculum"
    )


@printable(
    "cascades.report",
    gettext_lazy("Cascade report, all iterations"),
    of=programmes,
    form=ReportForm,
)
def report(programme: Programme, *, place: Place | None, as_of: date | None) -> Paper:
    """All iterations of a programme, in a place and as of a day if those were chosen."""
    return _report(Scope(programme, as_of or timezone.localdate(), place=place))


@printable(
    "cascades.report-of-iteration",
    gettext_lazy("Cascade report of an iteration"),
    of=iterations,
    form=ReportForm,
)
def report_of_iteration(iteration: Iteration, *, place: Place | None, as_of: date | None) -> Paper:
    """One iteration."""
    day = as_of or timezone.localdate()
    return _report(Scope(iteration.programme, day, iteration, place=place))


@printable(
    "cascades.report-of-tier",
    gettext_lazy("Cascade report of a tier"),
    of=_tiers,
    form=ReportForm,
)
def report_of_tier(tier: Tier, *, place: Place | None, as_of: date | None) -> Paper:
    """One tier of one iteration."""
    day = as_of or timezone.localdate()
    iteration = tier.iteration
    return _report(
        Scope(iteration.programme, day, iteration, tier_number=tier.number, place=place), tier
    )


def _report(scope: Scope, tier: Tier | None = None) -> Paper:
    found, tiers = report_of(scope), tiers_shown(scope)
    return Paper(
        template="cascades/paper/report.html",
        context={
            "programme": scope.programme,
            "scope": scope,
            "tier": tier,
            "report": found,
            "holds_demo_data": holds_demo_data(scope),
            "funnel": funnel_chart(found.funnel, for_paper=True),
            "flows": flow_charts(scope, tiers, for_paper=True),
            "lag": lag_chart(scope, for_paper=True),
            "tiles": province_tiles(found.coverage, for_paper=True),
            "reasons": reasons(found.gaps, for_paper=True) if found.gaps.gaps else None,
            "counted_at": timezone.localtime(),
        },
        title=_("Cascade report"),
    )
