"""How a sheet becomes records: every row through the form and the action of the pages.

A row is a record that is known (by its identifier, or because it says what is stored already)
or a new one. The same file twice changes nothing. One wrong row and nothing is saved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import connection
from django.db.models import Model, QuerySet
from django.utils import translation
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.results import Result, RowResult
from import_export.widgets import Widget
from tablib import Dataset

from core.accounts import Account
from core.database_messages import integrity_errors_as_refusals
from core.errors import Refused
from core.forms.fields import DayField
from core.imports.cells import text_of, texts_of
from core.imports.files import LINE
from core.imports.totals import words_for_left_out
from core.keys import key_in
from core.progress import counted, report_progress
from khmer.dates import DateError, month_first, parse_date, short_date
from khmer.normal import search_key

# Before the name of a column that is not read.
PASSED_OVER = "-"


class AsItIs(Widget):
    """Values of a sheet in their own type; only identifiers become text."""

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return str(value) if isinstance(value, UUID) else value


class Column(Field):
    """A column of a sheet, with words on what to write there."""

    def __init__(
        self,
        help_text: str | Promise = "",
        *,
        attribute: str | None = None,
        readonly: bool = False,
        label: str | Promise = "",
    ) -> None:
        """`label` is its head in the lists of the pages, which are read as well."""
        super().__init__(attribute=attribute, widget=AsItIs(), readonly=readonly)
        self.help_text, self.label = help_text, label


class Differences:
    """What a row changes, cell by cell, in words only: inline styles are refused by our policy."""

    def __init__(self, resource: SheetResource, instance: Any, new: bool) -> None:
        self.new = new
        self.before = resource.cells_of(instance)
        self.after: list[Any] = []

    def compare_with(self, resource: SheetResource, instance: Any) -> None:
        self.after = resource.cells_of(instance)

    def as_html(self) -> list[SafeString]:
        pairs = zip(self.before, self.after, strict=True)
        return [self._cell("" if self.new else before, after) for before, after in pairs]

    def _cell(self, before: Any, after: Any) -> SafeString:
        if before == after or before in ("", None):
            return format_html("{}", "" if after is None else after)
        return format_html("<del>{}</del> <ins>{}</ins>", before, "" if after is None else after)


class LinesResult(Result):
    """Errors by the row of the file, as a spreadsheet numbers it."""

    # What the import brought about elsewhere, for whoever confirmed it.
    notes: tuple[str, ...] = ()

    def append_invalid_row(self, number: int, row: Any, validation_error: Any) -> None:
        super().append_invalid_row(row.get(LINE, number), row, validation_error)

    def append_error_row(self, number: int, row: Any, errors: list[Any]) -> None:
        """Whatever is not the file's fault is ours: it ends the import and reaches the log."""
        raise errors[0].error


class SheetResource(ModelResource):
    """A sheet of one model. See `FormResource` for sheets whose rows are like a form."""

    # Heads that a file must have, and those of our lists that are only for reading.
    needed: tuple[str, ...] = ()
    passed_over: tuple[str | Promise, ...] = ()
    by: Account
    rows_done = rows_in_file = 0
    # What rows have said of a record so far, by its key: the row, and the values by their heads.
    said: dict[Any, tuple[Mapping[str, Any], Mapping[str, Any]]]
    # The heads of the file that is read.
    heads: frozenset[str] = frozenset()

    class Meta:
        use_transactions = True
        skip_unchanged = True
        report_skipped = True
        # The actions do it, with the rules that a model alone does not know.
        clean_model_instances = False

    # --- The file as a whole ---

    def import_data(self, dataset: Dataset, *args: Any, **kwargs: Any) -> LinesResult:
        """All or nothing, also when something has changed between looking and confirming."""
        options = kwargs | {"rollback_on_validation_errors": True}
        result: LinesResult = super().import_data(dataset, *args, **options)
        if words := words_for_left_out(getattr(dataset, "left_out", [])):
            result.notes = (words, *result.notes)
        return result

    @classmethod
    def get_result_class(cls) -> type[Result]:
        return LinesResult

    @classmethod
    def get_diff_class(cls) -> type[Differences]:
        return Differences

    def before_import(self, dataset: Dataset, **kwargs: Any) -> None:
        self.by = kwargs["user"]
        _one_at_a_time()
        self.rows_done, self.rows_in_file = 0, len(dataset)
        self.said = {}
        dataset.headers = self._columns_of(dataset.headers or [])
        self.heads = frozenset(dataset.headers) - {LINE}
        try:
            self._check_heads(self.heads)
        except Refused:
            dataset.wipe()  # Or every row would be wrong for the same reason.
            raise

    def _columns_of(self, heads: Iterable[str]) -> list[str]:
        """The names of the columns under these heads, which may be those of our lists."""
        known = {field.column_name for field in self.fields.values()}
        names = {"": ""}
        for language in ("en", "km"):
            with translation.override(language):
                for label in self.passed_over:
                    names[search_key(str(label))] = f"{PASSED_OVER}{label}"
                for field in self.fields.values():
                    names[search_key(str(getattr(field, "label", "")))] = field.column_name
        del names[""]  # Columns that stand in no list.
        return [head if head in known else names.get(search_key(head), head) for head in heads]

    def _check_heads(self, heads: frozenset[str]) -> None:
        known = {field.column_name for field in self.fields.values()}
        if unknown := sorted(head for head in heads - known if head[0] != PASSED_OVER):
            raise Refused(
                _(
                    "The head “%(head)s” is not known. Write the head of the column that is meant, "
                    "or take this column out of the file. Known are: %(known)s."
                )
                % {"head": unknown[0], "known": ", ".join(sorted(known))}
            )
        missing = [head for head in self.needed if head not in heads]
        if missing and "id" not in heads:
            raise Refused(
                _("The column “%(head)s” is missing. Add it, and fill it in on every row.")
                % {"head": missing[0]}
            )

    def handle_import_error(
        self, result: Any, error: Exception, raise_errors: bool = False
    ) -> None:
        """Told to the user when we refused the file; everything else is a fault of ours."""
        if not isinstance(error, Refused):
            raise error
        super().handle_import_error(result, error, raise_errors)

    def import_row(self, row: Any, instance_loader: Any, **kwargs: Any) -> RowResult:
        """One row; who has stopped the import is asked after it, where no fault is a row's."""
        result: RowResult = super().import_row(row, instance_loader, **kwargs)
        self.rows_done += 1
        report_progress(self.rows_done, self.rows_in_file)
        return result

    def after_import(self, dataset: Dataset, result: Result, **kwargs: Any) -> None:
        result.diff_headers = self.get_diff_headers()
        # What the database checks at the end of a transaction it checks now, also in a preview.
        with integrity_errors_as_refusals():
            connection.check_constraints()

    # --- One row ---

    def get_import_fields(self) -> list[Field]:
        return [field for field in super().get_import_fields() if not field.readonly]

    def get_diff_headers(self) -> list[str]:
        return [field.column_name for field in self._shown()]

    def cells_of(self, instance: Any) -> list[Any]:
        """What the sheet says of a record, under the heads of the file."""
        return [self.export_field(field, instance) for field in self._shown()]

    def _shown(self) -> list[Field]:
        return [field for field in self.get_import_fields() if field.column_name in self.heads]

    def dehydrate_id(self, record: Any) -> str:
        """The identifier; that of a new record is not settled before it is saved."""
        return "" if record._state.adding else str(record.pk)

    def known_by_id(self, row: Mapping[str, Any]) -> Any:
        """The record whose identifier the row holds, or None. Raises ValidationError."""
        text = texts_of(row, ["id"])["id"] if "id" in row else ""
        if not text:
            return None
        found = self._visible().filter(pk=text).first() if key_in(text) else None
        if found is None:
            raise ValidationError({"id": _("No record has this identifier.")})
        return found

    def _visible(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = self._meta.model.objects.visible_to(self.by)
        return rows

    def refuse_other_words(
        self, key: Any, values: Mapping[str, Any], row: Mapping[str, Any]
    ) -> None:
        """Refuse a row that contradicts one before it; `key` says which record both are about.

        The last one would win without a word. Raises ValidationError.
        """
        before, said = self.said.setdefault(key, (row, values))
        for head, value in values.items():
            if head in said and said[head] != value:
                raise ValidationError(
                    {
                        head: _(
                            "Row %(row)s of this file is about the same record and says "
                            "“%(words)s” here. Keep the one of the two rows that is right."
                        )
                        % {"row": before[LINE], "words": text_of(before.get(head))}
                    }
                )

    def save_instance(self, instance: Any, is_create: bool, row: Any, **kwargs: Any) -> None:
        # The row has written into the instance; actions compare with what is stored.
        stored = None if is_create else self._meta.model._default_manager.get(pk=instance.pk)
        try:
            with integrity_errors_as_refusals():
                self.write(instance, stored, row)
        except Refused as error:
            raise ValidationError({error.field or NON_FIELD_ERRORS: error.message}) from error

    def write(self, instance: Any, stored: Any, row: Mapping[str, Any]) -> None:
        """Save a new record (`stored` is None) or a changed one by its action.

        May raise Refused or ValidationError.
        """
        raise NotImplementedError

    # --- Going out ---

    def iter_queryset(self, queryset: QuerySet[Any]) -> Iterator[Any]:
        return counted(super().iter_queryset(queryset), queryset.count())

    def named_in(self, rows: QuerySet[Any]) -> int | None:
        """How many people a sheet of these rows names, for the log; None for a sheet without."""
        return None


def _one_at_a_time() -> None:
    """Until the end of the transaction. A file sent twice at once would else be entered twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('import of a sheet'))")


class RowForm(forms.ModelForm):
    """Mixed into the form of a page to read rows. It stops at the cleaned values.

    The action then makes the record and asks its constraints. Each of them is a query: asked
    twice for every row, they would be most of the work.
    """

    def _post_clean(self) -> None:
        """No record is made of the form."""


class FormResource(SheetResource):
    """A sheet whose rows are like the form of a page, and are read by that form."""

    form: forms.ModelForm[Any]
    known: Any
    # Columns in which a program has turned stored days to month first; and of each column the first
    # other day that may be read either way, with its row.
    months_first: set[str]
    either_way: dict[str, tuple[Any, str]]

    def before_import(self, dataset: Dataset, **kwargs: Any) -> None:
        self.months_first, self.either_way = set(), {}
        super().before_import(dataset, **kwargs)

    def before_import_row(self, row: Mapping[str, Any], **kwargs: Any) -> None:
        self.known = self.known_by_id(row)
        self.form = self.form_for(row, self.known)
        self.form.is_valid()

    def form_for(self, row: Mapping[str, Any], known: Model | None) -> forms.ModelForm[Any]:
        """The form filled in from a row. Raises ValidationError for cells that are unusable."""
        raise NotImplementedError

    def alike(self, row: Mapping[str, Any]) -> Any:
        """The stored record that says what the row says, or None. May raise ValidationError."""
        raise NotImplementedError

    def get_instance(self, instance_loader: Any, row: Mapping[str, Any]) -> Any:
        if self.known or self.form.errors:
            return self.known
        return self.alike(row)

    def import_instance(self, instance: Any, row: Mapping[str, Any], **kwargs: Any) -> None:
        if self.form.errors:
            raise ValidationError(self.form.errors.as_data())
        values = self.values_in(row)
        self.refuse_other_words(instance.pk, _comparable(values), row)
        for name, value in values.items():
            if name not in self.links:
                setattr(instance, name, value)

    # Names of many-to-many fields, which are set after saving.
    links: tuple[str, ...] = ()

    def values_in(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The cleaned values of the columns that the file has."""
        return {name: value for name, value in self.form.cleaned_data.items() if name in row}

    def typed(self, row: Mapping[str, Any], known: Any, form: forms.BaseForm) -> dict[str, Any]:
        """What is in the form's fields: the row's cells, over what is stored of a known record."""
        stored = {name: form[name].value() for name in form.fields} if known else {}
        texts = texts_of(row, [name for name in form.fields if name in row])
        for name, field in form.fields.items():
            if isinstance(field, DayField) and texts.get(name):
                texts[name] = self._day_as_meant(name, texts[name], stored.get(name), row)
        return stored | texts

    def _day_as_meant(self, name: str, text: str, stored: Any, row: Mapping[str, Any]) -> str:
        """The day in a cell, or the stored one that some program has written month first."""
        turned, plain = month_first(text), _day_in(text)
        if turned is None or turned == plain:
            return text
        day = stored if isinstance(stored, date) else _day_in(str(stored or ""))
        if turned == day:
            self.months_first.add(name)
            return short_date(turned)
        if plain and plain != day:
            self.either_way.setdefault(name, (row[LINE], text))
        return text

    def after_import(self, dataset: Dataset, result: Result, **kwargs: Any) -> None:
        for name in sorted(self.months_first & self.either_way.keys()):
            number, text = self.either_way[name]
            raise Refused(
                _(
                    "Row %(row)s, %(head)s: is “%(day)s” written day or month first? Some program "
                    "has written other days of this file month first. Write year-month-day, as in "
                    "1985-02-19."
                )
                % {"row": number, "head": name, "day": text}
            )
        super().after_import(dataset, result, **kwargs)


def _comparable(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values that are equal when they say the same: of several records, which."""
    return {
        name: set(value) if isinstance(value, QuerySet) else value for name, value in values.items()
    }


def _day_in(text: str) -> date | None:
    try:
        return parse_date(text)
    except DateError:
        return None
