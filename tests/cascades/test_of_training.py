"""A training leads to its page as a delivery, and the delivery to the training."""

from __future__ import annotations

from django.urls import reverse

from tests.cascades.factories import make_delivery
from tests.cascades.kept import *  # noqa: F403
from tests.trainings.factories import make_training


def test_both_lead_to_each_other(as_user, coordinator, tiers):
    delivery = make_delivery(tiers[2], held=False, by=coordinator)
    of_training = reverse("trainings:detail", args=[delivery.training_id])
    of_delivery = reverse("cascades:delivery", args=[delivery.pk])
    browser = as_user(coordinator)
    training = browser.get(of_training).content.decode()
    assert f'href="{of_delivery}"' in training
    assert tiers[2].iteration.name in training
    assert f'href="{of_training}"' in browser.get(of_delivery).content.decode()


def test_a_training_of_no_cascade_says_nothing_of_one(as_user, coordinator, strey_khmer):
    training = make_training(owner=strey_khmer, by=coordinator)
    page = as_user(coordinator).get(reverse("trainings:detail", args=[training.pk]))
    assert "In a cascade" not in page.content.decode()
