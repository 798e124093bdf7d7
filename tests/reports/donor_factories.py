"""Reports to donors for tests, made by the same actions as the pages use."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from registry.models import Organisation, Person, Project, User
from reports.actions.donor_forms import add_form
from reports.actions.donor_reports import plan_report
from reports.actions.indicators import add_indicator
from reports.actions.sending import open_report, send_to_check, submit_report
from reports.models import Definition, DonorForm, FrozenReport, Indicator, Report, SectionKind
from reports.models.definitions import Dimension
from tests.factories import make_person
from tests.trainings.factories import make_training
from trainings.actions.attending import Mark, Presence, record_attendance
from trainings.actions.enrolling import enrol_person
from trainings.models import Session, Training

FIRST = date(2026, 1, 1)
SECTIONS = (
    {"kind": SectionKind.NARRATIVE, "title_en": "Results", "is_required": False},
    {"kind": SectionKind.INDICATORS, "title_en": "Indicators", "is_required": False},
)
HERE = Presence.of("present")


def make_funded(owner: Organisation, donor: Organisation, by: User, **details: Any) -> Project:
    """A project that a donor pays for."""
    from tests.factories import make_project

    about = {"starts_on": date(2025, 10, 1), "ends_on": date(2027, 9, 30)} | details
    return make_project(owner=owner, by=by, donors=[donor], **about)


def make_donor_form(project: Project, *, by: User, **details: Any) -> DonorForm:
    about: dict[str, Any] = {"name_en": "Quarterly report", "sections": SECTIONS}
    about |= {"donor": project.donors.get()} if "donor" not in details else {}
    return add_form(project, by=by, **(about | details))


def make_indicator(project: Project, *, by: User, **details: Any) -> Indicator:
    about: dict[str, Any] = {"name_en": "People trained", "definition": Definition()}
    return add_indicator(project, by=by, **(about | details))


def by_sex() -> Definition:
    return Definition(dimensions=(Dimension.SEX,))


def make_report(form: DonorForm, *, by: User, **details: Any) -> Report:
    about: dict[str, Any] = {"since": FIRST, "until": date(2026, 3, 31)} | details
    report = plan_report(form.project, form=form, by=by, **about)
    return open_report(report, version=report.version, by=by)


def submit(report: Report, *, by: User) -> FrozenReport:
    """Send a report to check and submit it."""
    report = send_to_check(report, version=report.version, by=by)
    return submit_report(report, version=report.version, accept_findings=True, by=by)


def train(
    project: Project,
    people: Iterable[Person],
    *,
    by: User,
    on: date = date(2026, 2, 3),
    **about: Any,
) -> Training:
    """A training of one day at which all of them were."""
    training = make_training(
        owner=project.owner,
        by=by,
        starts_on=on,
        ends_on=on,
        projects=[project],
        hours_a_day=Decimal(6),
        **about,
    )
    for person in people:
        enrol_person(training, person=person, by=by)
    for session in training.sessions.all():
        mark_all(session, by=by)
    return training


def mark_all(session: Session, *, by: User, presence: Presence = HERE) -> None:
    marks = [Mark(each.pk, presence, None) for each in session.training.enrolments.all()]
    record_attendance(session, marks=marks, by=by)


def make_people(owner: Organisation, *, female: int = 0, male: int = 0) -> list[Person]:
    sexes = ["female"] * female + ["male"] * male
    return [make_person(owner=owner, sex=sex) for sex in sexes]


def days_after(day: date, number: int) -> date:
    return day + timedelta(days=number)
