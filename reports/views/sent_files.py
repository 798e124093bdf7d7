"""The files of a report that was sent, and the list behind a number by its reference on paper."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from core.access import requires, signed_in
from core.by_worker import by_worker
from core.downloads import export_response
from registry.models import User
from reports.figures.frozen_reports import Line, read_frozen
from reports.figures.references import cell_of
from reports.models import FrozenReport
from reports.papers.files import FILES, name_of
from reports.papers.said import Style, shown_cell


def frozen_or_404(request: HttpRequest, pk: UUID, **_about: str) -> FrozenReport:
    """A version that the user may read, as staff or as funder."""
    readable = FrozenReport.objects.readable_by(_user(request))
    return get_object_or_404(readable.select_related("report"), pk=pk)


def _user(request: HttpRequest) -> User:
    user = signed_in(request)
    assert isinstance(user, User)
    return user


@require_safe
@requires("reports.read")
@by_worker("reports.sent-file", gettext_lazy("File of a report"), of=frozen_or_404, method="GET")
def sent_file(request: HttpRequest, pk: UUID, kind: str) -> HttpResponse:
    """One file of a version, in the language that is asked for or in that of the report."""
    frozen = frozen_or_404(request, pk)
    language = request.GET.get("language", frozen.language)
    if language not in dict(settings.LANGUAGES):
        raise Http404
    return export_response(
        request,
        FILES[kind](read_frozen(frozen), language=language),
        name_of(frozen, kind, language),
        subject=f"reports.{kind}",
        record_id=frozen.pk,
    )


@require_safe
@requires("reports.read")
def number(request: HttpRequest) -> HttpResponse:
    """Where a reference is typed from paper: staff go on to its list, a donor reads the number."""
    typed = request.GET.get("reference", "")[:20]
    cell = cell_of(typed, user=_user(request)) if typed else None
    if cell and _user(request).may("records.see"):
        return redirect("reports:figure", cell.reference)
    context: dict[str, Any] = {"typed": typed, "cell": cell}
    if typed and not cell:
        context["refused"] = _("No number that you may see has this reference.")
    if cell:
        style = Style.of(cell.line.frozen)
        context["shown"] = shown_cell(cell, Line(cell.line, {}, []), style)
    return render(request, "reports/number.html", context)
