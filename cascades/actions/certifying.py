"""What it takes to train a tier, and what people decided in single cases."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import ngettext

from cascades.figures.certification.by_rule import (
    people_judged_by,
    people_judged_on_or_after,
)
from cascades.models import CertificationDecision, CertificationRule, Programme
from core.actions.records import action, change, lock
from core.errors import Refused
from registry.models import Person, User


@action
def add_rule(
    programme: Programme, *, tier_number: int, valid_from: date, by: User, **details: Any
) -> CertificationRule:
    """Write down what it takes from a day on. Raises ValidationError or Refused.

    Refused when somebody was certified under an earlier rule on that day or later, who would be
    judged anew. Who was certified because there was no rule yet is judged by this one.
    """
    programme = lock(programme)
    _refuse_to_judge_anew(programme, tier_number, valid_from)
    rule = CertificationRule(
        owner=programme.owner,
        programme=programme,
        tier_number=tier_number,
        valid_from=valid_from,
        created_by=by,
        **details,
    )
    rule.full_clean(exclude=["owner"])
    rule.save(force_insert=True)
    return rule


@action
def change_rule(
    rule: CertificationRule, *, version: int, by: User, **details: Any
) -> CertificationRule:
    """Correct a rule that nobody was certified under. Raises Conflict, ValidationError, Refused."""
    lock(rule.programme)
    _refuse_when_judged(rule)
    changed = change(rule, version=version, values=details)
    _refuse_to_judge_anew(changed.programme, changed.tier_number, changed.valid_from)
    changed.full_clean(exclude=["owner"])
    changed.save()
    return changed


@action
def remove_rule(rule: CertificationRule, *, by: User) -> None:
    """Remove a rule that nobody was certified under. Raises Refused."""
    lock(rule.programme)
    _refuse_when_judged(rule)
    lock(rule).delete()


def _refuse_when_judged(rule: CertificationRule) -> None:
    if number := people_judged_by(rule):
        words = ngettext(
            "%(number)s person was certified under this rule, so it stays as it is. "
            "Write a new rule from a later day on.",
            "%(number)s people were certified under this rule, so it stays as it is. "
            "Write a new rule from a later day on.",
            number,
        )
        raise Refused(words % {"number": f"{number:,}"})


def _refuse_to_judge_anew(programme: Programme, tier_number: int, valid_from: date) -> None:
    if number := people_judged_on_or_after(programme, tier_number, valid_from):
        words = ngettext(
            "%(number)s person was certified on this day or later, under an earlier rule. "
            "A new rule begins after that.",
            "%(number)s people were certified on this day or later, under an earlier rule. "
            "A new rule begins after that.",
            number,
        )
        raise Refused(words % {"number": f"{number:,}"}, field="valid_from")


@action
def decide_certification(
    programme: Programme,
    *,
    person: Person,
    tier_number: int,
    verdict: str,
    reason: str,
    valid_from: date,
    valid_until: date | None = None,
    by: User,
) -> CertificationDecision:
    """Say that somebody counts as certified, or does not, whatever the rule says.

    Of several decisions for a day the one that began last counts. Raises ValidationError.
    """
    decision = CertificationDecision(
        owner=programme.owner,
        programme=programme,
        person=person,
        tier_number=tier_number,
        verdict=verdict,
        reason=reason.strip(),
        valid_from=valid_from,
        valid_until=valid_until,
        created_by=by,
    )
    decision.full_clean(exclude=["owner"])
    decision.save(force_insert=True)
    return decision


@action
def take_back_decision(decision: CertificationDecision, *, by: User) -> None:
    """Let the rule count again. The history keeps what was decided."""
    lock(decision).delete()
