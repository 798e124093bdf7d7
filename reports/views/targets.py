"""The grid of targets."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.access import requires, signed_in
from core.form_pages import EDIT, refusals_in
from core.idempotency import once
from registry.models import Project, User
from reports.actions.targets import set_baseline, set_targets
from reports.figures.donor_years import calendars_of
from reports.figures.periods import Period
from reports.figures.tables import periods_of
from reports.forms.targets import PartForm, TargetsForm, asked_parts, pasted, spread
from reports.models import Indicator
from reports.views.shared import project_or_404, with_all, year_in, years_of


@require_http_methods(EDIT)
@requires("indicators.edit")
@once
def targets(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Targets of all indicators in the periods of a year; pasted, spread evenly, or typed."""
    project, user = project_or_404(request, pk), signed_in(request)
    calendars = calendars_of(project)
    asked = request.GET.get("calendar", "")
    chosen = next((each for each in calendars if each.code == asked), calendars[0])
    year = year_in(request, project, chosen.calendar)
    parts, wholes = periods_of(project, year, chosen.calendar)
    indicators = list(with_all(Indicator.objects.in_use().filter(project=project)))
    periods = [*parts, *wholes]
    more = asked_parts(request.POST.getlist("row"))
    form = TargetsForm(request.POST or None, indicators=indicators, periods=periods, more=more)
    part = PartForm(request.POST if _adds_a_row(request) else None, project=project)
    if "fill" in request.POST:
        form = _filled(request, form, part, parts, wholes)
    elif request.method == "POST" and form.is_valid():
        with refusals_in(form):
            number = _save(project, indicators, form, user)
            messages.success(request, _("%(number)s targets are changed.") % {"number": number})
            here = f"?calendar={chosen.code}&year={year.since}"
            return redirect(reverse("reports:targets", args=[pk]) + here)
    context = {
        "project": project,
        "form": form,
        "part": part,
        "year": year,
        "calendars": calendars,
        "calendar": chosen,
        "years": years_of(project, chosen.calendar),
        "periods": periods,
        "paste": request.POST.get("paste", ""),
        "can_spread": len(parts) > 1,
    }
    return render(request, "reports/targets.html", context)


def _save(project: Project, indicators: list[Indicator], form: TargetsForm, user: User) -> int:
    """Baselines and targets, together."""
    data = form.cleaned_data
    for each in indicators:
        set_baseline(each, value=data[f"{each.pk}_baseline"], on=data[f"{each.pk}_on"], by=user)
    return set_targets(
        project, targets=form.targets, seen=form.seen, reason=data["reason"], by=user
    )


def _adds_a_row(request: HttpRequest) -> bool:
    return request.POST.get("fill") in ("row", "rows")


def _filled(
    request: HttpRequest,
    form: TargetsForm,
    part: PartForm,
    parts: list[Period],
    wholes: list[Period],
) -> TargetsForm:
    """The grid with another row, or with more of it filled in; nothing is saved yet."""
    more = asked_parts(request.POST.getlist("row"))
    values: Mapping[str, str] = {}
    try:
        if _adds_a_row(request):
            if part.is_valid():
                more += part.parts(each_inside=request.POST["fill"] == "rows")
        elif request.POST["fill"] == "spread" and wholes:
            values = spread(form, parts, wholes[0])
        else:
            text = request.POST.get("paste", "")
            found = pasted(text, form.indicators, form.periods, form.order)
            values, more = found.values, [*more, *found.parts]
    except ValidationError as error:
        messages.error(request, error.messages[0])
    data = request.POST.copy()
    for name, value in values.items():
        data[name] = value
    return TargetsForm(data, indicators=form.indicators, periods=form.periods, more=more)
