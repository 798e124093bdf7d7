"""Teach-backs and observations of a delivery."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cascades.actions import observing
from cascades.figures.certification.evidence import observations_with_scores
from cascades.forms.certifying import ANSWERS, ObservationForm, TeachBackForm
from cascades.models import Checklist, Delivery, Observation, TeachBack
from cascades.views.shared import delivery_or_404
from core.access import requires, signed_in
from core.form_pages import EDIT, edit_page, refusals_as_messages, refusals_in
from core.idempotency import once


def _around(delivery: Delivery, title: str) -> dict[str, Any]:
    """What a page about a delivery's observations shows around it."""
    return {
        "programme": delivery.tier.iteration.programme,
        "iteration": delivery.tier.iteration,
        "delivery": delivery,
        "here": "deliveries",
        "title": title,
        "about": delivery.training.title,
        "back": reverse("cascades:observations", args=[delivery.pk]),
    }


@require_safe
@requires("records.see")
def observations(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who was observed in a delivery, and who taught back."""
    delivery = delivery_or_404(request, pk)
    context = _around(delivery, _("Teach-backs and observations"))
    context["observations"] = (
        observations_with_scores()
        .filter(delivery=delivery)
        .select_related("trainer", "checklist")
        .order_by("observed_on", "pk")
    )
    context["teach_backs"] = delivery.teach_backs.select_related("person").order_by("held_on", "pk")
    return render(request, "cascades/observations.html", context)


@require_http_methods(EDIT)
@requires("cascades.record")
@once
def teach_back_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down that a learner taught a part back."""
    delivery = delivery_or_404(request, pk)
    initial = {"held_on": delivery.training.ends_on, "person": request.GET.get("person")}
    form = TeachBackForm(request.POST or None, delivery=delivery, initial=initial)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            observing.record_teach_back(delivery, by=signed_in(request), **form.cleaned_data)
            messages.success(request, _("The teach-back is recorded."))
            return redirect("cascades:observations", pk)
    context = _around(delivery, _("Record a teach-back")) | {"form": form}
    return render(request, "cascades/form.html", context)


@require_POST
@requires("cascades.record")
@once
def teach_back_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take back a teach-back that was recorded by mistake."""
    teach_back = get_object_or_404(TeachBack.objects.visible_to(signed_in(request)), pk=pk)
    with refusals_as_messages(request):
        observing.remove_teach_back(teach_back, by=signed_in(request))
    return redirect("cascades:observations", teach_back.delivery_id)


@require_http_methods(EDIT)
@requires("cascades.record")
@once
def observation_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The sheet of a checklist: what somebody saw of a trainer."""
    delivery = delivery_or_404(request, pk)
    context = _around(delivery, _("Record an observation"))
    checklists = list(context["programme"].checklists.order_by("-valid_from"))
    if not checklists:
        return render(request, "cascades/observation_form.html", context)
    checklist = _chosen(request, checklists, delivery)
    form = ObservationForm(
        request.POST or None,
        delivery=delivery,
        checklist=checklist,
        initial={"observed_on": delivery.training.starts_on},
    )
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            observing.record_observation(
                delivery, checklist=checklist, by=signed_in(request), **form.values
            )
            messages.success(request, _("The observation is recorded."))
            return redirect("cascades:observations", pk)
    context |= {
        "form": form,
        "checklist": checklist,
        "checklists": checklists,
        "answers": ANSWERS,
    }
    return render(request, "cascades/observation_form.html", context)


def _chosen(request: HttpRequest, checklists: list[Checklist], delivery: Delivery) -> Checklist:
    """The checklist that was asked for; else the one in use when the delivery began."""
    asked = request.GET.get("checklist")
    named = [each for each in checklists if str(each.pk) == asked]
    in_use = [each for each in checklists if each.valid_from <= delivery.training.starts_on]
    return (named or in_use or checklists[-1:])[0]


def _observation_or_404(request: HttpRequest, pk: UUID) -> Observation:
    observations = Observation.objects.visible_to(signed_in(request)).select_related(
        "owner", "checklist", "delivery__training", "delivery__tier__iteration__programme"
    )
    return get_object_or_404(observations, pk=pk)


@require_http_methods(EDIT)
@requires("cascades.record")
@once
def observation_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Correct an observation."""
    observation = _observation_or_404(request, pk)
    delivery, checklist = observation.delivery, observation.checklist
    form = ObservationForm(
        request.POST or None,
        instance=observation,
        delivery=delivery,
        checklist=checklist,
        scores={score.item_id: score.score for score in observation.scores.all()},
    )

    def save(version: int) -> None:
        stored = _observation_or_404(request, pk)
        observing.change_observation(stored, version=version, by=signed_in(request), **form.values)

    return edit_page(
        request,
        form,
        observation,
        save,
        template="cascades/observation_form.html",
        context=_around(delivery, _("Correct the observation"))
        | {"checklist": checklist, "answers": ANSWERS, "observation": observation},
        then=("cascades:observations", delivery.pk),
    )


@require_POST
@requires("cascades.record")
@once
def observation_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take back an observation that was recorded by mistake."""
    observation = _observation_or_404(request, pk)
    with refusals_as_messages(request):
        observing.remove_observation(observation, by=signed_in(request))
    return redirect("cascades:observations", observation.delivery_id)
