"""Staff accounts: who signs in, in which role, for which organisation."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm, UserCreationForm
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.access import signed_in
from core.admin.pages import BasePages, RefusableForm
from registry.accounts import guessing, idleness
from registry.actions.accounts import note_new_address, note_new_password, remove_second_factor
from registry.admin.filters import SignedInFilter
from registry.models import User

Role = User.Role


class NewAccountForm(RefusableForm, UserCreationForm):
    class Meta:
        model = User
        fields = ["username", "first_name", "last_name", "email", "role", "organisation"]


class AccountForm(RefusableForm, UserChangeForm):
    """An account; administrators cannot lock themselves out."""

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
        if is_self and not self.editor.is_demo and "email" in self.changed_data:
            self.add_error("email", _("Change your own address on the page of your account."))
        if self.instance.is_demo and self.editor.is_demo:
            self._leave_as_it_is()
        return data

    def _leave_as_it_is(self) -> None:
        """Whoever tries the demonstration does not take its accounts away from the next one."""
        for name in {"username", "email", "role", "organisation", "is_active"}:
            if name in self.changed_data and name not in self.errors:
                self.add_error(name, _("The accounts of the demonstration stay as they are."))


@admin.register(User)
class AccountPages(BasePages, UserAdmin):
    form = AccountForm
    add_form = NewAccountForm
    list_display = ["username", "display_name", "role", "organisation", "is_active", "last_login"]
    list_filter = ["role", "is_active", SignedInFilter]
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
        (gettext_lazy("What they may do"), {"fields": ["role", "organisation"]}),
        (
            gettext_lazy("Signing in"),
            {"fields": ["last_login", "date_joined", "has_second_factor"]},
        ),
    ]
    add_fieldsets = [
        (None, {"fields": ["username", "password1", "password2"]}),
        (gettext_lazy("Who it is"), {"fields": ["first_name", "last_name", "email"]}),
        (gettext_lazy("What they may do"), {"fields": ["role", "organisation"]}),
    ]

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.editor = signed_in(request)
        return form

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Whoever finds an administrator's computer open makes no account, and takes none over."""
        if request.method == "POST" and (answer := _is_it_you(request)):
            return answer
        return super().changeform_view(request, *args, **kwargs)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:
        account = self.get_object(request, id)
        if account == request.user:
            return redirect("account_change_password")
        if account and account.is_demo and signed_in(request).is_demo:
            raise PermissionDenied
        if answer := _is_it_you(request):
            return answer
        before = account and account.password
        response = super().user_change_password(request, id, form_url)
        if account:
            account.refresh_from_db()
            if account.password != before:
                note_new_password(account, by=signed_in(request), request=request)
        return response

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Only what was changed is written: the owner may choose a password at this moment."""
        before = User.objects.get(pk=obj.pk).email if change else ""
        if change:
            obj.save(update_fields=[*form.changed_data, "is_staff", "is_superuser"])
        else:
            obj.must_change_password = True
            obj.save()
        if obj == request.user:
            update_session_auth_hash(request, obj)
        if obj.email.lower() != before.lower():
            note_new_address(obj, old=before, by=signed_in(request), request=request)

    def proposal(self, account: User) -> str:
        return f"{account.display_name} ({account.username})"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """History refers to the account, so it is deactivated and never deleted."""
        return False

    @admin.display(description=gettext_lazy("name"))
    def display_name(self, account: User) -> str:
        return account.get_full_name()

    @admin.display(description=gettext_lazy("second factor"), boolean=True)
    def has_second_factor(self, account: User) -> bool:
        return bool(Authenticator.objects.filter(user=account).exists())

    @admin.action(description=gettext_lazy("Unlock after too many wrong passwords"))
    def unlock(self, request: HttpRequest, accounts: QuerySet[User]) -> None:
        for account in accounts:
            guessing.unlock(account)
            self.log_change(request, account, "Unlocked.")
        messages.success(request, _("They can try to sign in again."))

    @admin.action(description=gettext_lazy("Remove the second factor (a lost telephone)"))
    def remove_second_factor(
        self, request: HttpRequest, accounts: QuerySet[User]
    ) -> HttpResponse | None:
        if answer := _is_it_you(request):
            return answer
        for account in accounts:
            remove_second_factor(account, by=signed_in(request), request=request)
            self.log_change(request, account, "Second factor removed.")
        messages.success(request, _("Their next sign-in asks for the password only."))
        return None


def _is_it_you(request: HttpRequest) -> HttpResponse | None:
    """The way to the page that asks an administrator for the password, unless they just gave it.

    Of a shared account of the demonstration everybody knows the password.
    """
    return None if signed_in(request).is_demo else idleness.ask_again(request)
