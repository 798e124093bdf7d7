"""Writing to a ledger past the actions, as somebody with a terminal on the database would."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from uuid6 import uuid7

from savings_groups.models import Group

Line = tuple[Any, ...]


def sql(statement: str, *values: Any) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def one(statement: str, *values: Any) -> Any:
    [[value]] = sql(statement, *values)
    return value


@contextmanager
def refused(by: str) -> Iterator[None]:
    """Expect that the database refuses, at the latest at the end of the transaction, and by this
    rule. Nothing of it stays.
    """
    with pytest.raises((DatabaseError, psycopg.Error)) as caught, transaction.atomic():
        yield
        sql("SET CONSTRAINTS ALL IMMEDIATE")
    cause = caught.value.__cause__ or caught.value
    assert cause.diag.constraint_name == by, cause
    # For the tests that follow in the same transaction.
    sql("SET CONSTRAINTS ALL DEFERRED")


@contextmanager
def not_permitted() -> Iterator[None]:
    """Expect that the role may not do this at all."""
    with pytest.raises((DatabaseError, psycopg.Error)) as caught, transaction.atomic():
        yield
    cause = caught.value.__cause__ or caught.value
    assert isinstance(cause, psycopg.errors.InsufficientPrivilege), cause


@contextmanager
def accepted() -> Iterator[None]:
    """What is done here passes every check of the end of a transaction, and stays."""
    with transaction.atomic():
        yield
        sql("SET CONSTRAINTS ALL IMMEDIATE")
        sql("SET CONSTRAINTS ALL DEFERRED")


def next_number(group: Group) -> int:
    return one("SELECT sequence + 1 FROM savings_groups_book WHERE group_id = %s", group.pk)


def insert_journal(
    group: Group,
    *,
    on: date = date(2026, 3, 1),
    sequence: int | None = None,
    event: str = "group",
    memo: str = "",
    **columns: Any,
) -> UUID:
    """A header without lines, as it would stand before them."""
    values = {
        "id": uuid7(),
        "owner_id": group.owner_id,
        "group_id": group.pk,
        "sequence": next_number(group) if sequence is None else sequence,
        "book_date": on,
        "event": event,
        "memo": memo,
        "rules_id": group.rules.latest("valid_from").pk,
        "recorded_at": "2026-03-01 10:00:00+07",
        "created_by_id": group.created_by_id,
    } | columns
    names, marks = ", ".join(values), ", ".join(["%s"] * len(values))
    sql(f"INSERT INTO savings_groups_journal ({names}) VALUES ({marks})", *values.values())
    return values["id"]


def insert_lines(journal: UUID, group: Group, *lines: Line, first: int = 1, **columns: Any) -> None:
    """All lines in one statement. A line is account, amount, and perhaps fund, member, loan."""
    rows = []
    for number, line in enumerate(lines, start=first):
        account, amount, fund, member, loan = (*line, *["loan", None, None][len(line) - 2 :])
        values = {
            "owner_id": group.owner_id,
            "group_id": group.pk,
            "journal_id": journal,
            "line": number,
            "account": account,
            "fund": fund,
            "member_id": member,
            "loan_id": loan,
            "amount": amount,
        } | columns
        rows.append(values)
    marks = ", ".join(["(" + ", ".join(["%s"] * len(rows[0])) + ")"] * len(rows))
    sql(
        f"INSERT INTO savings_groups_posting ({', '.join(rows[0])}) VALUES {marks}",
        *[value for row in rows for value in row.values()],
    )


def book(group: Group, *lines: Line, **journal: Any) -> UUID:
    """A header and its lines."""
    made = insert_journal(group, **journal)
    insert_lines(made, group, *lines)
    return made
