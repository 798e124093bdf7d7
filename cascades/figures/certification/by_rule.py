"""Who counts as a certified trainer, by the rule that was in force when they earned it.

A rule holds from a day on until the next one. Somebody is certified from the first day on which
they had done all that the rule in force on that day asks for, and stays so for as long as that
rule says, whatever rules come later. Before the first rule of a tier, or without any, completing
the tier is enough. What a person decided, with a reason and dates, wins over all of it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from itertools import count, pairwise
from uuid import UUID

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from cascades.figures.certification.evidence import (
    Completed,
    Facts,
    facts_of,
    rules_of,
    tiers_to_certify,
)
from cascades.models import CertificationDecision, CertificationRule, Programme
from khmer.dates import format_date, months_after
from khmer.digits import to_khmer_digits
from registry.models import Person

ONE_DAY = timedelta(days=1)


class What(Enum):
    """What a rule can ask for."""

    COMPLETED = "completed"
    TEACH_BACK = "teach-back"
    OBSERVED = "observed"
    DELIVERIES = "deliveries"
    VALIDITY = "validity"


class State(Enum):
    """How it stands with one thing that a rule asks for."""

    MET = "met"
    MISSING = "missing"
    EXPIRED = "expired"


class Verdict(Enum):
    """How it stands with a certification; `GRANTED` and `WITHHELD` were decided by a person."""

    CERTIFIED = gettext_lazy("certified")
    GRANTED = gettext_lazy("certified by a decision")
    NOT_YET = gettext_lazy("not certified yet")
    EXPIRED = gettext_lazy("certification expired")
    WITHHELD = gettext_lazy("not certified, by a decision")

    @property
    def is_certified(self) -> bool:
        return self in (Verdict.CERTIFIED, Verdict.GRANTED)

    @property
    def words(self) -> str | Promise:
        return self.value


@dataclass(frozen=True)
class Requirement:
    """One thing that a rule asks for, and how it stands.

    `day` is the day on which it was met, or on which it expired. `needed` and `found` are
    percent for an observation, and numbers of deliveries, or of renewals, for the others.
    """

    what: What
    state: State
    day: date | None = None
    deadline: date | None = None
    needed: int = 0
    found: Decimal | int | None = None

    @property
    def words(self) -> str:
        """What was asked for and how it stands, in the language of the page."""
        return f"{self._asked}: {self._standing}"

    @property
    def _asked(self) -> str:
        match self.what:
            case What.COMPLETED:
                return _("completed the tier")
            case What.TEACH_BACK:
                return _("teach-back passed")
            case What.OBSERVED:
                return _("observed with at least %(percent)s percent of the checklist") % {
                    "percent": _digits(self.needed)
                }
            case What.DELIVERIES:
                words = ngettext(
                    "%(number)s delivery of their own",
                    "%(number)s deliveries of their own",
                    self.needed,
                )
                return words % {"number": _digits(self.needed)}
            case What.VALIDITY:
                return _("still valid")

    @property
    def _standing(self) -> str:
        if self.what is What.VALIDITY:
            return self._validity
        if self.state is State.MET:
            return _("met on %(day)s") % {"day": _day(self.day)}
        so_far = self._so_far
        if self.state is State.EXPIRED:
            words = _("not met by %(day)s") % {"day": _day(self.day)}
        elif self.deadline:
            words = _("missing, to be met by %(day)s") % {"day": _day(self.deadline)}
        else:
            words = _("missing")
        return f"{words}; {so_far}" if so_far else words

    @property
    def _so_far(self) -> str:
        if self.what is What.OBSERVED and self.found is not None:
            return _("the best so far is %(percent)s percent") % {"percent": _digits(self.found)}
        if self.what is What.DELIVERIES:
            return _("%(found)s of %(needed)s so far") % {
                "found": _digits(self.found or 0),
                "needed": _digits(self.needed),
            }
        return ""

    @property
    def _validity(self) -> str:
        if self.state is State.EXPIRED:
            return _("ended on %(day)s") % {"day": _day(self.day)}
        words = _("until %(day)s") % {"day": _day(self.day)}
        if self.found:
            renewed = ngettext("renewed %(times)s time", "renewed %(times)s times", int(self.found))
            words += ", " + renewed % {"times": _digits(self.found)}
        return words


def _digits(number: Decimal | int) -> str:
    text = f"{number:.0f}" if isinstance(number, Decimal) else str(number)
    return to_khmer_digits(text) if get_language() == "km" else text


def _day(day: date | None) -> str:
    return format_date(day, get_language() or "en") if day else ""


@dataclass(frozen=True)
class Certification:
    """Whether somebody counts as a certified trainer among the graduates of a tier on a day.

    `since` and `until` are the first and the last day of being certified: of the certification
    now valid, of the last one that expired, or of the decision. `until` is None where it does
    not end. `rule` is the version they were judged by; None where completing was enough.
    """

    person_id: UUID
    tier_number: int
    as_of: date
    verdict: Verdict
    since: date | None
    until: date | None
    rule: CertificationRule | None
    decision: CertificationDecision | None
    requirements: tuple[Requirement, ...]

    @property
    def is_certified(self) -> bool:
        return self.verdict.is_certified

    @property
    def missed(self) -> bool:
        """Whether what the rule asks for can no longer be done in time."""
        return any(each.state is State.EXPIRED for each in self.requirements)

    @property
    def to_be_met_by(self) -> date | None:
        """The last day for what is still missing; None where the rule names none."""
        return min(
            (
                each.deadline
                for each in self.requirements
                if each.state is State.MISSING and each.deadline
            ),
            default=None,
        )


# --- Asking ----------------------------------------------------------------------------------


def certifications_at_tier(
    programme: Programme, tier_number: int, as_of: date, *, people: Collection[UUID] | None = None
) -> list[Certification]:
    """How it stands with everybody who completed a tier or about whom somebody decided.

    `people` narrows it to some of them.
    """
    return certifications_at(programme, [tier_number], as_of, people=people)


def certifications_at(
    programme: Programme,
    tier_numbers: Collection[int],
    as_of: date,
    *,
    people: Collection[UUID] | None = None,
) -> list[Certification]:
    """The same of several tiers, in the same queries; one tier after the other."""
    rules = rules_of(programme, tier_numbers, as_of=as_of)
    facts = facts_of(programme, rules=rules, as_of=as_of, people=people)
    return [
        _judge(pk, known, terms, number, as_of)
        for number, terms in ((number, _terms(rules[number])) for number in tier_numbers)
        for pk, known in facts[number].items()
    ]


def person_certifications(person: Person, programme: Programme, as_of: date) -> list[Certification]:
    """How it stands with one person as a graduate of each tier that trains others."""
    numbers = tiers_to_certify(programme, as_of=as_of)
    return certifications_at(programme, numbers, as_of, people=[person.pk])


def certified_on(programme: Programme, tier_number: int, as_of: date) -> set[UUID]:
    """The people who count as certified trainers among the graduates of a tier on a day."""
    return certified_at(programme, [tier_number], as_of)


def certified_at(programme: Programme, tier_numbers: Collection[int], as_of: date) -> set[UUID]:
    """The same of several tiers, in the same queries."""
    return {
        found.person_id
        for found in certifications_at(programme, tier_numbers, as_of)
        if found.is_certified
    }


def people_judged_by(rule: CertificationRule) -> int:
    """How many were certified under a rule up to today; it must not change any more then."""
    return _earned_under([rule], rule.valid_from)


def people_judged_on_or_after(programme: Programme, tier_number: int, day: date) -> int:
    """How many were certified under some rule on a day or later."""
    rules = CertificationRule.objects.filter(programme=programme, tier_number=tier_number)
    return _earned_under(list(rules), day)


def _earned_under(wanted: Sequence[CertificationRule], day: date) -> int:
    if not wanted:
        return 0
    programme, tier_number = wanted[0].programme, wanted[0].tier_number
    as_of = timezone.localdate()
    rules = rules_of(programme, [tier_number], as_of=as_of)
    terms = _terms(rules[tier_number])
    facts = facts_of(programme, rules=rules, as_of=as_of)[tier_number]
    return sum(
        1
        for known in facts.values()
        if any(spell.rule in wanted and spell.since >= day for spell in _spells(known, terms))
    )


# --- Judging ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Term:
    """A rule, or none, and the first and the last day on which it is in force."""

    rule: CertificationRule | None
    first: date
    last: date


def _terms(rules: Sequence[CertificationRule]) -> list[Term]:
    """The time before the first rule, and the rules one after another."""
    starts = [date.min, *(rule.valid_from for rule in rules), date.max]
    days = [(first, last) for first, last in pairwise(starts)]
    return [
        Term(rule, first, last if last == date.max else last - ONE_DAY)
        for rule, (first, last) in zip([None, *rules], days, strict=True)
    ]


@dataclass(frozen=True)
class Spell:
    """A time of being certified, with what earned it; `until` is None where it does not end."""

    rule: CertificationRule | None
    since: date
    until: date | None
    renewals: int
    requirements: tuple[Requirement, ...]

    def covers(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


def _spells(facts: Facts, terms: Sequence[Term]) -> list[Spell]:
    """The certification that each completion led to. After one has expired, what was done
    before does not count again: it takes another completion.
    """
    found = [_spell(completed, facts, terms) for completed in facts.completed]
    return [spell for spell in found if spell]


def _spell(completed: Completed, facts: Facts, terms: Sequence[Term]) -> Spell | None:
    for term in terms:
        if term.last < completed.ends_on:
            continue
        asked = _requirements(completed, facts, term.rule)
        days = [each.day for each in asked if each.state is State.MET and each.day]
        if len(days) < len(asked):
            continue
        since = max(term.first, *days)
        if since <= term.last:
            until, renewals = _end(term.rule, since, facts.deliveries)
            return Spell(term.rule, since, until, renewals, asked)
    return None


def _requirements(
    completed: Completed, facts: Facts, rule: CertificationRule | None, as_of: date = date.max
) -> tuple[Requirement, ...]:
    """How it stands with what a rule asks of somebody who completed a training."""
    asked = [Requirement(What.COMPLETED, State.MET, completed.ends_on)]
    if rule is None:
        return tuple(asked)
    if rule.needs_teach_back:
        passed = next((day for day in facts.teach_backs if day >= completed.starts_on), None)
        asked.append(Requirement(What.TEACH_BACK, _met(passed), passed))
    if rule.least_observed:
        asked.append(_observed(rule.least_observed, completed, facts))
    if rule.least_deliveries:
        asked.append(_delivered(rule, completed, facts, as_of))
    return tuple(asked)


def _met(day: date | None) -> State:
    return State.MET if day else State.MISSING


def _observed(least: int, completed: Completed, facts: Facts) -> Requirement:
    since = [(day, percent) for day, percent in facts.observed if day >= completed.ends_on]
    day = next((day for day, percent in since if percent >= least), None)
    best = max((percent for _day, percent in since), default=None)
    return Requirement(What.OBSERVED, _met(day), day, needed=least, found=best)


def _delivered(
    rule: CertificationRule, completed: Completed, facts: Facts, as_of: date
) -> Requirement:
    """Deliveries count from the last day of the training on; the day of the deadline does too."""
    deadline = months_after(completed.ends_on, rule.within_months) if rule.within_months else None
    own = [
        day
        for day in facts.deliveries
        if day >= completed.ends_on
        and day > completed.starts_on
        and (deadline is None or day <= deadline)
    ]
    needed, state, day = rule.least_deliveries, State.MISSING, None
    if len(own) >= needed:
        state, day = State.MET, own[needed - 1]
    elif deadline and as_of > deadline:
        state, day = State.EXPIRED, deadline
    return Requirement(What.DELIVERIES, state, day, deadline, needed, len(own))


def _end(
    rule: CertificationRule | None, since: date, deliveries: Sequence[date]
) -> tuple[date | None, int]:
    """The last day of a certification that began on a day, and how often it was renewed.

    Enough deliveries within the months of validity renew it for as long again. What was done on
    the first day earned it, and does not renew it too.
    """
    if rule is None or rule.valid_months is None:
        return None, 0
    first = since + ONE_DAY
    for renewals in count():
        last = months_after(since, rule.valid_months * (renewals + 1)) - ONE_DAY
        if sum(first <= day <= last for day in deliveries) < rule.renewal_deliveries:
            return last, renewals
        first = last + ONE_DAY
    raise AssertionError  # count() does not end.


def _judge(
    person_id: UUID, facts: Facts, terms: Sequence[Term], tier_number: int, as_of: date
) -> Certification:
    verdict, spell = _by_rule(_spells(facts, terms), as_of)
    rule = spell.rule if spell else terms[-1].rule
    since, until = (spell.since, spell.until) if spell else (None, None)
    decision = _decision_on(facts, as_of)
    if decision:
        granted = decision.verdict == CertificationDecision.Verdict.GRANTED
        verdict = Verdict.GRANTED if granted else Verdict.WITHHELD
        since, until = decision.valid_from, decision.valid_until
    return Certification(
        person_id=person_id,
        tier_number=tier_number,
        as_of=as_of,
        verdict=verdict,
        since=since,
        until=until,
        rule=rule,
        decision=decision,
        requirements=_reasons(facts, spell, rule, as_of),
    )


def _by_rule(spells: Sequence[Spell], as_of: date) -> tuple[Verdict, Spell | None]:
    """What the rules alone say: the certification that lasts longest, else the last one."""
    spells = sorted(spells, key=lambda spell: (spell.until or date.max, spell.since))
    current = [spell for spell in spells if spell.covers(as_of)]
    if current:
        return Verdict.CERTIFIED, current[-1]
    return (Verdict.EXPIRED, spells[-1]) if spells else (Verdict.NOT_YET, None)


def _decision_on(facts: Facts, as_of: date) -> CertificationDecision | None:
    """The decision that holds on a day; of several, the one that began last."""
    holding = [
        each for each in facts.decisions if each.valid_until is None or as_of <= each.valid_until
    ]
    return holding[-1] if holding else None


def _reasons(
    facts: Facts, spell: Spell | None, rule: CertificationRule | None, as_of: date
) -> tuple[Requirement, ...]:
    if spell:
        return (*spell.requirements, *_validity(spell, as_of))
    if facts.completed:
        return _requirements(facts.completed[-1], facts, rule, as_of)
    return (Requirement(What.COMPLETED, State.MISSING),)


def _validity(spell: Spell, as_of: date) -> list[Requirement]:
    if spell.until is None:
        return []
    state = State.MET if as_of <= spell.until else State.EXPIRED
    return [Requirement(What.VALIDITY, state, spell.until, found=spell.renewals)]
