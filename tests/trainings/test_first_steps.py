"""On an empty site the first page says what to enter, and no form is a dead end."""

from __future__ import annotations

import pytest
from django.urls import reverse

from registry.models import Organisation, Project
from tests.factories import make_organisation, make_user
from tests.pages import fields_of
from trainings.models import Training

pytestmark = pytest.mark.django_db


def test_the_first_hour_is_walked_to_its_end(as_user, administrator):
    """Each step leads to a page, and what is done is ticked."""
    browser = as_user(administrator)
    found = browser.get("/").context["first_steps"]
    assert [step.is_done for step in found] == [False] * 4

    assert "Add the organisation" in browser.get(reverse("trainings:new")).content.decode()
    page = found[0].address
    fields = fields_of(browser.get(page), "name_latin")
    browser.post(page, fields | {"name_latin": "Strey Khmer", "kind": "ngo"})
    [organisation] = Organisation.objects.all()

    make_user(organisation=organisation, username="colleague")
    assert browser.get(found[1].address).status_code == 200
    page = found[2].address
    fields = fields_of(browser.get(page), "code")
    answer = browser.post(page, fields | {"name_en": "Women lead", "code": "WL"})
    assert answer.status_code == 302, answer.context["form"].errors
    assert Project.objects.count() == 1
    assert [step.is_done for step in browser.get("/").context["first_steps"]] == [
        *[True] * 3,
        False,
    ]

    page = found[3].address
    fields = fields_of(browser.get(page), "title_en")
    fields |= {"title_en": "The first", "starts_on": "02/03/2026", "ends_on": "02/03/2026"}
    browser.post(page, fields)
    assert Training.objects.get().owner == organisation
    assert browser.get("/").context["first_steps"] == []


def test_staff_without_an_organisation_are_told_who_can_help(as_user):
    alone = make_user(organisation=make_organisation(kind="group"), username="alone")
    page = as_user(alone).get(reverse("trainings:new")).content.decode()
    assert "An administrator can choose one for it." in page
    assert "Add the organisation" not in page


def test_staff_see_the_steps_that_others_take(as_user, field_staff):
    found = {
        step.words: step.address for step in as_user(field_staff).get("/").context["first_steps"]
    }
    assert found["Give your colleagues accounts"] is None
    assert found["Plan the first training"] == reverse("trainings:new")
