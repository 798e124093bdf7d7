"""Everybody who trains, who is due to, and one trainer with all that came of them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cascades.actions.snapshots import snapshot_for
from cascades.figures.certification.by_rule import person_certifications
from cascades.figures.certification.due import by_province
from cascades.figures.certification.due import trainers_due as due_in
from cascades.figures.certification.evidence import observations_with_scores
from cascades.figures.certification.trainers import (
    SORTS,
    TrainerStanding,
    standings_of,
    totals_of,
)
from cascades.figures.lineage.ancestry import (
    ancestry_of,
    own_graduates_who_trained,
    reach_down_of,
)
from cascades.figures.quality.tests_of_learners import scores_of_learners
from cascades.figures.reach.people_reached import reach_of_trainer
from cascades.figures.scope import Scope
from cascades.forms.trainers import DueFilter, TrainerFilter
from cascades.models import TeachBack
from cascades.views.shared import person_or_404, programme_or_404
from core.access import requires, signed_in
from registry.models import Person

PER_PAGE = 50


@dataclass(frozen=True)
class Listed:
    """One line of the list of trainers."""

    person: Person
    standing: TrainerStanding


@require_safe
@requires("records.see")
def trainer_list(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Everybody who may train or has trained, a page at a time."""
    programme = programme_or_404(request, pk)
    form = TrainerFilter(request.GET)
    form.is_valid()
    wanted = form.cleaned_data
    as_of = wanted.get("as_of") or timezone.localdate()
    taken = snapshot_for(Scope(programme, as_of))
    everybody = standings_of(programme, as_of=as_of, taken=taken)
    chosen = [
        each
        for each in everybody
        if (not wanted.get("tier") or wanted["tier"] in each.tiers)
        and each.has(wanted.get("state") or "")
    ]
    asked = request.GET.get("sort", "")
    page = Paginator(_sorted(chosen, asked), PER_PAGE).get_page(request.GET.get("page"))
    people = Person.objects.in_bulk([each.person_id for each in page.object_list])
    context = {
        "programme": programme,
        "here": "trainers",
        "form": form,
        "page": page,
        "rows": [Listed(people[each.person_id], each) for each in page.object_list],
        "totals": totals_of(chosen),
        "chosen": len(chosen),
        "everybody": len(everybody),
        "sorted_by": asked if asked.removeprefix("-") in [*SORTS, "name"] else "-distinct",
        "as_of": as_of,
        "taken": taken,
        "is_filtered": any(form.data.get(name) for name in form.fields),
    }
    return render(request, "cascades/trainers.html", context)


def _sorted(standings: list[TrainerStanding], asked: str) -> list[TrainerStanding]:
    """In the order asked for; who reached the most first if it is none."""
    name = asked.removeprefix("-")
    if name == "name":
        keys = dict(
            Person.objects.filter(pk__in=[each.person_id for each in standings]).values_list(
                "pk", "sort_key"
            )
        )
        return sorted(
            standings,
            key=lambda each: (keys[each.person_id], each.person_id),
            reverse=asked.startswith("-"),
        )
    key = SORTS.get(name, SORTS["distinct"])
    downward = asked.startswith("-") or name not in SORTS
    return sorted(standings, key=lambda each: (key(each), each.person_id), reverse=downward)


@require_safe
@requires("records.see")
def trainers_due(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Graduates whose time to train others ends soon, or has ended."""
    programme = programme_or_404(request, pk)
    form = DueFilter(request.GET or None, programme=programme)
    iteration = form.cleaned_data.get("iteration") if form.is_bound and form.is_valid() else None
    due = due_in(programme, as_of=timezone.localdate(), iteration=iteration)
    ordered = [row for province in by_province(due.rows) for row in province.rows]
    page = Paginator(ordered, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "programme": programme,
        "iteration": iteration,
        "here": "trainers",
        "form": form,
        "due": due,
        "provinces": by_province(page),
        "page": page,
        "paper": "cascades.nudges-of-iteration" if iteration else "cascades.nudges",
        "paper_of": iteration or programme,
    }
    return render(request, "cascades/trainers_due.html", context)


@require_safe
@requires("records.see")
def trainer_detail(request: HttpRequest, pk: UUID, person: UUID) -> HttpResponse:
    """One trainer: the deliveries above and below them, their learners and certification."""
    programme = programme_or_404(request, pk)
    trainer = person_or_404(request, person, programme)
    if trainer.joined_into_id:
        return redirect("cascades:trainer", pk, trainer.joined_into_id)
    as_of = timezone.localdate()
    reach = reach_of_trainer(trainer, programme, as_of=as_of)
    of_programme = {"delivery__tier__iteration__programme": programme}
    observations = observations_with_scores().filter(trainer=trainer, **of_programme)
    teach_backs = TeachBack.objects.filter(person=trainer, **of_programme)
    context = {
        "programme": programme,
        "here": "trainers",
        "trainer": trainer,
        "as_of": as_of,
        "ancestry": ancestry_of(trainer, programme, as_of=as_of),
        "own_graduates": own_graduates_who_trained(trainer, programme, as_of=as_of),
        "reach": reach,
        "down": reach_down_of(trainer, programme, as_of=as_of),
        "tests": scores_of_learners(trainer, programme, as_of=as_of),
        "certifications": person_certifications(trainer, programme, as_of),
        "decisions": programme.certification_decisions.filter(person=trainer).select_related(
            "created_by"
        ),
        "observations": observations.select_related("checklist", "delivery__training").order_by(
            "-observed_on", "pk"
        ),
        "teach_backs": teach_backs.select_related("delivery__training").order_by("-held_on", "pk"),
        "may_decide": signed_in(request).may("cascades.certify"),
    }
    return render(request, "cascades/trainer.html", context)
