"""Riel and dollars in whole minor units: written, read, rounded, counted in notes."""

import re
from decimal import Decimal
from fractions import Fraction

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from khmer.digits import NumberError, parse_decimal, parse_whole_number
from khmer.normal import LONGEST_VALUE, UnfitText, clean_text

# A thousand members with a trillion each still fit into a PostgreSQL bigint.
MAX_AMOUNT = 10**15
# What somebody may type at once: some 25 million dollars. More is a slip of the finger, and of
# a thousand members with as much each the ledger still holds the sum.
MOST_TYPED = {"KHR": 100_000_000_000, "USD": 2_500_000_000}
MINUS = "\u2212"


class Currency(TextChoices):
    """A currency of a group's books. An amount is an `int` of whole riel or whole cents.

    ISO 4217 gives the riel two decimals and so do most libraries; nobody has seen a sen for
    decades, so the places are ours.
    """

    KHR = "KHR", _("Riel")
    USD = "USD", _("US dollar")

    @property
    def exponent(self) -> int:
        """Digits after the point."""
        return {Currency.KHR: 0, Currency.USD: 2}[self]

    @property
    def notes(self) -> tuple[int, ...]:
        """The banknotes to count, smallest first, in minor units."""
        return NOTES[self]


KHR = Currency.KHR
USD = Currency.USD

NOTES = {
    KHR: (
        *(100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000),
        *(20_000, 30_000, 50_000, 100_000, 200_000),
    ),
    USD: (100, 200, 500, 1_000, 2_000, 5_000, 10_000),
}

# What people write beside an amount, before or after it.
WORDS = {
    KHR: r"(?:៛|រៀល|khr|riels?)",
    USD: r"(?:us\$|\$|usd|dollars?|ដុល្លារ)",
}


def format_money(amount: int, currency: Currency, *, sign: bool = True) -> str:
    """`234,000 ៛` or `$12.50`, in ASCII digits; without `sign` only the number."""
    minus = MINUS if amount < 0 else ""
    whole, part = divmod(abs(amount), 10**currency.exponent)
    number = f"{whole:,}.{part:0{currency.exponent}}" if currency.exponent else f"{whole:,}"
    if not sign:
        return minus + number
    return f"{minus}${number}" if currency == USD else f"{minus}{number} ៛"


def signed(value: int) -> str:
    """A number with its minus; "" for nothing."""
    return f"{MINUS if value < 0 else ''}{abs(value)}" if value else ""


def parse_money(text: str, currency: Currency) -> int:
    """Minor units from what a person typed, with or without the currency beside it.

    The other currency's sign is refused. A negative amount is read: whoever asked must refuse
    it. Raises `NumberError`.
    """
    typed = _without_words(text, currency)
    if currency.exponent:
        amount = int(parse_decimal(typed, places=currency.exponent).scaleb(currency.exponent))
    else:
        amount = parse_whole_number(typed)
    if abs(amount) > MAX_AMOUNT:
        raise NumberError("too_large")
    return amount


def round_half_up(amount: Fraction | Decimal | int, unit: int) -> int:
    """The nearest multiple of `unit`; a half goes away from zero, so that mirrors stay mirrors."""
    exact = Fraction(amount)
    parts, size = 2 * abs(exact.numerator), 2 * exact.denominator * unit
    rounded = (parts + size // 2) // size * unit
    return -rounded if exact < 0 else rounded


def _without_words(text: str, currency: Currency) -> str:
    if len(text) > LONGEST_VALUE:
        raise NumberError("too_large")
    try:
        typed = clean_text(text)
    except UnfitText as error:
        raise NumberError("not_a_number") from error
    words = WORDS[currency]
    # The minus of "−$5" stands before the word and stays.
    typed = re.sub(rf"^([-{MINUS}]?) ?{words} ?", r"\1", typed, flags=re.IGNORECASE)
    return re.sub(rf" ?{words}$", "", typed, flags=re.IGNORECASE)
