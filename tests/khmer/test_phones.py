"""Telephone numbers in one form."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khmer.phones import NobodysPhone, PhoneError, normal_phone


@pytest.mark.parametrize(
    "typed",
    [
        "012345678",
        "12345678",
        "12 345 678",
        "'012345678",
        "012 345 678",
        "012-345-678",
        "012.345.678",
        "(012) 345 678",
        "012/345678",
        "+85512345678",
        "+855 12 345 678",
        "+855 (0)12 345 678",
        "0085512345678",
        "85512345678",
        "855012345678",
        "០១២ ៣៤៥ ៦៧៨",
        "０１２３４５６７８",
        "\uff0b８５５１２３４５６７８",
        "٠١٢٣٤٥٦٧٨",
        "012\u2011345\u2011678",
        "\u200b012345678 ",
    ],
)
def test_one_number_has_one_form(typed: str) -> None:
    assert normal_phone(typed) == "012345678"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""),
        (" ", ""),
        ("096 345 6789", "0963456789"),
        ("+855 96 345 6789", "0963456789"),
        ("+66 81 234 5678", "+66812345678"),
        ("0066812345678", "+66812345678"),
        # Nine digits that begin like the code of the country are a number of here.
        ("855123456", "0855123456"),
        ("85512345", "085512345"),
        ("0123456789012", "0123456789012"),
        ("81234567890", "81234567890"),
    ],
)
def test_other_numbers_keep_what_tells_them_apart(typed: str, kept: str) -> None:
    assert normal_phone(typed) == kept


@pytest.mark.parametrize("typed", ["12", "call me", "+", "1" * 16, "012345678 / 099888777", "1e9"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(PhoneError):
        normal_phone(typed)


@pytest.mark.parametrize(
    "typed", ["000 000 000", "00000000", "11111111", "០០០០០០០០០", "+88888888888"]
)
def test_one_digit_throughout_is_nobodys_number(typed: str) -> None:
    with pytest.raises(NobodysPhone):
        normal_phone(typed)


def test_a_number_that_is_easy_to_keep_in_mind_is_one() -> None:
    assert normal_phone("099 999 999") == "099999999"


@given(st.text(max_size=20) | st.text("0123456789+ -()០១២៨៥", max_size=18))
def test_a_normal_number_is_its_own_form(text: str) -> None:
    with suppress(PhoneError):
        once = normal_phone(text)
        assert normal_phone(once) == once
