"""What belongs to a name and what stands beside it: titles and remarks; and what is no name."""

from __future__ import annotations

import re
import unicodedata

from khmer.normal import search_key

# Forms of address and of rank, which are never part of a name.
TITLES_KM = (
    "លោកជំទាវ", "លោកស្រី", "លោកគ្រូ", "លោកតា", "លោកយាយ", "លោក", "អ្នកស្រី", "អ្នកនាង", "អ្នកគ្រូ",
    "អ្នកម្ដាយ", "អ្នក", "ឯកឧត្តម", "ឧកញ៉ា", "សម្តេច", "ព្រះតេជគុណ", "ព្រះតេជព្រះគុណ",
    "វេជ្ជបណ្ឌិត", "សាស្ត្រាចារ្យ", "យុវជន", "សិស្ស", "ភរិយា", "ប្រពន្ធ", "ស្វាមី", "ប្ដី",
)  # fmt: skip
TITLES_LATIN = (
    "mr", "mrs", "ms", "miss", "mister", "mdm", "mme", "madam", "madame", "mademoiselle", "mlle",
    "monsieur", "dr", "doctor", "prof", "professor", "excellency", "venerable", "reverend",
    "oknha", "samdech", "neakru", "lokru", "lokkru", "neakkru", "neaksrey", "loksrey", "neaksrei",
    "loksrei", "lokta", "lokyeay", "lokchumteav", "wife", "husband", "widow",
)  # fmt: skip
# The same of two words.
TITLES_OF_TWO = (
    "lok srey", "lok srei", "lok kru", "lok ta", "lok yeay", "lok chumteav", "lok chumteaw",
    "neak srey", "neak srei", "neak kru", "neak nang", "neak neang", "his excellency",
    "her excellency", "h e", "wife of", "husband of", "លោក ស្រី", "អ្នក ស្រី", "លោក គ្រូ", "អ្នក គ្រូ",
    "លោក ជំទាវ", "ឯក ឧត្តម",
)  # fmt: skip
# Also names, and titles only where a family name and a given name are left.
KIN = (
    "lok", "neak", "bong", "om", "pu", "ming", "ta", "yeay", "kru", "he", "sir", "ven", "hon",
    "កញ្ញា", "បណ្ឌិត", "បង", "អ៊ំ", "អុំ", "ពូ", "មីង", "តា", "យាយ", "ប្អូន", "គ្រូ", "ស្រី", "ប្រុស", "នាង",
)  # fmt: skip
# Typed without a space after them, as Khmer often is; no name begins so.
ATTACHED = ("លោកជំទាវ", "លោកស្រី", "អ្នកស្រី", "អ្នកនាង", "ឯកឧត្តម", "លោកគ្រូ", "អ្នកគ្រូ", "លោក")

IN_BRACKETS = re.compile(r"[(\[（［][^)\]）］]*(?:[)\]）］]|$)")
BRACKET = re.compile(r"[()\[\]]")
# Dots end abbreviations as in "Mr.Chan" and commas part what stands beside a name.
BETWEEN_WORDS = re.compile(r"[\s.,;:/|\u200b·]+")

_TITLES = frozenset(map(search_key, TITLES_KM)) | frozenset(TITLES_LATIN)
_TITLES_OF_TWO = frozenset(tuple(map(search_key, pair.split())) for pair in TITLES_OF_TWO)
_KIN = frozenset(map(search_key, KIN))
_ATTACHED = tuple(map(search_key, ATTACHED))


def bare_name(text: str) -> str:
    """The name without titles and remarks in brackets: "Chan Thida" of "Mrs. Chan Thida (wife)".

    A text that is nothing else stays as it is. Words are parted by one space. The bare name is its
    own bare name.
    """
    words = _words(IN_BRACKETS.sub(" ", text)) or _words(BRACKET.sub(" ", text))
    keys = [search_key(word) for word in words]
    start, end = 0, len(words)
    while start < end and (length := _title_at_start(keys[start:end])):
        start += length
    while end - start > 1 and keys[end - 1] in _TITLES:
        end -= 1
    if start == end:
        return " ".join(words)
    return " ".join([_without_attached_title(words[start]), *words[start + 1 : end]])


def _words(text: str) -> list[str]:
    return [word for word in BETWEEN_WORDS.split(text) if search_key(word)]


def _title_at_start(keys: list[str]) -> int:
    """How many words at the start are a title, with a name after them."""
    if len(keys) > 2 and tuple(keys[:2]) in _TITLES_OF_TWO:
        return 2
    if len(keys) > 1 and keys[0] in _TITLES:
        return 1
    return int(len(keys) > 2 and keys[0] in _KIN)


def _without_attached_title(word: str) -> str:
    key = search_key(word)
    title = next((title for title in _ATTACHED if key.startswith(title)), "")
    if not title or len(key) - len(title) < 2:
        return word
    # The word may be typed in another order of marks than the key has.
    end = next(n for n in range(len(word) + 1) if search_key(word[:n]) == title)
    return word[end:] if search_key(word[end:]) == key.removeprefix(title) else word


# --- What is no name ------------------------------------------------------------------------------

# What stands below a table in the column of the names.
BELOW_TABLES = (
    "total", "totals", "grandtotal", "subtotal", "sum", "average", "signature", "preparedby",
    "checkedby", "approvedby", "verifiedby", "date", "note", "notes",
    "សរុប", "សរុបរួម", "សរុបទាំងអស់", "ចំនួនសរុប", "មធ្យម", "ហត្ថលេខា", "រៀបចំដោយ", "អ្នករៀបចំ",
    "ត្រួតពិនិត្យដោយ", "អនុម័តដោយ", "សម្គាល់",
)  # fmt: skip
_BELOW_TABLES = frozenset(map(search_key, BELOW_TABLES))
_DIGITS = re.compile("[0-9]+")


class NoName(ValueError):
    """The text is no name; `code` says why.

    Codes: `destroyed` (some program turned the letters into question marks), `no_letter`,
    `below_table` (the word for a total or a signature).
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def check_name(text: str) -> None:
    """Raise `NoName` for a text that cannot be the name of anybody or anything; "" is allowed."""
    if not text:
        return
    if is_destroyed(text):
        raise NoName("destroyed")
    if not any(unicodedata.category(char).startswith("L") for char in text):
        raise NoName("no_letter")
    if _DIGITS.sub("", search_key(text)) in _BELOW_TABLES:
        raise NoName("below_table")


def is_destroyed(text: str) -> bool:
    """Whether a word of the text is made of question marks, as a wrong encoding leaves it.

    One question mark alone may be somebody's doubt, and is no letter either.
    """
    return any(len(word) > 1 and not word.strip("?") for word in _QUESTION_WORDS.split(text))


_QUESTION_WORDS = re.compile(r"[\s.,;:/()\-]+")
