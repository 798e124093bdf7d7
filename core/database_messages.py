"""What the database refuses, in words.

Forms and actions speak first. When something gets past them (two people at once, a closed
training), PostgreSQL names the constraint that refused, and the user is told about it here.

Every action speaks so by itself. What opens a transaction around several actions, or writes
without one, does it with `integrity_errors_as_refusals`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import IntegrityError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg.errors import ForeignKeyViolation, UniqueViolation

from core.errors import Refused

# Apps add the names that their triggers raise.
TRIGGERS: dict[str, str | Promise] = {}
# The second key beside a foreign key; see core.migration_operations.
OF_ANOTHER = gettext_lazy("This refers to a record of another organisation or another training.")


@contextmanager
def integrity_errors_as_refusals(*, field: str = "") -> Iterator[None]:
    """Raise Refused, with words for the user, where the database refuses what happens inside.

    `field` names the field of the form that the words belong to. An error about which nothing is
    known is a fault of ours and stays what it is.
    """
    try:
        yield
    except IntegrityError as error:
        refusal = refusal_of(error)
        refusal.field = field
        raise refusal from error


def refusal_of(error: IntegrityError) -> Refused:
    """What to tell the user. Raises the error itself when nothing is known about it."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
    if name in TRIGGERS:
        return Refused(str(TRIGGERS[name]))
    if "_within_" in name:
        return Refused(str(OF_ANOTHER))
    if message := _messages().get(name):
        return Refused(message)
    if isinstance(error.__cause__, ForeignKeyViolation):
        return Refused(_("Something that this refers to was removed in the meantime."))
    if isinstance(error.__cause__, UniqueViolation):
        # The forms had looked for it and found none.
        return Refused(_("Somebody else has just entered the same."))
    raise error


def _messages() -> dict[str, str]:
    """What the constraints of all models say when they are violated, by name."""
    return {
        constraint.name: str(constraint.get_violation_error_message())
        for model in apps.get_models()
        for constraint in model._meta.constraints
    }
