"""A grade is given as its scheme says: from a percentage on, or above it."""

from __future__ import annotations

from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError

from savings_groups.models import GradingScheme

pytestmark = pytest.mark.django_db


@pytest.fixture
def five_rules() -> GradingScheme:
    return GradingScheme.objects.get(code="five-rules")


@pytest.mark.parametrize(
    ("percent", "letter"),
    [("85.1", "A"), ("85.0", "B"), ("84.9", "B"), ("75.0", "B"), ("74.9", "C"), ("100.0", "A")],
)
def test_a_above_85_means_above(five_rules, percent, letter):
    assert "A above 85, B from 75" in five_rules.source
    assert five_rules.letter(Decimal(percent)) == letter


def test_a_scheme_may_say_from(five_rules):
    five_rules.a_is_above = False
    assert five_rules.letter(Decimal("85.0")) == "A"


def test_limits_may_have_decimals(five_rules):
    five_rules.grade_a, five_rules.grade_b = Decimal("82.5"), Decimal("66.7")
    five_rules.full_clean()
    five_rules.save()
    five_rules.refresh_from_db()
    letters = [five_rules.letter(Decimal(each)) for each in ("82.6", "82.5", "66.7", "66.6")]
    assert letters == ["A", "B", "B", "C"]


@pytest.mark.parametrize(("a", "b"), [("75.5", "75.5"), ("100.1", "75"), ("85", "-1")])
def test_limits_that_grade_nobody_are_refused(five_rules, a, b):
    five_rules.grade_a, five_rules.grade_b = Decimal(a), Decimal(b)
    with pytest.raises(ValidationError, match="A needs more than B"):
        five_rules.full_clean()


@pytest.mark.parametrize(
    ("changed", "is_above"), [({}, True), ({"grade_a": 80}, False), ({"source": "ours"}, False)]
)
def test_an_installation_from_before_grades_as_its_scheme_says(five_rules, changed, is_above):
    GradingScheme.objects.filter(pk=five_rules.pk).update(**{"a_is_above": False, **changed})
    import_module("savings_groups.migrations.0012_grades_as_they_say").as_it_says(apps, None)
    five_rules.refresh_from_db()
    assert five_rules.a_is_above == is_above
