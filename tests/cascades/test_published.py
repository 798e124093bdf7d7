"""Bounds over published iterations: at least, at most, and why."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from cascades.actions.designing import add_published_figure
from cascades.figures.published import bounds_of
from cascades.models import PublishedFigure
from registry.models import Place
from tests.cascades.factories import make_iteration
from tests.cascades.kept import *  # noqa: F403

Measure = PublishedFigure.Measure


@pytest.fixture
def publish(programme, coordinator):
    """Iterations with what was published about each: a measure, and its values."""

    def make(measure, *iterations):
        for values in iterations:
            iteration = make_iteration(programme=programme, by=coordinator)
            for number, value in enumerate(values):
                add_published_figure(
                    iteration=iteration, measure=measure, value=value, source=f"Page {number}",
                    by=coordinator,
                )  # fmt: skip
        return PublishedFigure.objects.all()

    return make


def test_at_least_the_largest_and_at_most_the_sum(publish):
    [found] = bounds_of(publish(Measure.PARTICIPANTS, [204], [190], [80]))
    assert (found.at_least, found.at_most, found.iterations) == (204, 474, 3)
    assert not found.sources_differ


def test_where_sources_differ_the_bounds_hold_for_each_of_them(publish):
    [found] = bounds_of(publish(Measure.PARTICIPANTS, [203, 204, 205], [100]))
    assert (found.at_least, found.at_most) == (203, 305)
    assert "sources differ" in found.why


def test_there_are_no_more_places_than_on_the_official_list(publish, places):
    provinces = Place.objects.filter(level=Place.Level.PROVINCE).count()
    [found] = bounds_of(publish(Measure.PROVINCES, [provinces], [provinces]))
    assert (found.at_least, found.at_most) == (provinces, provinces)
    assert "official list" in found.why


@pytest.mark.parametrize("measure", [Measure.COST_PER_TOILET, Measure.SHARE_OF_ELIGIBLE])
def test_what_is_no_number_of_people_or_places_has_no_bounds(publish, measure):
    assert bounds_of(publish(measure, [10], [20])) == []


def test_one_iteration_is_no_reason_for_bounds(publish):
    assert bounds_of(publish(Measure.PARTICIPANTS, [10, 12])) == []


def test_the_page_of_all_iterations_says_both_and_why(as_user, coordinator, programme, publish):
    publish(Measure.PARTICIPANTS, [1204], [Decimal("1100")])
    address = reverse("cascades:programme", args=[programme.pk])
    page = as_user(coordinator).get(address, {"iteration": "all"}).content.decode()
    assert "All published iterations together" in page
    assert "1,204" in page
    assert "2,304" in page
    assert "none may have been in two of them" in page
