"""Deliveries: the list, planning one, its trainers, its lineage, and typed links."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cascades.actions import delivering, linking
from cascades.actions.delivering import Trainer
from cascades.actions.session_turns import record_session_turns
from cascades.figures.lineage.delivery_list import kinship_of, trainings_order, with_counts
from cascades.figures.lineage.proposing import (
    affiliations_on,
    listed_for,
    proposals_for,
    trained_by,
)
from cascades.figures.lineage.qualified import qualified_for
from cascades.figures.lineage.session_turns import turns_of
from cascades.figures.quality.data_quality import CHECK_BY_CODE, Finding, findings_of
from cascades.forms.delivering import (
    TRAINING_ROLES,
    AddTrainerForm,
    AttachForm,
    DeliveryForm,
    LinkForm,
)
from cascades.forms.session_turns import seen_turns, turn_forms
from cascades.models import Delivery, TypedLink
from cascades.views.shared import (
    delivery_or_404,
    programme_or_404,
    scope_form,
    tier_or_404,
)
from core.access import requires, signed_in
from core.form_pages import EDIT, refusals_as_messages, refusals_in
from core.idempotency import once
from core.keys import key_in
from core.search_forms import is_search, searched
from registry.models import Organisation, Person
from trainings.models import Enrolment, Session

PER_PAGE = 50


@require_safe
@requires("records.see")
def deliveries(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The deliveries of a programme, newest first, planned ones and cancelled ones included."""
    programme = programme_or_404(request, pk)
    form = scope_form(request, programme)
    scope = form.scope
    listed = trainings_order(with_counts(scope.all_deliveries()))
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "programme": programme,
        "here": "deliveries",
        "form": form,
        "scope": scope,
        "page": page,
        "trainers": trained_by([delivery.pk for delivery in page.object_list]),
        "tiers": scope.tiers().select_related("iteration"),
        "today": timezone.localdate(),
    }
    return render(request, "cascades/deliveries.html", context)


@require_safe
@requires("records.see")
def delivery(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One delivery: its trainers, what it came of, what came of it, and what is odd about it."""
    found, today = delivery_or_404(request, pk), timezone.localdate()
    context = {
        "programme": found.tier.iteration.programme,
        "iteration": found.tier.iteration,
        "here": "deliveries",
        "delivery": found,
        "training": found.training,
        "trainers": listed_for(found),
        "kinship": kinship_of(found, as_of=today),
        "findings": findings_of(
            found.tier.iteration.programme,
            as_of=max(today, found.training.starts_on),
            delivery=found,
            cases=range(PER_PAGE),
        ),
        "counts": with_counts(Delivery.objects.filter(pk=pk)).get(),
        "sessions": found.training.sessions.annotate(own=Count("trainer_turns")),
        "links": found.links_up.select_related("parent__training"),
    }
    return render(request, "cascades/delivery.html", context)


@require_http_methods(EDIT)
@requires("cascades.record")
@once
def delivery_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Plan a delivery of a tier."""
    tier = tier_or_404(request, pk)
    form = DeliveryForm(request.POST or None, tier=tier)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            planned = delivering.plan_delivery(tier, by=signed_in(request), **form.cleaned_data)
            messages.success(request, _("The delivery is planned. Now say who trains."))
            return redirect("cascades:delivery-trainers", planned.pk)
    context = {
        "programme": tier.iteration.programme,
        "iteration": tier.iteration,
        "here": "deliveries",
        "form": form,
        "title": _("Plan a delivery"),
        "about": f"{tier.number}. {tier.name}",
        "back": reverse("cascades:deliveries", args=[tier.iteration.programme_id]),
    }
    return render(request, "cascades/form.html", context)


@require_http_methods(EDIT)
@requires("cascades.record")
@once
def delivery_attach(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say that a training which is recorded already belongs to a tier."""
    user, tier = signed_in(request), tier_or_404(request, pk)
    form = AttachForm(request.POST or None, tier=tier, user=user)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            attached = delivering.attach_training(
                tier, training=form.cleaned_data["training"], by=user
            )
            messages.success(request, _("The training belongs to this tier now."))
            return redirect("cascades:delivery", attached.pk)
    context = {
        "programme": tier.iteration.programme,
        "iteration": tier.iteration,
        "here": "deliveries",
        "form": form,
        "title": _("Attach a training"),
        "about": f"{tier.number}. {tier.name}",
        "back": reverse("cascades:deliveries", args=[tier.iteration.programme_id]),
    }
    return render(request, "cascades/form.html", context)


@require_POST
@requires("cascades.record")
@once
def delivery_detach(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say that a training does not belong to a tier after all."""
    found = delivery_or_404(request, pk)
    with refusals_as_messages(request):
        delivering.detach_training(found, by=signed_in(request))
        messages.success(request, _("The training belongs to no tier now. It is still there."))
    return redirect("cascades:deliveries", found.tier.iteration.programme_id)


@require_http_methods(EDIT)
@requires("cascades.record")
@once
def delivery_trainers(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who may train this delivery, with what each comes from; anybody can be found by name."""
    found = delivery_or_404(request, pk)
    if request.method == "POST" and not is_search(request):
        return _add_trainer(request, found)
    query = searched(request)
    proposals = proposals_for(found, query)
    listed = found.training.enrolments.filter(role__in=Enrolment.TRAINERS, person__isnull=False)
    context = {
        "programme": found.tier.iteration.programme,
        "iteration": found.tier.iteration,
        "here": "deliveries",
        "delivery": found,
        "training": found.training,
        "query": query,
        "proposals": proposals,
        "roles": TRAINING_ROLES,
        "listed": listed.select_related("person"),
        "may_train_from": found.tier.number - 1,
    }
    return render(request, "cascades/delivery_trainers.html", context)


def _add_trainer(request: HttpRequest, found: Delivery) -> HttpResponse:
    user = signed_in(request)
    person = _person_or_404(request, found)
    form = AddTrainerForm(request.POST, user=user)
    if not form.is_valid():
        messages.error(request, _("Choose a role from the list."))
        return redirect("cascades:delivery-trainers", found.pk)
    organisation: Organisation | None = form.cleaned_data["on_behalf_of"]
    if organisation is None:
        organisation = affiliations_on([person], found.training.starts_on).get(person.pk)
    with refusals_as_messages(request):
        delivering.add_trainer(
            found, trainer=Trainer(person, form.cleaned_data["role"], organisation), by=user
        )
        _warn_if_unqualified(request, found, person)
    return redirect("cascades:delivery-trainers", found.pk)


def _person_or_404(request: HttpRequest, found: Delivery) -> Person:
    people = Person.objects.visible_to(signed_in(request)).filter(owner=found.owner).current()
    return get_object_or_404(people, pk=key_in(request.POST.get("person", "")))


def _warn_if_unqualified(request: HttpRequest, found: Delivery, person: Person) -> None:
    messages.success(request, _("%(name)s is on the list.") % {"name": person.name})
    if person.pk not in qualified_for(found, [person.pk]):
        messages.warning(
            request,
            _(
                "%(name)s did not complete a delivery of a higher tier before this one begins. "
                "They stay on the list; the data-quality list names them."
            )
            % {"name": person.name},
        )


@require_http_methods(EDIT)
@requires("cascades.record")
@once
def session_turns(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who led a session and who helped, and for whom, where the list says something else."""
    user = signed_in(request)
    sessions = Session.objects.filter(training__delivery__in=Delivery.objects.visible_to(user))
    session = get_object_or_404(sessions.select_related("training", "owner"), pk=pk)
    found = delivery_or_404(request, session.training.delivery.pk)
    turns = turns_of(session)
    forms = turn_forms(turns, user, request.POST or None)
    are_valid = [form.is_valid() for form in forms]  # Each says what is wrong with it.
    if request.method == "POST" and all(are_valid):
        with refusals_as_messages(request):
            record_session_turns(
                session,
                turns={form.enrolment.pk: form.turn for form in forms},
                seen=seen_turns(forms, {each.pk: turn for each, turn in turns}),
                by=user,
            )
            messages.success(request, _("Saved: what each trainer was in this session."))
            return redirect("cascades:delivery", found.pk)
        return redirect("cascades:session-turns", pk)
    context = {
        "programme": found.tier.iteration.programme,
        "iteration": found.tier.iteration,
        "here": "deliveries",
        "delivery": found,
        "training": found.training,
        "session": session,
        "forms": forms,
    }
    return render(request, "cascades/session_turns.html", context)


@require_http_methods(EDIT)
@requires("cascades.design")
@once
def link_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say what a delivery came of, where there are no sheets."""
    found = delivery_or_404(request, pk)
    with_own_tier = "own" in request.GET or found.tier.number == 1
    form = LinkForm(request.POST or None, delivery=found, with_own_tier=with_own_tier)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            linking.link_deliveries(found, by=signed_in(request), **form.cleaned_data)
            messages.success(request, _("The link is written down, with its reason."))
            return redirect("cascades:delivery", pk)
    context = {
        "programme": found.tier.iteration.programme,
        "iteration": found.tier.iteration,
        "here": "deliveries",
        "form": form,
        "title": _("Type a link"),
        "about": found.training.title,
        "explained": _(
            "Lineage follows by itself from who trained and who completed. A typed link is for "
            "old deliveries without sheets only."
        ),
        "other": None if with_own_tier else ("?own", _("Choose among deliveries of this tier too")),
        "back": reverse("cascades:delivery", args=[pk]),
    }
    return render(request, "cascades/form.html", context)


@require_POST
@requires("cascades.design")
@once
def link_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a typed link back."""
    link = get_object_or_404(TypedLink.objects.visible_to(signed_in(request)), pk=pk)
    with refusals_as_messages(request):
        linking.unlink_deliveries(link, by=signed_in(request))
    return redirect("cascades:delivery", link.child_id)


@require_safe
@requires("records.see")
def quality(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What is odd or missing in the records of a programme."""
    programme = programme_or_404(request, pk)
    form = scope_form(request, programme)
    scope = form.scope
    context = {
        "programme": programme,
        "here": "quality",
        "form": form,
        "scope": scope,
        "findings": findings_of(programme, as_of=scope.as_of, iteration=scope.iteration),
    }
    return render(request, "cascades/quality.html", context)


@require_safe
@requires("records.see")
def quality_cases(request: HttpRequest, pk: UUID, code: str) -> HttpResponse:
    """All cases of one check of the records."""
    programme = programme_or_404(request, pk)
    check = CHECK_BY_CODE.get(code)
    if check is None:
        raise Http404
    form = scope_form(request, programme)

    scope = form.scope

    def found(cases: range) -> Finding:
        about = findings_of(
            programme, as_of=scope.as_of, iteration=scope.iteration, code=code, cases=cases
        )
        return about[0] if about else Finding(check, 0, [])

    page = Paginator(range(found(range(1)).total), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "programme": programme,
        "here": "quality",
        "form": form,
        "scope": scope,
        "finding": found(range(max(page.start_index() - 1, 0), page.end_index())),
        "page": page,
    }
    return render(request, "cascades/quality_cases.html", context)
