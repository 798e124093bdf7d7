"""The lists behind numbers: who or what counts, who does not, and why; as a page and a file."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from cascades.figures.catalogue import FIGURES
from cascades.figures.people.by_sex_and_age import SexAge, count
from cascades.figures.people.groups import GROUPS, Group
from cascades.figures.people.profiles import Profile, profiles_of
from cascades.figures.reach.together import Together, reach_together
from cascades.figures.scope import Scope
from cascades.forms.behind import BehindFilter, chosen_trainers
from cascades.forms.scope import ScopeForm
from cascades.models import Programme
from cascades.papers.behind_workbook import behind_workbook
from cascades.papers.workbook import about
from cascades.views.shared import counted_or_404, programme_or_404, scope_form
from core.access import requires, signed_in
from core.by_worker import by_worker
from core.downloads import export_response
from core.figures.definitions import Behind
from registry.figures import consents
from registry.figures.listing import RecordRows, people
from registry.models import Person
from registry.models.consents import Purpose
from registry.views.exports import is_for_others

PER_PAGE = 50
SPREADSHEET = gettext_lazy("A list behind a number as a spreadsheet")


@dataclass(frozen=True)
class Shown:
    """A list as it was asked for; people with what is known of them."""

    form: BehindFilter
    behind: Behind
    profiles: Mapping[UUID, Profile] | None = None
    by_sex_and_age: SexAge | None = None


def shown(request: HttpRequest, behind: Behind, scope: Scope | None = None) -> Shown:
    """The rows that an address asks for. Of people of a scope, sex and age are known."""
    profiles = _profiles(behind, scope) if scope else None
    form = BehindFilter(request.GET, profiles=profiles)
    table = count(_counted(behind.rows), profiles) if profiles is not None else None
    return Shown(form, form.narrowed(behind), profiles, table)


def _counted(rows: Any) -> list[tuple[UUID, int]]:
    return [(pk, counts) for pk, counts, _facts in rows.lines]


def _profiles(behind: Behind, scope: Scope) -> Mapping[UUID, Profile] | None:
    """Of the people on a list, where all of them stand on a list of the scope as well."""
    if behind.kind != "people" or not isinstance(behind.rows, RecordRows):
        return None
    profiles = profiles_of(scope)
    is_known = all(pk in profiles for pk, _counts, _facts in behind.rows.lines)
    return profiles if is_known else None


def on_page(request: HttpRequest, found: Shown) -> dict[str, Any]:
    """What a template with such a list shows."""
    return {
        "kind": found.behind.kind,
        "page": Paginator(found.behind.rows, PER_PAGE).get_page(request.GET.get("page")),
        "filter": found.form,
        "by_sex_and_age": found.by_sex_and_age,
    }


def _file(
    request: HttpRequest, programme: Programme, found: Shown, notes: Sequence[str]
) -> HttpResponse:
    """A list as a file. It names people only to those who may take names, and the log says so."""
    behind, names = found.behind, signed_in(request).may("export.names")
    agreed = _agreed_in(behind) if names and is_for_others(request) else None
    content = behind_workbook(
        behind, notes=notes, names=names, profiles=found.profiles, agreed=agreed
    )
    return export_response(
        request,
        content,
        "samaki-cascade-list.xlsx",
        subject="cascades.list",
        record_id=programme.pk,
        people=_named(behind, agreed) if names else 0,
    )


def _named(behind: Behind, agreed: Collection[UUID] | None) -> int:
    """How many people a list names; some have several rows."""
    return len(_people_in(behind) if agreed is None else agreed)


def _people_in(behind: Behind) -> set[UUID]:
    if behind.kind != "people" or not isinstance(behind.rows, RecordRows):
        return set()
    return {pk for pk, _counts, _facts in behind.rows.lines}


def _agreed_in(behind: Behind) -> Collection[UUID]:
    """Who of a list agreed that their name is given to others."""
    return consents.agreed(_people_in(behind), Purpose.NAME)


# --- Figures ----------------------------------------------------------------------------------


def _figure_or_404(request: HttpRequest, pk: UUID, name: str) -> Programme:
    if name not in FIGURES:
        raise Http404
    return counted_or_404(request, pk)


@require_safe
@requires("export.live")
@requires("records.see")
@by_worker("cascades.list", SPREADSHEET, method="GET", of=_figure_or_404)
def figure_list_xlsx(request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
    """The list behind a figure, as its page shows it."""
    programme = _figure_or_404(request, pk, name)
    scope, definition = scope_form(request, programme).scope, FIGURES[name]
    [behind] = definition.behind(scope)
    found = shown(request, behind, scope)
    return _file(request, programme, found, _notes(scope, definition.label, definition.definition))


def _notes(scope: Scope, *words: Any) -> list[str]:
    day = _("As of %(day)s") % {"day": f"{scope.as_of:%d/%m/%Y}"}
    return [*map(str, words), about(scope), day]


# --- Groups of people -------------------------------------------------------------------------


def _group_or_404(request: HttpRequest, pk: UUID, name: str) -> Programme:
    if name not in GROUPS:
        raise Http404
    return counted_or_404(request, pk)


def _people_of(group: Group, scope: Scope) -> Behind:
    [behind] = people(group.lines(scope) or [], group.why)
    return behind


@require_safe
@requires("records.see")
def people_behind(request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
    """The people of a group, such as a step of the funnel."""
    programme = _group_or_404(request, pk, name)
    form: ScopeForm = scope_form(request, programme)
    scope, group = form.scope, GROUPS[name]
    behind = _people_of(group, scope)
    context = {
        "programme": programme,
        "iteration": scope.iteration,
        "here": "figures",
        "form": form,
        "scope": scope,
        "group": group,
        "is_known": group.lines(scope) is not None,
    }
    found = shown(request, behind, scope)
    return render(request, "cascades/people_behind.html", context | on_page(request, found))


@require_safe
@requires("export.live")
@requires("records.see")
@by_worker("cascades.list", SPREADSHEET, method="GET", of=_group_or_404)
def people_behind_xlsx(request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
    """The same as a file."""
    programme = _group_or_404(request, pk, name)
    scope, group = scope_form(request, programme).scope, GROUPS[name]
    found = shown(request, _people_of(group, scope), scope)
    return _file(request, programme, found, _notes(scope, group.label, group.definition))


# --- The reach of trainers --------------------------------------------------------------------


def _trainers(request: HttpRequest, programme: Programme) -> list[Person]:
    return chosen_trainers(request.GET.getlist("trainer"), programme)


@require_safe
@requires("records.see")
def trainers_together(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The people whom one trainer reached, or several together."""
    programme = programme_or_404(request, pk)
    trainers, as_of = _trainers(request, programme), timezone.localdate()
    together = reach_together(trainers, programme, as_of=as_of)
    context = {
        "programme": programme,
        "here": "trainers",
        "as_of": as_of,
        "trainers": [(each, together.each[each.pk]) for each in trainers],
        "together": together,
    }
    found = shown(request, together.behind)
    return render(request, "cascades/trainers_together.html", context | on_page(request, found))


@require_safe
@requires("export.live")
@requires("records.see")
@by_worker("cascades.list", SPREADSHEET, method="GET", of=programme_or_404)
def trainers_together_xlsx(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The same as a file. It does not say whose reach it is: names stay out of notes."""
    programme, as_of = programme_or_404(request, pk), timezone.localdate()
    trainers = _trainers(request, programme)
    together: Together = reach_together(trainers, programme, as_of=as_of)
    notes = [
        _("Trainers chosen: %(number)s. Distinct people; never a sum over trainers.")
        % {"number": len(trainers)},
        *_notes(Scope(programme, as_of)),
    ]
    return _file(request, programme, shown(request, together.behind), notes)
