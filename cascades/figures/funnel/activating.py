"""How many graduates train others, and how soon."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from cascades.figures.careers import (
    Career,
    careers_of,
    is_activated,
    is_active,
    is_mature,
    since,
    tiers_below,
)
from cascades.figures.certification.in_scope import certified_in_scope
from cascades.figures.scope import Scope
from cascades.figures.sections import DISTINCT, TRAINING_ON
from core.figures.definitions import Behind, Unit, figure
from core.figures.outcomes import Outcome, share, unknown
from khmer.dates import format_date
from registry.figures.listing import people


def in_words(*sentences: str) -> str:
    """Remarks as one text."""
    return " ".join(filter(None, sentences))


def not_mature(careers: Iterable[Career], scope: Scope) -> str:
    """How many graduates are too young to be counted, in words."""
    return too_young(sum(1 for career in careers if not is_mature(career, scope)), scope)


def too_young(young: int, scope: Scope) -> str:
    """So many graduates are not counted yet, in words."""
    if not young:
        return ""
    words = ngettext(
        "%(number)s more graduate completed less than %(days)s days ago: not yet known.",
        "%(number)s more graduates completed less than %(days)s days ago: not yet known.",
        young,
    )
    return words % {"number": f"{young:,}", "days": scope.programme.activation_days}


def how_it_went(career: Career) -> str:
    """When the graduate completed, and when they first trained others."""
    completed = _("completed on %(day)s") % {"day": _day(career.completed_on)}
    if career.first_on is None:
        return completed
    first = _("first trained others on %(day)s, after %(days)s days") % {
        "day": _day(career.first_on),
        "days": career.days,
    }
    return f"{completed}; {first}"


def _day(day: date) -> str:
    return format_date(day, get_language() or "en")


def _mature(scope: Scope) -> list[Behind]:
    lines = [
        (career.person, is_activated(career, scope), career)
        for career in careers_of(scope)
        if is_mature(career, scope)
    ]
    return people(lines, how_it_went)


@figure(
    TRAINING_ON,
    gettext_lazy("Graduates who became active"),
    Unit.PERCENT,
    counting=DISTINCT,
    definition=gettext_lazy(
        "Graduates who led or co-led a delivery within the days that the programme gives them, of "
        "those who completed at least as many days ago. Younger graduates are not counted yet."
    ),
    behind=_mature,
)
def activation(scope: Scope) -> Outcome:
    below, careers = tiers_below(scope), careers_of(scope)
    if not below.known:
        return unknown(below.remark)
    mature = [career for career in careers if is_mature(career, scope)]
    activated = sum(1 for career in mature if is_activated(career, scope))
    return share(activated, len(mature), in_words(not_mature(careers, scope), below.remark))


def valid_trainers(scope: Scope) -> list[Career]:
    """Certified graduates who did not complete within the last days."""
    holders = certified_in_scope(scope)
    return [
        career
        for career in careers_of(scope)
        if career.person in holders and career.completed_on <= since(scope)
    ]


def _valid(scope: Scope) -> list[Behind]:
    lines = [(career.person, is_active(career, scope), career) for career in valid_trainers(scope)]
    return people(lines, how_it_went)


@figure(
    TRAINING_ON,
    gettext_lazy("Trainers active now"),
    Unit.PERCENT,
    counting=DISTINCT,
    definition=gettext_lazy(
        "Certified graduates who led or co-led a delivery in the last days, as many as the "
        "programme says, of all certified graduates who completed before these days."
    ),
    behind=_valid,
)
def active_now(scope: Scope) -> Outcome:
    below, trainers = tiers_below(scope), valid_trainers(scope)
    if not below.known:
        return unknown(below.remark)
    holders = certified_in_scope(scope)
    young = sum(
        1
        for career in careers_of(scope)
        if career.person in holders and career.completed_on > since(scope)
    )
    words = ngettext(
        "%(number)s more certified graduate completed less than %(days)s days ago.",
        "%(number)s more certified graduates completed less than %(days)s days ago.",
        young,
    )
    remark = words % {"number": f"{young:,}", "days": scope.programme.active_days} if young else ""
    active = sum(1 for career in trainers if is_active(career, scope))
    return share(active, len(trainers), in_words(remark, below.remark))


# --- How soon ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class SurvivalStep:
    """A day on which the curve falls, or on which somebody is looked at for the last time.

    `survival` is the share of graduates who have not trained others yet after so many days.
    """

    days: int
    survival: float
    at_risk: int
    events: int
    censored: int


def kaplan_meier(waits: Iterable[tuple[int, bool]]) -> list[SurvivalStep]:
    """The curve of waiting times; each is days, and whether it ended with an event.

    Who has not delivered by the last day of observation is censored on that day: the wait is at
    least so long. Kaplan and Meier, 1958.
    """
    waits = sorted(waits)
    at_risk, survival, steps = len(waits), 1.0, []
    for days, those in groupby(waits, key=lambda wait: wait[0]):
        ended = [event for _days, event in those]
        events = sum(ended)
        survival *= 1 - events / at_risk
        steps.append(SurvivalStep(days, survival, at_risk, events, len(ended) - events))
        at_risk -= len(ended)
    return steps


def median_of(curve: Sequence[SurvivalStep]) -> int | None:
    """The first day after which at most half are still waiting; None where more than half are."""
    # A product of fractions that is one half may come out a hair above it.
    return next((step.days for step in curve if step.survival <= 0.5 + 1e-9), None)


def lag_curve(scope: Scope) -> list[SurvivalStep]:
    """From completing to the first own delivery, for the drawing of the steps."""
    waits = [
        (career.days, True)
        if career.days is not None
        else ((scope.as_of - career.completed_on).days, False)
        for career in careers_of(scope)
    ]
    return kaplan_meier(waits)


def _waits(scope: Scope) -> list[Behind]:
    lines = [(career.person, career.first_on is not None, career) for career in careers_of(scope)]
    return people(lines, how_it_went)


@figure(
    TRAINING_ON,
    gettext_lazy("Days until a graduate trains others"),
    Unit.DAYS,
    counting=DISTINCT,
    definition=gettext_lazy(
        "From the last day of the delivery that a graduate completed to the first day of their "
        "own first delivery: the day by which half of the graduates have trained others, by "
        "Kaplan and Meier. Who has not trained anybody yet counts with the days waited so far."
    ),
    source=(
        "E. L. Kaplan, P. Meier: Nonparametric estimation from incomplete observations, Journal of "
        "the American Statistical Association 53, 1958"
    ),
    behind=_waits,
    in_words=gettext_lazy("%(part)s of %(whole)s have trained others"),
)
def lag(scope: Scope) -> Outcome:
    below, careers = tiers_below(scope), careers_of(scope)
    if not below.known:
        return unknown(below.remark)
    if not careers:
        return unknown()
    trained = sum(1 for career in careers if career.first_on)
    median = median_of(lag_curve(scope))
    remark = "" if median is not None else _("Fewer than half have trained others so far.")
    return Outcome(median, trained, len(careers), in_words(remark, below.remark))
