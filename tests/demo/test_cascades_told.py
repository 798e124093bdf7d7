"""The demonstration says what was published and no more, and what it makes up holds together."""

from __future__ import annotations

from decimal import Decimal

import networkx
import pytest
from django.utils import timezone

from cascades.figures.reach.people_reached import reach_of, reach_of_all_trainers
from cascades.figures.scope import Scope
from cascades.models import Graduate, Iteration, Programme, PublishedFigure, TrainerTurn
from demo.organisations import make_cast
from demo.stories import civic_champions, national, strey_khmer
from registry.models import Affiliation, Person, User
from tests import factories
from tests.cascades.facts import edges_of
from trainings.actions.closing import close_training, reopen_training
from trainings.models import Completion, Training

# Iteration, and per measure the values with no regard to order. Typed from the sources.
PUBLISHED = {
    "Pilot": {
        "districts": [2],
        "communes": [22],
        "participants": [54],
        "cycles": [4],
        "sales growth": [400],
    },
    "Scale-up": {
        "districts": [16],
        "communes": [105],
        "participants": [203, 204, 205],
        "share of eligible": [19],
        "households": [15077, 15320],
        "coverage points": ["6.9", "7.5"],
        "cost per toilet": ["14.60"],
        "uptake above others": [104],
    },
    "Light": {"districts": [30], "communes": [204], "participants": [375]},
    "Hybrid": {
        "provinces": [7],
        "districts": [18],
        "communes": [143],
        "participants": [263],
        "cost per toilet": ["23.23"],
    },
    "Government-led": {},
}


@pytest.fixture
def cast(db):
    return make_cast()


@pytest.fixture
def by(cast):
    return User.objects.create(username="teller", organisation=cast.partnership, role="coordinator")


def project_of(owner, by):
    return factories.make_project(owner=owner, by=by)


@pytest.fixture
def civic(cast, by) -> Programme:
    """Civic Champions as it was published."""
    factories.make_places("0203", "0209")
    return civic_champions.tell(cast=cast, project=project_of(cast.watershed, by), by=by)


def test_every_published_figure_stands_beside_its_source(civic):
    found: dict = {name: {} for name in PUBLISHED}
    for figure in PublishedFigure.objects.filter(iteration__programme=civic).order_by("value"):
        assert figure.source
        found[figure.iteration.name_en].setdefault(figure.measure, []).append(figure.value)
    expected = {
        name: {measure: [Decimal(value) for value in values] for measure, values in rows.items()}
        for name, rows in PUBLISHED.items()
    }
    assert found == expected


def test_rounds_without_records_have_no_made_up_deliveries(civic):
    held = {i.name_en: Scope(civic, timezone.localdate(), i).deliveries().count()
            for i in civic.iterations.all()}  # fmt: skip
    assert held == {"Pilot": 0, "Scale-up": 0, "Light": 0, "Hybrid": 0, "Government-led": 1}


def test_what_follows_the_women_in_leadership_is_not_known(cast, by):
    factories.make_places("020308")
    strey_khmer.tell(cast=cast, project=project_of(cast.strey_khmer, by), by=by)
    [iteration] = Iteration.objects.filter(programme__name_en="Women in Leadership")
    [tier] = iteration.tiers.all()
    assert tier.trains_on
    reach = reach_of(Scope(iteration.programme, timezone.localdate()))
    assert (reach.distinct, reach.head_counts, reach.at_least, reach.at_most) == (0, 30, 30, 30)


@pytest.fixture
def told(cast, by, civic) -> Iteration:
    """The made-up round in three small provinces, one of them that of the cancelled course."""
    codes = [place.code for place in factories.listed() if place.code[:2] in ("11", "23", "24")]
    factories.make_places(*(code for code in codes if len(code) <= 6))
    return national.tell(
        programme=civic,
        project=civic.iterations.first().projects.get(),
        partnership=cast.partnership,
        ministries=[cast.interior, cast.rural_development],
        by=by,
    )


def test_the_made_up_round_is_marked_and_holds_together(told):
    """One loading for all of it: it takes seconds."""
    today = timezone.localdate()
    assert told.is_demo
    of_round = Training.objects.filter(delivery__tier__iteration=told)
    assert not of_round.filter(is_demo=False).exists()
    assert not Person.objects.filter(enrolments__training__in=of_round, is_demo=False).exists()
    _has_leaks_and_overlaps(told)
    _reach_agrees_with_enumeration(told, today)
    _closing_again_changes_nothing(of_round, by=told.created_by)


def _has_leaks_and_overlaps(told):
    states = set(
        Training.objects.filter(delivery__tier__iteration=told).values_list("status", flat=True)
    )
    assert states >= {"closed", "cancelled"}
    trained = set(TrainerTurn.objects.filter(iteration=told).values_list("person", flat=True))
    graduates = set(
        Graduate.objects.filter(iteration=told, tier_number__lt=3).values_list("person", flat=True)
    )
    assert graduates - trained, "some never train"
    assert trained - graduates, "some train without having completed"
    moved = Affiliation.objects.filter(person__in=trained, until__isnull=False)
    assert moved.exists(), "some move from the organisation to a ministry"


def _reach_agrees_with_enumeration(told, today):
    """Distinct people as a set, each trainer's through a graph, and the sums of first reach."""
    programme = told.programme
    completed = list(Graduate.objects.filter(programme=programme).values_list("person", "delivery"))
    assert reach_of(Scope(programme, today)).distinct == len({person for person, _ in completed})
    graph = networkx.DiGraph()
    graph.add_nodes_from(delivery for _, delivery in completed)
    graph.add_edges_from((edge.parent, edge.child) for edge in edges_of(programme, as_of=today))
    assert networkx.is_directed_acyclic_graph(graph)
    below = {node: {node, *networkx.descendants(graph, node)} for node in graph}
    own: dict = {}
    for person, delivery in TrainerTurn.objects.filter(
        programme=programme, starts_on__lte=today
    ).values_list("person", "delivery"):
        own.setdefault(person, set()).update(below.get(delivery, ()))
    lines = {line.person_id: line for line in reach_of_all_trainers(programme, as_of=today)}
    assert lines
    for person, line in lines.items():
        people = {who for who, delivery in completed if delivery in own[person]} - {person}
        assert line.distinct == len(people)
    assert sum(line.first_reach for line in lines.values()) == len({who for who, _ in completed})


def _closing_again_changes_nothing(of_round, *, by):
    """Every completion that was written in bulk is the one that closing writes."""

    def judged(training):
        rows = Completion.objects.filter(training=training)
        return {row.enrolment_id: (row.rule_version, row.judged) for row in rows}

    for training in of_round.filter(status="closed").order_by("starts_on")[::3]:
        before = judged(training)
        assert before
        reopened = reopen_training(training, reason="A test.", by=by)
        close_training(reopened, accept_findings=True, by=by)
        assert judged(training) == before
