"""A group's ledger as a file, for those who may take it; each one is logged."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from core.access import requires, signed_in
from core.by_worker import by_worker
from core.downloads import export_response
from savings_groups.models import Group
from savings_groups.papers.ledger_export import FORMS, Form
from savings_groups.views.shared import group_or_404


def _asked(request: HttpRequest, pk: UUID, form: str) -> tuple[Group, Form, bool]:
    """The group, the form of the file, and whether it is to name the members."""
    if form not in FORMS:
        raise Http404
    group = group_or_404(request, pk)
    names = request.GET.get("names") == "1"
    if names and not signed_in(request).may("export.names"):
        raise PermissionDenied
    return group, FORMS[form], names


@require_safe
@requires("export.live")
@by_worker("savings_groups.ledger", _("The ledger as a file"), method="GET", of=_asked)
def ledger_export(request: HttpRequest, pk: UUID, form: str) -> HttpResponse:
    """The ledger of a group as CSV, XLSX or a journal for hledger; with names if one may."""
    group, file, names = _asked(request, pk, form)
    return export_response(
        request,
        file.write(group, names=names),
        f"ledger-{timezone.localdate().isoformat()}.{file.ending}",
        subject="savings_groups.ledger",
        record_id=group.pk,
        people=group.members.count() if names else 0,
    )
