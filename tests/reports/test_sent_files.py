"""The files of a report that was sent: what they say, and that they never change."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from registry.models import Organisation, User
from reports.figures.frozen_reports import Sent, read_frozen
from reports.models import FrozenReport
from reports.papers.donor_report import donor_pdf
from reports.papers.donor_workbook import donor_workbook
from reports.papers.said import every_cell
from tests.paper.letters import of_pypdf
from tests.reports.sent_factories import HOSTILE, make_sent


@pytest.fixture
def frozen(strey_khmer: Organisation, donor: Organisation, coordinator: User) -> FrozenReport:
    return make_sent(strey_khmer, donor, coordinator)


@pytest.fixture
def sent(frozen: FrozenReport) -> Sent:
    return read_frozen(frozen)


@pytest.mark.parametrize("language", ["en", "km"])
def test_the_paper_has_every_number_with_its_reference(sent: Sent, language: str) -> None:
    text = of_pypdf(donor_pdf(sent, language=language))
    for _line, cell in every_cell(sent):
        assert cell.reference in text


def test_what_somebody_typed_is_text_on_paper(sent: Sent) -> None:
    text = " ".join(of_pypdf(donor_pdf(sent, language="en")).split())
    assert HOSTILE in text


def rows_of(workbook: bytes, sheet: str) -> list[dict[str, Any]]:
    """The rows of a sheet by their tags."""
    _head, tags, *rows = load_workbook(BytesIO(workbook))[sheet].iter_rows(values_only=True)
    return [dict(zip(tags, row, strict=True)) for row in rows]


def test_the_workbook_has_the_same_numbers_under_tags(sent: Sent) -> None:
    workbook = donor_workbook(sent, language="en")
    by_reference = {
        row["#meta+reference"]: row["#reached+num"] for row in rows_of(workbook, "Evidence")
    }
    for _line, cell in every_cell(sent):
        value = by_reference[cell.reference]
        assert value == ("No value" if cell.value is None else cell.value)
    [first, *_others] = rows_of(workbook, "Indicators")
    assert first["#indicator+code"] == "1.1"
    assert first["#reached+period+num"] == 21
    assert first["#targeted+period+num"] == 1500
    assert first["#reached+period+pct"] == 1.4
