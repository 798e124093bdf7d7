"""Lines of a laid out page in which some words are others each time: numbers of pages, names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from paper.looks import rgb
from paper.typesetting import Line, Typesetter


@dataclass(frozen=True)
class ChangingLine:
    """The texts of a line, with the name of what changes, in the room that the line has."""

    boxes: list[Any]
    names: list[str]
    left: float
    room: float

    def fits(self, texts: Mapping[str, str], setter: Typesetter) -> bool:
        """Whether the line stays one line, of letters that we have."""
        said = self._said(texts)
        weights = [_weight(box) for box in self.boxes]
        if not all(map(setter.can_set, said, weights)):
            return False
        return self._wide(self._lines(texts, setter)) <= self.room

    def drawn(self, texts: Mapping[str, str], setter: Typesetter) -> str:
        """The operators that draw the line with these texts, within a text object."""
        lines = self._lines(texts, setter)
        free = self.room - self._wide(lines)
        align = self.boxes[0].style["text_align_all"]
        x = self.left + free * {"right": 1, "end": 1, "center": 0.5}.get(align, 0)
        parts = []
        for box, line in zip(self.boxes, lines, strict=True):
            size, y = box.style["font_size"], box.position_y + box.baseline
            parts.append(
                f"{rgb(box.style)} rg {size:.4g} 0 0 {-size:.4g} {x:.2f} {y:.2f} Tm "
                f"{line.operators}"
            )
            x += line.width * size
        # The colour that WeasyPrint believes to be set.
        return " ".join([*parts, f"{rgb(self.boxes[0].style)} rg"])

    def _said(self, texts: Mapping[str, str]) -> list[str]:
        return [
            texts[name] if name else box.text
            for box, name in zip(self.boxes, self.names, strict=True)
        ]

    def _lines(self, texts: Mapping[str, str], setter: Typesetter) -> list[Line]:
        made = []
        for box, said in zip(self.boxes, self._said(texts), strict=True):
            (line,) = setter.lines(
                said.replace("\n", " "), _weight(box), float("inf"), False, False
            )
            made.append(line)
        return made

    def _wide(self, lines: list[Line]) -> float:
        sizes = [box.style["font_size"] for box in self.boxes]
        return float(sum(line.width * size for line, size in zip(lines, sizes, strict=True)))


def _weight(box: Any) -> int:
    return 700 if box.style["font_weight"] >= 600 else 400


def changing_lines(page: Any, name_of: Callable[[Any], str]) -> Iterator[ChangingLine]:
    """The lines of a page in which a text has a name."""
    for block in page.descendants(placeholders=True):
        for line in block.children if hasattr(block, "children") else ():
            if type(line).__name__ != "LineBox":
                continue
            boxes = [
                box
                for box in line.descendants(placeholders=True)
                if type(box).__name__ == "TextBox"
            ]
            names = [name_of(box) for box in boxes]
            if any(names):
                yield ChangingLine(boxes, names, block.content_box_x(), block.width)
