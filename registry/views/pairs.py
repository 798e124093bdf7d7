"""Entries that may be one person: the work list, and what is decided about a pair."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.access import requires, signed_in
from core.form_pages import refusals_as_messages
from core.idempotency import once
from registry.actions.merging import merge_people, take_back
from registry.actions.people import decide_different
from registry.forms.people import DecisionForm
from registry.models import Organisation, PairDecision, Person, chain_of
from registry.search import duplicates

PER_PAGE = 10
DECISIONS_SHOWN = 10


@require_safe
@requires("people.decide")
def pair_list(request: HttpRequest) -> HttpResponse:
    """The pairs that nobody has decided about, likeliest first, and what was decided lately."""
    user = signed_in(request)
    owners = Organisation.objects.all()
    if not user.may("records.see_all"):
        owners = Organisation.objects.under(user.organisation_id)
    pairs = duplicates.pairs_alike(owners)
    decisions = PairDecision.objects.visible_to(user)
    context = {
        "page": Paginator(pairs, PER_PAGE).get_page(request.GET.get("page")),
        "is_full": len(pairs) >= duplicates.MOST_PAIRS,
        "most": duplicates.MOST_PAIRS,
        "decisions": decisions.select_related("first", "second", "created_by")[:DECISIONS_SHOWN],
    }
    return render(request, "registry/pair_list.html", context)


def _people(request: HttpRequest) -> QuerySet[Person]:
    return Person.objects.visible_to(signed_in(request)).select_related("owner", *chain_of("place"))


@require_safe
@requires("people.decide")
def pair(request: HttpRequest, one: UUID, other: UUID) -> HttpResponse:
    """Two entries beside each other."""
    person = get_object_or_404(_people(request), pk=one)
    candidate = get_object_or_404(_people(request), pk=other, owner=person.owner_id)
    first, second = sorted([person.pk, candidate.pk])
    decision = PairDecision.objects.filter(first=first, second=second).first()
    context = {
        "pair": duplicates.Pair(person, duplicates.likeness_of(person, candidate)),
        "decision": decision,
    }
    return render(request, "registry/pair_detail.html", context)


@require_POST
@requires("people.decide")
@once
def different(request: HttpRequest, one: UUID, other: UUID) -> HttpResponse:
    """Note that they are two people; the pair is not proposed again."""
    person = get_object_or_404(_people(request), pk=one)
    candidate = get_object_or_404(_people(request), pk=other, owner=person.owner_id)
    form = DecisionForm(request.POST)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        with refusals_as_messages(request):
            decide_different(first=person, second=candidate, reason=reason, by=signed_in(request))
            messages.success(request, _("Noted: two different people."))
    else:
        messages.error(request, " ".join(map(str, form.errors["reason"])))
    return redirect("pairs")


@require_POST
@requires("people.decide")
@once
def same(request: HttpRequest, one: UUID, other: UUID) -> HttpResponse:
    """They are one person: the first entry is kept, the other one joined into it."""
    kept = get_object_or_404(_people(request), pk=one)
    joined = get_object_or_404(_people(request), pk=other, owner=kept.owner_id)
    with refusals_as_messages(request):
        merge_people(kept=kept, joined=joined, by=signed_in(request))
        messages.success(request, _("The two entries are one now. This can be taken back."))
        return redirect("person", kept.pk)
    return redirect("pair", one, other)


@require_POST
@requires("people.decide")
@once
def pair_undo(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take back what was decided about two entries."""
    decisions = PairDecision.objects.visible_to(signed_in(request))
    decision = get_object_or_404(decisions, pk=pk)
    with refusals_as_messages(request):
        take_back(decision, by=signed_in(request))
        messages.success(request, _("The decision is taken back."))
    return redirect("pairs")
