"""Numbers as people type them, in Khmer digits or those of any other script."""

import re
import unicodedata
from decimal import Decimal

from khmer.normal import LONGEST_VALUE, UnfitText, clean_text

ASCII = "0123456789"
KHMER = "០១២៣៤៥៦៧៨៩"
TO_KHMER = str.maketrans(ASCII, KHMER)

# Groups of three after commas or spaces, or no groups at all.
WHOLE = r"[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+|[0-9]+"
NUMBER = re.compile(rf"(?P<sign>[-\u2212]?)(?P<whole>{WHOLE})(?:\.(?P<fraction>[0-9]+))?")
# What a PostgreSQL bigint holds, rounded down to full digits.
MOST_DIGITS = 18


class NumberError(ValueError):
    """The text is not a number by our rule; `code` says why.

    Codes: `empty`, `not_a_number`, `too_large`, `not_whole` (a point in a whole number, which
    may be meant as a thousands separator), `too_many_places`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def to_ascii_digits(text: str) -> str:
    """The text with every decimal digit, of whatever script or width, as an ASCII one."""
    if text.isascii():
        return text
    return "".join(c if c.isascii() else _ascii_digit(c) for c in text)


def _ascii_digit(char: str) -> str:
    digit = unicodedata.decimal(char, None)
    return char if digit is None else str(digit)


def to_khmer_digits(text: str) -> str:
    return text.translate(TO_KHMER)


def parse_whole_number(text: str) -> int:
    """A whole number in digits of one or several scripts, with commas or spaces in thousands.

    A stricter reader than `int`, which takes `1_000`. Raises `NumberError`.
    """
    sign, whole, fraction = _parts(text)
    if fraction:
        raise NumberError("not_whole")
    return int(sign + whole)


def parse_decimal(text: str, *, places: int = 2) -> Decimal:
    """A number with at most `places` digits after the point; see `parse_whole_number`.

    `Decimal` itself would take `1e3` and `NaN`. Raises `NumberError`.
    """
    sign, whole, fraction = _parts(text)
    if len(fraction) > places:
        raise NumberError("too_many_places")
    return Decimal(f"{sign}{whole}.{fraction}" if fraction else sign + whole)


def _parts(text: str) -> tuple[str, str, str]:
    """Sign, digits before the point, digits after it."""
    if len(text) > LONGEST_VALUE:
        raise NumberError("too_large")
    try:
        typed = to_ascii_digits(clean_text(text))
    except UnfitText as error:
        raise NumberError("not_a_number") from error
    if not typed:
        raise NumberError("empty")
    match = NUMBER.fullmatch(typed)
    if match is None:
        raise NumberError("not_a_number")
    whole = re.sub("[, ]", "", match["whole"]).lstrip("0") or "0"
    if len(whole) > MOST_DIGITS:
        raise NumberError("too_large")
    return ("-" if match["sign"] else ""), whole, match["fraction"] or ""
