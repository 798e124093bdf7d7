"""How every page of indicators finds its records."""

from __future__ import annotations

import re
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from core.access import signed_in
from registry.models import Place, Project
from reports.figures.periods import Calendar, Period
from reports.figures.tables import periods_of
from reports.models import Indicator, Within


def project_or_404(request: HttpRequest, pk: UUID) -> Project:
    """A project of the user's organisation."""
    chosen = Project.objects.visible_to(signed_in(request)).select_related("calendar", "owner")
    return get_object_or_404(chosen, pk=pk)


def indicator_or_404(request: HttpRequest, pk: UUID) -> Indicator:
    """An indicator of a project of the user's organisation."""
    chosen = Indicator.objects.visible_to(signed_in(request))
    return get_object_or_404(with_all(chosen), pk=pk)


def with_all(indicators: QuerySet[Indicator]) -> QuerySet[Indicator]:
    """With what every figure of theirs reads."""
    return indicators.select_related("project__calendar", "project__owner").prefetch_related(
        "versions", "targets"
    )


def years_of(project: Project, calendar: Calendar | None = None) -> list[Period]:
    """The years of its donor through which it goes."""
    return list((calendar or Calendar.of(project)).years(today=timezone.localdate()))


def year_in(request: HttpRequest, project: Project, calendar: Calendar | None = None) -> Period:
    """The year that an address asks for; else the one of today, or the nearest to it."""
    years, today = years_of(project, calendar), timezone.localdate()
    asked = request.GET.get("year", "")
    for year in years:
        if str(year.since) == asked:
            return year
    return next((year for year in years if today <= year.until), years[-1])


def period_in(request: HttpRequest, project: Project) -> Period:
    """The period that an address asks for, or the part of the year in which today lies."""
    asked = request.GET.get("period", "")
    if asked:
        try:
            return Period.read(asked)
        except ValueError as error:
            raise Http404 from error
    parts, wholes = periods_of(project, year_in(request, project))
    begun = [each for each in parts if each.since <= timezone.localdate()]
    return begun[-1] if begun else (parts or wholes)[0]


def part_in(request: HttpRequest) -> Within:
    """The place or the tier of it that an address asks for; else all of it."""
    place, tier = request.GET.get("place", ""), request.GET.get("tier", "")
    if tier:
        if not re.fullmatch("[1-6]", tier):
            raise Http404
        return Within(tier=int(tier))
    if place and not Place.objects.filter(pk=place).exists():
        raise Http404
    return Within(place=place)
