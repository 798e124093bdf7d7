"""One fact has one value: in figures, in "what if", on charts and on paper."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from cascades.actions.certifying import add_rule
from cascades.figures.catalogue import FIGURES
from cascades.figures.funnel.steps import STEPS
from cascades.figures.page.report import report_of
from cascades.figures.plan.growth import last_round
from cascades.figures.plan.observed_rates import Observed, so_far
from cascades.figures.scope import Scope
from cascades.papers.charts import flow_chart
from tests.cascades.factories import days_after, make_iteration, tier_of
from tests.cascades.facts import put_delivery, put_people
from tests.cascades.kept import *  # noqa: F403

TODAY = days_after(900)


def of(name, scope):
    return FIGURES[name].of(scope).outcome


def words(svg) -> str:
    return re.sub(r"\s+", " ", strip_tags(svg))


# Graduates of whom nothing is recorded


@pytest.fixture
def unfollowed(programme, iteration, strey_khmer, coordinator):
    """In the first run nothing is recorded of what four graduates did; in the second one of two
    trained others.
    """
    put_delivery(tier_of(iteration, 2), graduates=4, by=coordinator)
    second = make_iteration(programme=programme, by=coordinator, starts_on=days_after(300))
    trains, idle = put_people(2, owner=strey_khmer)
    put_delivery(tier_of(second, 2), on=days_after(300), graduates=[trains, idle], by=coordinator)
    put_delivery(tier_of(second, 3), on=days_after(330), lead=trains, graduates=5, by=coordinator)
    return Scope(programme, TODAY)


def test_who_is_not_followed_is_left_out_of_activation_everywhere(unfollowed):
    found = of("activation", unfollowed.of_tier(2))
    assert (found.part, found.whole) == (1, 2)
    assert so_far(unfollowed, days=365).activation == Observed(1, 2)
    assert so_far(unfollowed.of_tier(3), days=365).activation == Observed(1, 2)


def test_who_is_not_followed_is_not_among_those_not_yet_known(unfollowed, tiers):
    chart = words(flow_chart(unfollowed, tiers[2]))
    assert re.search(r"what they did next is not known\W+4", chart), chart
    assert "not yet known" not in chart.replace("did not complete, or not yet known", "")


def test_the_page_of_what_if_shows_the_activation_of_the_figures(
    as_user, coordinator, unfollowed, programme
):
    page = as_user(coordinator).get(
        reverse("cascades:what-if", args=[programme.pk]), {"as_of": f"{TODAY:%d/%m/%Y}"}
    )
    assert "Observed: 50.00% (1 of 2)" in page.content.decode()


def test_of_one_iteration_nothing_is_known_and_it_is_asked(unfollowed, iteration):
    assert so_far(unfollowed.of_iteration(iteration), days=365).activation == Observed(0, 0)


# Growth


@pytest.fixture
def growing(iteration, tiers, strey_khmer, coordinator):
    """Two trainers of the last tier became three, of whom one was there before: 1.5."""
    trainers = put_people(4, owner=strey_khmer)
    put_delivery(tiers[2], graduates=trainers, by=coordinator)
    for day, lead in [(100, 0), (110, 1), (500, 0), (510, 2), (520, 3)]:
        put_delivery(tiers[3], on=days_after(day), lead=trainers[lead], graduates=5, by=coordinator)
    return Scope(iteration.programme, days_after(530))


def shown(page) -> str:
    return " ".join(page.content.decode().split())


def test_the_growth_of_what_if_is_that_of_the_figure(as_user, coordinator, growing, programme):
    figure = of("growth", growing.of_tier(3))
    assert (float(figure.value), figure.part, figure.whole) == (1.5, 3, 2)
    seen = so_far(growing, days=programme.active_days)
    assert (seen.loss, seen.joining) == (Observed(1, 2), Observed(2, 2))
    found = last_round(growing.of_tier(3))
    assert (found.before - found.stayed, found.new) == (seen.loss.part, seen.joining.part)
    asked = {"as_of": f"{days_after(530):%d/%m/%Y}", "tier": 3, "places": 1}
    asked |= {"measure": "people", "wanted": 500}
    page = shown(as_user(coordinator).get(reverse("cascades:what-if", args=[programme.pk]), asked))
    assert '<span class="value">1.50</span>' in page
    assert "trainers of tier 3 in a round" in page
    assert "dies out" not in page


def test_graduates_of_the_last_tier_do_not_count_against_growth(growing, programme):
    """None of the 25 trained others, and nobody expects it of them."""
    without = so_far(growing, days=programme.active_days)
    assert not without.goes_on_unrecorded
    growing.tiers().filter(number=3).update(trains_on=True)
    assert so_far(Scope(programme, days_after(530)), days=365).goes_on_unrecorded


def test_two_figures_of_growth_have_two_names(as_user, coordinator, growing, programme):
    browser, asked = as_user(coordinator), {"as_of": f"{days_after(530):%d/%m/%Y}"}
    page = shown(browser.get(reverse("cascades:what-if", args=[programme.pk]), asked))
    glance = shown(browser.get(reverse("cascades:programme", args=[programme.pk]), asked))
    assert "Growth in a round" in glance
    assert "growth per round" not in page.lower()


# The funnel


@pytest.mark.parametrize("has_rule", [False, True])
def test_page_figures_paper_and_file_have_one_funnel(
    as_user, coordinator, growing, programme, has_rule
):
    """With a rule that one of four trainers meets, the largest loss is at certification."""
    if has_rule:
        add_rule(
            programme, tier_number=2, valid_from=days_after(0), least_deliveries=2, by=coordinator
        )
    browser, asked = as_user(coordinator), {"as_of": f"{growing.as_of:%d/%m/%Y}"}
    glance = browser.get(reverse("cascades:programme", args=[programme.pk]), asked)
    figures = browser.get(reverse("cascades:figures", args=[programme.pk]), asked)
    answer = browser.get(reverse("cascades:figures-xlsx", args=[programme.pk]), asked)
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    in_file = [
        row
        for row in book.worksheets[-1].iter_rows(values_only=True)
        if row[0] in {str(word) for word in STEPS.values()}
    ]
    counted = {
        "page": [(step.name, step.people) for step in glance.context["glance"].funnel],
        "figures": [(step.name, step.people) for step in figures.context["funnel"]],
        "paper": [(step.name, step.people) for step in report_of(growing).funnel],
        "file": [(name, row[1]) for name, row in zip(STEPS, in_file, strict=True)],
    }
    certified = 1 if has_rule else 4
    expected = [("nominated", 4), ("came", 4), ("completed", 4), ("certified", certified)]
    expected += [("activated", certified), ("active", 1 if has_rule else 3)]
    assert counted == dict.fromkeys(counted, expected)
    chart = words(glance.context["funnel"])
    assert re.search(rf"Certified\W+{certified}\b", chart)
