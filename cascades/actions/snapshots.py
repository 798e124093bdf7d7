"""Figures of large programmes are counted beforehand, and say when.

From 5,000 completions on a page does not count everybody anew each time it is opened: a job
does, and the page shows what it found, with the day and hour. A snapshot remembers what the
database had committed when counting began, so a change that is committed while the job still
counts makes it old, and old snapshots are counted anew. Nothing here decides what a figure is:
the same functions count, here and on the pages of small programmes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils import timezone, translation
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from cascades.figures.reach.people_reached import FACTS, REACH_OF_ALL
from cascades.figures.scope import Scope
from cascades.figures.taken import Taken
from cascades.models import Iteration, Programme, Snapshot, TrainerReach
from core.queries import CTE, query
from trainings.models import Completion

LARGE = 5_000
# At most so often is a programme counted anew whose records change all day.
PAUSE = timedelta(minutes=3)

# What is kept, by name: a function that counts a scope and returns what JSON can hold.
KEPT: dict[str, Callable[[Scope], dict[str, Any]]] = {}
Counter = Callable[[Scope], dict[str, Any]]


def keep(name: str, count: Counter) -> None:
    """Have snapshots of programmes and of their iterations keep what a function counts.

    It is counted once in every language, because a figure may carry a remark in words.
    """
    KEPT[name] = count


# A change is new when its transaction was not yet committed in what the snapshot had seen.
IS_OLD = """
    seen IS NULL OR EXISTS (
        SELECT FROM cascades_change change
        WHERE NOT pg_visible_in_snapshot(change.transaction_id, seen::pg_snapshot)
    )
"""


def snapshot_of(programme: Programme, iteration: Iteration | None = None) -> Taken | None:
    """The snapshot of a programme or of one iteration; None for a small one, in one query.

    A page that finds an old one asks for a new one and shows what it has.
    """
    snapshots = Snapshot.objects.filter(programme=programme, iteration=iteration)
    found = (
        snapshots.exclude(figures={})
        .annotate(changed=RawSQL(IS_OLD, []))  # noqa: S611 — a constant.
        .first()
    )
    if found is None:
        return None
    is_old = found.changed or found.as_of != timezone.localdate()
    if is_old and timezone.now() - found.taken_at > PAUSE:
        ask_for(programme)
    return Taken(found, is_old)


def snapshot_for(scope: Scope) -> Taken | None:
    """The snapshot that answers a scope, if one was taken.

    None where figures are counted now: for another day, a tier or a place.
    """
    if scope.tier_number or scope.place or scope.as_of != timezone.localdate():
        return None
    if scope.programme.has_snapshot is False:
        return None
    return snapshot_of(scope.programme, scope.iteration)


def ask_for(programme: Programme) -> None:
    """Have the job worker count a programme, unless it is about to."""
    # By its name, because jobs know the actions and not the other way round.
    job = app.configure_task(
        "cascades.count_programme",
        allow_unknown=False,
        lock="cascades.snapshots",
        queueing_lock=f"cascades.snapshot.{programme.pk}",
    )
    try:
        with transaction.atomic():
            job.defer(programme_id=str(programme.pk))
    except AlreadyEnqueued:
        pass  # It is going to be counted.


# --- Counting ---------------------------------------------------------------------------------


def take_snapshot(programme: Programme, *, as_of: date) -> Snapshot:
    """Count a programme and each of its iterations, and keep what was found.

    Only from when a snapshot exists do changes leave a note. So the first one is old from the
    start, and one can only say what it had seen once every transaction has ended that may have
    written before it was there.
    """
    _, is_first = Snapshot.objects.get_or_create(
        programme=programme,
        iteration=None,
        defaults={"as_of": as_of, "taken_at": timezone.now()},
    )
    with transaction.atomic():
        snapshot = Snapshot.objects.select_for_update().get(programme=programme, iteration=None)
        # Before anything is counted: what is committed from here on counts as new.
        seen = None if is_first else _seen(snapshot)
        at = timezone.now()
        _build_descent(programme, as_of)
        _keep_reach(snapshot, as_of)
        _keep_figures(snapshot, Scope(programme, as_of), seen, at)
        for iteration in programme.iterations.all():
            of_iteration, _ = Snapshot.objects.get_or_create(
                programme=programme,
                iteration=iteration,
                defaults={"as_of": as_of, "taken_at": at},
            )
            _keep_figures(of_iteration, Scope(programme, as_of, iteration), seen, at)
        _forget_old_changes()
    return snapshot


# Whoever wrote before the snapshot was there has a transaction older than the one that last
# changed its row; the row's age and that of the oldest running transaction are compared.
SEEN = """
    SELECT CASE WHEN seen IS NOT NULL
                  OR age(xmin) >= age(pg_snapshot_xmin(pg_current_snapshot())::xid)
           THEN pg_current_snapshot()::text END
    FROM cascades_snapshot WHERE id = %s
"""


def _seen(snapshot: Snapshot) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute(SEEN, [snapshot.pk])
        seen: str | None = cursor.fetchone()[0]
        return seen


EMPTY = "DELETE FROM cascades_descent WHERE curriculum_id = %(curriculum)s"
ITSELF = """
    INSERT INTO cascades_descent
    SELECT d.curriculum_id, d.id, d.id, 0
    FROM cascades_delivery d JOIN trainings_training tr ON tr.id = d.training_id
    WHERE d.curriculum_id = %(curriculum)s AND tr.starts_on <= %(as_of)s
"""
CHILDREN = """
    INSERT INTO cascades_descent
    SELECT DISTINCT d.curriculum_id, l.parent_id, l.child_id, 1
    FROM cascades_lineage l JOIN cascades_delivery d ON d.id = l.child_id
    WHERE d.curriculum_id = %(curriculum)s AND l.child_starts_on <= %(as_of)s
"""
# Whoever is reached in this many hops is a child of somebody reached in one less.
ONE_LEVEL_MORE = """
    INSERT INTO cascades_descent
    SELECT DISTINCT above.curriculum_id, above.ancestor_id, child.descendant_id, %(hops)s::int
    FROM cascades_descent above
    JOIN cascades_descent child
      ON child.curriculum_id = above.curriculum_id AND child.ancestor_id = above.descendant_id
     AND child.hops = 1
    WHERE above.curriculum_id = %(curriculum)s AND above.hops = %(hops)s - 1
    ON CONFLICT DO NOTHING
"""


def _build_descent(programme: Programme, as_of: date) -> None:
    """Write the descent of all deliveries of the curriculum, a level at a time."""
    hops = 1
    values: dict[str, Any] = {"curriculum": programme.curriculum_id, "as_of": as_of}
    with connection.cursor() as cursor:
        for statement in (EMPTY, ITSELF, CHILDREN):
            cursor.execute(statement, values)
        while cursor.rowcount:
            hops += 1
            cursor.execute(ONE_LEVEL_MORE, values | {"hops": hops})


STORED_DESCENT = CTE(
    "descent",
    """
    SELECT ancestor_id AS top, descendant_id AS id
    FROM cascades_descent WHERE curriculum_id = %(curriculum)s
    """,
)
REACH_TO_KEEP = query(
    "SELECT %(snapshot)s, line.* FROM line", *FACTS, STORED_DESCENT, *REACH_OF_ALL
)
KEEP_REACH = (
    "INSERT INTO cascades_trainerreach"
    ' (snapshot_id, person_id, deliveries, "distinct", first_reach, shared)\n' + REACH_TO_KEEP
)


def _keep_reach(snapshot: Snapshot, as_of: date) -> None:
    TrainerReach.objects.filter(snapshot=snapshot).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            KEEP_REACH,
            {
                "snapshot": snapshot.pk,
                "curriculum": snapshot.programme.curriculum_id,
                "as_of": as_of,
            },
        )


def _keep_figures(snapshot: Snapshot, scope: Scope, seen: str | None, at: datetime) -> None:
    snapshot.as_of, snapshot.taken_at, snapshot.seen = scope.as_of, at, seen
    snapshot.figures = {"counted": True} | {name: {} for name in KEPT}
    for language, _words in settings.LANGUAGES:
        # A scope remembers what was counted for it, with the words of one language.
        of_language = replace(scope)
        with translation.override(language):
            for name, count in KEPT.items():
                snapshot.figures[name][language] = count(of_language)
    snapshot.save()


FORGET = """
    DELETE FROM cascades_change change
    WHERE NOT EXISTS (
        SELECT FROM cascades_snapshot
        WHERE NOT pg_visible_in_snapshot(change.transaction_id, seen::pg_snapshot)
    )
"""


def _forget_old_changes() -> None:
    """Remove the notes of changes that every snapshot has seen."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET)


def needs_snapshot(programme: Programme) -> bool:
    """Whether the programme is so large that its figures are counted beforehand.

    Who completes twice counts twice here: it is cheap, and the limit is no sharp one. The job
    that looks for changes asks this, and pages only whether there is a snapshot.
    """
    of_programme = {"training__delivery__tier__iteration__programme": programme}
    return Completion.objects.filter(**of_programme).order_by()[:LARGE].count() >= LARGE


def programmes_to_count() -> list[Programme]:
    """The large programmes whose snapshot is missing or old."""
    today = timezone.localdate()
    old = Snapshot.objects.filter(iteration=None).annotate(changed=RawSQL(IS_OLD, []))  # noqa: S611
    old = old.filter(Q(changed=True) | ~Q(as_of=today))
    kept = Programme.objects.filter(pk__in=old.values("programme"))
    new = Programme.objects.exclude(snapshots__isnull=False)
    return [*kept, *filter(needs_snapshot, new)]


def forget_what_was_seen(*, using: str = DEFAULT_DB_ALIAS, **_signal: Any) -> None:
    """Every snapshot is old: called after each migrate, thus after a backup was restored.

    The numbers of transactions begin anew in a restored database and mean other ones.
    """
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regclass('cascades_change') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return  # Migrated back to before there were any.
        cursor.execute("UPDATE cascades_snapshot SET seen = NULL WHERE seen IS NOT NULL")
        cursor.execute("DELETE FROM cascades_change")
