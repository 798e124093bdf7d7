"""The trainings of two entries of one person."""

import pytest

from core.errors import Refused
from registry.actions.merging import merge_people, take_back
from tests.factories import make_person
from tests.trainings.factories import make_enrolment, make_training, mark, mark_one
from tests.trainings.kept import *  # noqa: F403
from trainings.actions.closing import close_training
from trainings.figures.participation import participation_of
from trainings.models import Enrolment


@pytest.fixture(scope="module")
def entries(strey_khmer):
    """The same person, entered twice."""
    return [make_person(owner=strey_khmer, name_latin=n) for n in ("Sok Sreymom", "Sok Srey Mom")]


def join(entries, by):
    kept, joined = entries
    return merge_people(kept=kept, joined=joined, by=by)


def test_trainings_become_those_of_one_person(entries, strey_khmer, coordinator):
    for person in entries:
        training = make_training(owner=strey_khmer, by=coordinator)
        make_enrolment(training, person=person, by=coordinator)
    join(entries, coordinator)
    assert set(Enrolment.objects.values_list("person", flat=True)) == {entries[0].pk}


def test_twice_on_one_list_becomes_once_with_the_stronger_mark(
    entries, training, session, coordinator
):
    kept, joined = (make_enrolment(training, person=p, by=coordinator) for p in entries)
    mark_one(session, kept, "absent", by=coordinator)
    mark_one(session, joined, "late", by=coordinator)
    join(entries, coordinator)
    assert training.enrolments.get() == kept
    assert session.attendances.get().status == "late"
    assert participation_of(training).named.total == 1


def test_joining_can_be_undone(entries, training, session, coordinator):
    for person in entries:
        make_enrolment(training, person=person, by=coordinator)
    mark(session, by=coordinator)
    decision = join(entries, coordinator)
    take_back(decision, by=coordinator)
    assert training.enrolments.count() == 2
    assert session.attendances.count() == 2


def test_a_closed_training_takes_the_kept_person_and_nothing_else(entries, training, coordinator):
    enrolment = make_enrolment(training, person=entries[1], by=coordinator)
    close_training(training, accept_findings=True, by=coordinator)
    join(entries, coordinator)
    enrolment.refresh_from_db()
    assert enrolment.person == entries[0]


def test_twice_on_a_closed_list_is_refused_in_words(entries, training, coordinator):
    for person in entries:
        make_enrolment(training, person=person, by=coordinator)
    close_training(training, accept_findings=True, by=coordinator)
    with pytest.raises(Refused, match="Open that training again"):
        join(entries, coordinator)
    entries[1].refresh_from_db()
    assert entries[1].joined_into is None
