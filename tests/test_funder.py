"""What a funder sees: figures of a closed quarter, no small number, no text about a person."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import DatabaseError, IntegrityError, models, transaction
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from cascades.actions.designing import change_iteration
from core.figures.drawn import NOT_SHOWN
from core.models import Document
from registry.figures.free_texts import DECISIONS, Outside
from registry.figures.quarters import kept_figures, last_quarter, quarter_end, tables_of
from registry.hooks.tasks import make_quarter_figures
from registry.models import Organisation, Project, QuarterFigures, User
from registry.models.people import Sex
from tests.cascades.factories import make_delivery, make_iteration, make_programme, tier_of
from tests.factories import make_person, make_project
from tests.savings_groups.factories import hold, make_group
from tests.test_authorisation import ADDRESSES, World, make_world
from tests.trainings.factories import make_enrolment, make_training
from trainings.actions.enrolling import set_head_counts
from trainings.actions.outcomes import (
    correct_change,
    record_change,
    release_change,
    take_back_change,
    verify_change,
)
from trainings.models import ChangeFound, Training

Browser = Callable[[User], Client]
OURS = ("registry", "trainings", "savings_groups", "cascades", "reports")
HIDDEN = "not shown (fewer than 5)"
# Long enough that no token of a page holds it by chance.
PLANTED = "Zqxjwv"


@pytest.fixture
def project(strey_khmer: Organisation, donor: Organisation) -> Project:
    return make_project(owner=strey_khmer, donors=[donor], name_en="Voices")


def train(project: Project, by: User, people: int, **details: object) -> Training:
    """A training in March with so many women of one commune, all 30 years old."""
    training = make_training(owner=project.owner, by=by, projects=[project], **details)
    for _each in range(people):
        make_enrolment(training, sex="female", birth_year=1996, by=by)
    return training


def page(browser: Client, project: Project, **asked: str) -> str:
    answer = browser.get(reverse("project", args=[project.pk]), asked)
    assert answer.status_code == 200
    return answer.content.decode()


def cells(browser: Client, project: Project) -> list[list[tuple]]:
    """The rows of every sheet of the workbook."""
    answer = browser.get(reverse("project-quarter-xlsx", args=[project.pk]))
    book = load_workbook(io.BytesIO(answer.content))
    return [[*sheet.iter_rows(values_only=True)] for sheet in book]


def numbers_in(sheets: list[list[tuple]]) -> set[int]:
    return {value for rows in sheets for row in rows for value in row if type(value) is int}


# --- The quarter ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "end"),
    [
        (date(2026, 11, 29), date(2026, 9, 30)),
        (date(2026, 10, 1), date(2026, 9, 30)),
        (date(2026, 9, 30), date(2026, 6, 30)),
        (date(2026, 1, 1), date(2025, 12, 31)),
    ],
)
def test_a_quarter_counts_from_the_day_after_its_end(today, end):
    assert quarter_end(today) == end


def test_two_files_a_day_apart_are_equal_whatever_staff_enter(
    project, field_staff, funder, as_user
):
    training = train(project, field_staff, 8)
    browser = as_user(funder)
    shown, taken = page(browser, project), cells(browser, project)
    make_enrolment(training, sex="male", birth_year=1980, by=field_staff)
    train(project, field_staff, 12)
    Project.objects.filter(pk=project.pk).update(version=2)
    assert cells(browser, project) == taken
    assert tables(page(browser, project)) == tables(shown)


def tables(html: str) -> str:
    return html[html.index("<table") : html.rindex("</table")]


def test_what_happened_after_the_quarter_is_not_in_it(project, field_staff, funder, as_user):
    after = last_quarter() + timedelta(days=1)
    train(project, field_staff, 7, title_en="Too late", starts_on=after)
    train(project, field_staff, 9, title_en="Over the end", starts_on=last_quarter())
    train(project, field_staff, 6, title_en="In time")
    text = page(as_user(funder), project)
    assert "In time" in text
    assert "Too late" not in text
    assert "Over the end" not in text
    assert f"As of {last_quarter().day}" in text


@pytest.mark.parametrize("asked", ["until", "place", "iteration", "mode", "as_of", "period"])
def test_nothing_in_the_address_changes_the_figures(project, field_staff, funder, as_user, asked):
    train(project, field_staff, 8)
    browser = as_user(funder)
    usual = tables(page(browser, project))
    for value in ["2026-11-28", "020308", "1", ""]:
        assert tables(page(browser, project, **{asked: value})) == usual


def test_figures_of_a_quarter_stand_once_and_never_change(project, field_staff):
    train(project, field_staff, 8)
    kept_figures(project, last_quarter())
    assert kept_figures(project, last_quarter()).numbers
    found = QuarterFigures.objects.get(project=project)
    with pytest.raises(IntegrityError), transaction.atomic():
        QuarterFigures.objects.create(project=project, as_of=found.as_of)
    with pytest.raises(DatabaseError), transaction.atomic():
        QuarterFigures.objects.update(figures={})


def test_a_job_in_the_night_makes_the_figures_of_projects_that_somebody_pays_for(
    project, strey_khmer, field_staff
):
    make_project(owner=strey_khmer)
    train(project, field_staff, 6)
    for _night in range(2):
        make_quarter_figures(0)
    assert QuarterFigures.objects.get().project == project


def test_whoever_asks_first_waits_for_the_worker(project, field_staff, funder, as_user):
    """Nobody's thread of the web server counts; what is there already is shown at once."""
    train(project, field_staff, 8)
    browser = as_user(funder)
    browser.waits = False
    addresses = [
        reverse(name, args=[project.pk])
        for name in ("project", "project-quarter", "project-quarter-xlsx")
    ]
    for address in addresses:
        assert browser.get(address).url.startswith("/documents/")
    assert not QuarterFigures.objects.exists()
    make_quarter_figures(0)
    for address in addresses:
        assert browser.get(address).status_code == 200


def test_what_the_worker_makes_for_a_page_is_kept(project, field_staff, funder, as_user):
    train(project, field_staff, 8)
    page(as_user(funder), project)
    assert QuarterFigures.objects.get().figures


def test_a_stranger_waits_for_nothing(project, strey_khmer, field_staff, funder, as_user):
    other = make_project(owner=strey_khmer)
    for name in ("project", "project-quarter", "project-quarter-xlsx"):
        assert as_user(funder).get(reverse(name, args=[other.pk])).status_code == 404
    assert not Document.objects.exists()


def test_people_without_a_name_cost_nothing_each(project, field_staff):
    """A mistyped 100,000 in every cell must not fill the memory of the worker."""
    training = train(project, field_staff, 6)
    bands = [*training.age_bands.bands.all(), None]
    counts = {(sex, band): 10_000 for sex in Sex for band in bands}
    set_head_counts(training, counts=counts, by=field_staff)
    tracemalloc.start()
    kept = kept_figures(project, last_quarter())
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept.of(f"unnamed:{project.pk}")[""] == sum(counts.values())
    assert most < 20_000_000


def test_what_is_kept_names_nobody(project, field_staff):
    train(project, field_staff, 8, title_en="Coaching of Sok Dara")
    kept_figures(project, last_quarter())
    kept = str(QuarterFigures.objects.values_list("figures", flat=True).get())
    assert "Dara" not in kept


def test_a_project_that_comes_late_to_counted_records_waits(
    project, strey_khmer, donor, field_staff
):
    """Beside figures made before, its own would tell what was entered in between."""
    training = train(project, field_staff, 8)
    kept_figures(project, last_quarter())
    late = make_project(owner=strey_khmer, donors=[donor])
    training.project_links.create(owner=strey_khmer, project=late)
    assert not kept_figures(late, last_quarter()).numbers
    alone = make_project(owner=strey_khmer, donors=[donor])
    train(alone, field_staff, 8)
    assert kept_figures(alone, last_quarter()).numbers


def test_pages_ask_as_often_for_one_training_as_for_three(
    strey_khmer, donor, field_staff, funder, as_user, django_assert_max_num_queries
):
    browser = as_user(funder)
    for trainings in (1, 3):
        project = make_project(owner=strey_khmer, donors=[donor])
        for _each in range(trainings):
            train(project, field_staff, 6)
        with django_assert_max_num_queries(60):  # The job worker's among them.
            page(browser, project)
        with django_assert_max_num_queries(20):
            page(browser, project)


# --- Small numbers ----------------------------------------------------------------------------


def test_a_training_of_two_women_tells_nothing_about_them(
    project, field_staff, funder, as_user, places
):
    training = make_training(
        owner=project.owner, by=field_staff, projects=[project], title_en="Visit to Dara"
    )
    for _each in range(2):
        make_enrolment(
            training, sex="female", birth_year=1996, place=places["02030801"], by=field_staff
        )
    browser = as_user(funder)
    text = page(browser, project)
    assert HIDDEN in text
    assert "Dara" not in text
    assert "Battambang" not in text
    assert not {1, 2, 3, 4} & numbers_in(cells(browser, project))


def test_a_few_more_people_are_not_found_by_subtracting(project, field_staff, funder, as_user):
    training = train(project, field_staff, 9)
    for _each in range(3):
        make_enrolment(training, sex="male", birth_year=1950, by=field_staff)
    for rows in cells(as_user(funder), project):
        for row in rows:
            shown = [value for value in row if type(value) is int]
            assert 3 not in shown
            # Of a line with its total at most the total is known, or everything but it.
            assert not (12 in shown and 9 in shown)


def test_people_are_counted_in_a_place_with_enough_of_them(
    project, field_staff, funder, as_user, places
):
    training = make_training(owner=project.owner, by=field_staff, projects=[project])
    for code, people in [("02030801", 6), ("02090107", 3), ("02090201", 3)]:
        for _each in range(people):
            make_enrolment(training, sex="female", place=places[code], by=field_staff)
    text = page(as_user(funder), project)
    assert places["020308"].chain in text
    assert places["0209"].chain in text
    assert places["020901"].name not in text


def test_two_projects_of_one_funder_do_not_tell_who_is_in_one_only(
    project, strey_khmer, donor, field_staff
):
    """The second project has one training more, of two women."""
    shared = train(project, field_staff, 10)
    second = make_project(owner=strey_khmer, donors=[donor])
    shared.project_links.create(owner=strey_khmer, project=second)
    train(second, field_staff, 2)
    totals = [
        kept_figures(each, last_quarter()).of(f"people:{each.pk}")[""] for each in (project, second)
    ]
    assert None in totals


def test_a_group_with_few_borrowers_does_not_tell_what_they_owe(
    project, field_staff, funder, as_user
):
    """Two of seven members have a loan; the other group has none that could hide it."""
    group = make_group(owner=project.owner, by=field_staff, members=7, projects=[project])
    hold(group, date(2026, 2, 1), {n: {"saving": 9_000} for n in range(1, 8)}, by=field_staff)
    loan = {"loan": 7_000, "loan_months": 2}
    hold(group, date(2026, 3, 1), {1: loan, 2: loan}, by=field_staff)
    browser = as_user(funder)
    text = page(browser, project)
    assert "63,000" in text
    assert "14,000" not in text
    assert 14_000 not in numbers_in(cells(browser, project))


def test_programmes_show_reach_and_coverage_by_province(
    project, field_staff, funder, as_user, coordinator, places
):
    programme = make_programme(owner=project.owner, by=coordinator)
    iteration = make_iteration(programme=programme, by=coordinator, projects=[project])
    people = [
        make_person(owner=project.owner, sex="female", place=places["02030801"]) for _ in range(6)
    ]
    make_delivery(tier_of(iteration, 1), learners=people, by=coordinator)
    text = page(as_user(funder), project)
    assert "people who completed" in text
    assert places["02"].name in text


# --- What funders cannot open -----------------------------------------------------------------


def test_a_few_trainers_do_not_make_the_places_of_learners_larger(
    project, coordinator, places, funder, as_user
):
    iteration = make_iteration(
        programme=make_programme(owner=project.owner, by=coordinator), projects=[project],
        by=coordinator,
    )  # fmt: skip

    def women(code: str, number: int) -> list:
        return [
            make_person(owner=project.owner, sex="female", place=places[code])
            for _each in range(number)
        ]

    [trainer] = women("02090107", 1)
    learners = [*women("02030801", 6), *women("02090107", 6)]
    make_delivery(
        tier_of(iteration, 1), on=date(2026, 2, 10), lead=trainer, learners=learners,
        by=coordinator,
    )  # fmt: skip
    [drawn] = [
        each
        for each in tables_of(kept_figures(project, last_quarter()))
        if each.title.endswith("people who completed")
    ]
    assert [row[-1] for row in drawn.rows] == [6, 6, 12]


def test_people_of_a_cascade_by_age_without_small_numbers(
    project, strey_khmer, field_staff, coordinator, funder, as_user
):
    """Six women of 20 and two of 40 completed with one trainer: neither the two nor the one show,
    and not the six, which would tell the two.
    """
    iteration = make_iteration(
        programme=make_programme(owner=strey_khmer, name_en="Champions", by=coordinator),
        name_en="The first run", projects=[project], by=coordinator,
    )  # fmt: skip

    def women(number: int, born: int) -> list:
        return [
            make_person(owner=strey_khmer, sex="female", birth_year=born, by=field_staff)
            for _each in range(number)
        ]

    [trainer] = women(1, 1970)
    learners = [*women(6, 2006), *women(2, 1986)]
    make_delivery(
        tier_of(iteration, 1), on=date(2026, 2, 10), lead=trainer, learners=learners,
        by=coordinator,
    )  # fmt: skip
    text = page(as_user(funder), project)
    assert "The first run: people who completed, by age" in text
    assert "The first run: trainers, by age" in text
    tables = {each.title: each for each in tables_of(kept_figures(project, last_quarter()))}
    [by_age] = [each for title, each in tables.items() if "who completed, by age" in title]
    rows = {row[0]: row[-1] for row in by_age.rows}
    assert rows["Total"] == 8
    assert {rows["18–24"], rows["35–49"]} == {NOT_SHOWN}
    [trainers] = [each for title, each in tables.items() if "trainers, by age" in title]
    assert {cell for row in trainers.rows for cell in row[1:] if cell} == {NOT_SHOWN}


def test_pages_that_cannot_be_protected_are_closed_and_nothing_leads_there(
    project, field_staff, funder, as_user
):
    train(project, field_staff, 8)
    browser = as_user(funder)
    for address in ["/trainings/", "/groups/", "/groups/compare/", "/cascades/"]:
        assert browser.get(address).status_code == 403
    home = browser.get("/").content.decode()
    assert f'href="{reverse("projects")}"' in home
    for text in [home, page(browser, project), browser.get(reverse("projects")).content.decode()]:
        for space in ("/trainings/", "/groups/", "/cascades/"):
            assert f'href="{space}' not in text


def test_coordinators_see_the_page_of_funders_and_their_own(
    project, field_staff, coordinator, as_user
):
    train(project, field_staff, 3)
    browser = as_user(coordinator)
    live = page(browser, project)
    assert HIDDEN not in live
    assert reverse("project-quarter", args=[project.pk]) in live
    answer = browser.get(reverse("project-quarter", args=[project.pk]))
    assert HIDDEN in answer.content.decode()


# --- Free texts -------------------------------------------------------------------------------


def text_fields() -> list[tuple[type[models.Model], str]]:
    """Every field of every model that takes a text and is no choice."""
    found = []
    for model in (model for app in OURS for model in apps.get_app_config(app).get_models()):
        if model.__name__.endswith("Event") or not model._meta.managed:
            continue
        for field in model._meta.fields:
            is_text = isinstance(field, models.CharField | models.TextField)
            if is_text and not field.choices and field.name not in MADE_BY_THE_PROGRAM:
                found.append((model, field.name))
    return found


MADE_BY_THE_PROGRAM = {"search_key", "sort_key", "sound_key", "password", "language"}


def test_every_free_text_has_a_decision():
    undecided = [
        f"{model._meta.label}.{name}"
        for model, name in text_fields()
        if name not in DECISIONS.get(model._meta.label, {})
    ]
    assert not undecided


def test_every_decision_is_about_a_field():
    for label, decided in DECISIONS.items():
        for name in decided:
            try:
                apps.get_model(label)._meta.get_field(name)
            except FieldDoesNotExist:
                pytest.fail(f"{label} has no field {name}.")


@pytest.fixture
def world(strey_khmer, donor, project, field_staff, coordinator, places) -> World:
    """A record of every kind, and enough people that figures are shown."""
    made = make_world(strey_khmer, project, field_staff)
    training = train(project, field_staff, 6)
    record_change(training, statement_en="x", observed_on=date(2026, 4, 1), by=field_staff)
    group = make_group(owner=strey_khmer, by=field_staff, members=6, projects=[project])
    hold(group, date(2026, 2, 1), {n: {"saving": 9_000} for n in range(1, 7)}, by=field_staff)
    iteration = make_iteration(
        programme=make_programme(owner=strey_khmer, by=coordinator), by=coordinator
    )
    people = [make_person(owner=strey_khmer, sex="female") for _ in range(6)]
    make_delivery(tier_of(iteration, 1), learners=people, by=coordinator)
    change_iteration(iteration, version=iteration.version, projects=[project], by=coordinator)
    return made


def plant(model: type[models.Model], name: str) -> bool:
    """Write a text into a field of every row; False where the database refuses it."""
    length = getattr(model._meta.get_field(name), "max_length", None) or 99
    done = False
    for number, pk in enumerate(model._default_manager.values_list("pk", flat=True)):
        try:
            with transaction.atomic():
                text = f"{PLANTED}{number}"[:length]
                model._default_manager.filter(pk=pk).update(**{name: text})
                done = True
        except DatabaseError:
            continue
    return done


def read(answer) -> str:
    body = answer.getvalue() if answer.streaming else answer.content
    if "spreadsheetml" in answer.headers.get("Content-Type", ""):
        book = load_workbook(io.BytesIO(body))
        rows = [row for sheet in book for row in sheet.iter_rows(values_only=True)]
        return "\n".join(str(value) for row in rows for value in row)
    return body.decode("utf-8", "replace")


def test_no_text_reaches_a_funder_by_any_address(world, project, funder, as_user):
    planted = {
        f"{model._meta.label}.{name}"
        for model, name in text_fields()
        if model is not User
        and DECISIONS[model._meta.label][name] is not Outside.NAME
        and plant(model, name)
    }
    for kind in ("ChangeFound.statement_en", "Training.venue", "Session.notes", "Evidence.caption"):
        assert f"trainings.{kind}" in planted
    assert {"savings_groups.Group.notes", "cascades.Iteration.notes"} <= planted
    browser = as_user(funder)
    opened = 0
    for name, row in ADDRESSES.items():
        if row.post or row.record in ("document", "paper"):
            continue
        for language in ("en", "km"):
            answer = browser.get(world.address(name), headers={"Accept-Language": language})
            opened += answer.status_code == 200
            assert PLANTED not in read(answer), name
    assert opened >= 8


# --- Releasing --------------------------------------------------------------------------------


@pytest.fixture
def found(project, field_staff) -> ChangeFound:
    """A change of one person, in a training with enough people, not verified yet."""
    training = train(project, field_staff, 6)
    return record_change(
        training,
        statement_en="Leads the commune council now.",
        subject="person",
        person=training.enrolments.first().person,
        observed_on=date(2026, 4, 1),
        by=field_staff,
    )


def sees(browser: Client, project: Project) -> bool:
    shown = [page(browser, project), str(cells(browser, project))]
    seen = {"Leads the commune council" in text for text in shown}
    assert len(seen) == 1
    return seen.pop()


def test_a_text_reaches_funders_when_somebody_released_it(
    found, project, coordinator, funder, as_user
):
    browser = as_user(funder)
    assert not sees(browser, project)
    verified = verify_change(found, version=found.version, by=coordinator)
    assert not sees(browser, project)
    release_change(verified, version=verified.version, by=coordinator)
    found.refresh_from_db()
    assert (found.released_by, bool(found.released_at)) == (coordinator, True)
    assert sees(browser, project)
    take_back_change(found, by=coordinator)
    assert not sees(browser, project)


def test_only_a_verified_text_is_released(found, coordinator, as_user):
    browser = as_user(coordinator)
    address = reverse("trainings:change-release", args=[found.pk])
    answer = browser.post(address, {"version": found.version}, follow=True)
    assert "Only a verified change" in answer.content.decode()
    with pytest.raises(IntegrityError), transaction.atomic():
        ChangeFound.objects.create(
            owner=found.owner,
            training=found.training,
            statement_en="x",
            observed_on=found.observed_on,
            released_at=found.created_at,
            released_by=coordinator,
        )


@pytest.fixture
def released(found, coordinator) -> ChangeFound:
    verified = verify_change(found, version=found.version, by=coordinator)
    return release_change(verified, version=verified.version, by=coordinator)


def test_an_edited_text_is_no_longer_released(released, field_staff):
    changed = correct_change(
        released, version=released.version, statement_en="Leads it.", by=field_staff
    )
    assert changed.released_at is None


def test_the_database_takes_a_release_back_whoever_edits(released):
    ChangeFound.objects.filter(pk=released.pk).update(statement_km="ថ្មី")
    released.refresh_from_db()
    assert (released.released_at, released.released_by) == (None, None)


def test_a_text_is_released_as_it_was_read(found, coordinator, as_user):
    verified = verify_change(found, version=found.version, by=coordinator)
    address = reverse("trainings:change-release", args=[found.pk])
    as_user(coordinator).post(address, {"version": verified.version - 1})
    found.refresh_from_db()
    assert found.released_at is None


def test_the_form_says_that_a_text_stays_inside(found, field_staff, as_user):
    address = reverse("trainings:change-edit", args=[found.pk])
    text = as_user(field_staff).get(address).content.decode()
    assert "until a coordinator has released it" in text


def test_a_change_is_released_on_its_page(found, coordinator, as_user):
    verified = verify_change(found, version=found.version, by=coordinator)
    browser = as_user(coordinator)
    listed = reverse("trainings:changes", args=[found.training_id])
    assert "Release to funders" in browser.get(listed).content.decode()
    address = reverse("trainings:change-release", args=[found.pk])
    browser.post(address, {"version": verified.version})
    assert "Take back from funders" in browser.get(listed).content.decode()
