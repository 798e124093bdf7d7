"""Odd records are kept, handled as lineage says, and named on the data-quality list."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from cascades.actions.designing import add_iteration, add_tier, change_iteration, change_tier
from cascades.figures.quality.data_quality import CHECKS, findings_of
from cascades.models import Tier
from tests.cascades.factories import (
    days_after,
    make_delivery,
    tier_of,
)
from tests.cascades.kept import *  # noqa: F403
from tests.factories import make_person
from trainings.actions.curricula import add_version
from trainings.actions.planning import cancel_training

LATER = date(2030, 1, 1)


def codes(programme, **about) -> dict[str, int]:
    found = findings_of(programme, as_of=about.pop("as_of", LATER), **about)
    return {finding.check.code: finding.total for finding in found}


@pytest.fixture(scope="module")
def whole(programme, tiers, people, places, coordinator):
    """A cascade of two tiers with nothing odd about it: place, version, trainers, homes."""
    version = add_version(curriculum=programme.curriculum, label="1", by=coordinator)

    def deliver(number, on, lead, learners, **details):
        details = {"curriculum_version": version, "place": places["020308"]} | details
        return make_delivery(
            tiers[number], on=on, lead=lead, learners=learners, by=coordinator, **details
        )

    for person in people:
        person.place = places["02030801"]
        person.save()
    deliver(1, days_after(0), people[0], people[1:3])
    deliver(2, days_after(30), people[1], people[3:5])
    return deliver


def test_a_cascade_without_faults_has_an_empty_list(programme, whole):
    assert codes(programme) == {}


def test_a_trainer_who_completed_nothing_is_named_and_the_delivery_counts(programme, whole, people):
    whole(2, days_after(40), people[6], people[5:6])
    assert codes(programme) == {"unqualified": 1}


def test_a_trainer_who_finished_after_delivering_is_named(programme, whole, people):
    whole(2, days_after(5), people[6], people[5:6])
    whole(1, days_after(20), people[0], people[6:7])
    assert codes(programme) == {"unqualified": 1, "too_late": 1}


def test_a_chain_within_one_day_is_named(programme, whole, people):
    whole(1, days_after(20), people[0], people[6:7])
    whole(2, days_after(20), people[6], people[5:6])
    assert codes(programme)["same_day"] == 1


def test_overlapping_dates_are_named(programme, whole, people):
    whole(1, [days_after(20), days_after(40)], people[0], people[6:7])
    whole(2, [days_after(30), days_after(50)], people[6], people[5:6])
    assert codes(programme)["overlap"] == 1


def test_training_ones_own_trainer_is_a_note(programme, whole, people):
    whole(2, days_after(50), people[3], people[1:2])
    found = codes(programme)
    # The later delivery alone; people[1] also completed two tiers by now.
    assert found["own_graduate"] == 1
    assert found["several_tiers"] == 1


def test_a_skipped_tier_and_an_empty_upper_tier_are_named(programme, whole, people):
    whole(3, days_after(60), people[2], people[5:6])
    assert codes(programme) == {"tier_skipped": 1}


def test_an_iteration_without_its_upper_tier_is_named(programme, whole, people, coordinator):
    second = add_iteration(
        programme=programme, name_en="Second", starts_on=days_after(90), by=coordinator
    )
    for number in (1, 2):
        add_tier(iteration=second, name_en=f"Tier {number}", by=coordinator)
    make_delivery(
        tier_of(second, 2), on=days_after(95), lead=people[1], learners=people[5:6], by=coordinator
    )
    assert codes(programme, iteration=second)["no_upper_tier"] == 1


def test_a_version_that_the_trainer_was_not_trained_on_is_named(
    programme, whole, people, coordinator
):
    newer = add_version(curriculum=programme.curriculum, label="2", by=coordinator)
    whole(2, days_after(40), people[2], people[5:6], curriculum_version=newer)
    whole(2, days_after(41), people[2], people[5:6], curriculum_version=None)
    found = codes(programme)
    assert (found["other_version"], found["no_version"]) == (1, 1)


def test_an_edition_made_of_the_one_that_the_trainer_learnt_is_as_planned(
    programme, tiers, people, coordinator
):
    upper, lower, next_one = (
        add_version(curriculum=programme.curriculum, label=label, by=coordinator)
        for label in ("masters", "councils", "second edition")
    )
    lower.comes_from.add(upper)
    next_one.comes_from.add(lower)
    make_delivery(
        tiers[1], lead=people[0], learners=people[2:3], curriculum_version=upper, by=coordinator
    )
    for number, version in enumerate([upper, lower, next_one]):
        make_delivery(
            tiers[2],
            on=days_after(40 + number),
            lead=people[2],
            learners=people[5:6],
            curriculum_version=version,
            by=coordinator,
        )
    assert codes(programme)["other_version"] == 1


def test_a_place_of_the_wrong_level_or_outside_the_iteration_is_named(
    programme, whole, iteration, tiers, places, people, coordinator
):
    tier = Tier.objects.get(pk=tiers[2].pk)
    change_tier(tier, version=tier.version, place_level=3, by=coordinator)
    change_iteration(iteration, version=iteration.version, places=[places["0203"]], by=coordinator)
    whole(2, days_after(40), people[2], people[5:6], place=places["02"])
    whole(2, days_after(41), people[2], people[5:6], place=places["020902"])
    found = codes(programme)
    assert found["place_level"] == 1
    assert found["outside"] == 2  # The province as a whole, and the commune of another district.


def test_a_group_unlike_the_rule_of_its_tier_is_named(programme, whole, tiers, coordinator):
    tier = Tier.objects.get(pk=tiers[2].pk)
    change_tier(tier, version=tier.version, least_people_per_group=3, by=coordinator)
    assert codes(programme) == {"group_size": 1}


def test_open_cancelled_and_trainerless_deliveries_are_named(
    programme, whole, tiers, people, places, coordinator
):
    whole(2, days_after(40), people[2], people[5:6], held=False)
    cancelled = whole(2, days_after(41), people[2], people[5:6], held=False)
    cancel_training(cancelled.training, by=coordinator)
    whole(2, days_after(42), None, people[5:6])
    assert codes(programme) == {"still_open": 1, "cancelled": 1, "no_trainer": 1}


def test_graduates_who_look_like_one_person_are_named(
    programme, whole, places, strey_khmer, coordinator, people
):
    twice = [
        make_person(owner=strey_khmer, name_latin=name, place=places["02030801"], by=coordinator)
        for name in ("Sok Chantha", "Chantha Sok")
    ]
    whole(2, days_after(40), people[2], twice)
    assert codes(programme) == {"look_alike": 2}


def test_a_graduate_without_a_home_is_named(programme, whole, strey_khmer, coordinator, people):
    homeless = make_person(owner=strey_khmer, by=coordinator)
    whole(2, days_after(40), people[2], [homeless])
    assert codes(programme) == {"no_home": 1}


def test_the_list_of_one_delivery_is_about_it_alone(programme, whole, people):
    odd = whole(2, days_after(40), people[6], people[5:6])
    fine = whole(2, days_after(41), people[2], people[5:6])
    assert codes(programme, delivery=odd) == {"unqualified": 1}
    assert codes(programme, delivery=fine) == {}


def test_every_check_can_be_asked_of_an_empty_programme(programme):
    assert codes(programme) == {}
    assert len({check.code for check in CHECKS}) == len(CHECKS)


def test_the_first_cases_are_shown_and_all_of_them_on_pages_of_their_own(
    programme, whole, people, coordinator, as_user
):
    for more in range(7):
        whole(2, days_after(40 + more), people[6], people[5:6])
    [finding] = findings_of(programme, as_of=LATER)
    assert (finding.total, len(finding.cases)) == (7, 5)
    browser = as_user(coordinator)
    page = browser.get(reverse("cascades:quality", args=[programme.pk])).content.decode()
    link = reverse("cascades:quality-cases", args=[programme.pk, "unqualified"])
    assert f'href="{link}"' in page
    listed = browser.get(link).context["finding"].cases
    assert len({case.delivery.pk for case in listed}) == 7
    beyond = findings_of(programme, as_of=LATER, code="unqualified", cases=range(5, 10))
    assert {case.delivery.pk for case in beyond[0].cases}.isdisjoint(
        case.delivery.pk for case in finding.cases
    )
    assert (
        browser.get(reverse("cascades:quality-cases", args=[programme.pk, "x"])).status_code == 404
    )


def test_all_checks_are_asked_in_one_query(programme, whole, people, django_assert_num_queries):
    for more in range(3):
        whole(2, days_after(40 + more), people[6], people[5:6])
        with django_assert_num_queries(3):  # The checks, the deliveries, the people.
            findings_of(programme, as_of=LATER)
