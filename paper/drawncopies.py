"""Pages that repeat a page of a PDF with other words and codes, with their tags."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import pydyf

from paper.changing import ChangingLine, changing_lines
from paper.copies import CopiedPage, Copies, Copy, Shape, sections_of, slot_of
from paper.files import Packed, at, compressed
from paper.letters import Instead
from paper.typesetting import Typesetter

REFERENCE = re.compile(rb"(\d+) 0 R")
# The squares of a code, as segno draws them: steps to the right from row to row.
VIEW = re.compile(r'viewBox="0 0 (\d+) (\d+)"')
PATH = re.compile(r'\bd="([^"]*)"')
STEP = re.compile(r"([Mmh])(-?[\d.]+)(?: ?(-?[\d.]+))?")


class Sample:
    """A page that was laid out, which others repeat."""

    def __init__(self, copied: CopiedPage, shape: Shape, number: int, page: Any) -> None:
        self.copied, self.shape, self.number = copied, shape, number
        self.lines = list(changing_lines(page, slot_of))
        self.codes = [
            (box, slot)
            for box in page.descendants(placeholders=True)
            if type(box).__name__.endswith("ReplacedBox") and (slot := _code_of(box, page))
        ]
        self.copy = copied.copies[shape.copies[0]]
        self.places: dict[int, Instead] = {}

    def instead(self, setter: Typesetter) -> dict[int, Instead]:
        """The lines with words that change, drawn by us on this page too."""
        for line in self.lines:
            for place, box in enumerate(line.boxes):
                self.places[id(box)] = Instead("" if place else line.drawn(self.copy, setter))
        return self.places


class DrawnCopies:
    """Adds the pages that repeat one of WeasyPrint's."""

    def __init__(self, copies: Copies, document: Any, setter: Typesetter) -> None:
        self._setter = setter
        self._sections = list(sections_of(document))
        self._copied = {page.name: page for page in copies.pages}
        self._samples = [
            Sample(page, shape, number, document.pages[number]._page_box)
            for page in copies.pages
            for shape in page.shapes.values()
            for name, copy, number in self._sections
            if name == page.name and shape.copies and copy == shape.copies[0]
        ]

    def instead(self) -> dict[int, Instead]:
        return {k: v for sample in self._samples for k, v in sample.instead(self._setter).items()}

    def finish(self, pdf: Any, packed: Packed) -> None:
        """Draw the pages, and put all into the order of the copies."""
        if not self._samples:
            return
        references = list(pdf.page_references)
        made: dict[tuple[str, int], bytes] = {
            (name, copy): references[number] for name, copy, number in self._sections
        }
        top = at(pdf, at(pdf, pdf.catalog["StructTreeRoot"])["K"][0])
        tags = _by_page(pdf, top)
        for sample in self._samples:
            repeated = _Repeated(pdf, packed, sample, self._setter)
            for copy in sample.shape.copies[1:]:
                made[sample.copied.name, copy] = repeated.page(sample.copied.copies[copy])
            tags |= repeated.tags
        for name, page in self._copied.items():
            mine = [made[name, number] for number in range(len(page.copies))]
            laid_out = {references[n] for told, _copy, n in self._sections if told == name}
            place = min((references.index(each) for each in laid_out), default=0)
            references = [each for each in references if each not in laid_out]
            references[place:place] = mine
        pdf.pages["Kids"] = pydyf.Array(
            part for each in references for part in (int(each.split()[0]), 0, "R")
        )
        pdf.pages["Count"] = len(references)
        # Read aloud in the order of the pages.
        top["K"] = pydyf.Array(tag for page in references for tag in tags.get(page, ()))


def _by_page(pdf: Any, top: Any) -> dict[bytes, list[bytes]]:
    """The tags at the top, by the page they begin on."""
    tags: dict[bytes, list[bytes]] = {}
    for tag in top["K"]:
        tags.setdefault(at(pdf, tag)["Pg"], []).append(tag)
    return tags


class _Repeated:
    """One page of WeasyPrint's, ready to be drawn again with other words."""

    def __init__(self, pdf: Any, packed: Packed, sample: Sample, setter: Typesetter) -> None:
        self._pdf, self._packed, self._setter = pdf, packed, setter
        self._page = self._at(pdf.page_references[sample.number])
        self._own = pdf.page_references[sample.number]
        self._lines = {id(sample.places[id(line.boxes[0])]): line for line in sample.lines}
        self._parts = list(self._split(self._at(self._page["Contents"]).stream, sample))
        root = self._at(pdf.catalog["StructTreeRoot"])
        self._top = self._at(root["K"][0])
        self._nums = self._at(root["ParentTree"])["Nums"]
        self._marks = self._nums[2 * sample.number + 1]
        self._tags = list(self._collect())
        # Of the pages that were made.
        self.tags: dict[bytes, list[bytes]] = {}

    def _at(self, reference: bytes) -> Any:
        return at(self._pdf, reference)

    def _split(self, stream: list[Any], sample: Sample) -> Iterator[Any]:
        """What is drawn on the page: the same each time, or a line or a code that changes."""
        codes = iter(sample.codes)
        same: list[Any] = []
        parts = iter(stream)
        for part in parts:
            if id(part) in self._lines:
                yield _bytes(same)
                yield self._lines[id(part)]
                same = []
            elif part == "/Figure":
                same += [part, next(parts), next(parts)]
                yield _bytes(same)
                yield next(codes)
                same = [next(each for each in parts if each == b"EMC")]
            else:
                same.append(part)
        yield _bytes(same)

    def _collect(self) -> Iterator[Any]:
        """The tags of the page, parents before children."""
        waiting = [each for each in self._top["K"] if self._at(each).get("Pg") == self._own]
        while waiting:
            tag = self._at(waiting.pop(0))
            yield tag
            waiting += [kid for kid in tag["K"] if isinstance(kid, bytes) and kid.endswith(b" R")]

    def page(self, copy: Copy) -> bytes:
        """The reference to a page with the words of a copy."""
        content = b"\n".join(self._drawn(part, copy) for part in self._parts)
        stream = compressed(content, {})
        self._pdf.add_object(stream)
        number = self._packed.number()
        reference = b"%d 0 R" % number
        key = int(self._nums[-2]) + 1
        self._nums += [key, self._tagged(reference)]
        told = pydyf.Dictionary({**self._page, "Contents": stream.reference, "StructParents": key})
        self._packed.add(told.data, number)
        return reference

    def _drawn(self, part: Any, copy: Copy) -> bytes:
        if isinstance(part, bytes):
            return part
        if isinstance(part, ChangingLine):
            return part.drawn(copy, self._setter).encode()
        box, slot = part
        return code_operators(
            copy[slot], box.content_box_x(), box.content_box_y(), box.width, box.height
        ).encode()

    def _tagged(self, page: bytes) -> Any:
        """The same tags for another page; what its marked contents belong to."""
        numbers = {tag.number: self._packed.number() for tag in self._tags}

        def renewed(match: re.Match[bytes]) -> bytes:
            if match[0] == self._own:
                return page
            number = int(match[1])
            return b"%d 0 R" % numbers.get(number, number)

        for tag in self._tags:
            self._packed.add(REFERENCE.sub(renewed, tag.data), numbers[tag.number])
        tops = [tag for tag in self._tags if tag["P"] == self._top.reference]
        self.tags[page] = [b"%d 0 R" % numbers[tag.number] for tag in tops]
        return pydyf.Array(REFERENCE.sub(renewed, mark) for mark in self._marks)


def code_operators(svg: str, x: float, y: float, wide: float, high: float) -> str:
    """The squares of a code of `paper.qr`, drawn in this box."""
    view, path = VIEW.search(svg), PATH.search(svg)
    if view is None or path is None:
        raise ValueError("This is no code of ours.")
    drawn, right, down = [], 0.0, 0.0
    for step, first, second in STEP.findall(path[1]):
        if step == "h":
            drawn.append(f"{right:g} {down:g} m {right + float(first):g} {down:g} l")
            right += float(first)
        elif step == "m":
            right, down = right + float(first), down + float(second)
        else:
            right, down = float(first), float(second)
    scale = f"{wide / int(view[1]):.5f} 0 0 {high / int(view[2]):.5f} {x:.2f} {y:.2f} cm"
    return f"q {scale} 1 w 0 0 0 RG {' '.join(drawn)} S Q"


def _code_of(box: Any, page: Any) -> str:
    """The slot that a drawing stands in: it is the one child of the slot's element."""
    for outer in page.descendants(placeholders=True):
        slot = outer.element.get("data-slot", "") if outer.element is not None else ""
        if slot and box.element in list(outer.element):
            return str(slot)
    return ""


def _bytes(parts: Sequence[Any]) -> bytes:
    data = pydyf.Stream(list(parts)).data
    return bytes(data[data.index(b"stream\n") + 7 : data.rindex(b"\nendstream")])
