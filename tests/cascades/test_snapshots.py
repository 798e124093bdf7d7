"""Large programmes are counted beforehand; what has changed since is never missed."""

from __future__ import annotations

import re
import time
from io import BytesIO

import networkx
import psycopg
import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from cascades.actions import snapshots
from cascades.actions.designing import add_tier, remove_tier
from cascades.figures.catalogue import FIGURES
from cascades.figures.page.snapshot_json import recall
from cascades.figures.page.tables import columns_of_iterations
from cascades.figures.reach.people_reached import reach_of_all_trainers
from cascades.figures.scope import Scope
from cascades.hooks.tasks import count_changed_programmes, count_programme
from cascades.models import Snapshot, TrainerReach
from core.figures.definitions import TableRow
from tests.cascades.factories import (
    days_after,
    make_delivery,
    make_iteration,
    make_programme,
    tier_of,
)
from tests.cascades.facts import edges_of
from tests.factories import make_person
from trainings.models import Completion, Training

TODAY = timezone.localdate()


def make_cascade(owner, by):
    """Three generations; two people were reached by both trainers of the second."""
    programme = make_programme(owner=owner, by=by)
    iteration = make_iteration(programme=programme, by=by)
    lead, a, b, c, *others = [make_person(owner=owner, by=by) for _ in range(9)]
    tiers = [tier_of(iteration, number) for number in (1, 2, 3)]
    make_delivery(tiers[0], lead=lead, learners=[a, b], by=by)
    make_delivery(tiers[1], on=days_after(9), lead=a, co=[b], learners=[c, *others[:2]], by=by)
    make_delivery(tiers[1], on=days_after(19), lead=b, learners=[*others[:3]], by=by)
    make_delivery(tiers[2], on=days_after(29), lead=c, co=others[:1], learners=others[2:], by=by)
    return programme


@pytest.fixture
def programme(strey_khmer, coordinator):
    return make_cascade(strey_khmer, coordinator)


@pytest.fixture
def large(programme, monkeypatch):
    """The same, as if it were large."""
    monkeypatch.setattr(snapshots, "LARGE", 5)
    return programme


@pytest.fixture
def no_figures(monkeypatch):
    """Nothing is kept besides the reach of trainers, for tests that look at nothing else."""
    monkeypatch.setattr(snapshots, "KEPT", {})


def jobs():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'cascades.count_programme'"
        )
        return cursor.fetchone()[0]


def test_a_small_programme_is_counted_when_its_page_is_opened(programme):
    assert not snapshots.needs_snapshot(programme)
    assert snapshots.snapshot_for(Scope(programme, TODAY)) is None
    assert not jobs()


def test_a_large_programme_without_a_snapshot_is_found_and_asked_for_once(large, kcda, coordinator):
    make_programme(owner=kcda, by=coordinator)
    assert snapshots.programmes_to_count() == [large]
    for _ in range(2):
        count_changed_programmes(timestamp=0)
    assert jobs() == 1
    assert snapshots.snapshot_for(Scope(large, TODAY)) is None  # Counted at once until then.


@pytest.mark.usefixtures("no_figures")
def test_the_job_counts_and_a_page_that_finds_it_old_asks_again(large):
    count_programme(str(large.pk))
    assert snapshots.snapshot_of(large).is_old  # The first one always is.
    assert not jobs()
    Snapshot.objects.update(taken_at=timezone.now() - snapshots.PAUSE * 2)
    for _ in range(2):
        assert snapshots.snapshot_of(large)
    assert jobs() == 1


@pytest.mark.usefixtures("no_figures")
def test_other_days_tiers_and_places_are_counted_at_once(large):
    snapshots.take_snapshot(large, as_of=TODAY)
    assert snapshots.snapshot_for(Scope(large, TODAY))
    assert snapshots.snapshot_for(Scope(large, days_after(9))) is None
    assert snapshots.snapshot_for(Scope(large, TODAY, tier_number=2)) is None


@pytest.mark.usefixtures("no_figures")
def test_a_snapshot_holds_what_counting_now_finds(programme):
    snapshots.take_snapshot(programme, as_of=TODAY)
    live = reach_of_all_trainers(programme, as_of=TODAY)
    kept = snapshots.snapshot_of(programme).trainers()
    assert [
        (line.person_id, line.deliveries, line.distinct, line.first_reach) for line in kept
    ] == [(line.person_id, line.deliveries, line.distinct, line.first_reach) for line in live]
    assert [float(line.shared) for line in kept] == pytest.approx(
        [float(line.shared) for line in live]
    )
    assert max(line.distinct for line in kept) == 8


@pytest.mark.usefixtures("no_figures")
def test_the_stored_descent_is_that_of_the_graph(programme):
    snapshots.take_snapshot(programme, as_of=TODAY)
    graph = networkx.DiGraph((e.parent, e.child) for e in edges_of(programme, as_of=TODAY))
    expected = {
        (top, below): hops
        for top, reached in networkx.all_pairs_shortest_path_length(graph)
        for below, hops in reached.items()
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ancestor_id, descendant_id, hops FROM cascades_descent"
            " WHERE curriculum_id = %s",
            [programme.curriculum_id],
        )
        found = {(top, below): hops for top, below, hops in cursor.fetchall()}
    assert found == expected
    assert max(found.values()) == 2


@pytest.mark.usefixtures("no_figures")
def test_taking_it_again_replaces_it(programme):
    for _ in range(2):
        snapshots.take_snapshot(programme, as_of=TODAY)
    assert Snapshot.objects.filter(iteration=None).count() == 1
    assert TrainerReach.objects.count() == len(reach_of_all_trainers(programme, as_of=TODAY))


def test_any_figures_can_be_kept_in_both_languages(programme, monkeypatch):
    from django.utils import translation

    monkeypatch.setattr(snapshots, "KEPT", {})
    snapshots.keep("word", lambda scope: {"said": translation.get_language()})
    snapshots.take_snapshot(programme, as_of=TODAY)
    for language in ("km", "en"):
        with translation.override(language):
            assert snapshots.snapshot_of(programme).figures("word") == {"said": language}
    assert snapshots.snapshot_of(programme).figures("other") is None


def test_pages_say_when_they_were_counted(large, as_user, coordinator):
    snapshots.take_snapshot(large, as_of=TODAY)
    for page in ("programme", "trainers"):
        html = as_user(coordinator).get(reverse(f"cascades:{page}", args=[large.pk])).content
        assert "Counted at" in html.decode()
        assert "counted anew" in html.decode()


def tables_of(client, programme, **chosen):
    """The bodies of the tables and the drawings of the page of figures."""
    response = client.get(reverse("cascades:figures", args=[programme.pk]), chosen)
    html = response.content.decode()
    return re.findall(r"<tbody>.*?</tbody>|<svg.*?</svg>", html, re.DOTALL), html


def take_completions_away() -> None:
    """Not what anybody can do to closed trainings; so it is seen where a number comes from."""
    Training.objects.update(status=Training.Status.OPEN, closed_at=None, closed_by=None)
    Completion.objects.all().delete()


@pytest.mark.parametrize(("by", "language"), [("tier", "en"), ("iteration", "km")])
def test_the_page_of_figures_is_that_of_the_snapshot(
    large, as_user, coordinator, by, language, django_assert_max_num_queries
):
    second = make_iteration(programme=large, by=coordinator)
    make_delivery(
        tier_of(second, 1),
        on=days_after(39),
        learners=[make_person(owner=large.owner, by=coordinator)],
        by=coordinator,
    )
    coordinator.language = language
    coordinator.save()
    client = as_user(coordinator)
    counted, html = tables_of(client, large, by=by)
    assert len(counted) > 6
    snapshots.take_snapshot(large, as_of=TODAY)
    take_completions_away()  # What is kept stays until it is counted anew.
    with django_assert_max_num_queries(20):
        kept, html = tables_of(client, large, by=by)
    assert kept == counted
    assert ("Counted at" if language == "en" else "បានរាប់នៅ") in html


def test_one_figure_and_the_workbook_say_what_the_page_says(large, as_user, coordinator):
    client = as_user(coordinator)
    snapshots.take_snapshot(large, as_of=TODAY)
    take_completions_away()
    html = client.get(reverse("cascades:figure", args=[large.pk, "reach"])).content.decode()
    assert '<span class="value">8</span>' in html
    assert "Counted at" in html
    response = client.get(reverse("cascades:figures-xlsx", args=[large.pk]))
    book = load_workbook(BytesIO(response.content))
    rows = list(book["Figures"].iter_rows(values_only=True))
    assert [row[2] for row in rows if row[1] == "People reached"] == [8]
    assert any(str(row[0]).startswith("Counted at") for row in rows)


def test_an_iteration_newer_than_the_snapshot_is_counted(large, as_user, coordinator):
    snapshots.take_snapshot(large, as_of=TODAY)
    second = make_iteration(programme=large, by=coordinator)
    learner = make_person(owner=large.owner, by=coordinator)
    make_delivery(tier_of(second, 1), on=days_after(39), learners=[learner], by=coordinator)
    scope = Scope(large, TODAY)
    iterations = list(large.iterations.all())
    recall(scope, iterations, snapshots.snapshot_for(scope).figures("figures"))
    parts = [column.scope for column in columns_of_iterations(scope, iterations)]
    row = TableRow.of(FIGURES["reach"], scope, parts)
    assert row.whole.outcome.value == 8  # Of the whole, as it was.
    assert [part.outcome.value for part in row.parts] in ([8, 1], [1, 8])


def test_a_page_leaves_out_a_tier_that_was_removed_since_it_was_counted(
    large, as_user, coordinator
):
    extra = add_tier(iteration=large.iterations.get(), name_en="Too many", by=coordinator)
    snapshots.take_snapshot(large, as_of=TODAY)
    remove_tier(extra, by=coordinator)
    page = as_user(coordinator).get(reverse("cascades:programme", args=[large.pk]))
    assert page.context["taken"]
    assert [tier.number for tier, _line in page.context["plan"]] == [1, 2, 3]


@pytest.mark.usefixtures("no_figures")
def test_the_day_after_it_is_old(programme):
    snapshots.take_snapshot(programme, as_of=days_after(40))
    Snapshot.objects.update(seen=current())
    assert snapshots.snapshot_of(programme).is_old


@pytest.mark.usefixtures("no_figures")
def test_after_a_restore_every_snapshot_is_old(programme):
    snapshots.take_snapshot(programme, as_of=TODAY)
    Snapshot.objects.update(seen=current())
    assert not snapshots.snapshot_of(programme).is_old
    snapshots.forget_what_was_seen()
    assert snapshots.snapshot_of(programme).is_old


def current() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text")
        return cursor.fetchone()[0]


# --- At the same time -------------------------------------------------------------------------


@pytest.fixture
def committed(transactional_db):
    """A programme that other connections see too."""
    from tests import factories

    owner = factories.make_organisation(name_latin="Strey Khmer")
    return make_cascade(owner, factories.make_user(organisation=owner))


@pytest.fixture
def other():
    """A second connection, whose changes are not committed until the test says so."""
    at = connection.get_connection_params()
    names = ("dbname", "user", "password", "passfile", "host", "port")
    at = {key: at[key] for key in names if at.get(key)}
    with psycopg.connect(**at) as opened:
        yield opened


CHANGE = "UPDATE registry_person SET version = version"


def is_old(programme) -> bool:
    return snapshots.snapshot_of(programme).is_old


RUNNING_BEFORE = """
    SELECT age(xmin) < age(pg_snapshot_xmin(pg_current_snapshot())::xid)
    FROM cascades_snapshot WHERE programme_id = %s AND iteration_id IS NULL
"""


def take_until_settled(programme) -> None:
    """Take a snapshot, wait for the transactions that ran meanwhile, and take the next.

    The tests of another process have transactions on the same server, each as long as its test.
    Taking anew changes the row, so it is taken again only when all of them have ended.
    """
    snapshots.take_snapshot(programme, as_of=TODAY)
    with connection.cursor() as cursor:
        for _ in range(6_000):
            cursor.execute(RUNNING_BEFORE, [programme.pk])
            if not cursor.fetchone()[0]:
                break
            time.sleep(0.1)
    snapshots.take_snapshot(programme, as_of=TODAY)
    assert not is_old(programme)


@pytest.mark.usefixtures("no_figures")
def test_a_change_committed_while_it_is_counted_is_not_missed(committed, other):
    """The other connection writes before counting begins and commits after it has ended."""
    take_until_settled(committed)
    other.execute(CHANGE)
    snapshots.take_snapshot(committed, as_of=TODAY)
    assert not is_old(committed)
    other.commit()
    assert is_old(committed)
    snapshots.take_snapshot(committed, as_of=TODAY)
    assert not is_old(committed)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cascades_change")
        assert cursor.fetchone()[0] == 0  # Seen by every snapshot, so forgotten.


@pytest.mark.usefixtures("no_figures")
def test_who_wrote_before_there_was_a_snapshot_left_no_note_and_is_waited_for(committed, other):
    other.execute(CHANGE)
    for _ in range(3):
        snapshots.take_snapshot(committed, as_of=TODAY)
        assert is_old(committed)
    other.commit()
    take_until_settled(committed)
