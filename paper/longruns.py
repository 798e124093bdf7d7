"""Text without an end: runs of letters that hold no place to break a line."""

import re

from khmer.wrap import wrap_words

# Breaking a line takes the square of the longest run without a place to break it.
LONGEST_RUN = 100
TEXT = re.compile(rf">[^<]{{{LONGEST_RUN},}}<")
# What stands above, below and around a Khmer letter stays with it, if it is no run of its own.
KEPT = "(?:(?<=\u17d2)[^\\s&<>\u200b]|[\u17b4-\u17d3\u17dd]){0,20}"
RUN = re.compile(rf"(?:&#?\w{{1,10}};|[^\s&<>\u200b]){{{LONGEST_RUN}}}{KEPT}(?=[^\s\u200b])")
PLAIN_RUN = re.compile(rf"[^\s\u200b]{{{LONGEST_RUN}}}{KEPT}(?=[^\s\u200b])")


def break_long_runs(html: str) -> str:
    """The page with a place to break a line in each run of letters that is longer than any word.

    Only in text, never inside a tag or an entity. After `wrap_words`, which finds the words.
    """
    return TEXT.sub(lambda text: RUN.sub("\\g<0>\u200b", text[0]), html)


def as_parsed(text: str) -> str:
    """A text that is put into a page that was parsed already, with places to break its lines.

    What no parser lets through would confuse the layout.
    """
    readable = wrap_words(text.replace("\0", "\ufffd"))
    return PLAIN_RUN.sub("\\g<0>\u200b", readable)
