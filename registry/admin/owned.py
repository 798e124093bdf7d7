"""Pages of the admin whose form proposes what belongs to the owner of the record."""

from __future__ import annotations

from typing import Any

from django import forms

from core.access import signed_in
from core.admin.pages import RecordPages, RefusableForm


class OfOwnerPages(RecordPages):
    """The form takes a `user` and the `owner`, as that of the site's page does."""

    def get_form(
        self, request: Any, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        if obj and not self.has_change_permission(request, obj):
            # Nothing to fill in, so nothing to propose.
            return super().get_form(request, obj, change, **kwargs, form=RefusableForm)
        form: Any = super().get_form(request, obj, change, **kwargs)

        class OfOwner(form):
            def __init__(self, *args: Any, **more: Any) -> None:
                super().__init__(*args, user=signed_in(request), owner=obj.owner, **more)

        return OfOwner if obj else form
