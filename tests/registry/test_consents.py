"""What people agree to leave the house, by day, and what they take back."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from openpyxl import load_workbook

from core.errors import Refused, RowsRefused
from core.models import AccessLog
from registry.actions.consenting import Ticks, record_consent, record_sheet
from registry.actions.merging import merge_people
from registry.figures.consents import agreed, may_show_name, standing_of
from registry.models import Consent
from registry.models.consents import Purpose
from tests.factories import make_person
from tests.pages import fields_of

MARCH, APRIL, MAY = date(2026, 3, 2), date(2026, 4, 2), date(2026, 5, 2)
ADDRESS = "/people/{}/consents/"


@pytest.fixture
def person(strey_khmer):
    return make_person(owner=strey_khmer, born_on=date(1990, 1, 1))


@pytest.fixture
def child(strey_khmer):
    """Of age since the 1st of April."""
    return make_person(owner=strey_khmer, born_on=date(2008, 4, 1))


def say(person, *, by, given=True, on=MARCH, purposes=("photo",), **details) -> list[Consent]:
    about = {"way": "sheet"} | details
    return record_consent(person, purposes=purposes, is_given=given, on=on, by=by, **about)


def has_agreed(person, *, on=MAY, purpose=Purpose.PHOTO) -> bool:
    return person.pk in agreed([person.pk], purpose, on=on)


def test_nothing_was_agreed_before_anybody_asked(person):
    assert not has_agreed(person)
    assert [each.holds for each in standing_of(person)] == [False, False, False]


def test_it_holds_from_its_day_until_it_is_taken_back(person, field_staff):
    say(person, by=field_staff)
    say(person, by=field_staff, given=False, on=APRIL, way="phone")
    assert not has_agreed(person, on=MARCH - timedelta(days=1))
    assert has_agreed(person, on=MARCH)
    assert has_agreed(person, on=APRIL - timedelta(days=1))
    assert not has_agreed(person, on=APRIL)
    assert Consent.objects.count() == 2


def test_an_older_sheet_gives_nothing_back(person, field_staff):
    """What is entered later and was said before does not win."""
    say(person, by=field_staff, given=False, on=APRIL)
    say(person, by=field_staff, on=MARCH)
    say(person, by=field_staff, on=APRIL)
    assert not has_agreed(person)
    say(person, by=field_staff, on=MAY)
    assert has_agreed(person)


def test_each_thing_is_agreed_by_itself(person, field_staff):
    say(person, by=field_staff, purposes=("name", "contact"))
    assert not has_agreed(person)
    assert has_agreed(person, purpose=Purpose.NAME)
    say(person, by=field_staff, purposes=("contact",), given=False, on=APRIL)
    assert has_agreed(person, purpose=Purpose.NAME)
    assert not has_agreed(person, purpose=Purpose.CONTACT)


def test_the_same_is_written_down_once(person, field_staff):
    assert len(say(person, by=field_staff)) == 1
    assert say(person, by=field_staff) == []


def test_nobody_changes_what_was_said(person, field_staff):
    say(person, by=field_staff)
    for changes in ({"is_given": False}, {"on": APRIL}, {"purpose": "name"}):
        with pytest.raises(IntegrityError, match="stays"), transaction.atomic():
            Consent.objects.update(**changes)


@pytest.mark.parametrize("day", [date(1989, 12, 31), date(2100, 1, 1)])
def test_no_day_that_cannot_be(person, field_staff, day):
    with pytest.raises(Refused) as refusal:
        say(person, by=field_staff, on=day)
    assert refusal.value.field == "on"


# --- Children -----------------------------------------------------------------------------------


def test_a_guardian_agrees_for_a_child(child, field_staff):
    with pytest.raises(Refused, match="younger than 18") as refusal:
        say(child, by=field_staff)
    assert refusal.value.field == "guardian"
    say(child, by=field_staff, guardian="Sok Chan")
    assert has_agreed(child, on=MARCH)


def test_who_is_of_age_is_asked_themselves(child, field_staff):
    say(child, by=field_staff, guardian="Sok Chan")
    assert not has_agreed(child, on=APRIL)
    say(child, by=field_staff, on=APRIL)
    assert has_agreed(child, on=APRIL)


def test_a_child_takes_it_back_alone(child, field_staff):
    say(child, by=field_staff, guardian="Sok Chan")
    say(child, by=field_staff, given=False, on=date(2026, 3, 20))
    assert not has_agreed(child, on=date(2026, 3, 21))


@pytest.mark.parametrize(
    "born",
    [
        {"born_on": date(2010, 1, 1)},
        {"birth_year": 2010},
        {"stated_age": 15, "age_stated_on": MARCH},
    ],
)
def test_the_database_asks_for_the_guardian_of_a_child(strey_khmer, born):
    child = make_person(owner=strey_khmer, **born)
    with pytest.raises(IntegrityError, match="guardian"), transaction.atomic():
        Consent.objects.create(
            owner=strey_khmer, person=child, purpose="photo", is_given=True, on=MARCH, way="form"
        )


# --- Sheets, joining, pages ---------------------------------------------------------------------


def test_a_sheet_is_entered_whole_or_not_at_all(person, child, field_staff):
    lines = [Ticks(person, ["photo", "name"]), Ticks(child, ["photo"])]
    with pytest.raises(RowsRefused) as refusal:
        record_sheet(lines=lines, on=MARCH, way="sheet", by=field_staff)
    assert list(refusal.value.rows) == [1]
    assert not Consent.objects.exists()
    lines[1] = Ticks(child, ["photo"], "Sok Chan")
    assert record_sheet(lines=lines, on=MARCH, way="sheet", by=field_staff) == 2


def test_what_both_entries_said_is_what_the_person_said(person, strey_khmer, coordinator):
    other = make_person(owner=strey_khmer, born_on=date(1990, 1, 1))
    say(person, by=coordinator)
    say(other, by=coordinator)
    say(other, by=coordinator, given=False, on=APRIL)
    merge_people(kept=person, joined=other, by=coordinator)
    assert person.consents.count() == 2
    assert not has_agreed(person)
    with pytest.raises(Refused):
        other.refresh_from_db()
        say(other, by=coordinator)


def test_it_is_written_down_on_a_page(as_user, person, field_staff):
    client, page = as_user(field_staff), ADDRESS.format(person.pk)
    sent = fields_of(client.get(page), "on")
    sent |= {"purposes": ["photo", "name"], "said": "agreed", "on": "០២/០៣/២០២៦", "way": "form"}
    assert client.post(page, sent).status_code == 302
    assert set(person.consents.values_list("purpose", "on")) == {("photo", MARCH), ("name", MARCH)}
    assert "Signed on a form" in client.get(page).text
    assert page in client.get(f"/people/{person.pk}/").text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"purposes": []}, "required"),
        ({"purposes": ["iris"]}, "not one of"),
        ({"said": ""}, "required"),
        ({"on": "31/02/2026"}, "not a date"),
        ({"on": "01/01/2100"}, "still to come"),
        ({"way": "telepathy"}, "not one of"),
    ],
)
def test_what_cannot_be_is_named_at_its_field(as_user, person, field_staff, changes, message):
    client, page = as_user(field_staff), ADDRESS.format(person.pk)
    sent = fields_of(client.get(page), "on")
    sent |= {"purposes": ["photo"], "said": "agreed", "on": "02/03/2026", "way": "form"}
    answer = client.post(page, sent | changes)
    assert answer.status_code == 200
    assert message in answer.text
    assert not Consent.objects.exists()


def test_others_do_not_write_down_what_a_stranger_said(as_user, person, other_field_staff):
    assert as_user(other_field_staff).get(ADDRESS.format(person.pk)).status_code == 404


# --- What leaves the house ----------------------------------------------------------------------


def test_a_certificate_shows_no_name_that_was_taken_back(person, field_staff):
    person.public_consent, person.consent_given_on = "name", MARCH
    assert may_show_name(person)
    say(person, by=field_staff, purposes=("name",), given=False, on=timezone.localdate())
    assert not may_show_name(person)


def test_a_list_for_others_names_who_agreed_and_no_phone_besides(as_user, strey_khmer, coordinator):
    named, reached, silent = (
        make_person(owner=strey_khmer, name_latin=name, phone="012345678")
        for name in ("Sok Bopha", "Chan Dara", "Keo Ratana")
    )
    say(named, by=coordinator, purposes=("name",))
    say(reached, by=coordinator, purposes=("name", "contact"))
    say(silent, by=coordinator, purposes=("photo", "contact"))
    answer = as_user(coordinator).get("/people/export.xlsx?for=others")
    page = load_workbook(BytesIO(answer.content)).active
    rows = {row[1]: row for row in page.iter_rows(min_row=2, values_only=True) if row[1]}
    assert set(rows) == {"Sok Bopha", "Chan Dara"}
    assert rows["Chan Dara"][4] == "012345678"
    assert not rows["Sok Bopha"][4]
    text = str(list(page.iter_rows(values_only=True)))
    assert "Left out, because they did not agree to give their name: 1" in text
    assert str(named.pk) not in text
    entry = AccessLog.objects.get(event=AccessLog.Event.EXPORTED)
    assert (entry.subject, entry.people) == ("registry.people.others", 2)
