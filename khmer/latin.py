"""Latin spellings of Khmer names, folded so that the many ways to write one sound meet.

There is no single standard in daily use: one village is Ou Ta Teak in a report and Ou Tatiek in
the official list. Equal skeletons make two names candidates; a person decides.
"""

import re
from functools import lru_cache

from khmer.lookalikes import LATIN_LOOK
from khmer.normal import normalised

# What is written many ways and heard as one, with a pair that it makes equal. Applied in this
# order, again and again until nothing changes. Deliberately not folded: a final h, s or k
# (Vanna and Vannak are two people), a against o, and l, r, n, m.
FOLDS: tuple[tuple[str, str, str, str], ...] = (
    # pattern, becomes, pair that becomes equal
    (r"chh?", "c", "Chhay", "Chay"),
    (r"j", "c", "Jan", "Chan"),
    (r"kh|ck", "k", "Khim", "Kim"),
    (r"ph", "p", "Phalla", "Palla"),
    (r"th", "t", "Visoth", "Visot"),
    (r"bh", "b", "Bhopa", "Bopha"),
    (r"dh", "d", "Dhara", "Dara"),
    (r"nh", "n", "Nhem", "Nem"),
    (r"w", "v", "Sowan", "Sovann"),
    (r"(?<=[aeiou])rn", "n", "Samoeurn", "Samoeun"),
    (r"oeu|oe|eu", "e", "Noeun", "Neun"),
    (r"ea|ie|ia|ae", "e", "Teak", "Tiek"),
    (r"ou|oo|uo|u+", "u", "Phoung", "Pung"),
    (r"(?<=.)y(?![aeiou])", "i", "Srey", "Srei"),
    (r"([a-z])\1+", r"\1", "Sovann", "Sovan"),
)
# Letters are folded in rounds, each over all of the word; no word of a name is longer than this.
LONGEST_WORD = 100
COMPILED = tuple((re.compile(pattern), becomes) for pattern, becomes, _, _ in FOLDS)


def plain_latin(text: str) -> str:
    """The text in lower case without accents and apostrophes, and without other scripts.

    Letters of other alphabets that look like Latin ones are those.
    """
    text = normalised("NFKD", text.translate(LATIN_LOOK))
    return text.encode("ascii", "ignore").decode().lower().replace("'", "")


def latin_skeleton(text: str) -> str:
    """The folded words of a Latin text, in their order, one space between; "" if it has none.

    Letters of other scripts are left out. A skeleton is its own skeleton. Never raises.
    """
    words = re.findall("[a-z]+|[0-9]+", plain_latin(text))
    return " ".join(_folded(word) if len(word) <= LONGEST_WORD else word for word in words)


def sorted_skeleton(text: str) -> str:
    """The skeleton with its words sorted: equal for family name first and family name last."""
    return " ".join(sorted(latin_skeleton(text).split()))


def compact_skeleton(text: str) -> str:
    """The skeleton without spaces: "Srey Mom" and "Sreymom" are equal."""
    return latin_skeleton(text).replace(" ", "")


# Most names are made of a few hundred words.
@lru_cache(maxsize=20_000)
def _folded(word: str) -> str:
    while True:
        folded = word
        for pattern, becomes in COMPILED:
            folded = pattern.sub(becomes, folded)
        if folded == word:
            return word
        word = folded
