"""Forms of the sign-in library, where a secret is asked for."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account_forms
from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.mfa.adapter import get_adapter as get_factor_adapter
from allauth.mfa.base import forms as factor_forms
from allauth.mfa.totp import forms as totp_forms
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from registry.accounts import guessing
from registry.accounts.adapter import account_at
from registry.models import User


class CountedCode(forms.Form):
    """A code of a second factor: few tries, and each code is accepted once."""

    user: User

    def clean_code(self) -> str:
        a_try = guessing.take_try(guessing.Secret.CODE, of=self.user, request=context.request)
        try:
            code: str = super().clean_code()  # type: ignore[misc]  # Of the library's forms below.
            if not guessing.spend(code, of=self.user):
                raise get_factor_adapter().validation_error("incorrect_code")
        except ValidationError:
            a_try.was_wrong()
            raise
        a_try.was_right()
        return code


class SignInCodeForm(CountedCode, factor_forms.AuthenticateForm):
    pass


class AgainCodeForm(CountedCode, factor_forms.ReauthenticateForm):
    pass


class FirstCodeForm(CountedCode, totp_forms.ActivateTOTPForm):
    pass


class ChangePasswordForm(account_forms.ChangePasswordForm):
    def clean_oldpassword(self) -> str:
        old: str = self.cleaned_data.get("oldpassword", "")
        adapter = get_adapter(context.request)
        if not adapter.reauthenticate(self.user, old):
            raise adapter.validation_error("enter_current_password")
        return old

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        if data.get("password1") and data["password1"] == data.get("oldpassword"):
            self.add_error("password1", _("This is the password as it was. Choose another one."))
        return data


class ResetPasswordForm(account_forms.ResetPasswordForm):
    """A letter goes only to an address that an administrator gave or its owner verified."""

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        account = account_at(email)
        # The accounts of the demonstration are shared; nobody takes one over.
        may_reset = account is not None and account.is_active and not account.is_demo
        self.users = [account] if may_reset else []
        return email
