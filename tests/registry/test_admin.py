"""The administration: who gets in, what its pages show and save, and what stays out of its log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import CharField, DateField, Field, JSONField
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from uuid6 import uuid7

from core.access import log_access
from core.admin import counting
from core.admin.counting import EstimatingPaginator
from core.models import AccessLog
from registry.actions.people import change_person
from registry.models import Affiliation, Organisation, Person, Place, Project, User
from registry.search.finding import find_people
from tests.factories import (
    PASSWORD,
    make_affiliation,
    make_organisation,
    make_person,
    make_project,
    make_user,
)

Browser = Callable[[User], Client]


def address(model: type, page: str = "changelist", *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def form_of(response: object) -> dict[str, object]:
    """What a browser would send of a form that it was shown."""
    context = response.context
    forms = [context["adminform"].form]
    for formset in context["inline_admin_formsets"]:
        forms += [formset.formset.management_form, *formset.formset.forms]
    data = {}
    for form in forms:
        for field in form:
            value = field.value()
            if value is not None and value is not False:
                data[field.html_name] = value
    return data | {"version": context.get("version") or getattr(context["original"], "version", "")}


@pytest.fixture
def at_desk(as_user: Browser, administrator: User) -> Client:
    """The administrator's browser."""
    return as_user(administrator)


# --- Who gets in -----------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["field_staff", "coordinator", "funder"])
def test_only_administrators_get_in(
    role: str, request: pytest.FixtureRequest, as_user: Browser, strey_khmer: Organisation
) -> None:
    browser = as_user(request.getfixturevalue(role))
    person = make_person(owner=strey_khmer)
    for page in (reverse("admin:index"), address(Person), address(Person, "change", person.pk)):
        assert browser.get(page, follow=True).status_code == 403, page


def test_strangers_are_sent_to_the_one_page_to_sign_in(client: Client, db: None) -> None:
    response = client.get(address(Person))
    assert response["Location"].startswith(reverse("account_login"))
    assert address(Person) in response["Location"]


def test_the_admins_own_page_to_sign_in_is_ours(client: Client, db: None) -> None:
    response = client.get(reverse("admin:login"), {"next": "https://elsewhere.example/"})
    assert response["Location"] == f"{reverse('account_login')}?next=%2Fadmin%2F"


def test_who_has_signed_in_is_sent_on(at_desk: Client) -> None:
    response = at_desk.get(reverse("admin:login"), {"next": address(Person)})
    assert response["Location"] == address(Person)


def test_an_administrator_without_a_second_factor_sets_it_up_first(
    as_user: Browser, administrator: User
) -> None:
    User.objects.filter(pk=administrator.pk).update(is_demo=False)
    administrator.refresh_from_db()
    response = as_user(administrator).get(reverse("admin:index"))
    assert response["Location"] == reverse("mfa_activate_totp")


def test_tables_of_libraries_are_not_offered() -> None:
    labels = {model._meta.app_label for model in admin.site._registry}
    assert labels == {"registry", "trainings", "savings_groups", "cascades", "reports"}


def test_many_records_are_never_deleted_at_once() -> None:
    assert "delete_selected" not in dict(admin.site.actions)


def test_no_short_way_leads_to_any_record_of_any_table(
    at_desk: Client, strey_khmer: Organisation
) -> None:
    for model in (LogEntry, *admin.site._registry):
        key = ContentType.objects.get_for_model(model).pk
        assert at_desk.get(f"/admin/r/{key}/{strey_khmer.pk}/").status_code == 404
    for key in ContentType.objects.values_list("pk", flat=True):
        assert at_desk.get(f"/admin/r/{key}/abc/").status_code == 404


# --- Lists -----------------------------------------------------------------------------------


def unfit(field: Field[Any, Any]) -> list[str]:
    """Comparisons of an address that Python or PostgreSQL cannot make."""
    if isinstance(field, DateField):
        return ["__year=0", "__year=99999", "__week=x", "__gte=0000-00-00", "=10000-01-01", "=x"]
    if isinstance(field, CharField):
        return ["__regex=(", "__iregex=%5B", "__exact__exact=x"]
    if isinstance(field, JSONField):
        return ["__a__regex=(", "__has_key=%00", "__contains=%7B", "=%7B"]
    return ["=x", f"={'9' * 400}", "__isnull=2", "__in=x", "__range=1"]


@pytest.mark.sampled(15)
@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model.__name__)
def test_no_address_of_a_list_is_an_error_of_the_program(model: type, at_desk: Client) -> None:
    tried = {}
    for field in model._meta.concrete_fields:
        tried.setdefault(type(field), field)
    for field in tried.values():
        for comparison in unfit(field):
            # A wrong value leads back to the list, a comparison that no link asks for is refused.
            answer = at_desk.get(f"{address(model)}?{field.name}{comparison}")
            assert answer.status_code in (200, 302, 400), f"{field.name}{comparison}"


def test_a_list_is_filtered_as_its_links_ask(
    at_desk: Client, strey_khmer: Organisation, kcda: Organisation
) -> None:
    ours = make_person(owner=strey_khmer, sex="female")
    for sex, owner in [("male", strey_khmer), ("female", kcda)]:
        make_person(owner=owner, sex=sex)
    for organisation in (strey_khmer, kcda):
        make_user(organisation=organisation)
    page = at_desk.get(address(Person), {"sex__exact": "female", "owner": strey_khmer.pk})
    assert [each.pk for each in page.context["cl"].result_list] == [ours.pk]


@pytest.mark.parametrize(
    ("model", "queries"),
    [(Person, 8), (Organisation, 6), (User, 5), (Place, 5), (AccessLog, 5)],
)
def test_a_list_takes_as_many_queries_for_three_rows_as_for_one(
    model: type,
    queries: int,
    at_desk: Client,
    administrator: User,
    strey_khmer: Organisation,
    places: dict[str, Place],
) -> None:
    for _round in range(2):
        log_access(AccessLog.Event.EXPORTED, by=administrator, people=1)
        make_person(owner=strey_khmer, place=places["02030801"])
        make_organisation(parent=strey_khmer, place=places["02030801"])
        at_desk.get(address(model))
        with CaptureQueriesContext(connection) as asked:
            assert at_desk.get(address(model)).status_code == 200
        assert len(asked) <= queries, [query["sql"][:120] for query in asked]


@pytest.mark.parametrize("query", ["សុភា", "sophea", "Sophea  SOK", "sok sophia"])
def test_people_are_found_in_either_script(
    query: str, at_desk: Client, strey_khmer: Organisation
) -> None:
    wanted = make_person(owner=strey_khmer, name_km="សុខ សុភា", name_latin="Sok Sophea")
    make_person(owner=strey_khmer, name_km="ចាន់ ដារ៉ា", name_latin="Chan Dara")
    found = at_desk.get(address(Person), {"q": query}).context["cl"].result_list
    assert list(found) == [wanted]


def test_a_record_is_found_by_its_identifier(at_desk: Client, strey_khmer: Organisation) -> None:
    wanted = make_person(owner=strey_khmer)
    make_person(owner=strey_khmer)
    found = at_desk.get(address(Person), {"q": str(wanted.pk)}).context["cl"].result_list
    assert list(found) == [wanted]


def test_a_search_for_signs_only_finds_nobody(at_desk: Client, strey_khmer: Organisation) -> None:
    make_person(owner=strey_khmer)
    for query in ("...", "\0", "ៗ"):
        assert at_desk.get(address(Person), {"q": query}).status_code == 200


def test_the_search_reads_the_index_of_trigrams(strey_khmer: Organisation) -> None:
    make_person(owner=strey_khmer, name_latin="Sok Sophea")
    with connection.cursor() as cursor:
        # So few rows are read faster than any index.
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = find_people(Person.objects.order_by(), "sophea").explain()
    assert "person_search_key" in plan


def test_people_are_filtered_by_sex_owner_and_province(
    at_desk: Client, strey_khmer: Organisation, field_staff: User, places: dict[str, Place]
) -> None:
    wanted = make_person(owner=strey_khmer, sex="female", place=places["02030801"])
    make_person(owner=make_organisation(), sex="male")
    for filters in ({"sex": "female"}, {"owner": str(strey_khmer.pk)}, {"province": "02"}):
        found = at_desk.get(address(Person), filters).context["cl"].result_list
        assert list(found) == [wanted], filters


def test_a_filter_with_a_foreign_word_is_harmless(at_desk: Client, field_staff: User) -> None:
    for filters in ({"owner": "' OR 1=1"}, {"sex": "x"}, {"province": "zz"}, {"p": "x"}):
        assert at_desk.get(address(Person), filters, follow=True).status_code == 200


@pytest.mark.as_owner  # Only the owner may ANALYZE; in daily use autovacuum does.
def test_a_large_table_is_estimated_and_a_filtered_one_counted(
    strey_khmer: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "FEW", 2)
    people = [make_person(owner=strey_khmer) for _ in range(3)]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE registry_person")
    people[0].delete()
    everybody = Person.objects.order_by("pk")
    assert EstimatingPaginator(everybody, 50).count == 3
    assert EstimatingPaginator(everybody.filter(sex="not stated"), 50).count == 2


def test_a_small_table_is_counted(strey_khmer: Organisation) -> None:
    make_person(owner=strey_khmer)
    assert EstimatingPaginator(Person.objects.order_by("pk"), 50).count == 1


def test_proposals_tell_two_people_of_one_name_apart(
    at_desk: Client, strey_khmer: Organisation, places: dict[str, Place]
) -> None:
    make_person(owner=strey_khmer, name_latin="Sok Sophea", sex="female", place=places["02030801"])
    asked = {
        "term": "sophea",
        "app_label": "trainings",
        "model_name": "enrolment",
        "field_name": "person",
    }
    with CaptureQueriesContext(connection) as queries:
        answer = at_desk.get(reverse("admin:autocomplete"), asked).json()
    assert "Female" in answer["results"][0]["text"]
    assert "Voat Kor" in answer["results"][0]["text"]
    assert len(queries) <= 6


def test_a_place_is_found_inside_another(at_desk: Client, places: dict[str, Place]) -> None:
    def found(query: str) -> set[str]:
        rows = at_desk.get(address(Place), {"q": query}).context["cl"].result_list
        return {place.pk for place in rows}

    assert found("0203") == {"0203", "020308", "02030801", "02030802"}
    assert "02090107" in found("Ou Ta Teak")
    assert "020308" in found("wat kor, battambang")
    assert not found("wat kor, samlout")


# --- Saving ----------------------------------------------------------------------------------


def test_a_new_person_is_registered_where_likenesses_are_asked_for(at_desk: Client) -> None:
    assert at_desk.get(address(Person, "add"))["Location"] == reverse("person-new")


def test_a_corrected_name_is_found_at_once(
    at_desk: Client, administrator: User, strey_khmer: Organisation
) -> None:
    person = make_person(owner=strey_khmer, name_latin="Sok Sophea")
    page = address(Person, "change", person.pk)
    data = form_of(at_desk.get(page)) | {"name_km": "ចាន់ ធូ", "name_latin": "Chan Thou"}
    assert at_desk.post(page, data).status_code == 302
    person.refresh_from_db()
    assert person.version == 2
    assert list(find_people(Person.objects.all(), "ធូ")) == [person]
    event = person.events.latest("pgh_id")
    assert event.pgh_context.metadata["user"] == str(administrator.pk)


def test_khmer_digits_are_read_and_buddhist_years_refused(
    at_desk: Client, strey_khmer: Organisation
) -> None:
    person = make_person(owner=strey_khmer)
    page = address(Person, "change", person.pk)
    shown = form_of(at_desk.get(page))
    at_desk.post(page, shown | {"born_on": "១៩/០២/១៩៨៨"})
    person.refresh_from_db()
    assert person.born_on == date(1988, 2, 19)
    response = at_desk.post(page, shown | {"born_on": "19/02/2531", "version": "2"})
    assert "Buddhist" in response.context["adminform"].form.errors["born_on"][0]


def test_of_two_who_edit_at_once_the_second_sees_both_values(
    at_desk: Client, administrator: User, strey_khmer: Organisation
) -> None:
    person = make_person(owner=strey_khmer, name_latin="Sok Sophea")
    page = address(Person, "change", person.pk)
    mine = form_of(at_desk.get(page)) | {"name_latin": "Sok Sofia"}
    change_person(person, version=1, by=administrator, name_latin="Sok Sopheap")
    response = at_desk.post(page, mine)
    assert "Sok Sopheap" in response.context["adminform"].form.errors["name_latin"][0]
    assert form_of(response)["name_latin"] == "Sok Sofia"
    assert at_desk.post(page, form_of(response)).status_code == 302
    person.refresh_from_db()
    assert person.name_latin == "Sok Sofia"


def test_a_form_sent_twice_is_saved_once(at_desk: Client, strey_khmer: Organisation) -> None:
    data = form_of(at_desk.get(address(Organisation, "add")))
    data |= {"name_latin": "Women's network", "form_key": str(uuid7())}
    for _sending in range(2):
        assert at_desk.post(address(Organisation, "add"), data).status_code == 302
    assert Organisation.objects.filter(name_latin="Women's network").count() == 1


def test_an_organisation_keeps_its_maker_and_its_key(
    at_desk: Client, administrator: User, db: None
) -> None:
    data = form_of(at_desk.get(address(Organisation, "add"))) | {"name_km": "ស្រីខ្មែរ"}
    at_desk.post(address(Organisation, "add"), data)
    made = Organisation.objects.get(name_km="ស្រីខ្មែរ")
    assert made.created_by == administrator
    found = at_desk.get(address(Organisation), {"q": "ស្រី"}).context["cl"].result_list
    assert list(found) == [made]


def test_what_an_action_refuses_becomes_a_message_in_the_form(
    at_desk: Client, strey_khmer: Organisation, strey_khmer_battambang: Organisation
) -> None:
    page = address(Organisation, "change", strey_khmer.pk)
    data = form_of(at_desk.get(page)) | {"parent": str(strey_khmer_battambang.pk)}
    response = at_desk.post(page, data)
    assert "part of this organisation" in response.context["adminform"].form.errors["parent"][0]


def test_a_nameless_organisation_is_refused_in_words(at_desk: Client, db: None) -> None:
    response = at_desk.post(address(Organisation, "add"), {"kind": "ngo"})
    assert "Give a name" in str(response.context["adminform"].form.errors)


def test_affiliations_are_kept_with_the_person(
    at_desk: Client, administrator: User, strey_khmer: Organisation, kcda: Organisation
) -> None:
    person = make_person(owner=strey_khmer)
    old = make_affiliation(person=person, organisation=strey_khmer)
    page = address(Person, "change", person.pk)
    data = form_of(at_desk.get(page)) | {
        "affiliations-TOTAL_FORMS": "2",
        "affiliations-0-until": "01/03/2020",
        "affiliations-1-organisation": str(kcda.pk),
        "affiliations-1-since": "០១/០៤/២០២០",
    }
    assert at_desk.post(page, data).status_code == 302
    old.refresh_from_db()
    new = Affiliation.objects.get(organisation=kcda)
    assert (old.until, old.version) == (date(2020, 3, 1), 2)
    assert (new.owner, new.created_by) == (strey_khmer, administrator)


def test_no_form_reads_thousands_of_rows(at_desk: Client, strey_khmer: Organisation) -> None:
    person = make_person(owner=strey_khmer)
    page = address(Person, "change", person.pk)
    data = form_of(at_desk.get(page)) | {"affiliations-TOTAL_FORMS": "1999"}
    response = at_desk.post(page, data)
    assert "at most 100" in response.content.decode()
    rows = response.context["inline_admin_formsets"][0]
    assert len(rows.formset.forms) <= 100


def test_another_spelling_of_a_place_is_searched_at_once(
    at_desk: Client, places: dict[str, Place]
) -> None:
    page = address(Place, "change", "02030801")
    data = form_of(at_desk.get(page)) | {
        "aliases-TOTAL_FORMS": "1",
        "aliases-0-name": "Pagoda village",
    }
    assert at_desk.post(page, data).status_code == 302
    found = at_desk.get(address(Place), {"q": "pagoda"}).context["cl"].result_list
    assert [place.pk for place in found] == ["02030801"]


# --- Deleting --------------------------------------------------------------------------------


def test_an_organisation_with_records_cannot_be_deleted(
    at_desk: Client, strey_khmer: Organisation
) -> None:
    make_person(owner=strey_khmer)
    page = address(Organisation, "delete", strey_khmer.pk)
    assert at_desk.get(page).context["protected"]
    assert at_desk.post(page, {"post": "yes"}).status_code == 200
    assert Organisation.objects.filter(pk=strey_khmer.pk).exists()


def test_a_deleted_person_stays_in_the_history(at_desk: Client, strey_khmer: Organisation) -> None:
    person = make_person(owner=strey_khmer)
    at_desk.post(address(Person, "delete", person.pk), {"post": "yes"})
    assert not Person.objects.filter(pk=person.pk).exists()
    events = Person.events.rel.related_model.objects.filter(pgh_obj_id=person.pk)
    assert events.latest("pgh_id").pgh_label == "delete"


@pytest.mark.parametrize("model", [AccessLog, User])
def test_logs_and_accounts_are_never_deleted(
    model: type, at_desk: Client, administrator: User
) -> None:
    log_access(AccessLog.Event.EXPORTED, by=administrator)
    record = model.objects.first()
    assert at_desk.post(address(model, "delete", record.pk), {"post": "yes"}).status_code == 403
    assert model.objects.filter(pk=record.pk).exists()


# --- Logs ------------------------------------------------------------------------------------


def test_the_admins_log_holds_codes_and_no_names(
    at_desk: Client, strey_khmer: Organisation
) -> None:
    person = make_person(owner=strey_khmer, name_latin="Sok Sophea")
    make_affiliation(person=person, organisation=strey_khmer)
    page = address(Person, "change", person.pk)
    data = form_of(at_desk.get(page)) | {
        "name_latin": "Sok Sofia",
        "affiliations-0-until": "01/03/2020",
    }
    at_desk.post(page, data)
    at_desk.post(address(Person, "delete", person.pk), {"post": "yes"})
    written = " ".join(f"{e.object_repr} {e.change_message}" for e in LogEntry.objects.all())
    assert LogEntry.objects.count() == 2
    assert str(person.pk) in written
    assert "Sok" not in written
    assert "Strey Khmer" not in written
    assert at_desk.get(reverse("admin:index")).status_code == 200


def test_the_history_says_who_changed_what(
    at_desk: Client, coordinator: User, strey_khmer: Organisation, places: dict[str, Place]
) -> None:
    person = make_person(owner=strey_khmer, name_latin="Sok Sophea")
    change_person(person, version=1, by=coordinator, sex="female", place=places["02030801"])
    entries = at_desk.get(address(Person, "history", person.pk)).context["entries"]
    assert [entry.what for entry in entries] == ["Changed", "Added"]
    assert entries[0].by == "Chenda"
    assert ("sex", "Not stated", "Female") in entries[0].changes
    assert ("home place", "–", str(places["02030801"])) in entries[0].changes
    assert entries[1].changes == []


# --- Accounts --------------------------------------------------------------------------------


def test_an_account_is_made_with_its_role_and_organisation(
    at_desk: Client, strey_khmer: Organisation
) -> None:
    data = form_of(at_desk.get(address(User, "add"))) | {
        "username": "sreymom",
        "password1": PASSWORD,
        "password2": PASSWORD,
        "role": "coordinator",
        "organisation": str(strey_khmer.pk),
    }
    assert at_desk.post(address(User, "add"), data).status_code == 302
    made = User.objects.get(username="sreymom")
    assert made.check_password(PASSWORD)
    assert (made.role, made.organisation, made.is_staff) == ("coordinator", strey_khmer, False)


def test_an_account_without_an_organisation_is_refused_in_words(at_desk: Client) -> None:
    data = {"username": "nobody", "password1": PASSWORD, "password2": PASSWORD, "role": "funder"}
    response = at_desk.post(address(User, "add"), data)
    assert "needs an organisation" in str(response.context["adminform"].form.errors)


def test_rights_cannot_be_slipped_past_the_role(at_desk: Client, field_staff: User) -> None:
    page = address(User, "change", field_staff.pk)
    shown = at_desk.get(page)
    fields = shown.context["adminform"].form.fields
    assert not fields.keys() & {"is_staff", "is_superuser", "groups", "user_permissions"}
    data = form_of(shown) | {"is_staff": "on", "is_superuser": "on", "role": "coordinator"}
    assert at_desk.post(page, data).status_code == 302
    field_staff.refresh_from_db()
    assert (field_staff.role, field_staff.is_staff, field_staff.is_superuser) == (
        "coordinator",
        False,
        False,
    )


def test_administrators_do_not_lock_themselves_out(at_desk: Client, administrator: User) -> None:
    page = address(User, "change", administrator.pk)
    shown = form_of(at_desk.get(page))
    del shown["is_active"]
    errors = at_desk.post(page, shown).context["adminform"].form.errors
    assert "is_active" in errors
    errors = (
        at_desk.post(page, shown | {"is_active": "on", "role": "funder"})
        .context["adminform"]
        .form.errors
    )
    assert "role" in errors


def test_a_password_can_be_set(at_desk: Client, field_staff: User) -> None:
    page = reverse("admin:auth_user_password_change", args=[field_staff.pk])
    assert at_desk.get(page).status_code == 200
    data = {
        "usable_password": "true",
        "password1": "another long one",
        "password2": "another long one",
    }
    assert at_desk.post(page, data).status_code == 302
    field_staff.refresh_from_db()
    assert field_staff.check_password("another long one")


def test_a_locked_account_is_unlocked(at_desk: Client, field_staff: User) -> None:
    for _ in range(5):
        Client().post(reverse("account_login"), {"login": "sokha", "password": "wrong"})
    data = {"action": "unlock", "_selected_action": [str(field_staff.pk)]}
    assert at_desk.post(address(User), data).status_code == 302
    signed_in = Client().post(reverse("account_login"), {"login": "sokha", "password": PASSWORD})
    assert signed_in.status_code == 302


def test_the_second_factor_of_a_lost_telephone_is_removed(
    at_desk: Client, coordinator: User, field_staff: User
) -> None:
    for account in (coordinator, field_staff):
        Authenticator.objects.create(user=account, type="totp", data={})
    data = {"action": "remove_second_factor", "_selected_action": [str(coordinator.pk)]}
    assert at_desk.post(address(User), data).status_code == 302
    assert [left.user for left in Authenticator.objects.all()] == [field_staff]


def test_a_project_stays_with_its_owner(
    at_desk: Client, administrator: User, strey_khmer: Organisation, kcda: Organisation
) -> None:
    project = make_project(owner=strey_khmer)
    page = address(type(project), "change", project.pk)
    data = form_of(at_desk.get(page)) | {"owner": str(kcda.pk), "name_en": "Rights"}
    assert at_desk.post(page, data).status_code == 302
    project.refresh_from_db()
    assert (project.owner, project.name_en) == (strey_khmer, "Rights")


def test_a_donor_that_a_colleague_added_stays_until_one_decides(
    at_desk: Client, strey_khmer: Organisation, donor: Organisation
) -> None:
    """Donors say which funders see the figures."""
    page = address(Project, "change", make_project(owner=strey_khmer).pk)
    opened = form_of(at_desk.get(page))
    assert at_desk.post(page, opened | {"donors": [donor.pk]}).status_code == 302
    stale = at_desk.post(page, opened | {"form_key": ""})
    assert str(donor) in str(stale.context["adminform"].form.errors["donors"])
    assert Project.objects.get().donors.get() == donor
    assert at_desk.post(page, form_of(stale) | {"donors": []}).status_code == 302
    assert not Project.objects.get().donors.exists()
