"""Choosing another record in a form of the admin, whatever was sent as its key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin import widgets
from django.core.exceptions import ValidationError
from django.db.models import Field
from django.http import HttpRequest

MOST_ROWS = 100


class KnownKeys(widgets.AutocompleteMixin):
    """Mixed into Django's widgets, which ask the database for whatever was sent as a key."""

    field: Any

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> Any:
        """Show again only what can be the key of a record."""
        key = self.field.remote_field.model._meta.pk
        return super().optgroups(name, [v for v in value if is_key(key, v)], attr)


class OneBySearch(KnownKeys, widgets.AutocompleteSelect):
    pass


class SomeBySearch(KnownKeys, widgets.AutocompleteSelectMultiple):
    pass


class OneRecord(forms.ModelChoiceField):
    """A key that is none is a wrong choice, like the key of a record that is not there."""

    def to_python(self, value: Any) -> Any:
        assert self.queryset is not None
        if value not in self.empty_values and not is_key(self.queryset.model._meta.pk, value):
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super().to_python(value)


class SomeRecords(forms.ModelMultipleChoiceField):
    def _check_values(self, value: Any) -> Any:
        assert self.queryset is not None
        key = self.queryset.model._meta.pk
        for wrong in [each for each in value if not is_key(key, each)]:
            raise ValidationError(
                self.error_messages["invalid_choice"],
                code="invalid_choice",
                params={"value": wrong},
            )
        return super()._check_values(value)  # type: ignore[misc]  # Of Django's field.


def is_key(key: Field[Any, Any], value: Any) -> bool:
    try:
        key.to_python(getattr(value, "pk", value))
    except ValidationError:
        return False
    return True


class ChoosesRecords(admin.options.BaseModelAdmin):
    """What the forms of pages and of the rows below a record have in common."""

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", OneBySearch(db_field, self.admin_site))
        kwargs.setdefault("form_class", OneRecord)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", SomeBySearch(db_field, self.admin_site))
        kwargs.setdefault("form_class", SomeRecords)
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class InlineRows(ChoosesRecords, admin.TabularInline):
    """Rows of another table below a record, in its form; no form asks for thousands of them."""

    max_num = MOST_ROWS

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Django would read and show twice a thousand rows, whatever `max_num` says."""
        if self.has_change_permission(request, obj):
            kwargs.setdefault("absolute_max", MOST_ROWS)
        return super().get_formset(request, obj, **kwargs)
