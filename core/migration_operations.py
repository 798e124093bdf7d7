"""Migration operations of our own: keys of two columns, and models that are rendered once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.migrations import RunSQL
from django.db.migrations.operations.base import Operation


def refers_within(table: str, column: str, target: str, *, shared: str = "owner_id") -> RunSQL:
    """`table.column` refers to a row of `target` with the same value in `shared`.

    Django's foreign keys have one column. The database gets a second key beside each of them that
    also holds the shared column, so that no program, and no administrator, can tie one
    organisation's training to another's participant.

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


class Together(Operation):
    """Operations that add to models but change none of their columns: triggers, constraints,
    indexes. Each sees the models as they are after all of them.

    Django renders every model that refers to a changed one anew after each operation. With two
    hundred triggers and constraints on models that all refer to each other, that was nine tenths
    of the time of a first `migrate`, and so of a first start.
    """

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (self.__class__.__name__, [self.operations], {})

    def state_forwards(self, app_label: str, state: Any) -> None:
        state.__dict__.pop("apps", None)  # Rendered anew when they are next asked for.
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        for operation in reversed(self.operations):
            operation.database_backwards(app_label, schema_editor, to_state, from_state)

    def describe(self) -> str:
        return "; ".join(operation.describe() for operation in self.operations)
