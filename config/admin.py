"""Where Django's admin fits in: one page to sign in, and none of the libraries' own tables."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext_lazy as _

# Libraries that register tables of their own. What an administrator needs of them (unlock a
# sign-in, remove a second factor) is on the page of the staff account.
LEFT_OUT = {"account", "auth", "mfa", "procrastinate", "usersessions"}


class AdminConfig(DjangoAdminConfig):
    default_site = "config.admin.AdminSite"

    def ready(self) -> None:
        super().ready()
        for model in [m for m in admin.site._registry if m._meta.app_label in LEFT_OUT]:
            admin.site.unregister(model)


class AutocompleteView(AutocompleteJsonView):
    """Proposals say enough to tell two people of one name apart.

    What was typed comes by POST, because it is mostly a name; see static/admin/js.
    """

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.GET = request.POST
        return self.get(request, *args, **kwargs)

    def serialize_result(self, obj: Model, to_field_name: str) -> dict[str, str]:
        text = getattr(self.model_admin, "proposal", str)(obj)
        return super().serialize_result(obj, to_field_name) | {"text": text}


class AdminSite(admin.AdminSite):
    site_header = site_title = _("Samaki")
    index_title = _("Administration")
    # The list of all tables is on the first page; beside a wide list there is no room for it.
    enable_nav_sidebar = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # It would delete many records at once, past the rules for one.
        self.disable_action("delete_selected")

    def get_urls(self) -> list[Any]:
        """Without the short way to any record of any table: pages name their own address."""
        urls = super().get_urls()
        return [each for each in urls if getattr(each, "name", "") != "view_on_site"]

    def autocomplete_view(self, request: HttpRequest) -> Any:
        return AutocompleteView.as_view(admin_site=self)(request)

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Sign in where everybody signs in. Who has signed in and still arrives may not enter."""
        wanted = request.GET.get("next", "")
        if not url_has_allowed_host_and_scheme(wanted, {request.get_host()}):
            wanted = resolve_url("admin:index")
        if self.has_permission(request):
            return redirect(wanted)
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect(f"{resolve_url('account_login')}?{urlencode({'next': wanted})}")

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("account_logout")

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("account_change_password")
