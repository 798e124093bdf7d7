"""Tests, changes found, evidence, closing, certificates."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import requires, signed_in
from core.errors import Refused
from core.form_pages import EDIT, edit_page, refusals_as_messages, refusals_in, version_in
from core.idempotency import once
from paper.templatetags.paper import digits
from registry.figures.consents import may_show_name
from trainings.actions import certificates as issuing
from trainings.actions import closing, outcomes
from trainings.figures.gains import gain_of
from trainings.figures.pictures import hindrances
from trainings.figures.quality import findings_in
from trainings.figures.steps import steps_to
from trainings.forms.outcomes import (
    ChangeForm,
    CloseForm,
    EvidenceForm,
    IssueForm,
    MaximumForm,
    RecognisableForm,
    ReopenForm,
    WithdrawForm,
)
from trainings.forms.sheets import entries_from, score_lines
from trainings.models import Certificate, ChangeFound, Evidence
from trainings.views.shared import training_or_404


@require_http_methods(EDIT)
@requires("trainings.record")
@once
def tests(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The scores of the tests before and after, one line a learner."""
    training = training_or_404(request, pk)
    learners = list(
        training.enrolments.learners()
        .select_related("person")
        .prefetch_related("scores")
        .order_by("sheet_row")
    )
    data = request.POST if request.method == "POST" else None
    lines, status = score_lines(learners, data), 200
    if data is not None:
        entries = entries_from(lines, training.test_maximum)
        status = 409
        if entries is not None:
            try:
                outcomes.record_scores(training, entries=entries, by=signed_in(request))
            except outcomes.ScoresChanged as error:
                messages.warning(request, error.message)
                _show_both(lines, error.stored)
            except Refused as error:
                messages.error(request, error.message)
            else:
                messages.success(request, _("The scores are saved."))
                return redirect("trainings:tests", pk)
    context = {
        "training": training,
        "here": "tests",
        "lines": lines,
        "gain": gain_of(training),
        "maximum_form": MaximumForm(initial={"test_maximum": training.test_maximum}),
    }
    return render(request, "trainings/tests.html", context, status=status)


def _show_both(lines: list[Any], stored: dict[tuple[UUID, str], Any]) -> None:
    """Say beside a cell what somebody else entered; saving again is then a decision."""
    for line in lines:
        for moment, cell in line.cells.items():
            if (line.enrolment.pk, moment) in stored:
                points = stored[line.enrolment.pk, moment]
                theirs = "" if points is None else f"{points.normalize():f}"
                cell.seen = theirs
                cell.error = _("Saved by somebody else: %(points)s") % {"points": theirs or "—"}


@require_POST
@requires("trainings.record")
@once
def test_maximum(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say what the best possible score is."""
    training = training_or_404(request, pk)
    form = MaximumForm(request.POST)
    if form.is_valid():
        with refusals_as_messages(request):
            outcomes.set_test_maximum(
                training,
                maximum=form.cleaned_data["test_maximum"],
                version=version_in(request),
                by=signed_in(request),
            )
    else:
        messages.error(request, " ".join(map(str, form.errors["test_maximum"])))
    return redirect("trainings:tests", pk)


@require_safe
@requires("records.see")
def changes(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The changes that were found."""
    training = training_or_404(request, pk)
    listed = training.changes_found.select_related(
        "person", "created_by", "verified_by", "released_by", "evidence"
    )
    context = {"training": training, "here": "changes", "changes": listed}
    return render(request, "trainings/changes.html", context)


@require_http_methods(EDIT)
@requires("trainings.record")
@once
def change_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Record a change."""
    training = training_or_404(request, pk)
    form = ChangeForm(request.POST or None, training=training)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            outcomes.record_change(training, by=signed_in(request), **form.values)
            messages.success(request, _("The change is recorded."))
            return redirect("trainings:changes", pk)
    context = {"form": form, "training": training, "here": "changes"}
    return render(request, "trainings/change_form.html", context)


def _change_or_404(request: HttpRequest, pk: UUID) -> ChangeFound:
    found = ChangeFound.objects.visible_to(signed_in(request)).select_related("training__owner")
    return get_object_or_404(found, pk=pk)


@require_http_methods(EDIT)
@requires("trainings.record")
@once
def change_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Correct the record of a change."""
    found = _change_or_404(request, pk)
    form = ChangeForm(request.POST or None, instance=found, training=found.training)

    def save(version: int) -> None:
        stored = _change_or_404(request, pk)
        outcomes.correct_change(stored, version=version, by=signed_in(request), **form.values)

    return edit_page(
        request,
        form,
        found,
        save,
        template="trainings/change_form.html",
        context={"found": found, "training": found.training, "here": "changes"},
        then=("trainings:changes", found.training_id),
    )


@require_POST
@requires("trainings.record")
@once
def change_verify(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Confirm a change that somebody else recorded, as it was shown."""
    found = _change_or_404(request, pk)
    with refusals_as_messages(request):
        outcomes.verify_change(found, version=version_in(request), by=signed_in(request))
    return redirect("trainings:changes", found.training_id)


@require_POST
@requires("texts.release")
@once
def change_release(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let funders read a verified text, as it was shown."""
    found = _change_or_404(request, pk)
    with refusals_as_messages(request):
        outcomes.release_change(found, version=version_in(request), by=signed_in(request))
        messages.success(request, _("Funders may read this text from now on."))
    return redirect("trainings:changes", found.training_id)


@require_POST
@requires("texts.release")
@once
def change_take_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let funders no longer read a text."""
    found = _change_or_404(request, pk)
    outcomes.take_back_change(found, by=signed_in(request))
    messages.success(request, _("Funders no longer see this text."))
    return redirect("trainings:changes", found.training_id)


@require_POST
@requires("trainings.record")
@once
def change_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Remove a change that was recorded by mistake."""
    found = _change_or_404(request, pk)
    outcomes.remove_change(found, by=signed_in(request))
    return redirect("trainings:changes", found.training_id)


@require_http_methods(EDIT)
@requires("trainings.record")
@once
def evidence(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Photos and scans."""
    training = training_or_404(request, pk)
    form = EvidenceForm(request.POST or None, request.FILES or None, training=training)
    if request.method == "POST" and form.is_valid():
        details = dict(form.cleaned_data)
        with refusals_in(form):
            outcomes.add_evidence(
                training, upload=details.pop("file"), by=signed_in(request), **details
            )
            messages.success(request, _("The picture is kept."))
            return redirect("trainings:evidence", pk)
    pictures = list(training.evidence.select_related("training", "session__training"))
    hindered = hindrances(pictures)
    context = {
        "training": training,
        "here": "evidence",
        "form": form,
        "pictures": [(each, hindered.get(each.pk, "")) for each in pictures],
    }
    return render(request, "trainings/evidence.html", context)


def _evidence_or_404(request: HttpRequest, pk: UUID) -> Evidence:
    found = Evidence.objects.visible_to(signed_in(request)).select_related("training__owner")
    return get_object_or_404(found, pk=pk)


@require_safe
@requires("records.see")
def evidence_file(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """A picture itself, for those who may see its training."""
    picture = _evidence_or_404(request, pk)
    if not picture.file.storage.exists(str(picture.file.name)):
        return render(request, "errors/404.html", status=404)
    response = FileResponse(picture.file.open("rb"), content_type="image/jpeg")
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@require_http_methods(EDIT)
@requires("trainings.record")
@once
def evidence_people(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say who can be recognised in a picture."""
    picture = _evidence_or_404(request, pk)
    form = RecognisableForm(request.POST or None, picture=picture)

    def save(version: int) -> None:
        outcomes.mark_recognisable(
            _evidence_or_404(request, pk),
            recognisable=form.cleaned_data["recognisable"],
            people=list(form.cleaned_data["people"]),
            version=version,
            by=signed_in(request),
        )

    return edit_page(
        request,
        form,
        picture,
        save,
        template="trainings/evidence_people.html",
        context={"picture": picture, "training": picture.training, "here": "evidence"},
        then=("trainings:evidence", picture.training_id),
    )


@require_POST
@requires("trainings.record")
@once
def evidence_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Remove a picture."""
    picture = _evidence_or_404(request, pk)
    with refusals_as_messages(request):
        outcomes.remove_evidence(picture, by=signed_in(request))
    return redirect("trainings:evidence", picture.training_id)


@require_http_methods(EDIT)
@requires("trainings.close")
@once
def close(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Read the data-quality list, and close the training."""
    training = training_or_404(request, pk)
    form = CloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            closing.close_training(training, by=signed_in(request), **form.cleaned_data)
            messages.success(request, _("The training is closed."))
            return redirect("trainings:detail", pk)
    findings = findings_in(training)
    context = {
        "training": training,
        "here": "overview",
        "form": form,
        "findings": findings,
        "is_hindered": any(finding.hinders for finding in findings),
    }
    return render(request, "trainings/close.html", context)


@require_http_methods(EDIT)
@requires("trainings.reopen")
@once
def reopen(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open a closed training again, with a reason."""
    training = training_or_404(request, pk)
    form = ReopenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            closing.reopen_training(training, by=signed_in(request), **form.cleaned_data)
            messages.success(request, _("The training is open again."))
            return redirect("trainings:detail", pk)
    context = {"training": training, "here": "overview", "form": form}
    return render(request, "trainings/reopen.html", context)


@require_http_methods(EDIT)
@requires("certificates.issue")
@once
def certificates(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Issue numbered certificates to everybody who completed."""
    training = training_or_404(request, pk)
    form = IssueForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            issued = issuing.issue_certificates(
                training, by=signed_in(request), **form.cleaned_data
            )
            messages.success(
                request, _("%(count)s certificates are issued.") % {"count": digits(len(issued))}
            )
            return redirect("trainings:certificates", pk)
    context = {
        "training": training,
        "here": "certificates",
        "form": form,
        "certificates": training.certificates.select_related("enrolment__person"),
        "completed": training.completions.count(),
        "waiting": training.completions.filter(enrolment__certificates=None).count(),
    }
    return render(request, "trainings/certificates.html", context)


@require_http_methods(EDIT)
@requires("certificates.issue")
@once
def certificate_withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Declare a certificate no longer valid."""
    certificate = get_object_or_404(
        Certificate.objects.visible_to(signed_in(request)).select_related(
            "training__owner", "enrolment__person"
        ),
        pk=pk,
    )
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            issuing.withdraw_certificate(certificate, by=signed_in(request), **form.cleaned_data)
            return redirect("trainings:certificates", certificate.training_id)
    context = {
        "certificate": certificate,
        "training": certificate.training,
        "here": "certificates",
        "form": form,
    }
    return render(request, "trainings/certificate_withdraw.html", context)


@require_safe
@never_cache
@login_not_required
def certificate_public(request: HttpRequest, token: str) -> HttpResponse:
    """What the QR code of a certificate opens: its validity, and what its owner lets it show."""
    certificate = get_object_or_404(
        Certificate.objects.select_related("training__owner", "enrolment__person"), token=token
    )
    person = certificate.enrolment.person
    context = {
        "certificate": certificate,
        "training": certificate.training,
        "steps": steps_to(certificate.training),
        "shows_name": person is not None and may_show_name(person),
    }
    return render(request, "trainings/certificate_public.html", context)
