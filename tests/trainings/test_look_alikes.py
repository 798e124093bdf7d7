"""Lines of one sheet are compared with each other, and so is a list before it is closed."""

from __future__ import annotations

import pytest
from django.urls import reverse

from registry.actions.people import decide_different
from registry.models import PairDecision
from registry.search.finding import set_person_keys
from tests.factories import make_person
from tests.pages import fields_of
from tests.trainings.factories import make_enrolment
from tests.trainings.kept import *  # noqa: F403
from tests.trainings.test_entry import lines, url_of
from trainings.actions.closing import close_training
from trainings.figures.quality import findings_in

SREYMOM = {"name_latin": "Sok Sreymom", "sex": "female", "age": "34"}


def alike(training) -> list[str]:
    return [each.message for each in findings_in(training) if each.code == "look-alike"]


@pytest.mark.parametrize(
    "other",
    [
        SREYMOM,
        {"name_latin": "Sok Srey Mom", "sex": "female", "age": "35"},
        {"name_latin": "Sreymom Sok", "sex": "not stated", "age": "34"},
        {"name_latin": "sok sreymom", "sex": "female"},
    ],
)
def test_one_person_on_two_lines_is_asked_about(as_user, training, field_staff, other):
    between = [{"name_latin": f"Dara {n}", "sex": "male"} for n in "ABCD"]
    browser = as_user(field_staff)
    page = browser.post(url_of(training), lines(SREYMOM, *between, other))
    assert "Line 1 of this sheet looks like the same person." in page.content.decode()
    assert not training.enrolments.exists()
    # One of the two lines is emptied.
    browser.post(url_of(training), lines(SREYMOM, *between, {}))
    assert training.enrolments.count() == 5


def test_two_people_of_one_name_are_two_and_it_is_remembered(as_user, training, field_staff):
    browser = as_user(field_staff)
    page = browser.post(url_of(training), lines(SREYMOM, SREYMOM))
    fields = fields_of(page, "r2-name_latin")
    assert "r2-apart" not in fields  # Nobody has decided yet.
    browser.post(url_of(training), lines(SREYMOM, SREYMOM | {"apart": "r1"}))
    assert training.enrolments.count() == 2
    assert PairDecision.objects.get().verdict == PairDecision.Verdict.DIFFERENT
    assert alike(training) == []


@pytest.mark.parametrize(
    "other",
    [
        {"name_latin": "Sok Sreymom", "sex": "male"},
        {"name_latin": "Sok Sreymom", "sex": "female", "age": "60"},
        {"name_latin": "Sok Sreymao", "sex": "female", "age": "34"},
        {"name_latin": "Keo Pisey", "sex": "female", "age": "34"},
    ],
)
def test_two_who_differ_are_entered_without_a_question(as_user, training, field_staff, other):
    as_user(field_staff).post(url_of(training), lines(SREYMOM, other))
    assert training.enrolments.count() == 2


def test_three_lines_of_one_name_are_three_decisions(as_user, training, field_staff):
    browser = as_user(field_staff)
    sent = lines(SREYMOM, SREYMOM | {"apart": "r1"}, SREYMOM | {"apart": "r1"})
    page = browser.post(url_of(training), sent)
    assert "Line 2 of this sheet looks like the same person." in page.content.decode()
    assert not training.enrolments.exists()


@pytest.fixture
def twins(training, strey_khmer, field_staff):
    about = {"owner": strey_khmer, "name_latin": "Sok Sreymom", "sex": "female"}
    people = [make_person(**about, stated_age=34, age_stated_on=training.starts_on) for _ in "ab"]
    for row, person in zip((30, 1), people, strict=True):
        make_enrolment(training, person=person, sheet_row=row, by=field_staff)
    return people


def test_look_alikes_on_one_list_are_named_before_closing(as_user, training, twins, field_staff):
    assert alike(training) == ["Rows 1 and 30 may be one person: Sok Sreymom."]
    page = as_user(field_staff).get(reverse("trainings:close", args=[training.pk]))
    assert "Rows 1 and 30 may be one person: Sok Sreymom." in page.content.decode()
    assert close_training(training, accept_findings=True, by=field_staff).status == "closed"


def test_who_was_decided_to_be_two_is_not_named(training, twins, coordinator):
    decide_different(first=twins[0], second=twins[1], by=coordinator)
    assert alike(training) == []


@pytest.mark.parametrize("differs", [{"sex": "male"}, {"stated_age": 60}, {"name_latin": "Keo"}])
def test_who_differs_on_one_list_is_not_named(training, twins, differs):
    for name, value in differs.items():
        setattr(twins[0], name, value)
    set_person_keys(twins[0])
    twins[0].save()
    assert alike(training) == []


def test_a_long_list_of_look_alikes_names_the_first_and_counts_the_rest(
    training, strey_khmer, field_staff
):
    for _each in range(6):
        person = make_person(owner=strey_khmer, name_latin="Sok Sreymom")
        make_enrolment(training, person=person, by=field_staff)
    found = alike(training)
    assert len(found) == 11  # 15 pairs.
    assert found[-1] == "5 more pairs on the list look alike."
