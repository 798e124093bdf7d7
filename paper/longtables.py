"""Long tables: the rows drawn by us, everything around them laid out by WeasyPrint.

WeasyPrint takes a millisecond for each cell, and memory for as long as it draws. It lays out one
row of each table, and the style sheet so says what the rows look like. They are then set and
measured here, and belong on rows of WeasyPrint's that are empty and as high as needed. Pages of a
table that hold nothing but rows are not laid out at all, but repeat one that was.

A row with letters that we cannot set is laid out by WeasyPrint as ever. A row that is as high as
a page is parted into several.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from paper.longruns import as_parsed
from paper.looks import SAMPLE, RowLook, look_of
from paper.otherfonts import can_stand_alone, faces_of, samples
from paper.rows import Row, Rows
from paper.typesetting import Line, Typesetter

# Rows that have an empty row of WeasyPrint's each: more than fit on a page, so that it finds
# where the first page of a table ends.
ONE_BY_ONE = 60
# Full pages of one table from which on one of them is repeated.
REPEATED = 3
# In WeasyPrint's pixels: a higher row is parted, so that it does not matter where a page ends.
HIGHEST = 300
# How much a line may be wider than its room: what is lost in calculating.
NEARLY_NONE = 1e-4
# What a page is full within.
NEARLY = 0.5

Render = Callable[[Element], Any]


@dataclass(slots=True)
class SetRow:
    """A row that is set: the lines of its cells, each with its size."""

    look: RowLook
    cells: Sequence[Sequence[tuple[float, Line]]]
    high: float


@dataclass
class Span:
    """Rows of ours that stand one below the other on a page."""

    table: LongTable
    first: int
    end: int

    @property
    def rows(self) -> Sequence[SetRow]:
        return [row for row in self.table.set[self.first : self.end] if isinstance(row, SetRow)]


@dataclass
class LongTable:
    """The rows of one table, and the place in the page where they belong."""

    name: str
    body: Element
    looks: dict[str, Element]
    rows: Sequence[Row]
    # What says how its rows look: equal for the same table of another page.
    signature: bytes
    # The rows that we draw, and those that WeasyPrint lays out.
    set: list[SetRow | Row] = field(default_factory=list)
    # Full pages that are not laid out, by the first row of the page that they repeat.
    repeats: dict[int, list[Span]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._place = list(self.body).index(next(iter(self.looks.values())))
        for each in self.looks.values():
            self.body.remove(each)
        self._put: list[Element] = []

    def put(self, spans: Sequence[Span]) -> None:
        """Rows for WeasyPrint, where the sample was: empty ones, or with what we cannot set."""
        for each in self._put:
            self.body.remove(each)
        self._put = [self._element(span) for span in spans]
        for number, element in enumerate(self._put, self._place):
            self.body.insert(number, element)

    def one_by_one(self, first: int, end: int) -> list[Span]:
        return [Span(self, number, number + 1) for number in range(first, end)]

    def in_pages(self, begun: tuple[int, float]) -> list[Span]:
        """The rows by pages, when it is known how many are on the first one, and the room of the
        others. Those of the last page one by one, for WeasyPrint to find a place for what follows.
        """
        first, room = begun
        if any(isinstance(row, Row) for row in self.set[:first]):
            return self.one_by_one(0, len(self.set))
        ends = list(self._ends(first, room))
        pages = [Span(self, start, end) for start, end in pairwise([0, *ends])]
        first_page, *full = pages
        if len(full) >= REPEATED:
            self.repeats = {full[0].first: full[1:]}
            full = full[:1]
        return [first_page, *full, *self.one_by_one(ends[-1], len(self.set))]

    def _ends(self, first: int, room: float) -> Iterator[int]:
        yield first
        high = 0.0
        for number, row in enumerate(self.set[first:], first):
            if isinstance(row, Row):
                return
            if high + row.high > room:
                yield number
                high = 0.0
            high += row.high

    def _element(self, span: Span) -> Element:
        first = self.set[span.first]
        if isinstance(first, Row):
            element = filled(self.looks[first.look], first)
        else:
            element = _empty(span, columns=len(first.cells))
        element.set("data-table", self.name)
        return element


def _parts(look: RowLook, cells: Sequence[Sequence[tuple[float, Line]]]) -> Iterator[SetRow]:
    """The rows of a table that a row becomes: one, unless it is very high."""
    most = max(1, min(int((HIGHEST - of.around) / of.line) for of in look.cells))
    for at in range(0, max(1, *map(len, cells)), most):
        part = [lines[at : at + most] for lines in cells]
        needed = [
            len(lines) * of.line + of.around for of, lines in zip(look.cells, part, strict=True)
        ]
        yield SetRow(look, part, max(look.least, *needed))


def _empty(span: Span, *, columns: int) -> Element:
    high = sum(row.high for row in span.rows)
    row = Element("tr", {"data-first": str(span.first), "data-end": str(span.end)})
    style = (
        f"height: {high:.4f}px; box-sizing: border-box; padding: 0; border: 0; background: none; "
        "font-size: 1px; line-height: 1px; vertical-align: top"
    )
    # Where this letter would be drawn, the rows are.
    SubElement(row, "td", {"colspan": f"{columns}", "style": style}).text = SAMPLE
    return row


def filled(look: Element, row: Row) -> Element:
    """The row of the template with these texts in it."""
    element = deepcopy(look)
    element.attrib.pop("data-rows")
    for cell, said in zip(element, row.cells, strict=True):
        text, small = said if isinstance(said, tuple) else (said, "")
        for child in list(cell):
            cell.remove(child)
        first, *others = as_parsed(text).split("\n")
        cell.text = first
        for line in others:
            SubElement(cell, "br").tail = line
        if small:
            SubElement(cell, "br")
            SubElement(cell, "small").text = as_parsed(small)
    return element


class LongTables:
    """The long tables of one page of HTML."""

    def __init__(self, root: Element, rows: Rows, render: Render) -> None:
        self._root, self._render = root, render
        self.tables = {f"{number}": table for number, table in enumerate(_tables(root, rows))}
        for name, table in self.tables.items():
            table.name = name
        self.setter = Typesetter()

    def document(self) -> Any:
        """The document, laid out, with empty rows where ours belong."""
        if self.tables:
            self._set()
        for table in self.tables.values():
            table.put(table.one_by_one(0, min(len(table.set), ONE_BY_ONE)))
        document = self._render(self._root)
        long = [table for table in self.tables.values() if len(table.set) > ONE_BY_ONE]
        if long:
            begun = self._begun(document)
            for table in long:
                page = begun.get(table.name)
                all_rows = table.one_by_one(0, len(table.set))
                table.put(table.in_pages(page) if page else all_rows)
            document = self._render(self._root)
        return document

    def _set(self) -> None:
        """Set all rows, in the looks of a page that holds one row of each kind of table."""
        kinds = {table.signature: table for table in self.tables.values() if table.rows}
        page = _specimen(self._root, kinds.values(), self._lacking())
        document = self._render(page)
        least = {
            (box.element.get("data-low"), box.element.get("data-look")): box.height
            for _number, _page, box in rows_of(document, "data-low")
        }
        looks = {}
        for _number, _page, box in rows_of(document, "data-rows"):
            key = box.element.get("data-rows"), box.element.get("data-look")
            looks[key] = look_of(box, least=least[key])
        others = faces_of(
            box for page in document.pages for box in page._page_box.descendants(placeholders=True)
        )
        self.setter = Typesetter(others)
        for table in self.tables.values():
            if table.rows:
                of = kinds[table.signature].name
                table.set = [
                    part for row in table.rows for part in self._row(row, looks[of, row.look])
                ]

    def _lacking(self) -> list[str]:
        """The letters of the rows that our fonts do not have, as far as they can stand alone."""
        letters = {
            letter
            for table in self.tables.values()
            for row in table.rows
            for cell in row.cells
            for text in ((cell,) if isinstance(cell, str) else cell)
            for letter in text
        }
        return sorted(filter(can_stand_alone, self.setter.lacks("".join(letters))))

    def _row(self, row: Row, look: RowLook) -> Iterator[SetRow | Row]:
        """The row, set; in several parts where it is very high."""
        cells = []
        for cell, of in zip(row.cells, look.cells, strict=True):
            text, small = cell if isinstance(cell, tuple) else (cell, "")
            lines: list[tuple[float, Line]] = []
            for said, size in ((text, of.size), (small, of.small)):
                if not said:
                    continue
                if not self.setter.can_set(said, of.weight):
                    yield row
                    return
                room = of.wide / size + NEARLY_NONE
                made = self.setter.lines(said, of.weight, room, of.wraps, of.cuts)
                lines += [(size, line) for line in made]
            cells.append(lines)
        yield from _parts(look, cells)

    def _begun(self, document: Any) -> dict[str, tuple[int, float]]:
        """How many rows of a table are on its first page, and the room of its next one.

        Of tables that have their first page to themselves: how far down another one ends is not
        known yet.
        """
        pages: dict[str, dict[int, list[Any]]] = {}
        bottoms: dict[int, float] = {}
        taken: dict[int, str] = {}
        for number, page, box in rows_of(document, "data-table"):
            name = box.element.get("data-table")
            pages.setdefault(name, {}).setdefault(number, []).append(box)
            bottoms[number] = page.content_box_y() + page.height
            taken.setdefault(number, name)
        begun = {}
        for name, found in pages.items():
            first, *others = sorted(found)
            if others and taken[first] == name:
                room = bottoms[others[0]] - found[others[0]][0].position_y - NEARLY
                begun[name] = (len(found[first]), room)
        return begun


def rows_of(document: Any, attribute: str) -> Iterator[tuple[int, Any, Any]]:
    """The rows of tables in a document that have an attribute, with their page and its number."""
    for number, page in enumerate(document.pages):
        for box in page._page_box.descendants(placeholders=True):
            if type(box).__name__ == "TableRowBox" and attribute in box.element.attrib:
                yield number, page._page_box, box


def _tables(root: Element, rows: Rows) -> Iterator[LongTable]:
    """The tables of a page that show a row with `data-rows`."""
    above = {child: parent for parent in root.iter() for child in parent}
    found: dict[Element, dict[str, Element]] = {}
    for row in list(root.iter("tr")):
        if "data-rows" in row.attrib:
            found.setdefault(above[row], {})[row.get("data-look", "")] = row
    for body, looks in found.items():
        told = rows[next(iter(looks.values())).attrib["data-rows"]]
        signature = tostring(_alone(_within(body, above), looks, ""))
        yield LongTable("", body, looks, told, signature)


def _within(element: Element, above: Mapping[Element, Element]) -> list[Element]:
    """An element and all that it stands in, from the inside out."""
    chain = [element]
    while chain[-1] in above:
        chain.append(above[chain[-1]])
    return chain


def _alone(chain: Sequence[Element], looks: dict[str, Element], name: str) -> Element:
    """A table with its head and a row of each look, within what it stands in."""
    body, table, *outside = chain
    inner = Element("tbody", body.attrib)
    for look, row in looks.items():
        small = [SAMPLE if cell.find("small") is not None else "" for cell in row]
        low = filled(row, Row([SAMPLE for _cell in row]))
        sample = filled(row, Row([(SAMPLE, below) for below in small]))
        # Between others: the first and the last row of a table have other borders.
        inner.extend([deepcopy(low), low, sample, deepcopy(low)])
        low.attrib |= {"data-low": name, "data-look": look}
        sample.attrib |= {"data-rows": name, "data-look": look}
    kept = Element("table", table.attrib)
    for part in table:
        kept.append(inner if part is body else part)
        if part is body:
            break
    for each in outside:
        wrapped = Element(each.tag, each.attrib)
        wrapped.append(kept)
        kept = wrapped
    return kept


def _specimen(root: Element, tables: Iterable[LongTable], letters: Sequence[str]) -> Element:
    """A page with one row of each kind of table, and with letters whose fonts are looked for."""
    above = {child: parent for parent in root.iter() for child in parent}
    page = Element(root.tag, root.attrib)
    body = SubElement(page, "body")
    for table in tables:
        outer = _alone(_within(table.body, above), table.looks, table.name)
        body.extend(list(outer.find("body") or ()))
    body.extend(samples(letters))
    return page
