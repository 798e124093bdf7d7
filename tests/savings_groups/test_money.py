"""Riel and dollars, written, read and rounded."""

from contextlib import suppress
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khmer.digits import NumberError, to_khmer_digits
from savings_groups.bookkeeping.money import (
    KHR,
    MAX_AMOUNT,
    USD,
    Currency,
    format_money,
    parse_money,
    round_half_up,
)

AMOUNTS = st.integers(-MAX_AMOUNT, MAX_AMOUNT)
CURRENCIES = st.sampled_from(Currency)


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        (234_000, KHR, "234,000 ៛"),
        (0, KHR, "0 ៛"),
        (-500, KHR, "\u2212500 ៛"),
        (1250, USD, "$12.50"),
        (5, USD, "$0.05"),
        (123_456_700, USD, "$1,234,567.00"),
        (-5, USD, "\u2212$0.05"),
    ],
)
def test_an_amount_is_written_as_its_country_does(amount, currency, written):
    assert format_money(amount, currency) == written


def test_an_amount_may_stand_without_the_currency():
    assert format_money(-234_000, KHR, sign=False) == "\u2212234,000"
    assert format_money(1250, USD, sign=False) == "12.50"


@pytest.mark.parametrize(
    ("typed", "currency", "amount"),
    [
        ("234000", KHR, 234_000),
        ("២៣៤,០០០ ៛", KHR, 234_000),
        ("២៣៤ ០០០៛", KHR, 234_000),
        ("៥០០ រៀល", KHR, 500),
        ("៛500", KHR, 500),
        ("500 Riel", KHR, 500),
        ("500 riels", KHR, 500),
        ("KHR 1,000", KHR, 1_000),
        ("  ៛  500  ", KHR, 500),
        (" 500  រៀល ", KHR, 500),
        ("5\u200b00\u200b៛", KHR, 500),
        ("-500 ៛", KHR, -500),
        ("12.5", USD, 1250),
        ("១២.៥០", USD, 1250),
        ("$12", USD, 1200),
        ("US$ 1,200.05", USD, 120_005),
        ("12.50 USD", USD, 1250),
        ("3 dollars", USD, 300),
        ("-$5", USD, -500),
        ("\u2212$5", USD, -500),
        ("$-5", USD, -500),
    ],
)
def test_an_amount_is_read_with_or_without_its_currency(typed, currency, amount):
    assert parse_money(typed, currency) == amount


@pytest.mark.parametrize(
    ("typed", "currency", "code"),
    [
        ("", KHR, "empty"),
        ("៛", KHR, "empty"),
        ("1e3", KHR, "not_a_number"),
        ("1e3", USD, "not_a_number"),
        ("$5", KHR, "not_a_number"),
        ("5 ៛", USD, "not_a_number"),
        ("-$-5", USD, "not_a_number"),
        ("rielriel5", KHR, "not_a_number"),
        ("5\u202e", KHR, "not_a_number"),
        ("1,00", KHR, "not_a_number"),
        ("12,50", USD, "not_a_number"),
        ("100.0", KHR, "not_whole"),
        ("10.000 ៛", KHR, "not_whole"),
        ("12.505", USD, "too_many_places"),
        ("1000000000000001", KHR, "too_large"),
        ("10000000000000.01", USD, "too_large"),
        ("-1000000000000001", KHR, "too_large"),
        ("9" * 40, USD, "too_large"),
    ],
)
def test_what_is_not_plainly_an_amount_is_refused(typed, currency, code):
    with pytest.raises(NumberError) as caught:
        parse_money(typed, currency)
    assert caught.value.code == code


def test_the_largest_amount_is_read():
    assert parse_money("1000000000000000", KHR) == MAX_AMOUNT
    assert parse_money("10000000000000.00", USD) == MAX_AMOUNT


@given(AMOUNTS, CURRENCIES, st.booleans(), st.booleans())
def test_every_amount_written_is_read_back(amount, currency, sign, khmer):
    written = format_money(amount, currency, sign=sign)
    assert parse_money(to_khmer_digits(written) if khmer else written, currency) == amount


@given(
    st.text(st.characters(), max_size=12) | st.text("0159៥, .-$៛KHRUSDrielរៀល", max_size=10),
    CURRENCIES,
)
def test_only_number_errors_come_out_of_reading_amounts(text, currency):
    with suppress(NumberError):
        assert isinstance(parse_money(text, currency), int)


def test_the_riel_has_no_decimals_and_the_dollar_two():
    assert (KHR.exponent, USD.exponent) == (0, 2)


@pytest.mark.parametrize("currency", Currency)
def test_notes_are_listed_once_each_from_the_smallest(currency):
    assert list(currency.notes) == sorted(set(currency.notes))


def test_notes_are_in_minor_units():
    assert KHR.notes[0] == 100
    assert KHR.notes[-1] == 200_000
    assert [format_money(note, USD) for note in USD.notes[:2]] == ["$1.00", "$2.00"]


@pytest.mark.parametrize(
    ("amount", "unit", "rounded"),
    [
        (49, 100, 0),
        (50, 100, 100),
        (149, 100, 100),
        (150, 100, 200),
        (-50, 100, -100),
        (-49, 100, 0),
        (Decimal("2.5"), 1, 3),
        (Decimal("-2.5"), 1, -3),
        (Fraction(1, 3), 1, 0),
        (Fraction(29_589, 1), 100, 29_600),
        (25, 50, 50),
        (Fraction(3, 2), 3, 3),
    ],
)
def test_a_half_is_rounded_away_from_zero(amount, unit, rounded):
    assert round_half_up(amount, unit) == rounded


@given(st.decimals(-(10**9), 10**9, places=4), st.sampled_from([1, 7, 50, 100]))
def test_rounding_agrees_with_the_decimal_module(amount, unit):
    """Its ROUND_HALF_UP is the referee."""
    units = (amount / unit).quantize(Decimal(1), ROUND_HALF_UP)
    assert round_half_up(amount, unit) == int(units) * unit
