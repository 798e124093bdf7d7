"""The figures of a cascade as drawings, the same on screen and on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from cascades.figures.careers import careers_of, is_activated, is_mature, tiers_below
from cascades.figures.funnel.activating import lag_curve
from cascades.figures.funnel.completing import learners_of
from cascades.figures.funnel.steps import FunnelStep
from cascades.figures.page.tables import Column, columns_of_tiers
from cascades.figures.scope import Scope
from cascades.models import Tier
from paper import charts
from paper.templatetags.paper import digits


def funnel_chart(
    steps: Sequence[FunnelStep], *, name: str = "funnel", for_paper: bool = False
) -> SafeString | None:
    """From the list to active trainers; None where nobody is on a list."""
    if not steps or not steps[0].people:
        return None
    return charts.funnel(
        name,
        _("From the list to active trainers"),
        [charts.Stage(str(step.label), step.people, step.not_yet) for step in steps],
        unit=_("people"),
        for_paper=for_paper,
    )


def flow_chart(scope: Scope, tier: Tier, *, for_paper: bool = False) -> SafeString | None:
    """What became of the people of one tier, and where they were lost; None without any.

    Whoever is on a list came or did not, completed or did not, or it is not known yet; of a
    graduate it is asked whether they trained others within the days that the programme gives
    them. The numbers are those of the figures of the tier.
    """
    of_tier = scope.of_tier(tier.number)
    learners = learners_of(of_tier)
    if not learners.listed:
        return None
    absent = learners.known_listed - learners.came
    waiting = learners.listed - learners.known_listed
    missed = learners.judged_came - learners.completed
    unjudged = learners.came - learners.judged_came
    tiers = [
        [charts.Stop("listed", _("On the list"), learners.listed)],
        [
            charts.Stop("came", _("Came at least once"), learners.came),
            charts.Stop("absent", _("never came"), absent, lost=True),
            charts.Stop("expected", _("not yet known"), waiting, lost=True),
        ],
        [
            charts.Stop("completed", _("Completed"), learners.completed),
            charts.Stop("missed", _("did not complete"), missed, lost=True),
            charts.Stop("open", _("not yet known"), unjudged, lost=True),
        ],
    ]
    flows = [charts.Flow("listed", stop.key, stop.value) for stop in tiers[1]]
    flows += [charts.Flow("came", stop.key, stop.value) for stop in tiers[2]]
    after = _after_completing(of_tier, learners.completed)
    if after:
        tiers.append(after)
        flows += [charts.Flow("completed", stop.key, stop.value) for stop in after]
    shown = [[stop for stop in stops if stop.value] for stops in tiers]
    return charts.sankey(
        f"flow-{tier.number}",
        _flow_title(tier),
        shown,
        [flow for flow in flows if flow.value],
        unit=_("people"),
        for_paper=for_paper,
    )


def _after_completing(scope: Scope, completed: int) -> list[charts.Stop]:
    """What graduates did next, as the figure of who became active counts them; nothing where
    nothing is expected of them.
    """
    below = tiers_below(scope)
    if not below.known and not below.not_known:
        return []
    if not below.known:
        return [charts.Stop("unknown", _("what they did next is not known"), completed, lost=True)]
    careers = careers_of(scope)
    mature = [career for career in careers if is_mature(career, scope)]
    in_time = sum(1 for career in mature if is_activated(career, scope))
    idle = sum(1 for career in mature if career.first_on is None)
    later, young = len(mature) - in_time - idle, len(careers) - len(mature)
    # Of the iterations of which nothing is recorded below, as the figures leave them out.
    unknown = max(completed - len(careers), 0)
    return [
        charts.Stop("in time", _("trained others in time"), in_time),
        charts.Stop("later", _("trained others later"), later),
        charts.Stop("idle", _("did not train others"), idle, lost=True),
        charts.Stop("young", _("not yet known"), young, lost=True),
        charts.Stop("unknown", _("what they did next is not known"), unknown, lost=True),
    ]


def flow_charts(
    scope: Scope, tiers: Sequence[Tier], *, for_paper: bool = False
) -> list[tuple[str, SafeString]]:
    """What became of the people of each tier: a caption and a drawing."""
    drawn = [(_flow_title(tier), flow_chart(scope, tier, for_paper=for_paper)) for tier in tiers]
    return [(title, chart) for title, chart in drawn if chart]


@dataclass(frozen=True)
class Drawings:
    """The drawings of the page of figures that follow people one by one."""

    flows: list[tuple[str, SafeString]]
    lag: SafeString | None


def drawings_of(scope: Scope) -> Drawings:
    """Draw what became of the people of a scope, and how soon they trained others."""
    return Drawings(flow_charts(scope, tiers_shown(scope)), lag_chart(scope))


def drawings_as_json(scope: Scope) -> dict[str, Any]:
    """The drawings as a snapshot keeps them."""
    drawn = drawings_of(scope)
    return {"flows": drawn.flows, "lag": drawn.lag}


def drawings_from_json(kept: dict[str, Any]) -> Drawings:
    """Drawings as they were kept. Only `drawings_as_json` writes them, so they are safe."""
    flows = [(title, mark_safe(svg)) for title, svg in kept["flows"]]  # noqa: S308
    return Drawings(flows, mark_safe(kept["lag"]) if kept["lag"] else None)  # noqa: S308


def _flow_title(tier: Tier) -> str:
    return _("What became of the people of tier %(number)s") % {"number": tier.number}


def tiers_shown(scope: Scope) -> list[Tier]:
    """One tier for each number in a scope: that of its latest iteration, which names it."""
    latest = {tier.number: tier for tier in scope.tiers().select_related("iteration")}
    return [latest[number] for number in sorted(latest)]


def lag_chart(scope: Scope, *, for_paper: bool = False) -> SafeString | None:
    """How soon graduates train others, a curve for each tier; None where nobody has yet.

    By Kaplan and Meier; see `lag`. The first five tiers can be told apart.
    """
    columns = columns_of_tiers(scope) or [Column("", scope)]
    curves = [_curve(column) for column in columns if careers_of(column.scope)][:5]
    if not any(curve.steps for curve in curves):
        return None
    title = _("Share of graduates who have trained others, by days since they completed")
    return charts.steps("lag", title, curves, for_paper=for_paper)


def _curve(column: Column) -> charts.Curve:
    steps = lag_curve(column.scope)
    number = column.scope.tier_number
    return charts.Curve(
        label=_("Tier %(number)s") % {"number": digits(number)} if number else _("All tiers"),
        people=len(careers_of(column.scope)),
        steps=tuple((step.days, 1 - step.survival) for step in steps if step.events),
        censored=tuple(step.days for step in steps for _one in range(step.censored)),
    )
