"""Letters of other alphabets that look like Latin ones, as in "Sоk" with a Cyrillic о.

They come from a wrong keyboard or a copied text, nobody sees them, and the name is never found
again by typing it. Some are meant, so they are pointed out and not refused.
"""

import unicodedata

# Alphabets with many letters of the same look; others nobody takes for Latin.
ALPHABETS = ("CYRILLIC", "GREEK", "COPTIC", "ARMENIAN", "CHEROKEE", "LISU", "OSAGE")
# The Latin letters that a reader sees in them.
LATIN_LOOK = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеѕіјорсухԁһԛԝɡΑΒΕΖΗΙΚΜΝΟΡΤΥΧονρ",
    "ABESIJKMHOPCTYXaesijopcyxdhqwgABEZHIKMNOPTYXovp",
)


def lookalike_letters(text: str) -> str:
    """The letters that are not what they look like, each once, in their order; "" if none."""
    return "".join(dict.fromkeys(char for char in text if _looks_like_another(char)))


def _looks_like_another(char: str) -> bool:
    if char.isascii() or not char.isalpha():
        return False
    return unicodedata.name(char, "").startswith(ALPHABETS)
