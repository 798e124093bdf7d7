"""The list of trainings, a training's own page, and its plan."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import requires, signed_in
from core.form_pages import EDIT, edit_page, refusals_as_messages, refusals_in
from core.idempotency import once
from core.page_sections import appointments_of, home_sections, needs_of, sections
from core.safety import safety
from paper.templatetags.paper import digits
from registry.models import Organisation, User, chain_of
from trainings.actions import planning
from trainings.figures.following_up import due_for
from trainings.figures.participation import participation_of, time_of
from trainings.figures.quality import findings_in
from trainings.figures.summaries import summary_of
from trainings.forms.planning import (
    TO_CLOSE,
    NewTrainingForm,
    PartForm,
    SessionForm,
    TrainingFilter,
    TrainingForm,
)
from trainings.models import Part, Training
from trainings.models.trainings import TrainingQuerySet
from trainings.views.first_steps import first_steps
from trainings.views.shared import (
    say_what_was_taken_back,
    session_or_404,
    training_or_404,
)

PER_PAGE = 50
# The first page shows a week, and of a busy one what comes next.
WEEK = timedelta(days=6)
MOST_ON = 12


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What waits, what is on this week, how the year stands, and what other apps add."""
    user = signed_in(request)
    if not user.may("figures.live"):
        # A funder's figures are those of reports and of projects: nothing as it stands today.
        return render(request, "trainings/home.html", {"sections": home_sections(request)})
    today = timezone.localdate()
    counted = Training.objects.visible_to(user).not_cancelled()
    own = Training.objects.visible_to(user).select_related(*chain_of("place"))
    period = {"since": date(today.year, 1, 1), "until": date(today.year, 12, 31)}
    this_year = counted.in_period(**period)
    all_time = summary_of(counted)
    without_session = own.on_without_session(today, today + WEEK)
    return render(
        request,
        "trainings/home.html",
        {
            "safety": safety() if user.may("safety.see") else None,
            "first_steps": first_steps(user) if not all_time.trainings else [],
            "today": today,
            "needs": needs_of(user),
            "week": appointments_of(user, today, today + WEEK, most=MOST_ON),
            "week_ends": today + WEEK,
            "on_now": without_session.order_by("ends_on", "pk")[:5],
            "to_close": own.to_close().order_by("-ends_on")[:5],
            "rounds": due_for(user, most=5),
            "year": today.year,
            "this_year": summary_of(this_year, **period),
            "all_time": all_time,
            "sections": home_sections(request),
        },
    )


@require_safe
@requires("figures.live")
def training_list(request: HttpRequest) -> HttpResponse:
    """All trainings that the user may see."""
    user = signed_in(request)
    form = TrainingFilter(request.GET, user=user)
    trainings = _chosen(Training.objects.visible_to(user), form, user)
    listed = trainings.select_related(*chain_of("place"))
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "trainings/training_list.html",
        {
            "form": form,
            "page": page,
            "summary": summary_of(
                trainings.not_cancelled(),
                since=form.cleaned_data.get("since"),
                until=form.cleaned_data.get("until"),
            ),
            "is_filtered": any(form.data.get(name) for name in form.fields),
        },
    )


def _chosen(trainings: TrainingQuerySet, form: TrainingFilter, user: User) -> TrainingQuerySet:
    """The trainings that the filter asks for; a field that is wrong asks for nothing.

    By its title a sensitive training is found by those who may read the title, and only them.
    """
    form.is_valid()
    wanted = form.cleaned_data
    if text := wanted.get("q"):
        if not user.may("records.see"):
            trainings = trainings.filter(is_sensitive=False)
        trainings = trainings.filter(Q(title_km__icontains=text) | Q(title_en__icontains=text))
    if kind := wanted.get("kind"):
        trainings = trainings.filter(kind=kind)
    if (state := wanted.get("state")) == TO_CLOSE:
        trainings = trainings.to_close()
    elif state:
        trainings = trainings.filter(status=state)
    if project := wanted.get("project"):
        trainings = trainings.filter(project_links__project=project)
    if place := wanted.get("place"):
        trainings = trainings.within(place)
    return trainings.in_period(wanted.get("since"), wanted.get("until"))


@require_safe
@requires("records.see")
def training_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A training's own page: what is planned, who took part, what is still missing."""
    training = training_or_404(request, pk)
    return render(
        request,
        "trainings/training_detail.html",
        {
            "training": training,
            "here": "overview",
            "participation": participation_of(training),
            "time": time_of(training),
            "sessions": training.sessions.all(),
            "parts": training.parts.select_related("organisation"),
            "projects": training.projects.all(),
            "topics": training.topics.all(),
            "goals": training.goals.all(),
            "reopenings": training.reopenings.select_related("created_by"),
            "findings": findings_in(training) if training.is_open else [],
            "sections": sections(training, request),
        },
    )


@require_http_methods(EDIT)
@requires("trainings.plan")
@once
def training_new(request: HttpRequest) -> HttpResponse:
    """Plan a training."""
    user = signed_in(request)
    form = NewTrainingForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            training = planning.plan_training(
                owner=form.cleaned_data["owner"],
                hours_a_day=form.cleaned_data["hours_a_day"],
                by=user,
                **form.values,
            )
            messages.success(request, _("The training is planned. Now put people on the list."))
            return redirect("trainings:detail", training.pk)
    return render(request, "trainings/training_form.html", {"form": form})


@require_http_methods(EDIT)
@requires("trainings.plan")
@once
def training_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change the plan of a training."""
    user, training = signed_in(request), training_or_404(request, pk)
    form = TrainingForm(request.POST or None, instance=training, user=user, owner=training.owner)

    def save(version: int) -> None:
        stored = training_or_404(request, pk)
        changed = planning.change_training(stored, version=version, by=user, **form.values)
        say_what_was_taken_back(request, changed)
        if changed.sessions_moved:
            words = ngettext(
                "%(number)s session moved along with the dates.",
                "%(number)s sessions moved along with the dates.",
                changed.sessions_moved,
            )
            messages.info(request, words % {"number": digits(changed.sessions_moved)})

    return edit_page(
        request,
        form,
        training,
        save,
        template="trainings/training_form.html",
        context={"training": training},
        then=("trainings:detail", pk),
        done=_("The plan is changed."),
    )


@require_POST
@requires("trainings.plan")
@once
def training_cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Mark a training as cancelled."""
    training = training_or_404(request, pk)
    with refusals_as_messages(request):
        planning.cancel_training(training, by=signed_in(request))
    return redirect("trainings:detail", pk)


@require_POST
@requires("trainings.plan")
@once
def training_cancel_take_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A cancelled training takes place after all."""
    training = training_or_404(request, pk)
    with refusals_as_messages(request):
        planning.take_back_cancelling(training, by=signed_in(request))
    return redirect("trainings:detail", pk)


@require_http_methods(EDIT)
@requires("trainings.plan")
@once
def session_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add a session."""
    training = training_or_404(request, pk)
    last = training.sessions.order_by("-number").first()
    initial = {
        "held_on": last.held_on if last else training.starts_on,
        "hours": last.hours if last else 6,
    }
    form = SessionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            planning.add_session(training, by=signed_in(request), **form.values)
            return redirect("trainings:detail", pk)
    return render(request, "trainings/session_form.html", {"form": form, "training": training})


@require_http_methods(EDIT)
@requires("trainings.plan")
@once
def session_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a session, or its notes."""
    session = session_or_404(request, pk)
    form = SessionForm(request.POST or None, instance=session)

    def save(version: int) -> None:
        stored = session_or_404(request, pk)
        planning.change_session(stored, version=version, by=signed_in(request), **form.values)

    return edit_page(
        request,
        form,
        session,
        save,
        template="trainings/session_form.html",
        context={"session": session, "training": session.training},
        then=("trainings:detail", session.training_id),
    )


@require_POST
@requires("trainings.plan")
@once
def session_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Remove a session that was never held."""
    session = session_or_404(request, pk)
    with refusals_as_messages(request):
        planning.remove_session(session, by=signed_in(request))
    return redirect("trainings:detail", session.training_id)


@require_http_methods(EDIT)
@requires("trainings.plan")
@once
def parts(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The organisations behind a training, and what each of them does."""
    user, training = signed_in(request), training_or_404(request, pk)
    form = PartForm(request.POST or None, organisations=Organisation.objects.visible_to(user))
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            planning.add_part(training, by=user, **form.cleaned_data)
            return redirect("trainings:parts", pk)
    listed = training.parts.select_related("organisation")
    context = {"form": form, "training": training, "parts": listed, "here": "overview"}
    return render(request, "trainings/parts.html", context)


@require_POST
@requires("trainings.plan")
@once
def part_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take back what an organisation does."""
    part = get_object_or_404(Part.objects.visible_to(signed_in(request)), pk=pk)
    with refusals_as_messages(request):
        planning.remove_part(part, by=signed_in(request))
    return redirect("trainings:parts", part.training_id)
