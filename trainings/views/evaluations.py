"""The evaluation at the end of a training."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.access import requires, signed_in
from core.form_pages import EDIT, edit_page
from core.idempotency import once
from trainings.actions.evaluating import set_evaluation
from trainings.figures.evaluating import evaluation_of
from trainings.figures.participation import participation_of
from trainings.forms.evaluating import EvaluationForm
from trainings.views.shared import training_or_404


@require_http_methods(EDIT)
@requires("trainings.record")
@once
def evaluation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How many gave each answer, from paper forms or a show of hands."""
    training = training_or_404(request, pk)
    form = EvaluationForm(request.POST or None, training=training)

    def save(version: int) -> None:
        set_evaluation(training, counts=form.counts, version=version, by=signed_in(request))

    return edit_page(
        request,
        form,
        training,
        save,
        template="trainings/evaluation.html",
        context={
            "training": training,
            "here": "evaluation",
            "evaluation": evaluation_of(training),
            "present": participation_of(training).everyone.total,
        },
        then=("trainings:evaluation", pk),
        done=_("The evaluation is saved."),
    )
