"""Consent from the sign-in sheet: its boxes on paper, and what was ticked in them."""

from __future__ import annotations

from datetime import date

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from core import papers
from registry.models import Consent
from tests.factories import make_person
from tests.pages import fields_of
from tests.trainings.factories import make_enrolment


@pytest.fixture
def people(training, field_staff, strey_khmer):
    grown = make_person(owner=strey_khmer, name_latin="Sok Bopha", born_on=date(1990, 1, 1))
    child = make_person(owner=strey_khmer, name_latin="Chan Dara", born_on=date(2010, 1, 1))
    for person in (grown, child):
        make_enrolment(training, person=person, by=field_staff)
    return grown, child


@pytest.mark.parametrize("kind", ["sign-in", "sign-in-blank"])
def test_the_sheet_asks_in_both_languages_and_has_boxes(training, people, field_staff, kind):
    with translation.override("km"):
        paper = papers.KINDS[f"trainings.{kind}"]
        built = paper.build(paper.records(field_staff).get(pk=training.pk))
        html = render_to_string(built.template, dict(built.context))
    rows = html.count('scope="row"')
    assert html.count('class="box"') == 3 * rows
    assert "I may take it back at any time" in " ".join(html.split())
    assert "ខ្ញុំយល់ព្រម" in html


def test_what_was_ticked_is_written_down_for_the_day_of_the_sheet(
    as_user, training, people, field_staff
):
    grown, child = people
    client, page = as_user(field_staff), f"/trainings/{training.pk}/consents/"
    sent = fields_of(client.get(page), "way")
    assert sent["on"] == "02/03/2026"
    sent |= {f"photo-{grown.pk}": "on", f"name-{grown.pk}": "on"}
    sent |= {f"photo-{child.pk}": "on", f"guardian-{child.pk}": "ចាន់ សុខ"}
    assert client.post(page, sent).status_code == 302
    said = Consent.objects.values_list("person", "purpose", "guardian", "on")
    assert set(said) == {
        (grown.pk, "photo", "", training.starts_on),
        (grown.pk, "name", "", training.starts_on),
        (child.pk, "photo", "ចាន់ សុខ", training.starts_on),
    }


def test_a_child_without_a_guardian_is_named_and_nothing_is_saved(
    as_user, training, people, field_staff
):
    grown, child = people
    client, page = as_user(field_staff), f"/trainings/{training.pk}/consents/"
    sent = fields_of(client.get(page), "way")
    sent |= {f"photo-{grown.pk}": "on", f"photo-{child.pk}": "on"}
    answer = client.post(page, sent)
    assert answer.status_code == 200
    assert "was younger than 18" in answer.text
    assert not Consent.objects.exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"on": "01/01/2100"}, "still to come"),
        ({"on": "x"}, "not a date"),
        ({"way": "telepathy"}, "not one of"),
    ],
)
def test_a_wrong_day_is_named_at_its_field(
    as_user, training, people, field_staff, changes, message
):
    client, page = as_user(field_staff), f"/trainings/{training.pk}/consents/"
    sent = fields_of(client.get(page), "way") | {f"photo-{people[0].pk}": "on"} | changes
    answer = client.post(page, sent)
    assert answer.status_code == 200
    assert message in answer.text
    assert not Consent.objects.exists()


def test_whoever_is_not_on_the_list_is_not_ticked(
    as_user, training, people, field_staff, strey_khmer
):
    stranger = make_person(owner=strey_khmer)
    client, page = as_user(field_staff), f"/trainings/{training.pk}/consents/"
    sent = fields_of(client.get(page), "way") | {f"photo-{stranger.pk}": "on"}
    client.post(page, sent)
    assert not Consent.objects.exists()
