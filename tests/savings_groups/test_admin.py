"""The administration of savings groups: everything can be looked at, and little changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from registry.models import Organisation, User
from savings_groups.actions.closing import close_year
from savings_groups.actions.correcting import waive_fine
from savings_groups.actions.lending import renew_loan, waive_interest
from savings_groups.actions.members import give_office
from savings_groups.actions.sheets import put_loan
from savings_groups.models import (
    Account,
    Balance,
    Book,
    CashCount,
    Closing,
    ClosingResult,
    Criterion,
    GradingScheme,
    Group,
    GroupLine,
    GroupProject,
    JournalEntry,
    Loan,
    Meeting,
    Member,
    Posting,
    Seal,
    SheetRow,
)
from tests.factories import make_project
from tests.kept import *  # noqa: F403
from tests.registry.test_admin import address, form_of
from tests.savings_groups.factories import count_and_seal, draft, hold, make_group, member

Browser = Callable[[User], Client]
MODELS = sorted(
    (model for model in admin.site._registry if model._meta.app_label == "savings_groups"),
    key=lambda model: model._meta.label,
)
# What nobody adds, changes or removes here.
LEDGER = [JournalEntry, Posting, Seal, Balance, Book, Closing, ClosingResult]
CHANGED_HERE = {Group, Member, Account, GradingScheme}


@pytest.fixture
def at_desk(as_user: Browser, administrator: User) -> Client:
    """The administrator's browser."""
    return as_user(administrator)


@pytest.fixture(scope="module")
def group(strey_khmer: Organisation, administrator: User) -> Group:
    return make_all(strey_khmer, administrator)


def make_all(owner: Organisation, by: User, **details: str) -> Group:
    """A group with at least one record of every model."""
    group = make_group(owner=owner, by=by, projects=[make_project(owner=owner)], **details)
    give_office(member(group, 1), kind="chair", since=date(2026, 1, 1), by=by)
    rows = {1: {"saving": 100_000, "loan": 60_000, "loan_months": 6}, 2: {"fine_levied": 500}}
    lines = ({"event": "bank deposit", "amount": 10_000},)
    meeting = draft(group, date(2026, 2, 1), rows, by=by, lines=lines)
    one = member(group, 1)
    version = meeting.rows.get(member=one).version
    loan = {"amount": 60_000, "months": 6, "purpose": "A pig", "version": version}
    put_loan(meeting, member=one, **loan, grace=1, by=by)
    count_and_seal(Meeting.objects.get(pk=meeting.pk), by=by)
    hold(group, date(2026, 3, 1), {1: {"repayment": 2_000}}, by=by)
    month = date(2026, 3, 1)
    waive_interest(group.loans.get(), months=[month], on=month, reason="Flood.", by=by)
    waive_fine(member(group, 2), amount=500, on=date(2026, 3, 1), reason="Ill.", by=by)
    renew_loan(group.loans.get(), on=date(2026, 3, 2), months=9, reason="Flood.", by=by)
    close_year(group, through=date(2026, 3, 31), by=by)
    return group


def test_every_model_has_a_page() -> None:
    from django.apps import apps
    from pghistory.models import Event

    kept = {
        m for m in apps.get_app_config("savings_groups").get_models() if not issubclass(m, Event)
    }
    # Criteria are rows of their scheme.
    assert kept - set(MODELS) == {Criterion}


@pytest.mark.usefixtures("group")
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_every_page_opens_for_an_administrator(model: type, at_desk: Client) -> None:
    record = model.objects.first()
    assert record is not None, "Make one in the fixture."
    assert at_desk.get(address(model)).status_code == 200
    assert at_desk.get(address(model), {"q": "Group"}).status_code == 200
    assert at_desk.get(address(model), {"q": "ក្រុម"}).status_code == 200
    page = at_desk.get(address(model, "change", record.pk))
    assert page.status_code == 200
    assert page.context["has_change_permission"] == (model in CHANGED_HERE)
    assert at_desk.get(address(model, "history", record.pk)).status_code == 200


@pytest.mark.usefixtures("group")
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
@pytest.mark.parametrize("role", ["coordinator", "field_staff", "funder"])
def test_no_page_opens_for_anybody_else(
    model: type, role: str, as_user: Browser, coordinator: User, field_staff: User, funder: User
) -> None:
    users = {user.role: user for user in (coordinator, field_staff, funder)}
    browser = as_user(users[role])
    record = model.objects.first()
    assert browser.get(address(model), follow=True).status_code == 403
    assert browser.get(address(model, "change", record.pk), follow=True).status_code == 403
    assert browser.post(address(model, "change", record.pk), follow=True).status_code == 403


@pytest.mark.usefixtures("group")
@pytest.mark.parametrize("model", LEDGER, ids=lambda model: model._meta.model_name)
def test_the_ledger_is_only_looked_at(model: type, at_desk: Client) -> None:
    record, before = model.objects.first(), model.objects.count()
    assert at_desk.get(address(model, "add")).status_code == 403
    assert at_desk.post(address(model, "add"), {}).status_code == 403
    assert at_desk.post(address(model, "change", record.pk), {"memo": "x"}).status_code == 403
    assert at_desk.post(address(model, "delete", record.pk), {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [str(record.pk)], "post": "yes"}
    at_desk.post(address(model), chosen)
    assert model.objects.count() == before


@pytest.mark.usefixtures("group")
@pytest.mark.parametrize(
    "model",
    sorted(CHANGED_HERE, key=lambda m: m.__name__),
    ids=lambda model: model._meta.model_name,
)
def test_a_form_saved_as_it_stands_is_accepted(model: type, at_desk: Client) -> None:
    record = model.objects.first()
    page = address(model, "change", record.pk)
    data = form_of(at_desk.get(page))
    # A browser also sends what the bands were at first, from a hidden field.
    data |= {f"initial-{name}": data[name] for name in data if name.endswith("-bands")}
    response = at_desk.post(page, data)
    assert response.status_code == 302, response.context["errors"]


@pytest.mark.usefixtures("group")
def test_a_list_takes_as_many_queries_for_many_rows_as_for_few(
    at_desk: Client, administrator: User, strey_khmer: Organisation
) -> None:
    models = [m for m in MODELS if m not in (Account, GradingScheme)]
    few = {}
    for model in models:
        with CaptureQueriesContext(connection) as asked:
            at_desk.get(address(model))
        few[model] = len(asked)
    for _ in range(2):
        make_all(strey_khmer, administrator)
    for model in models:
        with CaptureQueriesContext(connection) as asked:
            response = at_desk.get(address(model))
        assert len(response.context["cl"].result_list) >= 3, model
        assert len(asked) <= few[model], (model, [query["sql"][:120] for query in asked])


# --- Found by the name of the group -----------------------------------------------------------


def test_rows_are_found_by_the_name_of_the_group(
    at_desk: Client, administrator: User, strey_khmer: Organisation
) -> None:
    wanted = make_all(strey_khmer, administrator, name_latin="Kdei Sangkhem")
    make_all(strey_khmer, administrator, name_latin="Rik Chamroeun")
    for model in [Group, Meeting, SheetRow, GroupLine, CashCount, Loan, *LEDGER]:
        found = at_desk.get(address(model), {"q": "sangkhem"}).context["cl"].result_list
        of_group = {getattr(getattr(row, "journal", row), "group", row) for row in found}
        assert of_group == {wanted}, model


# --- What can be changed ----------------------------------------------------------------------


def test_a_group_is_changed_by_the_same_rules(
    at_desk: Client, group: Group, strey_khmer: Organisation
) -> None:
    project = make_project(owner=strey_khmer)
    page = address(Group, "change", group.pk)
    data = form_of(at_desk.get(page)) | {"projects": [str(project.pk)], "notes": "On the hill."}
    assert at_desk.post(page, data).status_code == 302
    group.refresh_from_db()
    assert (group.notes, group.version) == ("On the hill.", 3)
    assert [link.project for link in GroupProject.objects.filter(group=group)] == [project]
    errors = at_desk.post(page, form_of(at_desk.get(page)) | {"currency": "USD"}).context["errors"]
    assert "currency of a ledger cannot change" in str(errors)


def test_a_member_keeps_a_number_of_their_own(at_desk: Client, group: Group) -> None:
    page = address(Member, "change", member(group, 3).pk)
    data = form_of(at_desk.get(page))
    assert "Another member" in str(at_desk.post(page, data | {"number": "2"}).context["errors"])
    assert at_desk.post(page, data | {"number": "៧"}).status_code == 302
    assert [m.number for m in group.members.all()] == [1, 2, 7]


@pytest.mark.django_db
def test_an_account_has_another_name_and_nothing_else_of_it_changes(at_desk: Client) -> None:
    page = address(Account, "change", 1010)
    data = form_of(at_desk.get(page)) | {"name_en": "The box", "side": "0", "by_member": "on"}
    assert at_desk.post(page, data).status_code == 302
    box = Account.objects.get(code=1010)
    assert (box.name_en, box.side, box.by_member) == ("The box", 1, False)
    assert at_desk.get(address(Account, "add")).status_code == 403


# --- Grading ----------------------------------------------------------------------------------


def scheme_form(**values: str) -> dict[str, str]:
    return {
        "code": "ours",
        "name_km": "របស់យើង",
        "name_en": "Ours",
        "grade_a": "80",
        "grade_b": "60",
        "criteria-TOTAL_FORMS": "1",
        "criteria-INITIAL_FORMS": "0",
        "criteria-0-figure": "attendance",
        "criteria-0-weight": "2",
        "criteria-0-bands": "[[90, 10], [60, 5], [0, 0]]",
    } | values


@pytest.mark.django_db
def test_a_scheme_is_written_with_its_criteria(at_desk: Client) -> None:
    assert at_desk.post(address(GradingScheme, "add"), scheme_form()).status_code == 302
    [criterion] = GradingScheme.objects.get(code="ours").criteria.all()
    assert (criterion.figure, criterion.weight, criterion.points(75)) == ("attendance", 2, 5)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("criteria-0-bands", "[[60, 5], [90, 10]]", "the highest first"),
        ("criteria-0-bands", "[[90, 10, 3]]", "pairs of numbers"),
        ("criteria-0-bands", "[]", "pairs of numbers"),
        ("criteria-0-bands", '[["90", "10"], ["60", "5"]]', "pairs of numbers"),
        ("criteria-0-bands", "[[true, false]]", "pairs of numbers"),
        ("criteria-0-bands", '{"90": 10}', "pairs of numbers"),
        ("criteria-0-bands", "ninety", "JSON"),
        ("criteria-0-bands", "[[1, " + "9" * 4_000 + "]]", "JSON"),
        ("criteria-0-bands", "[[1, 1e16]]", "pairs of numbers"),
        ("criteria-0-bands", "[[1, -1e400]]", "JSON"),
        ("criteria-0-bands", "[[NaN, 1]]", "JSON"),
        ("criteria-0-bands", '["\\ud800"]', "JSON"),
        ("criteria-0-bands", "[" * 900 + "]" * 900, "JSON"),
        ("criteria-0-figure", "beauty", "beauty"),
        ("grade_b", "85", "A needs more than B"),
    ],
)
def test_a_scheme_that_cannot_grade_is_refused(
    at_desk: Client, field: str, value: str, message: str
) -> None:
    response = at_desk.post(address(GradingScheme, "add"), scheme_form(**{field: value}))
    assert message in response.content.decode()
    assert not GradingScheme.objects.filter(code="ours").exists()


@pytest.mark.django_db
def test_one_scheme_is_used_unless_another_is_chosen(at_desk: Client) -> None:
    assert GradingScheme.objects.get(is_default=True).code == "five-rules"
    at_desk.post(address(GradingScheme, "add"), scheme_form(is_default="on"))
    assert GradingScheme.objects.get(is_default=True).code == "ours"
