"""The attendance sheet of a session, and its discussion groups."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.access import requires, signed_in
from core.errors import Refused
from core.form_pages import EDIT, refusals_as_messages
from core.idempotency import once
from trainings.actions import attending
from trainings.figures.participation import day_shares_of
from trainings.forms.sheets import (
    group_forms,
    lines_of,
    lines_with_both,
    marks_from,
    members_from,
)
from trainings.models import Attendance, Session
from trainings.views.shared import count_asked, session_or_404

MOST_GROUPS = 20


@require_http_methods(EDIT)
@requires("trainings.record")
@once
def attendance(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Mark who is there. Everyone expected stands as present; the exceptions are tapped."""
    session = session_or_404(request, pk)
    lines = lines_of(session, _expected(session))
    status = 200
    if request.method == "POST":
        try:
            marks = marks_from(request.POST, lines)
        except ValueError:
            return HttpResponseBadRequest()
        try:
            attending.record_attendance(session, marks=marks, by=signed_in(request))
        except attending.MarksChanged as error:
            lines, status = lines_with_both(lines, marks, error.stored), 409
            # Shown now, so saving again is a decision.
            for line in lines:
                if line.stored:
                    line.seen = attending.presence_of(line.stored)
            messages.warning(request, error.message)
        except Refused as error:
            lines, status = lines_with_both(lines, marks, {}), 409
            messages.error(request, error.message)
        else:
            messages.success(request, _("The attendance is saved."))
            return redirect("trainings:attendance", pk)
    context = {
        "session": session,
        "training": session.training,
        "here": "attendance",
        "lines": lines,
        "shares": day_shares_of(session),
        "sessions": session.training.sessions.order_by("number"),
        "statuses": Attendance.Status.choices,
        "nobody_marked": all(line.seen is None for line in lines),
    }
    return render(request, "trainings/attendance.html", context, status=status)


def _expected(session: Session) -> list:
    """Learners, trainers and organisations in the paper's order."""
    return list(
        session.training.enrolments.select_related("person", "organisation", "position").order_by(
            "sheet_row"
        )
    )


@require_http_methods(EDIT)
@requires("trainings.record")
@once
def discussion_groups(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The discussion groups of a session: who was in which, and what each found."""
    session = session_or_404(request, pk)
    there = list(
        session.attendances.filter(fraction__gt=0)
        .select_related("enrolment__person", "enrolment__organisation", "discussion_group")
        .order_by("enrolment__sheet_row")
    )
    stored = list(session.discussion_groups.order_by("number"))
    data = request.POST if request.method == "POST" else None
    asked = (request.GET if data is None else data).get("groups", "")
    forms = group_forms(
        stored, count_asked(asked, default=len(stored) or 3, most=MOST_GROUPS), data
    )
    members: dict[UUID, int] = {}
    if data is not None:
        if "groups" not in data:
            # What does not say how many groups there are must not empty them.
            return HttpResponseBadRequest()
        try:
            members = members_from(data, there)
        except ValueError:
            return HttpResponseBadRequest()
        if all(form.is_valid() for form in forms):
            with refusals_as_messages(request):
                attending.set_discussion_groups(
                    session,
                    groups=[(f.cleaned_data["topic"], f.cleaned_data["outcome"]) for f in forms],
                    members=members,
                    by=signed_in(request),
                )
                messages.success(request, _("The discussion groups are saved."))
                return redirect("trainings:discussion-groups", pk)
    context = {
        "session": session,
        "training": session.training,
        "here": "attendance",
        "there": [
            (row, members.get(row.pk, _group_shown(row, index, len(forms), stored)))
            for index, row in enumerate(there)
        ],
        "forms": forms,
        "numbers": range(1, len(forms) + 1),
        "choices": range(1, max(len(forms), 8) + 1),
    }
    return render(request, "trainings/discussion_groups.html", context)


def _group_shown(row: object, index: int, count: int, stored: list) -> int:
    """The group that a person is in; before any are stored, counting off as in the hall."""
    group = row.discussion_group  # type: ignore[attr-defined]  # An Attendance.
    if group:
        return group.number
    return 0 if stored else index % count + 1
