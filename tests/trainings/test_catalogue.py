"""Each figure of trainings by its name: for one training as its page says, and for several."""

from datetime import timedelta
from decimal import Decimal

import pytest

from registry.models.people import Sex
from tests.factories import make_organisation, make_person
from tests.trainings.factories import START, make_enrolment, make_training, mark_one
from trainings.actions.closing import close_training
from trainings.actions.enrolling import enrol_organisation, enrol_person, set_head_counts
from trainings.actions.outcomes import ScoreEntry, record_scores
from trainings.figures.breakdowns import breakdowns_of, participants_of
from trainings.figures.catalogue import FIGURES
from trainings.figures.participation import participation_of, time_of
from trainings.figures.scope import Scope
from trainings.models import Training

# Figures that count people: the list behind has n people who count, of N.
OF_PEOPLE = [
    "participants",
    "women",
    "sex_not_stated",
    "age_not_stated",
    "place_not_stated",
    "came_of_listed",
    "completion",
    "can_still_complete",
    "sat_both_tests",
    "improved",
]


@pytest.fixture
def training(strey_khmer, field_staff, places):
    """Three women and a man of unstated age: one woman stayed away; two sat both tests."""
    training = make_training(
        owner=strey_khmer,
        by=field_staff,
        rule_percent=50,
        test_maximum=Decimal(20),
        starts_on=START,
    )
    about = [
        {"sex": Sex.FEMALE, "birth_year": 1990, "place": places["02090107"]},
        {"sex": Sex.FEMALE, "birth_year": 2000},
        {"sex": Sex.FEMALE},
        {"sex": Sex.MALE},
    ]
    first, second, away, man = (
        make_enrolment(training, by=field_staff, **details) for details in about
    )
    session = training.sessions.get(number=1)
    for each in (first, second, man):
        mark_one(session, each, by=field_staff)
    mark_one(session, away, "absent", by=field_staff)
    points = [(first, 8, 14), (second, 10, 10)]
    entries = [
        ScoreEntry(who.pk, moment, Decimal(number), None)
        for who, before, after in points
        for moment, number in (("before", before), ("after", after))
    ]
    record_scores(training, entries=entries, by=field_staff)
    set_head_counts(training, counts={(Sex.FEMALE, None): 7}, by=field_staff)
    enrol_organisation(training, organisation=make_organisation(), member_count=12, by=field_staff)
    return training


def of(name, *trainings):
    scope = Scope(Training.objects.filter(pk__in=[each.pk for each in trainings]))
    return FIGURES[name].of(scope)


def outcome(name, *trainings):
    found = of(name, *trainings).outcome
    return found.value, found.part, found.whole


def test_each_figure_of_one_training(training):
    expected = {
        "participants": (3, None, None),
        "women": (Decimal("66.7"), 2, 3),
        "participations": (3, None, None),
        "unnamed_participants": (7, None, None),
        "came_of_listed": (75, 3, 4),
        "organisations": (1, None, None),
        "by_age": (10, None, None),
        "by_position": (10, None, None),
        "by_organisation": (10, None, None),
        "by_place": (10, None, None),
        # The first of two days, of three; on the other day and of the others nothing is recorded.
        "person_days": (3, None, None),
        # Seven on two days, 4 on the second day, and the 3 above.
        "person_days_at_most": (21, None, None),
        "person_hours": (18, None, None),
        "completion": (None, None, None),
        # Who missed 6 of 12 hours can still have half of them.
        "can_still_complete": (100, 4, 4),
        "sat_both_tests": (Decimal("66.7"), 2, 3),
        # 6 and 0 points more; 6 of 12 and 0 of 10 that could be gained.
        "mean_gain": (3, None, None),
        "normalised_gain": (Decimal("0.25"), None, None),
        "improved": (50, 1, 2),
        "sex_not_stated": (0, 0, 4),
        "age_not_stated": (50, 2, 4),
        "place_not_stated": (75, 3, 4),
        "sessions_marked": (50, 1, 2),
        # Nobody has entered an evaluation, or asked anybody later.
        "found_useful": (None, None, None),
        "still_do_it_after_3": (None, None, None),
        "still_do_it_after_6": (None, None, None),
        "still_do_it_after_12": (None, None, None),
    }
    assert {name: outcome(name, training) for name in FIGURES} == expected


def test_the_figures_are_those_of_the_page(training):
    people, time = participation_of(training), time_of(training)
    assert of("participants", training).value == people.named.total
    assert of("unnamed_participants", training).value == people.unnamed.total
    assert of("person_days", training).value == time.person_days
    assert of("person_days_at_most", training).value == time.person_days_up_to
    for each in breakdowns_of(training, list(participants_of(training))):
        assert of(f"by_{each.by}", training).value == each.total.everyone.total


def test_completion_is_known_once_a_training_is_closed(training, coordinator, field_staff):
    for session in training.sessions.all():
        for enrolment in training.enrolments.learners():
            if not session.attendances.filter(enrolment=enrolment).exists():
                mark_one(session, enrolment, "absent", by=field_staff)
    close_training(training, accept_findings=True, by=coordinator)
    assert outcome("completion", training) == (100, 3, 3)


@pytest.mark.parametrize("name", OF_PEOPLE)
def test_the_list_behind_has_its_n_and_its_whole(training, name):
    figure = of(name, training)
    [behind] = figure.behind
    counted = sum(row.counts for row in behind.rows)
    found = figure.outcome
    if found.whole is None:
        assert counted == (found.value or 0)
    else:
        assert (counted, len(behind.rows)) == (found.part, found.whole)
    assert behind.kind == "people"


@pytest.mark.parametrize("name", ["by_age", "by_position", "by_organisation", "by_place"])
def test_the_lines_of_a_breakdown_add_up(training, name):
    figure = of(name, training)
    [behind] = figure.behind
    assert sum(row.counts for row in behind.rows) == figure.value


def test_over_several_trainings_a_person_counts_once(training, strey_khmer, field_staff):
    later = make_training(owner=strey_khmer, by=field_staff, starts_on=START + timedelta(days=30))
    woman = training.enrolments.learners().order_by("sheet_row").first().person
    enrol_person(later, person=woman, by=field_staff)
    enrol_person(later, person=make_person(owner=strey_khmer, by=field_staff), by=field_staff)
    assert outcome("participants", training, later) == (4, None, None)
    assert outcome("participations", training, later) == (5, None, None)
    assert outcome("women", training, later) == (50, 2, 4)
    assert outcome("came_of_listed", training, later) == (Decimal("83.3"), 5, 6)
    assert "1" in of("women", training, later).outcome.remark


def test_points_of_different_tests_are_not_put_together(training, strey_khmer, field_staff):
    other = make_training(owner=strey_khmer, by=field_staff, test_maximum=Decimal(100))
    learner = make_enrolment(other, by=field_staff)
    entries = [
        ScoreEntry(learner.pk, "before", Decimal(20), None),
        ScoreEntry(learner.pk, "after", Decimal(80), None),
    ]
    record_scores(other, entries=entries, by=field_staff)
    assert of("mean_gain", training, other).value is None
    # The mean of 0.5, 0 and 0.75.
    assert of("normalised_gain", training, other).value == Decimal("0.42")
    assert outcome("improved", training, other) == (Decimal("66.7"), 2, 3)


def test_what_belongs_to_one_training_is_not_known_of_two(training, strey_khmer, field_staff):
    other = make_training(owner=strey_khmer, by=field_staff)
    for name in ("by_age", "person_days_at_most", "person_hours", "can_still_complete"):
        found = of(name, training, other)
        assert found.value is None
        assert "one training" in found.outcome.remark


def test_every_figure_answers_for_no_training_at_all(db):
    for name in FIGURES:
        figure = of(name)
        assert figure.value in (None, 0), name
        assert not any(row.counts for behind in figure.behind for row in behind.rows), name


def test_figures_take_as_many_queries_for_three_trainings_as_for_one(
    training, strey_khmer, field_staff, django_assert_num_queries
):
    def count(*trainings, queries):
        scope = Scope(Training.objects.filter(pk__in=[each.pk for each in trainings]))
        with django_assert_num_queries(queries):
            for name in ("participants", "women", "participations", "person_days", "improved"):
                FIGURES[name].of(scope)

    count(training, queries=8)
    more = [make_training(owner=strey_khmer, by=field_staff) for _ in range(2)]
    for each in more:
        make_enrolment(each, by=field_staff)
    count(training, *more, queries=8)
