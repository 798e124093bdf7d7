"""The e-mail address of an account: who may change it, when it counts, and who is told."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client, override_settings
from django.urls import reverse

from core.models import AccessLog
from registry.models import User
from tests.accounts.at_the_door import (
    events,
    is_signed_in,
    letters_to,
    link_in,
    refused,
    show_who_one_is,
    sign_in,
)
from tests.factories import PASSWORD, make_administrator

OLD, NEW, THIEF = "sokha@example.org", "sokha@example.com", "thief@example.net"
PAGE, RESET = "/accounts/email/", "/accounts/password/reset/"


@pytest.fixture
def staff(field_staff: User) -> User:
    field_staff.email = OLD
    field_staff.save()
    return field_staff


@pytest.fixture
def signed_in(staff: User, client: Client) -> Client:
    sign_in(client, "sokha")
    return client


def address_of(user: User) -> str:
    user.refresh_from_db()
    return user.email


def ask_for(client: Client, address: str) -> None:
    """Ask for another address, and show who one is."""
    show_who_one_is(client, PAGE)
    client.post(PAGE, {"email": address, "action_add": "1"})


def confirm(client: Client, address: str) -> None:
    client.post(link_in(letters_to(address)[-1]))


def test_an_address_is_not_changed_without_the_password(signed_in: Client, staff: User) -> None:
    """Right after signing in too: the phone may be in other hands by now."""
    for action in ("action_add", "action_primary", "action_remove", "action_send"):
        signed_in.post(PAGE, {"email": THIEF, action: "1"})
        assert address_of(staff) == OLD
    assert not mail.outbox
    signed_in.post(RESET, {"email": THIEF})
    assert "/password/reset/key/" not in "".join(letters_to(THIEF))


def test_an_address_counts_when_its_owner_has_confirmed_it(signed_in: Client, staff: User) -> None:
    ask_for(signed_in, NEW)
    assert address_of(staff) == OLD
    signed_in.post(PAGE, {"email": NEW, "action_primary": "1"})
    assert address_of(staff) == OLD
    confirm(signed_in, NEW)
    assert address_of(staff) == NEW
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [
        (NEW, True, True)
    ]
    assert AccessLog.Event.ADDRESS_CHANGED in events()


def test_the_old_address_is_told(signed_in: Client) -> None:
    ask_for(signed_in, NEW)
    confirm(signed_in, NEW)
    assert "has another e-mail address now" in letters_to(OLD)[-1]


def test_an_account_with_a_second_factor_can_have_another_address_and_the_other_way_round(
    signed_in: Client, staff: User
) -> None:
    ask_for(signed_in, NEW)
    assert signed_in.get(reverse("mfa_activate_totp")).status_code == 200
    TOTP.activate(staff, "A" * 32)
    ask_for(signed_in, THIEF)
    assert letters_to(THIEF)


def test_a_first_address_has_to_be_confirmed_too(field_staff: User, client: Client) -> None:
    """The library would let the only address count unconfirmed."""
    sign_in(client, "sokha")
    ask_for(client, THIEF)
    client.post(PAGE, {"email": THIEF, "action_primary": "1"})
    assert address_of(field_staff) == ""
    client.post(RESET, {"email": THIEF})
    assert "/password/reset/key/" not in "".join(letters_to(THIEF))


@override_settings(ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS=0)
def test_the_link_of_the_letter_ends(signed_in: Client, staff: User) -> None:
    ask_for(signed_in, NEW)
    confirm(signed_in, NEW)
    assert address_of(staff) == OLD


def test_opening_a_link_changes_nothing(
    signed_in: Client, staff: User, administrator: User, as_user
) -> None:
    """Somebody may send the link of their own letter to others."""
    ask_for(signed_in, NEW)
    link = link_in(letters_to(NEW)[-1])
    other = as_user(administrator)
    page = other.get(link)
    assert other.get(reverse("people")).status_code == 200
    # And the hour is counted from the letter: the form goes where the link came from.
    assert f'action="{link}"' in page.content.decode()


def test_links_live_for_an_hour(settings) -> None:
    assert settings.PASSWORD_RESET_TIMEOUT == 3600
    assert settings.ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS * 24 == 1


def test_an_address_that_waits_can_be_forgotten_and_the_one_that_counts_cannot(
    signed_in: Client, staff: User
) -> None:
    ask_for(signed_in, NEW)
    signed_in.post(PAGE, {"email": NEW, "action_remove": "1"})
    signed_in.post(PAGE, {"email": OLD, "action_remove": "1"})
    assert [a.email for a in EmailAddress.objects.all()] == [OLD]
    assert address_of(staff) == OLD


def test_nobody_signs_in_with_an_address_that_waits(signed_in: Client, client: Client) -> None:
    ask_for(signed_in, NEW)
    stranger = Client()
    sign_in(stranger, NEW)
    assert not is_signed_in(stranger)


def test_an_address_of_somebody_else_never_becomes_ones_own(
    signed_in: Client, staff: User, coordinator: User
) -> None:
    coordinator.email = NEW
    coordinator.save()
    ask_for(signed_in, NEW)
    confirm(signed_in, NEW)
    assert (address_of(staff), address_of(coordinator)) == (OLD, NEW)


# --- Forgotten passwords ----------------------------------------------------------------------


@pytest.mark.parametrize("address", [OLD, THIEF, "waits@example.org"])
def test_the_page_answers_the_same_whoever_asks(
    address: str, signed_in: Client, staff: User
) -> None:
    ask_for(signed_in, "waits@example.org")
    page = Client().post(RESET, {"email": address}, follow=True)
    assert page.redirect_chain == [(reverse("account_reset_password_done"), 302)]
    assert address not in page.content.decode()


def test_an_address_that_waits_gets_no_link(signed_in: Client) -> None:
    ask_for(signed_in, NEW)
    Client().post(RESET, {"email": NEW})
    assert "/password/reset/key/" not in "".join(letters_to(NEW))


def test_an_address_that_an_administrator_gave_gets_a_link(staff: User, client: Client) -> None:
    client.post(RESET, {"email": OLD})
    assert "/password/reset/key/" in letters_to(OLD)[-1]


@override_settings(ALLOWED_HOSTS=["*"], SAMAKI_BASE_URL="https://samaki.example.org")
def test_a_link_never_leads_to_a_name_from_the_request(staff: User, client: Client) -> None:
    client.post(RESET, {"email": OLD}, headers={"host": "thief.example.net"})
    assert "https://samaki.example.org/accounts/password/reset/key/" in letters_to(OLD)[-1]
    assert "thief" not in letters_to(OLD)[-1]


@override_settings(EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_PORT=9)
def test_a_mail_server_that_is_down_breaks_no_page(staff: User, client: Client) -> None:
    for address in (OLD, THIEF):
        assert client.post(RESET, {"email": address}).status_code == 302


# --- Administrators ---------------------------------------------------------------------------


@pytest.fixture
def desk(administrator: User, as_user) -> Client:
    return as_user(administrator)


def save(desk: Client, account: User, **changes: str) -> None:
    page = reverse("admin:registry_user_change", args=[account.pk])
    form = desk.get(page).context["adminform"].form
    sent = {name: form[name].value() for name in form.fields if name != "password"}
    sent = {name: "" if value is None else str(value) for name, value in sent.items()} | changes
    sent["is_active"] = "on"
    assert desk.post(page, sent).status_code == 302


def test_an_administrator_gives_an_address_that_counts_at_once(
    desk: Client, staff: User, signed_in: Client
) -> None:
    ask_for(signed_in, THIEF)
    save(desk, staff, email=NEW)
    assert [(a.email, a.verified) for a in EmailAddress.objects.all()] == [(NEW, True)]
    assert "has another e-mail address now" in letters_to(OLD)[-1]
    confirm(signed_in, THIEF)
    assert address_of(staff) == NEW


def test_another_change_of_an_account_leaves_its_address_alone(
    desk: Client, staff: User, signed_in: Client
) -> None:
    ask_for(signed_in, NEW)
    save(desk, staff, first_name="Sokhaa")
    assert not letters_to(OLD)
    assert EmailAddress.objects.count() == 2


def test_whoever_finds_an_administrators_computer_takes_nothing_over(
    db: None, staff: User, as_user
) -> None:
    real = make_administrator(username="real", is_demo=False)
    TOTP.activate(real, "A" * 32)
    desk = as_user(real)
    page = reverse("admin:registry_user_change", args=[staff.pk])
    assert refused(desk.post(page, {"username": "sokha", "email": THIEF}))
    assert refused(desk.get(reverse("admin:auth_user_password_change", args=[staff.pk])))
    assert refused(desk.post(reverse("admin:registry_user_add"), {"username": "second"}))
    data = {"action": "remove_second_factor", "_selected_action": [str(staff.pk)]}
    assert refused(desk.post(reverse("admin:registry_user_changelist"), data))
    own = desk.get(reverse("admin:auth_user_password_change", args=[real.pk]))
    assert own.url == reverse("account_change_password")
    assert address_of(staff) == OLD
    # With the password it goes on.
    show_who_one_is(desk)
    save(desk, staff, email=NEW)
    assert address_of(staff) == NEW


# --- The database -----------------------------------------------------------------------------


def test_the_database_lets_no_unverified_address_count(staff: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        EmailAddress.objects.filter(email=OLD).update(verified=False)


def test_addresses_from_before_are_taken_over(field_staff: User) -> None:
    """What the account says counts; what its owner added by themselves does not."""
    from importlib import import_module

    migration = import_module("registry.migrations.0005_accounts_are_kept_by_their_owners")
    User.objects.filter(pk=field_staff.pk).update(email="Sokha@Example.org")
    EmailAddress.objects.create(user=field_staff, email=THIEF)
    with connection.cursor() as cursor:
        cursor.execute(migration.ADDRESSES)
    assert [(a.email, a.verified, a.primary) for a in EmailAddress.objects.all()] == [
        (OLD, True, True)
    ]


# --- The demonstration ------------------------------------------------------------------------

CHANGES = [PAGE, "/accounts/password/change/", "/accounts/2fa/", "/accounts/2fa/totp/activate/"]
CHANGES += ["/accounts/sessions/", "/accounts/2fa/recovery-codes/generate/"]


@pytest.mark.parametrize("page", CHANGES)
def test_nobody_takes_an_account_of_the_demonstration_over(
    page: str, administrator: User, as_user
) -> None:
    visitor = as_user(administrator)
    sent = {"oldpassword": PASSWORD, "password1": "nobody else knows", "email": THIEF}
    sent |= {"password2": "nobody else knows", "action_add": "1"}
    for answer in (visitor.get(page), visitor.post(page, sent)):
        assert answer.status_code == 403
    administrator.refresh_from_db()
    assert administrator.check_password(PASSWORD)


def test_an_account_of_the_demonstration_is_not_changed_from_its_administration(
    administrator: User, desk: Client, field_staff: User
) -> None:
    User.objects.filter(pk=field_staff.pk).update(is_demo=True)
    page = reverse("admin:registry_user_change", args=[field_staff.pk])
    sent = {"username": "mine", "email": THIEF, "role": "funder"}
    errors = desk.post(page, sent).context["adminform"].form.errors
    assert {"username", "email", "role", "is_active"} <= set(errors)
    other = reverse("admin:auth_user_password_change", args=[field_staff.pk])
    assert desk.get(other).status_code == 403


def test_no_link_for_an_account_of_the_demonstration(administrator: User, client: Client) -> None:
    administrator.email = OLD
    administrator.save()
    client.post(RESET, {"email": OLD})
    assert "/password/reset/key/" not in "".join(letters_to(OLD))
