"""The cascade report for donors and ministries: all figures and charts, and no names."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cascades.charts import flow_charts, funnel_chart, lag_chart, tiers_shown
from cascades.coverage_charts import province_tiles, reasons
from cascades.figures.report import report_of
from cascades.figures.scope import Scope
from cascades.models import Iteration, Programme, Tier
from registry.documents import Paper, printable
from registry.models import User


def _programmes(user: User) -> QuerySet[Programme]:
    return Programme.objects.visible_to(user).select_related("owner", "curriculum")


def _iterations(user: User) -> QuerySet[Iteration]:
    return Iteration.objects.visible_to(user).select_related(
        "owner", "programme__owner", "programme__curriculum"
    )


def _tiers(user: User) -> QuerySet[Tier]:
    return Tier.objects.visible_to(user).select_related(
        "owner", "iteration__programme__owner", "iteration__programme__curriculum"
    )


@printable("cascades.report", gettext_lazy("Cascade report, all iterations"), of=_programmes)
def report(programme: Programme) -> Paper:
    """All iterations of a programme."""
    return _report(Scope(programme, timezone.localdate()))


@printable(
    "cascades.report-of-iteration", gettext_lazy("Cascade report of an iteration"), of=_iterations
)
def report_of_iteration(iteration: Iteration) -> Paper:
    """One iteration."""
    return _report(Scope(iteration.programme, timezone.localdate(), iteration))


@printable("cascades.report-of-tier", gettext_lazy("Cascade report of a tier"), of=_tiers)
def report_of_tier(tier: Tier) -> Paper:
    """One tier of one iteration."""
    iteration = tier.iteration
    return _report(
        Scope(iteration.programme, timezone.localdate(), iteration, tier_number=tier.number),
        tier,
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
            "funnel": funnel_chart(found.funnel, for_paper=True),
            "flows": flow_charts(scope, tiers, for_paper=True),
            "lag": lag_chart(scope, for_paper=True),
            "tiles": province_tiles(found.coverage, for_paper=True),
            "reasons": reasons(found.gaps, for_paper=True) if found.gaps.gaps else None,
            "counted_at": timezone.localtime(),
        },
        title=_("Cascade report"),
    )
