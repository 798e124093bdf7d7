"""What became of numbers that were sent, and why: each cause in the order of recording."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from registry.actions.merging import merge_people, take_back
from registry.actions.people import change_person
from registry.models import Organisation, PairDecision, Person, Place, Position, User
from reports.actions.indicators import add_indicator, change_indicator
from reports.actions.restating import keep_differences, look_for_differences
from reports.actions.sending import restate_report
from reports.figures.cause_words import in_words
from reports.figures.differences import differences_in
from reports.figures.frozen_reports import read_frozen
from reports.models import Basis, Cause, Difference, FrozenReport, Report
from reports.models.definitions import Counting, Counts, Definition, Dimension, Selection
from tests.reports import facts
from tests.reports.donor_factories import (
    by_sex,
    make_donor_form,
    make_funded,
    make_indicator,
    make_people,
    make_report,
    submit,
    train,
)
from tests.reports.facts import SEXES, day
from tests.reports.test_corrections import RESTATED, WANTED
from tests.reports.test_questions import SOURCE
from trainings.actions.attending import Mark, Presence, presence_of, record_attendance
from trainings.actions.closing import close_training, reopen_training
from trainings.actions.planning import change_training
from trainings.models import Topic, Training

# Each action has a moment of its own only when it is committed.
pytestmark = pytest.mark.django_db(transaction=True)
KINDS = {
    "late sheet": Cause.LATE_SHEET,
    "mark corrected": Cause.CORRECTION,
    "two records joined": Cause.JOINED,
}


@pytest.fixture
def project(strey_khmer: Organisation, donor: Organisation, coordinator: User) -> Any:
    return make_funded(strey_khmer, donor, coordinator)


@pytest.fixture
def people(strey_khmer: Organisation) -> list[Person]:
    return make_people(strey_khmer, female=14, male=6)


@pytest.fixture
def training(project: Any, people: list[Person], coordinator: User) -> Training:
    return train(project, people, by=coordinator)


@pytest.fixture
def sent(project: Any, training: Training, coordinator: User) -> FrozenReport:
    make_indicator(project, by=coordinator, definition=by_sex())
    return submit(
        make_report(make_donor_form(project, by=coordinator), by=coordinator), by=coordinator
    )


def causes_of(sent: FrozenReport, key: tuple[str, ...] = ()) -> dict[Cause, Decimal]:
    """What moved a number, by cause; the causes add up to the difference."""
    found: dict[Cause, Decimal] = {}
    for each in differences_in(sent):
        if each.basis == Basis.PERIOD and each.key == key:
            for moved in each.causes:
                found[moved.cause] = found.get(moved.cause, Decimal(0)) + moved.amount
            assert (each.was or 0) + sum(found.values()) == (each.now or 0)
    return found


@pytest.mark.parametrize("question", RESTATED, ids=lambda each: str(each["id"]))
def test_the_worked_case_has_its_causes(
    question: Any, strey_khmer: Organisation, donor: Organisation, coordinator: User
) -> None:
    about, expected = question["input"], question["expected"]
    # Without their curricula, for deliveries of a cascade are closed.
    trainings = [{**each, "curriculum": None} for each in SOURCE["facts"]["trainings"]]
    known = {**SOURCE["facts"], "groups": [], "trainings": trainings}
    world = facts.enter(
        known, owner=strey_khmer, by=coordinator, known_on=day(about["submitted_on"])
    )
    world.project.donors.add(donor)
    wanted = {name: Definition(each) for name, each in WANTED.items()}
    wanted |= {"by sex": by_sex()}
    indicators = {
        name: add_indicator(world.project, definition=each, name_en=name, by=coordinator)
        for name, each in wanted.items()
    }
    form = make_donor_form(world.project, by=coordinator, first_month=10)
    since, until = map(day, about["period"])
    sent = submit(make_report(form, by=coordinator, since=since, until=until), by=coordinator)
    corrections = sorted(SOURCE["facts"]["corrections"], key=lambda each: each["recorded_on"])
    for each in corrections:
        if about["submitted_on"] < each["recorded_on"] <= about["restated_on"]:
            facts._correct(world, each)
    found = {
        (each.line.line.indicator_id, each.key): each
        for each in differences_in(sent)
        if each.basis == Basis.PERIOD
    }
    values = {line.line.indicator_id: line for line in read_frozen(sent).lines}
    words = {word: sex.value for word, sex in SEXES.items()}
    for name, then in expected.items():
        sex = name.removeprefix("unique ")
        key = (words[sex],) if sex in words else ()
        indicator = indicators["by sex" if key else name].pk
        cells = {tuple(cell.key): cell.counted for cell in values[indicator].cells}
        was = cells.get(key, 0) if key else values[indicator].value.counted
        assert was == Decimal(then["was"]), name
        each = found.get((indicator, key))
        moved: Mapping[Cause, Decimal] = (
            {moved.cause: moved.amount for moved in each.causes} if each else {}
        )
        for cause, amount in then["causes"].items():
            kind = KINDS[cause.partition(" ")[2]]
            assert moved.get(kind, 0) == Decimal(amount), (name, cause)
        assert moved.keys() <= {KINDS[cause.partition(" ")[2]] for cause in then["causes"]}
        assert (each.now if each else was) == Decimal(then["now"]), name


def test_nothing_differs_where_nothing_was_recorded(sent: FrozenReport) -> None:
    assert differences_in(sent) == []


def test_a_late_sheet_and_a_correction(
    sent: FrozenReport, training: Training, project: Any, coordinator: User
) -> None:
    train(project, make_people(project.owner, male=2), by=coordinator)
    session = training.sessions.get()
    first = training.enrolments.first()
    seen = presence_of(session.attendances.get(enrolment=first))
    away = Mark(first.pk, Presence.of("absent"), seen)
    record_attendance(session, marks=[away], by=coordinator)
    found = causes_of(sent)
    assert found[Cause.CORRECTION] == -1
    assert sum(found.values()) == 1
    assert causes_of(sent, ("female",)) == {Cause.CORRECTION: -1}


def test_what_cancels_each_other_out_is_still_told(
    sent: FrozenReport, training: Training, people: list[Person], coordinator: User
) -> None:
    change_person(people[0], version=people[0].version, sex="male", by=coordinator)
    assert causes_of(sent) == {}
    assert causes_of(sent, ("female",)) == {Cause.DETAILS: -1}
    assert causes_of(sent, ("male",)) == {Cause.DETAILS: 1}


def test_two_records_are_one_person_and_two_again(
    sent: FrozenReport, people: list[Person], coordinator: User
) -> None:
    merge_people(kept=people[0], joined=people[1], by=coordinator)
    assert causes_of(sent) == {Cause.JOINED: -1}
    take_back(PairDecision.objects.get(), by=coordinator)
    assert differences_in(sent) == []
    merge_people(kept=people[0], joined=people[1], by=coordinator)
    later = causes_of(sent)
    assert later == {Cause.JOINED: -1}


def test_somebody_erased(sent: FrozenReport, people: list[Person]) -> None:
    with transaction.atomic():
        people[0].enrolments.all().delete()
        people[0].delete()
    assert causes_of(sent) == {Cause.ERASED: -1}


def test_somebody_moved(
    project: Any, people: list[Person], places: dict[str, Place], coordinator: User
) -> None:
    for each in people:
        change_person(each, version=each.version, place=places["02030801"], by=coordinator)
    train(project, people, by=coordinator)
    by_commune = Definition(dimensions=(Dimension.COMMUNE,))
    make_indicator(project, by=coordinator, definition=by_commune)
    form = make_donor_form(project, by=coordinator)
    sent = submit(make_report(form, by=coordinator), by=coordinator)
    moved = Person.objects.get(pk=people[0].pk)
    change_person(moved, version=moved.version, place=places["02090107"], by=coordinator)
    assert causes_of(sent, ("020308",)) == {Cause.MOVED: -1}
    assert causes_of(sent, ("020901",)) == {Cause.MOVED: 1}


def test_a_new_definition(sent: FrozenReport, project: Any, coordinator: User) -> None:
    indicator = project.indicators.get()
    counts = Definition(Counting(Counts.TRAININGS))
    change_indicator(indicator, version=1, definition=counts, reason="Asked", by=coordinator)
    assert causes_of(sent) == {Cause.DEFINITION: -19}


def test_a_training_opened_again_corrected_and_closed(
    sent: FrozenReport, training: Training, coordinator: User
) -> None:
    training.refresh_from_db()
    close_training(training, accept_findings=True, by=coordinator)
    reopen_training(training, reason="A sheet was wrong", by=coordinator)
    session = training.sessions.get()
    entry = training.enrolments.first()
    seen = presence_of(session.attendances.get(enrolment=entry))
    record_attendance(session, marks=[Mark(entry.pk, Presence.of("absent"), seen)], by=coordinator)
    training.refresh_from_db()
    close_training(training, accept_findings=True, by=coordinator)
    assert causes_of(sent) == {Cause.CORRECTION: -1}


@pytest.fixture
def about_rights(project: Any, training: Training, coordinator: User) -> FrozenReport:
    """A report of people trained on one topic, that of the training."""
    topic = Topic.objects.create(name_en="Rights*", name_km="សិទ្ធិ")
    training.topics.add(topic)
    definition = Definition(Counting(selection=Selection(topics=(topic.pk,))))
    make_indicator(project, by=coordinator, definition=definition)
    form = make_donor_form(project, by=coordinator)
    return submit(make_report(form, by=coordinator), by=coordinator)


def test_the_topics_of_a_training_changed(
    about_rights: FrozenReport, training: Training, coordinator: User
) -> None:
    training.refresh_from_db()
    other = Topic.objects.create(name_en="Health*", name_km="សុខភាព")
    change_training(training, version=training.version, topics=[other], by=coordinator)
    assert causes_of(about_rights) == {Cause.TOPIC: -20}
    words = in_words(Decimal(20), Decimal(0), [{"cause": "topic", "amount": "-20"}])
    assert words == "previously 20, now 0: topics of a training changed (−20)"


def test_topics_changed_by_another_program(about_rights: FrozenReport, training: Training) -> None:
    training.topics.clear()
    assert causes_of(about_rights) == {Cause.TOPIC: -20}


def test_a_training_changed_together_with_its_topics(
    about_rights: FrozenReport, training: Training, coordinator: User
) -> None:
    training.refresh_from_db()
    change_training(
        training, version=training.version, topics=[], title_en="Another", by=coordinator
    )
    assert causes_of(about_rights) == {Cause.TRAINING: -20}


def test_a_place_of_the_list_moved(
    project: Any, people: list[Person], places: dict[str, Place], coordinator: User
) -> None:
    for each in people:
        change_person(each, version=each.version, place=places["02030801"], by=coordinator)
    train(project, people, by=coordinator)
    battambang = Definition(Counting(selection=Selection(lives_in="0203")))
    make_indicator(project, by=coordinator, definition=battambang)
    form = make_donor_form(project, by=coordinator)
    sent = submit(make_report(form, by=coordinator), by=coordinator)
    merge_people(kept=people[0], joined=people[1], by=coordinator)
    Place.objects.filter(pk="02030801").update(district="0209")
    change_person(
        Person.objects.get(pk=people[2].pk),
        version=Person.objects.get(pk=people[2].pk).version,
        place=Place.objects.get(pk="020308"),
        by=coordinator,
    )
    assert causes_of(sent) == {Cause.JOINED: -1, Cause.PLACE: -19, Cause.MOVED: 1}


def test_the_kind_of_a_position_changed(project: Any, coordinator: User) -> None:
    teacher = Position.objects.create(code="a-teacher", name_en="Teacher", name_km="គ្រូ")
    training = train(project, make_people(project.owner, female=6), by=coordinator)
    for enrolment in training.enrolments.all():
        enrolment.position = teacher
        enrolment.save()
    by_kind = Definition(dimensions=(Dimension.PERSON_KIND,))
    make_indicator(project, by=coordinator, definition=by_kind)
    form = make_donor_form(project, by=coordinator)
    sent = submit(make_report(form, by=coordinator), by=coordinator)
    Position.objects.filter(pk=teacher.pk).update(kind=Position.Kind.GOVERNMENT)
    assert causes_of(sent, ("government",)) == {Cause.OTHER: 6}
    assert causes_of(sent, ("not stated",)) == {Cause.OTHER: -6}


def test_what_no_history_tells_is_unknown(
    about_rights: FrozenReport, training: Training, by_owner: Any
) -> None:
    by_owner("TRUNCATE trainings_topiclinkevent")
    training.topics.clear()
    assert causes_of(about_rights) == {Cause.UNKNOWN: -20}


def test_the_job_keeps_what_it_finds_and_takes_back_what_is_right_again(
    sent: FrozenReport, people: list[Person], coordinator: User
) -> None:
    merge_people(kept=people[0], joined=people[1], by=coordinator)
    look_for_differences()
    look_for_differences()
    kept = Difference.objects.get(key=[])
    assert (kept.was, kept.now) == (20, 19)
    words = "previously 20, now 19: two records were one person (−1)"
    assert in_words(kept.was, kept.now, kept.causes) == words
    take_back(PairDecision.objects.get(), by=coordinator)
    keep_differences(Report.objects.get())
    assert not Difference.objects.exists()


def test_a_restatement_tells_the_donor_what_changed_and_why(
    sent: FrozenReport, people: list[Person], coordinator: User
) -> None:
    merge_people(kept=people[0], joined=people[1], by=coordinator)
    report = Report.objects.get()
    again = restate_report(report, version=report.version, reason="Joined", by=coordinator)
    [line] = read_frozen(again).lines
    change = line.value.change
    assert (change.was, change.now) == (20, 19)
    assert [each["cause"] for each in change.causes] == ["joined"]
    assert read_frozen(sent).lines[0].value.value == 20
    assert again.number == 2
    assert differences_in(again) == []
