"""Spreadsheets of 100,000 rows: CSV against COPY TO, XLSX against XlsxWriter in constant memory.

bin/bench sheets

Both take the same rows of six columns, in which a tenth of the texts begins like a formula. Ours
reads them through a cursor of the server for CSV; for XLSX both have them in memory.
"""

from __future__ import annotations

import csv
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import PROJECT, _peers_python, print_ratio, scratch_database, take_turns

ROWS, ROUNDS, AT_ONCE = 100_000, 3, 2_000
SQL = f"""
    SELECT n, CASE WHEN n % 10 = 0 THEN '=1+' || n ELSE 'Sok Srey ' || n END,
           'សុខ ស្រី', CASE WHEN n % 3 = 0 THEN 'female' ELSE 'male' END, n * 7 % 1000,
           'Ou Ta Tiek, Samlout'
    FROM generate_series(1, {ROWS}) AS n
"""


def main() -> None:
    with scratch_database():
        spent = take_turns({"ours": ours_csv, "copy": copy_to}, rounds=ROUNDS)
        print_ratio(f"CSV of {ROWS:,} rows, to COPY TO", spent["ours"], spent["copy"])
        rows = list(fetched())
    with TemporaryDirectory() as folder:
        source, target = Path(folder) / "rows.csv", Path(folder) / "rows.xlsx"
        with source.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        python = _peers_python("xlsxwriter")
        ours, peers = [], []
        for _round in range(ROUNDS):
            begun = time.process_time()
            ours_xlsx(rows)
            ours.append(time.process_time() - begun)
            run = [python, "-m", "benchmarks.xlsxwriter.peer", source, target]
            said = subprocess.run(run, cwd=PROJECT, check=True, capture_output=True, text=True)
            peers.append(float(said.stdout))
        print_ratio(f"XLSX of {ROWS:,} rows, to XlsxWriter", ours, peers)


def fetched() -> Iterator[tuple]:
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DECLARE rows NO SCROLL CURSOR FOR {SQL}")
        while True:
            cursor.execute(f"FETCH {AT_ONCE} FROM rows")
            found = cursor.fetchall()
            if not found:
                return
            yield from found


def columns():
    from paper.sheets import Column, Kind

    kinds = [Kind.WHOLE, Kind.TEXT, Kind.TEXT, Kind.TEXT, Kind.WHOLE, Kind.TEXT]
    return [Column(f"Column {number}", kind) for number, kind in enumerate(kinds)]


def ours_csv() -> int:
    from paper.sheets import Sheet, csv_parts

    return sum(len(part) for part in csv_parts(Sheet("Rows", columns(), fetched())))


def copy_to() -> int:
    from django.db import connection

    connection.ensure_connection()
    with (
        connection.connection.cursor() as cursor,
        cursor.copy(f"COPY ({SQL}) TO STDOUT (FORMAT csv)") as copy,
    ):
        return sum(len(part) for part in copy)


def ours_xlsx(rows: list[tuple]) -> bytes:
    from paper.sheets import Sheet, write_xlsx

    return write_xlsx([Sheet("Rows", columns(), rows)])


if __name__ == "__main__":
    main()
