"""Groups beside each other, their grades, and the pages and papers that show them."""

import io
from datetime import date
from decimal import Decimal
from html import unescape
from uuid import uuid4

import openpyxl
import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from core import papers
from core.models import AccessLog, Document
from core.tasks import make_document
from registry.models.people import Sex
from savings_groups.figures.comparing import compare, together
from savings_groups.figures.grading import scheme_chosen
from savings_groups.figures.histories import history_of
from savings_groups.figures.periods import Period
from savings_groups.figures.ratios import figures_of
from savings_groups.figures.summaries import summary_of
from savings_groups.models import GradingScheme, Group
from tests.factories import make_project
from tests.kept import *  # noqa: F403
from tests.savings_groups.factories import hold, make_group, make_member

JAN, FEB = date(2026, 1, 5), date(2026, 2, 5)
PERIOD = Period(date(2026, 2, 28))
CANARY = "Kanary"
YEAR = "2026-01-01..2026-02-28"


def begin(owner, by, saving, *, present=2, **details):
    """A group of two of whom the first carries the canary's name; each saved `saving` once."""
    group = make_group(owner=owner, by=by, members=0, **details)
    make_member(group, by=by, name_latin=CANARY, sex=Sex.FEMALE)
    make_member(group, by=by, sex=Sex.MALE)
    rows = {n: {"saving": saving} for n in range(1, present + 1)}
    if present < 2:
        rows[2] = {"attendance": "absent"}
    hold(group, JAN, rows, by=by)
    return Group.objects.with_names().get(pk=group.pk)


@pytest.fixture(scope="module")
def project(strey_khmer, field_staff, donor):
    return make_project(owner=strey_khmer, by=field_staff, donors=[donor])


@pytest.fixture(scope="module")
def groups(strey_khmer, field_staff, project):
    """Savings of 20,000, 5,000 and 60,000; who came: 2, 1 and 2 of 2."""
    more = {"projects": [project]}
    return [
        begin(strey_khmer, field_staff, 10_000, name_latin="Ampil", **more),
        begin(strey_khmer, field_staff, 5_000, present=1, name_latin="Banteay", **more),
        begin(strey_khmer, field_staff, 30_000, name_latin="Chrey", **more),
    ]


# Many groups together


def test_percentages_of_groups_are_added_up_by_what_they_are_made_of(groups):
    found = figures_of(groups, PERIOD)
    figures = [found[group.pk].figures for group in groups]
    # 2 + 1 + 2 of 6, not the average of 100, 50 and 100.
    assert together([f["attendance"] for f in figures]) == Decimal("83.3")
    assert together([f["savings_total"] for f in figures]) == 85_000
    # 85,000 / 6 members
    assert together([f["average_saving"] for f in figures]) == 14_167


def test_members_and_savings_of_a_group_on_average(groups):
    """6 members and 85,000 of three groups: 2.0 and 28,333 each; an average is none again."""
    names = ["members", "savings_total", "average_saving", "attendance"]
    [total] = compare(groups, [PERIOD], names=names).totals
    members, savings, *others = [cells[0] for cells in total.per_group]
    assert (members, savings) == (Decimal("2.0"), 28_333)
    assert others == [None, None]


def test_what_cannot_be_put_together_is_not(groups):
    found = figures_of(groups, PERIOD)
    annual = [found[group.pk].figures["return_on_savings_annual"] for group in groups]
    assert together(annual) is None


def test_a_group_of_which_nothing_is_known_does_not_spoil_the_sum(groups, strey_khmer, field_staff):
    unborn = make_group(owner=strey_khmer, by=field_staff, live=False)
    listed = [*groups, Group.objects.with_names().get(pk=unborn.pk)]
    found = figures_of(listed, PERIOD)
    assert together([found[g.pk].figures["savings_total"] for g in listed]) == 85_000


def test_groups_sort_by_a_figure_with_the_unknown_last(groups, strey_khmer, field_staff):
    unborn = make_group(owner=strey_khmer, by=field_staff, live=False, name_latin="Unborn")
    listed = [Group.objects.with_names().get(pk=unborn.pk), *groups]

    def order(sort):
        return [row.group.name for row in compare(listed, [PERIOD], sort=sort).rows]

    assert order("savings_total") == ["Banteay", "Ampil", "Chrey", "Unborn"]
    assert order("-savings_total") == ["Chrey", "Ampil", "Banteay", "Unborn"]


def test_two_periods_stand_side_by_side(groups, field_staff):
    hold(groups[0], FEB, {1: {"saving": 7_000}}, by=field_staff)
    january = Period(date(2026, 1, 31))
    row = compare(groups[:1], [PERIOD, january], names=["savings_total"]).rows[0]
    assert [found.figures["savings_total"].value for found in row.found] == [27_000, 20_000]


def test_riel_and_dollars_are_never_added_up(groups, strey_khmer, field_staff):
    dollars = begin(strey_khmer, field_staff, 250, currency="USD", rules={"welfare_due": 0})
    totals = compare([*groups, dollars], [PERIOD], names=["savings_total"]).totals
    assert [(t.currency, t.cells[0][0]) for t in totals] == [("KHR", 85_000), ("USD", 500)]
    summary = summary_of(Group.objects.all())
    assert {m.currency: m.savings for m in summary.money} == {"KHR": 85_000, "USD": 500}


def test_a_summary_counts_groups_members_women_and_what_is_late(groups, field_staff):
    loan = {"loan": 9_000, "loan_months": 1}
    hold(groups[2], FEB, {1: loan}, by=field_staff)
    summary = summary_of(Group.objects.all())
    assert (summary.groups, summary.members, summary.women) == (3, 6, 3)
    # Due on 5 March 2026; the clock of the tests stands later than 4 April.
    assert (summary.money[0].loans, summary.money[0].late) == (9_000, 9_000)
    assert summary.money[0].par30 == 100
    assert summary_of(Group.objects.all(), with_risk=False).money[0].par30 is None


def test_history_brings_forward_what_was_there_before(groups, field_staff):
    hold(groups[0], FEB, {1: {"saving": 7_000}}, by=field_staff)
    points = history_of(groups[0], since=date(2026, 2, 1), until=PERIOD.until)
    assert [(point.day, point.savings) for point in points] == [
        (date(2026, 2, 1), 20_000),
        (FEB, 27_000),
    ]


# Grades


def grade_of(group):
    scheme = scheme_chosen()
    return scheme.grade(figures_of([group], Period(date(2026, 1, 31)))[group.pk].figures)


def test_points_are_weighted_and_what_is_not_known_is_left_out(groups):
    grade = grade_of(groups[1])
    points = {str(each.label): each.points for each in grade.criteria}
    assert points == {
        "Meetings held of those due": 10,
        # 1 of 2 came and saved.
        "Attendance": 3,
        "Members saving regularly": 3,
        "Use of the loan fund": 3,
        # No loan has fallen due.
        "Repaid on schedule": None,
    }
    # 10 and three times 3 of 40 points.
    assert (grade.percent, grade.letter, grade.known) == (Decimal("47.5"), "C", 4)


def test_bands_edited_in_the_database_change_the_grade(groups):
    before = grade_of(groups[1])
    scheme = GradingScheme.objects.get(is_default=True)
    scheme.criteria.filter(figure="attendance").update(bands=[[50, 10], [0, 0]], weight=97)
    after = grade_of(groups[1])
    assert (before.letter, after.letter) == ("C", "A")
    # All of 97, all of 1, and three tenths of 1 twice.
    assert after.percent == Decimal("98.6")
    assert "50" in next(c.reason for c in after.criteria if c.label == "Attendance")


def test_the_limits_of_the_letters_are_those_of_the_scheme(groups):
    GradingScheme.objects.filter(is_default=True).update(grade_a=47, grade_b=40)
    assert grade_of(groups[1]).letter == "A"


def test_a_figure_that_does_not_exist_is_left_out(groups):
    scheme = GradingScheme.objects.get(is_default=True)
    scheme.criteria.filter(figure="attendance").update(figure="happiness")
    assert grade_of(groups[1]).known == 3


# Pages


def text_of(response):
    return unescape(response.content.decode())


def test_the_comparison_names_no_member(groups, field_staff, as_user):
    response = as_user(field_staff).get(reverse("groups:compare"), {"period": YEAR})
    text = text_of(response)
    assert "Ampil" in text
    assert "83.3 %" in text
    assert CANARY not in text


def test_staff_see_who_is_behind_a_figure(groups, field_staff, as_user):
    address = reverse("groups:figure", args=[groups[0].pk, "women"])
    assert CANARY in text_of(as_user(field_staff).get(address, {"period": YEAR}))


def test_an_explanation_opens_the_journals(groups, field_staff, as_user):
    address = reverse("groups:figure", args=[groups[0].pk, "savings_total"])
    text = text_of(as_user(field_staff).get(address, {"period": YEAR}))
    saved = groups[0].journals.filter(event="receipt")
    assert saved.count() == 2
    for journal in saved:
        assert reverse("groups:journal", args=[journal.pk]) in text


@pytest.mark.parametrize("part", ["present", "listed", "nonsense"])
def test_each_part_of_a_figure_can_be_opened(groups, field_staff, as_user, part):
    address = reverse("groups:figure", args=[groups[1].pk, "attendance"])
    text = text_of(as_user(field_staff).get(address, {"period": YEAR, "part": part}))
    meeting = groups[1].meetings.get()
    assert reverse("groups:meeting", args=[meeting.pk]) in text


def test_every_figure_of_a_group_links_to_its_explanation(groups, field_staff, as_user):
    text = text_of(
        as_user(field_staff).get(reverse("groups:figures", args=[groups[0].pk]), {"period": YEAR})
    )
    assert reverse("groups:figure", args=[groups[0].pk, "par30"]) in text
    assert "Grade" in text


@pytest.mark.parametrize("name", ["figures", "figure"])
def test_a_stranger_and_an_unknown_figure_are_not_found(groups, other_field_staff, as_user, name):
    more = ["savings_total"] if name == "figure" else []
    browser = as_user(other_field_staff)
    assert browser.get(reverse(f"groups:{name}", args=[groups[0].pk, *more])).status_code == 404
    assert browser.get(reverse(f"groups:{name}", args=[uuid4(), *more])).status_code == 404


def test_a_figure_that_nobody_defined_is_not_found(groups, field_staff, as_user):
    address = reverse("groups:figure", args=[groups[0].pk, "happiness"])
    assert as_user(field_staff).get(address).status_code == 404


@pytest.mark.parametrize("asked", ["x", "2026-13-01..", "..9999-12-31", "2026-02-01..2026-01-01"])
def test_a_period_that_makes_no_sense_is_never_an_error(groups, field_staff, as_user, asked):
    browser = as_user(field_staff)
    for address in (
        reverse("groups:compare"),
        reverse("groups:figures", args=[groups[0].pk]),
        reverse("groups:figure", args=[groups[0].pk, "par"]),
    ):
        assert browser.get(address, {"period": asked, "page": "x"}).status_code == 200


def test_three_groups_take_as_many_questions_as_one(
    groups, field_staff, as_user, django_assert_num_queries
):
    browser = as_user(field_staff)
    address = reverse("groups:compare")
    browser.get(address)
    with django_assert_num_queries(20):
        browser.get(address, {"group": [groups[0].pk]})
    with django_assert_num_queries(20):
        browser.get(address, {"group": [group.pk for group in groups]})


def test_the_spreadsheet_holds_the_numbers_of_the_page_and_is_logged(groups, coordinator, as_user):
    response = as_user(coordinator).get(
        reverse("groups:compare-xlsx"), {"period": YEAR, "figure": ["savings_total"]}
    )
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert [(row[0], row[3]) for row in rows[1:4]] == [
        ("Ampil", 20_000),
        ("Banteay", 5_000),
        ("Chrey", 60_000),
    ]
    assert not any(CANARY in str(cell) for sheet in book for row in sheet.values for cell in row)
    assert AccessLog.objects.get(event="exported").people == 0


def test_the_spreadsheet_has_the_trial_balance_of_each_group_at_the_end_of_each_period(
    groups, coordinator, as_user
):
    response = as_user(coordinator).get(
        reverse("groups:compare-xlsx"), {"period": YEAR, "figure": ["savings_total"]}
    )
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    head, *rows = book["Trial balances"].iter_rows(values_only=True)
    assert head[5:7] == ("Debit", "Credit")
    savings = {row[0]: row[6] for row in rows if row[2] == 2010}
    assert savings == {"Ampil": 20_000, "Banteay": 5_000, "Chrey": 60_000}
    for group in savings:
        debits = sum(row[5] or 0 for row in rows if row[0] == group)
        assert debits == sum(row[6] or 0 for row in rows if row[0] == group) > 0


# The annual meeting


def paper_of(record, user, *, name="savings_groups.annual-meeting", language="en", **options):
    with translation.override(language):
        kind = papers.KINDS[name]
        built = kind.paper(kind.records(user).get(pk=record.pk), options)
        return unescape(render_to_string(built.template, dict(built.context))), built


def test_the_annual_report_has_the_figures_of_the_pages_and_names_nobody(
    groups, project, field_staff, as_user
):
    html, paper = paper_of(project, field_staff)
    page = text_of(as_user(field_staff).get(reverse("groups:figures", args=[groups[0].pk])))
    for shown in ("20,000 ៛", "10,000 ៛", "100.0 %"):
        assert shown in page
        assert shown in html
    assert "85,000 ៛" in html
    assert CANARY not in html
    assert paper.people == 0


def test_the_annual_report_in_khmer_has_khmer_digits(groups, project, field_staff):
    html, _paper = paper_of(project, field_staff, language="km")
    assert "៨៥,០០០ ៛" in html


def test_the_annual_report_says_dollars_only_at_a_stated_rate(groups, project, field_staff):
    assert "US dollars" not in paper_of(project, field_staff)[0]
    html, _paper = paper_of(project, field_staff, riel_per_dollar="៤,០០០")
    # 85,000 riel at 4,000 are 21 dollars and a quarter.
    assert "85,000 ៛" in html
    assert "$21.25" in html
    assert "at 4,000 ៛ for one dollar" in html


def test_the_annual_report_goes_up_to_a_chosen_day(groups, project, field_staff):
    before, _paper = paper_of(project, field_staff, as_of="31/12/2025")
    assert "as of 31 December 2025" in before
    assert "85,000 ៛" not in before


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("as_of", "01/01/2090", "still to come"),
        ("as_of", "01/01/2569", "Buddhist"),
        ("as_of", "soon", "not a date"),
        ("riel_per_dollar", "0", "1 or more"),
        ("riel_per_dollar", "-4000", "1 or more"),
        ("riel_per_dollar", "4e3", "not a number"),
        ("riel_per_dollar", "9" * 30, "too large"),
        ("riel_per_dollar", "4000.5", "whole number"),
    ],
)
def test_what_cannot_be_in_a_report_is_told_at_its_field(
    groups, project, field_staff, as_user, field, typed, says
):
    sent = {"kind": "savings_groups.annual-meeting", "record": project.pk, "language": "en"}
    answer = as_user(field_staff).post(reverse("document-new"), sent | {field: typed})
    assert says in " ".join(answer.context["form"].errors[field])
    assert not Document.objects.exists()
    # What was typed is still there, and one asks again from the same page.
    assert f'value="{typed}"' in answer.text
    again = as_user(field_staff).post(reverse("document-new"), sent | {field: ""})
    assert again.status_code == 302


def test_what_was_chosen_stands_with_the_document(groups, project, field_staff, as_user):
    sent = {
        "kind": "savings_groups.annual-meeting",
        "record": project.pk,
        "language": "en",
        "as_of": "01/03/2026",
        "riel_per_dollar": "4,008",
        "another": "x",
    }
    as_user(field_staff).post(reverse("document-new"), sent)
    kept = Document.objects.get()
    assert kept.options == {"as_of": "01/03/2026", "riel_per_dollar": "4,008"}
    make_document(document_id=str(kept.pk))
    kept.refresh_from_db()
    assert kept.state == "ready"


def test_an_organisation_reports_on_its_own_groups_only(groups, strey_khmer, field_staff, kcda):
    begin(kcda, field_staff, 1_000, name_latin="Elsewhere")
    html, _paper = paper_of(
        strey_khmer, field_staff, name="savings_groups.annual-meeting-of-organisation"
    )
    assert "Ampil" in html
    assert "Elsewhere" not in html


def test_a_stranger_cannot_print_the_report(groups, project, strey_khmer, other_field_staff):
    for name, record in (
        ("savings_groups.annual-meeting", project),
        ("savings_groups.annual-meeting-of-organisation", strey_khmer),
    ):
        assert not papers.KINDS[name].exists(other_field_staff, record.pk)


# Sections of the registry's pages


def test_a_person_page_shows_groups_with_savings_and_loans(groups, field_staff, as_user):
    hold(groups[0], FEB, {1: {"loan": 4_000, "loan_months": 1}}, by=field_staff)
    person = groups[0].members.get(number=1).person
    text = text_of(as_user(field_staff).get(reverse("person", args=[person.pk])))
    assert "Ampil" in text
    assert "10,000 ៛" in text
    assert "4,000 ៛" in text


def test_the_directory_shows_a_group_and_who_facilitates_it(
    groups, strey_khmer, field_staff, as_user
):
    browser = as_user(field_staff)
    own = text_of(browser.get(reverse("organisation", args=[groups[0].organisation_id])))
    assert reverse("groups:detail", args=[groups[0].pk]) in own
    facilitator = text_of(browser.get(reverse("organisation", args=[strey_khmer.pk])))
    assert "85,000 ៛" in facilitator
