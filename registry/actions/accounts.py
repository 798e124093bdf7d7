"""What administrators, and owners, do to an account that concerns its safety."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth import update_session_auth_hash
from django.db.models import F
from django.http import HttpRequest

from core.access import log_change
from core.actions.records import action
from core.models import AccessLog
from registry.accounts import guessing
from registry.models import User

Event = AccessLog.Event


@action
def end_sessions(account: User, *, by: User, keep: HttpRequest | None = None) -> None:
    """End all sessions of an account, but for the one of the request to keep."""
    User.objects.filter(pk=account.pk).update(sessions_epoch=F("sessions_epoch") + 1)
    account.refresh_from_db(fields=["sessions_epoch"])
    UserSession.objects.filter(user=account).delete()
    if keep is not None:
        update_session_auth_hash(keep, account)
        UserSession.objects.create_from_request(keep)
    log_change(Event.SESSIONS_ENDED, account=account, by=by, request=keep)


@action
def note_new_password(account: User, *, by: User, request: HttpRequest) -> None:
    """After an administrator has set the password of somebody else: it is theirs to replace."""
    if account != by:
        User.objects.filter(pk=account.pk).update(must_change_password=True)
    guessing.unlock(account, secret=guessing.Secret.PASSWORD)
    get_adapter(request).send_notification_mail("account/email/password_changed", account)
    log_change(Event.PASSWORD_CHANGED, account=account, by=by, request=request)


@action
def note_new_address(account: User, *, old: str, by: User, request: HttpRequest) -> None:
    """After an administrator has given another address: the old one is told."""
    if old:
        get_adapter(request).send_notification_mail(
            "account/email/email_changed", account, {"to_email": account.email}, email=old
        )
    log_change(Event.ADDRESS_CHANGED, account=account, by=by, request=request)


@action
def remove_second_factor(account: User, *, by: User, request: HttpRequest) -> None:
    """For a telephone that is lost. Who held a session with it signs in anew."""
    removed, _kinds = Authenticator.objects.filter(user=account).delete()
    if not removed:
        return
    end_sessions(account, by=by, keep=request if account == by else None)
    get_adapter(request).send_notification_mail("mfa/email/totp_deactivated", account)
    log_change(Event.FACTOR_CHANGED, account=account, by=by, request=request)
