"""Who takes part: the list, entry from paper, walk-ins, organisations, head counts."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import requires, signed_in
from core.by_worker import by_worker
from core.form_pages import EDIT, edit_page, refusals_as_messages, refusals_in, refusals_in_rows
from core.idempotency import once
from core.keys import key_in
from core.search_forms import is_search
from core.sent import PageRequest
from paper.templatetags.paper import digits
from registry.forms.rows import rows_are_fit
from registry.models import Organisation, Person, Position
from registry.views.entering import few_lines, find_person_page, lines_asked, name_searched
from trainings.actions import enrolling
from trainings.figures.breakdowns import age_key, home_commune, participants_of
from trainings.figures.oddities import more_members
from trainings.figures.participation import participation_of
from trainings.figures.progress import standings_of
from trainings.forms.people import (
    AddPersonForm,
    EnrolmentForm,
    HeadCountForm,
    IndirectCountForm,
    OrganisationEnrolmentForm,
    PaperRowForm,
)
from trainings.models import AgeBand, Enrolment, Training
from trainings.views.shared import training_or_404


@require_safe
@requires("records.see")
def people(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Everybody on the list, in the paper's order, with how far each learner is."""
    training = training_or_404(request, pk)
    others = (
        training.enrolments.exclude(role=Enrolment.Role.LEARNER)
        .filter(person__isnull=False)
        .select_related("person", "position", "on_behalf_of")
        .order_by("sheet_row")
    )
    context = {
        "training": training,
        "here": "people",
        "standings": standings_of(training),
        "others": others,
        "organisations": training.enrolments.filter(organisation__isnull=False).select_related(
            "organisation"
        ),
        "participation": participation_of(training),
        "indirect": training.indirect_counts.all(),
    }
    return render(request, "trainings/people.html", context)


@require_safe
@requires("records.see")
def people_behind(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The people behind one figure: the participants of a sex, an age band, a place…"""
    training = training_or_404(request, pk)
    bands = list(training.age_bands.bands.order_by("from_age"))
    chosen = [
        enrolment
        for enrolment in participants_of(training)
        if _is_asked_for(enrolment, training, bands, request)
    ]
    context = {"training": training, "here": "figures", "enrolments": chosen}
    return render(request, "trainings/people_behind.html", context)


def _is_asked_for(
    enrolment: Enrolment, training: Training, bands: list[AgeBand], request: HttpRequest
) -> bool:
    """Whether a participant falls into every category of the query; see figures.breakdowns."""
    assert enrolment.person
    place = home_commune(enrolment.person.place)
    values: dict[str, Any] = {
        "sex": enrolment.person.sex,
        "age": age_key(enrolment, training, bands),
        "position": str(enrolment.position_id or "not-stated"),
        "organisation": str(enrolment.on_behalf_of_id or "not-stated"),
        "place": place.pk if place else "not-stated",
    }
    return all(values[name] == request.GET[name] for name in values if request.GET.get(name))


@require_http_methods(EDIT)
@requires("trainings.record")
@once
@by_worker(
    "trainings.entry",
    gettext_lazy("People from a paper sheet"),
    of=training_or_404,
    at_once=few_lines,
)
def sheet_entry(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Enter people from a paper sheet, in its order, by keyboard alone."""
    training = training_or_404(request, pk)
    walk_in = "walk-in" in request.GET
    forms = _row_forms(request, training)
    refusal = ""
    if request.method == "POST":
        are_fit = rows_are_fit(forms)
        filled = [form for form in forms if form.has_changed()]
        if are_fit and filled:
            with refusals_in_rows(filled) as refused:
                entered = enrolling.enter_sheet(
                    training,
                    rows=[form.as_row(walk_in=walk_in) for form in filled],
                    by=signed_in(request),
                )
                messages.success(
                    request,
                    _("%(count)s people are on the list now.") % {"count": digits(len(entered))},
                )
                return _back_to_the_list(request, training)
            refusal = refused.words
        elif not filled:
            refusal = _("Fill in at least one row.")
        else:
            refusal = _("Nothing was saved yet: some rows have to be put right first.")
    context = {
        "training": training,
        "here": "people",
        "forms": forms,
        "refusal": refusal,
        "walk_in": walk_in,
        "rows": len(forms),
    }
    return render(request, "trainings/sheet_entry.html", context)


def _row_forms(request: HttpRequest, training: Training) -> list[PaperRowForm]:
    """The lines of the entry page; a number in `rows` asks for more of them."""
    last = training.enrolments.aggregate(last=Max("sheet_row"))["last"] or 0
    positions = [(str(position.pk), position.name) for position in Position.objects.all()]
    data = request.POST if request.method == "POST" else None
    return [
        PaperRowForm(
            data,
            prefix=f"r{number}",
            initial={"row": last + number} | (name_searched(request) if number == 1 else {}),
            training=training,
            positions=positions,
        )
        for number in range(1, lines_asked(request) + 1)
    ]


@require_http_methods(EDIT)
@requires("trainings.record")
@once
def person_add(request: PageRequest, pk: UUID) -> HttpResponse:
    """Find a person in the registry and put them on the list."""
    user, training = signed_in(request), training_or_404(request, pk)
    candidates = Person.objects.visible_to(user).filter(owner=training.owner).current()
    form = AddPersonForm(request.POST or None)
    if request.method == "POST" and not is_search(request):
        person = form.chosen(candidates) if form.is_valid() else None
        if person is None:
            messages.error(request, _("Please choose somebody from the list."))
        else:
            with refusals_as_messages(request):
                enrolling.enrol_person(
                    training,
                    person=person,
                    role=form.cleaned_data["role"] or Enrolment.Role.LEARNER,
                    is_walk_in=form.cleaned_data["walk_in"],
                    by=user,
                )
                messages.success(request, _("Put on the list."))
                return _back_to_the_list(request, training)
    context = {
        "training": training,
        "here": "people",
        "taken": set(training.enrolments.values_list("person", flat=True)),
        "taken_word": _("on the list"),
        "choose": "trainings/_put_on_list.html",
        "roles": Enrolment.Role.choices,
        "walk_in": "walk-in" in request.GET,
        "register": f"{reverse('trainings:sheet-entry', args=[pk])}?"
        + urlencode({"rows": 1} | {n: request.GET[n] for n in CARRIED if n in request.GET}),
    }
    return find_person_page(request, candidates, "trainings/person_add.html", context)


# Who came without being expected, and on whose attendance sheet they are missing.
CARRIED = ("walk-in", "session")


def _back_to_the_list(request: HttpRequest, training: Training) -> HttpResponse:
    """To the attendance sheet on which somebody was missing, or to the people of the training."""
    asked = key_in(request.GET.get("session", ""))
    session = training.sessions.filter(pk=asked).first() if asked else None
    if session:
        return redirect("trainings:attendance", session.pk)
    return redirect("trainings:people", training.pk)


def _enrolment_or_404(request: HttpRequest, pk: UUID) -> Enrolment:
    enrolments = Enrolment.objects.visible_to(signed_in(request)).select_related(
        "training__owner", "person", "organisation"
    )
    return get_object_or_404(enrolments, pk=pk)


@require_http_methods(EDIT)
@requires("trainings.record")
@once
def enrolment_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change somebody's role or position, or an organisation's number of members."""
    enrolment = _enrolment_or_404(request, pk)
    form: Any
    if enrolment.organisation_id:
        form = OrganisationEnrolmentForm(
            request.POST or None,
            organisations=Organisation.objects.filter(pk=enrolment.organisation_id),
            initial={
                "organisation": enrolment.organisation_id,
                "member_count": enrolment.member_count,
            },
        )
    else:
        form = EnrolmentForm(request.POST or None, instance=enrolment)

    def save(version: int) -> None:
        values = form.cleaned_data if enrolment.organisation_id else form.values
        stored = _enrolment_or_404(request, pk)
        enrolling.change_enrolment(stored, version=version, by=signed_in(request), **values)

    return edit_page(
        request,
        form,
        enrolment,
        save,
        template="trainings/enrolment_form.html",
        context={"enrolment": enrolment, "training": enrolment.training, "here": "people"},
        then=("trainings:people", enrolment.training_id),
    )


@require_POST
@requires("trainings.record")
@once
def enrolment_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take somebody off the list."""
    enrolment = _enrolment_or_404(request, pk)
    with refusals_as_messages(request):
        enrolling.remove_enrolment(enrolment, by=signed_in(request))
    return redirect("trainings:people", enrolment.training_id)


@require_http_methods(EDIT)
@requires("trainings.record")
@once
def organisation_add(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put a group or a council on the list."""
    user, training = signed_in(request), training_or_404(request, pk)
    form = OrganisationEnrolmentForm(
        request.POST or None, organisations=Organisation.objects.visible_to(user)
    )
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            listed = enrolling.enrol_organisation(training, by=user, **form.cleaned_data)
            line = (listed.sheet_row, listed.organisation_id, listed.member_count)
            for words in more_members(training, [line]):
                messages.warning(request, words)
            return redirect("trainings:people", pk)
    context = {"form": form, "training": training, "here": "people"}
    return render(request, "trainings/organisation_form.html", context)


@require_http_methods(EDIT)
@requires("trainings.record")
@once
def head_counts(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The numbers of people whose names are not known."""
    training = training_or_404(request, pk)
    form = HeadCountForm(request.POST or None, training=training)

    def save(version: int) -> None:
        counts, by = form.counts, signed_in(request)
        enrolling.set_head_counts(training, counts=counts, version=version, by=by)

    return edit_page(
        request,
        form,
        training,
        save,
        template="trainings/head_counts.html",
        context={"training": training, "here": "people"},
        then=("trainings:people", pk),
    )


@require_http_methods(EDIT)
@requires("trainings.record")
@once
def indirect_counts(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How many people were reached through those who took part, and how one knows."""
    training = training_or_404(request, pk)
    form = IndirectCountForm(request.POST or None, training=training)

    def save(version: int) -> None:
        counts, by = form.counts, signed_in(request)
        enrolling.set_indirect_counts(training, counts=counts, version=version, by=by)

    return edit_page(
        request,
        form,
        training,
        save,
        template="trainings/indirect_counts.html",
        context={"training": training, "here": "people"},
        then=("trainings:people", pk),
    )
