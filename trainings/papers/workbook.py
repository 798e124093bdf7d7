"""The figures of a training as a workbook: the same numbers as the page and the PDF."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext as _

from paper.sheets import Cell, Column, Kind, Sheet, write_xlsx
from registry.models.people import Sex
from trainings.figures.breakdowns import Breakdown, BreakdownRow
from trainings.figures.counting import BySex
from trainings.figures.evaluating import FACES, Grade
from trainings.figures.report import Report
from trainings.models import FollowUpAnswer


def report_workbook(report: Report) -> bytes:
    """The workbook of a report, in the language of the page. It names no participant."""
    return write_xlsx(
        [
            _facts(report),
            *[_breakdown(breakdown) for breakdown in report.breakdowns],
            _sessions(report),
            _tests(report),
            _evaluation(report),
            _follow_ups(report),
            _changes(report),
        ]
    )


def _facts(report: Report) -> Sheet:
    training, people, time = report.training, report.participation, report.time
    titles = dict(training.titles)
    rows: list[tuple[str, Cell]] = [
        (_("Title in Khmer"), titles.get("km", "")),
        (_("Title in English"), titles.get("en", "")),
        (_("Kind"), training.get_kind_display()),
        (_("State"), training.get_status_display()),
        (_("First day"), training.starts_on),
        (_("Last day"), training.ends_on),
        (_("Place"), str(training.place or "")),
        (_("Projects"), "; ".join(map(str, report.projects))),
        (_("Topics"), "; ".join(map(str, report.topics))),
        (_("Goals"), "; ".join(map(str, report.goals))),
        (_("Participants by name"), people.named.total),
        (_("Participants without a name"), people.unnamed.total),
        (_("Participants together"), people.everyone.total),
        (_("Organisations taking part"), people.organisations),
        (_("Members of these organisations on that day"), people.members),
        (_("Trainers"), people.trainers or None),
        (_("Days"), time.days),
        (_("Person-days recorded"), time.person_days),
        (_("Person-days at most"), time.person_days_up_to),
        (_("Person-hours recorded"), time.person_hours),
        (_("Completed"), report.completed),
        (_("As of"), report.as_of),
    ]
    return Sheet(
        _("Training"),
        [Column(_("What"), width=40), Column(_("Value"), width=60)],
        [(what, _plain(value)) for what, value in rows],
        notes=[
            _("An empty value is not known; it is not zero."),
            _("People without a name are never added into a count of distinct people."),
        ],
    )


def _plain(value: Cell) -> Cell:
    """Whole decimals as whole numbers, so that 60.0 person-days read 60."""
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    return value


def _sex_columns() -> list[Column]:
    words = [Sex.FEMALE.label, Sex.MALE.label, Sex.OTHER.label, Sex.NOT_STATED.label, _("Total")]
    return [Column(str(word), Kind.WHOLE, 12) for word in words]


def _counts(counts: BySex) -> list[Cell]:
    return [counts.female, counts.male, counts.other, counts.not_stated, counts.total]


def _breakdown(breakdown: Breakdown) -> Sheet:
    def rows() -> Iterator[list[Cell]]:
        for line in [*breakdown.lines, breakdown.total]:
            yield [line.label, *_counts(line.named), *_unnamed(line)]

    named = [*_sex_columns()[:-1], Column(_("By name"), Kind.WHOLE, 12)]
    columns = [Column(breakdown.title, width=44), *named, Column(_("Without a name"), Kind.WHOLE)]
    return Sheet(breakdown.title, columns, rows())


def _unnamed(line: BreakdownRow) -> list[Cell]:
    return [line.unnamed.total]


def _sessions(report: Report) -> Sheet:
    columns = [
        Column(_("Session"), width=40),
        Column(_("Day"), Kind.DAY, 12),
        Column(_("Hours"), Kind.DECIMAL, 10),
        *_sex_columns(),
        Column(_("Listed"), Kind.WHOLE, 10),
    ]
    rows: list[list[Cell]] = [
        [
            str(figures.session),
            figures.session.held_on,
            figures.hours,
            *(_counts(figures.there) if figures.is_recorded else [None] * 5),
            figures.expected,
        ]
        for figures in report.sessions
    ]
    return Sheet(_("Sessions"), columns, rows, notes=[_("An empty line has no attendance record.")])


def _tests(report: Report) -> Sheet:
    gain = report.gain
    rows: list[tuple[str, Cell]] = [
        (_("Best possible score"), gain.maximum),
        (_("Learners who took part"), gain.attended),
        (_("Sat both tests"), gain.matched),
        (_("Only the test before"), gain.only_before),
        (_("Only the test after"), gain.only_after),
        (_("Mean before, of those who sat both"), gain.mean_before),
        (_("Mean after, of those who sat both"), gain.mean_after),
        (_("Mean gain in points"), gain.points),
        (_("Mean gain as a part of what could be gained"), gain.normalised),
        (_("… over so many people"), gain.normalised_of),
        (_("Did better after"), gain.improved),
    ]
    columns = [Column(_("What"), width=48), Column(_("Value"), Kind.DECIMAL, 14)]
    return Sheet(_("Tests"), columns, [(what, _plain(value)) for what, value in rows])


def _evaluation(report: Report) -> Sheet:
    grades = [Column(str(Grade(grade).label), Kind.WHOLE, 12) for grade in FACES]
    return Sheet(
        _("Evaluation"),
        [
            Column(_("Question"), width=50),
            *grades,
            Column(_("Answers"), Kind.WHOLE, 12),
            Column(_("Mostly or fully, percent"), Kind.DECIMAL, 20),
        ],
        [(each.label, *each.numbers, each.given, each.good.value) for each in report.evaluation],
        notes=[_("Counted from forms without names, or a show of hands.")],
    )


def _follow_ups(report: Report) -> Sheet:
    words = [
        _("To be asked"),
        _("Asked"),
        _("Reached"),
        *(str(each.label) for each in FollowUpAnswer.REACHED),
    ]
    return Sheet(
        _("Follow-up"),
        [
            Column(_("Round"), width=20),
            *(Column(word, Kind.WHOLE, 18) for word in words),
            Column(_("Still do it, of those reached, percent"), Kind.DECIMAL, 30),
        ],
        [
            (
                each.label,
                each.counts.chosen,
                each.counts.asked,
                each.counts.reached,
                each.counts.fully,
                each.counts.partly,
                each.counts.no,
                each.counts.rate.value,
            )
            for each in report.follow_ups
        ],
    )


def _changes(report: Report) -> Sheet:
    columns = [
        Column(_("Change found"), width=80),
        Column(_("Whose change it is"), width=20),
        Column(_("Observed on"), Kind.DAY, 14),
        Column(_("Verified"), width=12),
    ]
    rows: list[list[Cell]] = [
        [
            _("Kept on the pages of the training")
            if report.training.is_sensitive
            else found.statement,
            found.get_subject_display(),
            found.observed_on,
            _("yes") if found.verified_at else _("no"),
        ]
        for found in report.changes
    ]
    return Sheet(_("Changes found"), columns, rows)
