"""Whoever reads Khmer reads Khmer digits: two scripts on one page look like two kinds of number."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from django.utils import timezone

from core.access import log_access
from core.models import AccessLog
from registry.models.people import Sex
from tests.factories import make_affiliation, make_organisation, make_person, make_project
from tests.kept import *  # noqa: F403
from tests.trainings.factories import START, make_enrolment, make_training, mark, mark_one
from trainings.actions.attending import set_discussion_groups
from trainings.actions.enrolling import enrol_organisation, set_head_counts
from trainings.actions.outcomes import ScoreEntry, record_scores
from trainings.actions.planning import add_session
from trainings.models import AgeBand, Attendance

# What stands as it was typed, or as machines write it: a telephone and a network address.
AS_IT_IS = re.compile(r"\+855 ?[0-9 ]+|127\.0\.0\.1")


class _Shown(HTMLParser):
    """The text of a page that a user sees, without what they type or choose."""

    # "desc" says in words what a drawing shows.
    UNSEEN = frozenset({"script", "style", "title", "desc", "option", "textarea"})

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in self.UNSEEN:
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if not self._inside and data.strip():
            self.texts.append(" ".join(data.split()))


def latin_numbers(html: str) -> list[str]:
    """The shown texts in which an ASCII digit stands that is not there as it is."""
    reader = _Shown()
    reader.feed(html)
    return [text for text in reader.texts if re.search("[0-9]", AS_IT_IS.sub("", text))]


def test_the_reader_sees_what_a_person_sees() -> None:
    page = '<title>1</title><p id="2">3 of <b>៤</b></p><option>5</option><td>+855 12 345 678</td>'
    assert latin_numbers(page) == ["3 of"]


@pytest.fixture(scope="module")
def reader(coordinator):
    coordinator.language = "km"
    coordinator.save()
    return coordinator


@pytest.fixture(scope="module")
def project(strey_khmer, donor):
    began = {"starts_on": date(2025, 1, 1), "ends_on": date(2027, 12, 31)}
    return make_project(owner=strey_khmer, name_en="Leaders", donors=[donor], **began)


@pytest.fixture(scope="module")
def held(strey_khmer, reader, project, places):
    """A training with something in every place where its pages show a number."""
    rules = {"rule_percent": 80, "test_maximum": Decimal(20), "rule_score": Decimal("12.5")}
    training = make_training(
        owner=strey_khmer, by=reader, title_en="Leaders", projects=[project], **rules
    )
    add_session(training, held_on=START, hours=Decimal("1.5"), by=reader)
    about = {"sex": Sex.FEMALE, "place": places["02030801"]}
    learners = [
        make_enrolment(training, birth_year=year, by=reader, **about) for year in (1980, 1999)
    ]
    make_enrolment(training, by=reader)
    for role in ("lead trainer", "observer"):
        make_enrolment(training, role=role, by=reader)
    council = make_organisation(name_latin="The council")
    enrol_organisation(training, organisation=council, member_count=12, by=reader)
    band = AgeBand.objects.filter(scheme=training.age_bands).first()
    set_head_counts(training, counts={(Sex.MALE, band): 15, (Sex.FEMALE, None): 5}, by=reader)
    session = training.sessions.get(number=1)
    mark(session, by=reader)
    mark_one(training.sessions.get(number=2), learners[0], half=True, by=reader)
    scores = [
        ScoreEntry(learner.pk, moment, Decimal(points), None)
        for learner in learners
        for moment, points in (("before", "7.5"), ("after", "15"))
    ]
    record_scores(training, entries=scores, by=reader)
    there = Attendance.objects.filter(session=session)
    groups = [("", ""), ("", "")]
    set_discussion_groups(session, groups=groups, members={row.pk: 1 for row in there}, by=reader)
    return training


@pytest.fixture(scope="module")
def people(strey_khmer, places, reader):
    """Two who look alike: one whose year of birth is known, and one who stated an age."""
    lives = {"place": places["02030801"], "phone": "+85512345678", "by": reader}
    stated = {"stated_age": 38, "age_stated_on": date(2026, 3, 2)}
    one = make_person(owner=strey_khmer, name_latin="Sok Sopheap", birth_year=1980, **lives)
    other = make_person(owner=strey_khmer, name_latin="Sopheap Sok", **stated, **lives)
    make_affiliation(person=one, organisation=strey_khmer, since=date(2007, 4, 1))
    return one, other


def test_pages_in_khmer_show_no_ascii_digit(
    as_user, reader, strey_khmer, held, people, project
) -> None:
    today = timezone.localdate()
    for start in (today - timedelta(days=3), today, today + timedelta(days=3)):
        make_training(owner=strey_khmer, by=reader, title_en="Leaders", starts_on=start)
    log_access(AccessLog.Event.EXPORTED, by=reader, subject="people", people=30)
    training, session = f"/trainings/{held.pk}/", held.sessions.get(number=1)
    one, other = people
    pages = [
        "/",
        "/trainings/",
        training,
        f"{training}people/",
        f"{training}people/behind/?sex=female",
        f"{training}people/entry/",
        f"{training}people/add/?q=sok",
        f"{training}head-counts/",
        f"{training}tests/",
        f"{training}figures/",
        f"{training}close/",
        f"{training}certificates/",
        f"/trainings/sessions/{session.pk}/attendance/",
        f"/trainings/sessions/{session.pk}/discussion-groups/",
        f"/trainings/sessions/{session.pk}/edit/",
        f"/trainings/enrolments/{held.enrolments.first().pk}/edit/",
        "/people/",
        "/people/duplicates/",
        f"/people/{one.pk}/",
        f"/people/{other.pk}/",
        f"/people/{one.pk}/or/{other.pk}/",
        f"/people/{held.enrolments.first().person_id}/",
        "/organisations/",
        f"/organisations/{strey_khmer.pk}/",
        "/projects/",
        f"/projects/{project.pk}/",
        "/log/",
    ]
    browser = as_user(reader)
    left = {}
    for page in pages:
        answer = browser.get(page)
        assert answer.status_code == 200, page
        left[page] = latin_numbers(answer.content.decode())
    assert {page: texts for page, texts in left.items() if texts} == {}
