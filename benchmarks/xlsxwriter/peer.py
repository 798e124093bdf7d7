"""A workbook by XlsxWriter, row by row in its constant memory, with formulas taken as text.

Prints the CPU seconds of writing it.
"""

from __future__ import annotations

import csv
import sys
import time
from pathlib import Path

from xlsxwriter import Workbook


def main(source: str, target: str) -> None:
    with Path(source).open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    begun = time.process_time()
    book = Workbook(target, {"constant_memory": True, "strings_to_formulas": False})
    page = book.add_worksheet()
    for number, row in enumerate(rows):
        for place, value in enumerate(row):
            if value.isdigit():
                page.write_number(number, place, int(value))
            else:
                page.write_string(number, place, neutral(value))
    book.close()
    print(time.process_time() - begun)


def neutral(text: str) -> str:
    return f"'{text}" if text.lstrip()[:1] in "=+-@|%" and text.strip() else text


if __name__ == "__main__":
    main(*sys.argv[1:])
