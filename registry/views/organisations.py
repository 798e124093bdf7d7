"""The directory of organisations."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.access import requires, signed_in
from core.form_pages import EDIT, edit_page, refusals_in
from core.idempotency import once
from core.page_sections import sections
from core.sent import PageRequest
from registry.actions import organisations as directory
from registry.forms.organisations import NewOrganisationForm, OrganisationForm
from registry.models import Affiliation, Organisation, Project, chain_of
from registry.search.finding import find_organisations

PER_PAGE = 50
MOST_PEOPLE = 100


@require_safe
@requires("records.see")
def organisation_list(request: PageRequest) -> HttpResponse:
    """All organisations, those of a kind, or those of a name."""
    query = request.GET.get("q", "").replace("\0", "")[:100].strip()
    kind = request.GET.get("kind", "")
    organisations = Organisation.objects.visible_to(signed_in(request))
    if query:
        organisations = find_organisations(organisations, query)
    if kind in Organisation.Kind.values:
        organisations = organisations.filter(kind=kind)
    organisations = organisations.select_related("parent")
    context = {
        "query": query,
        "kind": kind,
        "kinds": Organisation.Kind.choices,
        "page": Paginator(organisations, PER_PAGE).get_page(request.GET.get("page")),
    }
    template = "registry/organisation_list.html"
    if request.htmx:
        template += "#results"
    return render(request, template, context)


def _organisation_or_404(request: HttpRequest, pk: UUID) -> Organisation:
    organisations = Organisation.objects.visible_to(signed_in(request)).select_related(
        "parent", *chain_of("place")
    )
    return get_object_or_404(organisations, pk=pk)


def _changeable_or_refuse(request: HttpRequest, pk: UUID) -> Organisation:
    """The directory is there for all to see (404 is for what is not in it), not to change."""
    organisation = _organisation_or_404(request, pk)
    if not _may_change(request, organisation):
        raise PermissionDenied
    return organisation


def _may_change(request: HttpRequest, organisation: Organisation) -> bool:
    changeable = Organisation.objects.changeable_by(signed_in(request))
    return changeable.filter(pk=organisation.pk).exists()


@require_safe
@requires("records.see")
def organisation_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """An organisation, what is part of it, who belongs to it, and its projects."""
    user, organisation = signed_in(request), _organisation_or_404(request, pk)
    affiliations = (
        Affiliation.objects.visible_to(user)
        .filter(organisation=organisation, person__joined_into=None)
        .select_related("person", "position")
        .order_by("person__sort_key", "person_id")
    )
    funded = organisation.funded_projects.values("pk")  # No join: each project once.
    projects = Project.objects.visible_to(user).filter(Q(owner=organisation) | Q(pk__in=funded))
    context = {
        "organisation": organisation,
        "may_change": _may_change(request, organisation),
        "children": organisation.children.all(),
        "affiliations": affiliations[: MOST_PEOPLE + 1],
        "most_people": MOST_PEOPLE,
        "projects": projects,
        "sections": sections(organisation, request),
    }
    return render(request, "registry/organisation_detail.html", context)


@require_http_methods(EDIT)
@requires("organisations.edit")
@once
def organisation_new(request: HttpRequest) -> HttpResponse:
    """Add an organisation to the directory."""
    user = signed_in(request)
    form = NewOrganisationForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            organisation = directory.add_organisation(by=user, **form.values)
            messages.success(request, _("The organisation is in the directory."))
            return redirect("organisation", organisation.pk)
    return render(request, "registry/organisation_form.html", {"form": form})


@require_http_methods(EDIT)
@requires("organisations.edit")
@once
def organisation_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Correct an organisation."""
    user, organisation = signed_in(request), _changeable_or_refuse(request, pk)
    form = OrganisationForm(request.POST or None, instance=organisation, user=user)

    def save(version: int) -> None:
        stored = _organisation_or_404(request, pk)
        directory.change_organisation(stored, version=version, by=user, **form.values)

    return edit_page(
        request,
        form,
        organisation,
        save,
        template="registry/organisation_form.html",
        context={"organisation": organisation},
        then=("organisation", pk),
        done=_("The details are saved."),
    )
