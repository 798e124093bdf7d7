"""Taking turns, and telling ratios."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import django


@contextmanager
def scratch_database() -> Iterator[None]:
    """Django set up on a database of its own, which is removed at the end."""
    django.setup()
    from django.test.utils import (
        setup_databases,
        setup_test_environment,
        teardown_databases,
        teardown_test_environment,
    )

    setup_test_environment()
    databases = setup_databases(verbosity=0, interactive=False)
    _let_one_process_answer()
    try:
        yield
    finally:
        teardown_databases(databases, verbosity=0)
        teardown_test_environment()


def _let_one_process_answer() -> None:
    """Keep the database from spreading a query over workers, whose CPU time nobody counts."""
    from django.db import connection

    with connection.cursor() as cursor:
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        cursor.execute(f"ALTER DATABASE {name} SET max_parallel_workers_per_gather = 0")
    connection.close()


def cpu() -> float:
    """CPU seconds of this process and of its database backend so far.

    The kernel's scheduler counts in nanoseconds; the ticks of /proc/PID/stat are too coarse.
    """
    from django.db import connection

    spent = time.process_time()
    if connection.connection is not None:
        pid = connection.connection.info.backend_pid
        spent += int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    return spent


@contextmanager
def server_time_only() -> Iterator[None]:
    """Count the database backend alone; for peers that are statements without a program."""
    global cpu
    whole = cpu
    cpu = lambda: whole() - time.process_time()  # noqa: E731 — for as long as this lasts.
    try:
        yield
    finally:
        cpu = whole


def take_turns(
    cases: Mapping[str, Callable[[], object]], *, rounds: int = 7, times: int = 1
) -> dict[str, list[float]]:
    """Run every case once to warm up, then in turns; CPU seconds of each round."""
    for case in cases.values():
        case()
    spent: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, case in cases.items():
            before = cpu()
            for _ in range(times):
                case()
            spent[name].append(cpu() - before)
    return spent


def print_ratio(what: str, ours: list[float], peers: list[float]) -> None:
    """Median, lowest and highest of ours to the peer's, formed round by round."""
    ratios = sorted(mine / theirs for mine, theirs in zip(ours, peers, strict=True))
    median = statistics.median(ratios)
    digits = 2 if median >= 0.1 else 3
    low, high = f"{ratios[0]:.{digits}f}", f"{ratios[-1]:.{digits}f}"
    print(f"{what:<56} {median:6.{digits}f}   ({low} to {high})")


def print_limit(what: str, value: float, limit: float, unit: str) -> None:
    """A count against its limit."""
    print(f"{what:<56} {value / limit:6.2f}   ({value:g} of {limit:g} {unit})")


HERE = Path(__file__).parent
PROJECT = HERE.parent


@contextmanager
def peer(name: str) -> Iterator[Callable[[str], str]]:
    """The peer in the folder of that name, in an environment and a database of its own.

    It takes orders, a line each, and answers each with a line.
    """
    from django.db import connection

    database = f"{name}_benchmark"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {database}")
        cursor.execute(f"CREATE DATABASE {database}")
    at = connection.settings_dict
    address = (
        f"postgres://{at['USER']}@{at['HOST'].replace('/', '%2F')}:{at['PORT'] or 5432}/{database}"
        f"?passfile={at['OPTIONS']['passfile']}"
    )
    process = subprocess.Popen(
        [_peers_python(name), "-m", f"benchmarks.{name}.peer"],
        cwd=PROJECT,
        env=os.environ
        | {
            "PEER_DATABASE_URL": address,
            "DJANGO_SETTINGS_MODULE": f"benchmarks.{name}.settings",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def order(text: str) -> str:
        assert process.stdin
        assert process.stdout
        process.stdin.write(text + "\n")
        process.stdin.flush()
        return process.stdout.readline()

    try:
        yield order
    finally:
        process.communicate()
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")


def _peers_python(name: str) -> Path:
    """The Python of .venv-bench, with what the peer needs installed."""
    environment = PROJECT / ".venv-bench"
    python = environment / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    subprocess.run(
        [sys.executable, "-m", "uv", "pip", "install", "-q", "--python", python,
         "--require-hashes", "-r", HERE / name / "requirements.txt"],
        check=True,
    )  # fmt: skip
    return python
