"""A row that adds up others is no record, whatever list it closes."""

from __future__ import annotations

from typing import Any

import pytest

from core.imports.files import CSV, FORMULA
from core.imports.totals import is_total


@pytest.mark.parametrize(
    "row",
    [
        ["Total", 30_000],
        ["TOTAL:", "30,000", None],
        [None, "Grand total", FORMULA, FORMULA],
        [4, "Sub-total", "12 000 ៛"],
        ["សរុប", "៣០០០០"],
        ["សរុបរួម៖", "", "$12.50"],
        ["", "ស\u200bរុប", 3],
        ["Total 30000"],
        ["សរុប ៣០ ០០០ រៀល"],
        ["Total members", 14],
        ["  total  ", None],
    ],
)
def test_a_total_is_known(row: list[Any]) -> None:
    assert is_total(row)


@pytest.mark.parametrize(
    "row",
    [
        ["Sum", 30_000],
        ["Sum Total", 30_000],
        ["Tota", 1],
        ["Sok Bopha", "F", 40, 12_000],
        ["Total", "company", "Phnom Penh"],
        ["Total Cambodge", "company"],
        ["សរុប បុប្ផា", "F"],
        ["012 345 678"],
        [1, 2, 3],
        [None, None],
        [],
    ],
)
def test_anything_else_is_a_record(row: list[Any]) -> None:
    assert not is_total(row)


def test_a_table_says_which_rows_it_left_out() -> None:
    table = CSV().create_dataset(
        "Name,Saved\nSok Bopha,5\nTotal,5\n\nChan Dara,7\nសរុប,12\n".encode()
    )
    assert [row[1] for row in table] == ["Sok Bopha", "Chan Dara"]
    assert table.left_out == [3, 6]
