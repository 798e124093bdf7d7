"""Staff accounts: who signs in, in which role, for which organisation."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from axes.utils import reset
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm, UserCreationForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.access import signed_in
from registry.admin.pages import BasePages, RefusableForm
from registry.models import User

Role = User.Role


class NewAccountForm(RefusableForm, UserCreationForm):
    class Meta:
        model = User
        fields = ["username", "first_name", "last_name", "email", "role", "organisation"]


class AccountForm(RefusableForm, UserChangeForm):
    """An account; nobody shuts herself out."""

    # Set by the pages.
    editor: User

    class Meta:
        model = User
        fields = "__all__"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        is_self = self.instance.pk == self.editor.pk
        if is_self and data.get("role", Role.ADMINISTRATOR) != Role.ADMINISTRATOR:
            self.add_error("role", _("Ask another administrator to change your own role."))
        if is_self and not data.get("is_active", True):
            self.add_error("is_active", _("Ask another administrator to close your account."))
        return data


@admin.register(User)
class AccountPages(BasePages, UserAdmin):
    form = AccountForm
    add_form = NewAccountForm
    list_display = ["username", "display_name", "role", "organisation", "is_active", "last_login"]
    list_filter = ["role", "is_active"]
    list_select_related = ["organisation"]
    search_fields = ["username", "first_name", "last_name", "email"]
    ordering = ["username"]
    autocomplete_fields = ["organisation"]
    filter_horizontal = ()
    readonly_fields = ["last_login", "date_joined", "has_second_factor"]
    actions = ["unlock", "remove_second_factor"]
    fieldsets = [
        (None, {"fields": ["username", "password", "is_active"]}),
        (gettext_lazy("Who it is"), {"fields": ["first_name", "last_name", "email", "language"]}),
        (gettext_lazy("What she may do"), {"fields": ["role", "organisation"]}),
        (
            gettext_lazy("Signing in"),
            {"fields": ["last_login", "date_joined", "has_second_factor"]},
        ),
    ]
    add_fieldsets = [
        (None, {"fields": ["username", "password1", "password2"]}),
        (gettext_lazy("Who it is"), {"fields": ["first_name", "last_name", "email"]}),
        (gettext_lazy("What she may do"), {"fields": ["role", "organisation"]}),
    ]

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        form.editor = signed_in(request)  # type: ignore[attr-defined]  # Of AccountForm.
        return form

    def proposal(self, account: User) -> str:  # type: ignore[override]  # This model's record.
        return f"{account.display_name} ({account.username})"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What she did stays with her name; an account that is over is made inactive."""
        return False

    @admin.display(description=gettext_lazy("name"))
    def display_name(self, account: User) -> str:
        return account.get_full_name()

    @admin.display(description=gettext_lazy("second factor"), boolean=True)
    def has_second_factor(self, account: User) -> bool:
        return _factors(account).exists()

    @admin.action(description=gettext_lazy("Unlock after too many wrong passwords"))
    def unlock(self, request: HttpRequest, accounts: QuerySet[User]) -> None:
        for account in accounts:
            # Counted by what was typed, which may be either; see registry.accounts.
            for name in filter(None, [account.username, account.email]):
                reset(username=name.lower())
            self.log_change(request, account, "Unlocked.")
        messages.success(request, _("They can try to sign in again."))

    @admin.action(description=gettext_lazy("Remove the second factor (a lost telephone)"))
    def remove_second_factor(self, request: HttpRequest, accounts: QuerySet[User]) -> None:
        for account in accounts:
            _factors(account).delete()
            self.log_change(request, account, "Second factor removed.")
        messages.success(request, _("Their next sign-in asks for the password only."))


def _factors(account: User) -> QuerySet[Authenticator]:
    return Authenticator.objects.filter(user=account)
