"""Searching lists of what belongs to groups: the name finds the group first, an index the rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from registry.models import Organisation
from registry.search.finding import find_organisations, query_words
from savings_groups.models import Group

MOST_GROUPS = 50


def of_groups(rows: QuerySet[Any], query: str) -> QuerySet[Any]:
    """The rows of the groups with these words in their names."""
    return rows.filter(group__in=_named(query))


def groups(rows: QuerySet[Group], query: str) -> QuerySet[Group]:
    """The groups with these words in their names."""
    return rows.filter(pk__in=_named(query))


def through(path: str) -> Callable[[QuerySet[Any], str], QuerySet[Any]]:
    """The rows that belong to groups by way of another record, as `journal__group`."""

    def search(rows: QuerySet[Any], query: str) -> QuerySet[Any]:
        return rows.filter(**{f"{path}__in": _named(query)})

    return search


def _named(query: str) -> list[Any]:
    if not query_words(query):
        return []
    found = find_organisations(Organisation.objects.filter(kind=Organisation.Kind.GROUP), query)
    return list(
        Group.objects.filter(organisation__in=found[:MOST_GROUPS].values("pk")).values_list(
            "pk", flat=True
        )
    )
