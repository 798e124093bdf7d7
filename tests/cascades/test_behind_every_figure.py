"""A figure, the list behind it, its table by sex and age and the drawings count the same things."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from cascades.figures.catalogue import FIGURES
from cascades.figures.funnel.steps import (
    asked_at,
    funnel_of,
    steps_as_json,
    steps_from_json,
)
from cascades.figures.people.groups import GROUPS
from cascades.figures.scope import Scope
from cascades.models import Iteration
from cascades.papers.charts import flow_chart, funnel_chart
from core.figures.definitions import Rows
from tests.cascades.factories import days_after, make_iteration, tier_of
from tests.cascades.facts import put_delivery, put_people
from tests.cascades.kept import *  # noqa: F403
from tests.cascades.test_one_value import of, shown, words

TODAY = days_after(400)
PLANS = {1: (5, 2, 2), 2: (9, 4, 3), 3: (40, None, None)}


@pytest.fixture
def tangled(programme, iteration, tiers, strey_khmer, coordinator, places):
    """Two runs. Somebody, a place and a trainer stand in several tiers; some left, never came, sit
    in deliveries that still run, or were absent from one and are in another that runs.
    """
    trainer, both, left, late, absent, running = put_people(6, owner=strey_khmer)
    commune, village = places["020901"], places["02090107"]
    again = make_iteration(programme=programme, by=coordinator, starts_on=days_after(200))
    for run in (iteration, again):
        for number, (people, groups, wanted) in PLANS.items():
            run.tiers.filter(number=number).update(
                planned_people=people, planned_groups=groups, planned_places=wanted, place_level=3
            )
        Iteration.objects.filter(pk=run.pk).update(ends_on=days_after(500))

    def put(tier, on, **more):
        return put_delivery(tier, on=days_after(on), by=coordinator, **more)

    staff, half = {trainer: strey_khmer}, {both: (20, 60), late: (40, 80)}
    put(tiers[1], 0, graduates=[trainer, both, late], scores=half, place=village)
    put(tiers[2], 10, lead=trainer, graduates=[both], dropped=[left], place=village, staff=staff,
        scores={both: (50, 70)})  # fmt: skip
    put(tiers[2], 11, lead=late, co=[trainer], graduates=3, absent=[absent], place=commune)
    put(tiers[3], 250, lead=late, graduates=[both], dropped=[left], scores={both: (50, 60)})
    put(tiers[3], 30, lead=both, graduates=4, absent=[absent], place=commune)
    put(tiers[3], 399, days=9, lead=both, dropped=[absent, running], status="open", place=commune)
    put(tiers[3], 20, status="cancelled", dropped=[running])
    put(tier_of(again, 2), 210, lead=trainer, graduates=[both, *put_people(2, owner=strey_khmer)])
    put(tier_of(again, 3), 380, lead=both, graduates=2, place=village)
    return Scope(programme, TODAY)


def scopes_of(whole, place):
    [run, *_more] = whole.programme.iterations.order_by("number")
    by_tier = [whole.of_tier(number) for number in PLANS]
    in_run = [whole.of_iteration(run).of_tier(number) for number in PLANS]
    here = Scope(whole.programme, whole.as_of, place=place)
    return [whole, whole.of_iteration(run), *by_tier, *in_run, here]


@pytest.mark.parametrize("definition", FIGURES.values(), ids=FIGURES)
def test_the_rows_behind_a_figure_count_what_it_says(definition, tangled, places):
    for scope in scopes_of(tangled, places["02"]):
        outcome, [behind] = definition.of(scope).outcome, definition.behind(scope)
        counted = sum(row.counts for row in behind.rows)
        said = outcome.value if outcome.whole is None else outcome.part
        if definition.rows is not Rows.BASIS:
            assert counted == (said or 0), scope
        if definition.rows is Rows.WHOLE and outcome.whole is not None:
            assert len(behind.rows) == outcome.whole, scope


def test_each_kind_of_list_was_looked_at(tangled):
    """The test above would say nothing of figures that are not known, or have empty lists."""
    found = {name: FIGURES[name].of(tangled.of_tier(2)) for name in FIGURES}
    found |= {name: FIGURES[name].of(tangled) for name in ("pace", "cumulative_multiplier")}
    found["pace"] = FIGURES["pace"].of(tangled.of_iteration(tangled.programme.iterations.last()))
    not_known = {name for name, each in found.items() if each.value is None}
    assert not_known == {"fidelity", "lag"}
    assert all(len(each.behind[0].rows) for each in found.values())


def test_somebody_in_two_tiers_is_one_of_the_learners_who_sat_both_tests(tangled):
    """With their first tests: 20 and 60, and 40 and 80: of 70 points, 40 were gained."""
    found, [behind] = of("normalised_gain", tangled), FIGURES["normalised_gain"].behind(tangled)
    assert (found.part, found.whole) == (40, 70)
    counted = sum(row.counts for row in behind.rows)
    assert found.remark.startswith(f"{counted} of {len(behind.rows)} learners")


def test_points_lost_are_of_the_two_tiers_that_are_compared(tangled):
    """Of tier 3 and of the first; nobody of tier 2 stands on the list."""
    remark = of("dilution", tangled).remark
    [behind] = FIGURES["dilution"].behind(tangled)
    said = re.findall(r"(\d+) of (\d+) learners", remark)
    assert [sum(map(int, numbers)) for numbers in zip(*said, strict=True)] == [
        sum(row.counts for row in behind.rows),
        len(behind.rows),
    ]
    assert {row.why.partition(":")[0] for row in behind.rows} == {"Tier 1", "Tier 3"}


@pytest.mark.parametrize("name", ["people_of_plan", "pace", "reach", "contacts", "completion"])
def test_the_table_by_sex_and_age_counts_the_list(as_user, coordinator, tangled, name):
    """Of a number that was planned nobody is behind, so no second number stands in the table."""
    address = reverse("cascades:figure", args=[tangled.programme.pk, name])
    asked = {"as_of": f"{TODAY:%d/%m/%Y}", "iteration": tangled.programme.iterations.first().pk}
    page = as_user(coordinator).get(address, asked)
    outcome, table = page.context["figure"].outcome, page.context["by_sex_and_age"]
    counted = outcome.value if outcome.whole is None else outcome.part
    assert table.total.counts == counted
    assert page.context["page"].paginator.count == table.total.listed
    assert (f"/ {table.total.listed}</span>" in shown(page)) == (name == "completion")


# What makes a value


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("lag", "{part} of {whole} have trained others"),
        ("pace", "{part} of {whole} planned"),
        ("fidelity", "mean of {part} observed of {whole} deliveries"),
        ("completion", "{part} / {whole}"),
    ],
)
def test_n_of_n_beside_a_value_is_what_makes_it(as_user, coordinator, tangled, name, said):
    address = reverse("cascades:figure", args=[tangled.programme.pk, name])
    asked = {"as_of": f"{TODAY:%d/%m/%Y}", "iteration": tangled.programme.iterations.first().pk}
    page = as_user(coordinator).get(address, asked)
    outcome = page.context["figure"].outcome
    assert said.format(part=outcome.part, whole=outcome.whole) in shown(page)


# Who is not known yet is not lost


def test_lost_and_completed_add_up_in_each_tier(tangled):
    for number in PLANS:
        scope = tangled.of_tier(number)
        done, lost = of("completion", scope), of("attrition_completed", scope)
        assert done.part + lost.part == done.whole == lost.whole
        assert lost.remark.startswith(done.remark)


def test_who_may_still_come_complete_or_train_is_no_loss(tangled, tiers, coordinator, strey_khmer):
    trainer, absent, came = put_people(3, owner=strey_khmer)
    put_delivery(tiers[2], on=days_after(390), graduates=[trainer], by=coordinator)
    put_delivery(tiers[2], on=days_after(398), days=9, dropped=[came], absent=[absent],
                 status="open", by=coordinator)  # fmt: skip
    before = {name: of(name, tangled.of_tier(2)) for name in FIGURES if "attrition" in name}
    fresh = Scope(tangled.programme, TODAY).of_tier(2)
    steps = {step.name: step for step in funnel_of(fresh)}
    assert [steps[name].not_yet for name in ("came", "completed", "activated")] == [1, 1, 1]
    for name, found in before.items():
        step = steps[name.removeprefix("attrition_")]
        assert step.lost == found.value
        assert len(asked_at(fresh, step.name)) == found.whole
        [*lines] = GROUPS[step.group].lines(fresh)
        assert (len(lines), sum(line[1] for line in lines)) == (found.whole, step.people)
    assert "1 more person came to deliveries that are not closed" in (
        before["attrition_completed"].remark
    )
    assert "still run" in before["attrition_came"].remark
    assert "1 more graduate completed less than" in before["attrition_activated"].remark
    assert "not yet known: 1 people" in words(funnel_chart(list(steps.values())))
    assert steps_from_json(steps_as_json(list(steps.values()))) == list(steps.values())


def test_a_funnel_that_an_earlier_version_kept_can_be_read(tangled):
    kept = [{k: v for k, v in step.items() if k != "not_yet"}
            for step in steps_as_json(funnel_of(tangled))]  # fmt: skip
    assert [step.not_yet for step in steps_from_json(kept)] == [0] * len(kept)


def test_the_drawing_says_what_the_figures_say(tangled, programme, iteration, tiers):
    scope = tangled.of_iteration(iteration)
    activation = of("activation", scope.of_tier(1))
    chart = words(flow_chart(scope, tiers[1]))
    stops = {
        label: int(found[1]) if (found := re.search(rf"{label}\W+(\d+) people", chart)) else 0
        for label in ("trained others in time", "trained others later", "did not train others")
    }
    assert stops["trained others in time"] == activation.part
    assert sum(stops.values()) == activation.whole
    assert stops["trained others later"] == 0


def test_who_trained_too_late_did_not_train_in_time(programme, tiers, strey_khmer, coordinator):
    soon, late, never, young = put_people(4, owner=strey_khmer)
    put_delivery(tiers[2], graduates=[soon, late, never], by=coordinator)
    put_delivery(tiers[2], on=days_after(390), graduates=[young], by=coordinator)
    put_delivery(tiers[3], on=days_after(50), lead=soon, by=coordinator)
    put_delivery(tiers[3], on=days_after(300), lead=late, by=coordinator)
    scope = Scope(programme, TODAY)
    chart = words(flow_chart(scope, tiers[2]))
    for label in ("trained others in time", "trained others later", "did not train others"):
        assert re.search(rf"{label}\W+1\b", chart), (label, chart)
    assert re.search(r"not yet known\W+1\b", chart)
    assert (of("activation", scope).part, of("activation", scope).whole) == (1, 3)
