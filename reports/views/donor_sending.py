"""Before a report is submitted, its steps, and its versions as they were sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.access import requires, signed_in
from core.form_pages import EDIT, refusals_in, version_in, version_shown
from core.idempotency import once
from registry.models import Person
from reports.actions import sending
from reports.figures.cause_words import in_words
from reports.figures.checks import by_part, checks_of
from reports.figures.drafts import draft_of
from reports.figures.frozen_reports import given_with, rows_of
from reports.figures.standing import may_take, must_be_somebody_else, steps_open_to
from reports.forms.donor_reports import StepForm, SubmitForm
from reports.models import Basis, Difference, FrozenCell
from reports.models.definitions import Dimension
from reports.models.workflow import MOVES, Verb
from reports.views.donor_reports import sent_context
from reports.views.donor_shared import read_or_404, report_or_404, version_or_404
from savings_groups.models import Group
from trainings.models import Training

PER_PAGE = 50
STEPS: Mapping[Verb, Callable[..., Any]] = {
    Verb.OPEN: sending.open_report,
    Verb.CHECK: sending.send_to_check,
    Verb.TAKE_BACK: sending.take_back_from_check,
    Verb.RETURN: sending.return_report,
    Verb.ACCEPT: sending.accept_report,
    Verb.REVOKE: sending.revoke_acceptance,
    Verb.RESTATE: sending.restate_report,
}
WITHOUT_REASON = (Verb.OPEN, Verb.CHECK)


@require_http_methods(EDIT)
@requires("reports.write")
@once
def check(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Everything to look at before the report is submitted, and the submission."""
    found, user = report_or_404(request, pk), signed_in(request)
    form = SubmitForm(request.POST or None)
    error: Exception | None = None
    if request.method == "POST" and form.is_valid():
        with refusals_in(form) as refusal:
            accepted = form.cleaned_data["accept_findings"]
            sending.submit_report(
                found, version=version_in(request), accept_findings=accepted, by=user
            )
            messages.success(request, _("The report is submitted. What was sent stays so."))
            return redirect("reports:report", found.pk)
        error = refusal.error
        found = report_or_404(request, pk)
    findings = checks_of(found, draft_of(found, given=given_with(found)))
    context = {
        "report": found,
        "form": form,
        "version": version_shown(request, found, error),
        "parts": by_part(findings),
        "findings": findings,
        "is_hindered": any(each.hinders for each in findings),
        "may_submit": may_take(user, found, Verb.SUBMIT),
        "may_check": may_take(user, found, Verb.CHECK),
        "needs_somebody_else": must_be_somebody_else(user, found),
    }
    return render(request, "reports/donor/check.html", context)


@require_http_methods(EDIT)
@requires("reports.read")
@once
def step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Take a step with a report, with its reason where one is asked for."""
    found, user = read_or_404(request, pk), signed_in(request)
    wanted = next((each for each in STEPS if each.value.replace(" ", "-") == verb), None)
    if wanted is None:
        raise Http404
    needs_reason = MOVES[wanted].needs_reason
    form = StepForm(request.POST or None, needs_reason=needs_reason)
    error: Exception | None = None
    if request.method == "POST" and form.is_valid():
        with refusals_in(form) as refusal:
            about: dict[str, Any] = {} if wanted in WITHOUT_REASON else form.cleaned_data
            STEPS[wanted](found, version=version_in(request), by=user, **about)
            messages.success(request, _("The change is saved."))
            return redirect("reports:report", found.pk)
        error = refusal.error
        found = read_or_404(request, pk)
    if request.method != "POST" and wanted not in steps_open_to(user, found):
        messages.info(request, _("This step cannot be taken now."))
        return redirect("reports:report", found.pk)
    context = {
        "report": found,
        "verb": wanted,
        "form": form,
        "version": version_shown(request, found, error),
        "asks_for_reason": wanted not in WITHOUT_REASON,
        "freezes": MOVES[wanted].freezes,
    }
    return render(request, "reports/donor/step.html", context)


@require_safe
@requires("reports.read")
def version(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A version of a report as it was sent."""
    frozen = version_or_404(request, pk)
    context = sent_context(frozen) | {"report": frozen.report, "is_version": True}
    return render(request, "reports/donor/sent.html", context)


@require_safe
@requires("records.see")
def figure_by_reference(request: HttpRequest, reference: str) -> HttpResponse:
    """The list behind a number that was sent, by the reference that stands beside it on paper."""
    found = FrozenCell.objects.select_related("line__frozen__report", "line__definition_version")
    cell = get_object_or_404(found, reference=reference.upper())
    version_or_404(request, cell.line.frozen_id)
    if _is_about_disability(cell) and not signed_in(request).may("disability.see"):
        raise PermissionDenied
    of_whole = "whole" in request.GET and cell.counted_whole is not None
    rows = rows_of(cell, of_whole=of_whole)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "cell": cell,
        "line": cell.line,
        "frozen": cell.line.frozen,
        "report": cell.line.frozen.report,
        "of_whole": of_whole,
        "page": page,
        "rows": _named(list(page), cell),
    }
    return render(request, "reports/donor/figure.html", context)


def _is_about_disability(cell: FrozenCell) -> bool:
    return bool(cell.key) and Dimension.DISABILITY in cell.line.definition.dimensions


def _named(rows: list[Any], cell: FrozenCell) -> list[dict[str, Any]]:
    """The rows with the names that there are today: nobody's for whoever was erased since.

    Of an indicator on one subject, nobody of a sensitive training, as in the list of today.
    """
    people = Person.objects.select_related("joined_into").in_bulk(
        {each.person_key for each in rows if each.person_key}
    )
    keys = {each.record_key for each in rows if each.record_key}
    trainings = Training.objects.in_bulk(keys)
    groups = Group.objects.with_names().in_bulk(keys - trainings.keys())
    part = cell.line.definition.part.selection
    is_of_subject = bool(part.topics or part.curricula)
    found = []
    for each in rows:
        training = trainings.get(each.record_key)
        person = people.get(each.person_key)
        is_kept_back = is_of_subject and training is not None and training.is_sensitive
        found.append(
            {
                "person": None if is_kept_back or not person else person.joined_into or person,
                "was": person if person and person.joined_into else None,
                "is_gone": each.person_key is not None and person is None,
                "is_kept_back": is_kept_back,
                "record": training or groups.get(each.record_key),
                "day": each.day,
                "amount": each.amount.normalize(),
            }
        )
    return found


@require_safe
@requires("reports.write")
def differences(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the donor would read otherwise today, and why; nobody else sees it before."""
    found = report_or_404(request, pk)
    kept = Difference.objects.filter(line__frozen__report=found).select_related("line")
    whole = [each for each in kept if not each.key]
    context = {
        "report": found,
        "rows": [(each, Basis(each.basis).label, _words(each)) for each in whole],
        "cells": sum(1 for each in kept if each.key),
        "may_restate": Verb.RESTATE in steps_open_to(signed_in(request), found),
    }
    return render(request, "reports/donor/differences.html", context)


def _words(difference: Difference) -> str:
    return in_words(difference.was, difference.now, difference.causes)
