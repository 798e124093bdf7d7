"""What trainings add to the pages of the registry."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.page_sections import (
    Appointment,
    Need,
    Place,
    Timetable,
    says_what_is_on,
    says_what_waits,
    section_of,
)
from paper.templatetags.paper import digits
from registry.models import Organisation, Person, Project, User, chain_of
from trainings.figures.following_up import due_number
from trainings.figures.summaries import summary_of
from trainings.forms.planning import TO_CLOSE
from trainings.models import Attendance, Enrolment, Session, Training

MOST_SHOWN = 100


@says_what_waits(Place.TRAININGS)
def trainings_that_wait(user: User) -> Iterator[Need]:
    """Trainings to close, and rounds of follow-up to ask."""
    if not user.may("records.see"):
        return
    listed = f"{reverse('trainings:list')}?{urlencode({'state': TO_CLOSE})}"
    to_close = Training.objects.visible_to(user).to_close().count()
    yield Need(to_close, _("trainings to close"), listed)
    yield Need(due_number(user), _("follow-ups to ask"), reverse("trainings:follow-ups-due"))


@says_what_is_on
def sessions_that_are_on(user: User, since: date, until: date, most: int) -> Timetable:
    """The sessions of open trainings, with how many of the learners are marked."""
    if not user.may("records.see"):
        return Timetable([], 0)
    found = _sessions(user).filter(held_on__range=(since, until))
    may_mark = user.may("trainings.record")
    return Timetable([_appointment(each, may_mark) for each in found[:most]], found.count())


def _appointment(session: Any, may_mark: bool) -> Appointment:
    training = session.training
    has_come = session.held_on <= timezone.localdate()
    is_now = may_mark and has_come and not _is_marked(session)
    words = _("Session %(number)s") % {"number": session.number}
    place = training.place.chain if training.place else ""
    page = reverse("trainings:detail", args=[training.pk])
    return Appointment(
        session.held_on,
        session.starts_at,
        training.title,
        digits(" · ".join(filter(None, [words, training.venue, place]))),
        reverse("trainings:attendance", args=[session.pk]) if is_now else page,
        _("Mark attendance") if is_now else "",
        _marked(session) if has_come else "",
    )


def _sessions(user: User) -> QuerySet[Any]:
    learners = Enrolment.objects.filter(training=OuterRef("training")).learners()
    marked = Attendance.objects.filter(
        session=OuterRef("pk"),
        enrolment__role=Enrolment.Role.LEARNER,
        enrolment__person__isnull=False,
    )
    return (
        Session.objects.visible_to(user)
        .filter(training__status=Training.Status.OPEN)
        .annotate(learners=_number(learners, "training"), marked=_number(marked, "session"))
        .select_related("training", *chain_of("training__place"))
        .order_by("held_on", "starts_at", "pk")
    )


def _number(found: QuerySet[Any], of: str) -> Coalesce:
    counted = found.order_by().values(of).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


def _is_marked(session: Any) -> bool:
    return bool(session.learners and session.marked >= session.learners)


def _marked(session: Any) -> str:
    words = _("%(marked)s of %(learners)s marked")
    return digits(words % {"marked": session.marked, "learners": session.learners})


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
