"""People: finding them, their own pages, and where they belong."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import requires, signed_in
from core.form_pages import (
    EDIT,
    Refusal,
    edit_page,
    refusals_in,
    version_in,
    version_shown,
)
from core.idempotency import once
from core.page_sections import sections
from core.paging import slice_of
from core.search_forms import searched
from core.sent import PageRequest
from registry.actions import people as registering
from registry.figures.consents import standing_of
from registry.forms.people import (
    AffiliationForm,
    FunctioningForm,
    NewPersonForm,
    PersonForm,
    likenesses_while_typing,
)
from registry.models import Affiliation, Functioning, Organisation, Person, chain_of
from registry.search import duplicates
from registry.search.finding import find_people


@require_http_methods(EDIT)
@requires("records.see")
def person_list(request: PageRequest) -> HttpResponse:
    """Everybody in the registry, in the order of the Khmer dictionary, or those of a name."""
    user = signed_in(request)
    query = searched(request)
    people = Person.objects.visible_to(user).current()
    if query:
        people = find_people(people, query)
    people = people.select_related(*chain_of("place"), "owner")
    context = {
        "query": query,
        "slice": slice_of(people, request.GET, by="sort_key"),
        "owners": Organisation.objects.owned_by(user)[:2],
    }
    template = "registry/person_list.html"
    if request.htmx:
        template += "#results"
    return render(request, template, context)


def person_or_404(request: HttpRequest, pk: UUID) -> Person:
    people = Person.objects.visible_to(signed_in(request)).select_related(
        "owner", "created_by", *chain_of("place")
    )
    return get_object_or_404(people, pk=pk)


@require_safe
@requires("records.see")
def person_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One person: the facts, their affiliations, and what they took part in."""
    person = person_or_404(request, pk)
    if person.joined_into_id:
        messages.info(request, _("This person was entered twice. Here is the entry that is kept."))
        return redirect("person", person.joined_into_id)
    may_decide = signed_in(request).may("people.decide")
    context = {
        "person": person,
        "affiliations": person.affiliations.select_related("organisation", "position"),
        "joined": person.joined_entries.all() if may_decide else [],
        "likenesses": duplicates.like(person, owner=person.owner) if may_decide else [],
        "standings": standing_of(person),
        "sections": sections(person, request),
    }
    return render(request, "registry/person_detail.html", context)


@require_http_methods(EDIT)
@requires("people.register")
@once
def person_new(request: HttpRequest) -> HttpResponse:
    """Register a person, once it is clear that they are not in the registry yet."""
    user = signed_in(request)
    form = NewPersonForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        if known := form.known:
            messages.info(
                request, _("This person is in the registry already. Nothing new was entered.")
            )
            return redirect("person", known.pk)
        with refusals_in(form):
            person = registering.register_person(
                owner=form.cleaned_data["owner"],
                different_from=form.different_from,
                by=user,
                **form.values,
            )
            messages.success(request, _("The person is registered."))
            return redirect("person", person.pk)
    return render(request, "registry/person_form.html", {"form": form})


@require_POST
@requires("people.register")
def person_likenesses(request: HttpRequest) -> HttpResponse:
    """Who may be the person that is being typed. Sent by POST: names do not go into addresses."""
    context = {
        "likenesses": likenesses_while_typing(request, signed_in(request)),
        "answer": request.POST.get("same_person", ""),
    }
    return render(request, "registry/_likenesses.html", context)


@require_http_methods(EDIT)
@requires("people.register")
@once
def person_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Correct a person's details."""
    person = person_or_404(request, pk)
    form = PersonForm(request.POST or None, instance=person)

    def save(version: int) -> None:
        stored = person_or_404(request, pk)
        registering.change_person(stored, version=version, by=signed_in(request), **form.values)

    return edit_page(
        request,
        form,
        person,
        save,
        template="registry/person_form.html",
        context={"person": person},
        then=("person", pk),
        done=_("The details are saved."),
    )


@require_http_methods(EDIT)
@requires("people.register")
@once
def affiliation_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say where a person belongs."""
    user, person = signed_in(request), person_or_404(request, pk)
    form = AffiliationForm(
        request.POST or None, organisations=Organisation.objects.visible_to(user)
    )
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            registering.add_affiliation(person, by=user, **form.values)
            return redirect("person", pk)
    return render(request, "registry/affiliation_form.html", {"form": form, "person": person})


def _affiliation_or_404(request: HttpRequest, pk: UUID) -> Affiliation:
    affiliations = Affiliation.objects.visible_to(signed_in(request)).select_related("person")
    return get_object_or_404(affiliations, pk=pk)


@require_http_methods(EDIT)
@requires("people.register")
@once
def affiliation_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change an affiliation, or say that it has ended."""
    user, affiliation = signed_in(request), _affiliation_or_404(request, pk)
    form = AffiliationForm(
        request.POST or None,
        instance=affiliation,
        organisations=Organisation.objects.visible_to(user),
    )

    def save(version: int) -> None:
        stored = _affiliation_or_404(request, pk)
        registering.change_affiliation(stored, version=version, by=user, **form.values)

    return edit_page(
        request,
        form,
        affiliation,
        save,
        template="registry/affiliation_form.html",
        context={"person": affiliation.person, "affiliation": affiliation},
        then=("person", affiliation.person_id),
    )


@require_POST
@requires("people.register")
@once
def affiliation_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Remove an affiliation that was entered by mistake."""
    affiliation = _affiliation_or_404(request, pk)
    registering.remove_affiliation(affiliation, by=signed_in(request))
    return redirect("person", affiliation.person_id)


@require_http_methods(EDIT)
@requires("disability.see")
@once
def functioning(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What somebody answered about difficulties. It stands on no other page and on no paper."""
    person = person_or_404(request, pk)
    stored = Functioning.objects.filter(person=person).first()
    form = FunctioningForm(request.POST or None, instance=stored)
    refusal = Refusal()
    if request.method == "POST" and form.is_valid():
        with refusals_in(form) as refusal:
            registering.record_functioning(
                person_or_404(request, pk),
                version=version_in(request),
                by=signed_in(request),
                **form.values,
            )
            messages.success(request, _("The answers are saved."))
            return redirect("person", person.pk)
    context = {
        "person": person,
        "form": form,
        "version": version_shown(request, stored, refusal.error) if stored else 0,
        "conflicts": refusal.conflicts,
    }
    return render(request, "registry/functioning_form.html", context)
