"""The files of a report that was sent, and the list behind a number by its reference on paper."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from core.access import requires, signed_in
from core.by_worker import by_worker
from core.downloads import export_response
from registry.models import User
from reports.figures.frozen_lists import cell_of, may_see_list, with_names
from reports.figures.frozen_reports import Line, read_frozen, rows_of
from reports.models import FrozenCell, FrozenReport
from reports.papers.files import FILES, name_of
from reports.papers.said import Style, shown_cell

PER_PAGE = 50


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
    """What a reference on paper stands for: the number, and whom and what it is made of."""
    typed = request.GET.get("reference", "")[:20]
    cell = cell_of(typed, user=_user(request)) if typed else None
    context = {"typed": typed, "cell": cell}
    if typed and not cell:
        context["refused"] = _("No number that you may see has this reference.")
    if cell:
        line = Line(cell.line, {}, [])
        context["shown"] = shown_cell(cell, line, Style.of(cell.line.frozen))
        context["page"] = _list_behind(request, cell)
    return render(request, "reports/number.html", context)


def _list_behind(request: HttpRequest, cell: FrozenCell) -> object:
    """The rows of a page with names, for staff alone."""
    user = _user(request)
    if not may_see_list(cell, user=user):
        return None
    page = Paginator(rows_of(cell), PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = with_names(page.object_list, user=user)
    return page
