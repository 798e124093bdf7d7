"""The attendance sheet of a session, and its discussion groups."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from core.access import requires, signed_in
from core.errors import Refused
from core.form_pages import EDIT, Refusal, refusals_as_messages, version_in, version_shown
from core.idempotency import once
from core.paging import count_asked
from paper.templatetags.paper import digits
from trainings.actions import attending
from trainings.figures.person_days import day_shares_of
from trainings.forms.sheets import AttendanceDraft, DiscussionDraft
from trainings.models import Attendance, Session
from trainings.views.shared import session_or_404

MOST_GROUPS = 20


@require_http_methods(EDIT)
@requires("trainings.record")
@once
def attendance(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Mark who is there: the exceptions are tapped, and one tap marks the rest as present."""
    session = session_or_404(request, pk)
    draft, status = AttendanceDraft.of(session), 200
    if request.method == "POST":
        status = 409
        try:
            draft = AttendanceDraft.from_post(request.POST, session)
        except ValueError:
            return HttpResponseBadRequest()
        try:
            attending.record_attendance(session, marks=draft.marks, by=signed_in(request))
        except attending.MarksChanged as error:
            draft.merge_with(error.stored)
            messages.warning(request, error.message)
        except Refused as error:
            messages.error(request, error.message)
        else:
            _say_that_it_is_saved(request, session)
            return redirect("trainings:attendance", pk)
    context = {
        "session": session,
        "training": session.training,
        "here": "attendance",
        "lines": draft.lines,
        "shares": day_shares_of(session),
        "sessions": session.training.sessions.order_by("number"),
        "statuses": Attendance.Status.choices,
        "marked": draft.marked,
    }
    return render(request, "trainings/attendance.html", context, status=status)


def _say_that_it_is_saved(request: HttpRequest, session: Session) -> None:
    """And how many are not marked yet: nobody counts as present before somebody marks them."""
    messages.success(request, _("The attendance is saved."))
    left = session.training.enrolments.exclude(attendances__session=session).count()
    if left:
        words = ngettext(
            "%(count)s is not marked yet, and counts neither as there nor as absent.",
            "%(count)s are not marked yet, and count neither as there nor as absent.",
            left,
        )
        messages.warning(request, words % {"count": digits(left)})


@require_http_methods(EDIT)
@requires("trainings.record")
@once
def discussion_groups(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The discussion groups of a session: who was in which, and what each found."""
    session = session_or_404(request, pk)
    data = request.POST if request.method == "POST" else None
    asked = request.GET if data is None else data
    if data is not None and "groups" not in data:
        # What does not say how many groups there are must not empty them.
        return HttpResponseBadRequest()
    count = count_asked(asked.get("groups", ""), most=MOST_GROUPS)
    try:
        draft = DiscussionDraft.of(session, count, data)
    except ValueError:
        return HttpResponseBadRequest()
    refusal = Refusal()
    if data is not None and draft.is_valid:
        with refusals_as_messages(request) as refusal:
            attending.set_discussion_groups(
                session,
                groups=draft.groups,
                members=draft.members,
                version=version_in(request),
                by=signed_in(request),
            )
            messages.success(request, _("The discussion groups are saved."))
            return redirect("trainings:discussion-groups", pk)
    count = len(draft.forms)
    context = {
        "session": session,
        "training": session.training,
        "here": "attendance",
        "version": version_shown(request, session, refusal.error),
        "conflicts": draft.differences(getattr(refusal.error, "theirs", {})),
        "there": draft.there,
        "forms": draft.forms,
        "numbers": range(1, count + 1),
        "choices": range(1, max(count, 8) + 1),
    }
    return render(request, "trainings/discussion_groups.html", context)
