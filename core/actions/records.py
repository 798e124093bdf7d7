"""What every writing action does first: lock, look, and only then write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import pghistory
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.database_messages import integrity_errors_as_refusals
from core.errors import Conflict, Refused, RowsRefused, words_of
from core.models.base import Record

R = TypeVar("R", bound=Record)
P = ParamSpec("P")
T = TypeVar("T")
Row = TypeVar("Row")


def action(write: Callable[P, T]) -> Callable[P, T]:
    """A verb that writes: in one transaction, with `by` noted in the history of every row.

    What the database refuses is raised as Refused, also at the commit when the transaction is
    the action's own. Around several actions, whoever opened the transaction asks for what is
    deferred at its end (`core.idempotency`, `core.answering`, `core.imports`, `core.admin`).
    Asking after each of them would be two statements more for every row of a file, and would
    refuse two rows that change places.
    """

    @wraps(write)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
        by: Any = kwargs["by"]  # A User in every action.
        # The transaction inside: its commit may be refused as well.
        with (
            integrity_errors_as_refusals(),
            transaction.atomic(),
            pghistory.context(user=str(by.pk)),
        ):
            return write(*args, **kwargs)

    return guarded


def lock(record: R, among: models.QuerySet[R] | None = None) -> R:
    """The row as it is now, locked until the end of the transaction.

    `among` may bring more along in the same query. Raises Refused when somebody else has
    removed the row since the page found it.
    """
    rows = type(record)._default_manager.all() if among is None else among
    try:
        return rows.select_for_update(of=("self",)).get(pk=record.pk)
    except type(record).DoesNotExist as error:
        raise Refused(_("Somebody else has removed this in the meantime.")) from error


# The records that each link of many to many leads to; None leaves them as they are.
Links = Mapping[str, Iterable[models.Model] | None]


def change(
    record: R,
    *,
    version: int,
    values: Mapping[str, Any],
    links: Links | None = None,
    rows: Mapping[str, tuple[Any, Any]] | None = None,
    by: Any = None,
) -> R:
    """Write new values to a record that a form was made from at `version`.

    `links` are written as well, by `by`; the record itself is left to be looked at and saved.
    `rows` are what is stored and what was sent of rows that belong to the record and have no
    version of their own; the caller writes them.

    Raises Conflict when somebody else has saved different values since; saving the very same
    values twice is no conflict. Raises Refused when the record was removed. Must run inside a
    transaction.
    """
    stored = lock(record)
    sent = {name: list(wanted) for name, wanted in (links or {}).items() if wanted is not None}
    differing = {name: now for name in values if (now := getattr(stored, name)) != values[name]}
    for name, wanted in sent.items():
        if set(now := list(getattr(stored, name).all())) != set(wanted):
            differing[name] = now
    differing |= {name: now for name, (now, wanted) in (rows or {}).items() if now != wanted}
    if not differing:
        return stored
    if stored.version != version:
        raise Conflict(_("Somebody else has changed this in the meantime."), theirs=differing)
    for name, value in values.items():
        setattr(stored, name, value)
    write_links(stored, sent, by=by)
    stored.version += 1
    return stored


def refuse_day_to_come(day: date, *, field: str) -> None:
    """Nothing is written down before it has happened. Raises Refused at this field of the form."""
    if day > timezone.localdate():
        raise Refused(_("This day is still to come."), field=field)


# Nobody in Cambodia kept such records under the Khmer Rouge, and none of before is left.
FIRST_YEAR = 1979


def refuse_long_ago(day: date, *, field: str) -> None:
    """What these records are about did not happen before 1979. Raises Refused at this field."""
    if day.year < FIRST_YEAR:
        raise Refused(
            _("No such record is older than %(year)s. Correct the year.") % {"year": FIRST_YEAR},
            field=field,
        )


def all_or_none(rows: Iterable[Row], enter: Callable[[Row], T]) -> list[T]:
    """Enter the rows of a list; must run inside an action.

    Raises RowsRefused with what speaks against each of them, when anything does.
    """
    entered, refused = [], {}
    for place, row in enumerate(rows):
        try:
            entered.append(enter(row))
        except (Refused, ValidationError) as error:
            refused[place] = words_of(error)
    if refused:
        raise RowsRefused(refused)
    return entered


def write_links(record: Record, links: Links, *, by: Any) -> None:
    """Let a record be linked to these others and to no more."""
    for name, wanted in links.items():
        if wanted is not None:
            link = getattr(record, name)
            ours = issubclass(link.through, Record)
            about = {"owner": record.owner, "created_by": by} if ours else None  # type: ignore[attr-defined]  # Links of ours have owners.
            link.set(wanted, through_defaults=about)
