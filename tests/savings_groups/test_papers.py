"""What stands on the papers of a savings group, and who may have them."""

from datetime import date
from decimal import Decimal
from html import unescape
from io import BytesIO

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from pypdf import PdfReader

from core import papers
from core.actions.documents import request_document
from core.models import AccessLog, Document
from core.tasks import make_document
from registry.models import Person
from savings_groups.actions.closing import close_year, preview, reopen_year
from savings_groups.actions.groups import set_rules
from savings_groups.actions.opening import set_opening
from savings_groups.figures.paper_sheet import blank_sheet
from savings_groups.models import Account, Closing, Group, Loan, Meeting, Member
from savings_groups.papers.pdf import choices_for, papers_about, papers_for
from tests.kept import *  # noqa: F403
from tests.pages import tight
from tests.paper.letters import missing_from, texts_of
from tests.savings_groups.factories import (
    count_and_seal,
    draft,
    hold,
    make_group,
    make_member,
    member,
)

FIRST, SECOND, THIRD = date(2026, 2, 5), date(2026, 3, 5), date(2026, 4, 5)
OF_A_GROUP = [
    "sheet-blank",
    "passbooks",
    "baseline",
    "cash-ledger",
    "savings-ledger",
    "loan-ledger",
    "reconciliation",
    "statement",
    "closing-preview",
]
OF_A_YEAR = [
    "closing",
    "year-cash-ledger",
    "year-savings-ledger",
    "year-loan-ledger",
    "year-reconciliation",
    "year-statement",
]
NAMES = ["Sok Bopha", "Chan Dara", "Kim Sophea"]


def html_of(kind, record, user, language="en"):
    """The HTML of a paper, as the press gets it."""
    with translation.override(language):
        paper = papers.KINDS[f"savings_groups.{kind}"]
        built = paper.build(paper.records(user).get(pk=record.pk))
        html = render_to_string(built.template, dict(built.context))
        return unescape(tight(html)) + cells_of(built), built


def cells_of(paper):
    """What is drawn apart from the HTML, as cells."""
    return "".join(f"<td>{text}</td>" for text in texts_of(paper))


@pytest.fixture(scope="module")
def group(strey_khmer, field_staff):
    """Three members with names; member 2 borrows 100,000 flat at 5 percent."""
    group = make_group(
        owner=strey_khmer,
        by=field_staff,
        members=0,
        name_latin="Ta Taok",
        rules={"loan_method": "flat", "closing": "share out", "fine_late": 200},
    )
    for name in NAMES:
        make_member(group, by=field_staff, name_latin=name)
    hold(
        group,
        FIRST,
        {n: {"saving": 50_000 * n, "welfare": 500} for n in (1, 2, 3)},
        by=field_staff,
    )
    hold(
        group,
        SECOND,
        {2: {"loan": 100_000, "loan_months": 4, "loan_purpose": "A pump"}},
        lines=(
            {
                "event": "welfare help",
                "fund": "welfare",
                "amount": 700,
                "purpose": "funeral",
                "minute_number": "7/2026",
                "payee": "Grandfather Sau",
            },
        ),
        difference=-300,
        by=field_staff,
    )
    hold(group, THIRD, {2: {"repayment": 30_000}, 3: {"attendance": "late"}}, by=field_staff)
    return group


def sealed(group, number):
    return group.meetings.get(number=number)


# --- The meeting sheet ------------------------------------------------------------------------


def test_the_blank_sheet_has_every_member_in_the_order_of_the_numbers(group, field_staff):
    html, paper = html_of("sheet-blank", group, field_staff)
    assert html.index(NAMES[0]) < html.index(NAMES[1]) < html.index(NAMES[2])
    assert paper.people == 3
    assert "Meeting sheet no. 4" in html


def test_the_columns_of_the_sheet_are_in_the_order_of_the_screen(group, field_staff):
    html, _ = html_of("sheet-blank", group, field_staff)
    heads = [
        ">No.<",
        ">Name<",
        ">Present<",
        ">Saving<",
        ">Withdrawal<",
        ">Repayment<",
        ">New loan<",
        ">Fine<",
        ">Welfare",
    ]
    places = [html.index(head) for head in heads]
    assert places == sorted(places)


def test_the_blank_sheet_says_what_members_have_owe_and_should_pay(group, field_staff):
    html, _ = html_of("sheet-blank", group, field_staff)
    # The member owes 75,000 of 100,000; 5,000 flat interest and 25,000 are due on 5 May.
    for amount in ["75,000", "5,000", "25,000"]:
        assert f'given">{amount}</td>' in html
    assert "300,000" in html


def test_a_group_without_welfare_has_no_such_column(strey_khmer, field_staff):
    group = make_group(
        owner=strey_khmer, by=field_staff, rules={"has_welfare": False, "welfare_due": 0}
    )
    html, _ = html_of("sheet-blank", group, field_staff)
    assert ">Welfare" not in html
    assert "Joining fee" not in html
    group = make_group(owner=strey_khmer, by=field_staff, rules={"joining_fee": 1_000})
    html, _ = html_of("sheet-blank", group, field_staff)
    assert ">Welfare" in html
    assert "Joining fee" in html


def test_a_sheet_has_a_line_for_each_note_of_the_currency(strey_khmer, field_staff, group):
    html, _ = html_of("sheet-blank", group, field_staff)
    for note in ["200,000", "15,000", "100"]:
        assert f'<th scope="row" class="number">{note}</th>' in html
    dollars = make_group(owner=strey_khmer, by=field_staff, currency="USD")
    html, _ = html_of("sheet-blank", dollars, field_staff)
    assert '<th scope="row" class="number">100.00</th>' in html
    assert "Amounts in US dollars" in html


def test_up_to_25_members_share_a_page_and_few_have_high_rows(strey_khmer, field_staff, group):
    assert blank_sheet(group).size == "tall"
    many = make_group(owner=strey_khmer, by=field_staff, members=25)
    sheet = blank_sheet(many)
    assert (sheet.size, sheet.blank_rows) == ("low", 0)


def test_25_members_fit_on_one_page_and_the_rest_on_a_second(strey_khmer, field_staff):
    """Printed: the box count must not push a member to another page, nor leave a third one."""
    group = make_group(owner=strey_khmer, by=field_staff, members=25)
    for language in ["en", "km"]:
        document = request_document(
            kind="savings_groups.sheet-blank",
            record_id=group.pk,
            language=language,
            by=field_staff,
        )
        make_document(document_id=str(document.pk))
        document.refresh_from_db()
        assert len(PdfReader(BytesIO(bytes(document.content))).pages) == 2


def test_the_sealed_sheet_has_what_was_booked_and_how_it_was_divided(group, field_staff):
    html, paper = html_of("sheet", sealed(group, 3), field_staff)
    for amount in ["30,000", "5,000", "25,000"]:
        assert f">{amount}</td>" in html
    assert "2/3" not in html
    assert "3/3" in html
    assert paper.people == 3


def test_the_sealed_sheet_has_the_count_the_difference_and_both_names(group, field_staff):
    html, _ = html_of("sheet", sealed(group, 2), field_staff)
    held = sealed(group, 2)
    assert held.expected - held.counted == 300
    assert "\u2212300 ៛" in html
    assert "Nobody knows." in html
    assert html.count(NAMES[0]) == html.count(NAMES[1]) == 2
    assert "7/2026" in html
    assert "A pump" in html


def test_the_sealed_sheet_says_by_whom_and_has_the_code(group, field_staff):
    html, paper = html_of("sheet", sealed(group, 2), field_staff)
    assert field_staff.username in html
    assert paper.context["sheet"].code in html


def test_there_is_no_sealed_sheet_of_a_draft(group, field_staff):
    begun = draft(group, date(2026, 5, 5), by=field_staff)
    kind = papers.KINDS["savings_groups.sheet"]
    assert not kind.exists(field_staff, begun.pk)
    assert kind.exists(field_staff, sealed(group, 1).pk)


def test_khmer_paper_has_khmer_digits_and_riel_without_decimals(group, field_staff):
    html, _ = html_of("sheet-blank", group, field_staff, "km")
    assert "៧៥,០០០" in html
    assert "75,000" not in html
    html, _ = html_of("statement", group, field_staff, "km")
    assert "៣០០,០០០" in html


# --- Passbooks, records, statement ------------------------------------------------------------


def test_a_passbook_is_of_one_member_alone(group, field_staff):
    html, paper = html_of("passbook", member(group, 2), field_staff)
    assert NAMES[1] in html
    assert NAMES[0] not in html
    assert "75,000" in html
    assert paper.context["pages"][0][0].code in html
    assert paper.people == 1


def test_the_passbooks_of_all_members_come_one_after_another(group, field_staff):
    html, paper = html_of("passbooks", group, field_staff)
    for name in NAMES:
        assert html.count(name) == 1
    assert html.count("new-page") == 2
    assert paper.people == 3


@pytest.mark.parametrize("kind", ["savings-ledger", "baseline"])
def test_a_record_names_every_member(group, field_staff, kind):
    html, paper = html_of(kind, group, field_staff)
    assert all(name in html for name in NAMES)
    assert paper.people == 3


def test_the_savings_ledger_has_the_total(group, field_staff):
    html, _ = html_of("savings-ledger", group, field_staff)
    assert html.count("300,000") >= 2


def test_many_meetings_go_on_further_pages_and_the_total_stands_on_the_last(
    strey_khmer, field_staff
):
    group = make_group(owner=strey_khmer, by=field_staff, members=1)
    for day in range(4, 16):
        hold(group, date(2026, 1, day), {1: {"saving": 1_000}}, by=field_staff)
    _html, paper = html_of("savings-ledger", group, field_staff)
    assert [len(part.columns) for part in paper.context["parts"]] == [12]
    hold(group, date(2026, 2, 5), {1: {"saving": 1_000}}, by=field_staff)
    _html, paper = html_of("savings-ledger", group, field_staff)
    parts = paper.context["parts"]
    assert [len(part.columns) for part in parts] == [12, 1]
    assert [(part.is_first, part.is_last) for part in parts] == [(True, False), (False, True)]


def test_the_minutes_have_decisions_and_their_numbers(group, field_staff):
    html, paper = html_of("minutes", sealed(group, 2), field_staff)
    for words in ["7/2026", "Funeral", "Grandfather Sau", "A pump", "100,000"]:
        assert words in html
    assert paper.people == 3


def test_the_cash_ledger_tells_whose_receipt_it_was(group, field_staff):
    html, paper = html_of("cash-ledger", group, field_staff)
    assert "Cash box, loan fund" in html
    assert f"2. {NAMES[1]}: Receipt from a member" in html
    assert paper.people == 3


def test_the_reconciliation_says_that_the_ledger_is_sound(group, field_staff):
    html, _ = html_of("reconciliation", group, field_staff)
    assert "2 of 3 counts agreed with the ledger." in html
    assert "entries were verified" in html


def test_the_statement_names_no_member(group, field_staff):
    html, paper = html_of("statement", group, field_staff)
    assert not any(name in html for name in NAMES)
    assert paper.people == 0
    assert "Savings of members" in html


def test_the_page_and_the_paper_of_a_statement_say_the_same(as_user, group, field_staff):
    _html, paper = html_of("statement", group, field_staff)
    page = as_user(field_staff).get(f"/groups/{group.pk}/statement/")
    assert page.context["statement"] == paper.context["statement"]


def test_the_loan_card_has_the_true_cost(group, field_staff):
    """Flat 5 percent over 4 months is 7.71 percent on what is owed: 5,000 four times."""
    html, paper = html_of("loan-card", group.loans.get(), field_staff)
    cost = paper.context["cost"]
    assert cost.monthly == Decimal("7.71")
    assert "7.71%" in html
    assert (cost.interest, cost.total) == (20_000, 120_000)
    assert NAMES[1] in html
    assert html.count("30,000") == 4


# --- The end of a year ------------------------------------------------------------------------


def test_the_paper_before_the_vote_is_the_preview(group, field_staff):
    html, paper = html_of("closing-preview", group, field_staff)
    results, plan = paper.context["results"], preview(group, through=THIRD)
    assert results.total.payout == plan.to_pay
    assert [row.payout for row in results.rows] == [
        found.payout for found in sorted(plan.outcome.members, key=lambda m: m.weight)
    ]
    assert all(name in html for name in NAMES)
    assert "Decided" in html
    assert f"{plan.lent:,} ៛ is still lent." in html
    assert not group.closings.exists()


def test_after_the_closing_the_paper_has_what_was_booked(group, field_staff):
    before = html_of("closing-preview", group, field_staff)[1].context["results"]
    closing = close_year(group, through=THIRD, by=field_staff)
    html, paper = html_of("closing", closing, field_staff)
    after = paper.context["results"]
    assert after.total == before.total
    assert [row.payout for row in after.rows] == [row.payout for row in before.rows]
    assert "Decided" not in html
    assert paper.people == 3


@pytest.mark.parametrize(
    ("kind", "rules"),
    [
        ("split", {"percent_administration": 10, "percent_capital": 30, "percent_members": 60}),
        ("keep", {}),
    ],
)
def test_each_way_of_closing_has_its_paper(strey_khmer, field_staff, kind, rules):
    group = make_group(owner=strey_khmer, by=field_staff, rules={"closing": kind} | rules)
    rows = {n: {"saving": 1_000, "fine_levied": 900, "fine_paid": 900} for n in (1, 2, 3)}
    hold(group, FIRST, rows, by=field_staff)
    results = html_of("closing-preview", group, field_staff)[1].context["results"]
    assert results.profit == 2_700
    parts = results.to_administration + results.to_capital + results.to_welfare
    assert parts + results.total.profit == 2_700
    assert results.is_kept == (kind == "keep")


def test_what_cannot_be_closed_yet_is_told_on_the_paper(group, field_staff):
    draft(group, date(2026, 5, 5), by=field_staff)
    html, paper = html_of("closing-preview", group, field_staff)
    assert "A meeting is not sealed yet." in html
    assert paper.people == 0


def test_the_records_of_a_closed_year_end_with_it(group, field_staff):
    closing = close_year(group, through=date(2026, 4, 30), by=field_staff)
    _html, paper = html_of("year-statement", closing, field_staff)
    statement = paper.context["statement"]
    assert (statement.first, statement.last) == (FIRST, date(2026, 4, 30))


def test_the_latest_year_is_the_closed_one_until_something_follows(as_user, group, field_staff):
    close_year(group, through=date(2026, 4, 30), by=field_staff)
    assert days_of_statement(as_user, group, field_staff) == (FIRST, date(2026, 4, 30))
    next_year = date(2026, 5, 5)
    hold(group, next_year, {1: {"saving": 1_000}}, by=field_staff)
    assert days_of_statement(as_user, group, field_staff) == (date(2026, 5, 1), next_year)


def days_of_statement(as_user, group, user):
    """What the page and the paper cover when nobody has chosen days."""
    _html, paper = html_of("statement", group, user)
    found = as_user(user).get(f"/groups/{group.pk}/statement/").context["statement"]
    assert found == paper.context["statement"]
    return found.first, found.last


# --- Who may have them ------------------------------------------------------------------------


def test_a_paper_of_another_organisation_cannot_be_had(
    as_user, group, field_staff, other_field_staff
):
    closing = close_year(group, through=THIRD, by=field_staff)
    records = [
        *[(kind, group) for kind in OF_A_GROUP],
        *[(kind, closing) for kind in OF_A_YEAR],
        ("sheet", sealed(group, 1)),
        ("minutes", sealed(group, 1)),
        ("passbook", member(group, 1)),
        ("loan-card", group.loans.get()),
    ]
    for kind, record in records:
        paper = papers.KINDS[f"savings_groups.{kind}"]
        assert paper.exists(field_staff, record.pk), kind
        assert not paper.exists(other_field_staff, record.pk), kind
    page = f"/groups/{group.pk}/papers/"
    assert as_user(other_field_staff).get(page).status_code == 404
    assert as_user(field_staff).get(page).status_code == 200


def test_every_paper_of_a_group_can_be_copied_and_searched(group, field_staff):
    Person.objects.filter(memberships__group=group).update(name_km="ស្រ៊ុន សុភ័ក្ត្រា")
    records = [
        *[(kind, group) for kind in OF_A_GROUP],
        ("sheet", sealed(group, 2)),
        ("minutes", sealed(group, 2)),
        ("passbook", member(group, 2)),
        ("loan-card", group.loans.get()),
    ]
    lost = {}
    for kind, record in records:
        _html, paper = html_of(kind, record, field_staff, "km")
        lost[kind] = missing_from(paper, "km")
    assert not {kind: words for kind, words in lost.items() if words}


def test_every_paper_of_a_group_is_in_the_list_above(field_staff):
    """A new kind must be tested for strangers too."""
    ours = {
        kind.name.removeprefix("savings_groups.")
        for model in (Group, Closing, Meeting, Member, Loan)
        for kind in papers_about(model, field_staff)
    }
    assert ours == {*OF_A_GROUP, *OF_A_YEAR, "sheet", "minutes", "passbook", "loan-card"}


def test_a_reopened_year_has_no_paper(group, field_staff, coordinator):
    closing = close_year(group, through=THIRD, by=field_staff)
    reopen_year(closing, reason="A receipt was missing.", by=coordinator)
    for kind in OF_A_YEAR:
        assert not papers.KINDS[f"savings_groups.{kind}"].exists(field_staff, closing.pk)


def test_the_worker_prints_and_the_log_notes_how_many_names(group, field_staff):
    document = request_document(
        kind="savings_groups.passbooks", record_id=group.pk, language="km", by=field_staff
    )
    make_document(document_id=str(document.pk))
    document.refresh_from_db()
    assert bytes(document.content).startswith(b"%PDF")
    assert AccessLog.objects.get(event="printed").people == 3


# --- The page ---------------------------------------------------------------------------------


def test_the_page_offers_what_can_be_printed_now(as_user, group, field_staff):
    names = [kind.name for kind in papers_for(group, field_staff)]
    assert names == [f"savings_groups.{kind}" for kind in OF_A_GROUP]
    draft(group, date(2026, 5, 5), by=field_staff)
    names = [kind.name for kind in papers_for(group, field_staff)]
    assert "savings_groups.closing-preview" not in names


def test_papers_of_parts_are_chosen_from_a_list(group, field_staff):
    choices = {choice.label: choice for choice in choices_for(group, field_staff)}
    assert list(choices) == ["Of a meeting", "Of a member", "Of a loan"]
    assert len(choices["Of a member"].records) == 3
    assert [kind.name for kind in choices["Of a meeting"].kinds] == [
        "savings_groups.sheet",
        "savings_groups.minutes",
    ]


def test_papers_are_found_by_what_they_are_about(field_staff, funder):
    counts = {model: len(papers_about(model, field_staff)) for model in (Group, Closing, Loan)}
    assert counts == {Group: len(OF_A_GROUP), Closing: len(OF_A_YEAR), Loan: 1}
    assert len(papers_about(Meeting, field_staff)) == 2
    assert papers_about(Member, funder) == []


def test_a_paper_can_be_asked_for_from_the_page(as_user, group, field_staff):
    page = as_user(field_staff).get(f"/groups/{group.pk}/papers/").text
    assert page.count('value="savings_groups.sheet-blank"') == 1
    assert str(member(group, 3).pk) in page


@pytest.mark.parametrize(
    ("first", "last", "covers"),
    [
        ("", "", (FIRST, THIRD)),
        ("06/02/2026", "", (date(2026, 2, 6), THIRD)),
        ("", "05/03/2026", (FIRST, SECOND)),
        ("2026-02-06", "០៥/០៣/២០២៦", (date(2026, 2, 6), SECOND)),
        # Of what comes after the last entry the ledger knows nothing yet.
        ("01/03/2026", "31/12/2026", (date(2026, 3, 1), THIRD)),
        ("", "01/01/2026", (date(2026, 1, 1), date(2026, 1, 1))),
    ],
)
def test_a_paper_covers_the_days_that_were_chosen(group, field_staff, first, last, covers):
    kind = papers.KINDS["savings_groups.cash-ledger"]
    paper = kind.paper(kind.records(field_staff).get(pk=group.pk), {"first": first, "last": last})
    period = paper.context["period"]
    assert (period.first, period.last) == covers


def test_days_in_the_wrong_order_are_told_at_their_field(as_user, group, field_staff):
    page = as_user(field_staff).get(f"/groups/{group.pk}/papers/").text
    assert all(f'name="{name}"' in page for name in ("first", "last"))
    sent = {"kind": "savings_groups.statement", "record": group.pk, "language": "en"}
    answer = as_user(field_staff).post(
        "/documents/", sent | {"first": "02/03/2026", "last": "01/03/2026"}
    )
    assert answer.context["form"].errors["last"] == ["The last day lies before the first."]
    assert not Document.objects.exists()


def test_the_page_asks_the_same_for_one_member_and_for_three(as_user, strey_khmer, field_staff):
    counts = []
    for members in [1, 3]:
        group = make_group(owner=strey_khmer, by=field_staff, members=members)
        for day in range(1, members + 1):
            rows = {n: {"saving": 1_000} for n in range(1, members + 1)}
            hold(group, date(2026, 2, day), rows, by=field_staff)
        browser = as_user(field_staff)
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(f"/groups/{group.pk}/papers/").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("kind", ["sheet-blank", "passbooks", "savings-ledger", "loan-ledger"])
def test_a_paper_takes_no_more_questions_for_more_members(strey_khmer, field_staff, kind):
    counts = []
    for members in [1, 3]:
        group = make_group(owner=strey_khmer, by=field_staff, members=members)
        saved = {n: {"saving": 5_000} for n in range(1, members + 1)}
        hold(group, FIRST, saved, by=field_staff)
        lent = {n: {"loan": 2_000, "loan_months": 2} for n in range(1, members + 1)}
        hold(group, SECOND, lent, by=field_staff)
        with CaptureQueriesContext(connection) as asked:
            html_of(kind, group, field_staff)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_sealed_sheet_takes_no_more_questions_for_more_members(strey_khmer, field_staff):
    counts = []
    for members in [1, 3]:
        group = make_group(owner=strey_khmer, by=field_staff, members=members)
        rows = {n: {"saving": 5_000} for n in range(1, members + 1)}
        held = hold(group, FIRST, rows, by=field_staff)
        with CaptureQueriesContext(connection) as asked:
            html_of("sheet", held, field_staff)
        counts.append(len(asked))
    assert counts[0] == counts[1]


# The words of a paper are those of its language


@pytest.mark.parametrize(("language", "marks"), [("en", ("L", "E")), ("km", ("យ", "ច"))])
def test_the_marks_of_a_sheet_are_letters_of_its_language(
    strey_khmer, field_staff, language, marks
):
    group = make_group(owner=strey_khmer, by=field_staff)
    rows = {1: {"attendance": "late"}, 2: {"attendance": "excused"}}
    meeting = hold(group, date(2026, 2, 1), rows, by=field_staff)
    html, paper = html_of("sheet", meeting, field_staff, language)
    with translation.override(language):
        assert tuple(row.mark for row in paper.context["sheet"].rows[:2]) == marks
    other = "យ" if language == "en" else "> L <"
    assert all(f">{mark}<" in html for mark in marks)
    assert other not in html


@pytest.mark.parametrize("language", ["en", "km"])
def test_a_balance_that_was_taken_over_has_the_name_of_its_account(
    strey_khmer, field_staff, as_user, language
):
    group = make_group(owner=strey_khmer, by=field_staff, live=False)
    meeting = draft(group, date(2026, 2, 1), by=field_staff, kind="cut-off")
    set_opening(meeting, amounts={"box": 175_000}, by=field_staff)
    meeting.refresh_from_db()
    meeting = count_and_seal(meeting, by=field_staff)
    account = Account.objects.get(code=1010)
    name = account.name_en if language == "en" else account.name_km
    html, _paper = html_of("sheet", meeting, field_staff, language)
    assert name in html
    page = as_user(field_staff).get(
        reverse("groups:meeting", args=[meeting.pk]), headers={"accept-language": language}
    )
    assert account.name_en in page.text or account.name_km in page.text
    assert "1010:" not in page.text


def test_what_was_taken_out_stands_below_what_was_saved(group, field_staff):
    hold(group, date(2026, 7, 1), {1: {"saving": 7_000, "withdrawal": 3_000}}, by=field_staff)
    html, _paper = html_of("savings-ledger", group, field_staff)
    assert "7,000" in html
    assert "-3,000" in html.replace("−", "-")


def test_the_paper_of_a_closing_ties(strey_khmer, field_staff):
    group = make_group(owner=strey_khmer, by=field_staff, rules={"closing": "share out"})
    grant = {"event": "enterprise income", "amount": 25_000}
    hold(group, date(2026, 2, 1), {1: {"saving": 10_000}}, by=field_staff, lines=(grant,))
    set_rules(group, valid_from=date(2026, 2, 2), by=field_staff, closing="keep")
    close_year(group, through=date(2026, 2, 2), by=field_staff)
    set_rules(group, valid_from=date(2026, 2, 3), by=field_staff, closing="share out")
    hold(group, date(2026, 3, 1), {1: {"fee": 1_000}}, by=field_staff)
    html, _paper = html_of("closing-preview", group, field_staff)
    assert "25,000" in html
    assert "group capital from before" in html


def test_a_loan_card_by_days_asks_what_the_sheet_asks(strey_khmer, field_staff):
    group = make_group(
        owner=strey_khmer,
        by=field_staff,
        currency="USD",
        rules={"partial_month": "actual", "cash_unit": 1, "loan_rate": 2},
    )
    row = {"saving": 10_000_000, "loan": 10_000_000, "loan_months": 4}
    hold(group, date(2026, 4, 1), {1: row}, by=field_staff)
    html, _paper = html_of("loan-card", group.loans.get(), field_staff)
    assert "1,972.60" in html
    assert "2,000.00" not in html
