"""The files of a report that was sent, by their kinds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from reports.figures.frozen_reports import Sent
from reports.models import FrozenReport
from reports.papers.donor_iati import donor_iati
from reports.papers.donor_report import donor_pdf
from reports.papers.donor_word import donor_word
from reports.papers.donor_workbook import donor_workbook
from reports.papers.pack import donor_pack


class Made(Protocol):
    def __call__(self, sent: Sent, *, language: str) -> bytes: ...


# In the order of the page. What stands before the dot of a name says what it is.
FILES: Mapping[str, Made] = {
    "pdf": donor_pdf,
    "xlsx": donor_workbook,
    "docx": donor_word,
    "iati": donor_iati,
    "pack": donor_pack,
}
ENDS = {"iati": "xml", "pack": "zip"}


def name_of(frozen: FrozenReport, kind: str, language: str) -> str:
    """The name of a file: its days and version, and no name of anybody."""
    days = f"{frozen.since:%Y%m%d}-{frozen.until:%Y%m%d}"
    what = {"iati": "iati", "pack": "pack"}.get(kind, "report")
    return f"samaki-{what}-{days}-v{frozen.number}-{language}.{ENDS.get(kind, kind)}"
