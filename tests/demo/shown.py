"""What a reader finds on a page, on paper, in a workbook and on a chart, so that it is compared.

A cell is named by the first head of its table, its row and its column, so that the same figure has
the same name wherever it stands.
"""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from html import unescape
from xml.etree.ElementTree import Element

import openpyxl
import tinyhtml5

from khmer.digits import to_ascii_digits

XHTML = "{http://www.w3.org/1999/xhtml}"

Name = tuple[str, ...]
Cells = dict[Name, Decimal | None]


def number(text: object) -> Decimal | None:
    """The number that a cell shows, without its unit: 1234.5 for "1,234.5 %". None if it has none.

    Of "28/30" it is the first.
    """
    if isinstance(text, int | float | Decimal):
        return Decimal(str(text))
    found = re.search(r"[-−]?\d[\d,]*(\.\d+)?", to_ascii_digits(str(text or "")))
    return Decimal(found[0].replace(",", "").replace("−", "-")) if found else None


def words_of(element: Element) -> str:
    """The text of an element, without the smaller words under it."""

    def parts(of: Element) -> Iterator[str]:
        yield of.text or ""
        for child in of:
            if not {"sub", "note", "badge"} & set((child.get("class") or "").split()):
                yield from parts(child)
            yield child.tail or ""

    return " ".join("".join(parts(element)).split())


def of_tables(html: str) -> Cells:
    """Every cell with a number of every table of a page or a paper."""
    found: Cells = {}
    for table in tinyhtml5.parse(html).iter(f"{XHTML}table"):
        rows = [list(row) for row in table.iter(f"{XHTML}tr")]
        heads = [words_of(cell) for cell in rows[0]] if rows else []
        for row in rows[1:]:
            if len(row) == len(heads) and not any(cell.get("colspan") for cell in row):
                first, *others = map(words_of, row)
                for head, text in zip(heads[1:], others, strict=True):
                    found[heads[0], first, head] = number(text)
    return found


def of_sheets(content: bytes, *, named_by: int = 1) -> Cells:
    """Every cell of every sheet of a workbook; `named_by` columns say what a row is about."""
    found: Cells = {}
    for sheet in openpyxl.load_workbook(io.BytesIO(content), read_only=True):
        rows = iter(sheet.values)
        heads = [str(cell or "") for cell in next(rows, ())]
        for row in rows:
            name = (heads[0], *(str(cell or "") for cell in row[:named_by]))
            for head, value in list(zip(heads, row, strict=False))[named_by:]:
                if isinstance(value, int | float) or value is None:
                    found.setdefault((*name, head), number(value))
    return found


def of_charts(html: str) -> dict[str, dict[str, str]]:
    """What the charts of a page say in words, by title and mark."""
    drawn = re.findall(r"<title[^>]*>([^<]*)</title><desc[^>]*>([^<]*)</desc>", html)
    return {
        unescape(title): dict(part.split(": ", 1) for part in unescape(about).split("; "))
        for title, about in drawn
        if ": " in about
    }


def is_the_same(one: Decimal | None, other: Decimal | None) -> bool:
    """Equal as far as both say: a page rounds to the decimals that it shows."""
    if one is None or other is None:
        return one is other
    step = Decimal(1).scaleb(max(_exponent(one), _exponent(other)))
    return one.quantize(step, ROUND_HALF_UP) == other.quantize(step, ROUND_HALF_UP)


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return min(int(exponent), 0)


class Witnesses:
    """Who says what: the same figure in several places, and where they contradict each other."""

    def __init__(self) -> None:
        self.said: dict[Name, dict[str, Decimal | None]] = defaultdict(dict)

    def hear(self, place: str, cells: Mapping[Name, Decimal | None]) -> None:
        for name, value in cells.items():
            self.said[name][place] = value

    @property
    def compared(self) -> int:
        """How many figures stand in several places."""
        return sum(len(places) > 1 for places in self.said.values())

    def between(self, *places: str) -> int:
        """How many figures stand in all of these places."""
        return sum(set(places) <= set(said) for said in self.said.values())

    def contradictions(self) -> Iterable[str]:
        for name, said in self.said.items():
            first, *others = said.items()
            for place, value in others:
                if not is_the_same(first[1], value):
                    yield f"{name}: {first[0]} {first[1]}, {place} {value}"
