"""Who sees what, by role; and what roles.toml says is what happens."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse

from core.access import log_access
from core.models import AccessLog, Document
from registry.accounts import roles
from registry.actions.people import decide_different
from registry.models import Affiliation, Organisation, PairDecision, Person, Project, User
from tests.factories import make_affiliation, make_person, make_project, make_user

Browser = Callable[[User], Client]


def owned_records(owner: Organisation, by: User) -> dict[type, object]:
    """One record of every model that belongs to an organisation."""
    person, namesake = make_person(owner=owner), make_person(owner=owner)
    return {
        Person: person,
        Affiliation: make_affiliation(person=person, organisation=owner),
        Project: make_project(owner=owner),
        PairDecision: decide_different(first=person, second=namesake, by=by),
    }


@pytest.fixture
def records(kcda: Organisation, administrator: User) -> dict[type, object]:
    return owned_records(kcda, administrator)


OWNED = [Person, Affiliation, Project, PairDecision]


@pytest.mark.parametrize("model", OWNED)
def test_staff_see_the_records_of_their_own_organisation(
    model: type, records: dict, other_field_staff: User
) -> None:
    assert records[model] in model.objects.visible_to(other_field_staff)


@pytest.mark.parametrize("model", OWNED)
def test_staff_do_not_see_the_records_of_another_organisation(
    model: type, records: dict, field_staff: User, coordinator: User
) -> None:
    assert not model.objects.visible_to(field_staff).exists()
    assert not model.objects.visible_to(coordinator).exists()


@pytest.mark.parametrize("model", OWNED)
def test_staff_see_the_records_of_the_organisations_below_theirs(
    model: type, strey_khmer_battambang: Organisation, administrator: User, field_staff: User
) -> None:
    records = owned_records(strey_khmer_battambang, administrator)
    assert records[model] in model.objects.visible_to(field_staff)


@pytest.mark.parametrize("model", OWNED)
def test_staff_do_not_see_the_records_of_the_organisation_above_theirs(
    model: type,
    strey_khmer: Organisation,
    strey_khmer_battambang: Organisation,
    administrator: User,
) -> None:
    owned_records(strey_khmer, administrator)
    below = make_user(organisation=strey_khmer_battambang, role=User.Role.COORDINATOR)
    assert not model.objects.visible_to(below).exists()


@pytest.mark.parametrize("model", OWNED)
def test_administrators_see_the_records_of_every_organisation(
    model: type, records: dict, administrator: User
) -> None:
    assert records[model] in model.objects.visible_to(administrator)


@pytest.mark.parametrize("model", [*OWNED, Organisation])
def test_funders_see_no_record_by_name(model: type, records: dict, funder: User) -> None:
    assert not model.objects.visible_to(funder).exists()


@pytest.mark.parametrize("model", [*OWNED, Organisation, Document, AccessLog])
def test_somebody_who_has_not_signed_in_sees_nothing(
    model: type, records: dict, administrator: User
) -> None:
    log_access(AccessLog.Event.SIGNED_IN, by=administrator)
    assert not model.objects.visible_to(AnonymousUser()).exists()


@pytest.mark.parametrize("model", OWNED)
def test_an_account_that_is_no_longer_in_use_sees_nothing(
    model: type, records: dict, other_field_staff: User
) -> None:
    other_field_staff.is_active = False
    assert not model.objects.visible_to(other_field_staff).exists()


def test_the_directory_of_organisations_is_shared_by_all_staff(
    field_staff: User, other_field_staff: User, kcda: Organisation
) -> None:
    assert kcda in Organisation.objects.visible_to(field_staff)


def test_a_paper_is_seen_only_by_the_one_who_asked_for_it(
    field_staff: User, administrator: User, strey_khmer: Organisation
) -> None:
    document = Document.objects.create(
        requested_by=field_staff, kind="any", record_id=strey_khmer.pk, language="en"
    )
    assert list(Document.objects.visible_to(field_staff)) == [document]
    assert not Document.objects.visible_to(administrator).exists()


def test_the_log_is_seen_by_those_who_may_and_only_of_their_organisations(
    coordinator: User, field_staff: User, other_field_staff: User, administrator: User
) -> None:
    log_access(AccessLog.Event.EXPORTED, by=field_staff, subject="ours")
    log_access(AccessLog.Event.EXPORTED, by=other_field_staff, subject="theirs")
    log_access(AccessLog.Event.SIGN_IN_FAILED, by=None)

    def subjects(user: User) -> list[str]:
        entries: QuerySet = AccessLog.objects.visible_to(user)
        return sorted(entries.values_list("subject", flat=True))

    assert subjects(coordinator) == ["ours"]
    assert subjects(field_staff) == []
    assert subjects(administrator) == ["", "ours", "theirs"]


def test_funders_see_the_figures_of_the_projects_that_they_pay_for(
    funder: User, donor: Organisation, strey_khmer: Organisation
) -> None:
    paid = make_project(owner=strey_khmer, donors=[donor])
    make_project(owner=strey_khmer)
    assert list(Project.objects.with_figures_for(funder)) == [paid]


def test_staff_record_only_on_behalf_of_organisations_that_keep_records(
    field_staff: User, strey_khmer: Organisation, strey_khmer_battambang: Organisation
) -> None:
    Organisation.objects.create(
        name_latin="Group", kind=Organisation.Kind.GROUP, parent=strey_khmer
    )
    assert set(Organisation.objects.owned_by(field_staff)) == {strey_khmer, strey_khmer_battambang}


# --- roles.toml -------------------------------------------------------------------------------


def test_every_role_of_the_program_is_in_the_file_and_no_other() -> None:
    assert set(roles._file()["roles"]) == set(User.Role.values)


def test_every_permission_that_is_granted_is_explained() -> None:
    for role in User.Role.values:
        assert roles.permissions_of(role) <= roles.permissions().keys()


def test_every_permission_that_is_explained_is_granted_to_somebody() -> None:
    granted = set[str]().union(*(roles.permissions_of(role) for role in User.Role.values))
    assert granted == roles.permissions().keys()


def test_funders_may_do_nothing_that_names_people() -> None:
    assert roles.permissions_of("funder") == {
        "figures.see",
        "export.figures",
        # Of reports, only those that were sent to their organisation, without the people.
        "reports.read",
        "reports.review",
    }


def test_an_account_that_is_no_longer_in_use_may_nothing(field_staff: User) -> None:
    assert field_staff.may("records.see")
    field_staff.is_active = False
    assert not field_staff.may("records.see")


def test_a_strangers_record_does_not_exist(
    records: dict, field_staff: User, coordinator: User, as_user: Browser
) -> None:
    person, affiliation = records[Person], records[Affiliation]
    decision = records[PairDecision]
    pages = [
        reverse("person", args=[person.pk]),
        reverse("person-edit", args=[person.pk]),
        reverse("affiliation-new", args=[person.pk]),
        reverse("affiliation-edit", args=[affiliation.pk]),
        reverse("pair", args=[decision.first_id, decision.second_id]),
        reverse("project", args=[records[Project].pk]),
        reverse("project-edit", args=[records[Project].pk]),
    ]
    assert {as_user(coordinator).get(page).status_code for page in pages} == {404}
    writes = [
        reverse("affiliation-remove", args=[affiliation.pk]),
        reverse("pair-undo", args=[decision.pk]),
        reverse("pair-different", args=[decision.first_id, decision.second_id]),
        reverse("pair-same", args=[decision.first_id, decision.second_id]),
    ]
    assert {as_user(coordinator).post(page).status_code for page in writes} == {404}
    assert Affiliation.objects.filter(pk=affiliation.pk).exists()


def test_a_funder_opens_a_project_they_fund_and_no_other(
    funder: User, donor: Organisation, strey_khmer: Organisation, as_user: Browser
) -> None:
    paid = make_project(owner=strey_khmer, name_en="Paid for", donors=[donor])
    other = make_project(owner=strey_khmer, name_en="Somebody else's")
    browser = as_user(funder)
    listed = browser.get(reverse("projects")).content.decode()
    assert "Paid for" in listed
    assert "Somebody else" not in listed
    assert browser.get(reverse("project", args=[paid.pk])).status_code == 200
    assert browser.get(reverse("project", args=[other.pk])).status_code == 404
    assert browser.get(reverse("project-edit", args=[paid.pk])).status_code == 403


def test_only_administrators_change_what_an_organisation_is_part_of(
    coordinator: User,
    kcda: Organisation,
    strey_khmer: Organisation,
    strey_khmer_battambang: Organisation,
    as_user: Browser,
) -> None:
    """Whoever stands above an organisation sees its records."""
    page = reverse("organisation-edit", args=[strey_khmer_battambang.pk])
    data = {"kind": "ngo", "name_latin": "Battambang", "parent": str(kcda.pk), "version": 1}
    assert as_user(coordinator).post(page, data).status_code == 302
    strey_khmer_battambang.refresh_from_db()
    assert strey_khmer_battambang.parent == strey_khmer
