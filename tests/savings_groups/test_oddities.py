"""Who vouches, who is handed money, and days that contradict the register of a group."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.errors import Refused
from registry.actions.people import PersonRow
from registry.models import Organisation, Person, User
from savings_groups.actions.booking import expected_in_box
from savings_groups.actions.groups import change_group, start_group
from savings_groups.actions.members import (
    MemberRow,
    add_member,
    change_member,
    enter_members,
    give_office,
)
from savings_groups.actions.sealing import count_box, plan_of, seal
from savings_groups.figures.sheet_findings import findings_of, witnesses_of
from savings_groups.models import Group, Meeting, Office
from tests.factories import make_person
from tests.pages import fields_of
from tests.savings_groups.factories import FORMED, draft, hold, make_group, make_member, member

MARCH = date(2026, 3, 1)


@pytest.fixture
def group(strey_khmer: Organisation, field_staff: User) -> Group:
    """Of four members with savings."""
    group = make_group(owner=strey_khmer, by=field_staff, members=4)
    hold(group, FORMED, {1: {"saving": 40_000}, 3: {"saving": 40_000}}, by=field_staff)
    return group


def counted(group: Group, rows: Any, by: User, *, difference: int = 0) -> Meeting:
    meeting = draft(group, MARCH, rows, by=by)
    situation, _splits, entries, problems = plan_of(meeting)
    assert not problems
    loose = expected_in_box(situation, entries) + difference
    return count_box(meeting, version=meeting.version, pieces={}, loose=loose, by=by)


def names(group: Group, one: int, two: int) -> dict[str, Any]:
    people = {"witness_one": member(group, one), "witness_two": member(group, two)}
    return people | {"difference_reason": "Nobody knows."}


# --- Who vouches for the count --------------------------------------------------------------------


@pytest.mark.parametrize("attendance", ["absent", "excused"])
@pytest.mark.parametrize("which", ["witness_one", "witness_two"])
def test_only_who_was_there_stands_for_the_count(
    group: Group, field_staff: User, attendance: str, which: str
) -> None:
    meeting = counted(group, {3: {"attendance": attendance}}, field_staff, difference=-100)
    chosen = names(group, 1, 2) | {which: member(group, 3)}
    with pytest.raises(Refused, match="only adults who were present") as refused:
        seal(meeting, version=meeting.version, by=field_staff, **chosen)
    assert refused.value.field == which
    sealed = seal(meeting, version=meeting.version, by=field_staff, **names(group, 1, 2))
    assert sealed.is_sealed


def test_who_came_late_saw_the_count(group: Group, field_staff: User) -> None:
    meeting = counted(group, {1: {"attendance": "late"}}, field_staff, difference=-100)
    assert seal(meeting, version=meeting.version, by=field_staff, **names(group, 1, 2)).is_sealed


def test_a_child_does_not_stand_for_the_count(group: Group, field_staff: User) -> None:
    Person.objects.filter(memberships__group=group, memberships__number=2).update(birth_year=2025)
    meeting = counted(group, {}, field_staff, difference=-100)
    with pytest.raises(Refused) as refused:
        seal(meeting, version=meeting.version, by=field_staff, **names(group, 1, 2))
    assert refused.value.field == "witness_two"


def test_the_page_offers_those_who_were_there(
    as_user: Any, group: Group, field_staff: User
) -> None:
    meeting = counted(group, {3: {"attendance": "absent"}}, field_staff, difference=-100)
    assert [each.number for each in witnesses_of(meeting)] == [1, 2, 4]
    page = as_user(field_staff).get(reverse("groups:seal", args=[meeting.pk]))
    for name in ("witness_one", "witness_two"):
        offered = page.context["form"].fields[name].queryset
        assert {each.number for each in offered} == {1, 2, 4}


# --- Money for somebody who was not there ---------------------------------------------------------


@pytest.mark.parametrize(
    "amounts", [{"withdrawal": 5_000}, {"loan": 20_000, "loan_months": 3, "loan_purpose": "Rice"}]
)
@pytest.mark.parametrize("attendance", ["absent", "excused"])
def test_money_handed_to_somebody_absent_is_asked_about(
    as_user: Any, group: Group, field_staff: User, amounts: dict[str, Any], attendance: str
) -> None:
    meeting = counted(group, {3: {"attendance": attendance, **amounts}}, field_staff)
    with pytest.raises(Refused) as refused:
        seal(meeting, version=meeting.version, by=field_staff)
    assert refused.value.field == "accept_findings"
    browser: Client = as_user(field_staff)
    for address in ("groups:sheet", "groups:seal"):
        page = browser.get(reverse(address, args=[meeting.pk])).text
        assert "marked as not present" in page
    url = reverse("groups:seal", args=[meeting.pk])
    sent = fields_of(browser.get(url))
    assert "accept_findings" in browser.post(url, sent).context["form"].errors
    assert browser.post(url, sent | {"accept_findings": "on"}).status_code == 302
    meeting.refresh_from_db()
    assert meeting.is_sealed


def test_money_that_somebody_absent_sends_along_is_usual(group: Group, field_staff: User) -> None:
    meeting = counted(group, {3: {"attendance": "absent", "saving": 1_000}}, field_staff)
    assert findings_of(meeting) == []
    assert seal(meeting, version=meeting.version, by=field_staff).is_sealed


# --- Ages -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "words"),
    [(2016, "10 years old, and is: Cashier"), (1920, "106 years old"), (2027, "not born yet")],
)
def test_unlikely_ages_are_asked_about(
    group: Group, field_staff: User, year: int, words: str
) -> None:
    give_office(member(group, 1), kind=Office.Kind.CASHIER, since=FORMED, by=field_staff)
    Person.objects.filter(memberships=member(group, 1)).update(birth_year=year)
    [text] = findings_of(draft(group, MARCH, {}, by=field_staff))
    assert words in text


# --- Days of joining and of forming ---------------------------------------------------------------


@pytest.fixture
def founded(strey_khmer: Organisation, field_staff: User) -> Group:
    return make_group(owner=strey_khmer, by=field_staff, members=0, formed_on=FORMED)


@pytest.mark.parametrize(
    ("day", "birth"),
    [
        (FORMED - timedelta(days=1), {}),
        (timezone.localdate() + timedelta(days=1), {}),
        (FORMED, {"birth_year": FORMED.year + 1}),
        (FORMED, {"born_on": FORMED + timedelta(days=1)}),
    ],
)
def test_nobody_joins_before_the_group_is_there_or_they_are_born(
    founded: Group, field_staff: User, day: date, birth: dict[str, Any]
) -> None:
    person = make_person(owner=founded.owner, **birth)
    with pytest.raises(Refused) as refused:
        add_member(founded, person=person, joined_on=day, by=field_staff)
    assert refused.value.field == "joined_on"
    rows = [MemberRow(number=1, who=PersonRow(person=person))]
    with pytest.raises(Refused):
        enter_members(founded, rows=rows, joined_on=day, by=field_staff)


def test_a_day_of_joining_is_corrected_by_the_same_rule(founded: Group, field_staff: User) -> None:
    joined = make_member(founded, by=field_staff)
    with pytest.raises(Refused) as refused:
        change_member(
            joined, version=joined.version, joined_on=FORMED - timedelta(days=1), by=field_staff
        )
    assert refused.value.field == "joined_on"


@pytest.mark.parametrize(
    "day", [timezone.localdate() + timedelta(days=1), date(1950, 1, 1)], ids=["to come", "1950"]
)
def test_a_group_is_formed_on_a_day_that_was(
    founded: Group, strey_khmer: Organisation, field_staff: User, day: date
) -> None:
    with pytest.raises(Refused) as refused:
        start_group(owner=strey_khmer, by=field_staff, name_latin="Robonh", formed_on=day)
    assert refused.value.field == "formed_on"
    with pytest.raises(Refused) as refused:
        change_group(founded, version=founded.version, formed_on=day, by=field_staff)
    assert refused.value.field == "formed_on"


def test_a_group_is_formed_before_its_members_join(founded: Group, field_staff: User) -> None:
    make_member(founded, by=field_staff)
    founded.refresh_from_db()
    with pytest.raises(Refused, match="joined on 01/01/2026") as refused:
        change_group(
            founded,
            version=founded.version,
            formed_on=FORMED + timedelta(days=1),
            by=field_staff,
        )
    assert refused.value.field == "formed_on"


@pytest.mark.parametrize(("code", "is_taken"), [("02", 0), ("0203", 0), ("020308", 1)])
def test_a_province_is_no_village(
    founded: Group, places: Any, strey_khmer: Organisation, field_staff: User, code: str, is_taken
) -> None:
    about = {"owner": strey_khmer, "by": field_staff, "name_latin": "Robonh"}
    if is_taken:
        start_group(place=places[code], **about)
        return
    with pytest.raises(Refused) as refused:
        start_group(place=places[code], **about)
    assert refused.value.field == "place"
    with pytest.raises(Refused) as refused:
        change_group(founded, version=founded.version, place=places[code], by=field_staff)
    assert refused.value.field == "place"


def test_the_same_group_twice_is_asked_about(
    as_user: Any, strey_khmer: Organisation, places: Any, field_staff: User
) -> None:
    about = {
        "owner": strey_khmer.pk,
        "name_latin": "Robonh Samaki",
        "place": str(places["02030801"]),
        "formed_on": "01/01/2026",
        "currency": "KHR",
    }
    browser: Client = as_user(field_staff)
    assert browser.post(reverse("groups:new"), about).status_code == 302
    answer = browser.post(reverse("groups:new"), about | {"name_latin": "robonh  samaki"})
    assert "is_another" in answer.context["form"].errors
    assert Group.objects.count() == 1
    browser.post(reverse("groups:new"), about | {"formed_on": "02/01/2026"})
    assert Group.objects.count() == 2
    browser.post(reverse("groups:new"), about | {"is_another": "on"})
    assert Group.objects.count() == 3


def test_a_group_has_a_name(as_user: Any, strey_khmer: Organisation, field_staff: User) -> None:
    about = {"owner": strey_khmer.pk, "name_latin": "Grand total", "currency": "KHR"}
    answer = as_user(field_staff).post(reverse("groups:new"), about)
    assert "name_latin" in answer.context["form"].errors
