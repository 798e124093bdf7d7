"""The trainings of two entries of one person."""

from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import IntegrityError, transaction

from core.errors import Refused
from registry.actions.merging import merge_people, take_back
from registry.models import Position
from tests.factories import make_organisation, make_person
from tests.trainings.factories import make_enrolment, make_training, mark, mark_one
from tests.trainings.kept import *  # noqa: F403
from trainings.actions.attending import set_discussion_groups
from trainings.actions.certificates import issue_certificates, withdraw_certificate
from trainings.actions.closing import close_training, reopen_training
from trainings.actions.outcomes import ScoreEntry, record_scores
from trainings.figures.participation import participation_of
from trainings.models import Certificate, Enrolment, Score


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


# Twice on one list: the stronger of what each entry says


def enrol_both(entries, training, by, *, kept=None, joined=None):
    """Both on the list, with what each says of its role."""
    said = zip(entries, [kept or {}, joined or {}], strict=True)
    return [make_enrolment(training, person=each, by=by, **about) for each, about in said]


ROLES = ["lead trainer", "co-trainer", "learner", "support", "opened by", "observer"]


@pytest.mark.parametrize(("strong", "weak"), [*pairwise(ROLES), ("lead trainer", "learner")])
@pytest.mark.parametrize("turned", [False, True])
def test_the_stronger_role_is_kept(entries, training, coordinator, strong, weak, turned):
    kept, joined = (weak, strong) if turned else (strong, weak)
    enrol_both(entries, training, coordinator, kept={"role": kept}, joined={"role": joined})
    decision = join(entries, coordinator)
    assert training.enrolments.get().role == strong
    take_back(decision, by=coordinator)
    assert {each.role for each in training.enrolments.all()} == {strong, weak}


def test_position_and_organisation_come_with_the_role_or_fill_what_is_empty(
    entries, training, coordinator
):
    councillor, teacher = Position.objects.all()[:2]
    ministry = make_organisation()
    enrol_both(
        entries,
        training,
        coordinator,
        kept={"position": teacher, "on_behalf_of": ministry, "is_walk_in": True},
        joined={"role": "lead trainer", "position": councillor},
    )
    join(entries, coordinator)
    left = training.enrolments.get()
    assert (left.role, left.position, left.on_behalf_of) == ("lead trainer", councillor, ministry)
    assert not left.is_walk_in


def test_scores_of_both_stay_and_of_two_in_one_test_the_better_one(
    entries, strey_khmer, coordinator
):
    training = make_training(owner=strey_khmer, by=coordinator, test_maximum=20)
    kept, joined = enrol_both(entries, training, coordinator)
    entered = [(kept, "after", 9), (joined, "before", 4), (joined, "after", 15)]
    rows = [ScoreEntry(who.pk, moment, Decimal(n), None) for who, moment, n in entered]
    record_scores(training, entries=rows, by=coordinator)
    join(entries, coordinator)
    scores = Score.objects.filter(enrolment=kept).values_list("moment", "points")
    assert dict(scores) == {"before": 4, "after": 15}


def test_the_discussion_group_stays(entries, training, session, coordinator):
    _kept, joined = enrol_both(entries, training, coordinator)
    mark(session, by=coordinator)
    row = session.attendances.get(enrolment=joined)
    set_discussion_groups(session, groups=[("", "")], members={row.pk: 1}, by=coordinator)
    join(entries, coordinator)
    assert session.attendances.get().discussion_group.number == 1


# Certificates: each refusal names a step, and the step leads on


@pytest.fixture
def certified(entries, strey_khmer, coordinator):
    """Closed; both entries completed, and each has a certificate."""
    training = make_training(owner=strey_khmer, by=coordinator, rule_percent=50)
    enrol_both(entries, training, coordinator)
    for session in training.sessions.all():
        mark(session, by=coordinator)
    closed = close_training(training, accept_findings=True, by=coordinator)
    issue_certificates(closed, issued_on=closed.ends_on, by=coordinator)
    return closed


def test_two_with_certificates_are_joined_step_by_step(entries, certified, coordinator):
    with pytest.raises(Refused, match="Open that training again first"):
        join(entries, coordinator)
    opened = reopen_training(certified, reason="entered twice", by=coordinator)
    with pytest.raises(Refused, match="Withdraw one of them first") as refused:
        join(entries, coordinator)
    one, other = opened.certificates.order_by("number")
    assert one.full_number in refused.value.message
    assert other.full_number in refused.value.message
    withdraw_certificate(other, reason="entered twice", by=coordinator)
    decision = join(entries, coordinator)
    left = opened.enrolments.get()
    assert {each.pk for each in left.certificates.all()} == {one.pk, other.pk}
    assert left.certificates.get(withdrawn_at=None) == one
    closed = close_training(opened, accept_findings=True, by=coordinator)
    assert closed.completions.get().enrolment == left
    reopen_training(closed, reason="they are two after all", by=coordinator)
    take_back(decision, by=coordinator)
    assert opened.enrolments.count() == 2
    assert {each.enrolment_id for each in opened.certificates.all()} == set(
        opened.enrolments.values_list("pk", flat=True)
    )


@pytest.mark.parametrize("whose", [0, 1])
def test_the_only_certificate_goes_along(entries, certified, coordinator, whose):
    opened = reopen_training(certified, reason="entered twice", by=coordinator)
    opened.certificates.exclude(enrolment__person=entries[whose]).delete()
    join(entries, coordinator)
    assert opened.certificates.get().enrolment == opened.enrolments.get()


def test_one_enrolment_has_one_valid_certificate(certified):
    """Past the actions too."""
    one, other = certified.certificates.order_by("number")
    with pytest.raises(IntegrityError, match="one_valid_certificate"), transaction.atomic():
        Certificate.objects.filter(pk=other.pk).update(enrolment=one.enrolment)
