"""Follow-ups of a training: what is due, whom to ask, and what they said."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import requires, signed_in
from core.errors import Refused
from core.form_pages import EDIT, add_refusal, refusals_as_messages, refusals_in
from core.idempotency import once
from paper.templatetags.paper import digits
from trainings.actions import following_up
from trainings.figures.following_up import Counts, due_for, due_number, rounds_of, who_can_be_asked
from trainings.forms.following_up import AskedOnForm, BeginFollowUpForm, FollowUpSheet
from trainings.models import FollowUp, FollowUpAnswer
from trainings.views.shared import training_or_404

MOST_DUE = 200


@require_safe
@requires("records.see")
def follow_ups_due(request: HttpRequest) -> HttpResponse:
    """Every round that waits to be asked, in all trainings that the user sees."""
    user = signed_in(request)
    context = {"rounds": due_for(user, most=MOST_DUE), "number": due_number(user)}
    return render(request, "trainings/follow_ups_due.html", context)


@require_safe
@requires("records.see")
def follow_ups(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The rounds of a training: when each is due, and what came of it."""
    training = training_or_404(request, pk)
    context = {"training": training, "here": "follow-ups", "rounds": rounds_of(training)}
    return render(request, "trainings/follow_ups.html", context)


@require_http_methods(EDIT)
@requires("trainings.record")
@once
def follow_up_begin(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say whom a round asks, or why nobody."""
    training = training_or_404(request, pk)
    form = BeginFollowUpForm(request.POST or None, initial={"months": request.GET.get("months")})
    if request.method == "POST" and form.is_valid():
        data, by = form.cleaned_data, signed_in(request)
        with refusals_in(form):
            if data["whom"] == form.NOBODY:
                following_up.leave_follow_up(
                    training, months=data["months"], reason=data["reason"], by=by
                )
                return redirect("trainings:follow-ups", pk)
            sample = data["sample"] if data["whom"] == form.SAMPLE else None
            begun = following_up.begin_follow_up(
                training, months=data["months"], sample=sample, by=by
            )
            return redirect("trainings:follow-up", begun.pk)
    context = {
        "training": training,
        "here": "follow-ups",
        "form": form,
        "came": len(who_can_be_asked(training)),
    }
    return render(request, "trainings/follow_up_begin.html", context)


def _follow_up_or_404(request: HttpRequest, pk: UUID) -> FollowUp:
    found = FollowUp.objects.visible_to(signed_in(request)).select_related("training__owner")
    return get_object_or_404(found, pk=pk)


@require_safe
@requires("records.see")
def follow_up_behind(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The people behind a number of a round: those with one answer, or all."""
    follow_up = _follow_up_or_404(request, pk)
    answers = follow_up.answers.select_related("enrolment__person").order_by("enrolment__sheet_row")
    still = request.GET.get("still")
    if still == "reached":
        answers = answers.filter(still__in=FollowUpAnswer.REACHED)
    elif still == "asked":
        answers = answers.exclude(still="")
    elif still is not None:
        answers = answers.filter(still=still if still != "waiting" else "")
    context = {
        "training": follow_up.training,
        "here": "follow-ups",
        "follow_up": follow_up,
        "answers": answers,
    }
    return render(request, "trainings/follow_up_behind.html", context)


@require_http_methods(EDIT)
@requires("trainings.record")
@once
def follow_up(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask the people of a round, one after the other."""
    found = _follow_up_or_404(request, pk)
    rows = list(
        found.answers.select_related("enrolment__person", "changed_by").order_by(
            "enrolment__sheet_row"
        )
    )
    form, sheet, status = AskedOnForm(request.POST or None), FollowUpSheet.of(rows), 200
    if request.method == "POST":
        try:
            sheet = FollowUpSheet.from_post(rows, request.POST)
        except ValueError:
            return HttpResponseBadRequest()
        status = 409
        if form.is_valid() and sheet.is_valid:
            try:
                number = following_up.record_answers(
                    found,
                    answers=sheet.answers,
                    asked_on=form.cleaned_data["asked_on"],
                    by=signed_in(request),
                )
            except following_up.AnswersChanged as error:
                sheet.merge_with(error.stored)
                messages.warning(request, error.message)
            except Refused as error:
                add_refusal(form, error)
            else:
                words = ngettext(
                    "%(number)s answer is saved.", "%(number)s answers are saved.", number
                )
                messages.success(request, words % {"number": digits(number)})
                return redirect("trainings:follow-up", pk)
        else:
            messages.error(request, _("Nothing was saved yet: see the lines below."))
    context = {
        "training": found.training,
        "here": "follow-ups",
        "follow_up": found,
        "form": form,
        "lines": sheet.lines,
        "counts": Counts.of(row.still for row in rows),
    }
    return render(request, "trainings/follow_up.html", context, status=status)


@require_POST
@requires("trainings.record")
@once
def follow_up_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a round back in which nobody was asked yet."""
    found = _follow_up_or_404(request, pk)
    with refusals_as_messages(request):
        following_up.take_back_follow_up(found, by=signed_in(request))
    return redirect("trainings:follow-ups", found.training_id)
