"""The rows of long tables, drawn on the pages of a PDF of WeasyPrint's, with their tags."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any

import pydyf

from paper.files import Packed, at, compressed
from paper.letters import Instead
from paper.longtables import LongTables, SetRow, Span, rows_of
from paper.looks import CellLook
from paper.pagenumbers import PageNumbers

# From WeasyPrint's pixels to the points of PDF.
POINTS = 0.75
ARTIFACT = "/Artifact BMC"


class DrawnRows:
    """Draws the rows that `LongTables` has set, when WeasyPrint has drawn all others."""

    def __init__(self, tables: LongTables, document: Any) -> None:
        self._tables = tables
        self._found = list(rows_of(document, "data-first"))
        repeats = {number: self._repeats(box) for number, _page, box in self._found}
        # In the empty rows stands a letter; where it would be drawn, the rows are.
        self._places = {_place(box): Instead("") for _number, _page, box in self._found}
        # Where the tags of a page's rows were put.
        self._bodies: dict[int, Any] = {}
        self._repeated = {number: spans for number, spans in repeats.items() if spans}
        self.numbers = PageNumbers(
            document, tables.setter, {n: len(spans) for n, spans in self._repeated.items()}
        )

    def instead(self) -> dict[int, Instead]:
        """What stands in place of texts of WeasyPrint's: numbers of pages, and ends of rows."""
        return self.numbers.instead() | self._places

    def finish(self, document: Any, pdf: Any, packed: Packed) -> None:
        """Draw them, on their pages and on pages of their own."""
        self._pdf, self._packed = pdf, packed
        self._references = list(pdf.page_references)
        self._tell_scopes(document)
        root = self._at(pdf.catalog["StructTreeRoot"])
        self._nums = self._at(root["ParentTree"])["Nums"]
        frames = {number: self._frame(number) for number in self._repeated}
        for number, _page, box in self._found:
            self._draw(number, box)
        for number, spans in sorted(self._repeated.items(), reverse=True):
            self._repeat(number, spans, frames[number])

    def _at(self, reference: bytes) -> Any:
        return at(self._pdf, reference)

    def _page(self, number: int) -> Any:
        return self._at(self._references[number])

    def _span(self, box: Any) -> Span:
        told = box.element.attrib
        table = self._tables.tables[told["data-table"]]
        return Span(table, int(told["data-first"]), int(told["data-end"]))

    def _repeats(self, box: Any) -> list[Span]:
        span = self._span(box)
        return span.table.repeats.get(span.first, [])

    def _tell_scopes(self, document: Any) -> None:
        """Say of each head whether it is of a column or of a row: cells of ours name no heads."""
        for page in document.pages:
            for box in page._page_box.descendants(placeholders=True):
                scope = box.element.get("scope", "") if box.element is not None else ""
                if scope and type(box).__name__ == "TableCellBox" and hasattr(box, "mark"):
                    box.mark["A"]["Scope"] = "/Row" if scope.startswith("row") else "/Column"

    def _draw(self, number: int, box: Any) -> None:
        """Draw rows on a page of WeasyPrint's, and put their tags in place of the empty row's."""
        span, page = self._span(box), self._page(number)
        marks = self._nums[2 * number + 1]
        drawn = operators(span.rows, box.position_x, box.position_y, first_mark=len(marks))
        unused = _put(self._at(page["Contents"]).stream, self._places[_place(box)], drawn)
        # The tag of what stood in the empty row.
        marks[unused] = b"null"
        cell = box.children[0].mark
        row = self._at(cell["P"])
        body = self._at(row["P"])
        place = body["K"].index(row.reference)
        tags = self._tags(span.rows, body, self._references[number], marks)
        body["K"][place : place + 1] = tags
        self._bodies[number] = body
        for empty in (cell, row):
            empty.clear()

    def _tags(
        self, rows: Iterable[SetRow], body: Any, page: bytes, marks: list[Any]
    ) -> list[bytes]:
        """The tags of rows on a page: a TR each, with a TH or TD for each cell."""
        made, number = [], count(len(marks))
        for row in rows:
            line = self._packed.number()
            cells = []
            for look, lines in zip(row.look.cells, row.cells, strict=True):
                kid = b"/K %d" % next(number) if lines else b""
                told = b"/S/TH/A<</O/Table/Scope/Row>>" if look.is_head else b"/S/TD"
                cell = self._packed.add(
                    b"<</Type/StructElem%s/P %d 0 R/Pg %s%s>>" % (told, line, page, kid)
                )
                cells.append(b"%d 0 R" % cell)
                if lines:
                    marks.append(cells[-1])
            kids = b" ".join(cells)
            self._packed.add(b"<</Type/StructElem/S/TR/P %s/K[%s]>>" % (body.reference, kids), line)
            made.append(b"%d 0 R" % line)
        return made

    def _frame(self, number: int) -> Any:
        """What stands around the rows of a page, to be shown on others; all but its number."""
        page = self._page(number)
        content = [
            # On the other pages it is decoration: the tags have it once.
            pydyf.Dictionary() if isinstance(part, dict) and "MCID" in part else part
            for part in self._at(page["Contents"]).stream
            if not isinstance(part, Instead)
        ]
        data = pydyf.Stream(content).data
        body = data[data.index(b"stream\n") + 7 : data.rindex(b"\nendstream")]
        frame = compressed(
            body,
            {
                "Type": "/XObject",
                "Subtype": "/Form",
                "BBox": page["MediaBox"],
                "Resources": page["Resources"],
            },
        )
        self._pdf.add_object(frame)
        return frame

    def _repeat(self, number: int, spans: list[Span], frame: Any) -> None:
        """Pages after this one, with other rows and another number."""
        page = self._page(number)
        box = next(box for at, _page, box in self._found if at == number)
        high = page["MediaBox"][3]
        fonts = self._at(page["Resources"])["Font"]
        resources = pydyf.Dictionary(
            {"Font": fonts, "XObject": pydyf.Dictionary({"F": frame.reference})}
        )
        self._pdf.add_object(resources)
        # The rows of all these pages belong to the table of the first one.
        body, references = self._bodies[number], []
        for place, span in enumerate(spans, 1):
            reference = b"%d 0 R" % self._packed.number()
            marks = pydyf.Array()
            drawn = operators(span.rows, box.position_x, box.position_y, first_mark=0)
            shown = self.numbers.shown(number, place)
            content = compressed(
                f"{ARTIFACT} /F Do EMC 1 0 0 -1 0 {high:.4f} cm {POINTS} 0 0 {POINTS} 0 0 cm "
                f"{drawn} {ARTIFACT} {shown} EMC".encode(),
                {},
            )
            self._pdf.add_object(content)
            body["K"] += self._tags(span.rows, body, reference, marks)
            self._nums += [key := self._next_key(), marks]
            told = pydyf.Dictionary(
                {
                    **page,
                    "Contents": content.reference,
                    "Resources": resources.reference,
                    "StructParents": key,
                }
            )
            self._packed.add(told.data, int(reference.split()[0]))
            references += [int(reference.split()[0]), 0, "R"]
        kids = self._pdf.pages["Kids"]
        place = kids.index(page.number) + 3
        kids[place:place] = references
        self._pdf.pages["Count"] += len(spans)

    def _next_key(self) -> int:
        return int(self._nums[-2]) + 1


def _place(box: Any) -> int:
    """The identity of the text in an empty row."""
    return next(
        id(each) for each in box.descendants(placeholders=True) if type(each).__name__ == "TextBox"
    )


def _put(stream: list[Any], place: Instead, drawn: str) -> int:
    """Put operators where a text of WeasyPrint's would stand; the number of its tag."""
    at = next(number for number, part in enumerate(stream) if part is place)
    end = stream.index(b"EMC", at)
    begin = max(number for number in range(at) if stream[number] == b"BDC")
    mark = stream[begin - 1]["MCID"]
    # What else stands there sets the colour and so on, and what follows relies on it.
    kept = [
        part for part in stream[begin + 1 : end] if part is not place and part not in (b"BT", b"ET")
    ]
    stream[begin - 2 : end + 1] = [*kept, f"q {drawn} Q".encode()]
    return int(mark)


def operators(rows: Iterable[SetRow], x: float, y: float, *, first_mark: int) -> str:
    """The operators that draw rows from this corner down, in WeasyPrint's pixels."""
    rows = list(rows)
    lines = f"{ARTIFACT} {_fills(rows, x, y)} {_edges(rows, x, y)} EMC"
    return f"{lines} BT {' '.join(_texts(rows, x, y, first_mark))} ET"


def _fills(rows: list[SetRow], x: float, y: float) -> str:
    drawn = []
    for row in rows:
        drawn += [
            f"{cell.fill} rg {x + cell.left:.2f} {y:.2f} "
            f"{cell.right - cell.left:.2f} {row.high:.2f} re f"
            for cell in row.look.cells
            if cell.fill
        ]
        y += row.high
    return " ".join(drawn)


def _edges(rows: list[SetRow], x: float, y: float) -> str:
    """The lines between the rows and around them, and between the columns."""
    look, top = rows[0].look, y
    drawn = [look.pen]
    heights = [0.0]
    for row in rows:
        heights.append(heights[-1] + row.high)
    if look.has_rows:
        drawn += [
            f"{x:.2f} {top + high:.2f} m {x + look.wide:.2f} {top + high:.2f} l" for high in heights
        ]
    if look.has_columns:
        places = [look.cells[0].left, *(cell.right for cell in look.cells)]
        drawn += [
            f"{x + place:.2f} {top:.2f} m {x + place:.2f} {top + heights[-1]:.2f} l"
            for place in places
        ]
    return " ".join([*drawn, "S"]) if len(drawn) > 1 else ""


def _texts(rows: list[SetRow], x: float, y: float, mark: int) -> Iterator[str]:
    colour = ""
    for row in rows:
        for look, lines in zip(row.look.cells, row.cells, strict=True):
            if not lines:
                continue
            yield f"/{'TH' if look.is_head else 'TD'} <</MCID {mark}>> BDC"
            mark += 1
            if look.colour != colour:
                colour = look.colour
                yield f"{colour} rg"
            at = y + look.above + look.baseline + _down(look, len(lines), row.high)
            for size, line in lines:
                left = x + look.x + _in(look, line.width * size)
                yield f"{size:.4g} 0 0 {-size:.4g} {left:.2f} {at:.2f} Tm {line.operators}"
                at += look.line
            yield "EMC"
        y += row.high


def _in(look: CellLook, wide: float) -> float:
    """How far from the left of its room a line begins."""
    share = {"right": 1.0, "center": 0.5}.get(look.align, 0.0)
    return (
        max(look.wide - wide, 0) * share if look.align == "center" else (look.wide - wide) * share
    )


def _down(look: CellLook, lines: int, high: float) -> float:
    """How far below the top of its room the first line begins."""
    share = {"middle": 0.5, "bottom": 1.0}.get(look.valign, 0.0)
    return (high - look.around - lines * look.line) * share
