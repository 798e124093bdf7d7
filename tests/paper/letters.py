"""The letters of a PDF, as three kinds of reader find them."""

import re
import subprocess
from html import escape, unescape
from io import BytesIO

import pypdf
from django.template.loader import render_to_string
from django.utils import translation
from pypdf.generic import ContentStream

from core.papers import Paper, print_paper

# What of a page is not printed.
UNSEEN = re.compile(r"<(head|svg:title|title|desc)\b.*?</\1>", re.DOTALL)


def of_pypdf(pdf: bytes) -> str:
    """By the tables of the fonts alone."""
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(pdf)).pages)


def of_poppler(pdf: bytes) -> str:
    """By the letters that stand around what is drawn, in the order of the file."""
    done = subprocess.run(
        ["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return done.stdout.decode()


def of_tags(pdf: bytes) -> str:
    """What is read aloud: the parts of the tree of tags in their order, by their letters."""
    reader = pypdf.PdfReader(BytesIO(pdf))
    marked = {page.indirect_reference.idnum: _marked(page, reader) for page in reader.pages}
    found: list[str] = []

    def read_aloud(part, page=None) -> None:
        part = part.get_object()
        if isinstance(part, int):
            found.append(marked[page][part])
        elif isinstance(part, list):
            for each in part:
                read_aloud(each, page)
        elif "/K" in part:
            page = part.raw_get("/Pg").idnum if "/Pg" in part else page
            read_aloud(part["/K"], page)

    read_aloud(reader.trailer["/Root"]["/StructTreeRoot"])
    return "\n".join(found)


def _marked(page, reader) -> dict[int, str]:
    """The letters within each marked content of a page; a drawing has none."""
    inside: list[int | None] = []
    found: dict[int, str] = {}
    for operands, operator in ContentStream(page["/Contents"], reader).operations:
        if operator in (b"BDC", b"BMC"):
            told = operands[1] if len(operands) > 1 else {}
            number = told.get("/MCID", inside[-1] if inside else None)
            inside.append(number)
            if number is not None:
                found[number] = found.get(number, "") + str(told.get("/ActualText", ""))
        elif operator == b"EMC":
            inside.pop()
    return found


READERS = (of_poppler, of_pypdf)


def words_of(html: str) -> list[str]:
    """The words that a page shows, in its order."""
    seen = re.sub("<[^>]*>", " ", UNSEEN.sub(" ", html))
    return unescape(seen).replace("\u200b", "").split()


def missing(html: str, pdf: bytes) -> list[tuple[str, str]]:
    """The words of a page that a reader does not find in the PDF, with its name.

    A word may go on in the next line.
    """
    found = []
    for reader in READERS:
        letters = re.sub(r"\s", "", reader(pdf))
        found += [(reader.__name__, word) for word in words_of(html) if word not in letters]
    return found


def texts_of(paper: Paper) -> list[str]:
    """The texts that come beside the HTML: of the rows of long tables, and of pages alike."""
    rows = [row for rows in paper.rows.values() for row in rows]
    cells = [cell for row in rows for cell in row.cells]
    texts = [text for cell in cells for text in ((cell,) if isinstance(cell, str) else cell)]
    copies = [copy for copies in paper.copies.values() for copy in copies]
    return texts + [said for copy in copies for said in copy.values() if "<svg" not in said]


def missing_from(paper: Paper, language: str) -> list[tuple[str, str]]:
    """The words of a paper that a reader does not find in its PDF, with the reader's name."""
    with translation.override(language):
        html = render_to_string(paper.template, dict(paper.context))
    html += escape(" ".join(texts_of(paper)))
    return missing(html, print_paper(paper, language=language))
