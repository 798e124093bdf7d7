"""What cascades add to the pages of the registry."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from cascades.figures.of_person import programmes_of
from core.page_sections import section_of
from registry.models import Person, User


@section_of(Person)
def cascades_of_person(person: Person, user: User) -> tuple[str, dict[str, Any]] | None:
    """The programmes in which the person completed a tier or trained, if there are any."""
    programmes = programmes_of(person, user, as_of=timezone.localdate())
    if not programmes:
        return None
    return "cascades/_of_person.html", {"person": person, "programmes": programmes}
