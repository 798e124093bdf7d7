"""Lineage as a list of edges: what came of what, through whom, and who may take names."""

from __future__ import annotations

import csv
from datetime import date
from io import StringIO

import networkx
import pytest
from django.urls import reverse

from cascades.actions.linking import link_deliveries
from cascades.figures.lineage.edges import edge_rows
from cascades.figures.scope import Scope
from core.models import AccessLog
from tests.cascades.factories import days_after, make_delivery, make_iteration, tier_of
from tests.cascades.kept import *  # noqa: F403

TODAY = date(2026, 6, 1)


@pytest.fixture(scope="module")
def cascade(tiers, people, coordinator):
    """0 trains 1 and 2; both train 3 together; an old delivery is typed to have come of the first.

    The list must read: first → second through two people, first → old through nobody.
    """
    first = make_delivery(tiers[1], lead=people[0], learners=people[1:3], by=coordinator)
    second = make_delivery(
        tiers[2],
        on=days_after(30),
        lead=people[1],
        co=[people[2]],
        learners=people[3:4],
        title_en="=HYPERLINK()",
        by=coordinator,
    )
    old = make_delivery(tiers[2], on=days_after(40), lead=people[4], learners=1, by=coordinator)
    link_deliveries(old, parent=first, reason="As told", source="Report 2015", by=coordinator)
    return first, second, old


def rows_of(browser, programme, **asked):
    answer = browser.get(reverse("cascades:edges-csv", args=[programme.pk]), asked)
    assert answer.status_code == 200
    text = answer.content.decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text)))


def pairs(rows):
    return [(row["Came of: identifier"], row["Delivery: identifier"]) for row in rows]


def test_each_delivery_stands_beside_what_it_came_of(
    as_user, coordinator, programme, cascade, people
):
    first, second, old = cascade
    rows = rows_of(as_user(coordinator), programme)
    assert pairs(rows) == [(str(first.pk), str(second.pk)), (str(first.pk), str(old.pk))]
    shared, typed = rows
    assert shared["Trainers who completed the first"] == "2"
    assert set(shared["Through"].split("; ")) == {people[1].names, people[2].names}
    assert (shared["How it is known"], shared["Why it is known"]) == ("from the sheets", "")
    assert (typed["Through"], typed["How it is known"]) == ("", "typed")
    assert (typed["Why it is known"], typed["Document that says so"]) == ("As told", "Report 2015")
    assert shared["Came of: first day"] == "2026-01-05"


def test_the_list_is_what_a_graph_library_makes_of_the_facts(programme, cascade):
    """Enumerated anew: who trained E and had completed D, which had ended when E began."""
    first, _second, old = cascade
    graph = networkx.DiGraph([(first.pk, old.pk)])
    for earlier in cascade:
        done = set(earlier.training.completions.values_list("enrolment__person", flat=True))
        for later in cascade:
            led = later.training.enrolments.filter(role__in=["lead trainer", "co-trainer"])
            if earlier.training.ends_on < later.training.starts_on and done & set(
                led.values_list("person", flat=True)
            ):
                graph.add_edge(earlier.pk, later.pk)
    found = networkx.DiGraph(
        (row.parent.pk, row.child.pk) for row in edge_rows(Scope(programme, TODAY))
    )
    assert set(found.edges) == set(graph.edges)
    assert networkx.is_directed_acyclic_graph(found)


def test_the_day_and_the_iteration_that_were_chosen_count(
    as_user, coordinator, programme, cascade, iteration, people
):
    first, second, _old = cascade
    browser = as_user(coordinator)
    assert pairs(rows_of(browser, programme, as_of="05/02/2026")) == [
        (str(first.pk), str(second.pk))
    ]
    later = make_iteration(programme=programme, starts_on=days_after(100), by=coordinator)
    again = make_delivery(
        tier_of(later, 2), on=days_after(100), lead=people[1], learners=1, by=coordinator
    )
    assert pairs(rows_of(browser, programme, iteration=str(later.pk))) == [
        (str(first.pk), str(again.pk))
    ]


def test_who_may_not_take_names_gets_the_same_edges_without_any(
    as_user, field_staff, programme, cascade, people
):
    rows = rows_of(as_user(field_staff), programme)
    assert len(rows) == 2
    assert "Through" not in rows[0]
    assert not any(people[1].names in "".join(row.values()) for row in rows)


def test_an_export_is_logged_with_how_many_it_names(
    as_user, coordinator, field_staff, programme, cascade
):
    for user, named in ((coordinator, 2), (field_staff, 0)):
        rows_of(as_user(user), programme)
        entry = AccessLog.objects.filter(user=user).latest("pk")
        assert (entry.subject, entry.people, entry.record_id) == (
            "cascades.edges",
            named,
            programme.pk,
        )


def test_a_title_is_no_formula_for_a_spreadsheet(as_user, coordinator, programme, cascade):
    assert rows_of(as_user(coordinator), programme)[0]["Delivery: title"] == "'=HYPERLINK()"


def test_odd_choices_in_the_address_are_left_out(as_user, coordinator, programme, cascade):
    for asked in ({"as_of": "%00"}, {"iteration": "x"}, {"tier": "9" * 40}, {"place": "\0"}):
        assert isinstance(rows_of(as_user(coordinator), programme, **asked), list)


def test_a_longer_list_asks_as_often(
    as_user, coordinator, programme, cascade, tiers, people, django_assert_max_num_queries
):
    scope = Scope(programme, TODAY)
    with django_assert_max_num_queries(5):
        assert len(edge_rows(scope)) == 2
    make_delivery(tiers[2], on=days_after(50), lead=people[1], learners=1, by=coordinator)
    with django_assert_max_num_queries(5):
        assert len(edge_rows(scope)) == 3
