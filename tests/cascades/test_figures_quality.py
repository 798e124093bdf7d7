"""Fidelity, what is lost on the way down, and who led."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cascades.actions.linking import link_deliveries
from cascades.figures.catalogue import FIGURES
from cascades.figures.scope import Scope
from cascades.models import Checklist, ChecklistItem, Observation, ObservationScore
from registry.models import Organisation
from tests.cascades.factories import START, days_after, make_iteration, tier_of
from tests.cascades.facts import put_delivery, put_people
from tests.factories import make_organisation
from tests.trainings.factories import mark_one

LATER = days_after(400)


def of(name, scope):
    return FIGURES[name].of(scope).outcome


def numbers(outcome):
    return (outcome.value, outcome.part, outcome.whole)


# --- Fidelity ---------------------------------------------------------------------------------


@pytest.fixture
def checklist(programme, strey_khmer):
    """Four items that weigh 2, 1, 1 and 3."""
    made = Checklist.objects.create(
        owner=strey_khmer, programme=programme, name_en="Checklist", valid_from=START
    )
    for number, weight in enumerate([2, 1, 1, 3], start=1):
        ChecklistItem.objects.create(
            owner=strey_khmer, checklist=made, number=number, text_en="Item", weight=weight
        )
    return made


def observe(delivery, checklist, scores, *, observer="Chan", on=START):
    [trainer] = put_people(1, owner=delivery.owner)
    made = Observation.objects.create(
        owner=delivery.owner,
        delivery=delivery,
        trainer=trainer,
        checklist=checklist,
        observed_on=on,
        observer=observer,
    )
    for item, score in zip(checklist.items.order_by("number"), scores, strict=True):
        ObservationScore.objects.create(
            owner=delivery.owner,
            observation=made,
            checklist=checklist,
            item=item,
            score=None if score is None else Decimal(score),
        )


def test_an_item_that_did_not_apply_leaves_both_sums(programme, tiers, checklist, coordinator):
    """(2 + 0 + 1) of (2 + 1 + 1): 75 percent; the item of weight 3 did not apply."""
    for _ in range(5):
        delivery = put_delivery(tiers[2], by=coordinator)
        observe(delivery, checklist, [1, 0, 1, None])
    scope = Scope(programme, LATER)
    assert numbers(of("fidelity", scope)) == (75, 5, 5)
    assert numbers(of("observation_coverage", scope)) == (100, 5, 5)
    row = FIGURES["fidelity"].behind(scope)[0].rows[0]
    assert row.why == "75.0 percent of the checklist"


def test_two_observed_of_ten_is_too_few_to_publish(programme, tiers, checklist, coordinator):
    """100 and 75: 87.5 from 2 of 10 deliveries says nothing of all of them."""
    held = [put_delivery(tiers[2], by=coordinator) for _ in range(10)]
    observe(held[0], checklist, [1, 1, 1, 1])
    observe(held[1], checklist, [1, 0, 1, None])
    found = of("fidelity", Scope(programme, LATER))
    assert numbers(found) == (None, 2, 10)
    assert "Too few" in found.remark
    assert numbers(of("observation_coverage", Scope(programme, LATER))) == (20, 2, 10)
    # With five of ten it is published: (100 + 75 + 3 times 50) / 5.
    for delivery in held[2:5]:
        observe(delivery, checklist, ["0.5"] * 4)
    assert numbers(of("fidelity", Scope(programme, LATER))) == (65, 5, 10)


def test_five_observed_of_twenty_are_too_small_a_share(programme, tiers, checklist, coordinator):
    held = [put_delivery(tiers[2], by=coordinator) for _ in range(17)]
    for delivery in held[:5]:
        observe(delivery, checklist, [1, 1, 1, 1])
    assert numbers(of("fidelity", Scope(programme, LATER))) == (None, 5, 17)


def test_four_observed_of_four_are_too_few(programme, tiers, checklist, coordinator):
    for _ in range(4):
        observe(put_delivery(tiers[2], by=coordinator), checklist, [1, 1, 1, 1])
    assert numbers(of("fidelity", Scope(programme, LATER))) == (None, 4, 4)


def test_two_observers_of_one_delivery_count_as_their_mean(
    programme, tiers, checklist, coordinator
):
    held = [put_delivery(tiers[2], by=coordinator) for _ in range(5)]
    for delivery in held:
        observe(delivery, checklist, [1, 1, 1, 1])
    observe(held[0], checklist, [0, 0, 0, 0], observer="Dara")
    # (50 + 4 times 100) / 5
    assert numbers(of("fidelity", Scope(programme, LATER))) == (90, 5, 5)


def test_what_was_observed_later_is_not_known_on_that_day(programme, tiers, checklist, coordinator):
    observe(put_delivery(tiers[2], by=coordinator), checklist, [1, 1, 1, 1], on=days_after(50))
    assert numbers(of("observation_coverage", Scope(programme, days_after(49)))) == (0, 0, 1)
    assert numbers(of("observation_coverage", Scope(programme, days_after(50)))) == (100, 1, 1)


# --- Tests ------------------------------------------------------------------------------------


@pytest.fixture
def tested(tiers, strey_khmer, coordinator):
    """Means 65 to 90, 55 to 75 and 40 to 60, and in tier 3 somebody without the test before."""
    for number, pairs in {
        1: [(60, 88), (70, 92)],
        2: [(50, 70), (60, 80)],
        3: [(30, 55), (50, 65)],
    }.items():
        people = put_people(3, owner=strey_khmer)
        put_delivery(
            tiers[number],
            on=days_after(10 * number),
            graduates=people,
            scores=dict(zip(people, pairs, strict=False)),
            by=coordinator,
        )


def test_90_75_and_60_is_a_third_lost_on_the_way_down(programme, tested):
    scope = Scope(programme, LATER)
    third = of("dilution", scope.of_tier(3))
    assert numbers(third) == (Decimal("33.3"), 30, 90)
    assert "2 of 3 learners" in third.remark
    assert numbers(of("dilution", scope.of_tier(2))) == (Decimal("16.7"), 15, 90)
    assert of("dilution", scope.of_tier(1)).value is None
    # Without a tier: from the first to the last one with tests.
    assert of("dilution", scope).value == third.value


def test_gain_of_what_could_be_gained_compares_tiers_that_start_differently(programme, tested):
    scope = Scope(programme, LATER)
    assert [of("normalised_gain", scope.of_tier(n)).value for n in (1, 2, 3)] == [
        Decimal("0.714"),
        Decimal("0.444"),
        Decimal("0.333"),
    ]
    first = of("normalised_gain", scope.of_tier(1))
    assert (first.part, first.whole) == (25, 35)
    # All together: from 160/3 to 75, of what could be gained.
    assert of("normalised_gain", scope).value == Decimal("0.464")


def test_tests_out_of_twenty_count_in_percent_of_the_best(
    programme, tiers, strey_khmer, coordinator
):
    for number, maximum, pair in [(1, 20, (10, 18)), (2, 50, (10, 30))]:
        [person] = put_people(1, owner=strey_khmer)
        put_delivery(
            tiers[number],
            graduates=[person],
            scores={person: pair},
            maximum=maximum,
            by=coordinator,
        )
    assert numbers(of("dilution", Scope(programme, LATER, tier_number=2))) == (
        Decimal("33.3"),
        30,
        90,
    )


def test_a_learner_of_two_deliveries_counts_with_the_first(
    programme, tiers, strey_khmer, coordinator
):
    [person] = put_people(1, owner=strey_khmer)
    put_delivery(tiers[1], graduates=[person], scores={person: (60, 80)}, by=coordinator)
    put_delivery(
        tiers[1],
        on=days_after(9),
        graduates=[person],
        scores={person: (80, 100)},
        by=coordinator,
    )
    assert of("normalised_gain", Scope(programme, LATER)).value == Decimal("0.5")


# --- Who led ----------------------------------------------------------------------------------


def test_a_lead_who_completed_no_higher_tier_in_time_is_unqualified(
    programme, tiers, strey_khmer, coordinator
):
    seed, a, late, other, peer = put_people(5, owner=strey_khmer)
    put_delivery(tiers[1], lead=seed, graduates=[a, peer], by=coordinator)
    put_delivery(tiers[2], on=days_after(9), lead=a, graduates=[other], by=coordinator)
    put_delivery(tiers[2], on=days_after(9), lead=late, by=coordinator)
    put_delivery(tiers[1], on=days_after(20), graduates=[late], by=coordinator)
    # A tier skipped is fine; a graduate of the same tier is not above it; no lead is not known.
    put_delivery(tiers[3], on=days_after(30), lead=a, by=coordinator)
    put_delivery(tiers[2], on=days_after(30), lead=other, by=coordinator)
    put_delivery(tiers[3], on=days_after(30), co=[a], by=coordinator)
    found = of("unqualified_rate", Scope(programme, LATER))
    assert numbers(found) == (50, 2, 4)
    assert "1 more delivery" in found.remark
    assert of("unqualified_rate", Scope(programme, LATER, tier_number=1)).value is None


def test_who_learnt_on_the_same_day_is_unqualified(programme, tiers, strey_khmer, coordinator):
    [a] = put_people(1, owner=strey_khmer)
    put_delivery(tiers[1], graduates=[a], by=coordinator)
    put_delivery(tiers[2], lead=a, by=coordinator)
    assert numbers(of("unqualified_rate", Scope(programme, LATER))) == (100, 1, 1)


def test_a_typed_link_stands_for_sheets_that_are_lost(programme, tiers, strey_khmer, coordinator):
    [a] = put_people(1, owner=strey_khmer)
    upper = put_delivery(tiers[1], by=coordinator)
    lower = put_delivery(tiers[2], on=days_after(9), lead=a, by=coordinator)
    assert of("unqualified_rate", Scope(programme, LATER)).value == 100
    link_deliveries(lower, parent=upper, reason="as told", source="Report 2014", by=coordinator)
    assert of("unqualified_rate", Scope(programme, LATER)).value == 0


# --- Handover ---------------------------------------------------------------------------------


def test_ownership_by_iteration_is_0_then_50_then_90_percent(
    programme, iteration, strey_khmer, coordinator
):
    """2013: NGO only. 2016: half, a third of leads. 2020: 9 of 10, all leads."""
    ministry = make_organisation(name_latin="Ministry", kind=Organisation.Kind.GOVERNMENT)
    council = make_organisation(name_latin="Council", kind=Organisation.Kind.COUNCIL)
    # Of each delivery: (lead by government, co-trainers by government, co-trainers by the NGO).
    plans = [
        [(False, 0, 1)],
        [(True, 1, 0), (False, 1, 0), (False, 0, 0), (None, 0, 1)],
        [(True, 4, 1), (True, 3, 0)],
    ]
    expected = [(0, 0), (50, Decimal("33.3")), (90, 100)]
    for number, (plan, (every, lead)) in enumerate(zip(plans, expected, strict=True)):
        later = make_iteration(programme=programme, by=coordinator)
        for leads, government, ngo in plan:
            put_trained(
                tier_of(later, 2), leads, government, ngo, ministry, strey_khmer, coordinator
            )
        scope = Scope(programme, LATER, iteration=later)
        assert of("ownership", scope).value == every, number
        assert of("lead_ownership", scope).value == lead, number
    everything = of("ownership", Scope(programme, LATER))
    assert numbers(everything) == (Decimal("66.7"), 12, 18)
    # A council is government too.
    put_trained(tier_of(iteration, 3), True, 0, 0, council, strey_khmer, coordinator)
    assert of("ownership", Scope(programme, LATER, iteration=iteration)).value == 100


def put_trained(tier, leads, government, ngo, office, own, by):
    """A delivery of one session with so many trainers of each kind."""
    staff = {}
    people = put_people(1 + government + ngo, owner=own)
    lead, *co = people
    if leads is not None:
        staff[lead] = office if leads else own
    staff |= dict.fromkeys(co[:government], office)
    staff |= dict.fromkeys(co[government:], own)
    put_delivery(
        tier,
        lead=lead if leads is not None else None,
        co=co,
        staff=staff,
        by=by,
    )


def test_an_unknown_organisation_is_its_own_number(programme, tiers, strey_khmer, coordinator):
    a, b, c = put_people(3, owner=strey_khmer)
    ministry = make_organisation(name_latin="Ministry", kind=Organisation.Kind.GOVERNMENT)
    put_delivery(
        tiers[2],
        lead=a,
        co=[b, c],
        days=3,
        sessions=3,
        staff={a: ministry, b: strey_khmer},
        by=coordinator,
    )
    scope = Scope(programme, LATER)
    found = of("ownership", scope)
    assert numbers(found) == (50, 3, 6)
    assert found.remark.startswith("3 more trainer-sessions")
    assert numbers(of("unknown_affiliation", scope)) == (Decimal("33.3"), 3, 9)
    # On the second day two sessions have been held.
    assert numbers(of("ownership", Scope(programme, days_after(1)))) == (50, 2, 4)


def test_a_trainer_marked_absent_was_not_in_the_session(programme, tiers, strey_khmer, coordinator):
    lead, co = put_people(2, owner=strey_khmer)
    ministry = make_organisation(name_latin="Ministry", kind=Organisation.Kind.GOVERNMENT)
    delivery = put_delivery(
        tiers[2],
        lead=lead,
        co=[co],
        staff={lead: strey_khmer, co: ministry},
        status="open",
        by=coordinator,
    )
    training = delivery.training
    enrolment = training.enrolments.get(person=co)
    mark_one(training.sessions.get(), enrolment, "absent", by=coordinator)
    assert numbers(of("ownership", Scope(programme, LATER))) == (0, 0, 1)
