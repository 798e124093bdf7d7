"""Where a line of Khmer may break: Khmer is written without spaces between words."""

import re
from functools import lru_cache

ZWSP = "\u200b"
KHMER_RUN = re.compile(
    r"[\u1780-\u17ff\u19e0-\u19ff\u200b]*[\u1780-\u17ff\u19e0-\u19ff][\u1780-\u17ff\u19e0-\u19ff\u200b]*"
)
# No line begins with a full stop, a repetition sign, the currency sign or a mark of a letter
# that the segmenter cut off.
NOT_BEFORE = re.compile("\u200b+(?=[\u17b4-\u17dd])")
# Nor may a subscript leave its letter.
NOT_AFTER = re.compile("(?<=\u17d2)\u200b+")


def wrap_words(text: str) -> str:
    """The text with a zero-width space between Khmer words; everything else as it was.

    Wrapping what is already wrapped changes nothing. The first call loads a model (0.1 s).
    """
    return KHMER_RUN.sub(_wrapped_run, text)


def has_khmer(text: str) -> bool:
    return bool(re.search(r"[\u1780-\u17ff\u19e0-\u19ff]", text))


def _wrapped_run(match: re.Match[str]) -> str:
    return _wrapped(match[0].replace(ZWSP, ""))


@lru_cache(maxsize=8192)
def _wrapped(run: str) -> str:
    # Loaded here because a web worker that prints nothing need not hold the model.
    from khmercut import tokenize

    words = tokenize(run)
    return NOT_AFTER.sub("", NOT_BEFORE.sub("", ZWSP.join(words)))
