"""Qualified to lead is one definition: in the figure, on the lists, and where one chooses."""

from __future__ import annotations

import pytest
from django.urls import reverse

from cascades.actions.certifying import add_rule
from cascades.actions.linking import link_deliveries
from cascades.figures.catalogue import FIGURES
from cascades.figures.lineage.proposing import proposals_for
from cascades.figures.quality.data_quality import findings_of
from cascades.figures.scope import Scope
from cascades.models import Delivery
from tests.cascades.factories import START, days_after, make_delivery
from tests.cascades.kept import *  # noqa: F403

TODAY = days_after(100)


@pytest.fixture(scope="module")
def cascade(tiers, people, coordinator) -> dict[str, Delivery]:
    """Somebody of each kind leads a delivery of the second tier."""
    seed, master, below, late, nobody = people[:5]

    def deliver(number, on, lead, learners=()):
        return make_delivery(
            tiers[number], on=days_after(on), lead=lead, learners=learners, by=coordinator
        )

    deliver(1, 0, seed, [master])
    made = {"master": deliver(2, 20, master, people[5:6])}
    deliver(3, 30, people[5], [below])
    made["completed a lower tier only"] = deliver(2, 40, below, people[6:7])
    made["learnt it afterwards"] = deliver(2, 41, late, people[7:8])
    deliver(1, 50, seed, [late])
    made["never completed anything"] = deliver(2, 60, nobody, people[6:7])
    return made


QUALIFIED = {"master"}


def flagged(programme, code="unqualified") -> set[object]:
    found = findings_of(programme, as_of=TODAY)
    return {case.delivery.pk for each in found if each.check.code == code for case in each.cases}


def test_figure_list_and_page_name_the_same_deliveries(as_user, field_staff, programme, cascade):
    expected = {each.pk for name, each in cascade.items() if name not in QUALIFIED}
    scope = Scope(programme, TODAY)
    counted = FIGURES["unqualified_rate"].of(scope).outcome
    assert (counted.part, counted.whole) == (3, 5)
    behind = {
        row.subject.pk
        for page in FIGURES["unqualified_rate"].behind(scope)
        for row in page.rows[:]
        if row.counts
    }
    assert behind == flagged(programme) == expected
    browser = as_user(field_staff)
    for name, delivery in cascade.items():
        page = browser.get(reverse("cascades:delivery", args=[delivery.pk])).content.decode()
        assert ("had completed no higher tier before" in page) == (name not in QUALIFIED), name


def test_search_and_proposals_say_who_is_qualified_and_certified(
    as_user, field_staff, programme, tiers, people, cascade, coordinator
):
    coming = make_delivery(tiers[2], on=days_after(90), held=False, by=coordinator)

    def found(person):
        # Names that sound nearly alike are found as well.
        [each] = [p for p in proposals_for(coming, person.name_latin) if p.person == person]
        return each.is_qualified, each.is_certified

    assert found(people[1]) == (True, None)
    assert found(people[2]) == (False, None)
    add_rule(programme, tier_number=1, valid_from=START, least_deliveries=1, by=coordinator)
    assert found(people[1]) == (True, True)
    assert found(people[3]) == (True, False)  # Completed the tier since, and has trained nobody.
    assert found(people[4]) == (False, False)
    browser = as_user(field_staff)
    where = reverse("cascades:delivery-trainers", args=[coming.pk])
    page = browser.get(where).content.decode()
    assert "qualified" in page
    assert "not certified" in page
    answer = browser.post(where, {"person": people[2].pk, "role": "lead trainer"}, follow=True)
    assert "did not complete a delivery of a higher tier" in answer.content.decode()


def test_a_typed_link_qualifies_everywhere(
    as_user, field_staff, programme, tiers, cascade, coordinator
):
    upper = make_delivery(tiers[1], on=days_after(1), held=False, by=coordinator)
    odd = cascade["never completed anything"]
    link_deliveries(odd, parent=upper, reason="as told", source="Report", by=coordinator)
    assert odd.pk not in flagged(programme)
    assert FIGURES["unqualified_rate"].of(Scope(programme, TODAY)).outcome.part == 2
    page = as_user(field_staff).get(reverse("cascades:delivery", args=[odd.pk])).content.decode()
    assert "had completed no higher tier before" not in page


def test_an_unqualified_co_trainer_is_a_note(programme, tiers, people, cascade, coordinator):
    made = make_delivery(
        tiers[2], on=days_after(70), lead=people[1], co=[people[4]], by=coordinator
    )
    assert made.pk not in flagged(programme)
    assert made.pk in flagged(programme, "unqualified_co")


def test_a_tier_is_skipped_whatever_was_completed_below_it(programme, tiers, people, coordinator):
    """Of tier 1, leads tier 3, and sat in tier 3 once as a learner: the step is still skipped."""
    make_delivery(tiers[1], lead=people[0], learners=[people[1]], by=coordinator)
    make_delivery(tiers[3], on=days_after(5), lead=people[2], learners=[people[1]], by=coordinator)
    made = make_delivery(tiers[3], on=days_after(10), lead=people[1], by=coordinator)
    assert made.pk in flagged(programme, "tier_skipped")


@pytest.mark.parametrize("days", [(0, 20), (20, 0)])
def test_only_the_later_of_two_who_trained_each_other_is_by_an_own_graduate(
    programme, tiers, people, coordinator, days
):
    a, b = people[:2]
    pair = {
        day: make_delivery(
            tiers[2], on=days_after(day), lead=lead, learners=[learner], by=coordinator
        )
        for day, (lead, learner) in zip(days, [(a, b), (b, a)], strict=True)
    }
    found = [
        (case.delivery, case.person)
        for each in findings_of(programme, as_of=TODAY)
        if each.check.code == "own_graduate"
        for case in each.cases
    ]
    learner = a if days == (0, 20) else b
    assert found == [(pair[20], learner)]
