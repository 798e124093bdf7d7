"""A migration operation: many operations whose models are put together only once.

Django renders every model that refers to a changed one anew after each operation. With two
hundred triggers and constraints on models that all refer to each other, that was nine tenths of
the time of a first `migrate`, and so of a first start.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.migrations.operations.base import Operation


class Together(Operation):
    """Operations that add to models but change none of their columns: triggers, constraints,
    indexes. Each sees the models as they are after all of them.
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
