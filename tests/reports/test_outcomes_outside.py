"""Evaluations and follow-ups in what a donor reads: numbers of a project, none of them small."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from core.figures.drawn import NOT_SHOWN, NotShown
from khmer.dates import months_after
from registry.figures.quarters import kept_figures, last_quarter, tables_of
from reports.figures.frozen_reports import read_frozen
from reports.models import SectionKind
from tests.reports.donor_factories import (
    make_donor_form,
    make_funded,
    make_people,
    make_report,
    submit,
    train,
)
from trainings.actions.evaluating import set_evaluation
from trainings.actions.following_up import Answer, Said, begin_follow_up, record_answers

SECTIONS = (
    {"kind": SectionKind.EVALUATION, "title_en": "Said", "is_required": False},
    {"kind": SectionKind.FOLLOW_UP, "title_en": "Still", "is_required": False},
)


@pytest.fixture
def project(strey_khmer, donor, coordinator):
    return make_funded(strey_khmer, donor, coordinator)


def ask(training, *answers: str, by, on: date | None = None) -> None:
    """Ask everybody, in their order, as soon as it is due."""
    follow_up = begin_follow_up(training, months=3, by=by)
    rows = follow_up.answers.order_by("enrolment__sheet_row")
    sent = [Answer(row.pk, Said(still), Said()) for row, still in zip(rows, answers, strict=True)]
    day = on or months_after(training.ends_on, 3)
    record_answers(follow_up, answers=sent, asked_on=day, by=by)


def table(project, title: str):
    kept = kept_figures(project, last_quarter())
    return next((each for each in tables_of(kept) if each.title == title), None)


STILL, SAID = "What participants still do", "What participants said at the end of trainings"


@pytest.fixture
def trained(project, strey_khmer, coordinator):
    """Thirty women were trained, long enough ago."""
    people = make_people(strey_khmer, female=30)
    return train(project, people, by=coordinator, on=months_after(timezone.localdate(), -9))


def test_large_numbers_are_shown_with_their_rate(project, trained, coordinator):
    said = [*["fully"] * 10, *["partly"] * 8, *["no"] * 6, *["not reached"] * 6]
    ask(trained, *said, by=coordinator)
    [row] = table(project, STILL).rows
    assert row[1:7] == [30, 24, 10, 8, 6, 6]
    assert str(row[7]) == "75.0"


def test_a_small_number_is_told_by_no_other(project, trained, coordinator):
    """Two of thirty do it no longer: no sum and no percentage gives them away."""
    said = [*["fully"] * 14, *["partly"] * 8, *["no"] * 2, *["not reached"] * 6]
    ask(trained, *said, by=coordinator)
    [row] = table(project, STILL).rows
    _label, everybody, reached, *by_answer, rate = row
    assert everybody == 30
    assert by_answer[2] is NOT_SHOWN
    assert sum(isinstance(each, NotShown) for each in by_answer) >= 2
    assert reached is NOT_SHOWN
    assert rate is NOT_SHOWN


def test_what_was_asked_after_the_quarter_is_not_in_it(project, trained, coordinator):
    ask(trained, *["fully"] * 30, by=coordinator, on=timezone.localdate())
    [row] = table(project, STILL).rows
    assert row[1:4] == [30, 0, 0]


def test_answers_at_the_end_are_shown_without_small_numbers(project, trained, coordinator):
    counts = {("useful", 5): 20, ("useful", 4): 8, ("useful", 1): 2, ("trainers", 5): 25}
    set_evaluation(trained, counts=counts, by=coordinator)
    useful, trainers = table(project, SAID).rows
    assert useful[6] == 30
    assert useful[5] is NOT_SHOWN
    assert sum(isinstance(each, NotShown) for each in useful) >= 2
    assert trainers[1:] == [25, 0, 0, 0, 0, 25, trainers[7]]


def test_few_people_are_no_line(project, strey_khmer, coordinator):
    few = make_people(strey_khmer, female=3)
    training = train(project, few, by=coordinator, on=months_after(timezone.localdate(), -9))
    ask(training, "fully", "fully", "no", by=coordinator)
    [row] = table(project, STILL).rows
    assert all(isinstance(each, NotShown) or each == 0 for each in row[1:])


def test_a_project_without_any_has_no_such_table(project, trained):
    assert table(project, STILL) is None
    assert table(project, SAID) is None


def test_a_report_keeps_what_it_was_sent_with(project, trained, coordinator):
    ask(trained, *["fully"] * 20, *["no"] * 10, by=coordinator)
    set_evaluation(trained, counts={("useful", 5): 30}, by=coordinator)
    form = make_donor_form(project, by=coordinator, sections=SECTIONS)
    today = timezone.localdate()
    report = make_report(
        form, by=coordinator, since=months_after(today, -3), until=today, kind="custom"
    )
    frozen = submit(report, by=coordinator)
    set_evaluation(trained, counts={("useful", 5): 20}, by=coordinator)
    said, still = read_frozen(frozen).sections
    assert said.tables("en")[0].rows[0][6] == 30
    assert still.tables("en")[0].rows[0][1:3] == [30, 30]
    assert still.tables("km")[0].title != still.tables("en")[0].title
