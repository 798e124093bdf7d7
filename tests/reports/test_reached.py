"""Who was reached: by name, only counted, and indirectly; and of which kind of people they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from core.errors import Conflict, Refused
from registry.models import Organisation, Position, Project, User
from registry.models.people import Sex
from reports.actions.indicators import add_indicator, refuse_unfit
from reports.figures.computing import compute, compute_definition
from reports.figures.listing import rows_behind
from reports.figures.periods import Period
from reports.figures.results import Remark
from reports.models import Definition
from reports.models.definitions import (
    Completion,
    Counting,
    Counts,
    Dimension,
    Selection,
    Window,
)
from tests.conftest import signed_in
from tests.factories import make_person, make_project
from tests.kept import *  # noqa: F403
from tests.trainings.factories import make_enrolment, make_training, mark
from trainings.actions.closing import close_training
from trainings.actions.enrolling import set_head_counts, set_indirect_counts
from trainings.models import IndirectCount, Training

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
BASIS = "3 participants × 4.6 people in a household"
REACHED = Definition(Counting(Counts.REACHED), dimensions=(Dimension.REACH,))
INDIRECT = Definition(Counting(Counts.INDIRECT), dimensions=(Dimension.METHOD,))


@pytest.fixture(scope="module")
def project(strey_khmer: Organisation, coordinator: User) -> Project:
    return make_project(owner=strey_khmer, by=coordinator, starts_on=YEAR.since, ends_on=YEAR.until)


@pytest.fixture(scope="module")
def training(project: Project, coordinator: User) -> Training:
    """Two councillors, a farmer, and somebody whose position is not stated."""
    made = make_training(owner=project.owner, by=coordinator, projects=[project])
    for code in ("commune-councillor", "commune-chief", "farmer", ""):
        position = Position.objects.get(code=code) if code else None
        make_enrolment(
            made, by=coordinator, person=make_person(owner=project.owner), position=position
        )
    mark(made.sessions.get(number=1), by=coordinator)
    return made


def test_kinds_of_people_follow_from_their_positions(project: Project, training: Training) -> None:
    definition = Definition(dimensions=(Dimension.PERSON_KIND,))
    cells = compute_definition(definition, YEAR, project=project).cells
    assert cells == {("local authority",): 2, ("producer",): 1, ("not stated",): 1}


def test_every_position_of_an_installation_is_of_a_kind(db: None) -> None:
    assert not Position.objects.filter(kind="").exclude(code__startswith="position-").exists()


@pytest.mark.parametrize(
    ("counting", "at_least"),
    [
        (Counting(), 7),
        (Counting(selection=Selection(sexes=("female",))), 7),
        # Of who was only counted nobody knows whether they completed, came twice, or are old.
        (Counting(completion=Completion.OWN), 0),
        (Counting(more_than_one_day=True), 0),
        (Counting(least_hours=Decimal(1)), 0),
        (Counting(selection=Selection(from_age=15)), 0),
        (Counting(selection=Selection(lives_in="02")), 0),
        (Counting(window=Window.YEAR), 0),
    ],
    ids=str,
)
def test_who_was_only_counted_is_a_bound_where_no_more_is_asked(
    project: Project, coordinator: User, counting: Counting, at_least: int
) -> None:
    training = make_training(owner=project.owner, by=coordinator, projects=[project])
    set_head_counts(training, counts={(Sex.FEMALE, None): 7}, by=coordinator)
    result = compute_definition(Definition(counting), YEAR, project=project)
    assert (result.at_least, result.at_most) == (max(at_least, result.part), result.part + 7)
    assert result.part < 7


def test_direct_and_indirect_stand_apart_and_add_up_with_double_counting(
    project: Project, training: Training, coordinator: User
) -> None:
    set_head_counts(training, counts={(Sex.FEMALE, None): 7}, by=coordinator)
    set_indirect_counts(
        training,
        counts={"households": (14, BASIS), "audience": (300, "Listeners.")},
        by=coordinator,
    )
    result = compute_definition(REACHED, YEAR, project=project)
    assert result.cells == {("by name",): 4, ("only counted",): 7, ("indirect",): 314}
    assert result.value == 325
    alone = compute_definition(INDIRECT, YEAR, project=project)
    assert alone.cells == {("households",): 14, ("audience",): 300}
    assert compute_definition(Definition(), YEAR, project=project).value == 4


@pytest.mark.parametrize("definition", [REACHED, INDIRECT], ids=["reached", "indirect"])
def test_the_list_says_how_a_number_was_found(
    definition: Definition, project: Project, training: Training, coordinator: User
) -> None:
    set_indirect_counts(training, counts={"households": (14, BASIS)}, by=coordinator)
    value = compute_definition(definition, YEAR, project=project).value
    rows = rows_behind(definition, definition.part, YEAR, project=project)
    assert sum(row.subject.amount for row in rows) == value
    if definition is INDIRECT:
        assert [BASIS in row.subject.note for row in rows] == [True]


def test_of_a_sensitive_training_the_list_keeps_the_words_inside(
    project: Project, training: Training, coordinator: User
) -> None:
    set_indirect_counts(training, counts={"households": (14, "Homes of victims.")}, by=coordinator)
    Training.objects.filter(pk=training.pk).update(is_sensitive=True)
    [row] = rows_behind(INDIRECT, INDIRECT.part, YEAR, project=project)
    assert "victims" not in row.subject.note


def test_what_nobody_has_entered_is_said_beside_the_value(
    project: Project, training: Training
) -> None:
    alone = compute_definition(INDIRECT, YEAR, project=project)
    assert alone.value == 0
    assert alone.remarks == {Remark.NOT_ESTIMATED: 1}
    both = compute_definition(REACHED, YEAR, project=project)
    assert both.value == 4
    assert both.remarks == {Remark.NOT_ESTIMATED: 1}


def test_a_number_belongs_to_the_end_of_the_training(
    project: Project, training: Training, coordinator: User
) -> None:
    """So the quarters add up, over which a training goes."""
    set_indirect_counts(training, counts={"households": (14, BASIS)}, by=coordinator)
    first, last = training.sessions.earliest("held_on"), training.sessions.latest("held_on")
    if first.held_on == last.held_on:
        last.held_on = date(2026, 12, 30)
        last.save()
    before = Period(YEAR.since, last.held_on.replace(day=last.held_on.day - 1))
    after = Period(last.held_on, YEAR.until)
    found = [compute_definition(INDIRECT, each, project=project).value for each in (before, after)]
    assert found == [0, 14]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"sexes": ("female",)}, "sexes"),
        ({"from_age": 0}, "from_age"),
        ({"lives_in": "02"}, "lives_in"),
        ({"positions": (1,)}, "positions"),
        ({"least_hours": Decimal(3)}, "least_hours"),
        ({"completion": Completion.OWN}, "completion"),
    ],
)
@pytest.mark.parametrize("counts", [Counts.REACHED, Counts.INDIRECT])
def test_of_people_without_names_nothing_else_is_asked(
    counts: Counts, changes: dict[str, object], field: str
) -> None:
    counting = Counting(counts)
    own = {name: value for name, value in changes.items() if hasattr(counting, name)}
    chosen = {name: value for name, value in changes.items() if name not in own}
    counting = replace(counting, selection=replace(counting.selection, **chosen), **own)
    with pytest.raises(Refused) as refused:
        refuse_unfit(Definition(counting))
    assert refused.value.field == field


@pytest.mark.parametrize("counts", [Counts.PEOPLE, Counts.INDIRECT])
def test_they_are_no_attribute_of_a_person(counts: Counts) -> None:
    with pytest.raises(Refused):
        refuse_unfit(Definition(Counting(counts), dimensions=(Dimension.REACH,)))


# --- Entering it ------------------------------------------------------------------------------


def entered(browser: Client, training: Training, **values: str) -> object:
    page = browser.get(f"/trainings/{training.pk}/indirect/")
    key = page.content.decode().partition('name="form_key" value="')[2].partition('"')[0]
    data = {"form_key": key, "version": page.context["version"]} | values
    return browser.post(f"/trainings/{training.pk}/indirect/", data)


def test_a_number_is_entered_with_its_method_and_shown(
    training: Training, field_staff: User
) -> None:
    browser = signed_in(field_staff)
    answer = entered(browser, training, households="១៤", households_basis=BASIS)
    assert answer.status_code == 302
    text = browser.get(answer.url).content.decode()
    assert "14 ·" in text
    assert BASIS in text


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"households": "14"}, "households_basis"),
        ({"households_basis": BASIS}, "households"),
        ({"households": "-1", "households_basis": BASIS}, "households"),
        ({"households": "99999999", "households_basis": BASIS}, "households"),
        ({"households": "many", "households_basis": BASIS}, "households"),
        ({"households": "1", "households_basis": "x" * 301}, "households_basis"),
    ],
)
def test_what_is_no_number_with_a_method_is_refused_at_its_field(
    values: dict[str, str], field: str, training: Training, field_staff: User
) -> None:
    answer = entered(signed_in(field_staff), training, **values)
    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    assert not IndirectCount.objects.filter(training=training).exists()


def test_two_people_who_enter_it_see_each_other(training: Training, coordinator: User) -> None:
    before = training.version
    set_indirect_counts(training, counts={"taught": (9, "9")}, version=before, by=coordinator)
    with pytest.raises(Conflict):
        set_indirect_counts(training, counts={"taught": (8, "8")}, version=before, by=coordinator)


def test_a_closed_training_keeps_its_numbers(training: Training, coordinator: User) -> None:
    set_indirect_counts(training, counts={"taught": (9, "9")}, by=coordinator)
    close_training(training, accept_findings=True, by=coordinator)
    with pytest.raises(Refused):
        set_indirect_counts(training, counts={"taught": (8, "8")}, by=coordinator)
    with pytest.raises(IntegrityError), transaction.atomic():
        IndirectCount.objects.filter(training=training).update(people=8)


def test_the_database_takes_no_number_without_a_method(training: Training) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        IndirectCount.objects.create(
            owner=training.owner, training=training, method="taught", people=1, basis=""
        )


def test_an_indicator_of_it_says_how_it_is_counted(
    project: Project, training: Training, coordinator: User
) -> None:
    set_indirect_counts(training, counts={"households": (14, BASIS)}, by=coordinator)
    made = add_indicator(project, definition=INDIRECT, name_en="Indirect", by=coordinator)
    assert compute(made.current, YEAR).value == 14
    browser = signed_in(coordinator)
    text = browser.get(f"/indicators/{made.pk}/?period={YEAR.code}").content.decode()
    assert "with how they were found" in text
    behind = browser.get(f"/indicators/{made.pk}/behind/?period={YEAR.code}").content.decode()
    assert BASIS in behind
