"""Pages that are alike but for a few words, as certificates are: laid out once, drawn many times.

A template shows one such page, a section with `data-copies="name"`, and marks with `data-slot` the
elements that hold what differs. WeasyPrint lays out one page of each shape: with the same slots
filled. All others repeat what it drew, with their own words and codes, set by us. A page whose
words need a second line, or letters of other fonts, is laid out by WeasyPrint like any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from defusedxml.ElementTree import fromstring

from paper.changing import ChangingLine, changing_lines
from paper.longruns import as_parsed
from paper.looks import SAMPLE
from paper.typesetting import Typesetter

# What stands in the slots of a page: texts, or drawings in SVG.
Copy = Mapping[str, str]
CopiesByName = Mapping[str, Sequence[Copy]]
SVG = "<svg "
XMLNS = 'xmlns="http://www.w3.org/2000/svg"'

Render = Callable[[Element], Any]


@dataclass
class Shape:
    """Pages with the same slots filled; the first one is laid out for all."""

    slots: frozenset[str]
    # The numbers of the copies that repeat the page, and the room and so on of their lines.
    copies: list[int] = field(default_factory=list)
    lines: Sequence[ChangingLine] = ()


@dataclass
class CopiedPage:
    """A page of the template, and what it is repeated with."""

    name: str
    section: Element
    around: Element
    copies: Sequence[Copy]
    shapes: dict[frozenset[str], Shape] = field(default_factory=dict)
    # The copies that WeasyPrint lays out, the first of each shape among them.
    laid_out: list[int] = field(default_factory=list)

    def filled(self, copy: Copy) -> Element:
        """The section with the words of a copy."""
        section = deepcopy(self.section)
        section.attrib.pop("data-copies")
        above = {child: parent for parent in section.iter() for child in parent}
        for slot in [each for each in section.iter() if "data-slot" in each.attrib]:
            said = copy[slot.attrib["data-slot"]]
            if not said:
                above[slot].remove(slot)
            elif said.startswith(SVG):
                slot.append(fromstring(said.replace(SVG, f"{SVG}{XMLNS} ", 1)))
            else:
                slot.text = as_parsed(said)
        return section


class Copies:
    """The pages of a document that are repeated with other words."""

    def __init__(self, root: Element, copies: CopiesByName, render: Render) -> None:
        self._root, self._render = root, render
        self.pages = list(_pages(root, copies))

    def put(self, setter: Typesetter) -> None:
        """Put into the document what has to be laid out."""
        for page in self.pages:
            self._sort(page, setter)
            place = list(page.around).index(page.section)
            page.around.remove(page.section)
            for number, copy in enumerate(page.laid_out):
                section = page.filled(page.copies[copy])
                section.set("data-copy", f"{page.name} {copy}")
                page.around.insert(place + number, section)

    def _sort(self, page: CopiedPage, setter: Typesetter) -> None:
        """Find the shape of each copy; one that does not fit has to be laid out itself."""
        shapes = page.shapes
        for copy in page.copies:
            slots = _slots(copy)
            shapes.setdefault(slots, Shape(slots))
        self._measure(page)
        for number, copy in enumerate(page.copies):
            shape = shapes[_slots(copy)]
            if not all(line.fits(copy, setter) for line in shape.lines):
                page.laid_out.append(number)
                continue
            if not shape.copies:
                page.laid_out.append(number)
            shape.copies.append(number)

    def _measure(self, page: CopiedPage) -> None:
        """Lay out a page of each shape, to learn the room of its lines."""
        if not page.shapes:
            return
        root = Element(self._root.tag, self._root.attrib)
        body = SubElement(root, "body")
        inner = SubElement(body, page.around.tag, page.around.attrib)
        for number, shape in enumerate(page.shapes.values()):
            drawn = {
                s: said
                for copy in page.copies
                for s, said in copy.items()
                if said.startswith(SVG) and _slots(copy) == shape.slots
            }
            section = page.filled(
                {slot: drawn.get(slot) or SAMPLE for slot in shape.slots}
                | {slot: "" for copy in page.copies for slot in copy if slot not in shape.slots}
            )
            section.set("data-copy", f"{number}")
            inner.append(section)
        document = self._render(root)
        for shape, each in zip(page.shapes.values(), document.pages, strict=True):
            shape.lines = list(changing_lines(each._page_box, slot_of))


def slot_of(box: Any) -> str:
    """The slot that a text stands in."""
    return box.element.get("data-slot", "") if box.element is not None else ""


def sections_of(document: Any) -> Iterator[tuple[str, int, int]]:
    """Name of the page, number of the copy and number of the page, of each that was laid out."""
    for number, page in enumerate(document.pages):
        for box in page._page_box.descendants(placeholders=True):
            told = box.element.get("data-copy", "") if box.element is not None else ""
            if told:
                name, copy = told.split()
                yield name, int(copy), number
                break


def _slots(copy: Copy) -> frozenset[str]:
    return frozenset(slot for slot, said in copy.items() if said)


def _pages(root: Element, copies: CopiesByName) -> Iterator[CopiedPage]:
    above = {child: parent for parent in root.iter() for child in parent}
    for section in list(root.iter()):
        if name := section.attrib.get("data-copies"):
            yield CopiedPage(name, section, above[section], copies[name])
