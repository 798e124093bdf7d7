"""The first page says what waits, with counts that lead to what they count, and what is on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import make_user
from tests.trainings.factories import make_enrolment, make_training, mark

pytestmark = pytest.mark.django_db


def test_a_count_leads_to_exactly_what_it_counts(as_user, field_staff, strey_khmer, kcda):
    today = timezone.localdate()
    for title, ago in [("Over", 3), ("Over long ago", 30), ("On", 0)]:
        day = today - timedelta(days=ago)
        make_training(
            owner=strey_khmer, by=field_staff, days=1, title_en=title, starts_on=day, ends_on=day
        )
    browser = as_user(field_staff)
    needs = {need.words: need for need in browser.get("/").context["needs"]}
    assert needs["trainings to close"].number == 2
    listed = browser.get(needs["trainings to close"].address).context["page"]
    assert {each.title_en for each in listed} == {"Over", "Over long ago"}
    assert needs["meeting sheets to seal"].number == 0
    assert "reports to send" not in needs


def test_a_session_of_today_asks_for_its_marks_until_all_are_there(
    as_user, field_staff, other_field_staff, strey_khmer
):
    today = timezone.localdate()
    training = make_training(
        owner=strey_khmer, by=field_staff, days=2,
        starts_on=today, ends_on=today + timedelta(days=1),
    )  # fmt: skip
    make_enrolment(training, by=field_staff)
    first, second = as_user(field_staff).get("/").context["week"].first
    assert (first.count, first.button) == ("0 of 1 marked", "Mark attendance")
    assert (second.count, second.button) == ("", "")

    mark(training.sessions.get(number=1), by=field_staff)
    first, _second = as_user(field_staff).get("/").context["week"].first
    assert (first.count, first.button) == ("1 of 1 marked", "")
    assert as_user(other_field_staff).get("/").context["week"].number == 0


def test_a_funder_sees_nothing_as_it_stands_today(as_user, funder):
    page = as_user(funder).get("/").context
    assert {"needs", "week", "this_year"}.isdisjoint(page.keys())


def test_a_busy_week_shows_its_first_sessions_and_says_how_many_more(
    as_user, field_staff, strey_khmer
):
    today = timezone.localdate()
    for _each in range(2):
        make_training(
            owner=strey_khmer, by=field_staff, starts_on=today, ends_on=today + timedelta(days=6)
        )
    week = as_user(field_staff).get("/").context["week"]
    days = [(each.on - today).days for each in week.first]
    assert days == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert week.left == 2


def test_a_training_that_is_on_is_found_where_it_has_no_session_this_week(
    as_user, field_staff, strey_khmer
):
    today = timezone.localdate()
    for title, ago, days in [("Without", 1, 9), ("With", 0, 2)]:
        training = make_training(
            owner=strey_khmer, by=field_staff, title_en=title,
            starts_on=today - timedelta(days=ago), ends_on=today + timedelta(days=days),
        )  # fmt: skip
        if title == "Without":
            training.sessions.filter(held_on__range=(today, today + timedelta(days=6))).delete()
    on_now = as_user(field_staff).get("/").context["on_now"]
    assert [each.title_en for each in on_now] == ["Without"]


def test_an_administrator_sees_new_accounts_in_as_many_queries_for_three_as_for_one(
    as_user, administrator, strey_khmer, django_assert_max_num_queries
):
    browser = as_user(administrator)
    browser.get("/")
    asked, counted = [], []
    for more in (1, 2):
        for _each in range(more):
            make_user(organisation=strey_khmer)
        with django_assert_max_num_queries(34) as queries:
            page = browser.get("/")
        needs = {need.words: need for need in page.context["needs"]}
        new = needs["accounts that nobody signed in to yet"]
        counted.append(new.number)
        asked.append(len(queries))
    assert counted[1] == counted[0] + 2
    assert asked[0] == asked[1]
    assert browser.get(new.address).context["cl"].result_count == new.number
