"""What a page is about: its training, its session, how many rows."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from core.access import signed_in
from registry.models import chain_of
from trainings.actions.planning import texts_taken_back
from trainings.models import Session, Training


def training_or_404(request: HttpRequest, pk: UUID) -> Training:
    """A training that the user may see by name; any other is answered with 404."""
    trainings = Training.objects.visible_to(signed_in(request)).select_related(
        "owner", *chain_of("place"), "age_bands", "closed_by"
    )
    trainings = trainings.prefetch_related("sessions")
    return get_object_or_404(trainings, pk=pk)


def say_what_was_taken_back(request: HttpRequest, training: Training) -> None:
    """Tell whoever marked a training as sensitive what funders no longer read."""
    if text := texts_taken_back(training.taken_back):
        messages.warning(request, text)


def session_or_404(request: HttpRequest, pk: UUID) -> Session:
    """A session of a training that the user may see."""
    sessions = Session.objects.visible_to(signed_in(request)).select_related("training__owner")
    return get_object_or_404(sessions, pk=pk)
