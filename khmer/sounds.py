"""One code for the sound of a name in Khmer and in Latin letters: its consonants, coarsely.

Vowels are written in too many ways to compare; that a word begins or ends with one is kept. សុធា
and Sothea are both STA, and so is Sitha: equal codes make candidates for a search, and no more.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import product

from khmer.latin import LONGEST_WORD, plain_latin
from khmer.normal import COENG, in_mark_order, without_invisible
from khmer.wrap import has_khmer

VOWEL = "A"
CLASSES = {
    "K": "កខគឃ", "G": "ង", "C": "ចឆជឈ", "N": "ញណន", "T": "ដឋឌឍតថទធ", "P": "បផពភ", "M": "ម",
    "Y": "យ", "R": "រឫឬ", "L": "លឡឭឮ", "V": "វ", "S": "សឝឞ", "H": "ហ",
}  # fmt: skip
CLASS_OF = {letter: code for code, letters in CLASSES.items() for letter in letters}

LETTER = "[\u1780-\u17b3]"
CLUSTER = re.compile(
    f"(?P<base>{LETTER})(?P<below>(?:{COENG}{LETTER})*)(?P<marks>[\u17b6-\u17d1\u17dd]*)"
)
# What makes a syllable of its own, where a bare consonant may close the one before.
VOWEL_MARKS = re.compile("[\u17b6-\u17c5\u17c7\u17c8]")
INDEPENDENT_VOWELS = "ឥឦឧឨឩឪឫឬឭឮឯឰឱឲឳ"
NIKAHIT, SILENT, SHORT = "\u17c6", "\u17cd", "\u17c8"  # ំ ៍ ៈ
# A vowel of the mouth before ង, though it is written with ំ.
ANG = re.compile("ាំ(?=ង)")
# Written at the end of words from Pali and often not heard.
FAINT = ("\u17b7", "\u17bb")  # ិ ុ

LATIN = re.compile(
    r"(?P<G>ng)|(?P<C>tch|chh?|j|c)|(?P<K>kh|ck|gh|[kgq])|(?P<N>nh|gn|n)|(?P<P>ph|bh|[pbf])"
    r"|(?P<T>th|dh|[td])|(?P<S>sh|[sxz])|(?P<M>m)|(?P<L>l)"
    # Heard only before a vowel.
    r"|(?P<R>r(?=[aeiouy]))|(?P<V>[vw](?=[aeiouy])|(?<![a-z])[vw])|(?P<H>h(?=[aeiouy]))"
    r"|(?P<Y>(?<![a-z])y(?=[aeiou]))|(?P<A>[a-z])"
)
# More spellings of one word than that are not tried.
MOST_CODES = 4


@lru_cache(maxsize=20_000)
def sound_codes(word: str) -> tuple[str, ...]:
    """The codes of one word, of either script; none if it has no letter of them.

    Khmer has several where letters at the end may be silent.
    """
    word = without_invisible(word)[:LONGEST_WORD]
    codes = _codes_of_khmer(word) if has_khmer(word) else [_code_of_latin(plain_latin(word))]
    return tuple(filter(None, dict.fromkeys(codes)))


def consonants_of(words: Sequence[str]) -> set[str]:
    """The consonants of a whole name, in no order of its words and whether or not they are parted.

    Only of names with three consonants or more; those of others are shared by too many.
    """
    spelt = [[code.replace(VOWEL, "") for code in sound_codes(word)] or [""] for word in words]
    whole = {"".join(codes) for codes in list(product(*spelt))[:MOST_CODES]}
    return {turned(code) for code in whole if len(code) > 2}


def turned(text: str) -> str:
    """The least of all rotations of a text: the same for "កែវពិសី" and "ពិសីកែវ"."""
    return min((text[n:] + text[:n] for n in range(len(text))), default="")


def _code_of_latin(word: str) -> str:
    code, ends_in_vowel = "", False
    for match in LATIN.finditer(word):
        kind = match.lastgroup or VOWEL
        is_vowel = kind == VOWEL
        if is_vowel:
            code = code or VOWEL
        elif ends_in_vowel or not code.endswith(kind):
            code += kind  # A doubled letter is one.
        ends_in_vowel = is_vowel
    return code + VOWEL if ends_in_vowel and len(code) > (code == VOWEL) else code


def _codes_of_khmer(word: str) -> list[str]:
    spelt = ANG.sub("ា", in_mark_order(word))
    clusters = [match for match in CLUSTER.finditer(spelt) if SILENT not in match["marks"]]
    parts = [
        _sounds(match, is_first=n == 0, is_last=n == len(clusters) - 1)
        for n, match in enumerate(clusters)
    ]
    return [_joined(spelt) for spelt in list(product(*parts))[:MOST_CODES]]


def _sounds(match: re.Match[str], *, is_first: bool, is_last: bool) -> list[str]:
    """What one consonant with all that stands at it may sound like; a vowel is VOWEL."""
    base, marks = match["base"], match["marks"]
    has_vowel = bool(VOWEL_MARKS.search(marks)) or base in INDEPENDENT_VOWELS
    letters = _heard(base, match["below"].replace(COENG, ""), is_first=is_first)
    nasal = "M" if NIKAHIT in marks else ""
    if is_last and not is_first and not has_vowel and not nasal:
        # It closes the word: of several consonants the first is heard, and r, v and y as a vowel.
        first = VOWEL if letters[:1] in ("R", "V", "") else letters[0]
        return list(dict.fromkeys([first, letters or first]))
    opening = VOWEL if is_first and not letters else ""
    sounds = [opening + letters + (VOWEL if has_vowel or nasal else "") + nasal]
    if is_last and not is_first and marks.endswith(FAINT):
        sounds.append(letters[:1])
    if is_last and marks.endswith(SHORT):
        sounds.append(f"{opening}{letters}{VOWEL}K")
    return sounds


def _heard(base: str, below: str, *, is_first: bool) -> str:
    """The classes of a consonant and of those below it."""
    if base == "ហ" and below:
        # Letters that Khmer lacks are written with ហ above: ហ្វ is f.
        base, below = ("ផ" if below[0] == "វ" else below[0]), below[1:]
    silent = "" if is_first else "យ"
    first = "" if base in silent else CLASS_OF.get(base, "")
    return first + "".join(CLASS_OF.get(letter, "") for letter in below if letter not in "ហយអ")


def _joined(sounds: tuple[str, ...]) -> str:
    """The code of a word: vowels only at its start and its end, doubled consonants once."""
    spelt = re.sub(r"([B-Z])\1+", r"\1", "".join(sounds))
    middle = spelt[1:-1].replace(VOWEL, "")
    return spelt[:1] + middle + spelt[-1:] if len(spelt) > 1 else spelt
