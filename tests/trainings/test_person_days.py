"""A learner's day is half or whole: one rule on every page, in every file, and in every period."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from tests.trainings.factories import START, make_enrolment, make_training, mark, mark_one
from trainings.actions.enrolling import set_head_counts
from trainings.actions.planning import add_session
from trainings.figures.catalogue import FIGURES
from trainings.figures.participation import time_of
from trainings.figures.person_days import recorded_days
from trainings.figures.scope import Scope
from trainings.figures.summaries import summary_of
from trainings.models import Training

HALF = Decimal("0.5")
# What somebody did in each session of a day, and the hours of each.
Day = Sequence[tuple[float | None, str]]

DAYS: list[tuple[str, Day, Decimal | int]] = [
    ("one short session", [(2.5, "whole")], HALF),
    ("two short sessions", [(1.5, "whole"), (1.25, "whole")], HALF),
    ("three hours", [(3, "whole")], 1),
    ("under three of four hours", [(4, "half")], HALF),
    ("the morning of a day", [(3, "whole"), (3, "absent")], HALF),
    ("one hour of a day", [(1, "whole"), (5, "absent")], HALF),
    ("a quarter of a day", [(3, "half"), (3, "absent")], HALF),
    ("three quarters of a day", [(3, "whole"), (3, "half")], 1),
    ("less than three quarters", [(4, "whole"), (2, "absent")], HALF),
    ("half of a long day", [(8, "half")], HALF),
    ("three hours of thirteen", [(3, "whole"), (10, "absent")], HALF),
    ("nothing of a day", [(3, "absent"), (3, "excused")], 0),
    ("a day without hours", [(None, "whole")], 1),
    ("half a session without hours", [(None, "half"), (None, "absent")], HALF),
    ("an eighth of a day without hours", [(None, "half"), *[(None, "absent")] * 3], 0),
    ("one session without hours", [(2, "whole"), (None, "whole")], 1),
]


def attend(training: Training, held_on: date, day: Day, by, learner) -> None:
    for hours, presence in day:
        session = add_session(training, held_on=held_on, hours=hours and Decimal(str(hours)), by=by)
        word = "present" if presence in ("whole", "half") else presence
        mark_one(session, learner, word, half=presence == "half", by=by)


@pytest.mark.parametrize(("day", "counts"), [each[1:] for each in DAYS], ids=[d[0] for d in DAYS])
def test_what_a_day_counts(strey_khmer, field_staff, day, counts):
    training = make_training(owner=strey_khmer, by=field_staff, days=1, hours_a_day=None)
    attend(training, START, day, field_staff, make_enrolment(training, by=field_staff))
    assert time_of(training).person_days == counts
    assert recorded_days(Training.objects.all()) == counts


def figures_of(browser, training: Training) -> set[Decimal]:
    """The recorded person-days wherever they stand: page, list, home, workbook, catalogue."""
    pages = [
        reverse("trainings:detail", args=[training.pk]),
        reverse("trainings:figures", args=[training.pk]),
    ]
    found = {browser.get(page).context["time"].person_days for page in pages[:1]}
    found.add(browser.get(pages[1]).context["report"].time.person_days)
    found.add(browser.get(reverse("trainings:list")).context["summary"].person_days)
    book = openpyxl.load_workbook(
        io.BytesIO(browser.get(reverse("trainings:report-xlsx", args=[training.pk])).content)
    )
    facts = {row[0].value: row[1].value for row in book.worksheets[0].iter_rows()}
    found.add(Decimal(str(facts["Person-days recorded"])))
    found.add(FIGURES["person_days"].of(Scope.of(training)).outcome.value)
    last = training.sessions.order_by("-held_on").first()
    shares = browser.get(reverse("trainings:attendance", args=[last.pk])).context["shares"]
    found.add(shares.other_days)
    return found


def test_every_page_and_file_says_the_same(as_user, strey_khmer, field_staff):
    """Half of one session and absent in another of the same day, and every other day there is."""
    training = make_training(
        owner=strey_khmer, by=field_staff, days=len(DAYS) + 1, hours_a_day=None
    )
    learner = make_enrolment(training, by=field_staff)
    for number, (_name, day, _counts) in enumerate(DAYS):
        attend(training, START + timedelta(days=number), day, field_staff, learner)
    # A day that nobody has marked, from whose sheet all other days are seen.
    add_session(training, held_on=training.ends_on, by=field_staff)
    expected = sum(counts for _name, _day, counts in DAYS)
    assert figures_of(as_user(field_staff), training) == {expected}


def test_days_count_in_the_period_in_which_they_lie(as_user, strey_khmer, field_staff):
    """Two people on four days, from 29 June to 2 July: four days in each quarter."""
    training = make_training(owner=strey_khmer, by=field_staff, starts_on=date(2026, 6, 29), days=4)
    for _each in range(2):
        make_enrolment(training, by=field_staff)
    for session in training.sessions.all():
        mark(session, by=field_staff)
    browser = as_user(field_staff)

    def listed(since: str, until: str) -> Decimal:
        asked = {"since": since, "until": until}
        return browser.get(reverse("trainings:list"), asked).context["summary"].person_days

    assert listed("01/04/2026", "30/06/2026") == 4
    assert listed("01/07/2026", "30/09/2026") == 4
    assert listed("01/04/2026", "30/09/2026") == listed("", "") == 8
    assert listed("01/07/2026", "") == listed("", "30/06/2026") == 4
    quarter = Scope(Training.objects.all(), until=date(2026, 6, 30))
    assert FIGURES["person_days"].of(quarter).outcome.value == 4


def test_a_year_has_its_own_days(as_user, strey_khmer, field_staff):
    before = date(timezone.localdate().year - 1, 12, 30)
    training = make_training(owner=strey_khmer, by=field_staff, starts_on=before, days=4)
    make_enrolment(training, by=field_staff)
    for session in training.sessions.all():
        mark(session, by=field_staff)
    page = as_user(field_staff).get("/").context
    assert (page["this_year"].trainings, page["this_year"].person_days) == (1, 2)
    assert page["all_time"].person_days == 4


def test_days_without_hours_stay_up_to(strey_khmer, field_staff):
    """Two days whose hours nobody states, thirty people who were only counted: up to 60."""
    training = make_training(owner=strey_khmer, by=field_staff, days=2, hours_a_day=None)
    for number in range(2):
        add_session(training, held_on=START + timedelta(days=number), by=field_staff)
    set_head_counts(training, counts={("female", None): 30}, by=field_staff)
    assert time_of(training).person_days_up_to == 60


def test_short_days_are_half_days_at_most_too(strey_khmer, field_staff):
    training = make_training(owner=strey_khmer, by=field_staff, hours_a_day=Decimal("2.5"))
    make_enrolment(training, by=field_staff)
    set_head_counts(training, counts={("female", None): 3}, by=field_staff)
    assert time_of(training).person_days_up_to == 4


def test_a_session_that_nobody_marked_may_have_been_attended(strey_khmer, field_staff):
    """Marked in the morning; of the afternoon nothing is known, so half a day is not all."""
    training = make_training(owner=strey_khmer, by=field_staff, days=1, hours_a_day=Decimal(3))
    learner = make_enrolment(training, by=field_staff)
    add_session(training, held_on=START, hours=Decimal(3), by=field_staff)
    mark_one(training.sessions.get(number=1), learner, by=field_staff)
    time = time_of(training)
    assert (time.person_days, time.person_days_up_to, time.is_complete) == (HALF, 1, False)


def test_a_selection_with_typed_words_is_counted(strey_khmer, field_staff):
    """What a search asks goes into the query as values, percent signs and all."""
    training = make_training(owner=strey_khmer, by=field_staff, title_en="100 % women", days=1)
    make_enrolment(training, by=field_staff)
    mark(training.sessions.get(), by=field_staff)
    found = Training.objects.filter(title_en__icontains="100 %")
    assert summary_of(found).person_days == 1
    assert summary_of(Training.objects.none()).person_days == 0
