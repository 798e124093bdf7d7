"""Reports to donors: the list, the plan, the page of one, and what is written in it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import requires, signed_in
from core.form_pages import EDIT, edit_page, refusals_as_messages, refusals_in
from core.idempotency import once
from reports.actions import donor_reports as keeping
from reports.figures.donor_years import due_after, periods_of_form
from reports.figures.drafts import draft_of, sections_of
from reports.figures.frozen_reports import as_sent, given_with, newest_version, read_frozen
from reports.figures.lengths import CHARACTERS_A_PAGE, length_in_words, lengths_beside
from reports.figures.standing import is_donor, may_comment, may_write, steps_open_to
from reports.forms.donor_reports import IndicatorsForm, LineForm, NarrativeForm, ReportForm
from reports.models import Difference, DonorForm, FormSection, Report
from reports.models.donor_forms import Language
from reports.models.donor_reports import SOON
from reports.models.workflow import GIVEN, Verb
from reports.papers.parts import told
from reports.views.donor_shared import form_or_404, read_or_404, report_or_404
from reports.views.shared import project_or_404

PER_PAGE = 50


@require_safe
@requires("reports.read")
def report_list(request: HttpRequest) -> HttpResponse:
    """The reports that a user reads: the next due one first. A funder has those they were sent.

    With `waiting` only those that have to be sent soon.
    """
    user = signed_in(request)
    today, is_waiting = timezone.localdate(), "waiting" in request.GET
    found = Report.objects.readable_by(user).select_related("project", "form__donor")
    if is_waiting:
        found = found.to_send(today + SOON)
    page = Paginator(found.order_by("due_on", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "today": today, "given": GIVEN, "is_waiting": is_waiting}
    return render(request, "reports/donor/list.html", context)


@require_safe
@requires("reports.write")
def reports_of_project(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The forms of the donors of a project, and its reports by form."""
    project = project_or_404(request, pk)
    forms = project.donor_forms.select_related("donor").prefetch_related("reports")
    context = {"project": project, "forms": forms, "today": timezone.localdate(), "given": GIVEN}
    return render(request, "reports/donor/project.html", context)


@require_http_methods(EDIT)
@requires("reports.write")
@once
def report_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Plan a report; the first period without one is filled in."""
    project, user = project_or_404(request, pk), signed_in(request)
    initial = _first_period(project.donor_forms.filter(is_retired=False).first())
    form = ReportForm(request.POST or None, project=project, initial=initial)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            made = keeping.plan_report(project, by=user, **form.cleaned_data)
            messages.success(request, _("The report is planned."))
            return redirect("reports:report", made.pk)
    context = {"project": project, "form": form, "has_forms": project.donor_forms.exists()}
    return render(request, "reports/donor/plan.html", context)


def _first_period(form: DonorForm | None) -> dict[str, Any]:
    if form is None:
        return {}
    there = set(form.reports.values_list("since", "until"))
    for period in periods_of_form(form, today=timezone.localdate()):
        if (period.since, period.until) not in there:
            return {
                "form": form,
                "since": period.since,
                "until": period.until,
                "due_on": due_after(form, period.until),
                "language": form.language,
                "is_public": form.is_public,
            }
    return {"form": form, "language": form.language}


@require_POST
@requires("reports.write")
@once
def plan_all(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Plan a report for every period of a form that has none."""
    form = form_or_404(request, pk)
    with refusals_as_messages(request):
        made = keeping.plan_periods(form, today=timezone.localdate(), by=signed_in(request))
        messages.success(request, _("%(number)s reports are planned.") % {"number": len(made)})
    return redirect("reports:reports", form.project_id)


@require_safe
@requires("reports.read")
def report(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A report: for staff what is written and what comes next, for a funder what they were sent."""
    found, user = read_or_404(request, pk), signed_in(request)
    if not user.may("records.see"):
        return _sent_page(request, found)
    texts = {(each.section_id, each.language): each.text for each in found.narratives.all()}
    sections = [
        {
            "section": each,
            "texts": [
                (Language(language).label, texts.get((each.pk, language), ""))
                for language in (found.language, "en" if found.language == "km" else "km")
            ],
            "length": _length(texts.get((each.pk, found.language), ""), each),
        }
        for each in sections_of(found)
    ]
    context = _around(request, found) | {
        "sections": sections,
        "lines": found.lines.select_related("indicator"),
        "differences": Difference.objects.filter(line__frozen__report=found).count(),
    }
    return render(request, "reports/donor/report.html", context)


def _length(text: str, own: FormSection) -> str:
    """How long a text is, in what the donor counts; nothing where neither asks for it."""
    return length_in_words(text, own.limit_unit or "words") if text or own.limit else ""


def _around(request: HttpRequest, found: Report) -> dict[str, Any]:
    """What every page of a report has: its steps, its versions, and what one may do."""
    user = signed_in(request)
    steps = found.steps.select_related("created_by", "frozen").order_by("number")
    own = steps_open_to(user, found)
    return {
        "report": found,
        "steps": steps,
        "verbs": [(verb, verb.label) for verb in own if verb != Verb.SUBMIT],
        "may_submit": Verb.SUBMIT in own,
        "may_write": may_write(user, found),
        "may_comment": may_comment(user, found),
        "is_donor": is_donor(user, found),
        "open_comments": found.comments.read_by(user).filter(answers=None, resolved_at=None),
    }


def _sent_page(request: HttpRequest, found: Report) -> HttpResponse:
    """The newest version that was sent, and what the donor does with it."""
    newest = newest_version(found)
    assert newest  # Without one it would not be given.
    return render(
        request, "reports/donor/sent.html", _around(request, found) | sent_context(newest)
    )


def sent_context(frozen: Any) -> dict[str, Any]:
    """What a page shows of a version that was sent, in the words of its files."""
    return {
        "frozen": frozen,
        "told": told(read_frozen(frozen)),
        "versions": frozen.report.versions.order_by("number"),
    }


@require_safe
@requires("reports.write")
def preview(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The report as it would be sent now."""
    found = report_or_404(request, pk)
    draft = draft_of(found, given=given_with(found))
    context = {"report": found, "told": told(as_sent(draft))}
    return render(request, "reports/donor/preview.html", context)


@require_http_methods(EDIT)
@requires("reports.write")
@once
def report_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Correct the days, the language or the contract of a report."""
    found, user = report_or_404(request, pk), signed_in(request)
    names = [name for name in ReportForm.base_fields if name not in ("form", "kind")]
    initial = {name: getattr(found, name) for name in names}
    form = ReportForm(request.POST or None, project=found.project, instance=found, initial=initial)

    def save(version: int) -> None:
        keeping.change_report(
            report_or_404(request, pk), version=version, by=user, **form.cleaned_data
        )

    return edit_page(
        request,
        form,
        found,
        save,
        template="reports/donor/edit.html",
        context={"report": found, "head": _("Correct the report")},
        then=("reports:report", found.pk),
    )


@require_http_methods(EDIT)
@requires("reports.write")
@once
def report_indicators(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Choose the indicators of a report."""
    found, user = report_or_404(request, pk), signed_in(request)
    chosen = {"indicators": found.lines.values_list("indicator", flat=True)}
    form = IndicatorsForm(request.POST or None, report=found, initial=chosen)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            indicators = list(form.cleaned_data["indicators"])
            keeping.choose_indicators(found, indicators=indicators, by=user)
            messages.success(request, _("The change is saved."))
            return redirect("reports:report", found.pk)
    context = {"report": found, "form": form, "head": _("Indicators of the report")}
    return render(request, "reports/donor/edit.html", context)


@require_http_methods(EDIT)
@requires("reports.write")
@once
def section(request: HttpRequest, pk: UUID, section_pk: UUID) -> HttpResponse:
    """Write a section, in both languages."""
    found, user = report_or_404(request, pk), signed_in(request)
    own = get_object_or_404(found.form.sections, pk=section_pk)
    texts = dict(found.narratives.filter(section=own).values_list("language", "text"))
    initial = {
        f"{kind}_{language}": texts.get(language, "")
        for kind in ("text", "seen")
        for language in Language.values
    }
    form = NarrativeForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            for language in Language.values:
                keeping.write_section(
                    found,
                    section=own,
                    language=language,
                    text=form.cleaned_data[f"text_{language}"],
                    seen=form.cleaned_data[f"seen_{language}"],
                    by=user,
                )
            messages.success(request, _("The text is saved."))
            return redirect("reports:report", found.pk)
    context = {
        "report": found,
        "section": own,
        "form": form,
        "lengths": _lengths(found, own, form),
        "characters_a_page": CHARACTERS_A_PAGE,
        "may_write": may_write(user, found),
    }
    return render(request, "reports/donor/section.html", context)


def _lengths(report: Report, own: FormSection, form: NarrativeForm) -> list[Any]:
    """How long the texts are as they stand on the page, each with the field it is of."""
    inside = {each.pk for each in sections_of(report)}
    others = report.narratives.filter(language=report.language, section__in=inside)
    texts = list(others.exclude(section=own).values_list("text", flat=True))
    found = []
    for language in Language.values:
        field = form[f"text_{language}"]
        text, counts = str(field.value() or ""), language == report.language
        found.append((field, lengths_beside(text, language, own, texts, counts=counts)))
    return found


@require_http_methods(EDIT)
@requires("reports.write")
@once
def line(request: HttpRequest, pk: UUID, indicator_pk: UUID) -> HttpResponse:
    """Say how sure the value of an indicator is, and why it differs from its target."""
    found, user = report_or_404(request, pk), signed_in(request)
    lines = found.lines.select_related("indicator", "report__form")
    own = get_object_or_404(lines, indicator=indicator_pk)
    form = LineForm(request.POST or None, instance=own)

    def save(version: int) -> None:
        keeping.write_line(own, version=version, by=user, **form.cleaned_data)

    return edit_page(
        request,
        form,
        own,
        save,
        template="reports/donor/edit.html",
        context={"report": found, "head": own.indicator.name},
        then=("reports:report", found.pk),
    )


@require_POST
@requires("reports.write")
@once
def report_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a report out of the plan that nobody has begun."""
    found = report_or_404(request, pk)
    with refusals_as_messages(request) as refusal:
        keeping.remove_report(found, by=signed_in(request))
        messages.success(request, _("The report is taken out of the plan."))
    if refusal.error:
        return redirect("reports:report", pk)
    return redirect("reports:reports", found.project_id)
