"""Lineage follows from who trained and who completed, and from nothing else."""

from __future__ import annotations

from datetime import date

import networkx
import pytest
from django.db import IntegrityError, connection, transaction

from cascades.actions.linking import link_deliveries
from cascades.figures.lineage.parents import DESCENT_OF_TRAINER
from cascades.figures.reach.people_reached import (
    reach_of,
    reach_of_all_trainers,
    reach_of_trainer,
)
from cascades.figures.scope import Scope
from core.queries import query
from registry.actions.merging import merge_people
from tests.cascades.factories import (
    days_after,
    make_delivery,
    make_iteration,
    make_programme,
    tier_of,
)
from tests.cascades.facts import edges_of
from tests.cascades.kept import *  # noqa: F403
from trainings.actions.closing import reopen_training

LATER = date(2030, 1, 1)


def pairs(programme, as_of=LATER):
    return {(edge.parent, edge.child) for edge in edges_of(programme, as_of=as_of)}


def descent_of(person, programme):
    """The deliveries that a person led or co-led, and all that came of them."""
    asked = {"person": person.pk, "curriculum": programme.curriculum_id, "as_of": LATER}
    with connection.cursor() as cursor:
        cursor.execute(query("SELECT id FROM descent", *DESCENT_OF_TRAINER), asked)
        return {row[0] for row in cursor.fetchall()}


def test_a_delivery_comes_of_the_one_that_its_trainer_completed(
    programme, tiers, people, coordinator
):
    upper = make_delivery(tiers[1], learners=people[:2], by=coordinator)
    lower = make_delivery(
        tiers[2], on=days_after(30), lead=people[0], learners=people[2:4], by=coordinator
    )
    [edge] = edges_of(programme, as_of=LATER)
    assert (edge.parent, edge.child, edge.through) == (upper.pk, lower.pk, people[0].pk)
    assert reach_of_trainer(people[0], programme, as_of=LATER).distinct == 2


def test_who_only_supported_the_trainers_passes_no_lineage_on(
    programme, tiers, people, coordinator
):
    from trainings.actions.enrolling import enrol_person

    make_delivery(tiers[1], learners=people[:1], by=coordinator)
    lower = make_delivery(tiers[2], on=days_after(30), held=False, by=coordinator)
    enrol_person(lower.training, person=people[0], role="support", by=coordinator)
    assert not pairs(programme)


def test_what_was_learnt_on_the_same_day_is_no_lineage(programme, tiers, people, coordinator):
    make_delivery(tiers[1], learners=people[:1], by=coordinator)
    make_delivery(tiers[2], lead=people[0], learners=people[1:2], by=coordinator)
    assert not pairs(programme)


def test_overlapping_dates_are_no_lineage_in_either_direction(
    programme, tiers, people, coordinator
):
    a, b = people[:2]
    make_delivery(
        tiers[1], on=[days_after(0), days_after(20)], lead=a, learners=[b], by=coordinator
    )
    make_delivery(
        tiers[2], on=[days_after(10), days_after(30)], lead=b, learners=[a], by=coordinator
    )
    assert not pairs(programme)


def test_who_finished_after_delivering_passes_on_only_what_came_later(
    programme, tiers, people, coordinator
):
    """C trained D only after D had delivered: C is not credited with D's earlier people."""
    c, d, x, y = people[:4]
    make_delivery(tiers[2], on=days_after(10), lead=d, learners=[x], by=coordinator)
    make_delivery(tiers[1], on=days_after(20), lead=c, learners=[d], by=coordinator)
    make_delivery(tiers[2], on=days_after(30), lead=d, learners=[y], by=coordinator)
    assert reach_of_trainer(c, programme, as_of=LATER).distinct == 2  # d and y, not x


def test_being_trained_by_ones_own_graduate_makes_no_loop(programme, tiers, people, coordinator):
    a, b, c = people[:3]
    make_delivery(tiers[1], on=days_after(0), lead=a, learners=[b], by=coordinator)
    make_delivery(tiers[2], on=days_after(10), lead=b, learners=[a, c], by=coordinator)
    make_delivery(tiers[3], on=days_after(20), lead=a, learners=people[3:5], by=coordinator)
    graph = networkx.DiGraph(pairs(programme))
    assert networkx.is_directed_acyclic_graph(graph)
    assert graph.number_of_edges() == 2
    # b, c and the last two; a trainer is not part of their own reach.
    assert reach_of_trainer(a, programme, as_of=LATER).distinct == 4
    assert reach_of_trainer(b, programme, as_of=LATER).distinct == 4  # a, c and the last two


def test_other_curricula_have_their_own_lineage(programme, tiers, people, coordinator, strey_khmer):
    other = make_programme(owner=strey_khmer, by=coordinator)
    iteration = make_iteration(programme=other, by=coordinator)
    make_delivery(tiers[1], learners=people[:1], by=coordinator)
    make_delivery(
        tier_of(iteration, 2), on=days_after(9), lead=people[0], learners=1, by=coordinator
    )
    assert not pairs(programme)
    assert not pairs(other)


def test_a_cancelled_delivery_is_in_nobodys_lineage(programme, tiers, people, coordinator):
    from trainings.actions.planning import cancel_training

    make_delivery(tiers[1], learners=people[:1], by=coordinator)
    lower = make_delivery(tiers[2], on=days_after(9), lead=people[0], held=False, by=coordinator)
    assert pairs(programme)
    cancel_training(lower.training, by=coordinator)
    assert not pairs(programme)


def test_as_of_a_day_only_what_had_happened_by_then_counts(programme, tiers, people, coordinator):
    make_delivery(tiers[1], learners=people[:2], by=coordinator)
    make_delivery(tiers[2], on=days_after(30), lead=people[0], learners=2, by=coordinator)
    assert not pairs(programme, as_of=days_after(29))
    assert reach_of(Scope(programme, days_after(29))).distinct == 2
    assert reach_of(Scope(programme, days_after(30))).distinct == 4


def test_correcting_a_sheet_changes_lineage_at_once(programme, tiers, people, coordinator):
    from tests.trainings.factories import mark_one
    from trainings.actions.attending import Presence
    from trainings.actions.closing import close_training

    upper = make_delivery(tiers[1], learners=people[:2], by=coordinator)
    make_delivery(tiers[2], on=days_after(9), lead=people[0], learners=2, by=coordinator)
    assert reach_of_trainer(people[0], programme, as_of=LATER).distinct == 2
    assert len(pairs(programme)) == 1
    training = reopen_training(upper.training, reason="Was not there.", by=coordinator)
    session = training.sessions.get()
    mark_one(
        session,
        training.enrolments.get(person=people[0]),
        "absent",
        seen=Presence.of("present"),
        by=coordinator,
    )
    close_training(training, accept_findings=True, by=coordinator)
    assert not pairs(programme)


def test_joining_two_entries_of_a_trainer_joins_the_lineage(programme, tiers, people, coordinator):
    first, second = people[:2]
    make_delivery(tiers[1], learners=[first], by=coordinator)
    make_delivery(tiers[2], on=days_after(9), lead=second, learners=3, by=coordinator)
    assert not pairs(programme)
    merge_people(kept=first, joined=second, by=coordinator)
    assert len(pairs(programme)) == 1


# --- Counting in three ways -------------------------------------------------------------------


def test_reach_is_a_distinct_count_and_the_other_two_modes_add_up(
    programme, tiers, people, coordinator
):
    """Two trainers, four people each, one shared: 4 and 4, together 7; computed a second way."""
    a, b, *rest = people
    shared, own_a, own_b = rest[0], rest[1:4], rest[3:6]
    make_delivery(tiers[1], learners=[a, b], by=coordinator)
    first = make_delivery(
        tiers[2], on=days_after(9), lead=a, co=[b], learners=[shared, own_a[0]], by=coordinator
    )
    second = make_delivery(
        tiers[2], on=days_after(19), lead=b, learners=[shared, *own_b[:2]], by=coordinator
    )
    lines = {line.person_id: line for line in reach_of_all_trainers(programme, as_of=LATER)}
    assert lines[a.pk].distinct == 2
    assert lines[b.pk].distinct == 4
    people_of = {
        first.pk: {shared.pk, own_a[0].pk},
        second.pk: {shared.pk, *(p.pk for p in own_b[:2])},
    }
    for person in (a, b):
        union = set().union(*(people_of.get(pk, set()) for pk in descent_of(person, programme)))
        assert lines[person.pk].distinct == len(union)
    # Each of the four once: two with a's delivery (halves with b), two with b's.
    assert lines[a.pk].first_reach + lines[b.pk].first_reach == 4
    assert (lines[a.pk].shared, lines[b.pk].shared) == (1, 3)
    counted = reach_of(Scope(programme, LATER, tier_number=2))
    assert (counted.distinct, counted.contacts, counted.duplication) == (4, 5, pytest.approx(1.25))


# --- Typed links ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def three(tiers, coordinator):
    return [
        make_delivery(tiers[n], on=days_after(9), by=coordinator, held=False) for n in (1, 2, 3)
    ]


def link(child, parent, by):
    return link_deliveries(child, parent=parent, reason="as told", source="Report 2014", by=by)


def test_a_typed_link_that_would_make_a_loop_is_refused(programme, three, coordinator):
    from core.errors import Refused

    a, b, c = three
    link(b, a, coordinator)
    link(c, b, coordinator)
    with pytest.raises(Refused, match="loop"):
        link(a, c, coordinator)
    assert pairs(programme) == {(a.pk, b.pk), (b.pk, c.pk)}


def test_the_database_refuses_a_loop_by_itself(three, coordinator):
    a, b, _ = three
    made = link(b, a, coordinator)
    with (
        pytest.raises(IntegrityError, match="loop"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO cascades_typedlink (id, created_at, version, owner_id, parent_id,"
            " child_id, reason, source) SELECT gen_random_uuid(), now(), 1, owner_id,"
            " child_id, parent_id, reason, source FROM cascades_typedlink WHERE id = %s",
            [made.pk],
        )


def test_a_link_back_in_time_is_refused(tiers, coordinator):
    from core.errors import Refused

    early = make_delivery(tiers[1], on=days_after(0), by=coordinator, held=False)
    late = make_delivery(tiers[2], on=days_after(9), by=coordinator, held=False)
    with pytest.raises(Refused, match="later"):
        link(early, late, coordinator)
