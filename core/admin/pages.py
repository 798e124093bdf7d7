"""What the admin's pages of all models have in common.

Saving goes through the same actions as on the site's own pages, so the same rules hold. What
an action or the database refuses becomes a message in the form, with everything typed kept.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.admin.utils import construct_change_message, unquote
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldError, PermissionDenied, ValidationError
from django.db import connection, models
from django.db.models import Model, QuerySet
from django.db.models.sql import Query
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.access import signed_in
from core.admin.change_lists import QuietChangeList
from core.admin.choices import ChoosesRecords, InlineRows, is_key
from core.admin.counting import EstimatingPaginator
from core.admin.history import has_history, history_of
from core.admin.in_use import Use, uses_of
from core.database_messages import integrity_errors_as_refusals
from core.errors import Conflict, Refused
from core.form_pages import add_refusal, refusals_as_messages, value_in_words, version_in
from core.forms.fields import DayField, LinesField, TextField, WholeNumberField
from core.idempotency import once
from core.keys import key_in
from core.search_forms import searched
from core.sent import immutable
from core.strict_json import StrictDecoder
from core.telling import outside

Search = Callable[[QuerySet[Any], str], QuerySet[Any]]
# How Django's own filters compare a field with a value of the address.
PLAIN_LOOKUPS = frozenset({"exact", "isnull"})


class RefusableForm(forms.ModelForm):
    """A form that can show what an action refused after it had been found valid."""

    refusal: Refused | ValidationError | None = None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if isinstance(self.refusal, Conflict):
            for name, theirs in self.refusal.theirs.items():
                self.add_error(
                    name if name in self.fields else None,
                    _("Somebody else has changed this to “%(value)s”. Save again to keep yours.")
                    % {"value": value_in_words(theirs)},
                )
        elif self.refusal:
            add_refusal(self, self.refusal)
        return data


class BasePages(ChoosesRecords, admin.ModelAdmin):
    """A model's pages. Its list is fast at 100,000 rows; names stay out of the admin's log."""

    form: Any = RefusableForm
    list_per_page = 50
    show_full_result_count = False
    # Counting for every filter would read the whole table many times.
    show_facets = admin.ShowFacets.NEVER
    paginator = EstimatingPaginator
    formfield_overrides = {
        models.JSONField: {"decoder": StrictDecoder},
        models.CharField: {"form_class": TextField},
        models.SlugField: {"form_class": forms.SlugField},
        models.TextField: {"form_class": LinesField},
        models.DateField: {"form_class": DayField},
        # Not type="number": browsers refuse Khmer digits there.
        models.PositiveIntegerField: {"form_class": WholeNumberField, "widget": forms.TextInput},
        models.PositiveSmallIntegerField: {
            "form_class": WholeNumberField,
            "widget": forms.TextInput,
        },
    }
    # How to search, where it is not by the words of `search_fields`.
    search: Search | None = None

    # --- Lists and proposals ---

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """A list is no page of the record's own: what would tell of a sensitive one is hidden."""
        telling = getattr(self.model, "TELLING", ())
        return [
            _outside(self.opts.get_field(name))
            if isinstance(name, str) and name in telling
            else name
            for name in super().get_list_display(request)
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        searched(request)  # Sent by POST, as on the pages of the site.
        title = {"title": capfirst(self.opts.verbose_name_plural)}
        return super().changelist_view(request, title | (extra_context or {}))

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only what the filters of a list ask for; no year 0, half a pattern or bytes as a text."""
        try:
            asked, fields, _expression = Query(self.model).solve_lookup_type(lookup)
        except FieldError:
            fields = ()
        if fields and not (self._is_filter(lookup) and PLAIN_LOOKUPS.issuperset(asked)):
            return False
        return bool(super().lookup_allowed(lookup, value, request))

    def _is_filter(self, lookup: str) -> bool:
        filters: Iterable[Any] = self.list_filter
        names = {getattr(each, "parameter_name", each) for each in filters}
        return any(lookup == name or lookup.startswith(f"{name}__") for name in names)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[QuietChangeList]:
        return QuietChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.replace("\0", "").strip()[:100]
        if self.search is None or not term:
            return super().get_search_results(request, queryset, term)
        if code := key_in(term):
            return queryset.filter(pk=code), False
        return self.search(queryset, term), False

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any], *_where: Any) -> Any:
        """Without what was sent as a chosen row and cannot be one."""
        chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
        sent = request.POST.copy()
        sent.setlist(ACTION_CHECKBOX_NAME, [key for key in chosen if is_key(self.opts.pk, key)])
        request.POST = immutable(sent)
        return super().response_action(request, queryset)

    def proposal(self, record: Any) -> str:
        """A record as it is proposed while one types; enough to tell it from another one."""
        return str(record)

    # --- Forms ---

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Without the buttons that edit the record referred to in a window of its own."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        widget = getattr(field, "widget", None)
        if isinstance(widget, RelatedFieldWidgetWrapper):
            widget.can_add_related = widget.can_change_related = False
            widget.can_delete_related = False
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        # A place is chosen with the places above it.
        if with_chain := getattr(db_field.related_model._default_manager, "with_chain", None):
            kwargs.setdefault("queryset", with_chain())
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        """An empty `_to_field` names no field; Django would look for one of that name."""
        return super().get_object(request, object_id, from_field or None)

    def get_form(
        self, request: Any, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm[Any]]:
        # By name: that of Django's page for accounts has no place for it.
        form = super().get_form(request, obj, change=change, **kwargs)
        cast(Any, form).refusal = getattr(request, "refusal", None)
        return form

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        return once(self._form_page)(request, object_id, form_url, extra_context or {})

    def _form_page(
        self, request: HttpRequest, object_id: str | None, form_url: str, context: dict[str, Any]
    ) -> Any:
        if request.method == "POST":
            context = context | {"version": version_in(request)}
        try:
            with integrity_errors_as_refusals():
                return super().changeform_view(request, object_id, form_url, context)
        except (Refused, ValidationError) as error:
            refusal = error
        request.refusal = refusal  # type: ignore[attr-defined]  # Read by get_form.
        if isinstance(refusal, Conflict) and object_id:
            # The page shows both values now, so saving again is a decision.
            context = context | {"version": self._stored_version(request, object_id)}
        return super().changeform_view(request, object_id, form_url, context)

    def _stored_version(self, request: HttpRequest, object_id: str) -> int:
        return getattr(self.get_object(request, unquote(object_id)), "version", 0)

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        # What the database checks at the end of a transaction is checked here, before the
        # user is told that everything was saved.
        connection.check_constraints()

    def get_deleted_objects(self, objs: Any, request: Any) -> Any:
        """What is in use is not deleted. Where an action removes, it knows better what may go."""
        gone, counts, lacking, protected = super().get_deleted_objects(objs, request)
        if getattr(self, "removed_by", None) is None and not protected and not lacking:
            protected = [str(use) for each in objs for use in self.uses_of(each)]
        return gone, counts, lacking, protected

    def uses_of(self, record: Any) -> list[Use]:
        """What refers to a record, but for the rows that its own page edits."""
        parts = [each.model for each in self.inlines if not issubclass(each, NothingToWrite)]
        return uses_of(record, parts=parts)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        record = self.get_object(request, unquote(object_id))
        uses = ", ".join(map(str, self.uses_of(record))) if record else ""
        extra_context = {"in_use": uses} | (extra_context or {})
        with refusals_as_messages(request), integrity_errors_as_refusals():
            return super().delete_view(request, object_id, extra_context)
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", object_id)

    # --- The admin's own log: codes, never names ---

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        return _log(request, obj, ADDITION, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> LogEntry:
        return _log(request, obj, CHANGE, message)

    def log_deletions(self, request: HttpRequest, queryset: Iterable[Any]) -> list[LogEntry]:
        return [_log(request, obj, DELETION, "") for obj in queryset]

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        said = construct_change_message(form, formsets, add)
        return [{word: _without_names(detail) for word, detail in one.items()} for one in said]

    # --- History ---

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Every state of the record, whatever program changed it."""
        if not has_history(self.model):
            return super().history_view(request, object_id, extra_context)
        record = self.get_object(request, unquote(object_id))
        if record is None:
            return super().history_view(request, object_id, extra_context)
        if not self.has_view_or_change_permission(request, record):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("History"),
            "subtitle": str(record),
            "entries": history_of(record),
            "object": record,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/record_history.html", context)


def _outside(field: Any) -> Callable[[Any], Any]:
    """A column of a list that shows what a field may show there."""

    @admin.display(description=field.verbose_name)
    def column(record: Any) -> Any:
        return outside(record, field.name)

    return column


def _log(request: HttpRequest, record: Model, flag: int, message: Any) -> LogEntry:
    """Like Django's own, but the record is written as its identifier, not as a name."""
    entry = LogEntry(
        user_id=signed_in(request).pk,
        content_type=ContentType.objects.get_for_model(record, for_concrete_model=False),
        object_id=record.pk,
        object_repr=str(record.pk),
        action_flag=flag,
    )
    entry.change_message = message if isinstance(message, str) else json.dumps(message)
    entry.save()
    return entry


def _without_names(detail: dict[str, Any]) -> dict[str, Any]:
    """The part of a change message without the record's name; Django wants a text there."""
    return detail | {"object": ""} if "object" in detail else detail


class RecordPages(BasePages):
    """Records that actions write.

    `added_by(*, by, **values)`, `changed_by(record, *, version, by, **values)` and
    `removed_by(record, *, by)` are actions of the app; the values are those of the form. What
    has no such action cannot be done here.
    """

    added_by: Callable[..., Any] | None = None
    changed_by: Callable[..., Any] | None = None
    removed_by: Callable[..., Any] | None = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.added_by is not None and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.changed_by is not None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.removed_by is not None and super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        values, by = dict(form.cleaned_data), signed_in(request)
        if change:
            # The form has written into its record; actions compare with what is stored.
            stored = self.model._default_manager.get(pk=obj.pk)
            assert self.changed_by
            written = self.changed_by(stored, version=version_in(request), by=by, **values)
            self.say(request, written)
        else:
            assert self.added_by
            self.added_by(id=obj.pk, by=by, **values)
        obj.refresh_from_db()

    def say(self, request: HttpRequest, written: Any) -> None:
        """Tell what a change of the record brought about elsewhere, by what the action returned."""

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        """Links to other records were written by the action; only inline rows are left."""
        for formset in formsets:
            self.save_formset(request, form, formset, change=change)
        connection.check_constraints()

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        assert self.removed_by
        self.removed_by(obj, by=signed_in(request))


class NothingToWrite:
    """Mixed into pages and into rows below a page; Django asks pages without a record, too."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyPages(NothingToWrite, BasePages):
    """Rows to look at: what the program writes by itself, or pages of the site change."""


class ReadOnlyRows(NothingToWrite, InlineRows):
    """Rows of another table below a record, each with a link to its own page."""

    extra = 0
    show_change_link = True


def to_page(response_to: str) -> Callable[..., HttpResponse]:
    """A view that sends on to a page of the site, which does this with more care."""

    def view(*_args: Any, **_kwargs: Any) -> HttpResponse:
        return redirect(response_to)

    return view
