"""The simple formatting of a narrative: paragraphs, headings, lists, and strong words.

What somebody typed is text. There are no links, no pictures and no addresses that anything would
fetch; whoever draws the blocks writes the spans as text.

    ## A heading
    A paragraph with **strong words**.
    - a point of a list
    1. a step
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby

STRONG = re.compile(r"\*\*(\S(?:[^*]*\S)?)\*\*")
HEADING = re.compile(r"#{1,3}\s+(.+)")
POINT = re.compile(r"[-•*]\s+(.+)")
STEP = re.compile(r"[0-9០-៩]{1,3}[.)]\s+(.+)")


class Kind(StrEnum):
    """What a block is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    POINTS = "points"
    STEPS = "steps"


@dataclass(frozen=True)
class Span:
    """Some words, plain or strong."""

    text: str
    is_strong: bool = False


@dataclass(frozen=True)
class Block:
    """A heading, a paragraph or a list; of a list each line is a point of its own."""

    kind: Kind
    lines: list[list[Span]] = field(default_factory=list)


def blocks_of(text: str) -> list[Block]:
    """A text as blocks, in its order."""
    found: list[Block] = []
    for part in re.split(r"\n\s*\n", text.strip()):
        lines = [_line(each.strip()) for each in part.splitlines() if each.strip()]
        for kind, of_kind in groupby(lines, key=lambda line: line[0]):
            spans = [_spans(words) for _kind, words in of_kind]
            if kind == Kind.HEADING:
                found += [Block(kind, [each]) for each in spans]
            else:
                found.append(Block(kind, spans))
    return found


def _line(line: str) -> tuple[Kind, str]:
    for kind, pattern in ((Kind.HEADING, HEADING), (Kind.POINTS, POINT), (Kind.STEPS, STEP)):
        if match := pattern.fullmatch(line):
            return kind, match[1]
    return Kind.PARAGRAPH, line


def _spans(words: str) -> list[Span]:
    return list(_of_words(words))


def _of_words(words: str) -> Iterator[Span]:
    last = 0
    for match in STRONG.finditer(words):
        if match.start() > last:
            yield Span(words[last : match.start()])
        yield Span(match[1], is_strong=True)
        last = match.end()
    if last < len(words):
        yield Span(words[last:])
