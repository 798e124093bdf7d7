"""The SQL that stands in files beside the models is what the database has.

A function, trigger or view that no Django model can carry stands in `models/sql/` of its app, as
text that can be read and run. Migrations keep their own copies, because an old migration must go
on doing what it did; who changes a file writes a migration with the new text.
"""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

pytestmark = [
    pytest.mark.as_owner,  # Others may replace nothing.
    pytest.mark.django_db,
]

ROOT = Path(settings.BASE_DIR)
FILES = sorted(ROOT.glob("*/models/sql/*.sql"))

# What was made by hand: its definition, and the version of its row in the catalogue. What the
# trigger library makes has its own name and stands in the models; parts of packages too.
MADE_BY_HAND = """
WITH ours AS (
    SELECT p.oid FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace
      AND p.proname ~ '^(core|registry|trainings|savings_groups|cascades)_'
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
