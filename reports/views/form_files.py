"""What a donor's form needs for its files: the donor's Word form, and identifiers of IATI."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.access import requires, signed_in
from core.form_pages import EDIT, edit_page, refusals_in
from core.idempotency import once
from reports.actions.donor_forms import change_form
from reports.actions.word_templates import drop_word_template, keep_word_template
from reports.figures.word_fields import example_fields, example_indicator
from reports.forms.sent_files import IatiForm, WordTemplateForm
from reports.models import DonorForm


def _form_or_404(request: HttpRequest, pk: UUID) -> DonorForm:
    chosen = DonorForm.objects.visible_to(signed_in(request))
    return get_object_or_404(chosen.select_related("project", "donor"), pk=pk)


@require_http_methods(EDIT)
@requires("reports.write")
@once
def form_iati(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The identifiers that an activity file of IATI must name."""
    found = _form_or_404(request, pk)
    form = IatiForm(request.POST or None, instance=DonorForm.objects.get(pk=found.pk))

    def save(version: int) -> None:
        change_form(found, version=version, by=signed_in(request), **form.cleaned_data)

    return edit_page(
        request,
        form,
        found,
        save,
        template="reports/form_iati.html",
        context={"donor_form": found},
        then=("reports:form-word", found.pk),
    )


@require_http_methods(EDIT)
@requires("reports.write")
@once
def form_word(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The donor's own Word form: what is in force, what it may name, and another one."""
    found = _form_or_404(request, pk)
    form = WordTemplateForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        with refusals_in(form):
            keep_word_template(
                found, content=file.read(), file_name=file.name, by=signed_in(request)
            )
            messages.success(request, _("Reports on this form are written into the file now."))
            return redirect("reports:form-word", found.pk)
    context = {
        "donor_form": found,
        "form": form,
        "kept": found.word_templates.defer("content").order_by("-number").first(),
        "fields": [name for name in example_fields(found) if name != "indicator"],
        "of_indicators": list(example_indicator()),
    }
    return render(request, "reports/form_word.html", context)


@require_POST
@requires("reports.write")
@once
def form_word_drop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Go back to the Word file of our own."""
    found = _form_or_404(request, pk)
    drop_word_template(found, by=signed_in(request))
    messages.success(request, _("Reports on this form are written into our own Word file again."))
    return redirect("reports:form-word", found.pk)
