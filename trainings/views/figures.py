"""The figures of a training, as a page and as a spreadsheet, and the papers to print."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from core.access import log_access, requires, signed_in
from core.models import AccessLog
from trainings.figures.report import report_of
from trainings.models import Training
from trainings.papers.charts import charts_of
from trainings.papers.pdf import papers_for
from trainings.papers.workbook import report_workbook
from trainings.views.shared import training_or_404

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _counted_or_404(request: HttpRequest, pk: UUID) -> Training:
    """A training whose figures the user may see."""
    trainings = Training.objects.visible_to(signed_in(request)).select_related(
        "owner", "place__commune", "place__district", "place__province", "age_bands"
    )
    return get_object_or_404(trainings, pk=pk)


@require_safe
@requires("figures.live")
def figures(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All figures of a training; each opens the list of people behind it."""
    training = _counted_or_404(request, pk)
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
    training = _counted_or_404(request, pk)
    response = HttpResponse(report_workbook(report_of(training)), content_type=XLSX)
    response["Content-Disposition"] = 'attachment; filename="samaki-training-report.xlsx"'
    log_access(
        AccessLog.Event.EXPORTED,
        by=signed_in(request),
        subject="trainings.report",
        record_id=training.pk,
        people=0,
    )
    return response


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
