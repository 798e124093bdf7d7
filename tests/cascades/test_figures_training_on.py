"""From trained to training: multipliers, activation, active now and the time it takes."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from cascades.figures.catalogue import FIGURES
from cascades.figures.funnel.activating import kaplan_meier, lag_curve, median_of
from cascades.figures.scope import Scope
from tests.cascades.factories import START, days_after, make_iteration, tier_of
from tests.cascades.facts import put_delivery, put_people
from trainings.models import Training

LATER = days_after(400)


def of(name, scope):
    return FIGURES[name].of(scope).outcome


def counted(name, scope):
    """The people of the list behind, who count and who do not."""
    rows = FIGURES[name].behind(scope)[0].rows
    return (
        {row.subject.pk for row in rows[:] if row.counts},
        {row.subject.pk for row in rows[:] if not row.counts},
    )


# --- Multipliers ------------------------------------------------------------------------------


@pytest.fixture
def twenty(tiers, strey_khmer, coordinator):
    """20 graduates of tier 1; 15 of them each deliver to 16 people of tier 2."""
    masters = put_people(20, owner=strey_khmer)
    put_delivery(tiers[1], graduates=masters, by=coordinator)
    for master in masters[:15]:
        put_delivery(tiers[2], on=days_after(30), lead=master, graduates=16, by=coordinator)
    return masters


def test_240_people_with_20_graduates_are_12_for_each_and_16_for_each_who_delivered(
    programme, twenty
):
    scope = Scope(programme, LATER, tier_number=1)
    direct, active = of("direct_multiplier", scope), of("per_active_multiplier", scope)
    assert (direct.value, direct.part, direct.whole) == (12, 240, 20)
    assert (active.value, active.part, active.whole) == (16, 240, 15)
    delivered = of("delivered_next", scope)
    assert (delivered.value, delivered.part, delivered.whole) == (75, 15, 20)
    # Direct is activation times what each active one reached.
    assert direct.value == delivered.value / 100 * active.value
    assert len(FIGURES["direct_multiplier"].behind(scope)[0].rows) == 240
    assert counted("delivered_next", scope) == (
        {p.pk for p in twenty[:15]},
        {p.pk for p in twenty[15:]},
    )


def test_a_person_reached_by_two_graduates_is_one_person(
    programme, tiers, strey_khmer, coordinator
):
    a, b, x, y, z = put_people(5, owner=strey_khmer)
    put_delivery(tiers[1], graduates=[a, b], by=coordinator)
    put_delivery(tiers[2], on=days_after(9), lead=a, graduates=[x, y], by=coordinator)
    put_delivery(tiers[2], on=days_after(19), lead=b, graduates=[y, z], by=coordinator)
    found = of("direct_multiplier", Scope(programme, LATER, tier_number=1))
    assert (found.value, found.part, found.whole) == (Decimal("1.5"), 3, 2)


def test_the_whole_way_down_is_last_tier_by_first(programme, tiers, strey_khmer, coordinator):
    """2 masters, 240 people in the last tier: 120 for each."""
    masters = put_people(2, owner=strey_khmer)
    trainers = put_people(20, owner=strey_khmer)
    put_delivery(tiers[1], graduates=masters, by=coordinator)
    put_delivery(tiers[2], on=days_after(9), lead=masters[0], graduates=trainers, by=coordinator)
    for trainer in trainers[:15]:
        put_delivery(tiers[3], on=days_after(30), lead=trainer, graduates=16, by=coordinator)
    everything = Scope(programme, LATER)
    found = of("cumulative_multiplier", everything)
    assert (found.value, found.part, found.whole) == (120, 240, 2)
    # The product of the tiers, as none was skipped: 10 times 12.
    product = [of("direct_multiplier", everything.of_tier(n)).value for n in (1, 2)]
    assert product == [10, 12]
    # From the tier that is chosen.
    assert of("cumulative_multiplier", everything.of_tier(2)).value == 12


def test_a_tier_skipped_counts_in_the_whole_but_not_in_the_next(
    programme, tiers, strey_khmer, coordinator
):
    [master] = put_people(1, owner=strey_khmer)
    put_delivery(tiers[1], graduates=[master], by=coordinator)
    put_delivery(tiers[3], on=days_after(9), lead=master, graduates=7, by=coordinator)
    scope = Scope(programme, LATER)
    assert of("cumulative_multiplier", scope).value == 7
    assert of("activation", scope.of_tier(1)).value == 100
    assert of("direct_multiplier", scope.of_tier(1)).value == 0


def test_without_any_record_below_it_is_not_known_and_not_zero(programme, tiers, coordinator):
    put_delivery(tiers[1], graduates=5, by=coordinator)
    scope = Scope(programme, LATER, tier_number=1)
    for name in ("direct_multiplier", "activation", "lag", "cumulative_multiplier"):
        assert of(name, scope).value is None, name
    assert "recorded" in of("activation", scope).remark
    # One delivery below, by somebody else, and what these five did is known: nothing.
    put_delivery(tiers[2], on=days_after(9), graduates=3, by=coordinator)
    scope = Scope(programme, LATER, tier_number=1)
    assert of("direct_multiplier", scope).value == 0
    assert of("activation", scope).value == 0


def test_nothing_is_expected_of_the_last_tier(programme, tiers, coordinator):
    put_delivery(tiers[3], graduates=5, by=coordinator)
    found = of("activation", Scope(programme, LATER, tier_number=3))
    assert found.value is None
    assert "last tier" in found.remark


def test_a_last_tier_that_trains_on_is_not_known_until_something_is_recorded(
    programme, tiers, strey_khmer, coordinator
):
    tiers[3].trains_on = True
    tiers[3].save()
    a, b = put_people(2, owner=strey_khmer)
    put_delivery(tiers[3], graduates=[a, b], by=coordinator)
    assert of("activation", Scope(programme, LATER, tier_number=3)).value is None
    put_delivery(tiers[3], on=days_after(9), lead=a, graduates=3, by=coordinator)
    found = of("activation", Scope(programme, LATER, tier_number=3))
    assert (found.value, found.part, found.whole) == (20, 1, 5)


# --- Activation -------------------------------------------------------------------------------


def test_only_mature_graduates_are_counted(programme, tiers, strey_khmer, coordinator):
    """Six graduates: 2 of the 4 mature ones became active, 50 percent (naive 4 of 6 = 67)."""
    *old, young, newest = put_people(6, owner=strey_khmer)
    put_delivery(tiers[1], graduates=old, by=coordinator)
    put_delivery(tiers[1], on=days_after(100), graduates=[young, newest], by=coordinator)
    for person, day in [(old[0], 30), (old[1], 170), (young, 130), (newest, 140)]:
        put_delivery(tiers[2], on=days_after(day), lead=person, graduates=1, by=coordinator)
    scope = Scope(programme, days_after(200), tier_number=1)
    found = of("activation", scope)
    assert (found.value, found.part, found.whole) == (50, 2, 4)
    assert found.remark.startswith("2 more graduates completed less than 180 days ago")
    assert counted("activation", scope) == (
        {old[0].pk, old[1].pk},
        {old[2].pk, old[3].pk},
    )


@pytest.mark.parametrize(("days", "value"), [(180, 100), (181, 0)])
def test_the_last_day_of_the_window_counts(programme, tiers, strey_khmer, coordinator, days, value):
    [person] = put_people(1, owner=strey_khmer)
    put_delivery(tiers[1], graduates=[person], by=coordinator)
    put_delivery(tiers[2], on=days_after(days), lead=person, graduates=1, by=coordinator)
    assert of("activation", Scope(programme, LATER, tier_number=1)).value == value


def test_what_was_delivered_before_completing_activates_nobody(
    programme, tiers, strey_khmer, coordinator
):
    [person] = put_people(1, owner=strey_khmer)
    put_delivery(tiers[2], lead=person, graduates=1, by=coordinator)
    put_delivery(tiers[1], on=days_after(1), graduates=[person], by=coordinator)
    put_delivery(tiers[2], on=days_after(1), lead=person, graduates=1, by=coordinator)
    assert of("activation", Scope(programme, LATER, tier_number=1)).value == 0


def test_a_graduate_of_two_deliveries_counts_once_from_the_first(
    programme, tiers, strey_khmer, coordinator
):
    [person] = put_people(1, owner=strey_khmer)
    put_delivery(tiers[1], graduates=[person], by=coordinator)
    put_delivery(tiers[1], on=days_after(100), graduates=[person], by=coordinator)
    put_delivery(tiers[2], on=days_after(150), lead=person, graduates=1, by=coordinator)
    scope = Scope(programme, LATER, tier_number=1)
    assert (of("activation", scope).part, of("activation", scope).whole) == (1, 1)
    assert of("lag", scope).value == 150


def test_what_a_graduate_delivers_in_the_next_iteration_counts(
    programme, iteration, tiers, strey_khmer, coordinator
):
    following = make_iteration(programme=programme, by=coordinator)
    [person] = put_people(1, owner=strey_khmer)
    put_delivery(tiers[1], graduates=[person], by=coordinator)
    put_delivery(tier_of(following, 2), on=days_after(50), lead=person, graduates=4, by=coordinator)
    scope = Scope(programme, LATER, iteration=iteration, tier_number=1)
    assert of("activation", scope).value == 100
    assert of("direct_multiplier", scope).value == 4
    assert (
        of("activation", Scope(programme, LATER, iteration=following, tier_number=1)).value is None
    )


def test_a_cancelled_delivery_activates_nobody(programme, tiers, strey_khmer, coordinator):
    a, b = put_people(2, owner=strey_khmer)
    put_delivery(tiers[1], graduates=[a, b], by=coordinator)
    put_delivery(tiers[2], on=days_after(9), lead=a, status="cancelled", by=coordinator)
    put_delivery(tiers[2], on=days_after(9), lead=b, graduates=1, by=coordinator)
    found = of("activation", Scope(programme, LATER, tier_number=1))
    assert (found.part, found.whole) == (1, 2)


# --- How soon ---------------------------------------------------------------------------------


def test_the_median_waits_for_those_who_have_not_trained_anybody_yet():
    """{30, 31, 45, 212} and two censored: 45, where a plain median of four says 38."""
    curve = kaplan_meier(
        [(30, True), (31, True), (45, True), (212, True), (300, False), (365, False)]
    )
    assert median_of(curve) == 45
    assert [(s.days, s.at_risk, s.events, s.censored) for s in curve] == [
        (30, 6, 1, 0),
        (31, 5, 1, 0),
        (45, 4, 1, 0),
        (212, 3, 1, 0),
        (300, 2, 0, 1),
        (365, 1, 0, 1),
    ]
    assert [round(s.survival, 4) for s in curve] == [0.8333, 0.6667, 0.5, 0.3333, 0.3333, 0.3333]


def test_who_is_looked_at_for_a_short_time_only_leaves_the_curve_early():
    """By hand: at 10 days one of four leaves unseen; then 2/3, and 1/3 of it."""
    curve = kaplan_meier([(10, False), (20, True), (30, True), (40, False)])
    assert [round(s.survival, 4) for s in curve] == [1.0, 0.6667, 0.3333, 0.3333]
    assert median_of(curve) == 30
    assert median_of(kaplan_meier([(5, True), (9, False), (9, False)])) is None
    assert median_of(kaplan_meier([])) is None


def test_days_until_a_graduate_trains_others(programme, tiers, strey_khmer, coordinator):
    people = put_people(6, owner=strey_khmer)
    put_delivery(tiers[1], graduates=people, days=3, by=coordinator)
    for person, days in zip(people, [30, 31, 45, 212], strict=False):
        put_delivery(
            tiers[2], on=START + timedelta(days=2 + days), lead=person, graduates=1, by=coordinator
        )
    scope = Scope(programme, LATER, tier_number=1)
    found = of("lag", scope)
    assert (found.value, found.part, found.whole) == (45, 4, 6)
    assert [step.days for step in lag_curve(scope)] == [30, 31, 45, 212, 398]
    # As of a day on which one only had begun, half of them are not there yet.
    early = of("lag", Scope(programme, days_after(32), tier_number=1))
    assert (early.value, early.part, early.whole) == (None, 1, 6)


# --- Second ways of counting ------------------------------------------------------------------


def test_activation_and_multipliers_agree_with_plain_enumeration(
    programme, tiers, strey_khmer, coordinator
):
    """A tangled programme, counted again in loops over the deliveries."""
    people = put_people(12, owner=strey_khmer)
    plan = [
        # tier, day, trainers, who completed
        (1, 0, [], [0, 1, 2]),
        (1, 60, [0], [2, 3]),
        (2, 10, [0, 1], [4, 5, 6]),
        (2, 70, [2], [6, 7, 0]),
        (2, 300, [3], [8]),
        (3, 80, [4, 5], [8, 9, 1]),
        (3, 90, [2], [10, 9]),
        (3, 95, [11], [10]),
    ]
    for number, day, trainers, completed in plan:
        put_delivery(
            tiers[number],
            on=days_after(day),
            lead=people[trainers[0]] if trainers else None,
            co=[people[n] for n in trainers[1:]],
            graduates=[people[n] for n in completed],
            by=coordinator,
        )
    for number in (1, 2):
        finished = {}
        for _, day, _, completed in sorted(
            (row for row in plan if row[0] == number), key=lambda row: row[1]
        ):
            for person in completed:
                finished.setdefault(person, day)
        first = {
            person: min((d for _, d, who, _ in plan if person in who and d > day), default=None)
            for person, day in finished.items()
        }
        mature = [p for p, day in finished.items() if day + 180 <= 400]
        activated = [p for p in mature if first[p] is not None and first[p] - finished[p] <= 180]
        reached = {
            learner
            for k, d, who, completed in plan
            if k == number + 1
            and any(p in done and e < d for p in who for j, e, _, done in plan if j == number)
            for learner in completed
        }
        scope = Scope(programme, LATER, tier_number=number)
        found, direct = of("activation", scope), of("direct_multiplier", scope)
        assert (found.part, found.whole) == (len(activated), len(mature))
        assert (direct.part, direct.whole) == (len(reached), len(finished))


def test_every_figure_answers_for_a_programme_without_anything(programme):
    for name, definition in FIGURES.items():
        outcome = definition.of(Scope(programme, LATER)).outcome
        assert outcome.value in (None, 0), name
        rows = definition.behind(Scope(programme, LATER))[0].rows
        assert not any(row.counts for row in rows[:]), name
    assert not Training.objects.exists()
