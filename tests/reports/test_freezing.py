"""What was sent to a donor stays as it was sent, whatever happens to the records behind it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from core.errors import Conflict, Refused
from registry.actions.merging import merge_people
from registry.actions.people import change_person
from registry.models import Organisation, Person, User
from reports.actions.donor_reports import write_line, write_section
from reports.actions.indicators import change_indicator
from reports.actions.sending import (
    restate_report,
    return_report,
    send_to_check,
    submit_report,
)
from reports.actions.targets import set_targets
from reports.figures.frozen_reports import is_as_it_was, read_frozen, rows_of
from reports.figures.periods import Period
from reports.models import Basis, FrozenCell, FrozenReport, FrozenRow, Presence, Report
from reports.models.definitions import (
    Counting,
    Counts,
    Definition,
    Dimension,
    Form,
    Selection,
)
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
from tests.savings_groups.attacks import sql
from trainings.models import Attendance

QUARTER = Period(date(2026, 1, 1), date(2026, 3, 31))


@pytest.fixture
def project(strey_khmer: Organisation, donor: Organisation, coordinator: User) -> Any:
    return make_funded(strey_khmer, donor, coordinator)


@pytest.fixture
def people(strey_khmer: Organisation) -> list[Person]:
    return make_people(strey_khmer, female=14, male=6)


@pytest.fixture
def report(project: Any, people: list[Person], coordinator: User) -> Report:
    make_indicator(project, by=coordinator, definition=by_sex(), code="1")
    train(project, people, by=coordinator)
    form = make_donor_form(project, by=coordinator)
    return make_report(form, by=coordinator)


def said(frozen: FrozenReport) -> list[Any]:
    """Everything that a donor reads of a version."""
    sent = read_frozen(FrozenReport.objects.get(pk=frozen.pk))
    return [
        [(each.title, each.text("en"), each.tables("en")) for each in sent.sections],
        [
            (
                each.line.name,
                each.line.document,
                each.line.reason_en,
                [(cell.reference, cell.key, cell.shown, cell.target) for cell in each.cells],
                {basis: (cell.reference, cell.shown) for basis, cell in each.values.items()},
            )
            for each in sent.lines
        ],
    ]


def test_a_report_that_was_sent_has_its_numbers_and_the_people_behind_them(
    report: Report, people: list[Person], coordinator: User
) -> None:
    frozen = submit(report, by=coordinator)
    [line] = read_frozen(frozen).lines
    assert line.value.value == 20
    assert {tuple(cell.key): cell.value for cell in line.cells} == {
        ("female",): 14,
        ("male",): 6,
        ("total",): 20,
    }
    assert {row.person_key for row in rows_of(line.value)} == {each.pk for each in people}
    [men] = [cell for cell in line.cells if cell.key == ["male"]]
    assert rows_of(men).count() == 6
    assert line.line.definition == by_sex()
    assert frozen.number == 1
    assert len(frozen.sha256) == 64
    assert is_as_it_was(FrozenReport.objects.get(pk=frozen.pk))


def test_whatever_changes_afterwards_what_was_sent_is_read_as_before(
    report: Report, project: Any, people: list[Person], coordinator: User
) -> None:
    section = report.form.sections.get(number=1)
    write_section(report, section=section, language="en", text="All went well.", by=coordinator)
    frozen = submit(report, by=coordinator)
    before = said(frozen)
    indicator = project.indicators.get()
    period = {(indicator.pk, QUARTER): Decimal(50)}
    set_targets(project, targets=period, by=coordinator)
    renamed = {"name_en": "Others", "code": "2"}
    counts = Definition(Counting(Counts.PARTICIPATIONS))
    change_indicator(
        indicator, version=1, definition=counts, reason="Asked", by=coordinator, **renamed
    )
    train(project, make_people(project.owner, female=3), by=coordinator)
    merge_people(kept=people[0], joined=people[1], by=coordinator)
    change_person(people[2], version=people[2].version, sex="male", by=coordinator)
    Attendance.objects.filter(enrolment__person=people[3]).update(fraction=0, status="absent")
    report.form.sections.update(title_en="Another title")
    project.name_en = "Another project"
    project.save()
    report.form.columns = ["actual"]
    report.form.save()
    assert said(frozen) == before
    assert is_as_it_was(FrozenReport.objects.get(pk=frozen.pk))


def test_erased_people_stay_in_the_count(
    report: Report, people: list[Person], coordinator: User
) -> None:
    frozen = submit(report, by=coordinator)
    before = said(frozen)
    gone = people[0]
    gone.enrolments.all().delete()
    gone.delete()
    [line] = read_frozen(frozen).lines
    assert said(frozen) == before
    assert rows_of(line.value).count() == 20
    there = Person.objects.in_bulk([row.person_key for row in rows_of(line.value)])
    assert len(there) == 19


@pytest.mark.as_owner
@pytest.mark.parametrize("table", ["report", "section", "line", "cell", "row"])
@pytest.mark.parametrize(
    "statement", ["UPDATE reports_frozen{0} SET id = id", "DELETE FROM reports_frozen{0}"]
)
def test_even_the_owner_of_the_tables_changes_nothing_that_was_sent(
    table: str, statement: str, report: Report, coordinator: User
) -> None:
    submit(report, by=coordinator)
    with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
        sql(statement.format(table))


@pytest.mark.parametrize("table", ["report", "section", "line", "cell", "row"])
def test_the_application_has_no_right_to_change_what_was_sent(
    table: str, report: Report, coordinator: User
) -> None:
    submit(report, by=coordinator)
    for statement in ("UPDATE reports_frozen{0} SET id = id", "DELETE FROM reports_frozen{0}"):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            sql(statement.format(table))


@pytest.mark.django_db(transaction=True)
def test_nothing_is_added_to_a_report_that_was_sent(report: Report, coordinator: User) -> None:
    frozen = submit(report, by=coordinator)
    line = frozen.lines.get()
    with pytest.raises(IntegrityError, match="frozen before"), transaction.atomic():
        FrozenRow.objects.create(line=line, basis=Basis.PERIOD, amount=1)


def test_a_report_changes_its_state_by_a_step_only(report: Report, coordinator: User) -> None:
    with pytest.raises(IntegrityError, match="by a step"), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(state="accepted")
    submit(report, by=coordinator)
    with pytest.raises(IntegrityError, match="cannot change"), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(until=date(2026, 4, 1))
    with pytest.raises(IntegrityError, match="what it says cannot change"), transaction.atomic():
        report.lines.update(reason_en="Because")


def test_a_second_submission_from_an_old_page_is_refused(report: Report, coordinator: User) -> None:
    report = send_to_check(report, version=report.version, by=coordinator)
    old = report.version
    submit_report(report, version=old, accept_findings=True, by=coordinator)
    with pytest.raises(Conflict):
        submit_report(report, version=old, accept_findings=True, by=coordinator)
    assert report.versions.count() == 1


def test_what_was_returned_is_sent_anew_and_both_versions_stay(
    report: Report, project: Any, coordinator: User, funder: User
) -> None:
    first = submit(report, by=coordinator)
    report.refresh_from_db()
    with pytest.raises(Refused):
        return_report(report, version=report.version, reason="", by=funder)
    return_report(report, version=report.version, reason="Why so few?", by=funder)
    report.refresh_from_db()
    line = report.lines.get()
    write_line(line, version=line.version, reason_en="Rain", by=coordinator)
    train(project, make_people(project.owner, female=5), by=coordinator)
    second = submit(report, by=coordinator)
    values = [read_frozen(each).lines[0].value.value for each in (first, second)]
    assert values == [20, 25]
    assert [each.verb for each in report.steps.order_by("number")] == [
        "open",
        "check",
        "submit",
        "return",
        "check",
        "submit",
    ]


def test_a_hidden_cell_keeps_its_number_inside(
    project: Any, coordinator: User, strey_khmer: Organisation
) -> None:
    make_indicator(project, by=coordinator, definition=by_sex())
    train(project, make_people(strey_khmer, female=14, male=2), by=coordinator)
    frozen = submit(
        make_report(make_donor_form(project, by=coordinator), by=coordinator), by=coordinator
    )
    [line] = read_frozen(frozen).lines
    shown = {tuple(cell.key): (cell.presence, cell.value) for cell in line.cells}
    assert shown["male",] == (Presence.HIDDEN, None)
    assert shown["female",] == (Presence.HIDDEN, None) or line.value.value is None
    assert {tuple(cell.key): cell.counted for cell in line.cells}["male",] == 2


def test_what_was_hidden_once_stays_hidden(
    project: Any, coordinator: User, strey_khmer: Organisation
) -> None:
    """A restatement in which the cell is no longer small would tell what it was."""
    make_indicator(project, by=coordinator, definition=by_sex())
    train(project, make_people(strey_khmer, female=14, male=4), by=coordinator)
    report = make_report(make_donor_form(project, by=coordinator), by=coordinator)
    first = submit(report, by=coordinator)
    hidden = {tuple(each.key) for each in read_frozen(first).lines[0].cells if each.is_hidden}
    train(project, make_people(strey_khmer, female=6, male=6), by=coordinator)
    report.refresh_from_db()
    second = restate_report(report, version=report.version, reason="Late sheet", by=coordinator)
    again = {tuple(each.key) for each in read_frozen(second).lines[0].cells if each.is_hidden}
    assert ("male",) in hidden <= again


def test_the_same_people_in_two_tables_are_hidden_in_both(
    project: Any, coordinator: User, strey_khmer: Organisation
) -> None:
    """By sex alone nobody is few; by sex and kind somebody is, and the margins are the same."""
    make_indicator(project, by=coordinator, definition=by_sex(), code="1")
    kinds = Definition(dimensions=(Dimension.SEX, Dimension.KIND))
    make_indicator(project, by=coordinator, definition=kinds, code="2")
    train(project, make_people(strey_khmer, female=9, male=7), by=coordinator)
    train(project, make_people(strey_khmer, male=2), by=coordinator, kind="refresher")
    frozen = submit(
        make_report(make_donor_form(project, by=coordinator), by=coordinator), by=coordinator
    )
    one, two = read_frozen(frozen).lines
    by_one = {tuple(cell.key): cell.is_hidden for cell in one.cells}
    by_two = {tuple(cell.key): cell.is_hidden for cell in two.cells}
    for sex in ("female", "male", "total"):
        assert by_one[sex,] == by_two[sex, "total"]


WOMEN = Counting(selection=Selection(sexes=("female",)))


@pytest.mark.parametrize(
    "definitions",
    [
        # The women of a table, and an indicator of women.
        (by_sex(), Definition(WOMEN)),
        # Everybody, and the women among them.
        (Definition(), Definition(WOMEN)),
        # One percentage alone tells how many were no women.
        (Definition(WOMEN, Counting(), form=Form.PERCENT),),
    ],
    ids=["table", "two numbers", "percentage"],
)
def test_no_two_numbers_tell_together_what_one_must_not(
    definitions: tuple[Definition, ...],
    project: Any,
    coordinator: User,
    strey_khmer: Organisation,
) -> None:
    """Seventeen women and three men: who knows the women and everybody knows the men."""
    for number, definition in enumerate(definitions):
        make_indicator(project, by=coordinator, definition=definition, code=f"{number}")
    train(project, make_people(strey_khmer, female=17, male=3), by=coordinator)
    form = make_donor_form(project, by=coordinator)
    shown = {
        cell.value
        for line in read_frozen(submit(make_report(form, by=coordinator), by=coordinator)).lines
        for cell in (*line.values.values(), *line.cells)
        if cell.presence == Presence.NUMBER
    }
    assert not {17, 20} <= shown
    assert not {3, 85} & shown


def test_a_later_percentage_does_not_give_away_either(
    project: Any, coordinator: User, strey_khmer: Organisation
) -> None:
    """Everybody was told in one report; in the next one the women of the same days are asked."""
    make_indicator(project, by=coordinator, definition=Definition(), code="1")
    train(project, make_people(strey_khmer, female=17, male=3), by=coordinator)
    form = make_donor_form(project, by=coordinator)
    first = submit(make_report(form, by=coordinator), by=coordinator)
    assert first.lines.get().cells.get().value == 20
    women = make_indicator(project, by=coordinator, definition=Definition(WOMEN), code="2")
    second = make_report(form, by=coordinator, kind="custom", until=date(2026, 3, 31))
    frozen = submit(second, by=coordinator)
    assert frozen.lines.get(indicator=women).cells.get().presence == Presence.HIDDEN


@pytest.mark.django_db(transaction=True)
def test_of_two_who_submit_at_once_one_is_refused(report: Report, coordinator: User) -> None:
    report = send_to_check(report, version=report.version, by=coordinator)
    start, found = Barrier(2), []

    def send() -> None:
        try:
            start.wait()
            submit_report(report, version=report.version, accept_findings=True, by=coordinator)
            found.append("sent")
        except (Conflict, Refused):
            found.append("refused")
        finally:
            connection.close()

    both = [Thread(target=send) for _each in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sorted(found) == ["refused", "sent"]
    assert FrozenReport.objects.count() == 1
    assert FrozenCell.objects.exists()
