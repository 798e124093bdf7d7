"""How every page of reports to donors finds its records."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from core.access import signed_in
from reports.models import DonorForm, FrozenReport, Report

WITH = ("project__owner", "form__donor", "form__project", "owner")


def report_or_404(request: HttpRequest, pk: UUID) -> Report:
    """A report of the user's organisation, for whoever writes it."""
    chosen = Report.objects.visible_to(signed_in(request)).select_related(*WITH)
    return get_object_or_404(chosen, pk=pk)


def read_or_404(request: HttpRequest, pk: UUID) -> Report:
    """A report that the user reads: of their organisation, or one that they were given."""
    chosen = Report.objects.readable_by(signed_in(request)).select_related(*WITH)
    return get_object_or_404(chosen, pk=pk)


def version_or_404(request: HttpRequest, pk: UUID) -> FrozenReport:
    """A version of a report as it was sent, for staff and for the funder who got it."""
    chosen = FrozenReport.objects.readable_by(signed_in(request))
    return get_object_or_404(chosen.select_related("report__form", "report__project"), pk=pk)


def form_or_404(request: HttpRequest, pk: UUID) -> DonorForm:
    """A donor's form of a project of the user's organisation."""
    chosen = DonorForm.objects.visible_to(signed_in(request))
    return get_object_or_404(chosen.select_related("project", "donor"), pk=pk)
