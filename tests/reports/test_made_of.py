"""What a figure of an app is made of, as an indicator: n of N only where they make its value."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from core.figures.outcomes import Outcome
from reports.figures.computing import _form_of, compute_definition
from reports.figures.periods import Period
from reports.models import Definition
from reports.models.definitions import Counting, Counts, Form, Selection
from tests.cascades.facts import put_delivery
from tests.cascades.kept import *  # noqa: F403
from tests.cascades.test_figures_quality import checklist, observe
from tests.factories import make_project

__all__ = ["checklist"]
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))


def counting_of(programme, name):
    chosen = Selection(programme=str(programme.pk))
    return Counting(Counts.FIGURE, chosen, app="cascades", figure=name)


@pytest.mark.parametrize(
    ("name", "parts", "words"),
    [
        ("fidelity", None, "mean of 5 observed of 10 deliveries"),
        ("observation_coverage", (5, 10), ""),
    ],
)
def test_the_progress_of_a_mean_is_that_of_the_mean(
    programme, tiers, checklist, coordinator, strey_khmer, name, parts, words
):
    """Five of ten deliveries were observed, and all five followed the curriculum to the letter."""
    held = [put_delivery(tiers[2], by=coordinator) for _ in range(10)]
    for delivery in held[:5]:
        observe(delivery, checklist, [1, 1, 1, 1])
    definition = Definition(counting_of(programme, name))
    found = compute_definition(definition, YEAR, project=make_project(owner=strey_khmer))
    assert found.value == found.exact == (100 if parts is None else 50)
    assert (found.whole is None) == (parts is None)
    assert found.words == words
    if parts:
        assert (found.part, found.whole) == parts


def test_a_return_in_a_year_is_not_n_of_n(programme):
    counting = counting_of(programme, "completion")
    assert _form_of(counting, Outcome(Decimal("40.0"), 10, 100)) is Form.NUMBER
    assert _form_of(counting, Outcome(Decimal("10.0"), 10, 100)) is Form.PERCENT
