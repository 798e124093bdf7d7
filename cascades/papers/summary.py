"""A cascade on one page: what was reached, by whom, how far along, and where it leaks."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cascades.figures.coverage.covered_places import coverage_of
from cascades.figures.demonstration import holds_demo_data
from cascades.figures.page.glance import glance_of
from cascades.figures.people.by_sex_and_age import beside, table_of
from cascades.figures.scope import Scope
from cascades.forms.papers import ReportForm
from cascades.models import Iteration, Programme, Tier
from cascades.papers.charts import funnel_chart
from cascades.papers.coverage_charts import province_tiles, unit_words
from cascades.papers.report import iterations, programmes
from core.papers import Paper, printable
from registry.models import Place

# The groups of people that have a line each.
SHOWN = ("reach", "trainers", "graduates", "activation", "active_now")
# More tiers than one iteration can have do not fit on the page.
MOST_LINES = 6


@printable(
    "cascades.summary",
    gettext_lazy("Summary of the programme on one page"),
    of=programmes,
    form=ReportForm,
)
def summary(programme: Programme, *, place: Place | None, as_of: date | None) -> Paper:
    """All iterations of a programme."""
    return _summary(Scope(programme, as_of or timezone.localdate(), place=place))


@printable(
    "cascades.summary-of-iteration",
    gettext_lazy("Summary of an iteration on one page"),
    of=iterations,
    form=ReportForm,
)
def summary_of_iteration(iteration: Iteration, *, place: Place | None, as_of: date | None) -> Paper:
    """One iteration."""
    day = as_of or timezone.localdate()
    return _summary(Scope(iteration.programme, day, iteration, place=place))


def _summary(scope: Scope) -> Paper:
    glance, coverage = glance_of(scope), coverage_of(scope)
    people = table_of(scope)
    planned = glance.tiers if scope.iteration else []
    tiers = Tier.objects.in_bulk([line.tier for line in planned])
    return Paper(
        template="cascades/paper/summary.html",
        context={
            "programme": scope.programme,
            "scope": scope,
            "holds_demo_data": holds_demo_data(scope),
            "reach": glance.reach,
            "coverage": coverage,
            "units": unit_words(coverage.level),
            "figures": [each for each in glance.shown(scope) if each.name != "coverage"],
            "people": beside({name: people[name] for name in SHOWN}),
            "plan": [(tiers[line.tier], line) for line in planned][:MOST_LINES],
            "is_roomy": len(planned) <= MOST_LINES // 2,
            "funnel": funnel_chart(glance.funnel, for_paper=True),
            "tiles": province_tiles(coverage, for_paper=True),
            "counted_at": timezone.localtime(),
        },
        title=_("Summary of a cascade"),
    )
