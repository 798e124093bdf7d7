"""Who counts as a certified trainer of a scope, as the funnel and the active trainers ask it."""

from __future__ import annotations

from uuid import UUID

from cascades.figures.careers import careers_of, is_mature, tiers_below
from cascades.figures.certification.by_rule import Certification, Verdict, certifications_at
from cascades.figures.scope import Scope
from cascades.models import Tier
from core.figures.definitions import once_a_scope


@once_a_scope
def certified_in_scope(scope: Scope) -> frozenset[UUID]:
    """Who is certified, on the day of the scope, for one of its tiers that train others."""
    judged = _judged(scope)
    if judged is None:
        return frozenset(career.person for career in careers_of(scope))
    return frozenset(each.person_id for each in judged if each.is_certified)


@once_a_scope
def once_certified_in_scope(scope: Scope) -> frozenset[UUID]:
    """Who is certified or was until it ran out: what they did in that time stays done."""
    judged = _judged(scope)
    if judged is None:
        return certified_in_scope(scope)
    ran_out = {each.person_id for each in judged if each.verdict is Verdict.EXPIRED}
    return certified_in_scope(scope) | ran_out


@once_a_scope
def may_still_be_certified(scope: Scope) -> frozenset[UUID]:
    """Who is not certified yet and has time: up to the deadline of the rule, or, where it names
    none for what is missing, as many days as the programme gives to train others.
    """
    judged = {each.person_id: each for each in _judged(scope) or []}
    young = {career.person for career in careers_of(scope) if not is_mature(career, scope)}
    waiting = {
        person
        for person, each in judged.items()
        if each.verdict is Verdict.NOT_YET
        and not each.missed
        and (each.to_be_met_by >= scope.as_of if each.to_be_met_by else person in young)
    }
    return frozenset(waiting - once_certified_in_scope(scope))


@once_a_scope
def _judged(scope: Scope) -> list[Certification] | None:
    """How it stands with everybody of the tiers; None where completing is enough."""
    below = tiers_below(scope)
    if below.is_enough:
        return None
    known = Tier.objects.filter(pk__in=below.known).order_by()
    numbers = list(known.values_list("number", flat=True).distinct())
    return certifications_at(scope.programme, numbers, scope.as_of)
