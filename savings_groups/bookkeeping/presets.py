"""Rules to begin with, as groups of the field have them; each of them is then the group's own.

Amounts are those of groups in riel. A group in dollars gets what they are worth, in round cents.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from savings_groups.bookkeeping.money import Currency, round_half_up

RIEL_A_CENT = 40
MONEY = (
    *("share_price", "least_saving", "most_saving", "fine_absent", "fine_late", "fine_missed"),
    *("joining_fee", "welfare_due"),
)


@dataclass(frozen=True)
class Preset:
    """Rules under a name, with what they mean in one sentence."""

    code: str
    name: str | Promise
    words: str | Promise
    rules: Mapping[str, Any]

    def rules_in(self, currency: Currency) -> dict[str, Any]:
        """By the names of fields, in the money of a group: 5,000 riel are 1.25 dollars."""
        found = dict(self.rules)
        if currency == Currency.USD:
            found["cash_unit"] = 1
            for name in set(MONEY) & set(found):
                cents = round_half_up(Fraction(found[name], RIEL_A_CENT), 25)
                found[name] = max(cents, 25) if found[name] else 0
        return found


PRESETS = (
    Preset(
        code="credit",
        name=_("Savings and credit group"),
        words=_(
            "As in Battambang: everybody saves every month and may save more; the group lends at "
            "5 percent a month on what is still owed. Once a year the profit is split: 10 percent "
            "for administration, 30 stay with the group, 60 go to the members. Savings stay."
        ),
        rules={
            "meets": "month",
            "saving_kind": "savings",
            "least_saving": 5_000,
            "saving_is_due": True,
            "voluntary_savings": True,
            "loan_rate": 5,
            "loan_method": "declining",
            "longest_loan": 10,
            "loan_times_savings": 3,
            "fine_absent": 1_000,
            "fine_missed": 500,
            "has_welfare": True,
            "welfare_due": 500,
            "has_administration": True,
            "closing": "split",
            "percent_administration": 10,
            "percent_capital": 30,
            "percent_welfare": 0,
            "percent_members": 60,
            "members_part": "cash",
        },
    ),
    Preset(
        code="share-out",
        name=_("Village savings and loan group with a share-out"),
        words=_(
            "Every week members buy 1 to 5 stamps and give something for welfare; loans for three "
            "months at most. At the end of the cycle all is shared out by stamps, and a new one "
            "begins. The welfare fund stays."
        ),
        rules={
            "meets": "week",
            "saving_kind": "shares",
            "share_price": 2_000,
            "in_stamps": True,
            "least_saving": 2_000,
            "most_saving": 10_000,
            "saving_is_due": True,
            "catch_up_meetings": 8,
            "loan_rate": 2,
            "loan_method": "declining",
            "longest_loan": 3,
            "loan_times_savings": 3,
            "fine_absent": 500,
            "fine_late": 200,
            "fine_missed": 200,
            "has_welfare": True,
            "welfare_due": 500,
            "closing": "share out",
        },
    ),
    Preset(
        code="rice-bank",
        name=_("Rice bank"),
        words=_(
            "Members put something in once they have harvested and borrow in the lean months, at 3 "
            "percent a month on the first amount, for eight months at most. Loan and interest come "
            "back in one payment after the harvest. All that is earned stays, so that more can be "
            "lent every year. Rice is written at its price in money."
        ),
        rules={
            "meets": "month",
            "saving_kind": "savings",
            "least_saving": 0,
            "loan_rate": 3,
            "loan_method": "flat",
            "loan_plan": "all at end",
            "longest_loan": 8,
            "has_welfare": False,
            "welfare_due": 0,
            "closing": "keep",
        },
    ),
    Preset(
        code="self-help",
        name=_("Self-help group"),
        words=_(
            "As in the handbooks of India: everybody saves the same amount every month and makes "
            "up for what was missed; the group lends at 2 percent a month on what is still owed, "
            "for twelve months at most and up to four times what somebody saved. Interest and "
            "fines stay with the group and are lent again."
        ),
        rules={
            "meets": "month",
            "saving_kind": "savings",
            "least_saving": 5_000,
            "most_saving": 5_000,
            "saving_is_due": True,
            "loan_rate": 2,
            "loan_method": "declining",
            "longest_loan": 12,
            "loan_times_savings": 4,
            "fine_absent": 500,
            "fine_late": 200,
            "has_welfare": False,
            "welfare_due": 0,
            "closing": "keep",
        },
    ),
)


def preset_of(code: str) -> Preset | None:
    """The preset of a code that stands in an address."""
    return next((preset for preset in PRESETS if preset.code == code), None)
