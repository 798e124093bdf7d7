"""What a person agreed to: the page on which it is written down, with its history."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.access import requires, signed_in
from core.form_pages import EDIT, refusals_in
from core.idempotency import once
from registry.actions.consenting import record_consent
from registry.figures.consents import standing_of
from registry.forms.consents import ConsentForm
from registry.views.people import person_or_404


@require_http_methods(EDIT)
@requires("people.register")
@once
def consents(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down what somebody agreed to, or took back, and see what they said before."""
    person = person_or_404(request, pk)
    form = ConsentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            new = record_consent(person, by=signed_in(request), **form.values)
            said = _("What they said is written down.") if new else _("This was written down.")
            messages.success(request, said)
            return redirect("person-consents", pk)
    context = {
        "person": person,
        "form": form,
        "standings": standing_of(person),
        "history": person.consents.select_related("created_by"),
    }
    return render(request, "registry/consents.html", context)
