"""What is counted, and how."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from core.figures.outcomes import percent
from registry.models import Position
from registry.models.people import Sex
from tests.factories import make_organisation, make_person
from tests.trainings.factories import make_enrolment, make_training, mark, mark_one
from tests.trainings.kept import *  # noqa: F403
from trainings.actions.enrolling import enrol_organisation, enrol_person, set_head_counts
from trainings.actions.outcomes import ScoreEntry, record_scores
from trainings.actions.planning import add_session
from trainings.figures.breakdowns import breakdowns_of, participants_of
from trainings.figures.catalogue import FIGURES
from trainings.figures.counting import BySex
from trainings.figures.gains import gain_of
from trainings.figures.participation import participation_of, time_of
from trainings.figures.progress import standings_of
from trainings.figures.report import report_of
from trainings.figures.scope import Scope
from trainings.figures.summaries import summary_of
from trainings.models import Training


@pytest.fixture(scope="module")
def training(strey_khmer, field_staff):
    return make_training(owner=strey_khmer, by=field_staff, test_maximum=Decimal(20))


def breakdown(training, by):
    found = breakdowns_of(training, list(participants_of(training)))
    return next(b for b in found if b.by == by)


# Who took part


def test_named_and_unnamed_stand_side_by_side(training, field_staff):
    for _ in range(10):
        make_enrolment(training, sex=Sex.FEMALE, by=field_staff)
    set_head_counts(training, counts={(Sex.FEMALE, None): 15, (Sex.MALE, None): 5}, by=field_staff)
    people = participation_of(training)
    assert (people.named.total, people.unnamed.total, people.everyone.total) == (10, 20, 30)


def test_head_counts_never_enter_the_count_of_unique_people(training, field_staff):
    make_enrolment(training, by=field_staff)
    set_head_counts(training, counts={(Sex.FEMALE, None): 15}, by=field_staff)
    summary = summary_of(Training.objects.all())
    assert (summary.people.total, summary.unnamed.total) == (1, 15)


def test_nobody_has_taken_part_in_a_training_that_is_to_come(as_user, strey_khmer, field_staff):
    """Its list says who is expected."""
    tomorrow = timezone.localdate() + timedelta(days=2)
    training = make_training(owner=strey_khmer, by=field_staff, starts_on=tomorrow)
    for _each in range(3):
        make_enrolment(training, by=field_staff)
    people = participation_of(training)
    assert (people.named.total, people.listed, people.absent) == (0, 3, 0)
    summary = summary_of(Training.objects.all())
    assert (summary.people.total, summary.participations) == (0, 0)
    assert FIGURES["came_of_listed"].of(Scope.of(training)).outcome.whole == 0
    page = as_user(field_staff).get(f"/trainings/{training.pk}/").content.decode()
    assert "3 learners on the list. The training has not begun." in " ".join(page.split())


def test_a_person_is_counted_once_over_several_trainings(strey_khmer, training, field_staff):
    person = make_person(owner=strey_khmer, sex=Sex.FEMALE, by=field_staff)
    for each in [training, make_training(owner=strey_khmer, by=field_staff)]:
        enrol_person(each, person=person, by=field_staff)
    summary = summary_of(Training.objects.all())
    assert (summary.people.total, summary.participations) == (1, 2)


def test_who_never_came_did_not_take_part(training, field_staff):
    came, stayed_away = (make_enrolment(training, by=field_staff) for _ in range(2))
    session = training.sessions.get(number=1)
    mark_one(session, came, by=field_staff)
    mark_one(session, stayed_away, "absent", by=field_staff)
    people = participation_of(training)
    assert (people.named.total, people.listed, people.absent) == (1, 2, 1)


def test_without_any_attendance_record_everyone_listed_counts(training, field_staff):
    make_enrolment(training, by=field_staff)
    assert participation_of(training).named.total == 1


def test_trainers_guests_and_observers_are_counted_apart(training, field_staff):
    for role in ["lead trainer", "co-trainer", "opened by", "observer"]:
        make_enrolment(training, role=role, by=field_staff)
    people = participation_of(training)
    assert (people.named.total, people.trainers, people.guests) == (0, 2, 2)


def test_organisations_take_part_with_their_members_of_that_day(training, field_staff):
    for members in [12, 8, None]:
        enrol_organisation(
            training, organisation=make_organisation(), member_count=members, by=field_staff
        )
    people = participation_of(training)
    assert (people.organisations, people.members, people.organisations_without_count) == (3, 20, 1)
    assert people.everyone.total == 0


def test_members_that_nobody_counted_are_not_known_rather_than_zero(training, field_staff):
    enrol_organisation(
        training, organisation=make_organisation(), member_count=None, by=field_staff
    )
    assert participation_of(training).members is None


# Time


def test_person_days_go_in_half_days(strey_khmer, field_staff):
    training = make_training(owner=strey_khmer, by=field_staff, days=2)
    whole, half = (make_enrolment(training, by=field_staff) for _ in range(2))
    first, second = training.sessions.order_by("number")
    mark(first, by=field_staff)
    mark_one(second, whole, by=field_staff)
    mark_one(second, half, half=True, by=field_staff)
    time = time_of(training)
    assert (time.days, time.person_days, time.person_hours) == (2, Decimal("3.5"), Decimal("21"))
    assert time.is_complete


def test_two_sessions_on_one_day_are_one_day(strey_khmer, field_staff):
    training = make_training(owner=strey_khmer, by=field_staff, days=1, hours_a_day=None)
    learner = make_enrolment(training, by=field_staff)
    for hours in (3, 3):
        session = add_session(
            training, held_on=training.starts_on, hours=Decimal(hours), by=field_staff
        )
        mark_one(session, learner, by=field_staff)
    assert time_of(training).person_days == 1


def test_person_days_that_nobody_recorded_are_up_to(strey_khmer, field_staff):
    """Thirty women on two days without daily figures: up to 60 person-days, none recorded."""
    training = make_training(owner=strey_khmer, by=field_staff, days=2)
    set_head_counts(training, counts={(Sex.FEMALE, None): 30}, by=field_staff)
    time = time_of(training)
    assert (time.person_days, time.person_days_up_to) == (0, 60)
    assert not time.is_complete


def test_a_session_without_hours_counts_like_the_others(strey_khmer, field_staff):
    training = make_training(owner=strey_khmer, by=field_staff, days=2, hours_a_day=None)
    learner = make_enrolment(training, by=field_staff)
    session = add_session(training, held_on=training.starts_on, by=field_staff)
    add_session(training, held_on=training.ends_on, by=field_staff)
    mark_one(session, learner, by=field_staff)
    time = time_of(training)
    assert (time.person_days, time.person_hours, time.hours) == (1, None, None)
    assert standings_of(training)[0].of_all == 50


# Breakdowns


def test_parts_always_sum_to_the_total(training, field_staff):
    make_enrolment(training, sex=Sex.FEMALE, birth_year=2000, by=field_staff)
    make_enrolment(training, sex=Sex.MALE, by=field_staff)
    make_enrolment(training, by=field_staff)
    band = training.age_bands.bands.first()
    set_head_counts(training, counts={(Sex.FEMALE, band): 4, ("other", None): 1}, by=field_staff)
    everyone = participation_of(training).everyone
    for each in breakdowns_of(training, list(participants_of(training))):
        assert each.total.everyone == everyone, each.by


def test_age_is_age_on_the_first_day(training, field_staff):
    """Born on 3 March 2008, a learner is 17 on 2 March 2026, the day before the birthday."""
    make_enrolment(training, born_on=date(2008, 3, 3), by=field_staff)
    lines = {line.label: line.named.total for line in breakdown(training, "age").lines}
    assert (lines["15–17"], lines["18–24"]) == (1, 0)


def test_an_unknown_age_is_not_stated(training, field_staff):
    make_enrolment(training, by=field_staff)
    assert breakdown(training, "age").lines[-1].named.total == 1


def test_a_village_is_counted_in_its_commune(training, places, field_staff):
    make_enrolment(training, place=places["02090107"], by=field_staff)
    line = breakdown(training, "place").lines[0]
    assert line.key == "020901"


def test_position_is_the_one_in_which_they_take_part(training, field_staff):
    councillor = Position.objects.get(code="commune-councillor")
    make_enrolment(training, position=councillor, sex=Sex.FEMALE, by=field_staff)
    line = breakdown(training, "position").lines[0]
    assert (line.label, line.named.female) == ("Commune or sangkat councillor", 1)


def test_the_list_behind_a_figure_is_as_long_as_the_figure(as_user, training, field_staff):
    for sex in [Sex.FEMALE, Sex.FEMALE, Sex.MALE]:
        make_enrolment(training, sex=sex, birth_year=2000, by=field_staff)
    for each in breakdowns_of(training, list(participants_of(training))):
        for line in each.lines:
            url = f"/trainings/{training.pk}/people/behind/"
            page = as_user(field_staff).get(url, {each.by: line.key, "sex": "female"})
            assert len(page.context["enrolments"]) == line.named.female


# How far each learner is


def test_the_three_percentages(strey_khmer, field_staff):
    training = make_training(owner=strey_khmer, by=field_staff, days=4)
    learner = make_enrolment(training, by=field_staff)
    sessions = list(training.sessions.order_by("number"))
    mark_one(sessions[0], learner, by=field_staff)
    mark_one(sessions[1], learner, "absent", by=field_staff)
    standing = standings_of(training)[0]
    assert (standing.so_far, standing.of_all, standing.best_possible) == (50, 25, 75)


@pytest.mark.parametrize(
    ("rule", "possible"),
    [
        ({"rule_percent": 75}, True),
        ({"rule_percent": 76}, False),
        ({"rule_all_sessions": True}, False),
        ({}, True),
    ],
)
def test_who_can_no_longer_complete_is_known_early(strey_khmer, field_staff, rule, possible):
    training = make_training(owner=strey_khmer, by=field_staff, days=4, **rule)
    learner = make_enrolment(training, by=field_staff)
    mark_one(training.sessions.get(number=1), learner, "absent", by=field_staff)
    assert standings_of(training)[0].can_still_complete is possible


def test_without_a_rule_nobody_is_judged(training, field_staff):
    learner = make_enrolment(training, by=field_staff)
    for session in training.sessions.all():
        mark_one(session, learner, by=field_staff)
    assert not standings_of(training)[0].meets_rule


def test_a_needed_score_has_to_be_reached(strey_khmer, field_staff):
    training = make_training(
        owner=strey_khmer, by=field_staff, rule_score=Decimal(10), test_maximum=Decimal(20)
    )
    enough, short, absent = (make_enrolment(training, by=field_staff) for _ in range(3))
    entries = [
        ScoreEntry(enough.pk, "after", Decimal(10), None),
        ScoreEntry(short.pk, "after", Decimal("9.5"), None),
    ]
    record_scores(training, entries=entries, by=field_staff)
    judged = {s.enrolment.pk: (s.meets_rule, s.can_still_complete) for s in standings_of(training)}
    assert judged[enough.pk] == (True, True)
    assert judged[short.pk] == (False, False)
    assert judged[absent.pk] == (False, True)


# Tests before and after


def test_gain_is_of_matched_pairs_only(training, field_staff):
    """A drop-out with a low first score would otherwise raise the gain."""
    stayed, dropped_out, late_comer = (make_enrolment(training, by=field_staff) for _ in range(3))
    entries = [
        ScoreEntry(stayed.pk, "before", Decimal(8), None),
        ScoreEntry(stayed.pk, "after", Decimal(14), None),
        ScoreEntry(dropped_out.pk, "before", Decimal(1), None),
        ScoreEntry(late_comer.pk, "after", Decimal(20), None),
    ]
    record_scores(training, entries=entries, by=field_staff)
    gain = gain_of(training)
    assert (gain.matched, gain.attended, gain.only_before, gain.only_after) == (1, 3, 1, 1)
    assert (gain.points, gain.normalised) == (Decimal(6), Decimal("0.50"))


def test_who_had_everything_right_before_has_no_normalised_gain(training, field_staff):
    learner = make_enrolment(training, by=field_staff)
    entries = [ScoreEntry(learner.pk, moment, Decimal(20), None) for moment in ("before", "after")]
    record_scores(training, entries=entries, by=field_staff)
    gain = gain_of(training)
    assert (gain.points, gain.normalised, gain.normalised_of) == (0, None, 0)


def test_no_pair_means_no_gain_rather_than_zero(training, field_staff):
    make_enrolment(training, by=field_staff)
    assert gain_of(training).points is None


# The shapes


def test_a_percentage_of_nothing_is_not_known():
    assert percent(0, 0) is None


def test_a_count_by_sex_adds_up():
    assert (BySex(1, 2, 3, 4) + BySex(1)).total == 11


def test_a_report_asks_the_same_number_of_questions_at_any_size(
    training, field_staff, django_assert_num_queries
):
    def ask(queries):
        fresh = Training.objects.select_related("age_bands", "place").get(pk=training.pk)
        with django_assert_num_queries(queries):
            report_of(fresh)

    make_enrolment(training, by=field_staff)
    ask(20)
    for _ in range(2):
        make_enrolment(training, birth_year=1990, by=field_staff)
    ask(20)
