"""Telephone numbers in one form, however they were typed."""

import re

from khmer.digits import to_ascii_digits
from khmer.normal import LONGEST_VALUE, UnfitText, clean_text

CAMBODIA = "855"
# Digits of a number here after the 0: eight or nine.
NATIONAL = (8, 9)
SEPARATORS = re.compile("[ '\u2019\\-\u2010-\u2015\u2212./()\u00b7]")
TYPED = re.compile(r"(?P<abroad>\+|00)?(?P<digits>[0-9]{8,15})")


class PhoneError(ValueError):
    """The text is no telephone number of 8 to 15 digits."""


class NobodysPhone(PhoneError):
    """One digit throughout, as people fill in a field that they cannot leave empty."""


def normal_phone(text: str) -> str:
    """The one form of a number: 012345678 in Cambodia, +6612345678 elsewhere; "" stays "".

    +855, 00855 and 855 before a number of here become its 0, and so does nothing at all before
    eight or nine digits: a spreadsheet has taken the 0 away. Digits may be of any script. A normal
    number is its own normal form. Raises `PhoneError`.
    """
    if len(text) > LONGEST_VALUE:
        raise PhoneError
    try:
        typed = SEPARATORS.sub("", to_ascii_digits(clean_text(text)))
    except UnfitText as error:
        raise PhoneError from error
    if not typed:
        return ""
    match = TYPED.fullmatch(typed)
    if match is None:
        raise PhoneError
    if len(set(match["digits"])) == 1:
        raise NobodysPhone
    abroad, digits = bool(match["abroad"]), match["digits"]
    here = digits.removeprefix(CAMBODIA).removeprefix("0")
    if digits.startswith(CAMBODIA) and len(here) in NATIONAL and (abroad or len(digits) > 9):
        return f"0{here}"
    if abroad:
        return f"+{digits}"
    return f"0{digits}" if digits[0] != "0" and len(digits) in NATIONAL else digits
