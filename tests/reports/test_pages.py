"""A coordinator chooses indicators, sets targets, sees progress, and opens a figure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from registry.models import Organisation, Project, User
from reports.actions.indicators import add_indicator, set_calendar
from reports.actions.targets import set_baseline, set_targets
from reports.figures.computing import compute, compute_definition
from reports.figures.listing import rows_behind
from reports.figures.periods import Period
from reports.figures.tables import line_of
from reports.figures.templates import TEMPLATES
from reports.forms.indicators import IndicatorForm
from reports.forms.targets import name_of
from reports.models import Definition, Indicator, Target
from reports.models.definitions import Counting, Counts, Dimension, Direction, Form, Kind
from tests.conftest import signed_in
from tests.factories import make_project
from tests.kept import *  # noqa: F403
from tests.reports.facts import World, enter, read

Q1 = Period(date(2025, 10, 1), date(2025, 12, 31))
Q3 = Period(date(2026, 4, 1), date(2026, 6, 30))
YEAR = Period(date(2025, 10, 1), date(2026, 9, 30))


@pytest.fixture(scope="module")
def world(strey_khmer: Organisation, coordinator: User) -> World:
    return enter(read()["facts"], owner=strey_khmer, by=coordinator)


@pytest.fixture(scope="module")
def project(world: World) -> Project:
    return world.project


@pytest.fixture(scope="module")
def people(project: Project, coordinator: User) -> Indicator:
    definition = Definition(dimensions=(Dimension.SEX,))
    return add_indicator(
        project, definition=definition, code="1.1", name_en="People trained", by=coordinator
    )


@pytest.fixture
def browser(coordinator: User) -> Client:
    return signed_in(coordinator)


def sent(client: Client, address: str, **changes: Any) -> dict[str, Any]:
    """What the form of a page would send, with what somebody changed in it."""
    page = client.get(address)
    form = page.context["form"]
    data: dict[str, Any] = {}
    for field in form:
        value = field.value()
        if value not in (None, "", False, []):
            data[field.html_name] = value
    key = page.content.decode().partition('name="form_key" value="')[2].partition('"')[0]
    version = page.context.get("version")
    data |= {"form_key": key} | ({"version": version} if version else {})
    return data | changes


def values(form_value: Any) -> Any:
    return [str(each.pk) for each in form_value] if hasattr(form_value, "model") else form_value


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda each: each.name)
def test_every_template_becomes_an_indicator_with_a_value(
    template: Any, world: World, browser: Client
) -> None:
    address = f"/indicators/project/{world.project.pk}/new/?template={template.name}"
    changes: dict[str, Any] = {"code": template.name[:30]}
    if template.definition.part.counts == Counts.FIGURE:
        changes["programme"] = world.programmes["BK"].pk
    answer = browser.post(address, sent(browser, address, **changes))
    assert answer.status_code == 302, answer.context["form"].errors
    made = Indicator.objects.get(template=template.name)
    whole = made.current.definition
    assert whole.part.counts == template.definition.part.counts
    assert (whole.whole is None) == (template.definition.whole is None)
    assert compute(made.current, YEAR).value is not None
    page = browser.get(answer.url)
    assert page.status_code == 200


def test_the_page_of_a_project_has_the_values_of_each_period(
    people: Indicator, browser: Client
) -> None:
    page = browser.get(f"/indicators/project/{people.project_id}/?year=2025-10-01")
    [row] = [each for each in page.context["rows"] if each.indicator == people]
    assert [line.result.value for line in row.lines] == [9, 14, 13, 14, 24, 24]


def test_a_figure_opens_as_many_people_as_it_says(people: Indicator, browser: Client) -> None:
    page = browser.get(f"/indicators/{people.pk}/behind/?period={Q3.code}")
    assert page.context["number"] == 13
    assert page.context["page"].paginator.count == 13
    cell = browser.get(f"/indicators/{people.pk}/behind/?period={Q3.code}&cell=female")
    assert cell.context["number"] == cell.context["page"].paginator.count == 9


@pytest.mark.parametrize("counts", [each for each in Counts if each != Counts.FIGURE])
def test_the_list_is_what_the_figure_is_the_sum_of(counts: Counts, world: World) -> None:
    definition = Definition(Counting(counts))
    for period in (Q3, YEAR):
        value = compute_definition(definition, period, project=world.project).value
        rows = rows_behind(definition, definition.part, period, project=world.project)
        assert sum(row.subject.amount for row in rows) == value


def test_a_new_definition_needs_a_reason_and_is_another_version(
    people: Indicator, browser: Client
) -> None:
    address = f"/indicators/{people.pk}/define/"
    data = sent(browser, address, counts="participations")
    refused = browser.post(address, data)
    assert refused.context["form"].errors["reason"]
    data = sent(browser, address, counts="participations", reason="The donor asks for visits.")
    assert browser.post(address, data).status_code == 302
    versions = people.versions.order_by("number")
    assert [each.number for each in versions] == [1, 2]
    assert [compute(each, Q3).value for each in versions] == [13, 15]


def test_two_people_who_change_a_definition_see_each_other(
    people: Indicator, browser: Client
) -> None:
    address = f"/indicators/{people.pk}/define/"
    first = sent(browser, address, counts="person-days", reason="Days.", dimensions=["sex"])
    second = sent(browser, address, counts="person-hours", reason="Hours.", dimensions=["sex"])
    assert browser.post(address, first).status_code == 302
    answer = browser.post(address, second)
    assert answer.status_code == 200
    assert "in the meantime" in answer.content.decode()


def test_targets_are_spread_pasted_and_saved(people: Indicator, browser: Client) -> None:
    address = f"/indicators/project/{people.project_id}/targets/?year=2025-10-01"
    whole = name_of(people, YEAR)
    page = browser.post(address, sent(browser, address, fill="spread", **{whole: "50"}))
    shares = [field.value() for field in page.context["form"].rows[0][3]][:4]
    assert sum(map(Decimal, shares)) == 50
    assert not Target.objects.exists()
    paste = "1.1\t10\t12\t\t14"
    page = browser.post(address, sent(browser, address, fill="paste", paste=paste))
    assert page.context["form"][name_of(people, Q1)].value() == "10"
    data = sent(browser, address, **{name_of(people, Q3): "12", whole: "១២០"})
    assert browser.post(address, data).status_code == 302
    assert {each.value for each in Target.objects.all()} == {12, 120}


def test_spreading_leaves_what_is_planned_and_keeps_what_stands_on_a_day(
    people: Indicator, coordinator: User, browser: Client
) -> None:
    standing = Definition(Counting(Counts.MEMBERS), kind=Kind.RUNNING)
    members = add_indicator(people.project, definition=standing, name_en="Members", by=coordinator)
    set_targets(
        people.project,
        targets={(people.pk, YEAR): Decimal(50), (people.pk, Q1): Decimal(40)},
        by=coordinator,
    )
    address = f"/indicators/project/{people.project_id}/targets/?year=2025-10-01"
    seen = {f"seen_{name_of(people, YEAR)}": "50", f"seen_{name_of(people, Q1)}": "40"}
    more = {name_of(members, YEAR): "30"}
    page = browser.post(address, sent(browser, address, fill="spread", **seen, **more))
    form = page.context["form"]
    assert form[name_of(people, Q1)].value() == "40"
    assert not form[name_of(people, Q3)].value()
    assert form[name_of(members, Q1)].value() == form[name_of(members, Q3)].value() == "30"


def test_a_line_that_belongs_to_nothing_is_named(people: Indicator, browser: Client) -> None:
    address = f"/indicators/project/{people.project_id}/targets/?year=2025-10-01"
    page = browser.post(address, sent(browser, address, fill="paste", paste="Nobody\t1"))
    assert "Nobody" in page.content.decode()


def test_progress_is_shown_both_ways(people: Indicator, coordinator: User, browser: Client) -> None:
    set_targets(people.project, targets={(people.pk, Q3): Decimal(12)}, by=coordinator)
    Indicator.objects.filter(pk=people.pk).update(baseline=12)
    page = browser.get(f"/indicators/project/{people.project_id}/?year=2025-10-01")
    text = page.content.decode()
    assert "108.3%" in text
    assert "no change planned" in text


def test_the_file_has_the_values_and_no_name(
    people: Indicator, world: World, browser: Client
) -> None:
    answer = browser.get(f"/indicators/project/{people.project_id}/xlsx/?year=2025-10-01")
    book = openpyxl.load_workbook(BytesIO(answer.content))
    cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert 13 in cells
    texts = " ".join(str(cell) for cell in cells)
    assert not [person for person in world.people.values() if person.name_latin in texts]


def test_what_may_go_outside_hides_small_numbers(people: Indicator, browser: Client) -> None:
    """17 women, 4 men and 3 not stated: the two small ones protect each other."""
    page = browser.get(f"/indicators/{people.pk}/?period={YEAR.code}&outside")
    assert len(page.context["breakdown"].left_out) == 2
    full = browser.get(f"/indicators/{people.pk}/?period={YEAR.code}")
    assert not full.context["breakdown"].left_out


@pytest.mark.parametrize("page", ["project/{project}/", "{people}/", "{people}/behind/"])
def test_a_funder_sees_nothing_of_it(
    page: str, people: Indicator, funder: User, donor: Organisation
) -> None:
    people.project.donors.add(donor)
    address = page.format(project=people.project_id, people=people.pk)
    assert signed_in(funder).get(f"/indicators/{address}").status_code == 403


def test_a_project_without_trainings_says_so(
    strey_khmer: Organisation, coordinator: User, browser: Client
) -> None:
    empty = make_project(owner=strey_khmer, by=coordinator)
    add_indicator(empty, definition=Definition(), name_en="People", by=coordinator)
    page = browser.get(f"/indicators/project/{empty.pk}/")
    text = page.content.decode()
    assert "No record matches this definition" in text
    assert "no value" in text


def test_a_topic_that_was_deleted_is_named_as_gone(
    world: World, coordinator: User, browser: Client
) -> None:
    topic = world.topic("short-lived")
    counting = Counting()
    counting = replace(counting, selection=replace(counting.selection, topics=(topic.pk,)))
    made = add_indicator(
        world.project, definition=Definition(counting), name_en="Of a topic", by=coordinator
    )
    topic.delete()
    text = browser.get(f"/indicators/{made.pk}/").content.decode()
    assert "that is not there any more" in text
    assert "No record matches" in text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"bands": "15-24, 20-30"}, "bands"),
        ({"bands": "young"}, "bands"),
        ({"bands": "30-20"}, "bands"),
        ({"form": "percent"}, "whole"),
        ({"whole": "people"}, "form"),
        ({"counts": "figure"}, "figure"),
        ({"completion": "percent"}, "completion_percent"),
        ({"counts": "saved", "dimensions": ["kind"]}, "dimensions"),
        ({"dimensions": ["sex", "age", "kind", "topic"]}, "dimensions"),
        ({"dimensions": ["age"]}, "bands"),
        ({"counts": "participations", "window": "year"}, "window"),
        ({"from_age": "30", "to_age": "20"}, "to_age"),
        ({"name_en": ""}, "name_km"),
        ({"threshold": "1"}, "threshold"),
        ({"counts": "figure", "figure": "cascades.reach"}, "programme"),
    ],
)
def test_what_cannot_be_counted_is_refused_at_its_field(
    changes: dict[str, Any], field: str, project: Project, browser: Client
) -> None:
    address = f"/indicators/project/{project.pk}/new/"
    answer = browser.post(address, sent(browser, address, **({"name_en": "X"} | changes)))
    assert answer.status_code == 200
    assert field in answer.context["form"].errors


def test_bands_may_have_gaps(project: Project, browser: Client) -> None:
    address = f"/indicators/project/{project.pk}/new/"
    data = sent(browser, address, name_en="Gaps", bands="15–24, 35+", dimensions=["age"])
    answer = browser.post(address, data)
    made = Indicator.objects.get(name_en="Gaps")
    assert made.current.definition.bands == ((15, 24), (35, None))
    assert answer.status_code == 302
    cells = compute(made.current, YEAR).cells
    assert sum(cells.values()) == 24
    assert cells["outside",] == 3


@pytest.mark.parametrize("period", ["2026-06-30..2026-04-01", "yesterday", "..", "2026-13-01..x"])
def test_a_period_that_is_none_is_not_found(
    period: str, people: Indicator, browser: Client
) -> None:
    assert browser.get(f"/indicators/{people.pk}/?period={period}").status_code == 404


def test_a_cell_that_is_none_is_not_found(people: Indicator, browser: Client) -> None:
    address = f"/indicators/{people.pk}/behind/?period={Q3.code}&cell=a%1Fb"
    assert browser.get(address).status_code == 404


def test_the_year_of_the_donor(project: Project, browser: Client, coordinator: User) -> None:
    address = f"/indicators/project/{project.pk}/calendar/"
    answer = browser.post(address, sent(browser, address, first_month="7", length="6"))
    assert answer.status_code == 302
    page = browser.get(f"/indicators/project/{project.pk}/")
    assert page.context["year"].since.month == 7
    set_calendar(project, first_month=10, length=3, by=coordinator)


def test_lists_take_as_many_queries_for_three_as_for_one(
    people: Indicator, browser: Client
) -> None:
    def queries(period: Period) -> int:
        address = f"/indicators/{people.pk}/behind/?period={period.code}"
        with CaptureQueriesContext(
            connection,
        ) as found:
            browser.get(address)
        return len(found)

    one = Period(date(2025, 11, 12), date(2025, 11, 12))
    assert queries(one) == queries(YEAR)


def test_the_form_writes_what_it_reads(project: Project, coordinator: User) -> None:
    """A definition that goes through the form unchanged is the same one."""
    for template in TEMPLATES:
        form = IndicatorForm(project=project, user=coordinator, definition=template.definition)
        data = {name: values(form[name].value()) for name in form.fields}
        data = {name: value for name, value in data.items() if value not in (None, False)}
        data["name_en"] = "X"
        again = IndicatorForm(
            data, project=project, user=coordinator, definition=template.definition
        )
        assert again.is_valid(), again.errors
        assert again.definition.form == template.definition.form
        assert again.definition.part == template.definition.part, template.name


def test_a_period_to_come_has_no_value(people: Indicator, browser: Client) -> None:
    """What stands on a day to come, nobody knows: a year that goes on is counted until today."""
    page = browser.get(f"/indicators/project/{people.project_id}/?year=2026-10-01")
    [row] = [each for each in page.context["rows"] if each.indicator == people]
    to_come = [line for line in row.lines if line.period.since > timezone.localdate()]
    assert all(line.result.value is None for line in to_come)
    assert row.lines[-1].result.value == 24


def test_where_lower_is_better_the_target_stands_beside_the_planned_change(
    people: Indicator, project: Project, coordinator: User, browser: Client
) -> None:
    definition = Definition(
        Counting(Counts.LATE_30),
        Counting(Counts.OUTSTANDING),
        form=Form.PERCENT,
        direction=Direction.DOWN,
    )
    made = add_indicator(project, definition=definition, name_en="PAR", by=coordinator)
    period = Period(date(2026, 7, 1), date(2026, 9, 30))
    set_targets(project, targets={(made.pk, period): Decimal(20)}, by=coordinator)
    line = line_of(Indicator.objects.get(pk=made.pk), period)
    assert line.progress.of_target == Decimal("130.4")
    assert not line.shows_percent_of_target
    set_baseline(made, value=Decimal(60), on=None, by=coordinator)
    line = line_of(Indicator.objects.get(pk=made.pk), period)
    assert line.shows_percent_of_target
    assert line.progress.of_planned_change == Decimal("84.8")
    assert line.ruler == 84


def test_a_list_on_one_subject_names_nobody_of_a_sensitive_training(
    world: World, coordinator: User, browser: Client
) -> None:
    chosen = replace(Counting().selection, topics=(world.topic("violence").pk,))
    made = add_indicator(
        world.project,
        definition=Definition(Counting(selection=chosen)),
        name_en="Help after violence",
        by=coordinator,
    )
    page = browser.get(f"/indicators/{made.pk}/behind/?period={YEAR.code}")
    assert page.context["page"].paginator.count == 3
    assert all(row.subject.person is None for row in page.context["page"])
    training = world.trainings["T7"]
    assert training.own_title not in page.content.decode()


def test_a_breakdown_by_topic_does_not_tell_what_a_sensitive_training_was_about(
    world: World, coordinator: User, browser: Client
) -> None:
    definition = Definition(Counting(Counts.PARTICIPATIONS), dimensions=(Dimension.TOPIC,))
    made = add_indicator(world.project, definition=definition, name_en="By topic", by=coordinator)
    text = browser.get(f"/indicators/{made.pk}/?period={YEAR.code}").content.decode()
    assert str(world.topic("gender")) in text
    assert str(world.topic("violence")) not in text


def test_what_a_colleague_said_of_the_definition_is_shown_beside_ones_own(
    people: Indicator, browser: Client
) -> None:
    address = f"/indicators/{people.pk}/define/"
    first = sent(browser, address, counts="person-days", reason="Days.", dimensions=["sex"])
    second = sent(browser, address, counts="person-hours", reason="Hours.", dimensions=["sex"])
    browser.post(address, first)
    page = browser.post(address, second)
    shown = {str(label): (mine, theirs) for label, mine, theirs in page.context["conflicts"]}
    assert shown["What is counted"] == ("person-hours", "person-days")
    decided = sent(browser, address, counts="person-hours", reason="Hours.", dimensions=["sex"])
    assert browser.post(address, decided).status_code == 302
