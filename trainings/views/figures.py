"""The figures of a training, as a page and as a spreadsheet, and the papers to print."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.access import requires, signed_in
from core.downloads import export_response
from trainings.figures.report import report_of
from trainings.papers.charts import charts_of
from trainings.papers.pdf import papers_for
from trainings.papers.workbook import report_workbook
from trainings.views.shared import training_or_404


@require_safe
@requires("figures.live")
def figures(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All figures of a training; each opens the list of people behind it."""
    training = training_or_404(request, pk)
    report = report_of(training)
    context = {
        "training": training,
        "here": "figures",
        "report": report,
        "charts": charts_of(report),
    }
    return render(request, "trainings/figures.html", context)


@require_safe
@requires("export.live")
def report_xlsx(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The figures of the report as a workbook. It names nobody."""
    training = training_or_404(request, pk)
    return export_response(
        request,
        report_workbook(report_of(training)),
        "samaki-training-report.xlsx",
        subject="trainings.report",
        record_id=training.pk,
    )


@require_safe
@requires("paper.print")
def papers(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What can be printed for a training."""
    training = training_or_404(request, pk)
    context = {
        "training": training,
        "here": "papers",
        "papers": papers_for(training, signed_in(request)),
    }
    return render(request, "trainings/papers.html", context)
