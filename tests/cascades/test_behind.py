"""The lists behind numbers: filtered by what counts, by sex and age, and as a spreadsheet."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from cascades.figures.funnel.steps import funnel_of
from cascades.figures.reach.people_reached import reach_of_trainer
from cascades.figures.reach.together import reach_together
from cascades.figures.scope import Scope
from core.models import AccessLog
from registry.actions.consenting import record_consent
from tests.cascades.factories import days_after
from tests.cascades.facts import put_delivery, put_people
from tests.cascades.kept import *  # noqa: F403

LATER = days_after(400)
AS_OF = {"as_of": f"{LATER:%d/%m/%Y}"}


@pytest.fixture
def held(tiers, strey_khmer, coordinator):
    """Three graduates, a woman and two men; the first two trained others, two of them the same."""
    women = put_people(1, owner=strey_khmer, sex="female", birth_year=1990)
    men = put_people(2, owner=strey_khmer, sex="male", birth_year=1970)
    put_delivery(tiers[1], graduates=[*women, *men], by=coordinator)
    learners = put_people(5, owner=strey_khmer)
    put_delivery(
        tiers[2], on=days_after(30), lead=women[0], graduates=learners[:4], by=coordinator
    )  # fmt: skip
    put_delivery(tiers[2], on=days_after(60), lead=men[0], graduates=learners[2:], by=coordinator)
    return [*women, *men]


@pytest.fixture
def browse(as_user, coordinator, programme, held):
    def get(name, *args, user=coordinator, **asked):
        address = reverse(f"cascades:{name}", args=[programme.pk, *args])
        answer = as_user(user).get(address, AS_OF | asked)
        assert answer.status_code == 200
        return answer

    return get


def names(answer):
    return {row.subject.name_latin for row in answer.context["page"]}


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ({}, {0, 1, 2}),
        ({"counts": "yes"}, {0, 1}),
        ({"counts": "no"}, {2}),
        ({"sex": "male"}, {1, 2}),
        ({"sex": "male", "counts": "yes"}, {1}),
        ({"age": "035–49"}, {0}),
        ({"age": "-"}, set()),
        # What is no choice chooses nothing.
        ({"counts": "%00", "sex": "x", "age": "999"}, {0, 1, 2}),
    ],
)
@pytest.mark.parametrize("page", [("figure", "activation"), ("people-behind", "activation")])
def test_a_list_is_filtered(browse, held, page, asked, wanted):
    assert names(browse(*page, **asked)) == {held[n].name_latin for n in wanted}


def test_a_list_of_deliveries_is_filtered_as_well(browse):
    every = browse("figure", "unqualified_rate")
    assert len(every.context["page"].object_list) == 2
    assert "sex" not in every.context["filter"].fields
    counted = browse("figure", "unqualified_rate", counts="yes")
    assert len(counted.context["page"].object_list) == 0


def test_each_step_of_the_funnel_opens_who_is_left_and_who_is_not(browse, programme):
    scope = Scope(programme, LATER)
    page = browse("figures").content.decode()
    for step in funnel_of(scope):
        assert f"/people/{step.group}/" in page
        left = browse("people-behind", step.group, counts="yes")
        assert left.context["page"].paginator.count == step.people
    lost = browse("people-behind", "step-activated", counts="no").content.decode()
    assert "certified, and has not trained others" in lost


def test_what_is_not_known_says_so(browse):
    page = browse("people-behind", "activation", tier=3).content.decode()
    assert "This is not known from the records." in page


def test_an_unknown_group_is_nowhere(as_user, coordinator, programme):
    for name in ("people-behind", "people-behind-xlsx"):
        address = reverse(f"cascades:{name}", args=[programme.pk, "wealth"])
        assert as_user(coordinator).get(address).status_code == 404


# --- As a spreadsheet -------------------------------------------------------------------------


def rows_of(answer):
    [sheet] = load_workbook(BytesIO(answer.content))
    return [list(row) for row in sheet.iter_rows(values_only=True)]


@pytest.mark.parametrize("name", ["figure-list-xlsx", "people-behind-xlsx"])
def test_the_file_has_the_rows_of_the_page_with_names(browse, held, name):
    rows = rows_of(browse(name, "activation", counts="yes"))
    assert rows[0][:3] == ["Name in Khmer", "Name in Latin letters", "Sex"]
    assert {row[1] for row in rows[1:3]} == {held[0].name_latin, held[1].name_latin}
    assert {row[5] for row in rows[1:3]} == {"counts"}
    [logged] = AccessLog.objects.filter(subject="cascades.list")
    assert (logged.event, logged.people) == ("exported", 2)


def test_who_may_not_take_names_gets_the_file_without_them(browse, held, field_staff):
    rows = rows_of(browse("people-behind-xlsx", "activation", user=field_staff))
    assert rows[0][0] == "Sex"
    everything = " ".join(str(value) for row in rows for value in row)
    assert not any(person.name_latin in everything for person in held)
    [logged] = AccessLog.objects.filter(subject="cascades.list")
    assert logged.people == 0


def test_a_file_for_others_names_who_agreed(browse, held, coordinator):
    about = {"on": date(2026, 1, 5), "way": "form", "is_given": True}
    record_consent(held[0], purposes=["name"], by=coordinator, **about)
    rows = rows_of(browse("people-behind-xlsx", "activation", **{"for": "others"}))
    everything = " ".join(str(value) for row in rows for value in row)
    assert held[0].name_latin in everything
    assert held[1].name_latin not in everything
    [logged] = AccessLog.objects.filter(subject="cascades.list")
    assert logged.people == 1


def test_deliveries_and_places_come_as_a_file_too(browse):
    rows = rows_of(browse("figure-list-xlsx", "unqualified_rate"))
    assert rows[0][:2] == ["Delivery", "Tier"]
    assert rows[1][1] == 2
    assert rows_of(browse("figure-list-xlsx", "coverage"))[0][0] == "Place code"


# --- Trainers together ------------------------------------------------------------------------


def test_the_union_is_no_sum(programme, held):
    found = reach_together(held[:2], programme, as_of=LATER)
    assert dict(found.each) == {held[0].pk: 4, held[1].pk: 3}
    assert (found.distinct, found.by_several) == (5, 2)


def test_of_one_trainer_it_is_their_reach(programme, held):
    for trainer in held:
        alone = reach_together([trainer], programme, as_of=LATER)
        assert alone.distinct == reach_of_trainer(trainer, programme, as_of=LATER).distinct


def test_a_chosen_trainer_counts_in_the_reach_of_another_only(programme, tiers, held, coordinator):
    """The woman sits in a course that came of her own, and was led by a man she did not train."""
    learner = tiers[2].deliveries.earliest("training__starts_on").training.enrolments.learners()[0]
    put_delivery(
        tiers[3], on=days_after(90), lead=learner.person, graduates=[held[0]], by=coordinator
    )
    alone = reach_together([held[0]], programme, as_of=LATER)
    assert alone.distinct == 4
    assert held[0].pk in alone.reached
    both = reach_together([held[0], learner.person], programme, as_of=LATER)
    assert both.reached[held[0].pk].trainers == 1
    assert both.distinct == 5


def test_the_page_of_the_chosen_ones(browse, held, programme):
    keys = [str(trainer.pk) for trainer in held[:2]]
    page = browse("trainers-together", trainer=keys)
    text = " ".join(page.content.decode().split())
    assert '<span class="value">5</span>' in text
    assert "reached by 2 of these trainers" in text
    assert page.context["page"].paginator.count == 5
    assert len(rows_of(browse("trainers-together-xlsx", trainer=keys))) >= 6
    assert "No trainer is chosen." in browse("trainers-together").content.decode()
    assert "No trainer" in browse("trainers-together", trainer=["%00", "x"]).content.decode()


def test_the_list_of_trainers_offers_to_choose(browse, held):
    page = browse("trainers").content.decode()
    assert f'value="{held[0].pk}"' in page
    assert "Reach of the chosen ones together" in page


def test_three_rows_ask_no_more_than_one(browse, tiers, coordinator, held):
    pages = [
        ("people-behind", ("trainers",), {}),
        ("people-behind", ("reach",), {}),
        ("trainers-together", (), {"trainer": [str(held[0].pk), str(held[1].pk)]}),
    ]
    counts = []
    for _round in range(2):
        for name, args, asked in pages:
            with CaptureQueriesContext(connection) as queries:
                browse(name, *args, **asked)
            counts.append(len(queries))
        for trainer in held[1:]:
            put_delivery(tiers[2], on=days_after(99), lead=trainer, graduates=2, by=coordinator)
    assert counts[:3] == counts[3:]


def test_a_funder_opens_none_of_them(as_user, funder, programme, held):
    for name, args in [
        ("people-behind", ["trainers"]),
        ("people-behind-xlsx", ["trainers"]),
        ("figure-list-xlsx", ["reach"]),
        ("trainers-together", []),
    ]:
        address = reverse(f"cascades:{name}", args=[programme.pk, *args])
        assert as_user(funder).get(address).status_code in (403, 404)
