"""A tree whose parts add up, drawn as an icicle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from paper.charts.drawing import SMALL, TIGHT, WIDTH, Drawing, count, token

# From dark to light as the tree goes down, with the ink that can be read on each.
SHADES = (
    ("series-1", "on-accent"),
    ("series-2", "ink"),
    ("series-4", "ink"),
    ("accent-tint", "ink"),
)
MOST_LINES = 3


@dataclass(frozen=True)
class Node:
    """One node of a tree that adds up: its value counts everything below it too."""

    label: str
    value: int
    children: tuple[Node, ...] = ()
    href: str = ""

    def __post_init__(self) -> None:
        if sum(child.value for child in self.children) > self.value:
            raise ValueError("The children of a node are parts of it and sum to no more.")


@dataclass(frozen=True)
class _Box:
    """A node as it is drawn, or several tiny ones."""

    label: str
    value: int
    x: float
    wide: float
    level: int
    parent: str
    href: str = ""
    are_others: bool = False


def icicle(
    name: str,
    title: str,
    root: Node,
    *,
    unit: str,
    levels: Sequence[str] = (),
    least_share: float = 0.02,
    for_paper: bool = False,
) -> SafeString:
    """A tree as rows of boxes, each as wide as its value and standing below its parent.

    `levels` names the rows from the top. Siblings of less than `least_share` of the root each are
    drawn as one box of others. A box too narrow for its label has a number that is read below.
    """
    sheet = Drawing(name, title, for_paper)
    if not root.value:
        return sheet.no_data()
    boxes = list(_boxes([(root, "")], 0.5, (WIDTH - 1) / root.value, least_share * root.value))
    numbered: list[str] = []
    for level in range(max(box.level for box in boxes) + 1):
        row = [box for box in boxes if box.level == level]
        if level < len(levels):
            total = count(sum(box.value for box in row), unit)
            sheet.paragraph(f"{levels[level]}: {total}")
        _row(sheet, row, numbered)
    if numbered:
        sheet.down(4)
        sheet.paragraph("\u00a0· ".join(numbered))
    return sheet.done([_in_words(box, unit) for box in boxes])


def _boxes(
    siblings: Sequence[tuple[Node, str]], x: float, scale: float, least: float, level: int = 0
) -> Iterator[_Box]:
    """The boxes of siblings and of all below them; each sibling comes with its parent's label."""
    tiny = [(node, parent) for node, parent in siblings if level and node.value < least]
    own = siblings if len(tiny) < 2 else [pair for pair in siblings if pair[0].value >= least]
    for node, parent in own:
        yield _Box(node.label, node.value, x, node.value * scale, level, parent, node.href)
        below = [(child, node.label) for child in node.children]
        yield from _boxes(below, x, scale, least, level + 1)
        x += node.value * scale
    if len(own) < len(siblings):
        value = sum(node.value for node, _parent in tiny)
        label = _("others (%(count)s)") % {"count": f"{len(tiny):,}"}
        yield _Box(label, value, x, value * scale, level, tiny[0][1], are_others=True)
        below = [(child, label) for node, _parent in tiny for child in node.children]
        yield from _boxes(below, x, scale, least, level + 1)


def _row(sheet: Drawing, boxes: Sequence[_Box], numbered: list[str]) -> None:
    """One level; what has no room for its label is numbered, and named in `numbered`."""
    labels = [_fitting(sheet, box) for box in boxes]
    high = 8 + TIGHT * max(1, *(len(label) for label in labels))
    for box, label in zip(boxes, labels, strict=True):
        words = f"{box.label}: {box.value:,}"
        if not label and sheet.wide(str(len(numbered) + 1), SMALL, 700) <= box.wide - 2:
            numbered.append(f"{len(numbered) + 1}\u00a0{words}")
            label = [str(len(numbered))]
        fill, ink = SHADES[min(box.level, len(SHADES) - 1)]
        with sheet.named(words, box.href):
            if box.are_others:
                sheet.outline(box.x, sheet.y, box.wide, high)
                ink = "ink"
            else:
                sheet.box(box.x, sheet.y, box.wide, high, token(fill))
            for number, line in enumerate(label):
                bold = 700 if number == len(label) - 1 else 400
                y = sheet.y + 17 + number * TIGHT
                sheet.text(
                    line, box.x + box.wide / 2, y, size=SMALL, weight=bold, middle=True, colour=ink
                )
    sheet.down(high + 3)


def _fitting(sheet: Drawing, box: _Box) -> list[str]:
    """The lines of a box's label and its value; none of them if they do not all fit."""
    room = box.wide - 4
    label, value = sheet.words(box.label, room), f"{box.value:,}"
    widest = max(*(sheet.wide(line) for line in label), sheet.wide(value, weight=700))
    if len(label) > MOST_LINES or widest > room:
        return []
    return [*label, value]


def _in_words(box: _Box, unit: str) -> str:
    said = f"{box.label}: {count(box.value, unit)}"
    return f"{said} ({box.parent})" if box.parent else said
