"""The database itself refuses what must not be, whatever program writes to it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from uuid6 import uuid7

from core.access import log_access
from core.models import AccessLog, Document, Submission
from registry.models import (
    Affiliation,
    Organisation,
    PairDecision,
    Person,
    Place,
    PlaceAlias,
    Project,
    User,
)
from tests.factories import make_affiliation, make_person, make_project


@pytest.fixture
def person(strey_khmer: Organisation) -> Person:
    return make_person(owner=strey_khmer)


def refused(constraint: str) -> Any:
    """Expect that the database refuses, and by this rule."""
    return pytest.raises(IntegrityError, match=constraint)


def update(record: Any, **values: Any) -> None:
    """Write past the actions, the forms and the models' own checks."""
    with transaction.atomic():
        type(record)._base_manager.filter(pk=record.pk).update(**values)


PERSON = [
    ("person_has_a_name", {"name_km": "", "name_latin": ""}),
    ("person_sex_is_known_word", {"sex": "unknown"}),
    ("person_birth_is_known_in_one_way", {"birth_year": 1980, "born_on": date(1980, 1, 1)}),
    (
        "person_birth_is_known_in_one_way",
        {"birth_year": 1980, "stated_age": 31, "age_stated_on": date(2011, 2, 19)},
    ),
    ("person_age_is_stated_on_a_day", {"stated_age": 31}),
    ("person_age_is_stated_on_a_day", {"age_stated_on": date(2011, 2, 19)}),
    ("person_age_is_human", {"stated_age": 121, "age_stated_on": date(2011, 2, 19)}),
    ("person_age_is_human", {"birth_year": 2533}),
    ("person_age_is_human", {"birth_year": 1889}),
    ("person_age_is_human", {"born_on": date(1889, 12, 31)}),
    ("person_consent_has_a_day", {"public_consent": "name"}),
    ("person_phone_is_a_number", {"phone": "012 345 678"}),
    ("person_phone_is_a_number", {"phone": "០១២៣៤៥៦៧៨"}),
    ("person_is_readable", {"name_km": "សុខ \ufffd"}),
    ("person_is_readable", {"name_latin": "\u202elahpoS"}),
    ("person_is_readable", {"also_known_as": "Sok\ue000"}),
    ("person_is_named_in_letters", {"name_latin": "?????"}),
    ("person_is_named_in_letters", {"name_km": "១២"}),
]


@pytest.mark.parametrize(("constraint", "values"), PERSON)
def test_the_database_refuses_an_impossible_person(
    constraint: str, values: dict, person: Person
) -> None:
    with refused(constraint):
        update(person, **values)


def test_a_person_is_not_joined_into_themselves(person: Person) -> None:
    with refused("person_is_not_joined_into_itself"):
        update(person, joined_into=person)


def test_an_organisation_has_a_name(strey_khmer: Organisation) -> None:
    with refused("organisation_has_a_name"):
        update(strey_khmer, name_km="", name_latin="")


@pytest.mark.parametrize("column", ["name_km", "name_latin", "short_name"])
def test_the_names_of_an_organisation_can_be_read(column: str, strey_khmer: Organisation) -> None:
    with refused("organisation_is_readable"):
        update(strey_khmer, **{column: "Strey \ufffd"})


@pytest.mark.parametrize("column", ["code", "name_km", "name_en"])
def test_the_names_of_a_project_can_be_read(column: str, strey_khmer: Organisation) -> None:
    with refused("project_is_readable"):
        update(make_project(owner=strey_khmer), **{column: "Project \ufffd"})


def test_an_organisation_is_not_part_of_itself(strey_khmer: Organisation) -> None:
    with refused("organisation_is_not_part_of_itself"):
        update(strey_khmer, parent=strey_khmer)


def test_a_project_has_a_name(strey_khmer: Organisation) -> None:
    with refused("project_has_a_name"):
        update(make_project(owner=strey_khmer), name_km="", name_en="")


def test_a_project_does_not_end_before_it_starts(strey_khmer: Organisation) -> None:
    with refused("project_ends_after_it_starts"):
        update(
            make_project(owner=strey_khmer), starts_on=date(2011, 2, 2), ends_on=date(2011, 2, 1)
        )


def test_two_projects_of_one_organisation_have_two_codes(strey_khmer: Organisation) -> None:
    make_project(owner=strey_khmer, code="WIL")
    with refused("project_code_once_per_owner"):
        update(make_project(owner=strey_khmer), code="WIL")


def test_projects_of_two_organisations_may_have_one_code(
    strey_khmer: Organisation, kcda: Organisation
) -> None:
    make_project(owner=strey_khmer, code="WIL")
    update(make_project(owner=kcda), code="WIL")


def test_an_affiliation_does_not_end_before_it_starts(
    person: Person, strey_khmer: Organisation
) -> None:
    affiliation = make_affiliation(person=person, organisation=strey_khmer)
    with refused("affiliation_ends_after_it_starts"):
        update(affiliation, since=date(2011, 2, 2), until=date(2011, 2, 1))


def test_a_pair_is_decided_once(person: Person, strey_khmer: Organisation) -> None:
    other = make_person(owner=strey_khmer)
    first, second = sorted([person, other], key=lambda one: one.pk)
    decision = {"owner": strey_khmer, "first": first, "second": second, "verdict": "different"}
    PairDecision.objects.create(**decision)
    with refused("pair_decided_once"), transaction.atomic():
        PairDecision.objects.create(**decision)


def test_a_pair_stands_in_one_order(person: Person, strey_khmer: Organisation) -> None:
    second, first = sorted([person, make_person(owner=strey_khmer)], key=lambda one: one.pk)
    with refused("pair_smaller_identifier_first"), transaction.atomic():
        PairDecision.objects.create(
            owner=strey_khmer, first=first, second=second, verdict="different"
        )


PLACE = [
    ("place_code_has_the_form_of_its_level", {"code": "1", "level": 1}),
    ("place_code_has_the_form_of_its_level", {"code": "0203", "level": 1}),
    ("place_code_has_the_form_of_its_level", {"code": "02030801x", "level": 4}),
    ("place_has_the_places_above_it", {"code": "9901", "level": 2}),
    ("place_has_the_places_above_it", {"code": "990101", "level": 3, "province_id": "02"}),
    ("place_has_the_places_above_it", {"code": "99", "level": 1, "province_id": "02"}),
]


@pytest.mark.parametrize(("constraint", "values"), PLACE)
def test_the_database_refuses_an_impossible_place(
    constraint: str, values: dict, places: dict[str, Place]
) -> None:
    with refused(constraint), transaction.atomic():
        Place.objects.bulk_create([Place(name_km="ក", name_latin="A", **values)])


def test_a_place_has_a_spelling_once(places: dict[str, Place]) -> None:
    alias = {"place": places["02090107"], "name": "Ou Ta Teak"}
    with refused("alias_once_per_place"), transaction.atomic():
        PlaceAlias.objects.create(**alias)


def test_only_administrators_are_let_into_the_administration(field_staff: User) -> None:
    for values in ({"is_staff": True}, {"is_superuser": True}, {"role": "administrator"}):
        with refused("only_administrators_use_the_admin"):
            update(field_staff, **values)


def test_everyone_but_administrators_has_an_organisation(
    field_staff: User, administrator: User
) -> None:
    with refused("everyone_but_administrators_has_an_organisation"):
        update(field_staff, organisation=None)
    update(administrator, organisation=None)


def test_an_e_mail_address_belongs_to_one_account(field_staff: User, coordinator: User) -> None:
    update(field_staff, email="sokha@example.org")
    with refused("email_once"):
        update(coordinator, email="SOKHA@example.org")


def test_accounts_without_an_e_mail_address_are_many(field_staff: User, coordinator: User) -> None:
    assert field_staff.email == coordinator.email == ""


def test_a_paper_is_ready_exactly_when_it_has_content(
    field_staff: User, strey_khmer: Organisation
) -> None:
    document = Document.objects.create(
        requested_by=field_staff, kind="any", record_id=strey_khmer.pk, language="en"
    )
    with refused("document_has_content_when_ready"):
        update(document, state="ready")
    with refused("document_has_content_when_ready"):
        update(document, content=b"%PDF")


def test_a_form_key_is_used_once(field_staff: User) -> None:
    key = uuid7()
    Submission.objects.create(key=key, user=field_staff, path="/")
    with refused("registry_submission_pkey"), transaction.atomic():
        Submission(key=key, user=field_staff, path="/").save(force_insert=True)


@pytest.mark.as_owner  # Others may not even try.
def test_nobody_changes_or_empties_the_access_log(administrator: User) -> None:
    log_access(AccessLog.Event.EXPORTED, by=administrator, subject="people")
    entry = AccessLog.objects.get()
    with pytest.raises(ProgrammingError, match="Cannot update or delete"):
        update(entry, subject="nothing")
    with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
        AccessLog.objects.all().delete()


# --- Records stay with one organisation --------------------------------------------------------


def check_at_once() -> None:
    """The rules between two tables are otherwise checked at the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.fixture
def strangers(strey_khmer: Organisation, kcda: Organisation) -> tuple[Person, Person]:
    return make_person(owner=strey_khmer), make_person(owner=kcda)


def test_an_affiliation_belongs_to_the_organisation_of_its_person(
    strangers: tuple[Person, Person], strey_khmer: Organisation
) -> None:
    with refused("registry_affiliation_person_id_within_owner_id"), transaction.atomic():
        Affiliation.objects.create(owner=strey_khmer, person=strangers[1], organisation=strey_khmer)
        check_at_once()


def test_a_person_is_joined_only_within_one_organisation(
    strangers: tuple[Person, Person],
) -> None:
    with refused("registry_person_joined_into_id_within_owner_id"), transaction.atomic():
        Person.objects.filter(pk=strangers[0].pk).update(joined_into=strangers[1])
        check_at_once()


@pytest.mark.parametrize("side", ["first", "second"])
def test_a_pair_is_of_one_organisation(
    side: str, strangers: tuple[Person, Person], strey_khmer: Organisation, kcda: Organisation
) -> None:
    first, second = sorted(strangers, key=lambda person: person.pk)
    owner = second.owner if side == "first" else first.owner
    with refused(f"registry_pairdecision_{side}_id_within_owner_id"), transaction.atomic():
        PairDecision.objects.create(owner=owner, first=first, second=second, verdict="different")
        check_at_once()


def test_a_person_does_not_move_away_from_what_is_said_about_them(
    person: Person, strey_khmer: Organisation, kcda: Organisation
) -> None:
    make_affiliation(person=person, organisation=strey_khmer)
    with refused("registry_affiliation_person_id_within_owner_id"), transaction.atomic():
        Person.objects.filter(pk=person.pk).update(owner=kcda)
        check_at_once()


def test_an_organisation_in_use_is_not_deleted(person: Person) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM registry_organisation WHERE id = %s", [person.owner_id])
        check_at_once()


def test_every_constraint_of_the_registry_is_tried_here() -> None:
    """A new rule of the database needs a test that breaks it."""
    tried = Path(__file__).read_text(encoding="utf-8")
    models = [Affiliation, Document, Organisation, PairDecision, Person, Place, PlaceAlias]
    names = {c.name for model in [*models, Project, User] for c in model._meta.constraints}
    # Uniqueness that holds by the identifier alone; it exists to be referred to.
    names -= {"person_of_owner", "project_of_owner"}
    assert {name for name in names if f'"{name}"' not in tried} == set()
