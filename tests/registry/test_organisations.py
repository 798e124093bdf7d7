"""The directory of organisations, and projects."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from core.errors import Conflict, Refused
from registry.actions.organisations import add_organisation, change_organisation
from registry.models import Organisation, Project, User
from tests.factories import (
    make_administrator,
    make_affiliation,
    make_organisation,
    make_person,
    make_project,
    make_user,
)

Browser = Callable[[User], Client]


def test_a_project_of_several_donors_is_listed_once(
    field_staff: User, as_user: Browser, strey_khmer: Organisation
) -> None:
    donors = [make_organisation(kind="donor") for _ in range(3)]
    project = make_project(owner=strey_khmer, donors=donors)
    for organisation in (strey_khmer, donors[0]):
        page = as_user(field_staff).get(reverse("organisation", args=[organisation.pk]))
        assert list(page.context["projects"]) == [project]


def test_an_organisation_is_added_and_found(
    field_staff: User, as_user: Browser, strey_khmer: Organisation
) -> None:
    browser = as_user(field_staff)
    fields = {"kind": "group", "name_km": "ក្រុមសន្សំ", "parent": strey_khmer.pk}
    response = browser.post(reverse("organisation-new"), fields)
    added = Organisation.objects.get(kind="group")
    assert response.url == reverse("organisation", args=[added.pk])
    found = browser.get(reverse("organisations"), {"q": "ក្រុមសន្សំ"})
    assert [organisation.pk for organisation in found.context["page"]] == [added.pk]


def test_an_organisation_needs_a_name(field_staff: User, as_user: Browser) -> None:
    before = Organisation.objects.count()
    response = as_user(field_staff).post(reverse("organisation-new"), {"kind": "ngo"})
    assert "name_km" in response.context["form"].errors
    assert Organisation.objects.count() == before


def test_the_list_shows_one_kind(field_staff: User, donor: Organisation, as_user: Browser) -> None:
    page = as_user(field_staff).get(reverse("organisations"), {"kind": "donor"})
    assert list(page.context["page"]) == [donor]


def test_an_organisation_is_never_part_of_its_own_parts(
    administrator: User, strey_khmer: Organisation, strey_khmer_battambang: Organisation
) -> None:
    for parent in (strey_khmer, strey_khmer_battambang):
        with pytest.raises(Refused, match="part of this organisation itself") as refused:
            change_organisation(strey_khmer, version=1, parent=parent, by=administrator)
        assert refused.value.field == "parent"


def test_the_refusal_of_a_loop_stands_at_its_field(
    administrator: User,
    strey_khmer: Organisation,
    strey_khmer_battambang: Organisation,
    as_user: Browser,
) -> None:
    fields = {
        "kind": "ngo",
        "name_latin": "Strey Khmer",
        "parent": strey_khmer_battambang.pk,
        "version": 1,
    }
    page = reverse("organisation-edit", args=[strey_khmer.pk])
    response = as_user(administrator).post(page, fields)
    assert "parent" in response.context["form"].errors
    strey_khmer.refresh_from_db()
    assert strey_khmer.parent is None


@pytest.mark.django_db(transaction=True)
def test_two_moves_at_once_do_not_make_a_loop() -> None:
    administrator = make_administrator()
    one, other = make_organisation(), make_organisation()
    start, refusals = Barrier(2), []

    def move(child: Organisation, parent: Organisation) -> None:
        start.wait()
        try:
            change_organisation(child, version=1, parent=parent, by=administrator)
        except Refused as error:
            refusals.append(error)
        finally:
            connection.close()

    threads = [Thread(target=move, args=pair) for pair in ((one, other), (other, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refusals) == 1
    assert Organisation.objects.filter(parent=None).exists()


def test_two_people_correcting_an_organisation_at_once_are_told(
    administrator: User, strey_khmer: Organisation
) -> None:
    change_organisation(strey_khmer, version=1, short_name="SKO", by=administrator)
    with pytest.raises(Conflict) as conflict:
        change_organisation(strey_khmer, version=1, short_name="STK", by=administrator)
    assert conflict.value.theirs == {"short_name": "SKO"}


def test_an_organisation_shows_only_the_people_that_the_user_may_see(
    kcda: Organisation, strey_khmer: Organisation, field_staff: User, as_user: Browser
) -> None:
    ours = make_person(owner=strey_khmer, name_latin="Ours")
    theirs = make_person(owner=kcda, name_latin="Theirs")
    for person in (ours, theirs):
        make_affiliation(person=person, organisation=kcda)
    page = as_user(field_staff).get(reverse("organisation", args=[kcda.pk])).content.decode()
    assert "Ours" in page
    assert "Theirs" not in page


# --- Projects ---------------------------------------------------------------------------------


def test_a_project_is_entered_with_its_donors(
    coordinator: User, strey_khmer: Organisation, donor: Organisation, as_user: Browser
) -> None:
    fields = {
        "owner": strey_khmer.pk,
        "name_en": "Women in Leadership",
        "donors": [donor.pk],
        "starts_on": "01/01/2011",
        "ends_on": "31/12/2011",
    }
    response = as_user(coordinator).post(reverse("project-new"), fields)
    project = Project.objects.get()
    assert response.url == reverse("project", args=[project.pk])
    assert list(project.donors.all()) == [donor]
    assert project.starts_on == date(2011, 1, 1)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "name_km"),
        ({"name_en": "A", "starts_on": "2/1/2011", "ends_on": "1/1/2011"}, "ends_on"),
        ({"name_en": "A", "starts_on": "1/1/2554"}, "starts_on"),
        ({"name_en": "A" * 10_000}, "name_en"),
        ({"name_en": "A", "code": "TAKEN"}, "__all__"),
    ],
)
def test_a_project_that_cannot_be_is_refused_at_its_field(
    fields: dict, field: str, coordinator: User, strey_khmer: Organisation, as_user: Browser
) -> None:
    make_project(owner=strey_khmer, code="TAKEN")
    fields = {"owner": strey_khmer.pk} | fields
    response = as_user(coordinator).post(reverse("project-new"), fields)
    assert field in response.context["form"].errors
    assert Project.objects.count() == 1


def test_the_donors_of_a_project_change_with_it(
    coordinator: User, strey_khmer: Organisation, donor: Organisation, as_user: Browser
) -> None:
    project = make_project(owner=strey_khmer, name_en="Project", donors=[donor])
    page = reverse("project-edit", args=[project.pk])
    as_user(coordinator).post(page, {"name_en": "Project", "version": 1})
    assert not project.donors.exists()


# --- Who may change what is shared ------------------------------------------------------------


def edit(browser: Client, organisation: Organisation, **fields: object) -> int:
    page = reverse("organisation-edit", args=[organisation.pk])
    known = {
        "kind": organisation.kind,
        "name_latin": organisation.name_latin,
        "version": organisation.version,
    }
    return browser.post(page, known | fields).status_code


@pytest.fixture
def entry(other_field_staff: User) -> Organisation:
    """What a stranger entered into the directory."""
    return make_organisation(name_latin="A council", kind="council", by=other_field_staff)


@pytest.mark.parametrize("role", ["field_staff", "coordinator"])
def test_staff_change_neither_another_organisation_nor_what_it_entered(
    role: str, request: pytest.FixtureRequest, kcda: Organisation, entry: Organisation, as_user
) -> None:
    browser = as_user(request.getfixturevalue(role))
    for organisation in (kcda, entry):
        assert edit(browser, organisation, kind="donor", name_latin="Mine now") == 403
        stored = Organisation.objects.get(pk=organisation.pk)
        assert (stored.kind, stored.name_latin) == (organisation.kind, organisation.name_latin)
        page = browser.get(reverse("organisation", args=[organisation.pk]))
        assert reverse("organisation-edit", args=[organisation.pk]) not in page.content.decode()


def test_the_action_refuses_strangers_too(field_staff: User, entry: Organisation) -> None:
    with pytest.raises(Refused, match="its own staff"):
        change_organisation(entry, version=1, short_name="X", by=field_staff)


def test_staff_change_their_own_organisation_and_what_it_entered(
    field_staff: User,
    coordinator: User,
    strey_khmer_battambang: Organisation,
    places: dict,
    as_user: Browser,
) -> None:
    entered = make_organisation(name_latin="A school", kind="school", by=field_staff)
    assert edit(as_user(field_staff), strey_khmer_battambang, name_latin="Battambang") == 302
    assert edit(as_user(coordinator), entered, kind="council", name_latin="A council") == 302
    entered.refresh_from_db()
    assert (entered.kind, entered.name_latin) == ("council", "A council")


def test_kind_and_names_of_who_keeps_records_are_for_administrators(
    field_staff: User, administrator: User, strey_khmer: Organisation, places: dict, as_user
) -> None:
    changed = {"kind": "donor", "name_latin": "X", "short_name": "Y", "place": "020308"}
    assert edit(as_user(field_staff), strey_khmer, **changed) == 302
    stored = Organisation.objects.get(pk=strey_khmer.pk)
    assert (stored.kind, stored.name_latin, stored.short_name) == ("ngo", "Strey Khmer", "SK")
    assert stored.place_id == "020308"
    for fact in ("kind", "name_km", "name_latin", "short_name"):
        with pytest.raises(Refused, match="administrator") as refused:
            change_organisation(stored, version=stored.version, by=field_staff, **{fact: "donor"})
        assert refused.value.field == fact
    assert edit(as_user(administrator), stored, name_latin="Strey Khmer Organisation") == 302


def test_who_entered_an_organisation_leaves_it_to_its_staff_once_it_has_some(
    field_staff: User, as_user: Browser
) -> None:
    entered = make_organisation(name_latin="A partner", by=field_staff)
    make_user(organisation=entered)
    assert edit(as_user(field_staff), entered, name_latin="Ours") == 403


def test_an_organisation_that_owns_a_record_keeps_its_kind(field_staff: User) -> None:
    entered = make_organisation(name_latin="A partner", by=field_staff)
    make_person(owner=entered)
    with pytest.raises(Refused, match="administrator"):
        change_organisation(entered, version=1, kind="donor", by=field_staff)


def test_nobody_puts_a_part_under_a_foreign_organisation(
    field_staff: User, kcda: Organisation, as_user: Browser
) -> None:
    fields = {"kind": "ngo", "name_latin": "KCDA Battambang", "parent": kcda.pk}
    page = as_user(field_staff).post(reverse("organisation-new"), fields)
    assert "parent" in page.context["form"].errors
    with pytest.raises(Refused, match="own staff"):
        add_organisation(name_latin="KCDA Battambang", parent=kcda, by=field_staff)
    assert not Organisation.objects.filter(parent=kcda).exists()


def test_whether_an_organisation_keeps_records_is_asked_of_all_tables_at_once(
    kcda: Organisation, strey_khmer: Organisation, django_assert_max_num_queries: Any
) -> None:
    make_project(owner=kcda)
    with django_assert_max_num_queries(4):
        assert (strey_khmer.keeps_records, kcda.keeps_records) == (False, True)


def test_the_same_organisation_twice_is_asked_about(
    as_user: Callable[[User], Client], field_staff: User
) -> None:
    browser = as_user(field_staff)
    fields = {"kind": "group", "name_latin": "Robonh Samaki"}
    assert browser.post(reverse("organisation-new"), fields).status_code == 302
    again = fields | {"name_latin": "robonh samaki"}
    answer = browser.post(reverse("organisation-new"), again)
    assert "is_another" in answer.context["form"].errors
    assert 'name="is_another"' in answer.text
    found = Organisation.objects.filter(name_latin__iexact="Robonh Samaki")
    assert found.count() == 1
    browser.post(reverse("organisation-new"), again | {"is_another": "on"})
    assert found.count() == 2
