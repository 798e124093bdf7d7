"""What trainings add to the pages of the registry."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from core.page_sections import section_of
from registry.models import Organisation, Person, Project, User, chain_of
from trainings.figures.summaries import summary_of
from trainings.models import Enrolment, Training

MOST_SHOWN = 100


@section_of(Person)
def trainings_of_person(person: Person, user: User) -> tuple[str, dict[str, Any]] | None:
    """The trainings in which a person took part or trained, newest first."""
    enrolments = (
        Enrolment.objects.visible_to(user)
        .filter(person=person)
        .select_related(
            *chain_of("training__place"),
            "position",
        )
        .order_by("-training__starts_on")[:MOST_SHOWN]
    )
    return "trainings/_of_person.html", {"enrolments": enrolments}


@section_of(Organisation)
def trainings_of_organisation(
    organisation: Organisation, user: User
) -> tuple[str, dict[str, Any]] | None:
    """The trainings in which an organisation took part as a group."""
    enrolments = (
        Enrolment.objects.visible_to(user)
        .filter(organisation=organisation)
        .select_related(*chain_of("training__place"))
        .order_by("-training__starts_on")[:MOST_SHOWN]
    )
    return ("trainings/_of_organisation.html", {"enrolments": enrolments}) if enrolments else None


@section_of(Project)
def trainings_of_project(project: Project, user: User) -> tuple[str, dict[str, Any]] | None:
    """The figures of a project, and its trainings."""
    trainings = (
        Training.objects.visible_to(user)
        .filter(project_links__project=project)
        .select_related(*chain_of("place"))
    )
    outside = _outside(project)
    return "trainings/_of_project.html", {
        "trainings": trainings[:MOST_SHOWN],
        "outside": trainings.not_cancelled().filter(outside)[:MOST_SHOWN] if outside else (),
        "summary": summary_of(trainings.not_cancelled()),
    }


def _outside(project: Project) -> Q:
    """Trainings with a day before or after a project; empty where it has no days."""
    found = Q(starts_on__lt=project.starts_on) if project.starts_on else Q()
    return found | Q(ends_on__gt=project.ends_on) if project.ends_on else found
