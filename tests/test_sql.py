"""SQL can be read and run: what the database does on its own, and what pages ask of it.

A function, trigger or view that no Django model can carry stands in `models/sql/` of its app, as
text that can be read and run. Migrations keep their own copies, because an old migration must go
on doing what it did; who changes a file writes a migration with the new text.
"""

import ast
import importlib
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from core.queries import CTE, Query, query

pytestmark = pytest.mark.django_db

ROOT = Path(settings.BASE_DIR)
FILES = sorted(ROOT.glob("*/models/sql/*.sql"))

# What was made by hand: its definition, and the version of its row in the catalogue. What the
# trigger library makes has its own name and stands in the models; parts of packages too.
MADE_BY_HAND = """
WITH ours AS (
    SELECT p.oid FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace
      AND p.proname ~ '^(core|registry|trainings|savings_groups|cascades|reports)_'
)
SELECT 'function ' || p.proname AS name,
       pg_get_functiondef(p.oid) || coalesce(p.proacl::text, '') AS definition,
       p.xmin::text AS version
FROM pg_proc p JOIN ours USING (oid)
UNION ALL
SELECT 'trigger ' || t.tgname || ' on ' || t.tgrelid::regclass,
       pg_get_triggerdef(t.oid) || t.tgenabled::text, t.xmin::text
FROM pg_trigger t WHERE t.tgfoid IN (SELECT oid FROM ours)
UNION ALL
SELECT 'view ' || c.relname, pg_get_viewdef(c.oid), r.xmin::text
FROM pg_class c JOIN pg_rewrite r ON r.ev_class = c.oid
WHERE c.relkind = 'v' AND c.relnamespace = 'public'::regnamespace
"""


def made_by_hand() -> dict[str, tuple[str, str]]:
    """The definition and the version of everything, by its name."""
    with connection.cursor() as cursor:
        cursor.execute(MADE_BY_HAND)
        return {name: (definition, version) for name, definition, version in cursor}


def run(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text)


@pytest.mark.as_owner  # Others may replace nothing.
def test_the_files_say_what_the_database_has():
    before = made_by_hand()
    for path in FILES:
        run(path.read_text(encoding="utf-8"))
    after = made_by_hand()
    differing = {name for name in before | after if before.get(name, [""])[0] != after[name][0]}
    assert not differing
    # What no file has made anew stands in none.
    in_no_file = {
        name for name, (_definition, version) in before.items() if version == after[name][1]
    }
    assert not in_no_file


@pytest.mark.as_owner
def test_a_file_that_says_something_else_is_found():
    """The comparison sees the body of a function, its rights, and when a trigger fires."""
    before = made_by_hand()
    run(
        "CREATE OR REPLACE FUNCTION savings_groups_book_begins() RETURNS trigger LANGUAGE plpgsql"
        " SET search_path = public, pg_temp AS 'BEGIN RETURN NEW; END';"
        "GRANT EXECUTE ON FUNCTION savings_groups_posted() TO PUBLIC;"
        "ALTER TABLE savings_groups_journal DISABLE TRIGGER journal_never_changes;"
    )
    after = made_by_hand()
    assert {name for name in before if before[name][0] != after[name][0]} == {
        "function savings_groups_book_begins",
        "function savings_groups_posted",
        "trigger journal_never_changes on savings_groups_journal",
    }


# Queries in Python

APPS = ("core", "registry", "trainings", "savings_groups", "cascades", "reports")
MODULES = sorted(
    path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts
)
LEVELS = (1, 2, 3, 4)  # of places
DAYS = dict.fromkeys(("as_of", "since", "before", "until"), date(2026, 3, 1))
NUMBERS = dict.fromkeys(("days", "window", "active_days", "least", "tier"), 1)


def queries() -> Iterator[tuple[str, str]]:
    """Every query that is put together of parts, by a name for the message."""
    for path in MODULES:
        if "core.queries import" not in path.read_text(encoding="utf-8"):
            continue
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for key, value in vars(importlib.import_module(name)).items():
            if isinstance(value, Query):
                yield f"{name}.{key}", value
            elif key.endswith("_query") and value.__module__ == name:
                yield from ((f"{name}.{key}({level})", value(level)) for level in LEVELS)


def test_every_query_is_one_text_that_the_database_understands():
    found = dict(queries())
    assert len(found) > 50
    for name, text in found.items():
        parameters = dict.fromkeys(re.findall(r"%\((\w+)\)s", text)) | DAYS | NUMBERS
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {text}", parameters)
            assert cursor.fetchone(), name


def test_no_text_begins_in_the_middle_of_a_query():
    """A text that begins or ends with the comma of a WITH cannot be run."""
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.search(r"^\s*,\s*\w+ AS |\bSELECT\b.*\),?\s*,\s*$", node.value, re.DOTALL)
    ]
    assert not wrong


def test_parts_stand_before_what_reads_them_and_are_laid_out_alike():
    held = CTE("held", "SELECT 1 AS id")
    below = CTE("below", "\n    SELECT id FROM held\n    ", is_materialized=True)
    assert query("\n    WITH own AS (SELECT 2)\n    SELECT * FROM below\n    ", held, below) == (
        "WITH held AS (\n"
        "    SELECT 1 AS id\n"
        "), below AS MATERIALIZED (\n"
        "    SELECT id FROM held\n"
        "), own AS (SELECT 2)\n"
        "SELECT * FROM below\n"
    )


def test_two_parts_of_one_name_are_refused():
    with pytest.raises(ValueError, match="one name"):
        query("SELECT 1", CTE("held", "SELECT 1"), CTE("held", "SELECT 2"))
