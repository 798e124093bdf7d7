"""Migration operations of our own: keys of two columns, and models that are rendered once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any

from django.db.migrations import CreateModel, RenameModel, RunSQL
from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.fields import FieldOperation
from django.db.migrations.operations.models import IndexOperation
from pgtrigger.migrations import AddTrigger


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
    """Operations on columns, triggers, constraints and indexes of models that are there already.
    Each sees the models as they are before all of them and as they are after all of them.

    So nothing may be changed twice in it, and a model that is created stands outside: it would get
    at once what is added later.

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
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return "; ".join(operation.describe() for operation in self.operations)


class AtOnce(Operation):
    """What a row of migrations makes of nothing: the tables of an app as they are at the end.

    For a squashed migration, whose models are put together once instead of once a change. Each
    table is created with its last columns, constraints and indexes; then come the last triggers,
    and the SQL of all the migrations in its order. What they did to rows is left out, for a new
    table has none. pg_dump finds the same schema either way, with the columns in the same order.
    """

    reversible = False

    def __init__(self, app_label: str, names: Sequence[str]) -> None:
        self.app_label = app_label
        self.names = names
        self.operations = [
            operation for name in names for operation in _operations(app_label, name)
        ]
        self._refuse_changes_of_other_tables()

    def _refuse_changes_of_other_tables(self) -> None:
        created = {name.lower() for name in self._created()}
        created |= {renamed.old_name_lower for renamed in self._of_kind(RenameModel)}
        changed = {change.model_name_lower for change in self._of_kind(FieldOperation)}
        changed |= {change.model_name.lower() for change in self._of_kind(IndexOperation)}
        if others := changed - created:
            raise ValueError(f"Changed, but not created here: {', '.join(sorted(others))}")

    def _created(self) -> list[str]:
        """The models as they are called at the end, in the order of their creation."""
        names = [made.name for made in self._of_kind(CreateModel)]
        for renamed in self._of_kind(RenameModel):
            names[names.index(renamed.old_name)] = renamed.new_name
        return names

    def _of_kind(self, kind: Any) -> list[Any]:
        return [operation for operation in self.operations if isinstance(operation, kind)]

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (self.__class__.__name__, [self.app_label, self.names], {})

    def state_forwards(self, app_label: str, state: Any) -> None:
        state.__dict__.pop("apps", None)  # Rendered when it is next asked for.
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        created = [CreateModel(name, []) for name in self._created()]
        triggers = [
            AddTrigger(made.name_lower, trigger)
            for made in created
            for trigger in to_state.models[app_label, made.name_lower].options.get("triggers", [])
        ]
        for operation in [*created, *triggers, *self._of_kind(RunSQL)]:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Create all tables of {self.app_label}"


def _operations(app_label: str, name: str) -> Iterator[Operation]:
    for operation in import_module(f"{app_label}.migrations.{name}").Migration.operations:
        yield from operation.operations if isinstance(operation, Together) else [operation]
