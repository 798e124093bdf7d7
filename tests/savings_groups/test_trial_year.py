"""A year of an invented group, played through under rules before they are saved: by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import models
from django.test import Client

from registry.models import Organisation, User
from savings_groups.bookkeeping.money import KHR, USD
from savings_groups.bookkeeping.presets import PRESETS, preset_of
from savings_groups.figures.rule_changes import changes_between, concerned
from savings_groups.figures.trial_year import TrialYear
from savings_groups.forms.groups import RulesForm
from savings_groups.models import Group, Rules
from tests.pages import fields_of, joined
from tests.savings_groups.factories import hold, make_group

JANUARY = date(2026, 1, 5)
MONTHLY: dict[str, Any] = {
    "least_saving": 5_000,
    "saving_is_due": True,
    "loan_rate": Decimal(5),
    "fine_absent": 1_000,
    "fine_missed": 500,
    "welfare_due": 500,
    "has_administration": True,
    "closing": "split",
    "percent_administration": 10,
    "percent_capital": 30,
    "percent_members": 60,
}


def year(**rules: Any) -> TrialYear:
    return TrialYear(Rules(**MONTHLY | rules), KHR)


def values(trial: TrialYear) -> dict[str, str]:
    return {line.name: line.value for line in trial.lines}


def test_a_year_by_hand():
    """See the table at the head of the module.

    The fifth leaves after six meetings with 30,000. Nothing is repaid by then but the first three
    parts of a loan of March: 5,000 + 3,800 + 2,500 were due in April, May and June, and 1,500 of
    fines came in May: 12,800. With nothing for leavers they take what they saved.
    """
    found = values(year())
    assert found["meetings"] == "12"
    assert found["saves"] == "12 × 5,000 ៛ = 60,000 ៛"
    assert found["saved"] == "565,000 ៛"
    assert found["costs"] == "12,600 ៛, really 5.04 percent a month"
    assert found["lent"] == "meeting 3 on"
    assert found["profit"] == "26,700 ៛"
    assert (found["administration"], found["capital"]) == ("2,700 ៛", "8,000 ៛")
    # 16,000 by 60,000 of 565,000 are 1,699; by 30,000 they are 850.
    assert (found["part"], found["joiner"]) == ("1,700 ៛", "800 ៛")
    assert found["leaver"] == "30,000 ៛"
    # 9 x 12 + 6 sheets of 500.
    assert found["welfare-left"] == "57,000 ៛"


def test_a_leaver_takes_a_part_by_the_rule():
    """Of 12,800 so far, 60 percent are the members', 30,000 of 265,000 the leaver's: 869; half 434.

    In whole 100 riel, to the nearest as at a share-out.
    """
    assert values(year(leaver_percent=100))["leaver"] == "30,900 ៛"
    assert values(year(leaver_percent=50))["leaver"] == "30,400 ៛"


def test_a_share_out_gives_back_all():
    """Savings of 565,000 and 26,700 of profit; a member gets 60,000 and 2,900 of it.

    26,700 x 60 / 565 are 2,835; of what is left below 100 riel the first have one unit each.
    """
    found = values(year(closing="share out"))
    assert found["shared"] == "591,700 ៛"
    assert found["payout"] == "62,900 ៛"


def test_welfare_is_shared_by_the_rule():
    found = values(year(closing="share out", welfare_at_end="share"))
    assert found["shared"] == "648,700 ៛"
    assert found["welfare-left"] == "0 ៛"


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ({"loan_times_savings": Decimal(1)}, "Nobody can borrow 100,000 ៛"),
        ({"savings_interest": Decimal(3)}, "The year ends with a loss"),
        (
            {"loan_rate": 0, "fine_absent": 0, "fine_missed": 0},
            "there is no profit to divide",
        ),
        ({"fine_missed": 6_000}, "fined with more than the saving"),
        ({"welfare_due": 6_000}, "more for welfare than they save"),
        ({"flat_in_full": True}, "loans are not flat"),
        ({"percent_members": 0, "percent_capital": 90, "leaver_percent": 50}, "get nothing"),
    ],
)
def test_what_does_not_fit_together_shows(rules, words):
    assert any(words in said for said in year(**rules).contradictions)


def test_rules_that_fit_together_are_left_alone():
    assert year().contradictions == []


@pytest.mark.parametrize("currency", [KHR, USD])
@pytest.mark.parametrize("code", [preset.code for preset in PRESETS])
def test_every_preset_is_a_set_of_rules_that_fits_together(code, currency):
    preset = preset_of(code)
    assert preset
    rules = Rules(**preset.rules_in(currency))
    rules.partial_month = "meeting" if rules.meets == "month" else "started"
    assert TrialYear(rules, currency).contradictions == []


# --- On the page ----------------------------------------------------------------------------------


@pytest.fixture
def browser(as_user: Any, field_staff: User) -> Client:
    return as_user(field_staff)


@pytest.fixture
def group(strey_khmer: Organisation, field_staff: User) -> Group:
    return make_group(owner=strey_khmer, by=field_staff)


def sent_from(page: Any) -> dict[str, str]:
    """The form as a browser sends it: a box that is ticked says “on”."""
    boxes = {f.name for f in Rules._meta.fields if isinstance(f, models.BooleanField)}
    found = fields_of(page, "saving_kind")
    return {name: "on" if name in boxes else value for name, value in found.items()}


def address(group: Group) -> str:
    return f"/groups/{group.pk}/rules/new/"


@pytest.mark.parametrize("code", [preset.code for preset in PRESETS])
def test_a_preset_fills_the_form_and_can_be_saved(group, browser, code):
    page = browser.get(f"{address(group)}?like={code}")
    sent = sent_from(page)
    answer = browser.post(address(group), sent)
    assert answer.status_code == 302
    rules = group.rules.first()
    preset = preset_of(code)
    assert rules
    assert preset
    for name, value in preset.rules_in(KHR).items():
        assert getattr(rules, name) == value, name


def test_a_look_saves_nothing_and_shows_the_year(group, browser):
    sent = sent_from(browser.get(f"{address(group)}?like=credit"))
    answer = joined(browser.post(address(group), sent | {"look": "1"}).text)
    assert "A year of an invented group of ten" in answer
    assert "12 × 5,000 ៛ = 60,000 ៛" in answer
    assert group.rules.count() == 1


def test_an_unknown_preset_is_none(group, browser):
    assert browser.get(f"{address(group)}?like=%00x").status_code == 200


def test_a_new_version_says_what_changes_for_whom(group, field_staff, browser):
    rows = {1: {"saving": 20_000, "loan": 10_000, "loan_months": 2}}
    hold(group, JANUARY, rows, by=field_staff)
    before = group.rules.get()
    after = Rules(**{f.name: getattr(before, f.name) for f in Rules._meta.concrete_fields})
    after.loan_rate, after.fine_absent = Decimal(3), 2_000
    changes = {change.label: change for change in changes_between(before, after, group)}
    rate = changes["Interest per month, in percent"]
    assert (rate.before, rate.after) == ("5", "3")
    assert "loans that are out keep their terms" in rate.whom
    assert changes["Fine for being absent"].after == "2,000 ៛"
    assert changes["Fine for being absent"].whom == "whoever is absent"
    assert concerned(group) == (
        "The group has 3 members. 1 loan that is out keeps the terms under which it was given."
    )


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"leaver_percent": "50", "closing": "keep"}, "leaver_percent"),
        ({"leaver_percent": "101"}, "leaver_percent"),
        ({"catch_up_meetings": "3", "least_saving": "", "saving_is_due": ""}, "catch_up_meetings"),
        ({"fine_missed": "500", "saving_is_due": ""}, "fine_missed"),
        ({"least_saving": "0"}, "least_saving"),
        ({"saving_kind": "shares", "share_price": "2000", "in_stamps": "on",
          "least_saving": "3000"}, "least_saving"),
        ({"saving_kind": "shares", "share_price": "2000", "in_stamps": "on",
          "least_saving": "2000", "savings_interest": "1"}, "savings_interest"),
        ({"closing": "share out", "welfare_at_end": "share", "has_welfare": "", "welfare_due": "0"},
         "welfare_at_end"),
    ],
)  # fmt: skip
def test_rules_that_contradict_each_other_are_told_at_their_field(db, changed, field):
    preset = preset_of("credit")
    assert preset
    rules = Rules(valid_from=JANUARY, **preset.rules_in(KHR))
    unbound = RulesForm(instance=rules, currency=KHR)
    sent = {name: unbound[name].value() for name in unbound.fields}
    sent = {name: value for name, value in sent.items() if value is not None and value is not False}
    assert RulesForm(sent, currency=KHR).is_valid(), RulesForm(sent, currency=KHR).errors
    form = RulesForm(sent | changed, currency=KHR)
    assert field in form.errors
    # What is folded opens where something is wrong.
    assert any(
        part.is_open or field in [bound.name for bound, _needs in part.usual]
        for part in form.parts()
    )


def test_interest_taken_up_front_costs_and_earns_as_much():
    usual, ahead = (year(up_front=up_front, loan_method="flat") for up_front in (False, True))
    assert [loan.interest for loan in ahead.lent] == [loan.interest for loan in usual.lent]
    assert sum(each.interest for each in ahead.lent[0].instalments) == 0
    assert ahead.profit == usual.profit


def test_a_loan_lasts_as_long_as_its_plan_needs():
    first = year(loan_grace=6, longest_loan=12).lent[0]
    assert [each.principal > 0 for each in first.instalments] == [False] * 6 + [True]
