"""A chart says the numbers of the text beside it, and of the file."""

from __future__ import annotations

import io
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse

from tests.trainings.factories import make_enrolment, make_training
from tests.trainings.kept import *  # noqa: F403
from trainings.actions.outcomes import ScoreEntry, record_scores
from trainings.figures.report import report_of
from trainings.papers.charts import charts_of

# Points before and after, and the means as they are read.
MEANS = [
    ([(7, 14), (7, 14), (8, 15), (7, 15), (8, 15)], "7.4", "14.6"),
    ([(7, 14), (8, 15)], "7.5", "14.5"),
    ([(4, 10), (6, 12)], "5", "11"),
    ([(0, 1), (0, 2), (1, 1)], "0.3", "1.3"),
]


@pytest.mark.parametrize(("points", "before", "after"), MEANS)
def test_the_means_of_tests_are_the_same_everywhere(
    as_user, strey_khmer, field_staff, points, before, after
):
    training = make_training(owner=strey_khmer, by=field_staff, test_maximum=Decimal(20))
    entries = [
        ScoreEntry(enrolment.pk, moment, Decimal(found), None)
        for pair in points
        for enrolment in [make_enrolment(training, by=field_staff)]
        for moment, found in zip(("before", "after"), pair, strict=True)
    ]
    record_scores(training, entries=entries, by=field_staff)
    browser = as_user(field_staff)
    page = " ".join(
        browser.get(reverse("trainings:figures", args=[training.pk])).content.decode().split()
    )
    assert f"from {before} to {after} of 20" in page
    for for_paper in (False, True):
        chart = charts_of(report_of(training), for_paper=for_paper).tests
        assert f"Before: {before} points" in chart
        assert f"After: {after} points" in chart
    answer = browser.get(reverse("trainings:report-xlsx", args=[training.pk]))
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    rows = {row[0].value: row[1].value for row in book["Tests"].iter_rows()}
    means = [rows[f"Mean {moment}, of those who sat both"] for moment in ("before", "after")]
    assert [f"{mean:g}" for mean in means] == [before, after]
