"""The attendance sheet of a session, and its discussion groups."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from registry.access import requires, signed_in
from registry.errors import Refused
from registry.submissions import once
from trainings.actions import attending
from trainings.figures.participation import day_shares_of
from trainings.forms.sheets import groups_from, lines_of, lines_with_both, marks_from
from trainings.models import Attendance, Session
from trainings.views.shared import session_or_404

EDIT = ["GET", "HEAD", "POST"]
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
    asked = request.GET.get("groups", "")
    count = int(asked) if asked.isascii() and asked.isdigit() else len(stored) or 3
    count = min(max(count, 1), MOST_GROUPS)
    if request.method == "POST":
        try:
            groups = groups_from(request.POST, MOST_GROUPS)
            members = {row.pk: int(request.POST.get(f"member-{row.pk}") or 0) for row in there}
        except ValueError:
            return HttpResponseBadRequest()
        try:
            attending.set_discussion_groups(
                session, groups=groups, members=members, by=signed_in(request)
            )
        except Refused as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("The discussion groups are saved."))
        return redirect("trainings:discussion-groups", pk)
    numbers = range(1, count + 1)
    by_number = {group.number: group for group in stored}
    context = {
        "session": session,
        "training": session.training,
        "here": "attendance",
        "there": [
            (row, _group_shown(row, index, count, stored)) for index, row in enumerate(there)
        ],
        "groups": [(number, by_number.get(number)) for number in numbers],
        "numbers": numbers,
        "choices": range(1, max(count, 8) + 1),
    }
    return render(request, "trainings/discussion_groups.html", context)


def _group_shown(row: object, index: int, count: int, stored: list) -> int:
    """The group that a person is in; before any are stored, counting off as in the hall."""
    group = row.discussion_group  # type: ignore[attr-defined]  # An Attendance.
    if group:
        return group.number
    return 0 if stored else index % count + 1
