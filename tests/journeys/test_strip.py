"""The strip above an attendance sheet counts in the browser what the server counts in SQL."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import product

import pytest
from django.urls import reverse

from tests.trainings.factories import START, make_enrolment, make_training, mark_one
from trainings.actions.planning import add_session
from trainings.figures.person_days import day_shares_of, recorded_days
from trainings.models import Training

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_strip_counts_as_the_server_does(open_as, strey_khmer, field_staff):
    """Every day with two sessions of these hours, whatever somebody did in them."""
    hours = [None, Decimal("0.7"), Decimal("1.5"), Decimal(3)]
    done = ["absent", "half", "whole"]
    training = make_training(owner=strey_khmer, by=field_staff, days=31, hours_a_day=None)
    learners = {both: make_enrolment(training, by=field_staff) for both in product(done, done)}
    for number, (one, other) in enumerate(product(hours, hours)):
        held_on = START + timedelta(days=number)
        for place, each in enumerate((one, other)):
            session = add_session(training, held_on=held_on, hours=each, by=field_staff)
            for both, learner in learners.items():
                word = "absent" if both[place] == "absent" else "present"
                mark_one(session, learner, word, half=both[place] == "half", by=field_staff)
    expected = recorded_days(Training.objects.all())
    page = open_as(field_staff)
    for session in training.sessions.order_by("number")[::2]:
        page.goto(reverse("trainings:attendance", args=[session.pk]))
        assert Decimal(page.locator('[data-total="days"]').inner_text()) == expected
        assert day_shares_of(session).other_days < expected
