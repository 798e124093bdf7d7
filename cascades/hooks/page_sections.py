"""What cascades add to the pages of people and of trainings."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from cascades.figures.of_person import programmes_of
from cascades.models import Delivery
from core.page_sections import section_of
from registry.models import Person, User
from trainings.models import Training


@section_of(Person)
def cascades_of_person(person: Person, user: User) -> tuple[str, dict[str, Any]] | None:
    """The programmes in which the person completed a tier or trained, if there are any."""
    programmes = programmes_of(person, user, as_of=timezone.localdate())
    if not programmes:
        return None
    return "cascades/_of_person.html", {"person": person, "programmes": programmes}


@section_of(Training)
def cascade_of_training(training: Training, user: User) -> tuple[str, dict[str, Any]] | None:
    """The tier that the training belongs to, with the way to its page as a delivery."""
    deliveries = Delivery.objects.visible_to(user).select_related("tier__iteration__programme")
    delivery = deliveries.filter(training=training).first()
    return ("cascades/_of_training.html", {"delivery": delivery}) if delivery else None
