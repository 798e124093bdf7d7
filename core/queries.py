"""Queries that share parts: each is one complete text that can be read, explained and run.

A part is a named SELECT, as in WITH. A query reads its parts by their names:

    HELD = CTE("held", "SELECT ...")
    COUNT_HELD = query("SELECT count(*) FROM held", HELD)

`COUNT_HELD` is then all of it, with %(parameters)s for psycopg.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from textwrap import dedent, indent


@dataclass(frozen=True)
class CTE:
    """A common table expression."""

    name: str
    sql: str
    is_materialized: bool = False
    # Part of each query that reads it, so that the indexes of its tables serve there.
    is_inlined: bool = False
    # Whether it reads itself.
    is_recursive: bool = False

    def filled(self, **words: object) -> CTE:
        """With names of columns in place of {words}; never with what somebody typed."""
        return replace(self, sql=self.sql.format(**words))

    @property
    def text(self) -> str:
        how = "AS MATERIALIZED" if self.is_materialized else "AS"
        how = "AS NOT MATERIALIZED" if self.is_inlined else how
        return f"{self.name} {how} (\n{indent(_laid_out(self.sql), '    ')}\n)"


class Query(str):
    """The complete text of a query."""

    __slots__ = ()


def query(sql: str, *parts: CTE) -> Query:
    """A SELECT after the parts that it reads, each after those that it reads itself.

    `sql` may have parts of its own, and begins with WITH then.
    """
    names = [part.name for part in parts]
    if len(names) > len(set(names)):
        raise ValueError(f"Two parts have one name: {names}")
    recursive = "RECURSIVE " if any(part.is_recursive for part in parts) else ""
    shared = ", ".join(part.text for part in parts)
    rest = _laid_out(sql)
    joined = f", {rest.removeprefix('WITH ')}" if rest.startswith("WITH ") else f"\n{rest}"
    return Query(f"WITH {recursive}{shared}{joined}\n")


def _laid_out(sql: str) -> str:
    return dedent(sql).strip()
