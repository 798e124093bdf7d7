"""Coverage: the provinces, what is in each, what is not covered and why, and where to go next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from cascades.figures.coverage.covered_places import (
    Coverage,
    CoveredArea,
    NotCounted,
    coverage_of,
    people_not_counted,
    scope_people,
)
from cascades.figures.coverage.gaps import (
    Link,
    Links,
    links_of,
    planned_for,
    trainers_in,
)
from cascades.figures.coverage.next_places import (
    Proposal,
    Proposals,
    certified_trainers,
    trainers_of,
)
from cascades.figures.coverage.next_places import next_places as proposals_for
from cascades.figures.plan.observed_rates import so_far
from cascades.figures.scope import Scope
from cascades.forms.places import GapsForm, NextPlacesForm, PlacesForm
from cascades.models import Delivery, Programme
from cascades.papers.coverage_charts import province_tiles, reasons, unit_words
from cascades.papers.coverage_workbook import coverage_sheet, gap_sheet
from cascades.views.shared import counted_or_404
from core.access import requires, signed_in
from core.by_worker import by_worker
from core.downloads import export_response
from core.figures.definitions import Behind, LazyRows, ListRow
from paper.sheets import Sheet, write_csv, write_xlsx
from registry.models import Person, Place, chain_of

PER_PAGE = 50
USUAL_PEOPLE = 25
MOST_NAMED = 5


def _asked(request: HttpRequest, programme: Programme) -> dict[str, Any]:
    """What every form of these pages is made of."""
    user = signed_in(request)
    return {"programme": programme, "user": user, "today": timezone.localdate()}


def _about(programme: Programme, form: PlacesForm, here: str) -> dict[str, Any]:
    """What every page of coverage shows around its own."""
    scope = form.scope
    return {
        "programme": programme,
        "here": here,
        "form": form,
        "scope": scope,
        "within": scope.place,
        "way": scope.place.above[::-1] if scope.place else [],
        "units": unit_words(programme.unit_level),
    }


@require_safe
@requires("figures.live")
def coverage(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The country by provinces, a province by districts, or a district with its communes."""
    programme = counted_or_404(request, pk)
    form = PlacesForm(request.GET or None, **_asked(request, programme))
    scope = form.scope
    everything = coverage_of(scope.everywhere())
    found = everything.within(scope.place) if scope.place else everything
    level = scope.place.level + 1 if scope.place else Place.Level.PROVINCE
    context = _about(programme, form, "coverage") | {
        "coverage": found,
        "higher": _touched_and_saturated(found),
        "not_counted": everything.not_counted.items() if not scope.place else (),
    }
    if level < programme.unit_level:
        context["parts"] = [(part, _touched_below(found, part)) for part in found.parts(level)]
        context["has_touched"] = level < programme.unit_level - 1
    else:
        context["links"] = links_of(scope).units
    if not scope.place:
        context["tiles"] = province_tiles(found, link=_linked(request))
    return render(request, "cascades/coverage.html", context)


def _linked(request: HttpRequest) -> Callable[[Place], str]:
    """An address of the same page within a place."""

    def link(place: Place) -> str:
        query = request.GET.copy()
        query["within"] = place.code
        return f"?{query.urlencode()}"

    return link


def _touched_and_saturated(found: Coverage) -> dict[str, Any]:
    """Both, of the places of the level above the units; none above provinces."""
    level = found.level - 1
    parts = found.parts(level) if level else []
    return {
        "whole": len(parts),
        "touched": sum(part.is_touched for part in parts),
        "saturated": sum(part.is_saturated for part in parts),
        "words": unit_words(level) if level else "",
    }


def _touched_below(found: Coverage, area: CoveredArea) -> dict[str, Any]:
    return _touched_and_saturated(replace(found, units=area.units))


# What a list of places can be of.
PLACES_BEHIND: dict[str, tuple[Any, Callable[[Coverage], list[ListRow]]]] = {
    "covered": (
        _("Covered places"),
        lambda found: [ListRow(unit.place) for unit in found.covered],
    ),
    "all": (
        _("Official places"),
        lambda found: [ListRow(unit.place, unit.people >= found.least) for unit in found.units],
    ),
    "touched": (
        _("Touched places"),
        lambda found: [ListRow(p.place) for p in _higher(found) if p.is_touched],
    ),
    "saturated": (
        _("Saturated places"),
        lambda found: [ListRow(p.place) for p in _higher(found) if p.is_saturated],
    ),
    "higher": (
        _("Places above them"),
        lambda found: [ListRow(p.place, p.is_touched) for p in _higher(found)],
    ),
}


def _higher(found: Coverage) -> list[Any]:
    return found.parts(found.level - 1) if found.level > Place.Level.PROVINCE else []


@require_safe
@requires("figures.live")
def coverage_places(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The places behind a number of the page of coverage."""
    programme = counted_or_404(request, pk)
    form = PlacesForm(request.GET or None, **_asked(request, programme))
    title, list_of = _chosen(request, PLACES_BEHIND)
    rows = list_of(coverage_of(form.scope))
    return _behind(request, programme, form, title, Behind("places", rows))


def _chosen(request: HttpRequest, choices: dict[str, Any]) -> Any:
    what = request.GET.get("what", next(iter(choices)))
    if what not in choices:
        raise Http404
    return choices[what]


@require_safe
@requires("records.see")
def coverage_people(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The people or deliveries behind a number, by name."""
    programme = counted_or_404(request, pk)
    form = PlacesForm(request.GET or None, **_asked(request, programme))
    title, behind = _chosen(request, PEOPLE_BEHIND)
    return _behind(request, programme, form, title, behind(form.scope))


def _behind(
    request: HttpRequest, programme: Programme, form: PlacesForm, title: Any, behind: Behind
) -> HttpResponse:
    page = Paginator(behind.rows, PER_PAGE).get_page(request.GET.get("page"))
    context = _about(programme, form, "coverage") | {"title": title, "behind": behind, "page": page}
    return render(request, "cascades/coverage_list.html", context)


def _completed(scope: Scope) -> Behind:
    people = Person.objects.filter(pk__in=scope_people(scope).values("person"))
    if scope.place:
        people = people.filter(place__in=Place.objects.within(scope.place))
    return _people(people)


def _trainers(scope: Scope) -> Behind:
    place = _in_a_place(scope)
    return _people(Person.objects.filter(pk__in=trainers_in(scope, place)))


def _planned(scope: Scope) -> Behind:
    wanted = planned_for(scope, _in_a_place(scope))
    deliveries = Delivery.objects.filter(pk__in=wanted).select_related(
        "tier", *chain_of("training__place")
    )
    ordered = deliveries.order_by("training__starts_on", "pk")
    return Behind("deliveries", [ListRow(delivery) for delivery in ordered])


def _in_a_place(scope: Scope) -> Place:
    if scope.place is None:
        raise Http404
    return scope.place


def _people(people: Any) -> Behind:
    with_place = people.select_related(*chain_of("place"))
    ordered = with_place.order_by("sort_key", "name_latin", "pk")
    rows = LazyRows(people.count, lambda of: [ListRow(person) for person in ordered[of]])
    return Behind("people", rows)


def _not_counted(why: NotCounted) -> Callable[[Scope], Behind]:
    return lambda scope: Behind("people", list(people_not_counted(scope, why)))


PEOPLE_BEHIND: dict[str, tuple[Any, Callable[[Scope], Behind]]] = {
    "completed": (_("People who completed"), _completed),
    "trainers": (_("Trainers"), _trainers),
    "planned": (_("Deliveries planned or open"), _planned),
    **{
        why.value: (_("Completed, and in no place that counts"), _not_counted(why))
        for why in NotCounted
    },
}


@require_safe
@requires("export.live")
@by_worker("cascades.coverage", _("Coverage as a spreadsheet"), method="GET", of=counted_or_404)
def coverage_xlsx(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Every place with its people, as a workbook. It names nobody."""
    programme = counted_or_404(request, pk)
    content = write_xlsx([_coverage_sheet(request, programme)])
    return export_response(
        request, content, "samaki-coverage.xlsx", subject="cascades.coverage", record_id=pk
    )


@require_safe
@requires("export.live")
@by_worker("cascades.coverage", _("Coverage as a spreadsheet"), method="GET", of=counted_or_404)
def coverage_csv(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The same as CSV."""
    programme = counted_or_404(request, pk)
    content = write_csv(_coverage_sheet(request, programme))
    return export_response(
        request, content, "samaki-coverage.csv", subject="cascades.coverage", record_id=pk
    )


def _coverage_sheet(request: HttpRequest, programme: Programme) -> Sheet:
    form = PlacesForm(request.GET or None, **_asked(request, programme))
    return coverage_sheet(coverage_of(form.scope), get_language() or "en")


@require_safe
@requires("figures.live")
def gaps(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Every place that is not covered, with the first broken link, by province."""
    programme = counted_or_404(request, pk)
    form = GapsForm(request.GET or None, **_asked(request, programme))
    links, wanted = _gaps(form)
    context = _about(programme, form, "coverage") | {
        "links": links,
        "wanted": form.wanted_reason,
        "counts": links.by_reason.items(),
        "chart": reasons(links) if links.gaps else None,
        "page": Paginator(wanted, PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "cascades/gaps.html", context)


@require_safe
@requires("export.live")
@by_worker(
    "cascades.gaps", _("Places not covered, as a spreadsheet"), method="GET", of=counted_or_404
)
def gaps_xlsx(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The gap list as a workbook, of the same place and reason. It names nobody."""
    programme = counted_or_404(request, pk)
    form = GapsForm(request.GET or None, **_asked(request, programme))
    links, wanted = _gaps(form)
    content = write_xlsx([gap_sheet(links, wanted, get_language() or "en")])
    return export_response(
        request, content, "samaki-gaps.xlsx", subject="cascades.coverage", record_id=pk
    )


def _gaps(form: GapsForm) -> tuple[Links, list[Link]]:
    links, reason = links_of(form.scope), form.wanted_reason
    return links, links.because(reason) if reason else links.gaps


@require_safe
@requires("figures.live")
def next_places(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where the next deliveries would cover most, with the reason for each."""
    programme = counted_or_404(request, pk)
    asked = _asked(request, programme)
    first = PlacesForm(request.GET or None, **asked)
    usual = so_far(first.scope, days=programme.active_days).people.value
    form = NextPlacesForm(
        request.GET or None, people_in_delivery=round(usual or 0) or USUAL_PEOPLE, **asked
    )
    scope = form.scope
    trainers = trainers_of(scope, certified_trainers(scope))
    found = proposals_for(links_of(scope), trainers, form.wanted)
    context = _about(programme, form, "coverage") | {
        "proposals": found,
        "wanted": form.wanted,
        "rows": _with_names(request, found),
    }
    return render(request, "cascades/next_places.html", context)


def _with_names(
    request: HttpRequest, found: Proposals
) -> list[tuple[Proposal, list[tuple[Person, int]]]]:
    """Each place with its first trainers, by name for who may see names."""
    if not signed_in(request).may("records.see"):
        return [(each, []) for each in found.places]
    shown = [(each, each.trainers[:MOST_NAMED]) for each in found.places]
    people = Person.objects.in_bulk({t.person_id for _each, trainers in shown for t in trainers})
    return [(each, [(people[t.person_id], t.booked) for t in trainers]) for each, trainers in shown]
