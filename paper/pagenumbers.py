"""The numbers of pages, where pages are added that WeasyPrint does not know of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from khmer.digits import KHMER, to_khmer_digits
from paper.changing import ChangingLine, changing_lines
from paper.letters import Instead
from paper.typesetting import Typesetter


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
        self._lines: dict[int, list[ChangingLine]] = {}
        if added:
            for page, each in enumerate(document.pages):
                self._lines[page] = list(changing_lines(each._page_box, _counter))

    def instead(self) -> dict[int, Instead]:
        """What to draw in place of each text box of those lines, by its identity."""
        return {
            id(box): Instead("" if place else self._drawn(line, self._numbers[page]))
            for page, lines in self._lines.items()
            for line in lines
            for place, box in enumerate(line.boxes)
        }

    def shown(self, page: int, further: int) -> str:
        """The lines of a page that comes so many pages after one of WeasyPrint's."""
        number = self._numbers[page] + further
        return " ".join(f"BT {self._drawn(line, number)} ET" for line in self._lines[page])

    def _drawn(self, line: ChangingLine, number: int) -> str:
        is_khmer = any(
            set(box.text) & set(KHMER)
            for box, name in zip(line.boxes, line.names, strict=True)
            if name
        )
        said = {"page": str(number), "pages": str(self._pages)}
        if is_khmer:
            said = {name: to_khmer_digits(digits) for name, digits in said.items()}
        return line.drawn(said, self._setter)


def _counter(box: Any) -> str:
    """Which of the counters of paper.css a text is: "page", "pages" or none."""
    if box.element_tag != "span::before" or box.element is None:
        return ""
    name = box.element.get("class", "")
    return name if name in ("page", "pages") else ""
