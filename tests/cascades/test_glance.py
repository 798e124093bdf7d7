"""The first page of a programme: one set of questions, whatever its size."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from cascades.figures.page.glance import as_json, from_json, glance_of
from cascades.figures.scope import Scope
from tests.cascades.factories import days_after, make_delivery
from tests.cascades.kept import *  # noqa: F403


@pytest.fixture(scope="module")
def held(tiers, people, places, coordinator):
    make_delivery(
        tiers[1], lead=people[0], learners=people[1:4], absent=people[4:5], by=coordinator
    )
    make_delivery(tiers[2], on=days_after(30), lead=people[1], learners=people[5:8], by=coordinator)


def test_a_kept_glance_is_the_one_that_was_counted(programme, held):
    glance = glance_of(Scope(programme, date(2026, 12, 1)))
    assert glance.reach.distinct == 6
    assert from_json(as_json(glance)) == glance


@pytest.mark.parametrize("more", [0, 3])
def test_the_page_asks_at_most_fifteen_questions_at_any_size(
    as_user, coordinator, programme, tiers, people, held, more, django_assert_max_num_queries
):
    for number in range(more):
        make_delivery(
            tiers[2], on=days_after(50 + number), lead=people[2], learners=2, by=coordinator
        )
    browser = as_user(coordinator)
    with django_assert_max_num_queries(15):
        browser.get(reverse("cascades:programme", args=[programme.pk]))
