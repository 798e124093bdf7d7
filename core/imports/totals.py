"""Rows that add up the rows above them: they are read as what they are, and never as a record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from khmer.digits import to_ascii_digits

# As people write them, with spaces for hyphens. Not "sum": Sum is a family name.
WORDS = frozenset({
    "total", "totals", "grand total", "sub total", "subtotal", "in total", "all together",
    "total members", "total people", "total participants", "total savings", "overall total",
    "សរុប", "សរុបរួម", "សរុបទាំងអស់", "សរុបទាំងស្រុង", "ផលបូក", "ចំនួនសរុប", "សរុបចំនួន",
    "សរុបសមាជិក", "ប្រាក់សរុប", "សរុបប្រាក់",
})  # fmt: skip
ENDS = " .:;=៖។-–—"
MONEY = ("khr", "usd", "riel", "រៀល", "៛", "$", "%")


def is_total(row: Sequence[Any]) -> bool:
    """Whether a row is a total: a word for it stands first, and nothing but numbers with it.

    A company called Total has a kind, a place or another name beside it.
    """
    texts = [cell for cell in row if isinstance(cell, str) and not _is_number(cell)]
    return len(texts) == 1 and _says_total(texts[0])


def _says_total(text: str) -> bool:
    """“Total”, “TOTAL:” or “សរុប ៣០ ០០០ ៛”: the word, and figures at most."""
    plain = text.replace("\u200b", "").replace("-", " ").casefold()
    words = [word for word in plain.split() if not _is_number(word)]
    return " ".join(words).strip(ENDS) in WORDS


def _is_number(text: str) -> bool:
    """Whether a text is a figure, with the marks that figures are written with."""
    plain = to_ascii_digits(text).casefold()
    for mark in MONEY:
        plain = plain.replace(mark, "")
    return not plain.strip("0123456789.,'()+-= \u00a0\u200b")


def words_for_left_out(numbers: Sequence[int]) -> str:
    """That rows were left out, by their number in the file; nothing where none was."""
    if not numbers:
        return ""
    return _("Left out, because it is a total: row %(rows)s.") % {
        "rows": ", ".join(map(str, numbers))
    }
