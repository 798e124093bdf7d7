"""What a cascade report says: one set of figures for the PDF, counted once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cascades.figures.coverage.covered_places import Coverage, CoveredArea, coverage_of
from cascades.figures.coverage.gaps import Links, links_of
from cascades.figures.curricula import VersionLine, versions_of
from cascades.figures.funnel.steps import FunnelStep, funnel_of
from cascades.figures.page.tables import Column, Section, columns_of_tiers, sections_of
from cascades.figures.people.by_sex_and_age import Beside, beside, table_of
from cascades.figures.plan.growth import Planned, planned_in
from cascades.figures.published import Bounds, bounds_of
from cascades.figures.quality.data_quality import Finding, findings_of
from cascades.figures.reach.people_reached import Reach, reach_of
from cascades.figures.scope import Scope
from cascades.models import PublishedFigure, Tier
from registry.models import Place


@dataclass(frozen=True)
class Report:
    """The figures of a scope as they stood on its day. It names no person."""

    scope: Scope
    reach: Reach
    plan: Sequence[tuple[Tier, Planned]]
    columns: Sequence[Column]
    sections: Sequence[Section]
    funnel: Sequence[FunnelStep]
    coverage: Coverage
    provinces: Sequence[CoveredArea]
    gaps: Links
    versions: Sequence[VersionLine]
    published: Sequence[PublishedFigure]
    bounds: Sequence[Bounds]
    people: Beside
    findings: Sequence[Finding]


def report_of(scope: Scope) -> Report:
    """Count everything that the report of a programme, an iteration or a tier says."""
    planned = planned_in(scope)
    tiers = Tier.objects.select_related("iteration").in_bulk([line.tier for line in planned])
    columns = columns_of_tiers(scope)
    coverage = coverage_of(scope)
    published = PublishedFigure.objects.filter(iteration__programme=scope.programme)
    if scope.iteration:
        published = published.filter(iteration=scope.iteration)
    published = published.select_related("iteration").order_by(
        "iteration__number", "measure", "value"
    )
    shown = [] if scope.tier_number else list(published)
    return Report(
        scope=scope,
        reach=reach_of(scope),
        plan=[(tiers[line.tier], line) for line in planned],
        columns=columns,
        sections=sections_of(scope, columns),
        funnel=funnel_of(scope),
        coverage=coverage,
        provinces=coverage.parts(Place.Level.PROVINCE),
        gaps=links_of(scope),
        versions=versions_of(scope.programme.curriculum),
        published=shown,
        bounds=bounds_of(shown),
        people=beside(table_of(scope)),
        findings=findings_of(scope.programme, as_of=scope.as_of, iteration=scope.iteration),
    )
