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
# What is counted there: "Total 25 people", "Sub-total Female", "Women 5", "ស្រី ៥ នាក់".
TOTALS = (
    "total", "totals", "subtotal", "grandtotal", "overalltotal", "intotal", "sum", "number",
    "numberof", "count", "sub", "grand", "overall", "of", "no", "in", "all", "the",
    "សរុប", "សរុបរួម", "សរុបទាំងអស់", "សរុបទាំងស្រុង", "ចំនួនសរុប", "សរុបចំនួន", "ចំនួន", "ផលបូក", "រួម",
)  # fmt: skip
COUNTED = (
    "people", "persons", "person", "participants", "participant", "members", "member", "learners",
    "trainees", "trainers", "attendees", "households", "families", "women", "woman", "men", "man",
    "females", "female", "males", "male", "girls", "girl", "boys", "boy", "children", "youth",
    "youths", "adults", "f", "m", "pax", "present", "absent", "villagers", "ppl",
    "នាក់", "ស្រី", "ប្រុស", "ស្ត្រី", "បុរស", "នារី", "សមាជិក", "អ្នកចូលរួម", "សិក្ខាកាម", "មនុស្ស", "កុមារ",
    "យុវជន", "គ្រួសារ",
)  # fmt: skip
# The words among them that nobody is called by, standing alone. Men, Man and Neary are names.
SEX_WORDS = (
    "women", "woman", "females", "female", "males", "male", "girls", "girl", "boys", "boy", "f",
    "m", "people", "persons", "participants", "ស្រី", "ប្រុស", "ស្ត្រី", "បុរស", "ភេទស្រី", "ភេទប្រុស",
)  # fmt: skip
# What stands where nobody knew a name, and heads of columns. Not "Na" and "Nil": they are names.
INSTEAD_OF_NAMES = (
    "n/a", "n.a.", "n.a", "none", "null", "nan", "noname", "nonames", "nonamegiven", "unnamed",
    "unknown", "unknownname", "notknown", "notstated", "notgiven", "notavailable",
    "notapplicable", "anonymous", "nobody", "blank", "empty", "missing", "tbd", "tba", "ditto",
    "name", "names", "fullname", "firstname", "lastname", "nameandsurname", "undefined",
    "គ្មាន", "គ្មានឈ្មោះ", "មិនមានឈ្មោះ", "មិនស្គាល់", "មិនស្គាល់ឈ្មោះ", "មិនដឹង", "មិនដឹងឈ្មោះ", "ឈ្មោះ",
    "នាមត្រកូល", "គោត្តនាម", "គោត្តនាមនិងនាម",
)  # fmt: skip
_BELOW_TABLES = frozenset(map(search_key, BELOW_TABLES))
_TOTALS = frozenset(map(search_key, TOTALS))
_COUNTED = frozenset(map(search_key, COUNTED))
_SEX_WORDS = frozenset(map(search_key, SEX_WORDS))
_INSTEAD = frozenset(search_key(word) for word in INSTEAD_OF_NAMES if word[:2] not in ("n/", "n."))
# With the signs that the key leaves out: "Na" is a name, and so is "NA".
_NOT_APPLICABLE = re.compile(r"n\s*[/.\\]\s*a\.?", re.IGNORECASE)
# Of a spreadsheet that could not calculate: #REF!, #N/A, #NAME?, #DIV/0!
_CELL_ERROR = re.compile(
    r"#\s*[A-Za-z][A-Za-z0-9/_]*\s*[!?]?|#+|(?:Err:|#ERR)\s*[0-9]*", re.IGNORECASE
)
_DIGITS = re.compile("[0-9]+")


class NoName(ValueError):
    """The text is no name; `code` says why.

    Codes: `destroyed` (some program turned the letters into question marks), `misread` (some
    program read the bytes of the letters as other ones), `no_letter`, `below_table` (the word for
    a total, a number of people or a signature), `sex_word` (female, male), `instead` (what people
    write where there is no name), `digits` (only of a person).
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
    if is_misread(text):
        raise NoName("misread")
    if _NOT_APPLICABLE.fullmatch(text.strip()) or _CELL_ERROR.fullmatch(text.strip()):
        raise NoName("instead")
    if not any(unicodedata.category(char).startswith("L") for char in text):
        raise NoName("no_letter")
    key = _DIGITS.sub("", search_key(text))
    if key in _BELOW_TABLES or _says_how_many(text, with_total=True):
        raise NoName("below_table")
    if key in _INSTEAD:
        raise NoName("instead")


def check_person_name(text: str) -> None:
    """Raise `NoName` for a text that cannot be the name of a person; "" is allowed.

    A group may be called Women or Women 4, a person may not.
    """
    check_name(text)
    key = search_key(text)
    if _says_how_many(text, with_total=False):
        raise NoName("below_table")
    if key in _SEX_WORDS:
        raise NoName("sex_word")
    if _DIGITS.search(key):
        raise NoName("digits")


def _says_how_many(text: str, *, with_total: bool) -> bool:
    """Whether a text counts people: "Total 25 people", or a number alone as in "Women 5"."""
    keys = [search_key(word) for word in _COUNT_WORDS.split(text)]
    words = [word for key in keys if (word := _DIGITS.sub("", key))]
    if not all(word in _TOTALS or word in _COUNTED or _is_joined(word) for word in words):
        return False
    if any(word in _TOTALS_ALONE or word.startswith(_KHMER_TOTALS) for word in words):
        return True
    counts = any(word in _COUNTED or _is_joined(word) for word in words)
    return not with_total and counts and any(_DIGITS.search(key) for key in keys)


# The words that mean a total by themselves, and not only with another one.
_TOTALS_ALONE = _TOTALS - {
    search_key(word) for word in ("sub", "grand", "overall", "of", "no", "in", "all", "the", "sum",
                                  "number", "numberof", "count", "ចំនួន", "រួម")
}  # fmt: skip
_COUNT_WORDS = re.compile(r"[\s.,;:=/()\[\]\u200b\u17d6\u17d4–—-]+")


# The longest first, so that none is taken for the beginning of another one.
_KHMER_TOTALS = tuple(
    sorted((word for word in _TOTALS_ALONE if not word.isascii()), key=len, reverse=True)
)


def _is_joined(word: str) -> bool:
    """Whether a word of Khmer, which is written without spaces, is made of those above."""
    for total in _KHMER_TOTALS:
        rest = word.removeprefix(total)
        if rest != word and (not rest or rest in _COUNTED):
            return True
    return any(word == one + _NAK for one in _COUNTED)


_NAK = search_key("នាក់")


def is_destroyed(text: str) -> bool:
    """Whether a word of the text is made of question marks, as a wrong encoding leaves it.

    One question mark alone may be somebody's doubt, and is no letter either.
    """
    return any(len(word) > 1 and not word.strip("?") for word in _QUESTION_WORDS.split(text))


_QUESTION_WORDS = re.compile(r"[\s.,;:/()\-]+")


def is_misread(text: str) -> bool:
    """Whether a text in UTF-8 was read as Latin-1 or as Windows-1252: "áž…áž¶áž“áŸ‹", "Ã©".

    A program may have left out what cannot be seen, so that of every letter of Khmer only its
    first byte is left, an á.
    """
    return bool(_MISREAD.search(text))


def _as_read(first: int, last: int) -> str:
    """The characters for which bytes are taken, for a class of a regular expression."""
    found = set()
    for byte in range(first, last + 1):
        found.add(chr(byte))
        found.add(bytes([byte]).decode("cp1252", errors="ignore"))
    return "".join(re.escape(char) for char in sorted(found))


_MISREAD = re.compile(
    f"[{_as_read(0xC2, 0xDF)}][{_as_read(0x80, 0xBF)}]"
    f"|[{_as_read(0xE0, 0xEF)}][{_as_read(0x80, 0xBF)}]{{2}}"
    "|á[žŸ]|áá"
)


# --- Titles and the sex ---------------------------------------------------------------------------

TITLES_OF_WOMEN = (
    "mrs", "ms", "miss", "mdm", "mme", "madam", "madame", "mademoiselle", "mlle", "neakru",
    "neakkru", "neaksrey", "neaksrei", "loksrey", "loksrei", "lokyeay", "lokchumteav", "wife",
    "widow", "lok srey", "lok srei", "lok yeay", "lok chumteav", "lok chumteaw", "neak srey",
    "neak srei", "neak kru", "neak nang", "neak neang", "her excellency", "wife of", "លោកជំទាវ",
    "លោកស្រី", "លោកយាយ", "អ្នកស្រី", "អ្នកនាង", "អ្នកគ្រូ", "អ្នកម្ដាយ", "ភរិយា", "ប្រពន្ធ", "លោក ស្រី",
    "អ្នក ស្រី", "អ្នក គ្រូ", "លោក ជំទាវ", "កញ្ញា",
)  # fmt: skip
TITLES_OF_MEN = (
    "mr", "mister", "monsieur", "sir", "lokta", "lokkru", "lokru", "lok ta", "lok kru", "husband",
    "husband of", "his excellency", "oknha", "លោក", "លោកតា", "លោកគ្រូ", "លោក គ្រូ", "ឧកញ៉ា",
    "ស្វាមី", "ប្ដី", "ព្រះតេជគុណ", "ព្រះតេជព្រះគុណ", "venerable",
)  # fmt: skip
FEMALE, MALE = "female", "male"
_SEX_OF_TITLE = {
    tuple(map(search_key, title.split())): sex
    for sex, titles in ((FEMALE, TITLES_OF_WOMEN), (MALE, TITLES_OF_MEN))
    for title in titles
}


def title_with_sex(text: str) -> tuple[str, str] | None:
    """A title beside a name that tells a sex, and which: ("Mr", "male") of "Mr. Sok An"."""
    words = _words(IN_BRACKETS.sub(" ", text))
    keys = [search_key(word) for word in words]
    start, end = 0, len(words)
    while start < end and (length := _title_at_start(keys[start:end])):
        if sex := _SEX_OF_TITLE.get(tuple(keys[start : start + length])):
            return " ".join(words[start : start + length]), sex
        start += length
    if end - start > 1 and (sex := _SEX_OF_TITLE.get((keys[end - 1],))) and keys[-1] in _TITLES:
        return words[-1], sex
    return _attached_title(words[start]) if start < end else None


def _attached_title(word: str) -> tuple[str, str] | None:
    bare = _without_attached_title(word)
    title = word.removesuffix(bare) if bare != word else ""
    sex = _SEX_OF_TITLE.get((search_key(title),))
    return (title, sex) if sex else None
