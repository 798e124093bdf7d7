"""Who completes, and who falls away between the list and an active trainer."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cascades.figures.catalogue import FIGURES
from cascades.figures.funnel.steps import funnel_of
from cascades.figures.scope import Scope
from cascades.models import CertificationDecision, CertificationRule
from tests.cascades.factories import START, days_after
from tests.cascades.facts import put_delivery, put_people

LATER = days_after(400)


def of(name, scope):
    return FIGURES[name].of(scope).outcome


def numbers(outcome):
    return (outcome.value, outcome.part, outcome.whole)


def behind(name, scope):
    rows = FIGURES[name].behind(scope)[0].rows
    return {row.subject.pk: row.counts for row in rows[:]}


def test_completion_of_those_who_came_and_of_those_on_the_list(
    programme, tiers, strey_khmer, coordinator
):
    """Five on the list, four came, two completed: 50 and 40 percent. The trainer is no learner."""
    a, b, c, d, e, seed = put_people(6, owner=strey_khmer)
    put_delivery(tiers[1], lead=seed, graduates=[a, b], dropped=[c, d], absent=[e], by=coordinator)
    scope = Scope(programme, LATER)
    assert numbers(of("completion", scope)) == (50, 2, 4)
    assert numbers(of("completion_of_registered", scope)) == (40, 2, 5)
    assert behind("completion", scope) == {a.pk: True, b.pk: True, c.pk: False, d.pk: False}
    assert len(behind("completion_of_registered", scope)) == 5


def test_with_the_rule_two_of_three_all_four_completed(programme, tiers, coordinator):
    put_delivery(tiers[1], graduates=4, by=coordinator)
    assert numbers(of("completion", Scope(programme, LATER))) == (100, 4, 4)


def test_who_completed_another_delivery_completed(programme, tiers, strey_khmer, coordinator):
    """They left the first and completed the second: one of one; in the same one, one of two."""
    [person] = put_people(1, owner=strey_khmer)
    put_delivery(tiers[1], dropped=[person], by=coordinator)
    put_delivery(tiers[1], on=days_after(9), graduates=[person], by=coordinator)
    scope = Scope(programme, LATER)
    assert numbers(of("completion", scope)) == (100, 1, 1)
    assert numbers(of("completion_of_the_same_delivery", scope)) == (50, 1, 2)


def test_a_delivery_that_is_not_closed_is_not_known_and_not_zero(
    programme, tiers, strey_khmer, coordinator
):
    [a] = put_people(1, owner=strey_khmer)
    put_delivery(tiers[1], dropped=[a], status="open", by=coordinator)
    found = of("completion", Scope(programme, LATER))
    assert numbers(found) == (None, 0, 0)
    assert "1 more person came" in found.remark
    put_delivery(tiers[1], graduates=3, by=coordinator)
    assert numbers(of("completion", Scope(programme, LATER))) == (100, 3, 3)


def test_a_delivery_still_running_on_that_day_is_not_known(programme, tiers, coordinator):
    put_delivery(tiers[1], graduates=3, days=10, by=coordinator)
    assert of("completion", Scope(programme, days_after(5))).value is None
    assert of("completion", Scope(programme, days_after(9))).value == 100


def test_without_attendance_everybody_listed_came(programme, tiers, strey_khmer, coordinator):
    a, b = put_people(2, owner=strey_khmer)
    put_delivery(tiers[1], graduates=[a], dropped=[b], sessions=0, by=coordinator)
    assert numbers(of("completion", Scope(programme, LATER))) == (50, 1, 2)


# --- The funnel -------------------------------------------------------------------------------


@pytest.fixture
def forty(programme, tiers, strey_khmer, coordinator):
    """40 on the list, 36 came, 30 completed, 18 trained others, 9 of them in the last year."""
    people = put_people(40, owner=strey_khmer)
    put_delivery(
        tiers[1], graduates=people[:30], dropped=people[30:36], absent=people[36:], by=coordinator
    )
    for number, person in enumerate(people[:18]):
        day = 30 if number < 9 else 200
        put_delivery(tiers[2], on=days_after(day), lead=person, graduates=1, by=coordinator)
    return people


def certify_only(programme, people):
    """A rule that nobody fulfils, and the decision that some are certified all the same."""
    of_tier = {"owner": programme.owner, "programme": programme, "tier_number": 1}
    CertificationRule.objects.create(valid_from=START, needs_teach_back=True, **of_tier)
    granted = CertificationDecision.Verdict.GRANTED
    CertificationDecision.objects.bulk_create(
        CertificationDecision(
            person=person, verdict=granted, reason="Examined.", valid_from=START, **of_tier
        )
        for person in people
    )


def test_27_certified_of_whom_18_trained_others_are_a_third_lost(programme, forty):
    """Certified are 27 of the 30, and somebody who never completed: sets are nested."""
    certify_only(programme, [*forty[:27], forty[39]])
    scope = Scope(programme, days_after(400), tier_number=1)
    assert [(step.name, step.people) for step in funnel_of(scope)] == [
        ("nominated", 40),
        ("came", 36),
        ("completed", 30),
        ("certified", 27),
        ("activated", 18),
        ("active", 9),
    ]
    assert numbers(of("attrition_activated", scope)) == (Decimal("33.3"), 9, 27)
    assert [step.lost for step in funnel_of(scope)] == [
        None,
        10,
        Decimal("16.7"),
        10,
        Decimal("33.3"),
        50,
    ]
    lost = {pk for pk, counts in behind("attrition_activated", scope).items() if counts}
    assert lost == {p.pk for p in forty[18:27]}


def test_each_step_of_the_funnel_lies_in_the_one_before(programme, forty):
    """Trained others without a certificate: out at that step, and not back in at the next."""
    certify_only(programme, [forty[20]])
    scope = Scope(programme, LATER, tier_number=1)
    assert [step.people for step in funnel_of(scope)] == [40, 36, 30, 1, 0, 0]


def test_the_funnel_of_the_last_tier_ends_at_completion(programme, tiers, coordinator):
    put_delivery(tiers[3], graduates=3, by=coordinator)
    steps = funnel_of(Scope(programme, LATER, tier_number=3))
    assert [step.people for step in steps] == [3, 3, 3, None, None, None]


def test_the_funnel_without_a_tier_is_about_those_who_should_train(programme, forty):
    """18 of tier 2 were only reached: of them nothing is recorded below, so they are left out.

    Without a rule everybody who completed is certified.
    """
    scope = Scope(programme, LATER)
    assert [step.people for step in funnel_of(scope)] == [40, 36, 30, 30, 18, 9]
    assert "Left out" in of("attrition_activated", scope).remark


def test_certified_is_who_fulfils_the_rule_in_force(programme, forty, coordinator):
    """With a rule that asks for a delivery, only the 18 who delivered are certified."""
    CertificationRule.objects.create(
        owner=programme.owner,
        programme=programme,
        tier_number=1,
        valid_from=START,
        least_deliveries=1,
    )
    scope = Scope(programme, LATER, tier_number=1)
    assert [step.people for step in funnel_of(scope)] == [40, 36, 30, 18, 18, 9]


def test_active_are_valid_trainers_who_delivered_in_the_last_days(programme, forty):
    """30 certified; 9 delivered in the last 365 days: 30 percent. Newer ones are left out."""
    found = of("active_now", Scope(programme, days_after(400), tier_number=1))
    assert numbers(found) == (30, 9, 30)
    # A year after completing is not over yet: nobody is old enough to be counted.
    young = of("active_now", Scope(programme, days_after(364), tier_number=1))
    assert (young.value, young.whole) == (None, 0)
    assert "30" in young.remark
