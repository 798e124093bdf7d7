"""What it takes to train: rules, checklists, and decisions about single people."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cascades.actions import certifying, observing
from cascades.forms.certifying import ChecklistForm, DecisionForm, RuleForm
from cascades.models import CertificationDecision, CertificationRule, Checklist, Programme
from cascades.views.shared import person_or_404, programme_or_404
from core.access import requires, signed_in
from core.form_pages import EDIT, edit_page, refusals_as_messages, refusals_in
from core.idempotency import once


@require_safe
@requires("records.see")
def certification_rules(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The rules in words by tier and date, the decisions, and the checklists."""
    programme = programme_or_404(request, pk)
    today = timezone.localdate()
    rules = list(programme.certification_rules.order_by("tier_number", "-valid_from"))
    in_force = {rule.tier_number: rule.pk for rule in reversed(rules) if rule.valid_from <= today}
    checklists = programme.checklists.order_by("-valid_from").prefetch_related("items")
    context = {
        "programme": programme,
        "here": "design",
        "rules": rules,
        "in_force": set(in_force.values()),
        "checklists": checklists.annotate(used=Count("observations")),
        "decisions": programme.certification_decisions.select_related("person", "created_by"),
        "today": today,
    }
    return render(request, "cascades/certification_rules.html", context)


def _around(programme: Programme, title: str) -> dict[str, Any]:
    """What a form about rules or checklists shows around it."""
    return {
        "programme": programme,
        "here": "design",
        "title": title,
        "back": reverse("cascades:certification-rules", args=[programme.pk]),
    }


@require_http_methods(EDIT)
@requires("cascades.certify")
@once
def rule_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down what it takes from a day on."""
    programme = programme_or_404(request, pk)
    form = RuleForm(request.POST or None)
    form.instance.programme = programme
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            certifying.add_rule(programme, by=signed_in(request), **form.values)
            messages.success(request, _("The rule is written down."))
            return redirect("cascades:certification-rules", pk)
    context = _around(programme, _("What it takes to train others")) | {"form": form}
    return render(request, "cascades/form.html", context)


def _rule_or_404(request: HttpRequest, pk: UUID) -> CertificationRule:
    rules = CertificationRule.objects.visible_to(signed_in(request))
    return get_object_or_404(rules.select_related("programme__curriculum"), pk=pk)


@require_http_methods(EDIT)
@requires("cascades.certify")
@once
def rule_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Correct a rule that nobody was certified under."""
    rule = _rule_or_404(request, pk)
    form = RuleForm(request.POST or None, instance=rule)

    def save(version: int) -> None:
        stored = _rule_or_404(request, pk)
        certifying.change_rule(stored, version=version, by=signed_in(request), **form.values)

    return edit_page(
        request,
        form,
        rule,
        save,
        template="cascades/form.html",
        context=_around(rule.programme, _("Correct the rule")),
        then=("cascades:certification-rules", rule.programme_id),
    )


@require_POST
@requires("cascades.certify")
@once
def rule_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Remove a rule that nobody was certified under."""
    rule = _rule_or_404(request, pk)
    with refusals_as_messages(request):
        certifying.remove_rule(rule, by=signed_in(request))
    return redirect("cascades:certification-rules", rule.programme_id)


@require_http_methods(EDIT)
@requires("cascades.design")
@once
def checklist_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write a checklist; it begins with the items of the last one."""
    programme = programme_or_404(request, pk)
    last = programme.checklists.order_by("-valid_from").first()
    form = ChecklistForm(request.POST or None, items=list(last.items.all()) if last else [])
    form.instance.programme = programme
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            observing.add_checklist(programme, by=signed_in(request), **form.values)
            messages.success(request, _("The checklist is written down."))
            return redirect("cascades:certification-rules", pk)
    context = _around(programme, _("A checklist for observers")) | {"form": form}
    return render(request, "cascades/checklist_form.html", context)


@require_POST
@requires("cascades.design")
@once
def checklist_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Remove a checklist that nobody was observed with."""
    checklist = get_object_or_404(Checklist.objects.visible_to(signed_in(request)), pk=pk)
    with refusals_as_messages(request):
        observing.remove_checklist(checklist, by=signed_in(request))
    return redirect("cascades:certification-rules", checklist.programme_id)


@require_http_methods(EDIT)
@requires("cascades.certify")
@once
def decision_new(request: HttpRequest, pk: UUID, person: UUID) -> HttpResponse:
    """Decide that somebody counts as certified, or does not."""
    programme = programme_or_404(request, pk)
    trainer = person_or_404(request, person, programme)
    asked = request.GET.get("tier", "")
    initial = {"tier_number": asked, "valid_from": timezone.localdate()}
    form = DecisionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            certifying.decide_certification(
                programme, person=trainer, by=signed_in(request), **form.values
            )
            messages.success(request, _("The decision is written down."))
            return redirect("cascades:trainer", pk, person)
    context = {
        "form": form,
        "programme": programme,
        "here": "trainers",
        "title": _("Decide about this certification"),
        "about": trainer.names,
        "explained": _("A decision wins over the rule from its first to its last day."),
        "back": reverse("cascades:trainer", args=[pk, person]),
    }
    return render(request, "cascades/form.html", context)


@require_POST
@requires("cascades.certify")
@once
def decision_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a decision back; the rule counts again."""
    decision = get_object_or_404(
        CertificationDecision.objects.visible_to(signed_in(request)), pk=pk
    )
    with refusals_as_messages(request):
        certifying.take_back_decision(decision, by=signed_in(request))
    return redirect("cascades:trainer", decision.programme_id, decision.person_id)
