"""Coverage and the gap list as spreadsheets: the same figures as the pages. They name nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from cascades.figures.coverage.covered_places import NOT_COUNTED, Coverage, above
from cascades.figures.coverage.gaps import Link, Links
from cascades.figures.scope import Scope
from cascades.figures.sections import DISTINCT
from khmer.dates import format_date
from paper.sheets import Cell, Column, Kind, Sheet
from registry.models import Place


def coverage_sheet(coverage: Coverage, language: str) -> Sheet:
    """Every unit with its people, and whether it is covered."""

    def rows() -> Iterator[list[Cell]]:
        for unit in coverage.units:
            covered = _("yes") if unit.people >= coverage.least else _("no")
            yield [*_place(unit.place), unit.people, covered]

    columns = [
        *_place_columns(),
        Column(_("People who completed"), Kind.WHOLE),
        Column(_("Covered")),
    ]
    notes = [
        _("Covered: %(part)s of %(whole)s, from %(least)s people on.")
        % {
            "part": f"{len(coverage.covered):,}",
            "whole": f"{coverage.whole:,}",
            "least": coverage.least,
        },
        *[
            f"{NOT_COUNTED[why]}: "
            + _("%(part)s of %(whole)s people, not counted here")
            % {"part": f"{people:,}", "whole": f"{coverage.people:,}"}
            for why, people in coverage.not_counted.items()
        ],
        *_about(coverage.scope, language),
    ]
    return Sheet(_("Coverage"), columns, rows(), notes)


def gap_sheet(links: Links, gaps: Sequence[Link], language: str) -> Sheet:
    """Every gap with its first broken link and what is there."""

    def rows() -> Iterator[list[Cell]]:
        for gap in gaps:
            yield [
                *_place(gap.place),
                gap.state.label,
                gap.people,
                gap.trainers,
                gap.active,
                gap.trainers_here,
                gap.planned,
                gap.delivered,
                gap.left or None,
            ]

    counted = [
        _("People who completed"),
        _("Trainers in the province"),
        _("… active now"),
        _("Trainers who live here"),
        _("Deliveries planned or open"),
        _("Deliveries held"),
        _("Trained people who left, as far as known"),
    ]
    columns = [
        *_place_columns(),
        Column(_("First broken link"), width=44),
        *[Column(head, Kind.WHOLE) for head in counted],
    ]
    notes = [
        _("%(part)s of %(whole)s places are not covered.")
        % {"part": f"{len(links.gaps):,}", "whole": f"{len(links.units):,}"},
        *_about(links.scope, language),
    ]
    return Sheet(_("Gap list"), columns, rows(), notes)


def _place_columns() -> list[Column]:
    return [
        Column(_("Code"), width=10),
        Column(_("Province"), width=22),
        Column(_("District"), width=22),
        Column(_("Commune"), width=22),
        Column(_("Village"), width=22),
    ]


def _place(place: Place) -> list[Cell]:
    """Its code and its names, from the province down; empty below its level."""
    names = [above(place, level) for level in Place.Level]
    return [place.code, *[found.name if found else None for found in names]]


def _about(scope: Scope, language: str) -> list[str]:
    """What the rows are of: the programme, its part, the day, and the mode of counting."""
    iteration = scope.iteration.name if scope.iteration else _("All iterations")
    tier = _("Tier %(number)s") % {"number": scope.tier_number} if scope.tier_number else ""
    place = scope.place.chain if scope.place else ""
    about = [scope.programme.name, iteration, tier, place]
    return [
        " · ".join(filter(None, about)),
        _("as of %(day)s") % {"day": format_date(scope.as_of, language)},
        str(DISTINCT),
        _("Place names: Ministry of Economy and Finance of Cambodia, open data, 2025."),
    ]
