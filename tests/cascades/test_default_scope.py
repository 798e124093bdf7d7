"""Without a choice, a page is about the iteration that is running, and says so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.cascades.factories import make_iteration, tier_of
from tests.cascades.facts import put_delivery
from tests.cascades.kept import *  # noqa: F403

TODAY = timezone.localdate()
PAGES = [
    "programme",
    "figures",
    "deliveries",
    "lineage",
    "coverage",
    "gaps",
    "next-places",
    "what-if",
    "quality",
]


def days_ago(days):
    return TODAY - timedelta(days=days)


@pytest.fixture(scope="module")
def iterations(programme, coordinator):
    """One that is over, one that runs, and one that has not begun."""

    def make(name, starts, ends):
        return make_iteration(
            programme=programme, name_en=name, starts_on=starts, ends_on=ends, by=coordinator
        )

    past = make("The past run", days_ago(800), days_ago(500))
    present = make("The present run", days_ago(200), None)
    make("The coming run", days_ago(-30), None)
    put_delivery(tier_of(past, 1), on=days_ago(700), graduates=4, by=coordinator)
    put_delivery(tier_of(present, 1), on=days_ago(100), graduates=3, by=coordinator)
    return past, present


@pytest.fixture
def browse(as_user, coordinator, programme, iterations):
    def get(name, **asked):
        return as_user(coordinator).get(reverse(f"cascades:{name}", args=[programme.pk]), asked)

    return get


def words(answer):
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize("page", PAGES)
def test_the_running_iteration_is_meant_and_named(browse, iterations, page):
    answer = browse(page)
    assert answer.context["scope"].iteration == iterations[1]
    assert "The present run (the iteration that is running)" in words(answer)


@pytest.mark.parametrize("page", PAGES)
def test_another_choice_does_not_lose_it(browse, iterations, page):
    """A page further on, or a tier, names no iteration."""
    assert browse(page, page=2, tier=1).context["scope"].iteration == iterations[1]


@pytest.mark.parametrize("asked", ["all", ""])
def test_all_iterations_are_there_when_asked_for(browse, asked):
    answer = browse("programme", iteration=asked)
    assert answer.context["glance"].reach.distinct == 7
    assert "All iterations" in words(answer)


def test_the_iteration_is_that_of_the_day(browse, iterations):
    answer = browse("programme", as_of=f"{days_ago(600):%d/%m/%Y}")
    assert answer.context["scope"].iteration == iterations[0]
    assert answer.context["glance"].reach.distinct == 4


def test_on_a_day_on_which_none_runs_it_is_all_of_them(browse):
    answer = browse("programme", as_of=f"{days_ago(300):%d/%m/%Y}")
    assert answer.context["scope"].iteration is None
    assert "All iterations" in words(answer)


def test_the_form_shows_what_is_meant(browse, iterations):
    form = browse("figures", tier=1).context["form"]
    assert form["iteration"].value() == str(iterations[1].pk)
    assert browse("figures").context["form"]["iteration"].value() == str(iterations[1].pk)


def test_a_box_of_the_tree_keeps_what_was_chosen(browse, iterations):
    past, _present = iterations
    assert f"?iteration={past.pk}&amp;from=" in words(browse("lineage", iteration=str(past.pk)))
