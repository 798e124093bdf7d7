"""Numbers in Khmer and ASCII digits."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khmer.digits import (
    NumberError,
    parse_decimal,
    parse_whole_number,
    to_ascii_digits,
    to_khmer_digits,
)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1248000", 1_248_000),
        ("1,248,000", 1_248_000),
        ("1 248 000", 1_248_000),
        ("១,២៤៨,០០០", 1_248_000),
        ("២៣4", 234),
        (" 007 ", 7),
        ("-5", -5),
        ("\u22125", -5),
        ("0" * 30 + "1", 1),
        ("2\u200b0", 20),
        ("３", 3),
        ("１，２４８", 1248),
        ("\uff0d５", -5),
        ("٣", 3),
        ("๒3២", 232),
    ],
)
def test_a_whole_number_is_read_as_people_write_it(typed: str, number: int) -> None:
    assert parse_whole_number(typed) == number


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "empty"),
        (" \u200b", "empty"),
        ("1e3", "not_a_number"),
        ("1_000", "not_a_number"),
        ("1²", "not_a_number"),
        ("²", "not_a_number"),
        ("--5", "not_a_number"),
        ("+-5", "not_a_number"),
        ("5-", "not_a_number"),
        ("1,00", "not_a_number"),
        ("1,248 000", "not_a_number"),
        (",100", "not_a_number"),
        ("NaN", "not_a_number"),
        ("0x10", "not_a_number"),
        ("1\0", "not_a_number"),
        ("10.000", "not_whole"),
        ("9" * 19, "too_large"),
        ("9" * 5000, "too_large"),
    ],
)
def test_what_is_not_plainly_a_whole_number_is_refused(typed: str, code: str) -> None:
    with pytest.raises(NumberError) as caught:
        parse_whole_number(typed)
    assert caught.value.code == code


def test_a_decimal_keeps_the_places_it_was_given() -> None:
    assert parse_decimal("១,២៣៤.៥០") == Decimal("1234.50")
    assert parse_decimal("-0.125", places=3) == Decimal("-0.125")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("10.000", "too_many_places"),
        (".5", "not_a_number"),
        ("5.", "not_a_number"),
        ("1.2.3", "not_a_number"),
        ("1,5", "not_a_number"),
        ("Infinity", "not_a_number"),
    ],
)
def test_a_decimal_that_can_be_read_two_ways_is_refused(typed: str, code: str) -> None:
    with pytest.raises(NumberError) as caught:
        parse_decimal(typed)
    assert caught.value.code == code


@given(st.integers(-(10**18) + 1, 10**18 - 1), st.booleans())
def test_every_printed_number_is_read_back(number: int, khmer: bool) -> None:
    printed = f"{number:,}"
    assert parse_whole_number(to_khmer_digits(printed) if khmer else printed) == number


@given(st.text(st.characters(), max_size=20) | st.text("0123456789០៩,. -+_e", max_size=12))
def test_only_number_errors_come_out_of_reading_numbers(text: str) -> None:
    for parse in (parse_whole_number, parse_decimal):
        with suppress(NumberError):
            assert isinstance(parse(text), int | Decimal)


def test_only_digits_are_changed_between_scripts() -> None:
    assert to_khmer_digits("Page 12") == "Page ១២"
    assert to_ascii_digits("ទំព័រ ១២") == "ទំព័រ 12"


@given(st.text(st.characters(categories=["Nd"]), min_size=1, max_size=6))
def test_digits_of_every_script_are_taken(digits: str) -> None:
    assert to_ascii_digits(digits).isascii()
    assert parse_whole_number(digits) == int(digits)
