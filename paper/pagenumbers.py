"""The numbers of pages, where pages are added that WeasyPrint does not know of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from khmer.digits import KHMER, to_khmer_digits
from paper.letters import Instead
from paper.typesetting import Typesetter


@dataclass
class Counted:
    """A line of a page that counts pages: "Page 3 of 7"."""

    boxes: list[Any]

    def text(self, page: int, pages: int) -> str:
        return "".join(_said(box, {"page": page, "pages": pages}) for box in self.boxes)


class PageNumbers:
    """Writes the lines that count pages anew; `added` is how many pages follow each page."""

    def __init__(self, document: Any, setter: Typesetter, added: Mapping[int, int]) -> None:
        self._setter = setter
        self._numbers: dict[int, int] = {}
        number = 1
        for page in range(len(document.pages)):
            self._numbers[page] = number
            number += 1 + added.get(page, 0)
        self._pages = number - 1
        self._lines: dict[int, list[Counted]] = {}
        if added:
            for page, each in enumerate(document.pages):
                self._lines[page] = list(_counted(each._page_box))

    def instead(self) -> dict[int, Instead]:
        """What to draw in place of each text box of those lines, by its identity."""
        return {
            id(box): Instead(self._drawn(line, self._numbers[page]) if not place else "")
            for page, lines in self._lines.items()
            for line in lines
            for place, box in enumerate(line.boxes)
        }

    def shown(self, page: int, further: int) -> str:
        """The lines of a page that comes so many pages after one of WeasyPrint's."""
        return " ".join(
            f"BT {_colour(line.boxes[0])} rg {self._drawn(line, self._numbers[page] + further)} ET"
            for line in self._lines[page]
        )

    def _drawn(self, line: Counted, number: int) -> str:
        first, last = line.boxes[0], line.boxes[-1]
        size = first.style["font_size"]
        text = line.text(number, self._pages)
        (made,) = self._setter.lines(text, 400, float("inf"), False, False)
        # Its right end stays where it was; whatever stands there ends at the margin.
        x = last.position_x + last.width - made.width * size
        y = first.position_y + first.baseline
        return f"{size:.4g} 0 0 {-size:.4g} {x:.2f} {y:.2f} Tm {made.operators}"


def _counted(page: Any) -> Iterator[Counted]:
    for line in page.descendants():
        if type(line).__name__ == "LineBox":
            boxes = [box for box in line.descendants() if type(box).__name__ == "TextBox"]
            if any(_counter(box) for box in boxes):
                yield Counted(boxes)


def _counter(box: Any) -> str:
    """Which of the counters of paper.css a text is: "page", "pages" or none."""
    if box.element_tag != "span::before" or box.element is None:
        return ""
    name = box.element.get("class", "")
    return name if name in ("page", "pages") else ""


def _said(box: Any, counted: Mapping[str, int]) -> str:
    name = _counter(box)
    if not name:
        return str(box.text)
    digits = str(counted[name])
    return to_khmer_digits(digits) if set(box.text) & set(KHMER) else digits


def _colour(box: Any) -> str:
    red, green, blue = box.style["color"].to("srgb").coordinates
    return f"{red:.4g} {green:.4g} {blue:.4g}"
