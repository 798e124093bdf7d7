"""A migration operation: rows refer only to rows of the same organisation, or the same training.

Django's foreign keys have one column. The database gets a second key beside each of them that
also holds the shared column, so that no program, and no administrator, can tie one
organisation's training to another's participant.
"""

from django.db.migrations import RunSQL


def refers_within(table: str, column: str, target: str, *, shared: str = "owner_id") -> RunSQL:
    """`table.column` refers to a row of `target` with the same value in `shared`.

    The target needs a unique constraint on (`shared`, id). Checked at the end of the
    transaction, as Django's own keys are. Empty references pass.
    """
    name = f"{table}_{column}_within_{shared}"[:63]
    return RunSQL(
        sql=f"""
            ALTER TABLE {table} ADD CONSTRAINT {name}
            FOREIGN KEY ({shared}, {column}) REFERENCES {target} ({shared}, id)
            DEFERRABLE INITIALLY DEFERRED
        """,
        reverse_sql=f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )
