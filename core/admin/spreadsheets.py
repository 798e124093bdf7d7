"""Importing and exporting in the admin: a file is looked at first, then confirmed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.admin import ImportExportMixin
from import_export.forms import ConfirmImportForm, ExportForm, ImportForm

from core.access import log_access, signed_in
from core.by_worker import by_worker
from core.errors import Refused
from core.imports.base import SheetResource
from core.imports.files import FORMATS, MOST_BYTES, format_number
from core.imports.waiting_file import WaitingFile
from core.models import AccessLog

# A page of ten thousand rows helps nobody to check them.
ROWS_SHOWN = 200


class UploadForm(ImportForm):
    """A file; which of the two formats it has, its first bytes say."""

    import_file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("An Excel workbook (.xlsx) or CSV UTF-8, at most 10 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
    )
    format = forms.ChoiceField(required=False, widget=forms.HiddenInput)

    @property
    def media(self) -> forms.Media:
        return forms.Media()

    def clean_import_file(self) -> Any:
        file = self.cleaned_data["import_file"]
        if file.size > MOST_BYTES:
            raise ValidationError(_("The file is larger than 10 MB. Import it in parts."))
        return file

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if file := data.get("import_file"):
            data["format"] = str(format_number(file.read(4)))
            file.seek(0)
        return data


class ConfirmForm(ConfirmImportForm):
    """Confirms a file by the name under which it waits, not by the name that it came with."""

    original_file_name = forms.CharField(widget=forms.HiddenInput, required=False)
    format = forms.ChoiceField(
        widget=forms.HiddenInput, choices=[(str(n), str(n)) for n in range(len(FORMATS))]
    )

    def clean_import_file_name(self) -> str:
        name: str = self.cleaned_data["import_file_name"]
        if not WaitingFile(name=name).exists():
            raise ValidationError(_("This file no longer waits here. Please choose it again."))
        return name


def _needs(permission: str) -> Callable[..., None]:
    """What is asked before anybody waits for a file; the pages ask it again."""

    def ask(request: HttpRequest, **_kwargs: Any) -> None:
        user = signed_in(request)
        if not (user.may("admin.use") and user.may(permission)):
            raise PermissionDenied

    return ask


looked_at_by_worker = by_worker(
    "admin.import",
    gettext_lazy("Import"),
    of=_needs("admin.use"),
    at_once=lambda request, **_of: not request.FILES,
)
imported_by_worker = by_worker("admin.import", gettext_lazy("Import"), of=_needs("admin.use"))
exported_by_worker = by_worker("admin.export", gettext_lazy("Export"), of=_needs("export.names"))


class SheetPages(ImportExportMixin):
    """Mixed into the pages of a model that comes in and goes out as a sheet."""

    formats = FORMATS
    import_form_class = UploadForm
    confirm_form_class = ConfirmForm
    export_form_class = ExportForm
    tmp_storage_class = WaitingFile
    import_template_name = "admin/sheet_import.html"
    export_template_name = "admin/sheet_export.html"
    model: Any
    admin_site: Any
    opts: Any

    def has_import_permission(self, request: HttpRequest) -> bool:
        return signed_in(request).may("admin.use")

    def has_export_permission(self, request: HttpRequest) -> bool:
        user = signed_in(request)
        return user.may("admin.use") and user.may("export.names")

    # --- In ---

    def import_action(self, request: HttpRequest, **kwargs: Any) -> Any:
        return looked_at_by_worker(self._look)(request, **kwargs)

    def _look(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Look at a file; what cannot be confirmed does not wait."""
        response: TemplateResponse = super().import_action(request, **kwargs)
        context: Any = response.context_data
        file = request.FILES.get("import_file")
        if file and "confirm_form" not in context and hasattr(file, "tmp_storage_name"):
            WaitingFile(name=file.tmp_storage_name).remove()
        context |= self._about_sheet()
        # Said before it is confirmed, too: a row that is missing must not surprise anybody.
        for note in getattr(context.get("result"), "notes", ()):
            messages.warning(request, note)
        return response

    def _about_sheet(self) -> dict[str, Any]:
        resource = self.resource_classes[0]()
        return {
            "columns": [
                (field.column_name, field.help_text, field.column_name in resource.needed)
                for field in resource.get_import_fields()
            ],
            "rows_shown": ROWS_SHOWN,
        }

    def get_confirm_form_initial(self, request: HttpRequest, import_form: Any) -> dict[str, Any]:
        initial: dict[str, Any] = super().get_confirm_form_initial(request, import_form)
        return initial | {"original_file_name": ""}

    def add_data_read_fail_error_to_form(self, form: forms.Form, error: Exception) -> None:
        if not isinstance(error, Refused):
            raise error
        form.add_error("import_file", error.message)

    def process_import(self, request: HttpRequest, **kwargs: Any) -> Any:
        return imported_by_worker(self._enter)(request, **kwargs)

    def _enter(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Import what was looked at. A file confirmed twice is gone the second time."""
        if request.method == "POST" and not self.create_confirm_form(request).is_valid():
            messages.error(request, _("This file no longer waits here. Please choose it again."))
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_import")
        response: HttpResponse = super().process_import(request, **kwargs)
        return response

    def process_result(self, result: Any, request: HttpRequest) -> HttpResponse:
        """After confirming; something may have changed since the file was looked at."""
        if not result.has_errors() and not result.has_validation_errors():
            response: HttpResponse = super().process_result(result, request)
            return response
        context = self.admin_site.each_context(request) | {
            "title": _("Import"),
            "form": UploadForm(FORMATS, self.resource_classes),
            "opts": self.opts,
            "result": result,
        }
        context |= self._about_sheet()
        return TemplateResponse(request, [self.import_template_name], context)

    def add_success_message(self, result: Any, request: HttpRequest) -> None:
        totals = result.totals
        messages.success(
            request,
            _("The file is imported. New: %(new)s. Changed: %(changed)s. The same: %(same)s.")
            % {"new": totals["new"], "changed": totals["update"], "same": totals["skip"]},
        )
        for note in result.notes:
            messages.warning(request, note)

    def get_resource_index(self, form: Any) -> int:
        """There is one kind of sheet, whatever a form says."""
        return 0

    def get_import_data_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        """Nothing more; the user is given by the pages themselves."""
        return {}

    # --- Out ---

    def export_action(self, request: HttpRequest) -> Any:
        try:
            return exported_by_worker(super().export_action)(request)
        except IncorrectLookupParameters:
            # As the list does with filters that it does not know.
            return redirect(f"{self._address('changelist')}?{ERROR_FLAG}=1")

    def _address(self, page: str) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}")

    def get_export_data(
        self, file_format: Any, request: HttpRequest, queryset: QuerySet[Any], **kwargs: Any
    ) -> Any:
        resource: SheetResource = self.resource_classes[0]()
        data = super().get_export_data(file_format, request, queryset, **kwargs)
        log_access(
            AccessLog.Event.EXPORTED,
            by=signed_in(request),
            subject=f"admin.{self.opts.label_lower}",
            people=resource.named_in(queryset),
        )
        return data

    def get_export_filename(
        self, request: HttpRequest, queryset: QuerySet[Any], file_format: Any
    ) -> str:
        day = timezone.localdate().isoformat()
        return f"{self.opts.model_name}-{day}.{file_format.get_extension()}"
