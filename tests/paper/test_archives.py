"""Archives and tables that are the same whenever they are made, and tags for programs."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime
from io import BytesIO

from openpyxl import load_workbook

from paper.archives import zipped
from paper.sheets import Column, Kind, Sheet, write_csv, write_xlsx

MOMENT = datetime(2026, 4, 1, 8, 0, tzinfo=UTC)
TAGGED = Sheet(
    "People",
    [Column("Code", tag="#indicator+code"), Column("Value", Kind.WHOLE, tag="#reached+num")],
    [["=1+1", 7]],
)


def test_an_archive_names_no_moment_and_keeps_its_order() -> None:
    files = {"b.txt": b"2", "a.txt": b"1"}
    archive = zipped(files)
    assert archive == zipped(files)
    with zipfile.ZipFile(BytesIO(archive)) as opened:
        assert opened.namelist() == ["b.txt", "a.txt"]
        assert {each.date_time[0] for each in opened.infolist()} == {1980}


def test_a_workbook_of_one_moment_is_one_series_of_bytes_and_says_the_moment() -> None:
    workbook = write_xlsx([TAGGED], made_at=MOMENT)
    assert workbook == write_xlsx([TAGGED], made_at=MOMENT)
    properties = load_workbook(BytesIO(workbook)).properties
    assert properties.created == properties.modified == MOMENT.replace(tzinfo=None)


def test_tags_stand_below_the_heads_and_stay_in_sight() -> None:
    sheet = load_workbook(BytesIO(write_xlsx([TAGGED])))["People"]
    assert [cell.value for cell in sheet[2]] == ["#indicator+code", "#reached+num"]
    assert sheet.freeze_panes == "A3"
    assert write_csv(TAGGED).decode("utf-8-sig").splitlines()[1:] == [
        "#indicator+code,#reached+num",
        "'=1+1,7",
    ]
