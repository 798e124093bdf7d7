"""Each figure, worked by hand on a small ledger; the formulas are those of `ratios`.

The group of these tests: 4 members (3 women, 1 man) from 1 January 2026, meeting every month,
loans on the declining balance at 5 percent, each meeting a month, 2 months long.

 5 January   all save 10,000; number 1 takes 20,000 for 2 months (10,000 due on 5 February and
             10,000 on 5 March). 500 each for welfare.
 5 February  1, 2 and 3 save 10,000, 4 is absent; 1 repays nothing; 2 comes late; 1,000 of welfare
             help for an illness.
 5 March     all save 10,000; 1 pays 12,000: interest 2,000 and principal 10,000. The box holds 300
             less than the ledger says.

So on 31 March: savings 110,000; 1 owes 10,000 since 5 March; box of the loan fund
110,000 - 20,000 + 12,000 - 300 = 101,700; result 2,000 - 300 = 1,700.
"""

from datetime import date
from decimal import Decimal

import pytest

from registry.models.people import Sex
from savings_groups.actions.closing import close_year
from savings_groups.actions.correcting import reverse
from savings_groups.actions.groups import go_live, set_rules
from savings_groups.actions.lending import renew_loan, write_off
from savings_groups.actions.members import leave_group
from savings_groups.figures import parts
from savings_groups.figures.facts import facts_of
from savings_groups.figures.periods import Period
from savings_groups.figures.ratios import FIGURES, figures_of
from savings_groups.figures.spending import spending_of
from savings_groups.models import Group, JournalEntry, Posting
from tests.kept import *  # noqa: F403
from tests.savings_groups.factories import (
    count_and_seal,
    draft,
    hold,
    make_group,
    make_member,
    member,
)

JAN, FEB, MAR = date(2026, 1, 5), date(2026, 2, 5), date(2026, 3, 5)
END = date(2026, 3, 31)
CYCLE = Period(END)
HELP = {
    "event": "welfare help",
    "fund": "welfare",
    "amount": 1000,
    "purpose": "illness",
    "minute_number": "2",
    "payee": "A neighbour",
}


@pytest.fixture(scope="module")
def group(strey_khmer, field_staff):
    group = make_group(owner=strey_khmer, by=field_staff, members=0)
    for sex in (Sex.FEMALE, Sex.FEMALE, Sex.FEMALE, Sex.MALE):
        make_member(group, by=field_staff, sex=sex)
    save = {"saving": 10_000, "welfare": 500}
    first = {n: dict(save) for n in (1, 2, 3, 4)}
    first[1] |= {"loan": 20_000, "loan_months": 2, "loan_purpose": "Seed"}
    hold(group, JAN, first, by=field_staff)
    second = {n: {"saving": 10_000} for n in (1, 2, 3)} | {4: {"attendance": "absent"}}
    second[2]["attendance"] = "late"
    hold(group, FEB, second, by=field_staff, lines=(HELP,))
    third = {n: {"saving": 10_000} for n in (1, 2, 3, 4)}
    third[1]["repayment"] = 12_000
    hold(group, MAR, third, by=field_staff, difference=-300)
    return Group.objects.with_names().get(pk=group.pk)


def value(group, name, period=CYCLE):
    return figures_of([group], period)[group.pk].figures[name].value


def parts_of(group, name, period=CYCLE):
    found = figures_of([group], period)[group.pk].figures[name]
    return found.outcome.part, found.outcome.whole


BY_HAND = {
    # Members and meetings. SAVIX (DCA): present / registered; 4 + 3 + 4 of 12.
    "attendance": Decimal("91.7"),
    # January, February, March: three months, three meetings.
    "meetings_held": Decimal("100.0"),
    # 2 of 3 counts agreed.
    "counts_that_agreed": Decimal("66.7"),
    "members": 4,
    "members_at_start": 4,
    "members_joined": 0,
    "members_left": 0,
    "dropout": Decimal("0.0"),
    "dropout_of_all": Decimal("0.0"),
    "retention": Decimal("100.0"),
    "membership_change": 0,
    "membership_change_percent": Decimal("0.0"),
    "women": Decimal("75.0"),
    # Savings. 4 + 3 + 4 of 12 lines saved; 40,000 + 30,000 + 40,000.
    "members_saving": Decimal("91.7"),
    "savings_total": 110_000,
    # Nobody saves voluntarily, and nothing is due at a meeting.
    "voluntary_savings": 0,
    "savings_behind": 0,
    "members_behind": 0,
    "average_saving": 27_500,
    # Loans. One of four borrows; 10,000 of 20,000 is left.
    "members_with_loan": Decimal("25.0"),
    "loans_number": 1,
    "loans_outstanding": 10_000,
    "average_loan": 10_000,
    # It was to be repaid on 5 March: late for 26 days on 31 March.
    "par": Decimal("100.0"),
    "par30": Decimal("0.0"),
    "arrears_rate": Decimal("100.0"),
    # 10,000 fell due in February and 10,000 in March; 10,000 were paid in all, in March: the
    # instalment of February was late, that of March is not paid.
    "repaid_on_schedule": Decimal("0.0"),
    "loan_loss": Decimal("0.0"),
    # No loan is more than 30 days late: nothing to cover.
    "risk_coverage": None,
    # 10,000 of 10,000 lent out and 101,700 in the box.
    "loan_fund_use": Decimal("9.0"),
    # Result. Loans 10,000 + box 101,700 + welfare box 2,000 - 1,000.
    "total_assets": 112_700,
    "net_profit": 1_700,
    "return_on_savings": Decimal("1.5"),
    "return_on_assets": Decimal("1.5"),
    # 5 January to 31 March: 86 days; 1,700 / 110,000 x 365 / 86 = 6.56 percent.
    "return_on_savings_annual": Decimal("6.6"),
    # 1,700 / 112,700 x 365 / 86 = 6.40 percent.
    "return_on_assets_annual": Decimal("6.4"),
    # It saves without shares.
    "value_per_share": None,
    # Nothing was given up, and no cycle has ended.
    "interest_given_up": 0,
    "shared_out": 0,
    "shared_out_in_cash": 0,
    "shared_out_to": 0,
    "welfare_help": 1_000,
    "village_works": 0,
}


def test_every_figure_is_what_a_hand_calculation_says(group):
    figures = figures_of([group], CYCLE)[group.pk].figures
    assert {name: found.value for name, found in figures.items()} == BY_HAND


def test_every_ratio_keeps_what_it_was_made_of(group):
    assert parts_of(group, "attendance") == (11, 12)
    assert parts_of(group, "loan_fund_use") == (10_000, 111_700)
    assert parts_of(group, "average_saving") == (110_000, 4)


def test_every_figure_states_its_formula_and_source():
    for definition in FIGURES.values():
        assert definition.formula
        assert definition.source
        assert definition.section


# As of a past day


def test_a_past_day_shows_what_was_there_on_that_day(group):
    february = Period(date(2026, 2, 10))
    assert value(group, "savings_total", february) == 70_000
    assert value(group, "loans_outstanding", february) == 20_000
    assert value(group, "net_profit", february) == 0
    assert parts_of(group, "attendance", february) == (7, 8)
    # The first instalment was due on 5 February and is five days late.
    assert value(group, "par", february) == 100
    assert parts_of(group, "arrears_rate", february) == (10_000, 20_000)


def test_a_loan_repaid_since_was_outstanding_then(group, field_staff):
    hold(group, date(2026, 4, 6), {1: {"repayment": 10_500}}, by=field_staff)
    assert value(group, "loans_outstanding", Period(date(2026, 4, 6))) == 0
    assert value(group, "loans_number", Period(date(2026, 4, 6))) == 0
    assert value(group, "loans_number") == 1
    assert value(group, "par30", Period(date(2026, 4, 5))) == 100


def test_a_member_who_left_since_was_a_member_then(group, field_staff):
    leave_group(member(group, 4), on=date(2026, 4, 10), reason="Moved away", by=field_staff)
    assert value(group, "members") == 4
    later = Period(date(2026, 4, 10))
    assert value(group, "members", later) == 3
    assert value(group, "members_left", later) == 1


def test_a_loan_renewed_since_was_late_then(group, field_staff):
    loan = group.loans.get()
    set_rules(
        group,
        valid_from=date(2026, 4, 1),
        by=field_staff,
        roll_over=True,
        loan_rate=5,
        several_loans=True,
    )
    renew_loan(loan, on=date(2026, 4, 6), months=3, reason="Flood", by=field_staff)
    assert value(group, "par") == 100
    assert value(group, "par", Period(date(2026, 4, 6))) == 0


def test_a_period_that_is_named_begins_on_its_day(group):
    march = Period(END, date(2026, 3, 1))
    assert parts_of(group, "attendance", march) == (4, 4)
    assert value(group, "welfare_help", march) == 0
    assert parts_of(group, "meetings_held", march) == (1, 1)
    # A balance is what it is, whatever the period.
    assert value(group, "savings_total", march) == 110_000


# What is not known


def test_before_its_ledger_begins_nothing_is_known(group):
    early = Period(date(2025, 12, 31))
    figures = figures_of([group], early)[group.pk].figures
    assert {found.value for found in figures.values()} == {None}


def test_a_ratio_of_nothing_is_not_known(strey_khmer, field_staff):
    group = make_group(owner=strey_khmer, by=field_staff)
    assert value(group, "savings_total") == 0
    for name in ("attendance", "par", "return_on_savings", "average_loan", "repaid_on_schedule"):
        assert value(group, name) is None


# Members


def test_start_and_joined_less_left_is_now(group, field_staff):
    make_member(group, by=field_staff, joined_on=date(2026, 2, 1))
    make_member(group, by=field_staff, joined_on=date(2026, 2, 1))
    leave_group(member(group, 3), on=date(2026, 3, 20), reason="", by=field_staff)
    leave_group(member(group, 5), on=date(2026, 3, 20), reason="", by=field_staff)
    names = ("members_at_start", "members_joined", "members_left", "members")
    assert [value(group, name) for name in names] == [4, 2, 2, 4]
    assert value(group, "membership_change") == 0
    # Whoever joined on the first day was there at the beginning.
    february = Period(END, date(2026, 2, 1))
    assert [value(group, name, february) for name in names] == [6, 0, 2, 4]
    # SAVIX: 2 left / 4 now; of all who were ever members in the cycle: 2 / (4 + 2).
    assert value(group, "dropout") == 50
    assert value(group, "dropout_of_all") == Decimal("33.3")
    # SEEP: of the 4 at the start, 3 are still there.
    assert value(group, "retention") == 75


def test_a_sex_that_is_not_stated_stays_in_the_denominator(group, field_staff):
    make_member(group, by=field_staff, sex=Sex.NOT_STATED)
    found = figures_of([group], CYCLE)[group.pk].figures["women"]
    assert (found.outcome.part, found.outcome.whole) == (3, 5)
    assert "1" in found.outcome.remark


# Meetings


def test_a_month_without_a_meeting_is_missed_once_it_is_over(group, field_staff):
    assert parts_of(group, "meetings_held", Period(date(2026, 4, 20))) == (3, 3)
    assert parts_of(group, "meetings_held", Period(date(2026, 4, 30))) == (3, 4)


def test_meetings_are_due_by_the_rules_of_their_time(group, field_staff):
    set_rules(group, valid_from=date(2026, 4, 1), meets="fortnight", by=field_staff)
    # 6 and 20 April 2026 are Mondays on which two weeks begin; only the first had a meeting.
    hold(group, date(2026, 4, 8), by=field_staff)
    assert parts_of(group, "meetings_held", Period(date(2026, 5, 3))) == (4, 5)


# Corrections


def test_what_was_reversed_is_not_counted(group, field_staff):
    saving = JournalEntry.objects.get(group=group, meeting__held_on=MAR, member__number=2)
    reverse(saving, reason="It was another member.", by=field_staff)
    assert value(group, "savings_total") == 100_000
    assert parts_of(group, "members_saving") == (10, 12)


def test_help_taken_back_leaves_the_purpose_and_says_so(group, field_staff):
    help_given = JournalEntry.objects.get(group=group, event="group")
    smaller = HELP | {"amount": 700, "purpose": "funeral"}
    hold(group, date(2026, 3, 30), by=field_staff, lines=(smaller,))
    reverse(help_given, reason="It was given back.", by=field_staff)
    facts = facts_of([group], CYCLE)[group.pk]
    welfare = spending_of([facts])[0]
    assert welfare.total == 700
    assert [(line.label, line.amount) for line in welfare.purposes] == [
        ("Illness", 1000),
        ("Funeral", 700),
        ("Corrected later", -1000),
    ]


# Loans


def test_a_loan_paid_in_time_is_repaid_on_schedule(group, field_staff):
    """Lent on 5 March, due on the 5th of April and May; paid at the meetings after these days."""
    on = date(2026, 4, 6)
    hold(group, on, {2: {"loan": 30_000, "loan_months": 3}}, by=field_staff)
    # 10,000 each on 6 May, 6 June and 6 July: the first is paid on 8 May, the second in part.
    hold(group, date(2026, 5, 8), {2: {"repayment": 11_500}}, by=field_staff)
    hold(group, date(2026, 6, 8), {2: {"repayment": 5_000}}, by=field_staff)
    second_quarter = Period(date(2026, 6, 30), on)
    # Of number 1's loan nothing falls due after 5 March. Of the 5,000, 1,000 are interest.
    assert parts_of(group, "repaid_on_schedule", second_quarter) == (14_000, 20_000)


def test_what_fell_due_after_the_last_meeting_is_not_repaid_on_schedule(group, field_staff):
    """The group stops meeting: as for lateness, a part falls due when it should have met."""
    on = date(2026, 4, 6)
    hold(group, on, {2: {"loan": 30_000, "loan_months": 3}}, by=field_staff)
    hold(group, date(2026, 5, 8), {2: {"repayment": 11_500}}, by=field_staff)
    assert parts_of(group, "repaid_on_schedule", Period(date(2026, 6, 9), on)) == (10_000, 10_000)
    assert parts_of(group, "repaid_on_schedule", Period(date(2026, 9, 30), on)) == (10_000, 30_000)
    assert parts_of(group, "par", Period(date(2026, 9, 30), on))[0] > 0


def test_after_a_loan_is_repaid_nothing_of_it_falls_due(group, field_staff):
    on = date(2026, 4, 6)
    hold(group, on, {2: {"loan": 30_000, "loan_months": 3}}, by=field_staff)
    hold(group, date(2026, 5, 8), {2: {"repayment": 31_500}}, by=field_staff)
    hold(group, date(2026, 6, 8), by=field_staff)
    assert parts_of(group, "repaid_on_schedule", Period(date(2026, 6, 30), on)) == (10_000, 10_000)


def test_loans_written_off_count_against_the_average_outstanding(group, field_staff):
    write_off(group.loans.get(), on=date(2026, 4, 6), reason="The member died.", by=field_staff)
    # From the beginning (0) to the end (0): nothing on average.
    april = Period(date(2026, 4, 30), date(2026, 4, 1))
    # GK: 10,000 / ((10,000 + 0) / 2).
    assert value(group, "loan_loss", april) == 200
    assert value(group, "loans_outstanding", april) == 0
    assert value(group, "loan_loss", CYCLE) == 0


def test_an_allowance_covers_what_is_more_than_30_days_late(group, field_staff):
    line = {"event": "provision for loan losses", "amount": 2_500}
    hold(group, date(2026, 4, 6), by=field_staff, lines=(line,))
    # SACCO: 2,500 of the 10,000 that are 32 days late.
    assert value(group, "risk_coverage", Period(date(2026, 4, 6))) == 25


def test_loans_taken_over_were_outstanding_at_the_beginning(strey_khmer, field_staff):
    group = make_group(owner=strey_khmer, by=field_staff, live=False)
    taken = {1: {"saving": 30_000}, 2: {"loan": 20_000, "loan_months": 3}}
    box = {"event": "opening", "account": 1010, "amount": 10_000}
    cut_off = draft(group, JAN, taken, by=field_staff, lines=(box,), kind="cut-off")
    count_and_seal(cut_off, by=field_staff)
    go_live(group, on=JAN, by=field_staff)
    write_off(group.loans.get(), on=FEB, reason="He moved away.", by=field_staff)
    # GK: 20,000 / ((20,000 + 0) / 2); nothing of it is income or expense but the loss.
    assert value(group, "loan_loss") == 200
    assert value(group, "net_profit") == -20_000
    # A cut-off meeting is no meeting of the members.
    assert value(group, "attendance") is None
    explained_in_full(group)


# Result and shares


def test_closing_a_year_leaves_its_figures_as_they_were(group, field_staff):
    before = figures_of([group], Period(END, JAN))[group.pk].figures
    close_year(group, through=END, by=field_staff)
    after = figures_of([group], Period(END, JAN))[group.pk].figures
    assert {n: f.value for n, f in after.items()} == {n: f.value for n, f in before.items()}
    assert after["net_profit"].value == 1_700
    explained_in_full(group)


def test_a_cycle_begins_after_the_last_closing(group, field_staff):
    close_year(group, through=END, by=field_staff)
    hold(group, date(2026, 4, 6), {1: {"repayment": 10_500}}, by=field_staff)
    april = Period(date(2026, 4, 30))
    assert value(group, "net_profit", april) == 500
    assert parts_of(group, "meetings_held", april) == (1, 1)


def test_profit_is_what_the_balance_sheet_says_too(group):
    """SAVIX: total assets - debts - savings - property at start, without the welfare fund."""
    facts = facts_of([group], CYCLE)[group.pk]
    loan_fund = facts.number(parts.LOANS) + facts.number(parts.LOAN_FUND_CASH)
    assert loan_fund - facts.number(parts.SAVINGS) == value(group, "net_profit")


def test_the_value_of_a_share_grows_with_the_result(strey_khmer, field_staff):
    group = make_group(
        owner=strey_khmer,
        by=field_staff,
        rules={"saving_kind": "shares", "share_price": 5_000},
        members=2,
    )
    loan = {"loan": 10_000, "loan_months": 1}
    hold(group, JAN, {1: {"saving": 10_000}, 2: {"saving": 10_000} | loan}, by=field_staff)
    hold(group, FEB, {2: {"repayment": 10_500}}, by=field_staff)
    # (20,000 + 500) / 4 shares
    assert value(group, "value_per_share") == 5_125


# Explaining


def lists_behind(group, name, period):
    return FIGURES[name].of(facts_of([group], period)[group.pk]).behind


def explained_in_full(group):
    for name in FIGURES:
        for behind in lists_behind(group, name, Period(END, JAN)):
            listed = sum(row.counts for row in behind.rows)
            assert listed == behind.number, (name, behind.name)
            assert len(behind.rows) == len(list(behind.rows))


def test_an_explanation_lists_exactly_what_makes_the_number(group):
    explained_in_full(group)


def test_the_postings_of_a_figure_are_its_own_and_no_others(group, field_staff, kcda):
    other = make_group(owner=group.owner, by=field_staff)
    hold(other, JAN, {1: {"saving": 7_000}}, by=field_staff)
    [behind] = lists_behind(group, "savings_total", Period(date(2026, 2, 10)))
    listed = {row.subject.pk for row in behind.rows}
    expected = Posting.objects.filter(group=group, account=2010, journal__book_date__lte=FEB)
    assert listed == set(expected.values_list("pk", flat=True))
    assert len(listed) == 7


# Many groups


def test_figures_of_three_groups_take_as_many_questions_as_those_of_one(
    strey_khmer, field_staff, group, django_assert_num_queries
):
    def another():
        made = make_group(owner=strey_khmer, by=field_staff)
        loan = {"loan": 5_000, "loan_months": 2}
        hold(made, JAN, {1: {"saving": 9_000} | loan, 2: {"saving": 3_000}}, by=field_staff)
        return made.pk

    groups = [group.pk, another(), another()]

    def ask(ids):
        listed = list(Group.objects.with_names().filter(pk__in=ids))
        return figures_of(listed, CYCLE)

    with django_assert_num_queries(13):
        ask(groups[:1])
    with django_assert_num_queries(13):
        found = ask(groups)
    assert found[group.pk].figures["savings_total"].value == 110_000
    assert found[groups[1]].figures["savings_total"].value == 12_000


def test_a_group_has_the_same_figures_alone_and_among_others(strey_khmer, field_staff, group):
    older = make_group(owner=strey_khmer, by=field_staff)
    hold(older, date(2026, 1, 2), {1: {"saving": 9_000}}, by=field_staff)
    together = figures_of([older, group], CYCLE)[group.pk].figures
    alone = figures_of([group], CYCLE)[group.pk].figures
    assert {n: f.value for n, f in together.items()} == {n: f.value for n, f in alone.items()}
