"""What uses a record, so that it is not deleted from under it.

Django names what it protects, and says "no permission" where something would go along that
cannot be deleted; links between many records go without a word. Here all of it is one thing:
in use.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from pghistory.models import Event

from paper.templatetags.paper import digits

# A count is a reason, not a figure.
MOST_COUNTED = 1000


@dataclass(frozen=True)
class Use:
    """So many records of a kind use another one."""

    model: type[Model]
    count: int

    def __str__(self) -> str:
        words = self.model._meta
        name = words.verbose_name if self.count == 1 else words.verbose_name_plural
        many = f"{digits(MOST_COUNTED)}+" if self.count > MOST_COUNTED else digits(self.count)
        return f"{many} {name}"


def uses_of(record: Model, *, parts: Collection[type[Model]] = ()) -> list[Use]:
    """What refers to a record. Rows of `parts` are of the record itself; what uses them counts."""
    counts: dict[type[Model], int] = {}
    for relation in _relations(record):
        rows = relation.related_model._base_manager.filter(**{relation.field.name: record})
        if relation.related_model in parts:
            for part in rows:
                for use in uses_of(part):
                    counts[use.model] = counts.get(use.model, 0) + use.count
            continue
        if found := len(rows.values_list("pk")[: MOST_COUNTED + 1]):
            user = _user_of(relation)
            counts[user] = counts.get(user, 0) + found
    return [Use(model, count) for model, count in counts.items()]


def _relations(record: Model) -> list[Any]:
    """The foreign keys to a record: not of its history, nor of its own links to others."""
    own = {field.remote_field.through: field for field in record._meta.local_many_to_many}
    fields: list[Any] = record._meta.get_fields(include_hidden=True)
    return [
        relation
        for relation in fields
        if relation.auto_created
        and (relation.one_to_many or relation.one_to_one)
        # Views follow from what is counted here.
        and relation.related_model._meta.managed
        and not relation.related_model._meta.proxy
        and not issubclass(relation.related_model, Event)
        and not (
            relation.related_model in own
            and relation.field.name == own[relation.related_model].m2m_field_name()
        )
    ]


def _user_of(relation: Any) -> type[Model]:
    """The model that uses the record: at the other end, where the row only links the two."""
    model: type[Model] = relation.related_model
    if not model._meta.auto_created:
        return model
    ends: list[Any] = [field for field in model._meta.fields if field.is_relation]
    found: type[Model] = next(
        field.related_model for field in ends if field.name != relation.field.name
    )
    return found
