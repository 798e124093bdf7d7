"""The thread beside a report, which staff and the donor read and write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.access import requires, signed_in
from core.form_pages import EDIT, refusals_as_messages, refusals_in
from core.idempotency import once
from reports.actions import commenting
from reports.actions.commenting import may_settle
from reports.figures.drafts import sections_of
from reports.figures.frozen_reports import newest_version
from reports.figures.standing import is_donor, may_comment
from reports.forms.donor_reports import CommentForm
from reports.models import Comment, FrozenCell, Report
from reports.models.workflow import GIVEN
from reports.views.donor_shared import read_or_404


@require_http_methods(EDIT)
@requires("reports.read")
@once
def thread(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What was asked and answered, and a new comment."""
    found, user = read_or_404(request, pk), signed_in(request)
    parts = _parts(found, request.GET.get("cell", ""))
    form = CommentForm(
        request.POST or None,
        parts=parts,
        is_donor=is_donor(user, found),
        initial={"about": request.GET.get("about", "")},
    )
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            commenting.comment_on(
                found,
                text=form.cleaned_data["text"],
                is_internal=form.cleaned_data.get("is_internal", False),
                by=user,
                **_about(found, form.cleaned_data["about"]),
            )
            messages.success(request, _("The comment is saved."))
            return redirect("reports:thread", found.pk)
    every = found.comments.read_by(user).select_related(
        "created_by__organisation", "cell__line", "resolved_by"
    )
    replies: dict[UUID, list[Comment]] = {}
    for each in every:
        if each.answers_id:
            replies.setdefault(each.answers_id, []).append(each)
    first = [each for each in every if not each.answers_id]
    for each in first:
        each.report = found  # Found already, with its form.
    names = _names(found)
    context = {
        "report": found,
        "form": form,
        "comments": [
            (each, _name_of(each, names), replies.get(each.pk, []), may_settle(user, each))
            for each in first
        ],
        "may_comment": may_comment(user, found),
        "is_given": found.state in GIVEN,
    }
    return render(request, "reports/donor/thread.html", context)


def _parts(report: Report, reference: str) -> list[tuple[str, str]]:
    """What a comment can be about: each section, each indicator, and the number one came from."""
    found = list(_names(report).items())
    cell = _cell(report, reference)
    if cell:
        found.append((f"cell:{cell.reference}", f"{cell.line.name} {cell.reference}"))
    return found


def _names(report: Report) -> dict[str, str]:
    """The sections and indicators of a report, called as in the version that the donor has.

    Before there is one, as they are called today: then only staff read it.
    """
    newest = newest_version(report)
    if newest:
        named = {f"section:{each.section_key}": each.title for each in newest.sections.all()}
        lines = newest.lines.order_by("number")
        return named | {f"indicator:{each.indicator_id}": each.name for each in lines}
    named = {f"section:{each.pk}": each.title for each in sections_of(report)}
    own = report.lines.select_related("indicator")
    return named | {f"indicator:{each.indicator_id}": each.indicator.name for each in own}


def _name_of(comment: Comment, names: Mapping[str, str]) -> str:
    """What a comment is about, in words."""
    if comment.section_id:
        return names.get(f"section:{comment.section_id}", _("A section that is not there any more"))
    if comment.indicator_id:
        gone = _("An indicator that is not there any more")
        return names.get(f"indicator:{comment.indicator_id}", gone)
    if comment.cell:
        return f"{comment.cell.line.name} {comment.cell.reference}"
    return _("The whole report")


def _cell(report: Report, reference: str) -> FrozenCell | None:
    cells = FrozenCell.objects.filter(line__frozen__report=report).select_related("line__frozen")
    return cells.filter(reference=reference.upper()).first() if reference else None


def _about(report: Report, chosen: str) -> dict[str, Any]:
    kind, _colon, key = chosen.partition(":")
    match kind:
        case "section":
            return {"section": get_object_or_404(report.form.sections, pk=key)}
        case "indicator":
            return {"indicator": get_object_or_404(report.project.indicators, pk=key)}
        case "cell":
            return {"cell": _cell(report, key)}
    return {}


@require_POST
@requires("reports.read")
@once
def comment_act(request: HttpRequest, pk: UUID, comment_pk: UUID) -> HttpResponse:
    """Answer a comment, or say that it is settled or is not."""
    found, user = read_or_404(request, pk), signed_in(request)
    own = get_object_or_404(found.comments.read_by(user), pk=comment_pk)
    own.report = found
    with refusals_as_messages(request):
        if "answer" in request.POST:
            text = request.POST.get("text", "")
            commenting.answer_comment(own, text=text[:20_000], by=user)
        elif "resolve" in request.POST:
            commenting.resolve_comment(own, by=user)
        elif "unresolve" in request.POST:
            commenting.unresolve_comment(own, by=user)
    return redirect("reports:thread", found.pk)
