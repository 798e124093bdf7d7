"""Closing a cycle or year: the preview before the vote, and the closing itself."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import requires, signed_in
from core.form_pages import EDIT, refusals_as_messages, refusals_in
from core.idempotency import once
from khmer.dates import short_date
from savings_groups.actions import closing as closing_a_year
from savings_groups.figures.results import Preview, results_before, results_of
from savings_groups.forms.ledger import ClosingForm, ReasonForm
from savings_groups.models import Closing, Rules
from savings_groups.views.shared import closing_or_404, group_or_404


@require_safe
@requires("groups.close")
def closings(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The years that were closed, and a look at what closing would do now."""
    group = group_or_404(request, pk)
    last = group.last_booked_day
    initial = {"through": last or timezone.localdate()}
    asked = request.GET if "through" in request.GET else None
    form = ClosingForm(asked, initial=initial)
    preview = None
    if asked is not None and form.is_valid():
        with refusals_in(form):
            preview = closing_a_year.preview(
                group, through=form.cleaned_data["through"], kind=form.cleaned_data["kind"] or None
            )
    context = {
        "group": group,
        "here": "closings",
        "form": form,
        "preview": preview,
        "results": results_before(preview) if preview else None,
        "by_rules": _by_rules(preview),
        # The paper shows the rules' own way, through the last day that anything was booked.
        "is_printable": _by_rules(preview) and preview is not None and preview.through == last,
        "closings": group.closings.exclude(state=Closing.State.BEING_BOOKED),
    }
    return render(request, "savings_groups/closings.html", context)


def _by_rules(preview: Preview | None) -> bool:
    """Whether the preview shows what the group's own rules say, and so may be booked."""
    if preview is None:
        return False
    kept = Rules.objects.values_list("closing", flat=True).get(pk=preview.rules.pk)
    return kept == preview.kind


@require_POST
@requires("groups.close")
@once
def close_year(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Book what the preview shows, and close the days."""
    group = group_or_404(request, pk)
    form = ClosingForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write the last day of the year."))
        return redirect("groups:closings", pk)
    with refusals_as_messages(request):
        made = closing_a_year.close_year(
            group,
            through=form.cleaned_data["through"],
            shown=request.POST.get("shown"),
            by=signed_in(request),
        )
        messages.success(request, _("The year is closed."))
        return redirect("groups:closing", made.pk)
    look = QueryDict(mutable=True)
    look["through"] = short_date(form.cleaned_data["through"])
    return redirect(f"{reverse('groups:closings', args=[pk])}?{look.urlencode()}")


@require_safe
@requires("groups.close")
def closing(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A year that was closed: what it meant for everybody, and what it booked."""
    found = closing_or_404(request, pk)
    context = {
        "group": found.group,
        "here": "closings",
        "closing": found,
        "results": results_of(found),
        "journals": found.journals.select_related("member__person").order_by("sequence"),
    }
    return render(request, "savings_groups/closing.html", context)


@require_http_methods(EDIT)
@requires("groups.reopen")
@once
def reopen_year(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open a closed year again, with a reason."""
    found = closing_or_404(request, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            closing_a_year.reopen_year(
                found, reason=form.cleaned_data["reason"], by=signed_in(request)
            )
            messages.success(request, _("The year is open again."))
            return redirect("groups:closings", found.group_id)
    context = {
        "group": found.group,
        "here": "closings",
        "form": form,
        "title": _("Open a closed year again"),
        "about": f"{short_date(found.starts_on)} – {short_date(found.through)}",
        "explained": _("Everything that the closing has booked is reversed, last entry first."),
        "button": _("Open it again"),
    }
    return render(request, "savings_groups/form.html", context)
