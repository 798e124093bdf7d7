"""What is missing or odd in a training's records, before it is closed."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registry.models.people import Sex
from trainings.models import Attendance, Enrolment, Score, Session, Training


@dataclass(frozen=True)
class Finding:
    """One thing to look at. `where` names the part of the training's pages that mends it."""

    code: str
    message: str
    where: str
    hinders: bool = False


def findings_in(training: Training) -> list[Finding]:
    """The data-quality list: hindrances to closing first, then what should be known."""
    learners = training.enrolments.learners()
    found = [
        _not_over_yet(training),
        _nobody(training),
        *_sessions(training),
        *_people(learners),
        _one_test_only(training),
        _no_project(training),
    ]
    return sorted(filter(None, found), key=lambda finding: not finding.hinders)


def _not_over_yet(training: Training) -> Finding | None:
    if training.ends_on <= timezone.localdate():
        return None
    return Finding("not over", _("The training is not over yet."), "plan", hinders=True)


def _nobody(training: Training) -> Finding | None:
    if training.enrolments.exists() or training.head_counts.exists():
        return None
    return Finding(
        "nobody",
        _("Nobody is on the list, and there is no head count either."),
        "people",
        hinders=True,
    )


def _sessions(training: Training) -> list[Finding]:
    if not training.sessions.exists():
        return [Finding("no sessions", _("No session is recorded."), "plan")]
    marked = Attendance.objects.filter(session=OuterRef("pk"))
    if not training.enrolments.exists():
        return []
    empty = Session.objects.filter(~Exists(marked), training=training).count()
    found = []
    if empty:
        text = ngettext(
            "%(count)s session has no attendance.", "%(count)s sessions have no attendance.", empty
        )
        found.append(Finding("no attendance", text % {"count": empty}, "attendance"))
    if missing := _missing_marks(training):
        text = ngettext(
            "%(count)s mark is missing in sessions that were recorded.",
            "%(count)s marks are missing in sessions that were recorded.",
            missing,
        )
        found.append(Finding("missing marks", text % {"count": missing}, "attendance"))
    return found


def _missing_marks(training: Training) -> int:
    """Learners without a mark, summed over the sessions in which others have one."""
    learners = Q(attendances__enrolment__role=Enrolment.Role.LEARNER)
    recorded = (
        training.sessions.annotate(marks=Count("attendances", filter=learners))
        .filter(marks__gt=0)
        .values_list("marks", flat=True)
    )
    expected = training.enrolments.filter(role=Enrolment.Role.LEARNER).count()
    return sum(max(0, expected - marks) for marks in recorded)


def _people(learners: object) -> list[Finding]:
    counted = learners.aggregate(  # type: ignore[attr-defined]  # A queryset of enrolments.
        sex=Count("pk", filter=Q(person__sex=Sex.NOT_STATED)),
        age=Count(
            "pk",
            filter=Q(person__born_on=None, person__birth_year=None, person__stated_age=None),
        ),
        place=Count("pk", filter=Q(person__place=None)),
    )
    texts = {
        "sex": ngettext(
            "The sex of %(count)s person is not stated.",
            "The sex of %(count)s people is not stated.",
            counted["sex"],
        ),
        "age": ngettext(
            "The age of %(count)s person is not stated.",
            "The age of %(count)s people is not stated.",
            counted["age"],
        ),
        "place": ngettext(
            "The home place of %(count)s person is not stated.",
            "The home place of %(count)s people is not stated.",
            counted["place"],
        ),
    }
    return [
        Finding(f"missing {what}", texts[what] % {"count": count}, "people")
        for what, count in counted.items()
        if count
    ]


def _one_test_only(training: Training) -> Finding | None:
    """People with one of the two tests, once anybody sat both."""
    sat = Score.objects.filter(training=training).values("enrolment").annotate(n=Count("pk"))
    if not sat.filter(n=2).exists():
        return None
    single = sat.filter(n=1).count()
    if not single:
        return None
    text = ngettext(
        "%(count)s person has only one of the two tests.",
        "%(count)s people have only one of the two tests.",
        single,
    )
    return Finding("one test", text % {"count": single}, "tests")


def _no_project(training: Training) -> Finding | None:
    if training.project_links.exists():
        return None
    return Finding(
        "no project", _("It belongs to no project, so no donor's report counts it."), "plan"
    )
