"""The trainers' pages: who trains, who is due, and one trainer between up and down."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import networkx
import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from cascades.figures.catalogue import FIGURES
from cascades.figures.certification.due import by_province, trainers_due
from cascades.figures.certification.trainers import standings_of, totals_of
from cascades.figures.lineage.ancestry import (
    ancestry_of,
    own_graduates_who_trained,
    reach_down_of,
)
from cascades.figures.lineage.path import way_to
from cascades.figures.people.groups import GROUPS
from cascades.figures.quality.tests_of_learners import scores_of_learners
from cascades.figures.reach.people_reached import reach_of_trainer
from cascades.figures.scope import Scope
from core.papers import KINDS
from tests.cascades.factories import (
    START,
    days_after,
    make_delivery,
    make_iteration,
    make_programme,
    tier_of,
)
from tests.cascades.facts import edges_of
from tests.factories import make_person
from trainings.actions.certificates import issue_certificates

LATER = date(2030, 1, 1)
ONE_DAY = timedelta(days=1)


@pytest.fixture
def chain(programme, tiers, people, coordinator):
    """a trains b and c; b and c train d together; d trains the rest, and b sits in."""
    a, b, c, d, *rest = people
    return [
        make_delivery(tiers[1], lead=a, learners=[b, c], title_en="Master", by=coordinator),
        make_delivery(
            tiers[2], on=days_after(30), lead=b, co=[c], learners=[d], title_en="Province",
            by=coordinator,
        ),
        make_delivery(
            tiers[2], on=days_after(40), lead=c, learners=[d], title_en="Refresher", by=coordinator
        ),
        make_delivery(
            tiers[3], on=days_after(60), lead=d, learners=[b, *rest], title_en="Commune",
            by=coordinator,
        ),
    ]  # fmt: skip


# --- Up and down ------------------------------------------------------------------------------


def test_all_parents_are_kept_on_the_way_up(programme, chain, people):
    master, province, refresher, commune = chain
    [top] = ancestry_of(people[4], programme, as_of=LATER)
    assert top.delivery == commune
    assert [each.delivery for each in top.parents] == [province, refresher]
    first, second = top.parents
    assert [each.delivery for each in first.parents] == [master]
    assert set(first.parents[0].through) == {people[1], people[2]}
    # What the second one came of stands above already, and is not told twice.
    assert [(each.delivery, each.is_above) for each in second.parents] == [(master, True)]


def test_steps_down_tell_the_shortest_and_the_longest_way(programme, chain, people, coordinator):
    a, b = people[:2]
    down = reach_down_of(a, programme, as_of=LATER)
    assert [(step.fewest, step.most, step.deliveries) for step in down.steps] == [
        (0, 0, 1),
        (1, 1, 2),
        (2, 2, 1),
    ]
    [own] = down.own
    assert (own.completed, own.deliveries_below) == (2, 3)
    assert own.people == reach_of_trainer(a, programme, as_of=LATER).distinct
    # b is not counted in the commune delivery that came of b's own and in which b sat.
    [of_b] = reach_down_of(b, programme, as_of=LATER).own
    assert of_b.people == 1 + len(people[4:])


def test_a_delivery_is_as_many_steps_down_as_its_ways_in_the_graph(
    programme, tiers, people, coordinator
):
    """The lowest is one step below the top through c, and two through b's delivery."""
    a, b, c, d = people[:4]
    make_delivery(tiers[1], lead=a, learners=[b, c], by=coordinator)
    make_delivery(tiers[2], on=days_after(9), lead=b, learners=[c], by=coordinator)
    make_delivery(tiers[3], on=days_after(19), lead=c, learners=[d], by=coordinator)
    down = reach_down_of(a, programme, as_of=LATER)
    graph = networkx.DiGraph((e.parent, e.child) for e in edges_of(programme, as_of=LATER))
    top = down.own[0].turn.delivery_id
    short = networkx.single_source_shortest_path_length(graph, top)
    steps = {step.fewest: step for step in down.steps}
    assert sorted(short.values()) == [0, 1, 1]
    assert (steps[1].deliveries, steps[1].most) == (2, networkx.dag_longest_path_length(graph))


def test_being_trained_by_ones_own_graduate_is_noted(programme, tiers, people, coordinator):
    a, b, c = people[:3]
    make_delivery(tiers[1], lead=a, learners=[b], by=coordinator)
    make_delivery(tiers[2], on=days_after(10), lead=b, learners=[a, c], by=coordinator)
    assert own_graduates_who_trained(a, programme, as_of=LATER) == [b]
    assert own_graduates_who_trained(b, programme, as_of=LATER) == []


def test_tests_compare_only_learners_who_sat_both(programme, tiers, people, coordinator):
    from trainings.actions.outcomes import ScoreEntry, record_scores

    a, *rest = people
    delivery = make_delivery(
        tiers[2], lead=a, learners=rest[:3], held=False, test_maximum=Decimal(20), by=coordinator
    )
    first, second, third = delivery.training.enrolments.learners().order_by("sheet_row")
    entries = [
        ScoreEntry(first.pk, "before", Decimal(8), seen=None),
        ScoreEntry(first.pk, "after", Decimal(16), seen=None),
        ScoreEntry(second.pk, "before", Decimal(12), seen=None),
        ScoreEntry(second.pk, "after", Decimal(18), seen=None),
        ScoreEntry(third.pk, "after", Decimal(2), seen=None),
    ]
    record_scores(delivery.training, entries=entries, by=coordinator)
    found = scores_of_learners(a, programme, as_of=LATER)
    # (8 + 12) / 2 of 20 is 50 percent, (16 + 18) / 2 of 20 is 85.
    assert (found.both, found.learners) == (2, 3)
    assert (found.mean_before, found.mean_after) == (50, 85)


# --- Everybody --------------------------------------------------------------------------------


def test_two_modes_add_up_to_the_people_and_the_distinct_one_does_not(programme, chain):
    standings = standings_of(programme, as_of=LATER)
    totals = totals_of(standings)
    people = {each.person_id for each in standings}
    from cascades.models import Graduate

    everybody = set(Graduate.objects.values_list("person", flat=True))
    assert totals.first_reach == len(everybody)
    assert totals.shared == pytest.approx(len(everybody))
    assert sum(each.distinct for each in standings) > len(everybody)
    assert people >= {chain[0].training.enrolments.get(role="lead trainer").person_id}


def test_a_trainer_is_active_up_to_the_last_of_the_programmes_days(programme, chain, people):
    """The day of the delivery is the first of these days, as in the figures."""
    last = days_after(60) + timedelta(days=programme.active_days - 1)
    for day, is_active in [(last, True), (last + ONE_DAY, False)]:
        found = {each.person_id: each for each in standings_of(programme, as_of=day)}
        assert found[people[3].pk].is_active is is_active


# --- Due --------------------------------------------------------------------------------------


def test_who_has_not_trained_is_due_from_thirty_days_before_to_overdue(programme, chain, people):
    """b and c have trained; d has too; of the last tier nothing is expected."""
    assert not trainers_due(programme, as_of=LATER).rows


def test_the_window_ends_with_its_last_day(programme, tiers, people, coordinator):
    a, b = people[:2]
    make_delivery(tiers[1], learners=[a, b], by=coordinator)
    last = START + timedelta(days=programme.activation_days)
    make_delivery(tiers[2], on=days_after(20), lead=b, by=coordinator)
    due = {
        day: [
            (row.person, row.is_overdue, row.days)
            for row in trainers_due(programme, as_of=day).rows
        ]
        for day in (last - timedelta(days=31), last - timedelta(days=30), last, last + ONE_DAY)
    }
    assert list(due.values()) == [[], [(a, False, 30)], [(a, False, 0)], [(a, True, 1)]]
    assert trainers_due(programme, as_of=last).graduates == 2


def test_of_whom_nothing_is_known_nobody_is_overdue(
    programme, iteration, tiers, people, coordinator, as_user
):
    """In one run nothing is recorded below the tier; of two graduates of the other one trained."""
    make_delivery(tiers[1], learners=people[:4], by=coordinator)
    found = trainers_due(programme, as_of=LATER)
    assert (len(found.rows), found.graduates) == (0, 0)
    assert found.remark == "Nothing is recorded of what came of these graduates."
    run = make_iteration(programme=programme, by=coordinator)
    make_delivery(tier_of(run, 1), learners=people[4:6], by=coordinator)
    make_delivery(tier_of(run, 2), on=days_after(20), lead=people[4], by=coordinator)
    found, scope = trainers_due(programme, as_of=LATER), Scope(programme, LATER)
    assert [row.person for row in found.rows] == [people[5]]
    assert found.remark == "Left out are tiers of which nothing is recorded below."
    group = GROUPS["graduates"].lines(scope)
    activation = FIGURES["activation"].of(scope).outcome
    assert found.graduates == len(group) == activation.whole == 2
    assert found.overdue == activation.whole - activation.part
    page = as_user(coordinator).get(reverse("cascades:trainers-due", args=[programme.pk]))
    assert found.remark in page.content.decode()
    paper = KINDS["cascades.nudges"].build(programme)
    assert paper.context["due"].remark == found.remark
    assert found.remark in render_to_string(paper.template, paper.context)
    asked = {"iteration": iteration.pk}
    page = as_user(coordinator).get(reverse("cascades:trainers-due", args=[programme.pk]), asked)
    assert "Nothing is recorded of what came of these graduates." in page.content.decode()
    assert "Nobody is due: " not in page.content.decode()


def test_who_trained_in_another_programme_of_the_curriculum_is_not_due(
    programme, tiers, people, strey_khmer, coordinator
):
    make_delivery(tiers[1], learners=people[:2], by=coordinator)
    make_delivery(tiers[2], learners=1, by=coordinator)
    other, foreign = (
        make_programme(owner=strey_khmer, by=coordinator, **more)
        for more in ({"curriculum": programme.curriculum}, {})
    )
    for trainer, elsewhere in zip(people[:2], (other, foreign), strict=True):
        iteration = make_iteration(programme=elsewhere, by=coordinator)
        make_delivery(tier_of(iteration, 2), on=days_after(20), lead=trainer, by=coordinator)
    assert [row.person for row in trainers_due(programme, as_of=LATER).rows] == [people[1]]


def test_a_planned_delivery_is_named_beside_who_is_due(programme, tiers, people, coordinator):
    make_delivery(tiers[1], learners=people[:1], by=coordinator)
    make_delivery(tiers[2], learners=1, by=coordinator)
    coming = timezone.localdate() + timedelta(days=400)
    make_delivery(tiers[2], on=coming, lead=people[0], held=False, by=coordinator)
    [row] = trainers_due(programme, as_of=timezone.localdate()).rows
    assert (row.is_overdue, row.planned_on) == (True, coming)


def test_the_nudge_list_is_grouped_by_province(programme, tiers, strey_khmer, coordinator, places):
    here = make_person(owner=strey_khmer, place=places["02090107"])
    near = make_person(owner=strey_khmer, place=places["02"])
    nowhere = make_person(owner=strey_khmer)
    make_delivery(tiers[2], learners=1, by=coordinator)
    make_delivery(tiers[1], learners=[nowhere, here, near], by=coordinator)
    groups = by_province(trainers_due(programme, as_of=LATER).rows)
    assert [group.name for group in groups] == [places["02"].name, ""]
    assert {row.person for row in groups[0].rows} == {here, near}


def test_a_long_nudge_list_has_pages_and_each_person_stands_on_one(
    programme, tiers, strey_khmer, coordinator, places, as_user, monkeypatch
):
    monkeypatch.setattr("cascades.views.trainers.PER_PAGE", 2)
    make_delivery(tiers[2], learners=1, by=coordinator)
    here = [make_person(owner=strey_khmer, place=places["02090107"]) for _ in range(3)]
    nowhere = make_person(owner=strey_khmer)
    make_delivery(tiers[1], learners=[nowhere, *here], by=coordinator)
    address = reverse("cascades:trainers-due", args=[programme.pk])
    pages = [
        as_user(coordinator).get(address, {"page": number}).content.decode() for number in (1, 2)
    ]
    listed = [re.findall(rf"/{programme.pk}/trainers/([0-9a-f-]{{36}})/", page) for page in pages]
    assert [len(found) for found in listed] == [2, 2]
    assert {*listed[0], *listed[1]} == {str(person.pk) for person in [nowhere, *here]}
    assert listed[1][-1] == str(nowhere.pk)  # Whose home is not known comes last.
    assert all("4 of 4" in page for page in pages)  # The sums are those of the whole list.


# --- Papers and the public page ------------------------------------------------------------------


def test_the_way_follows_the_latest_that_the_lead_completed(chain):
    master, province, _refresher, commune = chain
    assert [step.title for step in way_to(commune)] == ["Master", "Refresher", "Commune"]
    assert [step.title for step in way_to(province)] == ["Master", "Province"]
    assert [step.title for step in way_to(master)] == ["Master"]


def test_the_public_page_of_a_certificate_shows_the_way_without_names(
    client, chain, people, coordinator
):
    training = chain[3].training
    [certificate, *_rest] = issue_certificates(
        training, issued_on=timezone.localdate(), by=coordinator
    )
    page = client.get(f"/c/{certificate.token}/", headers={"accept-language": "en"})
    text = page.content.decode()
    assert "Master, January 2026 → Refresher, February 2026 → Commune, March 2026 → you" in text
    for person in people:
        assert person.name_latin not in text


def test_certificates_print_the_line_of_trainings(chain, coordinator):
    delivery = chain[1]
    issue_certificates(delivery.training, issued_on=timezone.localdate(), by=coordinator)
    paper = KINDS["cascades.certificates"].build(delivery)
    assert [step.title for step in paper.context["steps"]] == ["Master", "Province"]
    assert paper.people == 1


def test_the_page_of_a_delivery_prints_certificates_once_there_are_any(as_user, coordinator, chain):
    browser, delivery = as_user(coordinator), chain[1]
    address = f"/cascades/deliveries/{delivery.pk}/"
    assert "cascades.certificates" not in browser.get(address).content.decode()
    issue_certificates(delivery.training, issued_on=timezone.localdate(), by=coordinator)
    assert "cascades.certificates" in browser.get(address).content.decode()
