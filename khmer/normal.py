"""One way to write a text: what is fit to store, and the key by which texts are compared."""

import re
import unicodedata
from typing import Literal

from khmer.lookalikes import LATIN_LOOK

# Marks that reorder the text around them: they disguise one name as another.
BIDI_CONTROLS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
# Invisible, though Unicode does not call them format characters: Khmer inherent vowels, the
# grapheme joiner, Hangul fillers, Mongolian and emoji variation selectors, the Braille blank.
INVISIBLE = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
    + "".join(map(chr, range(0xFE00, 0xFE10)))
    + "".join(map(chr, range(0xE0100, 0xE01F0)))
)


# Latin letters, digits and signs as wide as Chinese ones: another width, the same text.
FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
# Bullets of a symbol font, as word processors paste them.
FULL_WIDTH |= dict.fromkeys((0xF0A7, 0xF0B7, 0xF0D8, 0xF0FC), ord("•"))
REPLACEMENT = "\ufffd"


# How many marks may follow a letter: the Stream-Safe Text Format of Unicode, UAX #15. To put a run
# of marks in order takes the square of its length, and nothing else can be done meanwhile.
MOST_MARKS = 30
_TOO_MANY_MARKS = re.compile(rb"(?<=\x01{%d})\x01+" % MOST_MARKS)

# No number, day or telephone is longer; what is longer is none, and is not looked into.
LONGEST_VALUE = 100


class UnfitText(ValueError):
    """The text holds something that no name or sentence needs; `code` says what.

    Codes: `nul`, `surrogate` (half of a character), `bidi_control`, `replacement` (what stands
    for a letter that some program could not read), `private_use` (of a font that others do not
    have), `unassigned` (no letter at all).
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def clean_text(text: str, *, keep_lines: bool = False) -> str:
    """What a person typed, made fit to store and show.

    Composed (NFC), without invisible characters, full-width letters and digits as narrow ones,
    every run of spaces one space, none at the ends. With `keep_lines`, line breaks stay, at most
    two in a row. Raises `UnfitText`.
    """
    text = text.translate(FULL_WIDTH)
    _refuse_unfit(text)
    text = re.sub(r"\r\n?|[\u0085\u2028\u2029]", "\n", text)
    spaces = {ord(char): " " for char in set(text) if char.isspace() and char != "\n"}
    text = normalised("NFC", without_invisible(text.translate(spaces)))
    if not keep_lines:
        return " ".join(text.split())
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def normalised(form: Literal["NFC", "NFD", "NFKC", "NFKD"], text: str) -> str:
    """The text in a form of Unicode, in a time that grows with its length alone.

    Marks beyond MOST_MARKS after one letter are left out. Whatever somebody else may have written
    goes through here.
    """
    return unicodedata.normalize(form, with_few_marks(text))


def with_few_marks(text: str, *, instead: str = "") -> str:
    """The text with at most MOST_MARKS marks after a letter, and `instead` for the others.

    Asked of all that is sent, before anybody has signed in: a text without such a run, however
    long, takes no time of its own.
    """
    if text.isascii():
        return text
    is_mark = bytes(map(bool, map(unicodedata.combining, text)))
    if bytes([1]) * (MOST_MARKS + 1) not in is_mark:
        return text
    parts, end = [], 0
    for run in _TOO_MANY_MARKS.finditer(is_mark):
        parts += [text[end : run.start()], instead]
        end = run.end()
    return "".join([*parts, text[end:]])


def without_invisible(text: str) -> str:
    """The text without zero-width, control and other characters that nobody can see."""
    return text.translate({ord(char): None for char in set(text) if _invisible(char)})


def _refuse_unfit(text: str) -> None:
    for char in dict.fromkeys(text):  # Each once, the first that was typed first.
        if char == "\0":
            raise UnfitText("nul")
        if char in BIDI_CONTROLS:
            raise UnfitText("bidi_control")
        if char == REPLACEMENT:
            raise UnfitText("replacement")
        match unicodedata.category(char):
            case "Cs":
                raise UnfitText("surrogate")
            case "Co":
                raise UnfitText("private_use")
            case "Cn" if not _invisible(char):
                raise UnfitText("unassigned")


def _invisible(char: str) -> bool:
    if char == "\n":
        return False
    return (
        char in INVISIBLE
        or unicodedata.category(char) in {"Cf", "Cc", "Cs"}
        or ord(char) & 0xFFFE == 0xFFFE  # Noncharacters, which XML and so XLSX cannot hold.
        or 0xFDD0 <= ord(char) <= 0xFDEF
    )


# --- The comparison key ---------------------------------------------------------------------

COENG = "\u17d2"
ROBAT = "\u17cc"
SHIFTERS = frozenset("\u17c9\u17ca")  # ៉ ៊
SHIFTER_BELOW = "\u17bb"  # ុ
UPPER_VOWELS = frozenset("\u17b7\u17b8\u17b9\u17ba\u17be")  # ិ ី ឹ ឺ ើ
# Under these signs a shifter is drawn as ុ as well, with the letters that it is made for.
UPPER_SIGNS = frozenset("\u17c6\u17d0")  # ំ ័
LETTERS_OF_SHIFTER = {"\u17c9": frozenset("ងញនបមយរលវឝ"), "\u17ca": frozenset("សហអ")}

# One syllable: a consonant or independent vowel, then subscripts and marks in any order.
SYLLABLE = re.compile(r"([\u1780-\u17b3]?)((?:\u17d2[\u1780-\u17b3]|[\u17b6-\u17d3\u17dd])+)")
MARK = re.compile(r"\u17d2[\u1780-\u17b3]|[\u17b6-\u17d3\u17dd]")

# Letters with two codes and one look or one sound.
SAME_LETTER = str.maketrans({"\u17a3": "\u17a2", "\u17a4": "\u17a2\u17b6", "\u17b2": "\u17b1"})

# The marks of a syllable in the order of the Unicode standard's chapter on Khmer.
MARK_ORDER = (
    ROBAT,
    "\u17c9\u17ca",  # ៉ ៊
    "\u17c1\u17c2\u17c3",  # េ ែ ៃ
    "\u17bb\u17bc\u17bd",  # ុ ូ ួ
    "\u17b6\u17b7\u17b8\u17b9\u17ba\u17be\u17bf\u17c0\u17c4\u17c5",  # ា ិ ី ឹ ឺ ើ ឿ ៀ ោ ៅ
    "\u17c6\u17c7\u17c8",  # ំ ះ ៈ
    "\u17cb\u17cd\u17ce\u17cf\u17d0\u17d1\u17d3\u17dd",
)
# A vowel typed as its two halves.
SPLIT_VOWELS = (("\u17c1\u17b6", "\u17c4"), ("\u17c1\u17b8", "\u17be"))

# pg_trgm cuts words at everything Unicode does not call alphabetic, and so at the coeng and the
# signs above letters. Each becomes a letter of a script that nobody types here (Ethiopic).
SIGNS = "\u17c9\u17ca\u17cb\u17cc\u17cd\u17ce\u17cf\u17d0\u17d1\u17d2\u17d3\u17dd"
SIGN_LETTERS = "".join(chr(0x1200 + 8 * n) for n in range(len(SIGNS)))
SIGN_TO_LETTER = str.maketrans(SIGNS, SIGN_LETTERS)
LETTER_TO_SIGN = str.maketrans(SIGN_LETTERS, SIGNS)


def search_key(text: str) -> str:
    """The key under which two ways of typing the same words are equal.

    Marks stand in one order, subscript ដ equals subscript ត (they look the same), split vowels
    are joined, digits are ASCII, Latin is lower-case without accents; spaces, punctuation and
    invisible characters are gone, so the key of "..." is empty. The key is for comparing and
    for trigram search, never for showing. A key is its own key. Never raises.
    """
    text = _plain(without_invisible(text).translate(LETTER_TO_SIGN))
    text = _plain(text.translate(LATIN_LOOK).casefold()).translate(SAME_LETTER)
    return in_mark_order(text).translate(SIGN_TO_LETTER)


def in_mark_order(text: str) -> str:
    """The text with the marks of every Khmer syllable in one order and one spelling."""
    return SYLLABLE.sub(_ordered_syllable, text)


def _plain(text: str) -> str:
    """Letters and digits only, decomposed; of the marks only the Khmer ones."""
    return "".join(filter(None, map(_plain_char, normalised("NFKD", text))))


def _plain_char(char: str) -> str:
    if "\u17b6" <= char <= "\u17d3" or char == "\u17dd":
        return char
    match unicodedata.category(char):
        case "Nd":
            return str(unicodedata.decimal(char))
        case "Lu" | "Ll" | "Lt" | "Lm" | "Lo" | "Nl" | "No":
            return char
    return ""


def _ordered_syllable(match: re.Match[str]) -> str:
    base, tail = match.groups()
    marks = MARK.findall(tail)
    # ្រ is drawn before its letter and so typed before or after the other subscript.
    subscripts = sorted(
        (_folded_subscript(mark) for mark in marks if len(mark) == 2),
        # With a vowel between them the others are drawn on one spot, in whatever order.
        key=lambda mark: (mark[1] == "\u179a", mark),
    )
    # A coeng without a letter after it is half a subscript, which says nothing.
    signs = _folded_signs(base, {mark for mark in marks if len(mark) == 1} - {COENG})
    robat, rest = (ROBAT, signs[1:]) if signs.startswith(ROBAT) else ("", signs)
    # A mark typed twice shows once.
    return base + robat + "".join(dict.fromkeys(subscripts)) + rest


def _folded_subscript(mark: str) -> str:
    return COENG + "\u178f" if mark[1] == "\u178a" else mark


def _mark_rank(mark: str) -> tuple[int, str]:
    return next(n for n, group in enumerate(MARK_ORDER) if mark in group), mark


def _folded_signs(base: str, signs: set[str]) -> str:
    # Taken apart first: ើ with ា is drawn as េ, ី and ា are.
    for halves, whole in SPLIT_VOWELS:
        if whole in signs:
            signs = signs - {whole} | set(halves)
    for halves, whole in SPLIT_VOWELS:
        if signs.issuperset(halves):
            signs = signs.difference(halves) | {whole}
    # Below an upper mark shifters are drawn as ុ, and so people type ុ.
    shifters = signs & SHIFTERS if signs & UPPER_VOWELS else _lowered(base, signs)
    if shifters:
        signs = signs - shifters | {SHIFTER_BELOW}
    return "".join(sorted(signs, key=_mark_rank))


def _lowered(base: str, signs: set[str]) -> set[str]:
    if not signs & UPPER_SIGNS:
        return set()
    return {sign for sign in signs & SHIFTERS if base in LETTERS_OF_SHIFTER[sign]}
