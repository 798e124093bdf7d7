"""Pages with lists ask the same number of questions for one row and for three."""

from datetime import date

import pytest

from registry.models.people import Sex
from tests.factories import make_organisation
from tests.trainings.factories import make_enrolment, make_training, mark
from tests.trainings.kept import *  # noqa: F403
from trainings.actions.attending import set_discussion_groups
from trainings.actions.enrolling import enrol_organisation
from trainings.actions.outcomes import record_change
from trainings.models import Attendance


def fill(training, by, rows):
    """So many of everything that a page of the training may list."""
    for _ in range(rows):
        make_enrolment(training, sex=Sex.FEMALE, birth_year=1990, by=by)
        make_enrolment(training, role="observer", by=by)
        record_change(training, statement_en="x", observed_on=date(2026, 3, 3), by=by)
        enrol_organisation(training, organisation=make_organisation(), member_count=None, by=by)
    session = training.sessions.get(number=1)
    mark(session, by=by)
    there = Attendance.objects.filter(session=session)
    set_discussion_groups(
        session, groups=[("", "")] * rows, members={row.pk: 1 for row in there}, by=by
    )


PAGES = {
    "/trainings/{training}/": 16,
    "/trainings/{training}/people/": 15,
    "/trainings/{training}/people/behind/?sex=female": 7,
    "/trainings/{training}/people/entry/": 7,
    "/trainings/{training}/tests/": 9,
    "/trainings/{training}/changes/": 6,
    "/trainings/{training}/figures/": 25,
    "/trainings/{training}/papers/": 6,
    "/trainings/{training}/close/": 6,
    "/trainings/sessions/{session}/attendance/": 11,
    "/trainings/sessions/{session}/discussion-groups/": 7,
}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("rows", [1, 3])
def test_a_page_asks_as_often_for_three_rows_as_for_one(
    as_user, training, session, field_staff, django_assert_num_queries, page, rows
):
    fill(training, field_staff, rows)
    browser = as_user(field_staff)
    address = page.format(training=training.pk, session=session.pk)
    browser.get(address)  # The first visit fills Django's own caches.
    with django_assert_num_queries(PAGES[page]):
        assert browser.get(address).status_code == 200


@pytest.mark.parametrize(("address", "queries"), [("/trainings/", 11), ("/", 26)])
@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_as_often_for_three_trainings_as_for_one(
    as_user, strey_khmer, places, field_staff, django_assert_num_queries, rows, address, queries
):
    for _ in range(rows):
        make_training(owner=strey_khmer, by=field_staff, place=places["02090107"])
    browser = as_user(field_staff)
    browser.get(address)
    with django_assert_num_queries(queries):
        assert browser.get(address).status_code == 200
