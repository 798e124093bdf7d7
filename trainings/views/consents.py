"""What the people of a training agreed to, from the boxes of the sign-in sheet."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from core.access import requires, signed_in
from core.errors import RowsRefused
from core.form_pages import EDIT, refusals_in
from core.idempotency import once
from paper.templatetags.paper import digits
from registry.actions.consenting import record_sheet
from registry.figures.consents import standings_among
from registry.forms.consents import SheetForm, SheetLine, line_of
from registry.models.consents import Purpose, Way
from trainings.models import Training
from trainings.views.shared import training_or_404


@require_http_methods(EDIT)
@requires("people.register")
@once
def consents(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Tick what people ticked on the signed sheet. An empty box takes nothing back."""
    training = training_or_404(request, pk)
    initial = {"on": training.starts_on, "way": Way.SHEET}
    form = SheetForm(request.POST or None, initial=initial)
    lines = _lines(training)
    if request.method == "POST":
        for line in lines:
            line.read(request.POST)
        if form.is_valid() and not any(line.error for line in lines):
            ticked = [line for line in lines if line.ticked]
            with refusals_in(form) as refusal:
                number = record_sheet(
                    lines=[line.as_ticks for line in ticked],
                    by=signed_in(request),
                    **form.cleaned_data,
                )
                words = ngettext(
                    "What %(number)s person agreed to is written down.",
                    "What %(number)s people agreed to is written down.",
                    number,
                )
                messages.success(request, words % {"number": digits(number)})
                return redirect("trainings:consents", pk)
            if isinstance(refusal.error, RowsRefused):
                for place, words in refusal.error.rows.items():
                    ticked[place].error = words
    context = {
        "training": training,
        "here": "people",
        "form": form,
        "lines": lines,
        "purposes": Purpose.choices,
    }
    return render(request, "trainings/consents.html", context)


def _lines(training: Training) -> list[SheetLine]:
    """Everybody on the list by name, in the order of the sheet."""
    listed = list(training.enrolments.of_people().select_related("person").order_by("sheet_row"))
    standings = standings_among([each.person for each in listed if each.person])
    return [
        line_of(each.sheet_row, each.person, standings[each.person.pk], training.starts_on)
        for each in listed
        if each.person
    ]
