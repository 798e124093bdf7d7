"""Workbooks in the format of Office Open XML, written as text from row to row.

Only what tables of rows need: cells of text, numbers, days and truths, each with a look; widths;
rows at the top that stay in sight. The format is ECMA-376, part 1, chapters 12 and 18. A library
makes an object of each cell; 100,000 rows took it minutes, and this takes seconds.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from itertools import islice
from typing import IO
from xml.sax.saxutils import escape, quoteattr

from paper.archives import entry

# Days are counted from here; Excel believes in a 29 February 1900, so those before it are one less.
FIRST_DAY = date(1899, 12, 30)
LEAP_DAY_OF_EXCEL = 60
BUILT_IN_FORMATS = {"General": 0, "0": 1, "0.00": 2, "#,##0": 3, "#,##0.00": 4, "0%": 9, "@": 49}
FIRST_OWN_FORMAT = 164
ROWS_AT_ONCE = 1_000

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"


@dataclass(frozen=True)
class Look:
    """How a cell shows what it holds: the number format as spreadsheets write it, and letters."""

    number_format: str = "General"
    bold: bool = False
    wraps: bool = False


@dataclass(frozen=True)
class Page:
    """One sheet; its title is at most 31 letters and unlike the others. Widths are in letters.

    A row has its cells as `text`, `number`, `day`, `truth` and `empty` give them.
    """

    title: str
    widths: Sequence[int]
    rows: Iterable[Sequence[str]]
    frozen_rows: int = 1


# --- Cells: everything of them behind their address -------------------------------------------


def text(words: str, look: int) -> str:
    """A cell of words, whatever they look like; `look` is a place in the looks of the book."""
    keeps = ' xml:space="preserve"' if words != words.strip() or "\n" in words else ""
    return f' s="{look}" t="inlineStr"><is><t{keeps}>{escape(words)}</t></is></c>'


def number(value: int | float | Decimal, look: int) -> str:
    """A cell with a number."""
    return f' s="{look}"><v>{value}</v></c>'


def day(value: date, look: int) -> str:
    """A cell with a day, or a moment of the office's clock; a text before 1900, which no number
    stands for.
    """
    whole = (date(value.year, value.month, value.day) - FIRST_DAY).days
    if whole <= 1:
        return text(value.isoformat(), look)
    if whole <= LEAP_DAY_OF_EXCEL:
        whole -= 1
    if not isinstance(value, datetime):
        return number(whole, look)
    since_midnight = timedelta(
        hours=value.hour, minutes=value.minute, seconds=value.second, microseconds=value.microsecond
    )
    return number(whole + since_midnight / timedelta(days=1), look)


def truth(value: bool, look: int) -> str:
    """A cell that says TRUE or FALSE."""
    return f' s="{look}" t="b"><v>{int(value)}</v></c>'


def empty(look: int) -> str:
    """A cell with nothing in it."""
    return f' s="{look}"/>'


# --- Books ------------------------------------------------------------------------------------


def write_book(
    pages: Iterable[Page], looks: Sequence[Look], *, font: str, made_at: datetime
) -> bytes:
    """The file. The same pages of the same moment are the same bytes."""
    out = BytesIO()
    titles = []
    with zipfile.ZipFile(out, "w") as archive:
        for place, page in enumerate(pages, start=1):
            with archive.open(entry(f"xl/worksheets/sheet{place}.xml"), "w") as file:
                _write_page(file, page)
            titles.append(page.title)
        for name, content in _parts(titles, looks, font, made_at):
            archive.writestr(entry(name), HEAD + content)
    return out.getvalue()


def _write_page(file: IO[bytes], page: Page) -> None:
    frozen = page.frozen_rows
    widths = "".join(
        f'<col min="{place}" max="{place}" width="{width}" customWidth="1"/>'
        for place, width in enumerate(page.widths, start=1)
    )
    head = (
        f'{HEAD}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
        f'<pane ySplit="{frozen}" topLeftCell="A{frozen + 1}" activePane="bottomLeft"'
        f' state="frozen"/></sheetView></sheetViews><cols>{widths}</cols><sheetData>'
    )
    file.write(head.encode())
    rows = _numbered(page.rows, [letters_of(place) for place in range(1, len(page.widths) + 1)])
    while part := "".join(islice(rows, ROWS_AT_ONCE)):
        file.write(part.encode())
    file.write(b"</sheetData></worksheet>")


def _numbered(rows: Iterable[Sequence[str]], letters: Sequence[str]) -> Iterator[str]:
    starts = [f'<c r="{each}' for each in letters]
    for line, cells in enumerate(rows, start=1):
        address = f'{line}"'
        inside = "".join(
            [start + address + cell for start, cell in zip(starts, cells, strict=False)]
        )
        yield f'<row r="{line}">{inside}</row>'


def letters_of(place: int) -> str:
    """The letters of a column: A, B, …, Z, AA for 1, 2, …, 26, 27."""
    letters = ""
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _parts(
    titles: Sequence[str], looks: Sequence[Look], font: str, made_at: datetime
) -> Iterator[tuple[str, str]]:
    """What a book has besides its sheets: by name, without the first line of XML."""
    places = range(1, len(titles) + 1)
    yield "xl/styles.xml", _styles(looks, font)
    sheets = "".join(
        f'<sheet name={quoteattr(title)} sheetId="{place}" r:id="rId{place}"/>'
        for place, title in zip(places, titles, strict=True)
    )
    yield (
        "xl/workbook.xml",
        f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}/relationships"><bookViews><workbookView/>'
        f"</bookViews><sheets>{sheets}</sheets></workbook>",
    )
    targets = [
        *(
            (f"{OFFICE}/relationships/worksheet", f"worksheets/sheet{place}.xml")
            for place in places
        ),
        (f"{OFFICE}/relationships/styles", "styles.xml"),
    ]
    yield "xl/_rels/workbook.xml.rels", _relationships(targets)
    yield (
        "_rels/.rels",
        _relationships(
            [
                (f"{OFFICE}/relationships/officeDocument", "xl/workbook.xml"),
                (
                    f"{PACKAGE}/relationships/metadata/core-properties",
                    "docProps/core.xml",
                ),
            ]
        ),
    )
    moment = f"{made_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    said = "".join(
        f'<dcterms:{what} xsi:type="dcterms:W3CDTF">{moment}</dcterms:{what}>'
        for what in ("created", "modified")
    )
    yield (
        "docProps/core.xml",
        f'<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties"'
        ' xmlns:dcterms="http://purl.org/dc/terms/"'
        f' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{said}</cp:coreProperties>',
    )
    overrides = [
        ("/xl/workbook.xml", f"{TYPES}.sheet.main+xml"),
        *((f"/xl/worksheets/sheet{place}.xml", f"{TYPES}.worksheet+xml") for place in places),
        ("/xl/styles.xml", f"{TYPES}.styles+xml"),
        (
            "/docProps/core.xml",
            "application/vnd.openxmlformats-package.core-properties+xml",
        ),
    ]
    yield "[Content_Types].xml", _content_types(overrides)


def _relationships(targets: Iterable[tuple[str, str]]) -> str:
    inside = "".join(
        f'<Relationship Id="rId{place}" Type="{kind}" Target="{target}"/>'
        for place, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{inside}</Relationships>'


def _content_types(overrides: Iterable[tuple[str, str]]) -> str:
    inside = "".join(
        f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in overrides
    )
    return (
        f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{inside}</Types>'
    )


def _styles(looks: Sequence[Look], font: str) -> str:
    """Fonts, number formats, and the looks in the order in which cells name them."""
    own = sorted({look.number_format for look in looks} - BUILT_IN_FORMATS.keys())
    formats = BUILT_IN_FORMATS | {name: FIRST_OWN_FORMAT + n for n, name in enumerate(own)}
    named = "".join(
        f'<numFmt numFmtId="{formats[name]}" formatCode={quoteattr(name)}/>' for name in own
    )
    letters = f'<sz val="10"/><name val={quoteattr(font)}/>'
    cells = "".join(
        f'<xf numFmtId="{formats[look.number_format]}" fontId="{int(look.bold)}" fillId="0"'
        ' borderId="0" xfId="0" applyNumberFormat="1" applyFont="1" applyAlignment="1">'
        f'<alignment vertical="top"{" wrapText=" + quoteattr("1") if look.wraps else ""}/></xf>'
        for look in looks
    )
    formats_part = f'<numFmts count="{len(own)}">{named}</numFmts>' if own else ""
    return (
        f'<styleSheet xmlns="{MAIN}">{formats_part}'
        f'<fonts count="2"><font>{letters}</font><font><b/>{letters}</font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'
        f'</cellStyleXfs><cellXfs count="{len(looks)}">{cells}</cellXfs><cellStyles count="1">'
        '<cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )
