"""The papers of a training: sign-in sheet, register, certificates, report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.papers import KINDS, Kind, Paper, printable
from khmer.dates import short_date
from paper.qr import qr_svg
from paper.rows import Row
from paper.templatetags.paper import digits
from registry.models import User, chain_of
from trainings.figures.pictures import content_of, hindrances
from trainings.figures.progress import standings_of
from trainings.figures.report import discussed_in, report_of
from trainings.models import (
    Attendance,
    Certificate,
    Enrolment,
    EvaluationCount,
    Evidence,
    Session,
    Training,
)
from trainings.papers.charts import charts_of

ROWS_ON_A_SHEET = 12
DAYS_ON_A_SHEET = 4
SESSIONS_ON_A_REGISTER = 12
PHOTOS_IN_A_REPORT = 2

# Both languages stand on a sign-in sheet, whatever the language of the page.
SIGN_IN_WORDS = {
    "title": _("Sign-in sheet"),
    "project": _("Project"),
    "place": _("Place"),
    "dates": _("Dates"),
    "trainers": _("Trainers"),
    "number": _("No."),
    "name_km": _("Name in Khmer"),
    "name_latin": _("Name in Latin letters"),
    "sex": _("Sex"),
    "age": _("Age"),
    "position": _("Position or organisation"),
    "home": _("Village and commune"),
    "phone": _("Phone"),
    "signature": _("Signature or thumbprint"),
    "consent": _("I agree"),
    "photo": pgettext_lazy("consent", "Photo"),
    "name": pgettext_lazy("consent", "Name"),
    "contact": pgettext_lazy("consent", "Phone"),
    "agreement": _(
        "Under “I agree” I tick what may be given to those who pay for this training and be "
        "published: photos of me, my name, my phone number. I may tick nothing, and I may take "
        "it back at any time. For anybody younger than 18 a parent or guardian signs."
    ),
    "totals": _("Women, men, together"),
    "prepared": _("Prepared by"),
    "verified": _("Checked by"),
}


def papers_for(training: Training, user: User) -> list[Kind]:
    """The kinds of paper about a training that a user may print now."""
    kinds = [kind for kind in KINDS.values() if kind.name.startswith("trainings.")]
    if not training.certificates.exists():
        kinds = [kind for kind in kinds if kind.name != "trainings.certificates"]
    return [kind for kind in kinds if user.may(kind.permission)]


def _of(user: User) -> QuerySet[Training]:
    return Training.objects.visible_to(user).select_related(
        "owner", *chain_of("place"), "age_bands"
    )


def _address(name: str, *args: Any) -> str:
    """The full address of a page, for a QR code."""
    return settings.SAMAKI_BASE_URL + reverse(name, args=args)


@dataclass(frozen=True)
class SignInSheet:
    """One page of a sign-in sheet: its rows, the days to sign for, and where its code leads."""

    number: int
    of: int
    days: Sequence[date]
    # The number of the row, who is on it, and their age on the first day.
    rows: Sequence[tuple[int, Enrolment | None, int | None]]
    qr: str


@printable("trainings.sign-in", _("Sign-in sheet with the names on the list"), of=_of)
def sign_in_sheet(training: Training) -> Paper:
    """The people on the list in their order, and blank rows up to the end of the page."""
    people = list(
        training.enrolments.of_people()
        .select_related("person__place__commune", "position", "on_behalf_of")
        .order_by("sheet_row")
    )
    return _sign_in(training, people, blank_rows=3)


@printable("trainings.sign-in-blank", _("Blank sign-in sheet"), of=_of)
def blank_sign_in_sheet(training: Training) -> Paper:
    """As many blank rows as people are expected, in whole pages."""
    expected = training.expected_people or ROWS_ON_A_SHEET
    return _sign_in(training, [], blank_rows=min(expected, 600))


def _sign_in(training: Training, people: Sequence[Enrolment], *, blank_rows: int) -> Paper:
    trainers = [e for e in people if e.is_trainer]
    return Paper(
        template="trainings/paper/sign_in.html",
        context={
            "training": training,
            "words": SIGN_IN_WORDS,
            "sheets": _sign_in_sheets(training, people, blank_rows),
            "projects": training.projects.all(),
            "trainers": trainers,
        },
        title=str(SIGN_IN_WORDS["title"]),
        people=len(people),
    )


def _sign_in_sheets(
    training: Training, people: Sequence[Enrolment], blank_rows: int
) -> list[SignInSheet]:
    rows: list[tuple[int, Enrolment | None, int | None]] = [
        (e.sheet_row, e, e.person.age_on(training.starts_on)) for e in people if e.person
    ]
    last = rows[-1][0] if rows else 0
    count = len(rows) + blank_rows
    count += -count % ROWS_ON_A_SHEET
    rows += [(last + n, None, None) for n in range(1, count - len(rows) + 1)]
    sessions = list(training.sessions.order_by("number"))
    days = sorted({session.held_on for session in sessions}) or [training.starts_on]
    pages = [
        (part_of_days, part_of_rows)
        for part_of_days in _parts(days, DAYS_ON_A_SHEET)
        for part_of_rows in _parts(rows, ROWS_ON_A_SHEET)
    ]
    return [
        SignInSheet(number, len(pages), on_days, on_rows, _code(training, sessions, on_days))
        for number, (on_days, on_rows) in enumerate(pages, start=1)
    ]


def _parts(items: Sequence[Any], size: int) -> list[Sequence[Any]]:
    return [items[start : start + size] for start in range(0, len(items), size)]


def _code(training: Training, sessions: Sequence[Session], days: Sequence[date]) -> str:
    """The code of the first session on these days; without sessions, of the training."""
    first = next((session for session in sessions if session.held_on in days), None)
    if first:
        address = _address("trainings:attendance", first.pk)
    else:
        address = _address("trainings:detail", training.pk)
    return qr_svg(address, label=str(_("Opens the attendance page")))


# The mouth of each face, from the best one down, drawn in a square of 20: emoji are in no font of
# ours, and on a copy they would be black.
MOUTHS = {
    5: "M5 11 Q10 19 15 11 Z",
    4: "M5 12 Q10 17 15 12",
    3: "M5 14 H15",
    2: "M5 15 Q10 11 15 15",
    1: "M5 17 Q10 9 15 17",
}
EVALUATION_WORDS = {
    "title": _("Evaluation at the end"),
    "dates": _("Dates"),
    "how": _("For each line, tick the face that says what you think. Do not write your name."),
    "question": _("Question"),
}


@printable("trainings.evaluation-form", _("Evaluation form"), of=_of)
def evaluation_form(training: Training) -> Paper:
    """The questions of the evaluation page, to be copied and cut: two on a page, in both languages.

    It has no number and no name, so that nobody can tell who filled it in.
    """
    address = _address("trainings:evaluation", training.pk)
    return Paper(
        template="trainings/paper/evaluation_form.html",
        context={
            "training": training,
            "words": EVALUATION_WORDS,
            "questions": [question.label for question in EvaluationCount.Question],
            "faces": [
                (mouth, EvaluationCount.Grade(grade).label) for grade, mouth in MOUTHS.items()
            ],
            "qr": qr_svg(address, label=str(_("Opens the page where the answers are counted"))),
            "copies": range(2),
        },
        title=str(EVALUATION_WORDS["title"]),
    )


@dataclass(frozen=True)
class RegisterPart:
    """Some of a training's sessions, as many as a page is wide, and the name of its rows."""

    sessions: Sequence[Session]
    rows: str


@printable("trainings.register", _("Attendance register"), of=_of)
def register(training: Training) -> Paper:
    """Who was in which session, with each learner's percentage."""
    sessions = list(training.sessions.order_by("number"))
    people = list(
        training.enrolments.select_related("person", "organisation", "position").order_by(
            "sheet_row"
        )
    )
    marks = {
        (row.enrolment_id, row.session_id): _mark(row)
        for row in Attendance.objects.filter(training=training)
    }
    percents = {standing.enrolment.pk: standing.of_all for standing in standings_of(training)}
    parts = [
        RegisterPart(part, f"part-{number}")
        for number, part in enumerate(_parts(sessions, SESSIONS_ON_A_REGISTER) or [[]])
    ]
    begins = {enrolment: _register_row(enrolment) for enrolment in people}
    return Paper(
        template="trainings/paper/register.html",
        context={"training": training, "parts": parts},
        title=str(_("Attendance register")),
        people=sum(1 for enrolment in people if enrolment.person_id),
        rows={
            part.rows: [
                Row(
                    [
                        *begins[enrolment],
                        *(marks.get((enrolment.pk, on.pk), "") for on in part.sessions),
                        _percent(percents.get(enrolment.pk)),
                    ]
                )
                for enrolment in people
            ]
            for part in parts
        },
    )


def _register_row(enrolment: Enrolment) -> list[str]:
    """Number, name, sex, and position or role."""
    person = enrolment.person
    is_learner = enrolment.role == Enrolment.Role.LEARNER
    return [
        digits(enrolment.sheet_row),
        person.names if person else str(enrolment.organisation),
        person.get_sex_display() if person else "",
        str(enrolment.position or "") if is_learner else enrolment.get_role_display(),
    ]


def _percent(share: Any) -> str:
    return "" if share is None else f"{digits(floatformat(share, '-1'))}%"


# Shapes that can be told apart on a grey copy.
MARKS = {
    Attendance.Status.PRESENT: "✓",
    Attendance.Status.LATE: pgettext_lazy("mark on a sheet: late", "L"),
    Attendance.Status.EXCUSED: pgettext_lazy("mark on a sheet: excused", "E"),
    Attendance.Status.ABSENT: "—",
}


def _mark(row: Attendance) -> str:
    mark = MARKS[Attendance.Status(row.status)]
    return f"{mark} ½" if row.fraction == Attendance.HALF else str(mark)


@printable("trainings.certificates", _("Certificates"), of=_of, permission="certificates.issue")
def certificates(training: Training) -> Paper:
    """One page for each certificate that was not withdrawn."""
    valid = (
        training.certificates.filter(withdrawn_at=None)
        .select_related("enrolment__person")
        .order_by("year", "number")
    )
    copies = [_certificate(certificate) for certificate in valid]
    return Paper(
        template="trainings/paper/certificates.html",
        context={"training": training, "hours": _hours(training)},
        title=str(_("Certificates")),
        people=len(copies),
        copies={"certificates": copies},
    )


def _certificate(certificate: Certificate) -> dict[str, str]:
    """What differs from one certificate to the next."""
    person = certificate.enrolment.person
    assert person is not None, "Certificates are issued to people."
    return {
        "name": person.name_km or person.name_latin,
        "latin": person.name_latin if person.name_km else "",
        "date": short_date(certificate.issued_on),
        "number": certificate.full_number,
        "qr": qr_svg(
            _address("certificate-public", certificate.token),
            label=str(_("Opens the page that confirms this certificate")),
        ),
    }


def _hours(training: Training) -> Any:
    hours = [session.hours for session in training.sessions.all()]
    return sum(hours) if hours and all(hours) else None


@printable("trainings.report", _("Training report for the donor"), of=_of)
def report(training: Training) -> Paper:
    """All figures and facts of a training. It names no participant."""
    figures = report_of(training)
    photos = _photos(figures.evidence)
    return Paper(
        template="trainings/paper/report.html",
        context={
            "training": training,
            "report": figures,
            "discussed": discussed_in(training),
            "charts": charts_of(figures, for_paper=True),
            "photos": [(_photo_name(each), each) for each in photos],
            "listed": [each for each in figures.evidence if each not in photos],
            "today": timezone.localdate(),
        },
        title=str(_("Training report")),
        images={_photo_name(each): content for each, content in photos.items()},
    )


def _photos(evidence: Sequence[Evidence]) -> dict[Evidence, bytes]:
    """The first photos that may leave the house today, as many as stand beside each other."""
    hindered = hindrances(evidence) if evidence else {}
    found = ((each, content_of(each)) for each in evidence if each.pk not in hindered)
    there = ((each, content) for each, content in found if content is not None)
    return dict(islice(there, PHOTOS_IN_A_REPORT))


def _photo_name(photo: Evidence) -> str:
    return f"photo-{photo.pk}.jpg"
