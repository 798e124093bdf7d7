"""Coverage, gaps and projections as drawings, the same on screen and on paper."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cascades.figures.coverage.covered_places import Coverage
from cascades.figures.coverage.gaps import Links
from cascades.figures.plan.projection import Projection
from core.figures.outcomes import rounded
from paper import charts
from paper.templatetags.paper import day, digits
from registry.models import Place

# More rounds would be a line without news.
MOST_DRAWN = 24


def unit_words(level: int) -> str:
    """What is counted, in words."""
    return {
        Place.Level.PROVINCE: _("provinces"),
        Place.Level.DISTRICT: _("districts"),
        Place.Level.COMMUNE: _("communes"),
        Place.Level.VILLAGE: _("villages"),
    }[Place.Level(level)]


def province_tiles(
    coverage: Coverage, *, link: Callable[[Place], str] | None = None, for_paper: bool = False
) -> SafeString:
    """The provinces as tiles, each with its covered units of all."""
    return charts.tile_grid(
        "coverage",
        _("Covered %(units)s of all, by province") % {"units": unit_words(coverage.level)},
        [
            charts.Tile(
                part.place.code,
                part.place.name,
                part.covered,
                part.whole,
                href=link(part.place) if link else "",
            )
            for part in coverage.parts(Place.Level.PROVINCE)
        ],
        unit=unit_words(coverage.level),
        for_paper=for_paper,
    )


def reasons(links: Links, *, for_paper: bool = False) -> SafeString:
    """How many gaps each first broken link has, of all gaps."""
    return charts.bars(
        "reasons",
        _("Places that are not covered, by the first broken link"),
        [charts.Bar(reason.label, count) for reason, count in links.by_reason.items()],
        show=lambda count: (
            _("%(part)s of %(whole)s") % {"part": f"{count:,}", "whole": f"{len(links.gaps):,}"}
        ),
        for_paper=for_paper,
    )


def forecast(projection: Projection, *, for_paper: bool = False) -> SafeString:
    """What is reached from round to round, with the band and the goal."""
    goal = projection.goal
    return charts.banded_trend(
        "forecast",
        _("Reached by the end of each round"),
        [
            charts.Forecast(
                line.round.number,
                digits(day(line.on)),
                value := _whole(line.round.reached),
                min(_whole(line.band.low), value),
                max(_whole(line.band.high), value),
            )
            for line in projection.lines[: rounds_shown(projection) + 1]
        ],
        show=lambda value: f"{value:,}",
        target=charts.Target(_("Goal"), _whole(goal.wanted)),
        for_paper=for_paper,
    )


def _whole(number: float) -> int:
    """As the table beside the drawing rounds."""
    return int(rounded(Fraction(number), 0))


def rounds_shown(projection: Projection) -> int:
    """As many rounds as it takes to see the day and the goal, and a few at the least."""
    needed = max(projection.in_time, projection.after or 0, projection.late or 0, 4)
    return min(needed, MOST_DRAWN)
