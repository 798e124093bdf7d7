"""How many deliveries there are is one number on every page, and a cancelled one is none."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.cascades.factories import days_after, make_iteration, tier_of
from tests.cascades.facts import put_delivery
from tests.cascades.kept import *  # noqa: F403


@pytest.fixture
def held(programme, iteration, tiers, coordinator):
    """Two deliveries that were held, and one that was cancelled, alone in its tier; of another
    run one was held and one cancelled.
    """
    put_delivery(tiers[1], by=coordinator)
    put_delivery(tiers[1], on=days_after(3), by=coordinator)
    put_delivery(tiers[2], on=days_after(9), status="cancelled", by=coordinator)
    again = tier_of(make_iteration(programme=programme, by=coordinator), 1)
    put_delivery(again, by=coordinator)
    put_delivery(again, on=days_after(3), status="cancelled", by=coordinator)


def test_the_list_of_programmes_leaves_out_cancelled_deliveries(as_user, coordinator, held):
    page = as_user(coordinator).get(reverse("cascades:list"))
    assert [each.deliveries for each in page.context["programmes"]] == [3]
    assert [each.runs for each in page.context["programmes"]] == [2]


def test_the_design_says_the_same(as_user, coordinator, programme, held):
    page = as_user(coordinator).get(reverse("cascades:design", args=[programme.pk]))
    assert [each.held for each in page.context["iterations"]] == [1, 2]
    assert [each.levels for each in page.context["iterations"]] == [3, 3]


def test_a_tier_whose_only_delivery_was_cancelled_has_none_and_stays(
    as_user, coordinator, iteration, held
):
    page = as_user(coordinator).get(reverse("cascades:iteration", args=[iteration.pk]))
    assert [(tier.held, tier.is_used) for tier in page.context["tiers"]] == [
        (2, True),
        (0, True),
        (0, False),
    ]
    assert page.content.decode().count("/remove/") == 1
