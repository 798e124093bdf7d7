"""Taking a past iteration over from a spreadsheet: looked at line by line, then written at once."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from cascades.actions.importing import import_past
from cascades.forms.importing import PastFileForm
from cascades.imports.matching import Matching
from cascades.imports.reading import HEADS, MOST_LINES, read_past
from cascades.models import Iteration
from cascades.views.shared import iteration_or_404
from core.access import requires, signed_in
from core.by_worker import by_worker
from core.downloads import file_response
from core.errors import Refused, words_of
from core.form_pages import EDIT
from core.idempotency import once
from core.imports.waiting_file import WaitingFile
from paper.sheets import Column, Sheet, write_xlsx
from registry.models import Organisation

# More of these help nobody to put a file right.
PROBLEMS_SHOWN = 200


@require_http_methods(EDIT)
@requires("cascades.design")
@once
@by_worker(
    "cascades.import",
    gettext_lazy("A past iteration from a spreadsheet"),
    of=iteration_or_404,
    at_once=lambda request, **_of: not request.FILES and "waiting" not in request.POST,
)
def past_import(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A file is shown with what each line means; a person decides; then all of it is written."""
    iteration = iteration_or_404(request, pk)
    if request.method == "POST" and "waiting" in request.POST:
        return _decide(request, iteration)
    form = PastFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data["file"]
        try:
            matching = Matching(iteration, read_past(data), {})
        except Refused as error:
            form.add_error("file", error.message)
        else:
            waiting = WaitingFile()
            # What cannot be entered does not wait.
            if matching.problems or not matching.to_write:
                return _lines(request, matching, None, form.cleaned_data["source"])
            waiting.save(data)
            return _lines(request, matching, waiting, form.cleaned_data["source"])
    context = _about(iteration) | {"form": form, "heads": HEADS.values(), "most": MOST_LINES}
    return render(request, "cascades/import.html", context)


def _about(iteration: Iteration) -> dict[str, object]:
    return {"programme": iteration.programme, "iteration": iteration, "here": "design"}


def _decide(request: HttpRequest, iteration: Iteration) -> HttpResponse:
    """Take the answers; when nothing is open any more, and it was said so, write."""
    waiting = WaitingFile(name=request.POST["waiting"])
    source = PastFileForm.base_fields["source"]
    if not waiting.exists():
        messages.error(request, _("This file no longer waits here. Please choose it again."))
        return redirect("cascades:import", iteration.pk)
    try:
        said = source.clean(request.POST.get("source", ""))
        matching = Matching(iteration, read_past(waiting.read()), request.POST.dict())
    except (Refused, ValidationError) as error:
        messages.error(request, words_of(error))
        return redirect("cascades:import", iteration.pk)
    if not matching.is_ready or "enter" not in request.POST:
        return _lines(request, matching, waiting, said, was_sent=True)
    try:
        done = import_past(iteration, past=matching.as_past(said), by=signed_in(request))
    except (Refused, ValidationError) as error:
        return _lines(request, matching, waiting, said, refusal=words_of(error))
    transaction.on_commit(waiting.remove)
    messages.success(
        request,
        _("The file is entered. Deliveries: %(deliveries)s. New people: %(people)s.")
        % {"deliveries": f"{done.deliveries:,}", "people": f"{done.people:,}"},
    )
    return redirect("cascades:iteration", iteration.pk)


def _lines(
    request: HttpRequest,
    matching: Matching,
    waiting: WaitingFile | None,
    source: str,
    *,
    refusal: str = "",
    was_sent: bool = False,
) -> HttpResponse:
    context = _about(matching.iteration) | {
        "matching": matching,
        "problems": matching.problems[:PROBLEMS_SHOWN],
        "more_problems": max(len(matching.problems) - PROBLEMS_SHOWN, 0),
        "waiting": waiting.name if waiting else "",
        "source": source,
        "refusal": refusal,
        "was_sent": was_sent,
        "organisation_kinds": Organisation.Kind.choices,
    }
    return render(request, "cascades/import_lines.html", context)


@require_safe
@requires("cascades.design")
def import_template(request: HttpRequest) -> HttpResponse:
    """An empty workbook with the heads that the import understands, and what to write there."""
    heads = [Column(head.name, width=22) for head in HEADS.values()]
    explained = [(head.name, str(head.label), str(head.help_text)) for head in HEADS.values()]
    columns = [Column("*", width=26), Column(_("Column"), width=30), Column(_("What"), width=90)]
    book = write_xlsx(
        [Sheet(_("People"), heads, []), Sheet(_("What to write"), columns, explained)]
    )
    return file_response(book, "samaki-past-iteration.xlsx")
