"""The checks of a record are asked together, and say what they said each by itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.db.models import CheckConstraint
from uuid6 import uuid7

from registry.models import Organisation, Person, User
from tests.factories import make_person, make_project


# In its savepoint; and one for what there is once, unless the owner is left out.
@pytest.mark.parametrize(("exclude", "queries"), [(None, 4), (["owner", "place"], 3)])
def test_all_checks_of_a_person_are_one_query(
    exclude: list[str] | None,
    queries: int,
    strey_khmer: Organisation,
    django_assert_num_queries: Callable,
) -> None:
    person = make_person(owner=strey_khmer)
    checks = [c for c in Person._meta.constraints if isinstance(c, CheckConstraint)]
    assert len(checks) > 5
    with django_assert_num_queries(queries):
        person.validate_constraints(exclude)


# Without the sex, what is said of the sex is left out, and nothing else.
@pytest.mark.parametrize(("exclude", "faults"), [(None, 2), (["owner"], 2), (["sex"], 1)])
def test_each_fault_is_said_in_its_own_words(
    exclude: list[str] | None, faults: int, strey_khmer: Organisation
) -> None:
    person = make_person(owner=strey_khmer)
    person.name_km = person.name_latin = ""
    person.sex = "unknown"
    with pytest.raises(ValidationError) as together:
        person.validate_constraints(exclude)
    said = []
    for constraint in Person._meta.constraints:
        try:
            constraint.validate(Person, person, set(exclude or ()))
        except ValidationError as error:
            said += error.messages
    assert len(said) == faults
    assert sorted(together.value.messages) == sorted(said)


def test_a_second_of_what_there_is_once_is_refused(strey_khmer: Organisation) -> None:
    first = make_project(owner=strey_khmer, code="X")
    first.pk, first._state.adding = None, True
    with pytest.raises(ValidationError, match="Another project has this code"):
        first.validate_constraints()


def test_a_new_record_is_not_asked_for_its_maker_and_its_identifier(
    strey_khmer: Organisation, field_staff: User, django_assert_num_queries: Callable
) -> None:
    person = Person(owner=strey_khmer, name_latin="Sok Dara", created_by=field_staff)
    with django_assert_num_queries(3):  # All checks in one, in its savepoint.
        person.full_clean(exclude=["owner", "place"])
    person.created_by_id = uuid7()
    person.full_clean(exclude=["owner", "place"])
    with pytest.raises(IntegrityError):
        person.save()
        connection.check_constraints()
