"""Every page, in both languages, on a phone and on a desk: whole, readable, and policy-abiding."""

from __future__ import annotations

import os
import random
from datetime import date
from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe

from cascades.actions.certifying import add_rule
from cascades.actions.designing import add_published_figure
from cascades.actions.observing import Item, add_checklist, record_observation
from registry.models.people import Sex
from reports.actions.indicators import add_indicator
from reports.models import Definition
from reports.models.definitions import Dimension
from savings_groups.actions.closing import close_year
from savings_groups.actions.members import give_office
from savings_groups.actions.sealing import count_box
from tests.cascades.factories import make_delivery, make_iteration, make_programme, tier_of
from tests.factories import make_person, make_project
from tests.savings_groups.factories import draft, hold, make_group, make_member
from tests.trainings.factories import make_enrolment, make_training, mark
from trainings.actions.enrolling import set_head_counts
from trainings.actions.outcomes import record_change

pytestmark = pytest.mark.django_db(transaction=True)

FEW = 15
SEED = int(os.environ.get("SAMAKI_PAGES_SEED") or random.SystemRandom().randrange(10**6))

PAGES = [
    "/",
    "/trainings/",
    "/trainings/new/",
    "/trainings/{training}/",
    "/trainings/{training}/edit/",
    "/trainings/{training}/people/",
    "/trainings/{training}/people/entry/",
    "/trainings/{training}/people/add/?q=sok",
    "/trainings/{training}/head-counts/",
    "/trainings/{training}/tests/",
    "/trainings/{training}/changes/",
    "/trainings/{training}/changes/new/",
    "/trainings/{training}/evidence/",
    "/trainings/{training}/close/",
    "/trainings/{training}/figures/",
    "/trainings/{training}/certificates/",
    "/trainings/{training}/papers/",
    "/trainings/sessions/{session}/attendance/",
    "/trainings/sessions/{session}/discussion-groups/",
    "/people/",
    "/people/?q=sok",
    "/people/new/",
    "/people/{person}/",
    "/people/{person}/edit/",
    "/people/duplicates/",
    "/organisations/",
    "/organisations/new/",
    "/projects/",
    "/places/",
    "/places/020308/",
    "/log/",
    "/styleguide/",
    "/figures/definitions/",
    "/accounts/password/change/",
    "/accounts/2fa/",
    "/groups/",
    "/groups/new/",
    "/groups/compare/",
    "/groups/compare/?period=2026&against=2025",
    "/groups/{new}/",
    "/groups/{new}/go-live/",
    "/groups/{new}/import/",
    "/groups/{group}/",
    "/groups/{group}/edit/",
    "/groups/{group}/rules/",
    "/groups/{group}/rules/new/",
    "/groups/{group}/members/",
    "/groups/{group}/members/add/?q=sok",
    "/groups/{group}/members/entry/",
    "/groups/members/{member}/edit/",
    "/groups/members/{member}/leave/",
    "/groups/members/{member}/fine/",
    "/groups/members/{member}/passbook/",
    "/groups/offices/{office}/end/",
    "/groups/{group}/meetings/",
    "/groups/meetings/{sealed}/",
    "/groups/meetings/{sealed}/correct/{member}/",
    "/groups/meetings/{draft}/sheet/",
    "/groups/meetings/{draft}/count/",
    "/groups/meetings/{draft}/seal/",
    "/groups/meetings/{draft}/move/",
    "/groups/meetings/{draft}/remove/",
    "/groups/{group}/ledger/",
    "/groups/{group}/ledger/?account=2010",
    "/groups/journals/{journal}/",
    "/groups/journals/{journal}/reverse/",
    "/groups/{group}/loans/",
    "/groups/{group}/loans/new/",
    "/groups/loans/{loan}/",
    "/groups/loans/{loan}/renew/",
    "/groups/{group}/statement/",
    "/groups/{group}/papers/",
    "/groups/{group}/figures/",
    "/groups/{group}/figures/par30/",
    "/groups/{quiet}/closings/?through=31/03/2026&kind=share+out",
    "/groups/closings/{closing}/",
    "/groups/closings/{closing}/reopen/",
    "/indicators/project/{project}/",
    "/indicators/project/{project}/templates/",
    "/indicators/project/{project}/calendar/",
    "/indicators/project/{project}/targets/",
    "/indicators/project/{project}/new/?template=people-reached",
    "/indicators/{indicator}/",
    "/indicators/{indicator}/?outside",
    "/indicators/{indicator}/behind/",
    "/indicators/{indicator}/define/",
    "/people/{person}/difficulties/",
    "/cascades/",
    "/cascades/new/",
    "/cascades/{programme}/",
    "/cascades/{programme}/?iteration={iteration}&as_of=01/03/2026",
    "/cascades/{programme}/papers/",
    "/cascades/{programme}/design/",
    "/cascades/{programme}/edit/",
    "/cascades/{programme}/iterations/new/",
    "/cascades/iterations/{iteration}/",
    "/cascades/iterations/{iteration}/edit/",
    "/cascades/iterations/{iteration}/clone/",
    "/cascades/iterations/{iteration}/import/",
    "/cascades/iterations/{iteration}/tiers/new/",
    "/cascades/tiers/{tier}/edit/",
    "/cascades/iterations/{iteration}/published/new/",
    "/cascades/{programme}/deliveries/",
    "/cascades/tiers/{tier}/deliveries/new/",
    "/cascades/tiers/{tier}/deliveries/attach/",
    "/cascades/deliveries/{delivery}/",
    "/cascades/deliveries/{delivery}/trainers/",
    "/cascades/deliveries/{delivery}/links/new/",
    "/cascades/{programme}/quality/",
    "/cascades/{programme}/trainers/",
    "/cascades/{programme}/trainers/due/",
    "/cascades/{programme}/trainers/{person}/",
    "/cascades/{programme}/trainers/{person}/decide/",
    "/cascades/{programme}/certification/",
    "/cascades/{programme}/certification/rules/new/",
    "/cascades/{programme}/certification/checklists/new/",
    "/cascades/deliveries/{delivery}/observations/",
    "/cascades/deliveries/{delivery}/teach-backs/new/",
    "/cascades/deliveries/{delivery}/observations/new/",
    "/cascades/observations/{observation}/edit/",
    "/cascades/certification/rules/{rule}/edit/",
    "/cascades/{programme}/lineage/",
    "/cascades/{programme}/lineage/?from={delivery}",
    "/cascades/{programme}/coverage/",
    "/cascades/{programme}/coverage/?within=02",
    "/cascades/{programme}/coverage/?within=0209",
    "/cascades/{programme}/coverage/places/?what=all",
    "/cascades/{programme}/coverage/people/?what=completed",
    "/cascades/{programme}/gaps/",
    "/cascades/{programme}/next-places/",
    "/cascades/{programme}/what-if/",
    "/cascades/{programme}/what-if/?activation=50&loss=10&deliveries=1&becoming=0&places=1&people=9",
    "/cascades/{programme}/figures/",
    "/cascades/{programme}/figures/?as_of=31/12/2026&tier=1",
    "/cascades/{programme}/figures/activation/?as_of=31/12/2026",
    "/cascades/{programme}/figures/coverage/",
    "/cascades/{programme}/people/reach/",
    "/cascades/{programme}/people/step-certified/?counts=no",
    "/cascades/{programme}/trainers/together/?trainer={person}",
    "/cascades/sessions/{delivery_session}/trainers/",
    "/cascades/curricula/",
    "/cascades/curricula/new/",
    "/cascades/curricula/{curriculum}/",
    "/cascades/curricula/{curriculum}/versions/new/",
]


@pytest.fixture
def pages(strey_khmer, coordinator, places) -> list[str]:
    project = make_project(owner=strey_khmer, by=coordinator)
    training = make_training(
        owner=strey_khmer,
        by=coordinator,
        projects=[project],
        title_km="ភាពជាអ្នកដឹកនាំរបស់ស្ត្រីក្នុងឃុំនិងខេត្តទូទាំងប្រទេស",
        rule_percent=80,
        test_maximum=20,
        place=places["02090107"],
    )
    person = make_person(
        owner=strey_khmer, name_km="សុខ បុប្ផា", name_latin="Sok Bopha", sex=Sex.FEMALE
    )
    make_person(owner=strey_khmer, name_km="សុខ បុប្ផា", name_latin="Sok Bhopa")
    make_enrolment(training, person=person, by=coordinator)
    session = training.sessions.get(number=1)
    mark(session, by=coordinator)
    set_head_counts(training, counts={(Sex.MALE, None): 4}, by=coordinator)
    record_change(training, statement_km="គាត់ហ៊ាននិយាយ", observed_on=date(2026, 3, 3), by=coordinator)
    records = {"training": training.pk, "session": session.pk, "person": person.pk}
    records |= records_of_a_group(strey_khmer, coordinator, person, places["02090107"])
    records |= records_of_a_cascade(strey_khmer, coordinator, person, places)
    definition = Definition(dimensions=(Dimension.SEX, Dimension.DISABILITY))
    made = add_indicator(
        project,
        definition=definition,
        name_km="ចំនួនអ្នកចូលរួមវគ្គបណ្តុះបណ្តាលតាមឃុំនិងស្រុក",
        by=coordinator,
    )
    records |= {"project": project.pk, "indicator": made.pk}
    return [page.format(**records) for page in PAGES]


def records_of_a_group(owner, by, person, place) -> dict[str, object]:
    """A group with a loan that is late, a closed year, and a sheet that is counted."""
    group = make_group(
        owner=owner,
        by=by,
        name_km="ក្រុមសន្សំប្រាក់នារីអូរតាទាកខ្នាតតូច",
        place=place,
        rules={"joining_fee": 1_000},
    )
    borrower = make_member(group, person=person, by=by)
    everybody = {n: {"saving": 234_000, "fee": 1_000, "welfare": 500} for n in range(1, 5)}
    hold(group, date(2026, 1, 5), everybody, by=by)
    lent = {"loan": 120_000, "loan_months": 2, "fine_levied": 500, "loan_purpose": "ជ្រូក"}
    sealed = hold(group, date(2026, 1, 6), {4: lent}, difference=-100, by=by)
    closing = close_year(group, through=date(2026, 1, 31), by=by)
    office = give_office(borrower, kind="cashier", since=date(2026, 1, 5), by=by)
    rows = {4: {"repayment": 10_000}, 1: {"loan": 100_000, "loan_months": 12}}
    opened = draft(group, date(2026, 4, 5), rows, lines=(HELP,), by=by)
    opened = count_box(opened, version=opened.version, pieces={100_000: 7}, loose=200, by=by)
    quiet = make_group(owner=owner, by=by)
    hold(quiet, date(2026, 2, 1), {1: {"saving": 9_000}, 2: {"saving": 1_000}}, by=by)
    return {
        "group": group.pk,
        "quiet": quiet.pk,
        "new": make_group(owner=owner, by=by, live=False).pk,
        "member": borrower.pk,
        "office": office.pk,
        "sealed": sealed.pk,
        "draft": opened.pk,
        "journal": sealed.journals.earliest("sequence").pk,
        "loan": group.loans.get().pk,
        "closing": closing.pk,
    }


def records_of_a_cascade(owner, by, person, places) -> dict[str, object]:
    """An iteration of three tiers with deliveries of two, a leak, and something odd."""
    programme = make_programme(
        owner=owner,
        by=by,
        name_km="អ្នកដឹកនាំមូលដ្ឋានដើម្បីទឹកស្អាតនិងអនាម័យ",
        name_en="Local leaders for clean water and sanitation",
    )
    iteration = make_iteration(programme=programme, by=by)
    for value in (203, 204):
        add_published_figure(
            iteration=iteration, measure="participants", value=value, source="Report", by=by
        )
    upper, lower = (tier_of(iteration, number) for number in (1, 2))
    other = make_person(owner=owner, name_km="ចាន់ ធូ", place=places["020901"], by=by)
    make_delivery(upper, learners=[person, other], place=places["02"], by=by)
    delivery = make_delivery(
        lower,
        on=date(2026, 2, 2),
        lead=person,
        co=[make_person(owner=owner, by=by)],
        learners=[make_person(owner=owner, place=places["020901"], by=by) for _ in range(2)],
        place=places["020901"],
        held=False,
        by=by,
    )
    return {
        "programme": programme.pk,
        "curriculum": programme.curriculum_id,
        "iteration": iteration.pk,
        "tier": lower.pk,
        "delivery": delivery.pk,
        "delivery_session": delivery.training.sessions.first().pk,
        **records_of_certifying(programme, delivery, person, by),
    }


def records_of_certifying(programme, delivery, trainer, by) -> dict[str, object]:
    """A rule that asks for everything, a checklist, and an observation made with it."""
    rule = add_rule(
        programme,
        tier_number=1,
        valid_from=date(2026, 1, 1),
        needs_teach_back=True,
        least_observed=70,
        least_deliveries=2,
        within_months=12,
        valid_months=36,
        by=by,
    )
    items = [
        Item("បានពន្យល់គោលបំណងនៃវគ្គបណ្តុះបណ្តាលនៅដើមវគ្គ", "Explains the aim at the start", 2),
        Item("បានសួរសំណួរបើក", "Asks open questions"),
    ]
    checklist = add_checklist(
        programme, items=items, name_en="Checklist", valid_from=date(2026, 1, 1), by=by
    )
    observation = record_observation(
        delivery,
        trainer=trainer,
        checklist=checklist,
        observed_on=date(2026, 2, 2),
        observer="Dara",
        scores={item.pk: Decimal("0.5") for item in checklist.items.all()},
        by=by,
    )
    return {"rule": rule.pk, "observation": observation.pk}


HELP = {
    "event": "welfare help",
    "fund": "welfare",
    "amount": 1_000,
    "purpose": "illness",
    "minute_number": "3/2026",
}


@pytest.mark.parametrize(("width", "language"), [(360, "km"), (1280, "en")])
def test_every_page_is_whole_and_accessible(open_as, coordinator, pages, language, width, is_long):
    """All of them with --long; else a few, others each time, and the seed is told."""
    browser = open_as(coordinator, width=width, language=language)
    faults = []
    for address in pages if is_long else random.Random(SEED + width).sample(pages, FEW):
        answer = browser.goto(address)
        assert answer
        assert answer.ok, address
        assert browser.locator("html").get_attribute("lang") == language
        broad = browser.evaluate("document.documentElement.scrollWidth")
        if broad > width:
            faults.append(f"{address} is {broad} px wide")
        for violation in Axe().run(browser).response["violations"]:
            where = violation["nodes"][0]["target"]
            faults.append(f"{address}: {violation['id']} at {where}")
    assert not faults, f"SAMAKI_PAGES_SEED={SEED}\n" + "\n".join(faults)


@pytest.mark.parametrize("language", ["en", "km"])
def test_signing_in_is_whole_and_accessible(open_as, language, db):
    browser = open_as(language=language)
    browser.goto("/accounts/login/")
    assert not Axe().run(browser).response["violations"]
    assert browser.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_admin_abides_by_the_policy(open_as, administrator, pages):
    """A violation is an error in the browser's console, and those fail the test."""
    browser = open_as(administrator, width=1280)
    for address in [
        "/admin/",
        "/admin/registry/person/",
        "/admin/registry/person/add/",
        "/admin/registry/user/",
        "/admin/trainings/training/",
        "/admin/trainings/training/add/",
    ]:
        assert browser.goto(address).ok, address
