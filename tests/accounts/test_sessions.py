"""Sessions: when they fall asleep, what is kept meanwhile, and how they end."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.models import AccessLog
from core.tasks import tidy_up
from registry.accounts import browsers, idleness
from registry.hooks.tasks import forget_sessions_and_guesses
from registry.models import Organisation, Person, User
from tests.accounts.at_the_door import (
    SECRET,
    code_for,
    events,
    is_signed_in,
    letters_to,
    link_in,
    refused,
    show_who_one_is,
    sign_in,
)
from tests.factories import PASSWORD, make_project

OTHER_PASSWORD = "nobody else knows"


@pytest.fixture
def at_work(field_staff: User, client: Client) -> Client:
    sign_in(client, "sokha")
    return client


def fall_asleep(client: Client, minutes: float = 31) -> None:
    session = client.session
    session[idleness.LAST_USED] = time.time() - minutes * 60
    session.save()


def answer(client: Client, page: Any, **fields: str) -> Any:
    """Show who one is where one was asked, and see what comes then."""
    sent = {"password": PASSWORD} | fields
    target = dict(part.split("=") for part in page.url.partition("?")[2].split("&"))
    from urllib.parse import unquote

    return client.post(page.url.partition("?")[0], sent | {"next": unquote(target["next"])})


# --- Falling asleep ---------------------------------------------------------------------------


def test_half_an_hour_without_use_hides_everything(at_work: Client) -> None:
    fall_asleep(at_work, minutes=29)
    assert is_signed_in(at_work)
    fall_asleep(at_work)
    page = at_work.get(reverse("projects") + "?q=1")
    assert refused(page)
    woken = answer(at_work, page)
    assert woken.url == reverse("projects") + "?q=1"
    assert is_signed_in(at_work)


def test_the_limit_is_a_setting(at_work: Client, settings: Any) -> None:
    settings.SESSION_IDLE_MINUTES = 5
    fall_asleep(at_work, minutes=6)
    assert not is_signed_in(at_work)


def test_using_it_keeps_it_awake(at_work: Client) -> None:
    fall_asleep(at_work, minutes=29)
    assert is_signed_in(at_work)
    assert time.time() - at_work.session[idleness.LAST_USED] < 60


def test_a_wrong_password_wakes_nobody(at_work: Client) -> None:
    fall_asleep(at_work)
    answer(at_work, at_work.get("/projects/"), password="wrong")
    assert not is_signed_in(at_work)


def test_the_second_factor_wakes_as_well(field_staff: User, at_work: Client) -> None:
    TOTP.activate(field_staff, SECRET)
    fall_asleep(at_work)
    at_work.post(reverse("mfa_reauthenticate"), {"code": code_for()})
    assert is_signed_in(at_work)


def test_pages_for_everybody_stay_open(at_work: Client) -> None:
    fall_asleep(at_work)
    assert at_work.get(reverse("live")).status_code == 200
    assert at_work.post(reverse("language"), {"language": "km"}).status_code == 302


def fields_of(page: Any) -> dict[str, str]:
    """What the page with the kept form would send."""
    found = re.findall(
        r'<textarea name="([^"]+)" hidden>\n(.*?)</textarea>', page.content.decode(), re.DOTALL
    )
    return dict(found)


def test_nothing_about_the_account_is_kept_for_the_owner_to_confirm(at_work: Client) -> None:
    """Whoever found the phone could have typed it."""
    fall_asleep(at_work)
    page = at_work.post("/accounts/email/", {"email": "thief@example.org", "action_add": ""})
    assert refused(page)
    assert answer(at_work, page).url == "/"
    assert "thief" not in str(dict(at_work.session))


def test_what_was_typed_is_kept_and_sent_once_more(
    at_work: Client, strey_khmer: Organisation
) -> None:
    fall_asleep(at_work)
    form = {"name_latin": "Sok Sophea", "name_km": "សុខ សុភា", "owner": str(strey_khmer.pk)}
    page = at_work.post(reverse("person-new"), form)
    assert refused(page)
    kept = answer(at_work, page)
    assert "What you typed is kept, and nothing of it is saved yet" in kept.content.decode()
    assert f'action="{reverse("person-new")}"' in kept.content.decode()
    assert '<td class="pre">Sok Sophea</td>' in kept.content.decode()
    assert not Person.objects.exists()
    assert fields_of(kept) == form
    again = at_work.post(reverse("person-new"), fields_of(kept))
    assert again.status_code in (200, 302)
    assert again.resolver_match.view_name == "person-new"
    # It is not offered a second time.
    fall_asleep(at_work)
    assert answer(at_work, at_work.get(reverse("person-new"))).status_code == 302


def test_what_is_kept_is_there_until_it_is_sent(at_work: Client) -> None:
    """Also when the page that offers it is loaded again, for instance in the other language."""
    fall_asleep(at_work)
    page = at_work.post(reverse("person-new"), {"name_latin": "Sok"})
    for _ in range(2):
        assert fields_of(answer(at_work, page)) == {"name_latin": "Sok"}


def test_a_form_that_somebody_else_left_behind_is_not_offered(at_work: Client) -> None:
    page = reverse("account_email")
    assert refused(at_work.post(page, {"email": "thief@example.net", "action_add": "1"}))
    fall_asleep(at_work)
    assert answer(at_work, at_work.get(page)).status_code == 302


def test_a_form_with_a_query_in_its_address_is_kept_too(at_work: Client) -> None:
    fall_asleep(at_work)
    page = at_work.post(reverse("person-new") + "?from=1", {"name_latin": "Sok"})
    kept = answer(at_work, page)
    assert f'action="{reverse("person-new")}?from=1"' in kept.content.decode()


def test_passwords_are_not_kept_and_files_are_said_to_be_lost(at_work: Client) -> None:
    fall_asleep(at_work)
    form = {
        "oldpassword": PASSWORD,
        "title": "Meeting",
        "file": SimpleUploadedFile("photo.jpg", b"photo"),
    }
    page = at_work.post(reverse("person-new"), form)
    shown = at_work.get(page.url).content.decode()
    assert "Passwords are not kept" in shown
    assert "The file could not be kept" in shown
    stored = json.dumps(at_work.session.get(idleness.STATE_SESSION_KEY))
    assert PASSWORD.replace(" ", "+") not in stored
    assert "Meeting" in stored


def test_signing_out_forgets_what_was_typed(at_work: Client, coordinator: User) -> None:
    fall_asleep(at_work)
    at_work.post(reverse("person-new"), {"name_latin": "Sok"})
    at_work.post(reverse("account_logout"))
    sign_in(at_work, "chenda")
    shown = at_work.post(
        reverse("account_reauthenticate"), {"password": PASSWORD, "next": "/people/new/"}
    )
    assert shown.status_code == 302


def test_a_form_of_another_site_is_not_kept(field_staff: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(field_staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    fall_asleep(browser)
    assert browser.post(reverse("person-new"), {"name_latin": "X"}).status_code == 403
    assert idleness.STATE_SESSION_KEY not in browser.session


def test_proposals_while_one_types_do_not_take_the_page_away(at_work: Client) -> None:
    fall_asleep(at_work)
    asked = at_work.post(
        reverse("person-likenesses"), {"name_latin": "Sok"}, headers={"HX-Request": "true"}
    )
    assert asked.status_code == 204


def test_waking_up_is_not_enough_for_what_protects_the_account(at_work: Client) -> None:
    fall_asleep(at_work)
    answer(at_work, at_work.get("/projects/"))
    sent = {"email": "thief@example.net", "action_add": "1"}
    assert refused(at_work.post(reverse("account_email"), sent))
    show_who_one_is(at_work)
    assert not refused(at_work.post(reverse("account_email"), sent))


def test_having_shown_who_one_is_lasts_five_minutes(at_work: Client, settings: Any) -> None:
    assert settings.ACCOUNT_REAUTHENTICATION_TIMEOUT == 300
    show_who_one_is(at_work)
    session = at_work.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 301
    session.save()
    assert refused(at_work.post(reverse("usersessions_list")))


# --- Ending -----------------------------------------------------------------------------------


@pytest.fixture
def elsewhere(field_staff: User) -> Client:
    """Another phone on which the same person is signed in."""
    client = Client(headers={"user-agent": "Mozilla/5.0 (Linux; Android 14) Chrome/130 Safari"})
    sign_in(client, "sokha")
    return client


def test_one_sees_where_one_is_signed_in(at_work: Client, elsewhere: Client) -> None:
    page = at_work.get(reverse("usersessions_list")).content.decode()
    assert "Chrome, Android" in page
    assert page.count("this one") == 1
    assert page.count('name="session"') == 1


def test_all_other_sessions_are_ended(at_work: Client, elsewhere: Client) -> None:
    show_who_one_is(at_work)
    UserSession.objects.all().delete()  # Sessions that are in no list end as well.
    at_work.post(reverse("usersessions_list"))
    assert is_signed_in(at_work)
    assert not is_signed_in(elsewhere)
    assert AccessLog.Event.SESSIONS_ENDED in events()
    assert UserSession.objects.count() == 1


def test_one_session_is_ended_and_nobody_elses(
    at_work: Client, elsewhere: Client, coordinator: User
) -> None:
    stranger = Client()
    sign_in(stranger, "chenda")
    show_who_one_is(at_work)
    page = reverse("usersessions_list")
    of_stranger = UserSession.objects.get(user=coordinator)
    for number in (str(of_stranger.pk), "x", "²", "9" * 30):
        assert at_work.post(page, {"session": number}).status_code == 404
    other = UserSession.objects.exclude(user=coordinator).get(user_agent__contains="Android")
    at_work.post(page, {"session": str(other.pk)})
    assert (is_signed_in(at_work), is_signed_in(elsewhere), is_signed_in(stranger)) == (
        True,
        False,
        True,
    )


def test_a_list_costs_the_same_however_many_there_are(field_staff: User, at_work: Client) -> None:
    page = reverse("usersessions_list")
    with CaptureQueriesContext(connection) as one:
        at_work.get(page)
    for _ in range(2):
        sign_in(Client(), "sokha")
    with CaptureQueriesContext(connection) as three:
        assert len(at_work.get(page).context["sessions"]) == 3
    assert len(one) == len(three)


def test_another_password_ends_the_other_sessions(
    field_staff: User, at_work: Client, elsewhere: Client
) -> None:
    field_staff.email = "sokha@example.org"
    field_staff.save()
    fields = {"oldpassword": PASSWORD, "password1": OTHER_PASSWORD, "password2": OTHER_PASSWORD}
    at_work.post(reverse("account_change_password"), fields)
    assert is_signed_in(at_work)
    assert not is_signed_in(elsewhere)
    assert "was changed" in letters_to("sokha@example.org")[-1]
    assert AccessLog.Event.PASSWORD_CHANGED in events()


def test_a_new_password_by_letter_ends_all_sessions(field_staff: User, at_work: Client) -> None:
    field_staff.email = "sokha@example.org"
    field_staff.save()
    browser = Client()
    browser.post(reverse("account_reset_password"), {"email": "sokha@example.org"})
    page = browser.get(link_in(letters_to("sokha@example.org")[-1]), follow=True)
    fields = {"password1": OTHER_PASSWORD, "password2": OTHER_PASSWORD}
    browser.post(page.redirect_chain[-1][0], fields)
    assert not is_signed_in(at_work)
    assert "A new password was chosen" in letters_to("sokha@example.org")[-1]


@pytest.mark.parametrize("change", ["role", "organisation", "closed"])
def test_another_role_or_a_closed_account_ends_the_sessions(
    change: str, field_staff: User, at_work: Client, kcda: Organisation
) -> None:
    changes: dict[str, dict[str, Any]] = {
        "role": {"role": User.Role.FUNDER},
        "organisation": {"organisation": kcda},
        "closed": {"is_active": False},
    }
    User.objects.filter(pk=field_staff.pk).update(**changes[change])
    assert not is_signed_in(at_work)
    User.objects.filter(pk=field_staff.pk).update(is_active=True)
    assert not is_signed_in(at_work)


def test_an_ended_session_does_not_come_back_with_an_older_row(
    field_staff: User, at_work: Client, elsewhere: Client
) -> None:
    older = User.objects.get(pk=field_staff.pk)
    show_who_one_is(at_work)
    at_work.post(reverse("usersessions_list"))
    older.save()
    assert not is_signed_in(elsewhere)


def test_signing_out_clears_the_browser_but_not_its_cookies(at_work: Client) -> None:
    signed_out = at_work.post(reverse("account_logout"))
    assert signed_out["Clear-Site-Data"] == '"cache", "storage"'


@pytest.mark.django_db(transaction=True)
def test_changes_of_the_second_factor_are_told_and_noted(
    field_staff: User, at_work: Client
) -> None:
    field_staff.email = "sokha@example.org"
    field_staff.save()
    show_who_one_is(at_work)
    page = reverse("mfa_activate_totp")
    secret = at_work.get(page).context["form"].secret
    at_work.post(page, {"code": code_for(secret)})
    assert "asks for a code of an app from now on" in letters_to("sokha@example.org")[-1]
    at_work.post(reverse("mfa_deactivate_totp"))
    assert "no longer asks for a code" in letters_to("sokha@example.org")[-1]
    assert events().count(AccessLog.Event.FACTOR_CHANGED) >= 2


def test_sessions_of_yesterday_are_removed(field_staff: User, at_work: Client) -> None:
    assert at_work.session.get_expiry_age() == 60 * 60 * 12
    Session.objects.update(expire_date=timezone.now())
    tidy_up(0)
    forget_sessions_and_guesses(0)
    assert not Session.objects.exists()
    assert not UserSession.objects.exists()


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/1 Safari/1 Edg/1", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone) Version/17 Safari/1", "Safari, iPhone"),
        ("Mozilla/5.0 (X11; Linux) Firefox/130", "Firefox, Linux"),
        ("curl/8", "Another browser"),
    ],
)
def test_browsers_are_named_in_words(agent: str, name: str) -> None:
    assert browsers.name_of(agent) == name


# --- What comes first -------------------------------------------------------------------------


def make_by_hand(desk: Client, organisation: Organisation) -> Client:
    """An account that an administrator makes, and a browser in which it signs in."""
    data = {
        "username": "sreymom",
        "password1": OTHER_PASSWORD,
        "password2": OTHER_PASSWORD,
        "role": "field_staff",
        "organisation": str(organisation.pk),
    }
    assert desk.post(reverse("admin:registry_user_add"), data).status_code == 302
    browser = Client()
    sign_in(browser, "sreymom", OTHER_PASSWORD)
    return browser


def test_the_first_password_is_replaced_before_anything_else(
    administrator: User, strey_khmer: Organisation, as_user: Any
) -> None:
    make_project(owner=strey_khmer)
    new = make_by_hand(as_user(administrator), strey_khmer)
    change = reverse("account_change_password")
    pages = ["/", "/people/", "/projects/", "/accounts/email/", "/accounts/2fa/totp/activate/"]
    for page in pages:
        assert new.get(page).url == change, page
    same = {"oldpassword": OTHER_PASSWORD, "password1": OTHER_PASSWORD, "password2": OTHER_PASSWORD}
    assert new.post(change, same).status_code == 200
    assert new.post(change, same | dict.fromkeys(("password1", "password2"), PASSWORD)).url == "/"
    assert is_signed_in(new)


def test_a_password_that_an_administrator_sets_is_replaced_too(
    administrator: User, field_staff: User, as_user: Any
) -> None:
    page = reverse("admin:auth_user_password_change", args=[field_staff.pk])
    fields = {"password1": OTHER_PASSWORD, "password2": OTHER_PASSWORD, "usable_password": "true"}
    as_user(administrator).post(page, fields)
    browser = Client()
    sign_in(browser, "sokha", OTHER_PASSWORD)
    assert browser.get("/people/").url == reverse("account_change_password")


def test_an_administrator_who_corrects_a_name_brings_no_old_password_back(
    administrator: User, field_staff: User
) -> None:
    """The row was read before its owner chose another password, and is written after it."""
    pages = admin.site.get_model_admin(User)
    read_before = User.objects.get(pk=field_staff.pk)
    field_staff.set_password(OTHER_PASSWORD)
    field_staff.save()
    read_before.first_name = "Sokhaa"
    request = HttpRequest()
    request.user = administrator
    form = type("Form", (), {"changed_data": ["first_name"]})
    pages.save_model(request, read_before, form, change=True)
    field_staff.refresh_from_db()
    assert field_staff.first_name == "Sokhaa"
    assert field_staff.check_password(OTHER_PASSWORD)


def test_accounts_of_the_demonstration_keep_their_first_password(
    administrator: User, client: Client
) -> None:
    User.objects.filter(pk=administrator.pk).update(must_change_password=True)
    sign_in(client, "admin")
    assert is_signed_in(client)


def test_a_second_factor_is_asked_of_the_roles_of_the_setting(
    coordinator: User, field_staff: User, as_user: Any, settings: Any
) -> None:
    assert as_user(coordinator).get("/people/").status_code == 200
    settings.SECOND_FACTOR_ROLES = ["administrator", "coordinator"]
    assert as_user(coordinator).get("/people/").url == reverse("mfa_activate_totp")
    assert as_user(field_staff).get("/people/").status_code == 200


def test_a_role_that_is_none_is_found_before_it_does_harm(settings: Any) -> None:
    from django.core.checks import run_checks

    settings.SECOND_FACTOR_ROLES = ["coordinators"]
    settings.SESSION_IDLE_MINUTES = 0
    assert {error.id for error in run_checks()} >= {"config.E005", "config.E006"}
