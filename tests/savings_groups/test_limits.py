"""Amounts that nobody means are refused at their field."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from khmer.digits import NumberError
from savings_groups.bookkeeping.money import KHR, MAX_AMOUNT, MOST_TYPED, USD, Currency
from savings_groups.forms.fields import MoneyField, amount_from, message_for
from savings_groups.forms.sheet import read_cell


@pytest.mark.parametrize(
    ("currency", "most", "more"),
    [
        (KHR, "១០០,០០០,០០០,០០០", "100,000,000,001"),
        (USD, "２５００００００.００", "25000000.01"),
    ],
)
def test_an_amount_has_an_upper_limit(currency: Currency, most: str, more: str) -> None:
    assert amount_from(most, currency) == MOST_TYPED[currency]
    for too_much in (more, "9" * 15, "9" * 18, "9" * 400):
        with pytest.raises(NumberError) as caught:
            amount_from(too_much, currency)
        assert str(message_for(caught.value))
        with pytest.raises(ValidationError):
            MoneyField(currency=currency).clean(too_much)
        with pytest.raises(NumberError):
            read_cell(too_much, "saving", currency)


def test_the_ledger_holds_what_a_thousand_members_may_type() -> None:
    assert 1_000 * max(MOST_TYPED.values()) <= MAX_AMOUNT
