"""Programmes, iterations, tiers and published figures: looking at the design and changing it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cascades.actions import designing
from cascades.figures.lineage.delivery_list import not_cancelled
from cascades.forms.designing import (
    CloneForm,
    IterationForm,
    NewProgrammeForm,
    ProgrammeForm,
    PublishedFigureForm,
    TierForm,
)
from cascades.models import Delivery, Iteration, Programme, PublishedFigure, Tier
from cascades.views.shared import (
    iteration_or_404,
    programme_or_404,
    tier_or_404,
)
from core.access import requires, signed_in
from core.form_pages import EDIT, edit_page, refusals_as_messages, refusals_in
from core.idempotency import once
from registry.models import Place


@require_safe
@requires("figures.live")
def programme_list(request: HttpRequest) -> HttpResponse:
    """All programmes that the user may see."""
    programmes = Programme.objects.visible_to(signed_in(request)).select_related(
        "owner", "curriculum"
    )
    programmes = programmes.annotate(
        runs=Count("iterations", distinct=True),
        deliveries=not_cancelled("iterations__tiers__deliveries"),
    )
    return render(request, "cascades/programme_list.html", {"programmes": programmes})


@require_http_methods(EDIT)
@requires("cascades.design")
@once
def programme_new(request: HttpRequest) -> HttpResponse:
    """Enter a programme."""
    user = signed_in(request)
    form = NewProgrammeForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            programme = designing.start_programme(by=user, **form.values)
            messages.success(request, _("The programme is entered. Now design its iteration."))
            return redirect("cascades:iteration-new", programme.pk)
    return render(request, "cascades/programme_form.html", {"form": form})


@require_http_methods(EDIT)
@requires("cascades.design")
@once
def programme_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change what a programme is, or what its words mean."""
    user, programme = signed_in(request), programme_or_404(request, pk)
    form = ProgrammeForm(request.POST or None, instance=programme, user=user, owner=programme.owner)

    def save(version: int) -> None:
        stored = programme_or_404(request, pk)
        designing.change_programme(stored, version=version, by=user, **form.values)

    return edit_page(
        request,
        form,
        programme,
        save,
        template="cascades/programme_form.html",
        context={"programme": programme},
        then=("cascades:design", pk),
    )


def _of_iteration(iteration: Iteration, title: str) -> dict[str, Any]:
    """What a form about an iteration shows around it."""
    return {
        "programme": iteration.programme,
        "iteration": iteration,
        "title": title,
        "back": reverse("cascades:iteration", args=[iteration.pk]),
    }


@require_http_methods(EDIT)
@requires("cascades.design")
@once
def iteration_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add an iteration without tiers."""
    user, programme = signed_in(request), programme_or_404(request, pk)
    form = IterationForm(request.POST or None, user=user, owner=programme.owner)
    form.instance.programme = programme
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            iteration = designing.add_iteration(programme=programme, by=user, **form.values)
            messages.success(request, _("The iteration is entered. Now add its tiers."))
            return redirect("cascades:iteration", iteration.pk)
    context = {
        "form": form,
        "programme": programme,
        "title": _("Add an iteration"),
        "back": reverse("cascades:design", args=[pk]),
    }
    return render(request, "cascades/form.html", context)


@require_http_methods(EDIT)
@requires("cascades.design")
@once
def iteration_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change what is known of an iteration."""
    user, iteration = signed_in(request), iteration_or_404(request, pk)
    form = IterationForm(request.POST or None, instance=iteration, user=user, owner=iteration.owner)

    def save(version: int) -> None:
        stored = iteration_or_404(request, pk)
        designing.change_iteration(stored, version=version, by=user, **form.values)

    return edit_page(
        request,
        form,
        iteration,
        save,
        template="cascades/form.html",
        context=_of_iteration(iteration, _("Change the iteration")),
        then=("cascades:iteration", pk),
    )


@require_http_methods(EDIT)
@requires("cascades.design")
@once
def iteration_clone(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Begin the next iteration with the design of this one."""
    iteration = iteration_or_404(request, pk)
    form = CloneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            new = designing.clone_iteration(iteration, by=signed_in(request), **form.cleaned_data)
            messages.success(
                request, _("The design is copied. Look at the plans and deadlines of its tiers.")
            )
            return redirect("cascades:iteration", new.pk)
    context = _of_iteration(iteration, _("The next iteration, with the same design"))
    context["explained"] = _(
        "Tiers, plans, projects and places are copied; deadlines move along with the first day. "
        "Deliveries are not copied: they are what happened."
    )
    return render(request, "cascades/form.html", context | {"form": form})


@require_http_methods(EDIT)
@requires("cascades.design")
@once
def tier_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add a tier below the last one."""
    iteration = iteration_or_404(request, pk)
    form = TierForm(request.POST or None)
    form.instance.iteration = iteration
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            designing.add_tier(iteration=iteration, by=signed_in(request), **form.values)
            messages.success(request, _("The tier is added."))
            return redirect("cascades:iteration", pk)
    context = _of_iteration(iteration, _("Add a tier")) | {"form": form}
    return render(request, "cascades/form.html", context)


@require_http_methods(EDIT)
@requires("cascades.design")
@once
def tier_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a tier's plan or rules."""
    user, tier = signed_in(request), tier_or_404(request, pk)
    form = TierForm(request.POST or None, instance=tier)

    def save(version: int) -> None:
        stored = Tier.objects.visible_to(user).get(pk=pk)
        designing.change_tier(stored, version=version, by=user, **form.values)

    return edit_page(
        request,
        form,
        tier,
        save,
        template="cascades/form.html",
        context=_of_iteration(tier.iteration, _("Change the tier")),
        then=("cascades:iteration", tier.iteration_id),
    )


@require_POST
@requires("cascades.design")
@once
def tier_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Remove a tier that has no deliveries."""
    tier = tier_or_404(request, pk)
    with refusals_as_messages(request):
        designing.remove_tier(tier, by=signed_in(request))
    return redirect("cascades:iteration", tier.iteration_id)


@require_http_methods(EDIT)
@requires("cascades.design")
@once
def published_add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down a number that somebody published, with its source."""
    iteration = iteration_or_404(request, pk)
    form = PublishedFigureForm(request.POST or None)
    form.instance.iteration = iteration
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            designing.add_published_figure(
                iteration=iteration, by=signed_in(request), **form.values
            )
            return redirect("cascades:iteration", pk)
    context = _of_iteration(iteration, _("Add a published figure")) | {"form": form}
    return render(request, "cascades/form.html", context)


@require_POST
@requires("cascades.design")
@once
def published_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take back a number that was copied wrongly."""
    figure = get_object_or_404(PublishedFigure.objects.visible_to(signed_in(request)), pk=pk)
    designing.remove_published_figure(figure, by=signed_in(request))
    return redirect("cascades:iteration", figure.iteration_id)


@require_safe
@requires("records.see")
def iteration_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The design of an iteration: its tiers with plan and deadline, and what was published."""
    iteration = iteration_or_404(request, pk)
    # A tier with a delivery stays, even if that was cancelled.
    tiers = iteration.tiers.annotate(
        held=not_cancelled("deliveries"),
        is_used=Exists(Delivery.objects.filter(tier=OuterRef("pk"))),
    ).order_by("number")
    context = {
        "programme": iteration.programme,
        "iteration": iteration,
        "here": "design",
        "tiers": tiers.order_by("number"),
        "places": Place.objects.with_chain().filter(pk__in=iteration.places.values("pk")),
        "projects": iteration.projects.all(),
        "published": iteration.published.all(),
    }
    return render(request, "cascades/iteration_detail.html", context)


@require_safe
@requires("records.see")
def programme_design(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All iterations of a programme, the newest first, and the definitions of its words."""
    programme = programme_or_404(request, pk)
    iterations = Iteration.objects.filter(programme=programme).order_by("-number")
    context = {
        "programme": programme,
        "here": "design",
        "iterations": iterations.annotate(
            levels=Count("tiers", distinct=True), held=not_cancelled("tiers__deliveries")
        ),
    }
    return render(request, "cascades/programme_design.html", context)
