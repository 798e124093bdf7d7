"""Pages of the sign-in library that do more, or less, than the library's own."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as account_views
from allauth.account.forms import UserTokenForm
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.base import views as factor_views
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions import views as session_views
from allauth.usersessions.internal import flows as session_flows
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.generic.edit import FormView

from core.access import log_change, signed_in
from core.idempotency import in_words
from core.models import AccessLog
from registry.accounts import browsers, idleness
from registry.actions.accounts import end_sessions
from registry.models import User

View = Callable[..., HttpResponseBase]
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


@login_not_required
def closed(_request: HttpRequest, **_kwargs: Any) -> HttpResponse:
    """A page of the library that nobody needs here. Its name stays, because the library asks."""
    raise Http404


def not_of_the_demonstration(view: View) -> View:
    """Refuse a page to the shared accounts, whose password is printed for all to read."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and signed_in(request).is_demo:
            return render(request, "account/shared.html", status=403)
        return view(request, *args, **kwargs)

    return guarded


def asks_who_it_is(view: View, *, to_see: bool) -> View:
    """Ask for the password or a code first: to see a page, or only to send its form."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        is_guarded = to_see or request.method not in SAFE_METHODS
        return (idleness.ask_again(request) if is_guarded else None) or view(
            request, *args, **kwargs
        )

    return guarded


# --- Signing out ------------------------------------------------------------------------------


class SignOut(account_views.LogoutView):
    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """Also tell the browser to forget the pages. Cookies stay: the language is one."""
        response: HttpResponse = super().post(*args, **kwargs)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


# --- Passwords --------------------------------------------------------------------------------


class ChangePassword(account_views.PasswordChangeView):
    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        browsers.remember(self.request, response, form.user)
        return response


class ResetPassword(account_views.PasswordResetFromKeyView):
    @method_decorator(transaction.atomic)
    def form_valid(self, form: Any) -> HttpResponse:
        """A link counts once: of two forms at once the second waits, and finds it used."""
        User.objects.select_for_update().get(pk=self.reset_user.pk)
        link = UserTokenForm(data={"uidb36": self.kwargs["uidb36"], "key": self.key})
        if not link.is_valid():
            used: HttpResponse = self.render_to_response(self.get_context_data(token_fail=True))
            return used
        response: HttpResponse = super().form_valid(form)
        # Whoever reads the letter may be no owner of the second factor: no fresh count of codes.
        if not is_mfa_enabled(self.reset_user):
            browsers.remember(self.request, response, self.reset_user)
        return response


# --- Is it you? -------------------------------------------------------------------------------


class Resuming(account_views.BaseReauthenticateView):
    """Goes on where somebody was asked who they are.

    The library would answer the form that was kept from this address. A form found wrong would
    then be shown here, and sent here the next time. So it is sent once more by its owner, to
    where it belongs, and passes everything that a form passes.
    """

    def form_valid(self, form: Any) -> HttpResponse:
        wanted = get_next_redirect_url(self.request) or ""
        suspended = idleness.suspended_for(self.request, wanted)
        if suspended is None:
            return redirect(self.get_success_url())
        shown = in_words(suspended.fields)
        context = {"suspended": suspended, "shown": shown}
        return render(self.request, "account/resume.html", context)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"asleep": idleness.is_asleep(self.request)}


class PasswordAgain(account_views.ReauthenticateView, Resuming):
    pass


class CodeAgain(factor_views.ReauthenticateView, Resuming):
    pass


# --- The e-mail address -----------------------------------------------------------------------


class Address(account_views.EmailView):
    """One address, and at most one that waits for its owner to say that it is theirs."""

    template_name = "account/email_change.html"

    def _action_primary(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """The library would let an address count that nobody has verified."""

    def _action_remove(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Only what waits; the library would let the address that counts go as well."""
        address = self._get_email_address(request)
        if address and not address.verified:
            address.delete()


@method_decorator(transaction.atomic, name="post")
class ConfirmAddress(account_views.ConfirmEmailView):
    def logout_other_user(self, confirmation: Any) -> None:
        """Who opens a link stays signed in; it may have been sent by somebody else."""
        if self.request.method == "POST":
            super().logout_other_user(confirmation)


# --- Where one is signed in -------------------------------------------------------------------


class Sessions(session_views.ListUserSessionsView):
    """The sessions of an account: end one, or all but this one."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Without the library's list, which asks for each session anew."""
        alive = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
        sessions = UserSession.objects.filter(user=self.request.user, session_key__in=alive)
        context = FormView.get_context_data(self, **kwargs)
        context["sessions"] = [
            (session, browsers.name_of(session.user_agent))
            for session in sessions.order_by("-last_seen_at")
        ]
        return context

    def form_valid(self, form: Any) -> HttpResponse:
        if number := self.request.POST.get("session"):
            return self._end_one(number)
        end_sessions(signed_in(self.request), by=signed_in(self.request), keep=self.request)
        messages.success(self.request, _("You are signed in here only."))
        return redirect(self.get_success_url())

    def _end_one(self, number: str) -> HttpResponse:
        if not number.isascii() or not number.isdigit() or len(number) > 18:
            raise Http404
        user = signed_in(self.request)
        session = get_object_or_404(UserSession, user=user, pk=int(number))
        is_current = session.is_current()
        session_flows.sessions.end_sessions(self.request, [session])
        log_change(AccessLog.Event.SESSIONS_ENDED, account=user, by=user, request=self.request)
        if not is_current:
            messages.success(self.request, _("This session is ended."))
        return redirect("account_login" if is_current else "usersessions_list")
