"""The numbers of a file, read back from it and laid beside those that were sent.

A number is found by its reference. Each check returns how many were compared, and raises Refused
with the reference of the first that differs, is missing or must not be there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from io import BytesIO
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from core.errors import Refused
from reports.figures.frozen_reports import Sent
from reports.models import Basis, FrozenCell, Presence
from reports.papers.donor_iati import periods_of
from reports.papers.donor_workbook import REFERENCE_TAG
from reports.papers.said import VALUES, Shown, Style, every_cell, shown_cell

# What stands between a number and what comes before it.
DIGIT = re.compile(r"[\d០-៩]%?$")
BEFORE = re.compile(r"[\d០-៩.,\u00a0*-]$")
IN_COMMENT = re.compile(r"\[([0-9A-Z]{6})\]")


def check_pdf(pdf: bytes, sent: Sent, *, language: str) -> int:
    """Of the paper: every number stands before its reference as the donor writes it."""
    import pypdf

    pages = pypdf.PdfReader(BytesIO(pdf)).pages
    text = _in_one_line("\n".join(page.extract_text() for page in pages))
    return _check_words(text, _expected(sent, language), "PDF")


def check_docx(docx: bytes, sent: Sent, *, language: str) -> int:
    """Of the Word file; on the donor's own form only the numbers that it asks for."""
    from docx import Document

    document = Document(BytesIO(docx))
    text = _in_one_line("\n".join(_texts_of(document.element.body)))
    expected = _expected(sent, language)
    if sent.report.style.get("word_template"):
        expected = {reference: said for reference, said in expected.items() if reference in text}
    return _check_words(text, expected, "Word")


def _texts_of(body: Any) -> Iterable[str]:
    from docx.oxml.ns import qn

    for paragraph in body.iter(qn("w:p")):
        yield "".join(
            each.text or "" if each.tag == qn("w:t") else "\n"
            for each in paragraph.iter(qn("w:t"), qn("w:br"), qn("w:tab"))
        )


def _expected(sent: Sent, language: str) -> dict[str, Shown]:
    """What must stand before each reference of the tables that a reader sees."""
    style = Style.of(sent.report)
    shown: dict[str, Shown] = {}
    with translation.override(language):
        for line, cell in every_cell(sent):
            if cell.key or is_in_table(cell, style):
                shown[cell.reference] = shown_cell(cell, line, style)
    return shown


def is_in_table(cell: FrozenCell, style: Style) -> bool:
    """Whether the donor's table has a column for it."""
    return any(VALUES.get(column) == cell.basis for column in style.columns)


def _in_one_line(text: str) -> str:
    """Without what only breaks lines; a space within a number is of another kind and stays."""
    return re.sub(r"[ \t\r\n\u200b]+", " ", text)


def _check_words(text: str, expected: Mapping[str, Shown], name: str) -> int:
    for reference, shown in expected.items():
        places = [match.start() for match in re.finditer(rf"\b{reference}\b", text)]
        if not places:
            raise _differs(name, reference)
        for place in places:
            if not _stands_before(text[:place].rstrip(" [("), shown):
                raise _differs(name, reference)
    return len(expected)


def _stands_before(text: str, shown: Shown) -> bool:
    """Whether a text ends with a number, the whole of it.

    Of a word in its place it is enough that it is none: readers of PDF put the letters of Khmer
    into several orders.
    """
    if not isinstance(shown.raw, Decimal):
        return not DIGIT.search(text)
    rest = text.removesuffix(_in_one_line(shown.text))
    return rest != text and not BEFORE.search(rest)


def check_xlsx(xlsx: bytes, sent: Sent, *, language: str) -> int:
    """Of the workbook: the cell before each reference is the number itself, or its word."""
    from openpyxl import load_workbook

    found: dict[str, list[Any]] = {}
    book = load_workbook(BytesIO(xlsx), read_only=True)
    for sheet in book:
        _read_sheet(sheet, found)
    book.close()
    cells = {cell.reference: cell for _line, cell in every_cell(sent)}
    if found.keys() != cells.keys():
        [first, *_others] = sorted(found.keys() ^ cells.keys())
        raise _differs("XLSX", first)
    with translation.override(language):
        for reference, values in found.items():
            if any(not _is_same(value, cells[reference]) for value in values):
                raise _differs("XLSX", reference)
    return sum(map(len, found.values()))


def _read_sheet(sheet: Any, found: dict[str, list[Any]]) -> None:
    """Each number of a sheet with tags, by the reference that stands beside it."""
    rows = sheet.iter_rows(values_only=True)
    next(rows, None)
    tags = list(next(rows, ()))
    if REFERENCE_TAG not in tags:
        return
    places = [place for place, tag in enumerate(tags) if tag == REFERENCE_TAG]
    # In the list of evidence the number stands further on; elsewhere right before.
    own = tags.index("#reached+num") if "#reached+num" in tags else None
    for row in rows:
        if len(row) < len(tags):
            continue  # A note below the table.
        for place in places:
            if row[place]:
                value = row[place - 1 if own is None else own]
                found.setdefault(str(row[place]), []).append(value)


def _is_same(value: Any, cell: FrozenCell) -> bool:
    if cell.presence != Presence.NUMBER or cell.value is None:
        return bool(value == str(Presence(cell.presence).label))
    try:
        return Decimal(str(value)) == cell.value
    except InvalidOperation:
        return False


def check_iati(xml: bytes, sent: Sent, *, language: str) -> int:
    """Of the activity file: what is there is what was sent, and what is hidden is not there."""
    from lxml import etree

    parser = etree.XMLParser(no_network=True, resolve_entities=False)
    root = etree.fromstring(xml, parser)
    found = {}
    for actual in root.iter("actual"):
        words = " ".join(each.text or "" for each in actual.iter("narrative"))
        match = IN_COMMENT.search(words)
        if match is None:
            raise _differs("IATI", _("without a reference"))
        found[match[1]] = Decimal(actual.get("value"))
    expected = {cell.reference: cell.value for cell in _of_iati(sent)}
    for reference in sorted(found.keys() | expected.keys()):
        if found.get(reference) != expected.get(reference):
            raise _differs("IATI", reference)
    return len(found)


def _of_iati(sent: Sent) -> Iterable[FrozenCell]:
    """The numbers that the file has: of each days once, and of the period its parts."""
    for line in sent.lines:
        for cell in periods_of(line):
            yield from [cell] if cell.value is not None else []
            for each in line.cells if cell.basis == Basis.PERIOD else []:
                if each.value is not None and set(each.key) != {"total"}:
                    yield each


def _differs(name: str, reference: str) -> Refused:
    words = _("The file %(name)s says something else than what was sent, at %(reference)s.")
    return Refused(words % {"name": name, "reference": reference})
