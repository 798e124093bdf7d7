"""Pages of trainers, rules, teach-backs and observations: forms, refusals, questions asked."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from cascades.actions.certifying import add_rule, decide_certification
from cascades.actions.observing import Item, add_checklist, record_observation, record_teach_back
from cascades.figures.certification.by_rule import certifications_at_tier
from cascades.models import (
    CertificationDecision,
    CertificationRule,
    Checklist,
    Observation,
    TeachBack,
)
from tests.cascades.factories import START, days_after, make_delivery
from tests.cascades.kept import *  # noqa: F403
from tests.factories import make_person
from tests.pages import joined

FUTURE = (timezone.localdate() + timedelta(days=2)).strftime("%d/%m/%Y")


@pytest.fixture(scope="module")
def upper(tiers, people, coordinator):
    """The delivery of tier 1 that the first two people completed on START."""
    return make_delivery(tiers[1], learners=people[:2], by=coordinator)


@pytest.fixture(scope="module")
def lower(upper, tiers, people, coordinator):
    """The delivery of tier 2 that the first one leads."""
    return make_delivery(
        tiers[2], on=days_after(30), lead=people[0], learners=people[2:4], by=coordinator
    )


@pytest.fixture
def checklist(programme, coordinator):
    items = [Item(text_en="Says the aim", weight=2), Item(text_en="Asks"), Item(text_en="Sums up")]
    return add_checklist(
        programme, items=items, name_en="Checklist", valid_from=START, by=coordinator
    )


@pytest.fixture
def rule(programme, coordinator):
    return add_rule(
        programme, tier_number=1, valid_from=START, needs_teach_back=True, by=coordinator
    )


def certified_today(person, programme):
    """How it stands today with one person who completed the first tier."""
    [found] = certifications_at_tier(programme, 1, timezone.localdate(), people=[person.pk])
    return found


def errors_of(answer):
    assert answer.status_code == 200
    return answer.context["form"].errors


# --- Rules ------------------------------------------------------------------------------------

RULE = {"tier_number": "1", "valid_from": "05/01/2026", "least_deliveries": "2"}


def test_a_rule_is_written_and_stands_in_words(as_user, coordinator, programme):
    browser = as_user(coordinator)
    answer = browser.post(
        f"/cascades/{programme.pk}/certification/rules/new/",
        RULE | {"within_months": "12", "valid_months": "៣៦", "needs_teach_back": "on"},
    )
    assert answer.status_code == 302
    rule = CertificationRule.objects.get()
    assert (rule.least_deliveries, rule.valid_months, rule.renewal_deliveries) == (2, 36, 1)
    page = joined(browser.get(answer.url).text)
    assert "2 deliveries of their own, within 12 months of completing" in page
    assert "valid for 36 months; 1 delivery in that time renews it" in page


@pytest.mark.parametrize(
    ("changed", "field", "message"),
    [
        ({"tier_number": "7"}, "tier_number", "valid choice"),
        ({"tier_number": "x"}, "tier_number", "valid choice"),
        ({"valid_from": ""}, "valid_from", "required"),
        ({"valid_from": "31/02/2026"}, "valid_from", "not a date"),
        ({"valid_from": "19/02/2569"}, "valid_from", "Buddhist"),
        ({"least_observed": "101"}, "least_observed", "100 or less"),
        ({"least_observed": "0"}, "least_observed", "1 or more"),
        ({"least_deliveries": "-1"}, "least_deliveries", "0 or more"),
        ({"least_deliveries": "9" * 30}, "least_deliveries", "too large"),
        ({"within_months": "1.5"}, "within_months", "whole number"),
        ({"within_months": "6", "least_deliveries": "0"}, "least_deliveries", "how many"),
        ({"valid_months": "99999"}, "valid_months", "240 or less"),
        ({"renewal_deliveries": "0"}, "renewal_deliveries", "1 or more"),
    ],
)
def test_a_wrong_rule_gets_a_message_at_its_field(
    as_user, coordinator, programme, changed, field, message
):
    answer = as_user(coordinator).post(
        f"/cascades/{programme.pk}/certification/rules/new/", RULE | changed
    )
    assert message in str(errors_of(answer)[field])
    assert not CertificationRule.objects.exists()


def test_a_second_rule_of_the_same_day_is_refused(as_user, coordinator, programme, rule):
    answer = as_user(coordinator).post(f"/cascades/{programme.pk}/certification/rules/new/", RULE)
    assert "from this day on already" in str(errors_of(answer))


def test_a_rule_that_somebody_was_certified_under_stays(
    as_user, coordinator, programme, upper, people, rule
):
    browser = as_user(coordinator)
    address = f"/cascades/certification/rules/{rule.pk}/"
    changed = RULE | {"version": "1", "valid_from": "06/01/2026"}
    assert browser.post(f"{address}edit/", changed).status_code == 302
    rule.refresh_from_db()
    assert rule.valid_from == date(2026, 1, 6)
    assert browser.post(f"{address}edit/", changed | {"version": "2", "needs_teach_back": "on",
        "least_deliveries": "0", "valid_from": "05/01/2026"}).status_code == 302  # fmt: skip
    record_teach_back(
        upper, person=people[0], held_on=START, passed=True, assessed_by="D", by=coordinator
    )
    answer = browser.post(f"{address}edit/", changed | {"version": "3"})
    assert "1 person was certified under this rule" in str(errors_of(answer))
    browser.post(f"{address}remove/")
    assert CertificationRule.objects.filter(pk=rule.pk).exists()


def test_no_new_rule_begins_before_somebody_was_certified_under_an_earlier_one(
    as_user, coordinator, programme, upper, people, rule
):
    day = days_after(20)
    record_teach_back(
        upper, person=people[0], held_on=day, passed=True, assessed_by="D", by=coordinator
    )
    address = f"/cascades/{programme.pk}/certification/rules/new/"
    browser = as_user(coordinator)
    answer = browser.post(address, RULE | {"valid_from": day.strftime("%d/%m/%Y")})
    assert "begins after that" in str(errors_of(answer)["valid_from"])
    after = (day + timedelta(days=1)).strftime("%d/%m/%Y")
    assert browser.post(address, RULE | {"valid_from": after}).status_code == 302


def test_a_rule_nobody_was_judged_by_can_be_removed(as_user, coordinator, rule):
    as_user(coordinator).post(f"/cascades/certification/rules/{rule.pk}/remove/")
    assert not CertificationRule.objects.exists()


# --- Decisions --------------------------------------------------------------------------------

DECISION = {
    "tier_number": "1",
    "verdict": "withheld",
    "reason": "Left the ministry",
    "valid_from": "01/02/2026",
    "valid_until": "",
}


def test_a_decision_is_written_and_taken_back(as_user, coordinator, programme, upper, people):
    browser, person = as_user(coordinator), people[0]
    address = f"/cascades/{programme.pk}/trainers/{person.pk}/"
    assert browser.post(f"{address}decide/", DECISION).status_code == 302
    page = browser.get(address).content.decode()
    assert "not certified, by a decision" in page
    assert "Left the ministry" in page
    browser.post(f"/cascades/decisions/{CertificationDecision.objects.get().pk}/remove/")
    assert certified_today(person, programme).is_certified


@pytest.mark.parametrize(
    ("changed", "field", "message"),
    [
        ({"reason": " "}, "reason", "required"),
        ({"reason": "x" * 501}, "reason", "500"),
        ({"verdict": "perhaps"}, "verdict", "valid choice"),
        ({"tier_number": "0"}, "tier_number", "valid choice"),
        ({"valid_from": "soon"}, "valid_from", "not a date"),
        ({"valid_until": "31/01/2026"}, "__all__", "ends before it starts"),
    ],
)
def test_a_wrong_decision_gets_a_message(
    as_user, coordinator, programme, upper, people, changed, field, message
):
    answer = as_user(coordinator).post(
        f"/cascades/{programme.pk}/trainers/{people[0].pk}/decide/", DECISION | changed
    )
    assert message in str(errors_of(answer)[field])
    assert not CertificationDecision.objects.exists()


# --- Teach-backs ------------------------------------------------------------------------------


def teach_back(learner, **changed):
    sent = {"person": learner.pk, "held_on": "06/01/2026", "passed": "yes", "assessed_by": "Dara"}
    return sent | changed


def test_a_teach_back_is_recorded_once_a_day_and_removed(as_user, coordinator, upper, people):
    browser = as_user(coordinator)
    address = f"/cascades/deliveries/{upper.pk}/teach-backs/new/"
    assert browser.post(address, teach_back(people[0])).status_code == 302
    again = browser.post(address, teach_back(people[0], passed="no"))
    assert "recorded already" in str(errors_of(again))
    made = TeachBack.objects.get()
    assert made.passed
    # Where nobody was observed, too, the button has its word.
    remove = button_to(browser, f"/cascades/deliveries/{upper.pk}/observations/", "teach-backs")
    assert remove == ("Remove", f"/cascades/teach-backs/{made.pk}/remove/")
    browser.post(remove[1])
    assert not TeachBack.objects.exists()


def button_to(browser, page, what):
    """The word on the button that removes something, and its address."""
    form = rf'action="(\S*/{what}/\S*/remove/)">.*?<button[^>]*>\s*(.*?)\s*</button>'
    [(address, word)] = re.findall(form, browser.get(page).text, re.DOTALL)
    return word, address


@pytest.mark.parametrize(
    ("changed", "field", "message"),
    [
        ({"person": ""}, "person", "required"),
        ({"person": "00000000-0000-0000-0000-000000000000"}, "person", "valid choice"),
        ({"person": "%00"}, "person", "valid"),
        ({"held_on": "04/01/2026"}, "held_on", "had not begun"),
        ({"held_on": FUTURE}, "held_on", "still to come"),
        ({"held_on": "yesterday"}, "held_on", "not a date"),
        ({"passed": ""}, "passed", "required"),
        ({"passed": "perhaps"}, "passed", "valid choice"),
        ({"assessed_by": ""}, "assessed_by", "required"),
        ({"assessed_by": "x" * 121}, "assessed_by", "120"),
    ],
)
def test_a_wrong_teach_back_gets_a_message_at_its_field(
    as_user, coordinator, upper, people, changed, field, message
):
    answer = as_user(coordinator).post(
        f"/cascades/deliveries/{upper.pk}/teach-backs/new/", teach_back(people[0], **changed)
    )
    assert message in str(errors_of(answer)[field])
    assert not TeachBack.objects.exists()


# --- Checklists and observations --------------------------------------------------------------


def test_a_checklist_takes_its_rows_and_leaves_out_the_empty_ones(as_user, coordinator, programme):
    address = f"/cascades/{programme.pk}/certification/checklists/new/"
    sent = {
        "name_en": "First",
        "valid_from": "05/01/2026",
        "item-1-text_en": "Says the aim",
        "item-1-weight": "២",
        "item-3-text_km": "សួរ",
        "item-3-weight": "",
    }
    browser = as_user(coordinator)
    assert browser.post(address, sent).status_code == 302
    items = Checklist.objects.get().items.order_by("number")
    assert [(item.number, item.weight) for item in items] == [(1, 2), (2, 1)]
    # The next version begins with the items of this one.
    assert "Says the aim" in browser.get(address).content.decode()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name_en": ""}, "Give a name"),
        ({"valid_from": ""}, "required"),
        ({"item-1-text_en": ""}, "one item at least"),
        ({"item-1-weight": "0"}, "1 or more"),
        ({"item-1-weight": "heavy"}, "not a number"),
        ({"item-1-text_en": "x" * 301}, "300"),
    ],
)
def test_a_wrong_checklist_gets_a_message(as_user, coordinator, programme, changed, message):
    sent = {"name_en": "First", "valid_from": "05/01/2026", "item-1-text_en": "Says the aim"}
    answer = as_user(coordinator).post(
        f"/cascades/{programme.pk}/certification/checklists/new/", sent | changed
    )
    assert answer.status_code == 200
    assert message in answer.content.decode()
    assert not Checklist.objects.exists()


def test_a_checklist_that_was_used_stays(as_user, coordinator, checklist, lower, people):
    browser = as_user(coordinator)
    observe(lower, people[0], checklist, coordinator)
    browser.post(f"/cascades/checklists/{checklist.pk}/remove/")
    assert Checklist.objects.exists()
    Observation.objects.all().delete()
    # Also where the programme has no rule.
    page = f"/cascades/{checklist.programme_id}/certification/"
    word, remove = button_to(browser, page, "checklists")
    assert word == "Remove"
    browser.post(remove)
    assert not Checklist.objects.exists()


def observe(delivery, trainer, checklist, by, answers=("1.0", "0.0", None)):
    scores = dict(zip([item.pk for item in checklist.items.all()], answers, strict=True))
    return record_observation(
        delivery,
        trainer=trainer,
        checklist=checklist,
        observed_on=delivery.training.starts_on,
        observer="Dara",
        scores=scores,
        by=by,
    )


def sheet(checklist, whom, *answers, **changed):
    items = {
        f"item-{item.pk}": word for item, word in zip(checklist.items.all(), answers, strict=False)
    }
    sent = {"trainer": whom.pk, "observed_on": "04/02/2026", "observer": "Dara"}
    return sent | items | changed


def test_what_does_not_apply_is_in_neither_part(
    as_user, coordinator, lower, checklist, people, programme
):
    """Weights 2, 1, 1: yes, partly, does not apply: 2.5 of 3 is 83 percent."""
    browser = as_user(coordinator)
    answer = browser.post(
        f"/cascades/deliveries/{lower.pk}/observations/new/",
        sheet(checklist, people[0], "yes", "partly", "none"),
    )
    assert answer.status_code == 302
    page = browser.get(answer.url).content.decode()
    assert "83%" in page
    assert "2.5 of 3 points" in page
    add_rule(programme, tier_number=1, valid_from=START, least_observed=84, by=coordinator)
    assert not certified_today(people[0], programme).is_certified
    CertificationRule.objects.update(least_observed=83)
    found = certified_today(people[0], programme)
    assert (found.is_certified, found.since) == (True, days_after(30))


@pytest.mark.parametrize(
    ("answers", "changed", "message"),
    [
        (("yes", "no"), {}, "needs an answer"),
        (("yes", "no", "perhaps"), {}, "needs an answer"),
        (("yes", "no", "no"), {"trainer": ""}, "required"),
        (("yes", "no", "no"), {"observed_on": "05/02/2026"}, "was not held on this day"),
        (("yes", "no", "no"), {"observed_on": "x"}, "not a date"),
        (("yes", "no", "no"), {"observer": ""}, "required"),
    ],
)
def test_a_wrong_observation_gets_a_message(
    as_user, coordinator, lower, checklist, people, answers, changed, message
):
    answer = as_user(coordinator).post(
        f"/cascades/deliveries/{lower.pk}/observations/new/",
        sheet(checklist, people[0], *answers, **changed),
    )
    assert answer.status_code == 200
    assert message in answer.content.decode()
    assert not Observation.objects.exists()


def test_an_observation_is_corrected_and_two_people_see_each_other(
    as_user, coordinator, lower, checklist, people
):
    made = observe(lower, people[0], checklist, coordinator)
    browser, address = as_user(coordinator), f"/cascades/observations/{made.pk}/edit/"
    assert 'value="yes" checked' in joined(browser.get(address).text)
    sent = sheet(checklist, people[0], "no", "no", "no", version="1")
    assert browser.post(address, sent).status_code == 302
    late = sheet(checklist, people[0], "yes", "yes", "yes", version="1")
    answer = browser.post(address, late)
    assert "in the meantime" in answer.content.decode()
    assert browser.post(address, late | {"version": answer.context["version"]}).status_code == 302
    assert {score.score for score in made.scores.all()} == {1}
    browser.post(f"/cascades/observations/{made.pk}/remove/")
    assert not Observation.objects.exists()


# --- Lists ------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["trainers/", "trainers/due/", "certification/"])
def test_lists_ask_the_same_of_one_and_of_three(
    as_user, field_staff, coordinator, programme, tiers, strey_khmer, places, page
):  # fmt: skip
    def add():
        person = make_person(owner=strey_khmer, place=places["02090107"])
        make_delivery(tiers[1], learners=[person], by=coordinator)
        add_rule(
            programme,
            tier_number=1,
            valid_from=days_after(500 + CertificationRule.objects.count()),
            by=coordinator,
        )
        checklist = add_checklist(
            programme,
            items=[Item(text_en="Asks")],
            name_en="Checklist",
            valid_from=days_after(Checklist.objects.count()),
            by=coordinator,
        )
        assert checklist
        decide_certification(
            programme, person=person, tier_number=1, verdict="granted", reason="x",
            valid_from=START, by=coordinator,
        )  # fmt: skip

    browser, address = as_user(field_staff), f"/cascades/{programme.pk}/{page}"
    add()
    browser.get(address)
    with count_queries() as one:
        browser.get(address)
    add()
    add()
    with count_queries() as three:
        assert browser.get(address).status_code == 200
    assert len(one) == len(three)


def count_queries():
    from django.test.utils import CaptureQueriesContext

    return CaptureQueriesContext(connection)


def test_the_page_of_a_trainer_takes_the_same_queries_whatever_came_of_them(
    as_user, field_staff, coordinator, programme, tiers, people, lower
):
    browser = as_user(field_staff)
    address = f"/cascades/{programme.pk}/trainers/{people[0].pk}/"
    browser.get(address)
    with count_queries() as few:
        browser.get(address)
    for day in (40, 50):
        make_delivery(tiers[2], on=days_after(day), lead=people[0], learners=2, by=coordinator)
    make_delivery(tiers[3], on=days_after(60), lead=people[2], learners=2, by=coordinator)
    with count_queries() as more:
        assert browser.get(address).status_code == 200
    assert len(more) == len(few)


@pytest.mark.parametrize(
    "query",
    ["sort=nothing", "sort=-name", "sort=name", "sort=last", "page=x", "page=9999999999999",
     "tier=9", "tier=%00", "state=%00", "as_of=31/02/2026", "as_of=%00", "sort=%00", "page=-1",
     "as_of=01/01/2026&state=never"],
)  # fmt: skip
def test_a_wrong_address_of_the_list_still_answers(as_user, field_staff, programme, lower, query):
    assert (
        as_user(field_staff).get(f"/cascades/{programme.pk}/trainers/?{query}").status_code == 200
    )


def test_the_list_shows_the_state_that_was_asked_for(
    as_user, field_staff, programme, lower, people
):
    page = as_user(field_staff).get(f"/cascades/{programme.pk}/trainers/?state=never")
    assert {row.person for row in page.context["rows"]} == {people[1], people[2], people[3]}
    page = as_user(field_staff).get(f"/cascades/{programme.pk}/trainers/?tier=2")
    assert {row.person for row in page.context["rows"]} == {people[2], people[3]}


@pytest.mark.parametrize("address", ["trainers/due/?iteration=%00", "trainers/due/?iteration=x"])
def test_a_wrong_iteration_is_no_choice(as_user, field_staff, programme, lower, address):
    assert as_user(field_staff).get(f"/cascades/{programme.pk}/{address}").status_code == 200


def test_a_joined_entry_leads_to_the_one_that_was_kept(
    as_user, coordinator, programme, lower, people
):
    from registry.actions.merging import merge_people

    kept, joined = people[0], people[6]
    merge_people(kept=kept, joined=joined, by=coordinator)
    answer = as_user(coordinator).get(f"/cascades/{programme.pk}/trainers/{joined.pk}/")
    assert answer.url == f"/cascades/{programme.pk}/trainers/{kept.pk}/"


def test_a_person_page_leads_to_the_trainer(as_user, field_staff, programme, lower, people):
    page = as_user(field_staff).get(f"/people/{people[0].pk}/").content.decode()
    assert f"/cascades/{programme.pk}/trainers/{people[0].pk}/" in page
    assert "completed tier 1" in page


# --- What the database refuses by itself -------------------------------------------------------


def refuse(name, statement, *values):
    with (
        pytest.raises(IntegrityError, match=name),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def copy(table, pk, **changed):
    """A statement that inserts a copy of a row with another identifier."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table]
        )
        columns = [name for (name,) in cursor.fetchall() if name != "id"]
    values = [changed.get(name, name) for name in columns]
    return (
        f"INSERT INTO {table} (id, {', '.join(columns)})"
        f" SELECT gen_random_uuid(), {', '.join(values)} FROM {table} WHERE id = '{pk}'"
    )


def test_the_database_refuses_a_wrong_rule(rule):
    table = "cascades_certificationrule"
    refuse("certification_rule_once_a_day", copy(table, rule.pk))
    change = "UPDATE cascades_certificationrule SET "
    refuse("certification_rule_percent_up_to_100", change + "least_observed = 101")
    refuse("certification_rule_percent_up_to_100", change + "least_observed = 0")
    for column in ("within_months", "valid_months", "renewal_deliveries"):
        refuse("certification_rule_months_above_zero", change + f"{column} = 0")


def test_the_database_refuses_a_wrong_decision(programme, people, coordinator):
    decide_certification(
        programme, person=people[0], tier_number=1, verdict="granted", reason="x",
        valid_from=START, by=coordinator,
    )  # fmt: skip
    change = "UPDATE cascades_certificationdecision SET "
    refuse("certification_decision_has_a_reason", change + "reason = ''")
    refuse("certification_decision_ends_after_it_starts", change + "valid_until = valid_from - 1")


def test_the_database_refuses_a_second_teach_back_of_a_day(upper, people, coordinator):
    made = record_teach_back(
        upper, person=people[0], held_on=START, passed=False, assessed_by="D", by=coordinator
    )
    refuse("teach_back_once_a_day", copy("cascades_teachback", made.pk))


def test_the_database_refuses_a_wrong_checklist(checklist):
    item = checklist.items.first()
    refuse("checklist_once_a_day", copy("cascades_checklist", checklist.pk))
    refuse("checklist_has_a_name", "UPDATE cascades_checklist SET name_km = '', name_en = ''")
    refuse("checklist_item_number_once", copy("cascades_checklistitem", item.pk))
    change = "UPDATE cascades_checklistitem SET "
    refuse("checklist_item_has_a_text", change + "text_km = '', text_en = ''")
    refuse("checklist_item_weighs_something", change + "weight = 0")


def test_the_database_refuses_a_wrong_observation(lower, people, checklist, programme, coordinator):
    made = observe(lower, people[0], checklist, coordinator)
    refuse("observation_once", copy("cascades_observation", made.pk))
    score = made.scores.first()
    refuse("observed_item_once", copy("cascades_observationscore", score.pk))
    refuse(
        "observation_score_is_yes_partly_or_no",
        "UPDATE cascades_observationscore SET score = 0.7 WHERE id = %s",
        score.pk,
    )
    other = add_checklist(
        programme, items=[Item(text_en="Asks")], name_en="Next", valid_from=days_after(1),
        by=coordinator,
    )  # fmt: skip
    # A score is of an item of the checklist that was used.
    refuse(
        "foreign key",
        "UPDATE cascades_observationscore SET item_id = %s WHERE id = %s",
        other.items.get().pk,
        score.pk,
    )
