"""Answers about difficulties: kept apart, with a right of their own."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from core.errors import Conflict, Refused
from registry.actions.merging import merge_people, take_back
from registry.actions.people import record_functioning
from registry.models import Functioning, Organisation, Person, User
from tests.conftest import signed_in
from tests.factories import make_person
from tests.kept import *  # noqa: F403


@pytest.fixture(scope="module")
def person(strey_khmer: Organisation) -> Person:
    return make_person(owner=strey_khmer)


def address(person: Person) -> str:
    return f"/people/{person.pk}/difficulties/"


def key_in(client: Client, page: str) -> str:
    text = client.get(page).content.decode()
    return text.partition('name="form_key" value="')[2].partition('"')[0]


def test_a_coordinator_records_what_was_answered(person: Person, coordinator: User) -> None:
    client = signed_in(coordinator)
    answers = dict.fromkeys(Functioning.QUESTIONS, "no") | {"walking": "a lot"}
    key = key_in(client, address(person))
    answer = client.post(address(person), answers | {"form_key": key, "asked_on": "1/3/2026"})
    assert answer.status_code == 302
    stored = Functioning.objects.get(person=person)
    assert (stored.walking, stored.seeing) == ("a lot", "no")


def test_field_staff_neither_see_nor_record_them(person: Person, field_staff: User) -> None:
    client = signed_in(field_staff)
    assert client.get(address(person)).status_code == 403
    assert address(person) not in client.get(f"/people/{person.pk}/").content.decode()


def test_what_nobody_asked_is_not_no(person: Person, coordinator: User) -> None:
    stored = record_functioning(person, by=coordinator)
    assert {getattr(stored, name) for name in Functioning.QUESTIONS} == {"not asked"}


def test_somebody_who_was_faster_is_not_overwritten(person: Person, coordinator: User) -> None:
    first = record_functioning(person, by=coordinator, seeing="some")
    record_functioning(person, version=first.version, by=coordinator, seeing="no")
    with pytest.raises(Conflict):
        record_functioning(person, version=first.version, by=coordinator, seeing="cannot")


@pytest.mark.parametrize(("kept_answers", "expected"), [(None, "cannot"), ("some", "some")])
def test_two_entries_of_one_person_become_one(
    kept_answers: str | None, expected: str, strey_khmer: Organisation, coordinator: User
) -> None:
    kept, joined = (make_person(owner=strey_khmer) for _ in range(2))
    record_functioning(joined, by=coordinator, seeing="cannot")
    if kept_answers:
        record_functioning(kept, by=coordinator, seeing=kept_answers)
    decision = merge_people(kept=kept, joined=joined, by=coordinator)
    assert Functioning.objects.get().person_id == kept.pk
    assert Functioning.objects.get().seeing == expected
    take_back(decision, by=coordinator)
    assert Functioning.objects.get(person=joined).seeing == "cannot"


@pytest.mark.parametrize(
    "asked_on", [timezone.localdate() + timedelta(days=1), date(1999, 12, 31)], ids=str
)
def test_nobody_was_asked_tomorrow_or_before_they_were_born(
    asked_on: date, strey_khmer: Organisation, coordinator: User
) -> None:
    person = make_person(owner=strey_khmer, birth_year=2000)
    with pytest.raises(Refused) as refused:
        record_functioning(person, by=coordinator, asked_on=asked_on)
    assert refused.value.field == "asked_on"
