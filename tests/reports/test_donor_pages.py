"""A report to a donor from the plan to the acceptance, as people do it in a browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from registry.actions.merging import merge_people
from registry.models import Organisation, Person, User
from reports.actions.commenting import answer_comment, comment_on, resolve_comment
from reports.actions.donor_forms import change_form
from reports.actions.donor_reports import plan_periods, write_line, write_section
from reports.actions.restating import keep_differences
from reports.actions.sending import open_due_reports, restate_report, send_to_check
from reports.actions.targets import set_targets
from reports.figures.checks import Part, checks_of, is_counted_in
from reports.figures.donor_templates import TEMPLATES, USAID_QUARTERLY
from reports.figures.donor_years import name_of_period
from reports.figures.drafts import draft_of
from reports.figures.formatted import Kind, blocks_of
from reports.figures.frozen_reports import read_frozen
from reports.figures.lengths import is_too_long, length_of
from reports.figures.periods import Period
from reports.models import DonorForm, FrozenReport, Report
from reports.models.definitions import Counting, Counts, Definition, Selection
from reports.papers.parts import told
from reports.papers.said import Style
from tests.factories import make_organisation, make_user
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
from tests.reports.sent_factories import make_rich_report

As = Callable[[User], Client]
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
    return make_report(make_donor_form(project, by=coordinator), by=coordinator)


def post(browser: Client, address: str, **data: Any) -> Any:
    return browser.post(address, {"form_key": str(uuid4())} | data)


def version_of(report: Report) -> int:
    report.refresh_from_db()
    return report.version


def page_of(report: Report, rest: str = "") -> str:
    return f"/indicators/reports/{report.pk}/{rest}"


def test_from_the_plan_to_the_acceptance(
    project: Any, people: list[Person], coordinator: User, funder: User, as_user: As
) -> None:
    make_indicator(project, by=coordinator, definition=by_sex(), code="1")
    train(project, people, by=coordinator)
    staff, donor = as_user(coordinator), as_user(funder)
    address = f"/indicators/project/{project.pk}/forms/new/?template=usaid-quarterly"
    page = staff.get(address)
    data: dict[str, Any] = {"donor": project.donors.get().pk}
    for form in (page.context["form"], *page.context["sections"]):
        for field in form:
            if field.value() not in (None, "", False):
                data.setdefault(field.html_name, field.value())
    assert post(staff, address, **data).status_code == 302
    form = DonorForm.objects.get()
    assert form.sections.count() == len(USAID_QUARTERLY.sections)
    assert post(staff, f"/indicators/forms/{form.pk}/plan/").status_code == 302
    report = Report.objects.get(since=QUARTER.since)
    assert (report.until, report.due_on) == (QUARTER.until, date(2026, 4, 30))
    assert post(staff, page_of(report, "step/open/"), version=report.version).status_code == 302
    checks = staff.get(page_of(report, "check/"))
    assert checks.context["is_hindered"]
    for section in form.sections.filter(is_required=True):
        text = page_of(report, f"sections/{section.pk}/")
        assert post(staff, text, text_en="It went **well**.").status_code == 302
    post(staff, page_of(report, "step/check/"), version=version_of(report))
    assert donor.get(page_of(report)).status_code == 404
    sent = {"version": version_of(report), "accept_findings": "on"}
    assert post(staff, page_of(report, "check/"), **sent).status_code == 302
    read = donor.get(page_of(report)).content.decode()
    assert "It went <strong>well</strong>." in read
    assert not [each for each in people if each.name_latin in read]
    said = post(donor, page_of(report, "thread/"), text="Why 20?", about="")
    assert said.status_code == 302
    returned = {"version": version_of(report), "reason": "See the comment"}
    assert post(donor, page_of(report, "step/return/"), **returned).status_code == 302
    comment = report.comments.get()
    answer = page_of(report, f"thread/{comment.pk}/")
    post(staff, answer, text="Because.", answer="1")
    post(staff, page_of(report, "step/check/"), version=version_of(report))
    sent = {"version": version_of(report), "accept_findings": "on"}
    post(staff, page_of(report, "check/"), **sent)
    post(donor, answer, resolve="1")
    accepted = {"version": version_of(report)}
    assert post(donor, page_of(report, "step/accept/"), **accepted).status_code == 302
    report.refresh_from_db()
    assert report.state == "accepted"
    assert report.versions.count() == 2
    comment.refresh_from_db()
    assert comment.resolved_by == funder


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda each: each.name)
def test_every_published_form_can_be_entered(
    template: Any, project: Any, coordinator: User
) -> None:
    form = make_donor_form(project, by=coordinator, sections=template.sections, **template.details)
    assert plan_periods(form, today=date(2026, 7, 1), by=coordinator)
    assert plan_periods(form, today=date(2026, 7, 1), by=coordinator) == []


@pytest.mark.parametrize(
    ("template", "month"), [("usaid-quarterly", 10), ("eu-interim", 4), ("australia-yearly", 7)]
)
def test_a_year_by_contract_begins_with_the_project(
    template: str, month: int, strey_khmer: Any, donor: Any, coordinator: User, as_user: As
) -> None:
    project = make_funded(strey_khmer, donor, coordinator, starts_on=date(2026, 4, 15))
    address = f"/indicators/project/{project.pk}/forms/new/?template={template}"
    assert as_user(coordinator).get(address).context["form"]["first_month"].value() == month


def test_a_published_form_says_in_the_language_of_the_page_what_the_donor_asks(
    project: Any, coordinator: User, as_user: As
) -> None:
    address = f"/indicators/project/{project.pk}/forms/new/?template=eu-interim"
    coordinator.language = "km"
    coordinator.save()
    page = as_user(coordinator).get(address)
    assert "បញ្ជាក់ចំនួនស្ត្រី និងបុរស។" in page.content.decode()
    assert page.context["sections"][0].title == "សេចក្តីសង្ខេប"


def test_a_page_speaks_one_language(
    strey_khmer: Organisation, donor: Organisation, coordinator: User, as_user: As
) -> None:
    coordinator.language = "km"
    coordinator.save()
    staff = as_user(coordinator)
    report = make_rich_report(strey_khmer, donor, coordinator)
    assert report.language == "en"
    before = staff.get(page_of(report, "preview/")).content.decode()
    version = submit(report, by=coordinator)
    for page in (before, staff.get(f"/indicators/versions/{version.pk}/").content.decode()):
        assert "ចំណុចទីមួយ" in page
        assert "First point" not in page
        assert "People trained, by age" not in page


def test_under_every_title_something_stands(report: Report, coordinator: User, as_user: As) -> None:
    """A section that nobody wrote says so; the table of indicators is there without a text."""
    staff = as_user(coordinator)
    before = staff.get(page_of(report, "preview/")).content.decode()
    version = submit(report, by=coordinator)
    sent = staff.get(f"/indicators/versions/{version.pk}/").content.decode()
    paper = read_frozen(version)
    said = [each.is_empty for each in told(paper).parts]
    assert said == [True, *[False] * (len(said) - 1)]
    for page in (before, sent):
        assert page.count("Nothing to report.") == 1


def test_two_donors_of_one_project_have_years_of_their_own(project: Any, coordinator: User) -> None:
    other = make_organisation(kind=Organisation.Kind.DONOR)
    project.donors.add(other)
    first = make_donor_form(
        project,
        by=coordinator,
        donor=other,
        first_month=10,
        period_name_en="FY {last}, Q{n}",
    )
    second = make_donor_form(
        project, by=coordinator, donor=other, first_month=7, length=12, name_en="Yearly"
    )
    assert name_of_period(first, QUARTER, "en").startswith("FY 2026, Q2 (")
    year = plan_periods(second, today=date(2026, 7, 1), by=coordinator)
    assert [each.since for each in year] == [date(2025, 7, 1), date(2026, 7, 1), date(2027, 7, 1)]


def test_what_somebody_typed_reaches_into_nothing(project: Any, coordinator: User) -> None:
    form = make_donor_form(
        project, by=coordinator, period_name_en="{n.__class__} {0} {form.owner} %s {n}"
    )
    assert name_of_period(form, QUARTER, "en").startswith("{n.__class__} {0} {form.owner} %s 1")


def test_hostile_text_is_text(report: Report, coordinator: User, funder: User, as_user: As) -> None:
    hostile = '<script>alert(1)</script> **<img src="http://evil.example/x">** [x](javascript:1)'
    section = report.form.sections.get(number=1)
    write_section(report, section=section, language="en", text=hostile, by=coordinator)
    preview = as_user(coordinator).get(page_of(report, "preview/")).content.decode()
    submit(report, by=coordinator)
    for page in (preview, as_user(funder).get(page_of(report)).content.decode()):
        assert "<script>alert" not in page
        assert "<img src=" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_fifty_pages_of_narrative_are_kept(report: Report, coordinator: User) -> None:
    text = ("ការបណ្តុះបណ្តាល and so on. " * 60 + "\n\n") * 90
    section = report.form.sections.get(number=1)
    kept = write_section(report, section=section, language="km", text=text, by=coordinator)
    assert kept
    assert kept.text == text.strip()


def test_a_second_person_submits_where_the_form_says_so(
    report: Report, strey_khmer: Organisation, coordinator: User, as_user: As
) -> None:
    change_form(report.form, version=report.form.version, second_person=True, by=coordinator)
    report = send_to_check(report, version=report.version, by=coordinator)
    sent = {"version": report.version, "accept_findings": "on"}
    answer = post(as_user(coordinator), page_of(report, "check/"), **sent)
    assert answer.status_code == 200
    assert "A second person submits it" in answer.content.decode()
    second = make_user(organisation=strey_khmer, role=User.Role.COORDINATOR)
    assert post(as_user(second), page_of(report, "check/"), **sent).status_code == 302


def test_an_old_page_takes_no_step(report: Report, coordinator: User, as_user: As) -> None:
    old = report.version
    send_to_check(report, version=old, by=coordinator)
    browser = as_user(coordinator)
    again = post(browser, page_of(report, "step/check/"), version=old)
    assert again.status_code == 200
    assert "Somebody else has changed this report" in again.content.decode()


def test_a_donor_without_an_account_is_written_for(
    report: Report, coordinator: User, as_user: As
) -> None:
    submit(report, by=coordinator)
    accepted = {"version": version_of(report), "reason": "By letter of 3 May"}
    post(as_user(coordinator), page_of(report, "step/accept/"), **accepted)
    step = report.steps.get(verb="accept")
    assert step.on_behalf
    assert step.reason == "By letter of 3 May"


def test_another_donor_reads_nothing(report: Report, coordinator: User, as_user: As) -> None:
    frozen = submit(report, by=coordinator)
    other = make_organisation(kind=Organisation.Kind.DONOR)
    stranger = as_user(make_user(organisation=other, role=User.Role.FUNDER))
    for address in (
        page_of(report),
        page_of(report, "thread/"),
        f"/indicators/versions/{frozen.pk}/",
    ):
        assert stranger.get(address).status_code == 404


def test_a_funder_whose_project_has_ended_still_reads_what_they_were_given(
    report: Report, project: Any, coordinator: User, funder: User, as_user: As
) -> None:
    submit(report, by=coordinator)
    project.ends_on = date(2026, 4, 1)
    project.save()
    project.donors.clear()
    assert as_user(funder).get(page_of(report)).status_code == 200


def test_what_staff_say_inside_stays_inside(
    report: Report, coordinator: User, funder: User, as_user: As
) -> None:
    comment_on(report, text="Not for the donor", by=coordinator)
    submit(report, by=coordinator)
    open_one = comment_on(report, text="For the donor", by=coordinator)
    comment_on(report, text="Nor this one", is_internal=True, by=coordinator)
    answer_comment(open_one, text="Thank you", by=funder)
    page = as_user(funder).get(page_of(report, "thread/")).content.decode()
    assert "For the donor" in page
    assert "Thank you" in page
    assert "Not for the donor" not in page
    assert "Nor this one" not in page


def test_a_donor_who_wants_it_accepts_only_when_all_is_settled(
    report: Report, coordinator: User, funder: User, as_user: As
) -> None:
    change_form(
        report.form,
        version=report.form.version,
        resolved_before_accepting=True,
        by=coordinator,
    )
    submit(report, by=coordinator)
    asked = comment_on(report, text="Why?", by=funder)
    browser = as_user(funder)
    refused = post(browser, page_of(report, "step/accept/"), version=version_of(report))
    assert "still open" in refused.content.decode()
    resolve_comment(asked, by=funder)
    done = post(browser, page_of(report, "step/accept/"), version=version_of(report))
    assert done.status_code == 302


# --- Before submitting ------------------------------------------------------------------------


def found(report: Report, part: Part) -> list[str]:
    report = Report.objects.get(pk=report.pk)
    return [each.message for each in checks_of(report, draft_of(report)) if each.part == part]


def test_a_difference_above_the_threshold_needs_its_reason(
    report: Report, project: Any, coordinator: User
) -> None:
    change_form(report.form, version=report.form.version, reason_percent=10, by=coordinator)
    indicator = project.indicators.get()
    set_targets(project, targets={(indicator.pk, QUARTER): Decimal(21)}, by=coordinator)
    assert found(report, Part.REASONS) == []
    set_targets(project, targets={(indicator.pk, QUARTER): Decimal(40)}, reason="x", by=coordinator)
    assert found(report, Part.REASONS) == ["“People trained” is 50.0% of its target. Say why."]
    line = report.lines.get()
    write_line(line, version=line.version, reason_en="Rain", by=coordinator)
    assert found(report, Part.REASONS) == []


def test_numbers_that_do_not_fit_together_are_named(
    report: Report, project: Any, coordinator: User
) -> None:
    """A verified value that is another one, and a part that is more than its whole."""
    line = report.lines.get()
    changes = {"status": "verified", "verified_value": Decimal(19)}
    write_line(line, version=line.version, by=coordinator, **changes)
    assert len(found(report, Part.CROSS)) == 1


def test_open_trainings_and_sessions_without_attendance_are_named(
    report: Report, project: Any, coordinator: User
) -> None:
    train(project, [], by=coordinator, title_en="Empty")
    assert len(found(report, Part.TRAININGS)) == 2
    assert len(found(report, Part.QUALITY)) == 1


def test_the_checks_ask_no_more_for_three_than_for_one(
    report: Report, project: Any, coordinator: User
) -> None:
    def asked() -> int:
        stored = Report.objects.select_related("form__project", "project").get(pk=report.pk)
        draft = draft_of(stored)
        with CaptureQueriesContext(connection) as queries:
            checks_of(stored, draft)
        return len(queries)

    one = asked()
    for _each in range(2):
        train(project, [], by=coordinator)
    assert asked() == one


def test_part_of_a_whole_is_compared(project: Any, coordinator: User) -> None:
    every = Counting(Counts.PEOPLE)
    women = Counting(Counts.PEOPLE, selection=Selection(sexes=("female",)))
    assert is_counted_in(women, every)
    assert not is_counted_in(every, women)
    assert is_counted_in(every, Counting(Counts.PARTICIPATIONS))


# --- Small parts ------------------------------------------------------------------------------


def test_a_list_asks_as_often_for_three_as_for_one(
    report: Report, coordinator: User, as_user: As
) -> None:
    browser = as_user(coordinator)

    def asked(address: str) -> int:
        browser.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address).status_code == 200
        return len(queries)

    addresses = ["/indicators/reports/", f"/indicators/project/{report.project_id}/reports/"]
    before = [asked(each) for each in addresses]
    for since, until in (
        (date(2026, 4, 1), date(2026, 6, 30)),
        (date(2026, 7, 1), date(2026, 9, 30)),
    ):
        make_report(report.form, by=coordinator, since=since, until=until)
    assert [asked(each) for each in addresses] == before


def test_reports_open_on_their_day(project: Any, coordinator: User) -> None:
    form = make_donor_form(project, by=coordinator)
    plan_periods(form, today=date(2026, 1, 1), by=coordinator)
    assert open_due_reports(date(2026, 1, 1)) == 2
    assert open_due_reports(date(2026, 1, 1)) == 0


def test_the_number_of_a_figure_opens_its_frozen_list(
    report: Report, people: list[Person], coordinator: User, as_user: As
) -> None:
    frozen = submit(report, by=coordinator)
    merge_people(kept=people[0], joined=people[1], by=coordinator)
    reference = read_frozen(frozen).lines[0].value.reference
    page = as_user(coordinator).get(f"/indicators/figures/{reference.lower()}/")
    assert page.context["page"].paginator.count == 20
    assert people[0].name_latin in page.content.decode()


def test_differences_stand_on_their_page_and_in_the_restatement(
    report: Report, people: list[Person], coordinator: User, funder: User, as_user: As
) -> None:
    submit(report, by=coordinator)
    merge_people(kept=people[0], joined=people[1], by=coordinator)
    keep_differences(report)
    page = as_user(coordinator).get(page_of(report, "differences/")).content.decode()
    assert "previously 20, now 19" in page
    assert "previously 20" not in as_user(funder).get(page_of(report)).content.decode()
    restate_report(report, version=version_of(report), reason="Joined", by=coordinator)
    assert "previously 20, now 19" in as_user(funder).get(page_of(report)).content.decode()


@pytest.mark.parametrize(
    ("number", "style", "written"),
    [
        (Decimal(1234567), {}, "1,234,567"),
        (Decimal(1234567), {"thousands": ".", "decimal_mark": ","}, "1.234.567"),
        (Decimal("1234.50"), {"thousands": ".", "decimal_mark": ","}, "1.234,5"),
        (Decimal("1234.50"), {"thousands": " ", "decimal_mark": ","}, "1\u00a0234,5"),
        (Decimal("-1234.50"), {}, "-1,234.5"),
        (Decimal(0), {}, "0"),
    ],
)
def test_numbers_are_written_as_the_donor_writes(
    number: Decimal, style: dict[str, str], written: str
) -> None:
    assert style_of(**style).number(number) == written


def style_of(**style: Any) -> Style:
    usual = {"columns": [], "thousands": ",", "decimal_mark": ".", "percent_places": 1}
    return Style.of(FrozenReport(style=usual | style))


def test_percentages_are_rounded_half_up() -> None:
    assert style_of(percent_places=0).percent(Decimal("62.5")) == "63%"


def test_the_page_and_the_preview_say_what_the_files_say(
    report: Report, coordinator: User, funder: User, as_user: As
) -> None:
    """One word for what is hidden, and the columns in the donor's order, on all of them."""
    as_planned = as_user(coordinator).get(page_of(report, "preview/")).context["told"]
    submit(report, by=coordinator)
    sent = as_user(funder).get(page_of(report)).context["told"]

    def read(found: Any) -> list[list[str]]:
        return [[shown.text for _entry, shown in row.cells] for row in found.rows]

    in_files = told(read_frozen(report.versions.get()))
    assert read(as_planned) == read(sent) == read(in_files) != []


def test_the_simple_formatting() -> None:
    found = blocks_of("## Head\nOne **two**\n\n- a\n- b\n1. c\n\n**not strong ** here")
    kinds = [each.kind for each in found]
    assert kinds == [Kind.HEADING, Kind.PARAGRAPH, Kind.POINTS, Kind.STEPS, Kind.PARAGRAPH]
    assert [span.is_strong for span in found[1].lines[0]] == [False, True]
    assert [span.text for span in found[4].lines[0]] == ["**not strong ** here"]


def test_words_are_counted_in_khmer_too() -> None:
    assert length_of("one two, three", "words") == 3
    assert length_of("ស្ត្រីចូលរួមការប្រជុំ", "words") >= 3
    assert is_too_long("a " * 11, Decimal(10), "words")
    assert not is_too_long("a " * 10, Decimal(10), "words")


def test_a_definition_without_people_has_no_people(project: Any, coordinator: User) -> None:
    """How many trainings there were tells about nobody, however few they are."""
    make_indicator(project, by=coordinator, definition=Definition(Counting(Counts.TRAININGS)))
    train(project, make_people(project.owner, female=2), by=coordinator)
    form = make_donor_form(project, by=coordinator)
    frozen = submit(make_report(form, by=coordinator), by=coordinator)
    assert read_frozen(frozen).lines[0].value.value == 1
