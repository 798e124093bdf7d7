"""The tree libraries doing the same work, one order a line, in an environment of their own.

`load FILE` reads lines "node,parent", and `below LIBRARY NODE TIMES` counts a subtree. Answers
with the CPU seconds that it and its database backend took, and with the count.
"""

from __future__ import annotations

import csv
import sys
import time
from collections import defaultdict
from pathlib import Path as File

import django

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def cpu() -> float:
    from django.db import connection

    connection.ensure_connection()
    pid = connection.connection.info.backend_pid
    on_server = int(File(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    return time.process_time() + on_server


def step(number: int) -> str:
    text = ""
    while number:
        number, rest = divmod(number, 36)
        text = ALPHABET[rest] + text
    return text.rjust(4, "0")


def load(file: str) -> int:
    """Write all three trees as the libraries themselves would have them."""
    from django.db import connection

    from benchmarks.trees.models import Linked, Nested, Path

    children: dict[int | None, list[int]] = defaultdict(list)
    with File(file).open() as lines:
        for node, parent in csv.reader(lines):
            children[int(parent) if parent else None].append(int(node))
    nested, paths, linked = [], [], []

    def number(node: int, parent: int | None, tree: int, path: str, depth: int, at: int) -> int:
        left, at = at, at + 1
        for place, child in enumerate(children[node], start=1):
            at = number(child, node, tree, path + step(place), depth + 1, at)
        nested.append((node, parent, left, at, tree, depth))
        paths.append((node, path, depth + 1, len(children[node])))
        linked.append((node, parent))
        return at + 1

    for tree, root in enumerate(children[None], start=1):
        number(root, None, tree, step(tree), 0, 1)
    with connection.cursor() as cursor:
        for model, columns, rows in [
            (Nested, "id, parent_id, lft, rght, tree_id, level", nested),
            (Path, "id, path, depth, numchild", paths),
            (Linked, "id, parent_id", linked),
        ]:
            table = model._meta.db_table
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in sorted(rows):
                    copy.write_row(row)
        cursor.execute("VACUUM ANALYZE")
    return len(linked)


def below(library: str, node: int) -> int:
    from benchmarks.trees.models import Linked, Nested, Path

    if library == "mptt":
        return Nested.objects.get(pk=node).get_descendants().count()
    if library == "treebeard":
        return Path.objects.get_descendants(Path.objects.get(pk=node)).count()
    return Linked.objects.get(pk=node).descendants().count()


def main() -> None:
    django.setup()
    from django.db import connection

    from benchmarks.trees.models import Linked, Nested, Path

    with connection.schema_editor() as editor:
        for model in (Nested, Path, Linked):
            editor.create_model(model)
    for order in sys.stdin:
        name, *rest = order.split()
        before = cpu()
        if name == "load":
            found = load(rest[0])
        else:
            for _ in range(int(rest[2])):
                found = below(rest[0], int(rest[1]))
        print(cpu() - before, found, flush=True)


if __name__ == "__main__":
    main()
