"""Numbers that nobody means are refused at their field, and by the database."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from core.forms.fields import DecimalNumberField, WholeNumberField
from registry.models import Organisation, User
from tests.trainings.factories import make_training
from trainings.actions.enrolling import enrol_organisation
from trainings.models import AgeBandScheme, Training

Browser = Callable[[User], Client]
TYPED = ["1000000001", "9" * 18, "៩" * 18, "９" * 12, "9" * 400]


@pytest.mark.parametrize("typed", TYPED)
def test_no_number_goes_without_a_limit(typed: str) -> None:
    for field in (WholeNumberField(), DecimalNumberField()):
        with pytest.raises(ValidationError):
            field.clean(typed)


@pytest.mark.parametrize("typed", TYPED)
def test_a_plan_with_numbers_that_nobody_means_is_refused_at_each_field(
    typed: str, field_staff: User, strey_khmer: Organisation, as_user: Browser
) -> None:
    numbers = ("expected_people", "rule_percent", "rule_score", "test_maximum", "hours_a_day")
    fields = {
        "owner": strey_khmer.pk,
        "kind": "training",
        "title_en": "X",
        "starts_on": "02/03/2026",
        "ends_on": "02/03/2026",
        "age_bands": AgeBandScheme.objects.get(is_default=True).pk,
    }
    answer = as_user(field_staff).post("/trainings/new/", fields | dict.fromkeys(numbers, typed))
    assert set(answer.context["form"].errors) >= set(numbers)
    assert not Training.objects.exists()


def test_the_database_states_the_limits_too(
    field_staff: User, strey_khmer: Organisation, kcda: Organisation
) -> None:
    training = make_training(owner=strey_khmer, by=field_staff)
    with pytest.raises(IntegrityError, match="expects_at_most"), transaction.atomic():
        Training.objects.filter(pk=training.pk).update(expected_people=10_001)
    enrolled = enrol_organisation(training, organisation=kcda, member_count=7, by=field_staff)
    with pytest.raises(IntegrityError, match="at_most_1000000"), transaction.atomic():
        type(enrolled).objects.filter(pk=enrolled.pk).update(member_count=1_000_001)
