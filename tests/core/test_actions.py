"""Actions say in words what only the database refuses."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.messages.storage.cookie import CookieStorage
from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from uuid6 import uuid7

from core.actions.records import action
from core.database_messages import TRIGGERS, integrity_errors_as_refusals, refusal_of
from core.errors import Refused, words_of
from core.idempotency import once
from registry.models import Organisation, Person, Position, Project, User
from tests.factories import make_administrator, make_organisation, make_person


@action
def write(model: Any, *, by: User, **values: Any) -> Any:
    """An action that looks at nothing first."""
    return model.objects.create(**values)


def test_a_constraint_speaks_with_its_own_words(
    administrator: User, strey_khmer: Organisation
) -> None:
    with pytest.raises(Refused, match="Give a name in Khmer or in English"):
        write(Project, owner=strey_khmer, by=administrator)


def test_a_trigger_speaks_with_the_words_of_its_app(
    administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(TRIGGERS, "never", "Never on a Sunday.")

    @action
    def never(*, by: User) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "DO $$BEGIN RAISE integrity_constraint_violation USING CONSTRAINT = 'never'; END$$"
            )

    with pytest.raises(Refused, match="Never on a Sunday"):
        never(by=administrator)


def test_who_enters_the_same_at_the_same_moment_is_told(administrator: User) -> None:
    write(Position, code="bell-ringer", name_en="Bell ringer", by=administrator)
    with pytest.raises(Refused, match="just entered the same"):
        write(Position, code="bell-ringer", name_en="Bell ringer", by=administrator)


def test_nothing_of_an_action_stays_that_the_database_refused(
    administrator: User, strey_khmer: Organisation
) -> None:
    """The one around it goes on: what it did itself is kept."""

    @action
    def both(*, by: User) -> None:
        Project.objects.create(owner=strey_khmer, name_en="Half")
        write(Project, owner=strey_khmer, by=by)

    @action
    def around(*, by: User) -> None:
        Project.objects.create(owner=strey_khmer, name_en="Before")
        with pytest.raises(Refused):
            both(by=by)
        Project.objects.create(owner=strey_khmer, name_en="After")

    around(by=administrator)
    assert {project.name_en for project in Project.objects.all()} == {"Before", "After"}


@pytest.mark.django_db(transaction=True)
def test_what_is_refused_at_the_commit_is_said_as_well() -> None:
    """PostgreSQL looks at references when all is done."""
    by = make_administrator()
    owner = make_organisation()
    with pytest.raises(Refused, match="removed in the meantime"):
        write(Person, owner=owner, name_latin="Sok", place_id="99", sex="female", by=by)
    assert not Person.objects.exists()


def test_the_words_belong_to_the_field_that_was_named(strey_khmer: Organisation) -> None:
    with (
        pytest.raises(Refused) as refused,
        transaction.atomic(),
        integrity_errors_as_refusals(field="code"),
    ):
        Project.objects.create(owner=strey_khmer)
    assert refused.value.field == "code"
    assert words_of(refused.value) == "Give a name in Khmer or in English."


def test_an_error_of_which_nothing_is_known_is_a_fault_of_ours() -> None:
    error = IntegrityError("something else")
    with pytest.raises(IntegrityError, match="something else"), integrity_errors_as_refusals():
        raise error
    with pytest.raises(IntegrityError, match="something else"):
        refusal_of(error)


@pytest.mark.parametrize("key", ["", "a key"])
def test_a_page_that_awaits_no_refusal_tells_it_all_the_same(
    key: str, administrator: User, strey_khmer: Organisation, rf: RequestFactory
) -> None:
    person = make_person(owner=strey_khmer)

    @once
    def view(request: HttpRequest) -> HttpResponse:
        return write(Project, owner=person.owner, by=administrator)

    request = rf.post("/people/new/", {"form_key": str(uuid7()) if key else ""})
    request.user = administrator
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    answer = view(request)
    assert answer["Location"] == "/people/new/"
    assert "Give a name" in str(*request._messages)
    assert not Project.objects.exists()
