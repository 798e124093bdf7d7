"""Role and organisation of a trainer in one session, where the list says something else."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from cascades.actions.session_turns import record_session_turns
from cascades.figures.lineage.session_turns import Turn, turns_of
from cascades.figures.quality.leading import owned, owned_by_leads
from cascades.figures.scope import Scope
from cascades.models import SessionTurn
from core.errors import Refused
from registry.actions.merging import merge_people, take_back
from tests.cascades.factories import days_after, hold, make_delivery
from tests.cascades.kept import *  # noqa: F403
from tests.factories import make_organisation
from trainings.models import Enrolment

LEAD, CO, SUPPORT = "lead trainer", "co-trainer", "support"
TODAY = days_after(100)


@pytest.fixture(scope="module")
def ministry(strey_khmer, administrator):
    return make_organisation(name_latin="A ministry", kind="government", by=administrator)


@pytest.fixture
def delivery(tiers, people, coordinator):
    """Three days; a lead and a co-trainer, of whom nobody has said for whom they work."""
    return make_delivery(
        tiers[1], on=[days_after(day) for day in range(3)], lead=people[0], co=[people[1]],
        learners=people[2:4], held=False, by=coordinator,
    )  # fmt: skip


@pytest.fixture
def session(delivery):
    return delivery.training.sessions.get(number=2)


@pytest.fixture
def lead(delivery):
    return delivery.training.enrolments.get(role=LEAD)


@pytest.fixture
def co(delivery):
    return delivery.training.enrolments.get(role=CO)


def test_without_a_word_it_is_as_on_the_list(session, lead, co):
    assert [(each.pk, turn) for each, turn in turns_of(session)] == [
        (lead.pk, Turn(LEAD)),
        (co.pk, Turn(CO)),
    ]


def test_a_session_of_its_own_counts_in_the_handover(
    programme, session, lead, co, ministry, coordinator
):
    scope = Scope(programme, TODAY)
    assert (owned(scope).all, owned(scope).known, owned_by_leads(scope).all) == (6, 0, 3)
    turns = {lead.pk: Turn(SUPPORT), co.pk: Turn(LEAD, ministry)}
    record_session_turns(session, turns=turns, by=coordinator)
    scope = Scope(programme, TODAY)
    every, leads = owned(scope), owned_by_leads(scope)
    # The one who led the other days only helped on the second.
    assert (every.all, every.known, every.government) == (5, 1, 1)
    assert (leads.all, leads.government) == (3, 1)


def test_what_is_as_on_the_list_again_is_not_kept(session, lead, ministry, coordinator):
    record_session_turns(session, turns={lead.pk: Turn(CO, ministry)}, by=coordinator)
    assert SessionTurn.objects.count() == 1
    record_session_turns(session, turns={lead.pk: Turn(LEAD)}, by=coordinator)
    assert not SessionTurn.objects.exists()


def test_a_closed_training_stays(delivery, session, lead, coordinator):
    hold(delivery, by=coordinator)
    with pytest.raises(Refused):
        record_session_turns(session, turns={lead.pk: Turn(CO)}, by=coordinator)
    row = SessionTurn(
        owner=session.owner, training=session.training, session=session, enrolment=lead, role=CO
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_a_learner_has_no_turn(delivery, session, coordinator):
    learner = delivery.training.enrolments.filter(role=Enrolment.Role.LEARNER).first()
    with pytest.raises(Refused, match="no trainer"):
        record_session_turns(session, turns={learner.pk: Turn(LEAD)}, by=coordinator)


def test_a_row_is_of_one_training(session, tiers, people, coordinator):
    other = make_delivery(tiers[1], lead=people[5], held=False, by=coordinator)
    row = SessionTurn(
        owner=session.owner, training=session.training, session=session, role=CO,
        enrolment=other.training.enrolments.get(role=LEAD),
    )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_two_entries_of_one_trainer_become_one(session, lead, people, ministry, coordinator):
    """The co-trainer is the lead trainer, entered twice."""
    co = session.training.enrolments.get(role=CO)
    record_session_turns(session, turns={co.pk: Turn(CO, ministry)}, by=coordinator)
    decision = merge_people(kept=people[0], joined=people[1], by=coordinator)
    [turn] = SessionTurn.objects.all()
    assert (turn.enrolment, turn.on_behalf_of) == (lead, ministry)
    take_back(decision, by=coordinator)
    assert SessionTurn.objects.get().enrolment == co


# --- The page ---------------------------------------------------------------------------------


@pytest.fixture
def address(session):
    return reverse("cascades:session-turns", args=[session.pk])


def sent(page, **changed):
    """What the page would send, with some fields changed."""
    found = {"form_key": page.context["form_key"]} if "form_key" in page.context else {}
    for form in page.context["forms"]:
        for name in form.fields:
            found[form.add_prefix(name)] = form[name].value() or ""
    return found | changed


def test_the_page_saves_what_is_typed(as_user, field_staff, address, session, lead, ministry):
    browser = as_user(field_staff)
    page = browser.get(address)
    changed = {f"{lead.pk}-role": CO, f"{lead.pk}-on_behalf_of": str(ministry.pk)}
    answer = browser.post(address, sent(page, **changed))
    assert answer.status_code == 302
    assert dict(turns_of(session))[lead] == Turn(CO, ministry)
    delivery = browser.get(answer.url).content.decode()
    assert "not as on the list" in delivery
    assert address in delivery


def test_what_another_one_wrote_meanwhile_is_not_overwritten(
    as_user, field_staff, address, session, lead, ministry, coordinator
):
    browser = as_user(field_staff)
    page = browser.get(address)
    record_session_turns(session, turns={lead.pk: Turn(LEAD, ministry)}, by=coordinator)
    answer = browser.post(address, sent(page, **{f"{lead.pk}-role": CO}), follow=True)
    assert "Somebody else has changed this in the meantime" in answer.content.decode()
    assert dict(turns_of(session))[lead] == Turn(LEAD, ministry)
    # The next step that it names works.
    browser.post(address, sent(browser.get(address), **{f"{lead.pk}-role": CO}))
    assert dict(turns_of(session))[lead] == Turn(CO, ministry)


@pytest.mark.parametrize("role", ["learner", "%00", ""])
def test_a_role_of_nobody_is_said_at_its_field(as_user, field_staff, address, session, lead, role):
    browser = as_user(field_staff)
    page = browser.post(address, sent(browser.get(address), **{f"{lead.pk}-role": role}))
    assert page.status_code == 200
    assert not SessionTurn.objects.exists()
