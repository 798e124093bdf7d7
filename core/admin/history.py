"""The history of one record, read from what the triggers wrote."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Field, Model
from django.utils.translation import gettext_lazy as _
from pghistory.models import Event

from core.telling import HIDDEN, kept_inside

MOST_ENTRIES = 200
WORDS = {"insert": _("Added"), "update": _("Changed"), "delete": _("Removed")}
# Every change moves these; they say nothing about the record.
NOT_SHOWN = {"id", "version", "created_at", "created_by", "changed_at"}


@dataclass(frozen=True)
class HistoryEntry:
    """One state of a record: when, by whom, and each field that changed: label, was, now."""

    at: datetime
    by: str
    what: str
    changes: list[tuple[str, str, str]]


def has_history(model: type[Model]) -> bool:
    return any(
        isinstance(relation.related_model, type) and issubclass(relation.related_model, Event)
        for relation in model._meta.related_objects
        if relation.name == "events"
    )


def history_of(record: Any) -> list[HistoryEntry]:
    """The last states of a record, newest first."""
    events = list(
        record.events.select_related("pgh_context").order_by("-pgh_id")[: MOST_ENTRIES + 1]
    )
    users = _users(events)
    hidden = kept_inside(record)
    entries = [_entry(event, before, users, hidden) for event, before in pairwise([*events, None])]
    return entries[:MOST_ENTRIES]


def _users(events: Iterable[Any]) -> dict[str, str]:
    ids = {_user_id(event) for event in events} - {""}
    return {str(user.pk): user.display_name for user in get_user_model().objects.filter(pk__in=ids)}


def _user_id(event: Any) -> str:
    return str(event.pgh_context.metadata.get("user") or "") if event.pgh_context else ""


def _entry(event: Any, before: Any, users: dict[str, str], hidden: frozenset[str]) -> HistoryEntry:
    return HistoryEntry(
        at=event.pgh_created_at,
        by=users.get(_user_id(event), ""),
        what=str(WORDS.get(event.pgh_label, event.pgh_label)),
        changes=_changes(event, before, hidden) if event.pgh_label == "update" and before else [],
    )


def _changes(event: Any, before: Any, hidden: frozenset[str]) -> list[tuple[str, str, str]]:
    """The fields that differ; what a sensitive record must not tell is named and not shown."""
    return [
        (str(field.verbose_name), HIDDEN, HIDDEN)
        if field.name in hidden
        else (str(field.verbose_name), _shown(before, field), _shown(event, field))
        for field in event._meta.fields
        if not field.name.startswith("pgh_")
        and field.name not in NOT_SHOWN
        and getattr(event, field.attname) != getattr(before, field.attname)
    ]


def _shown(event: Any, field: Field[Any, Any]) -> str:
    value = getattr(event, field.attname)
    if value is None or value == "":
        return "–"
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if field.related_model:
        # A row of that time may be gone since.
        found = field.related_model._base_manager.filter(pk=value).first()
        return str(found or value)
    return str(value)
