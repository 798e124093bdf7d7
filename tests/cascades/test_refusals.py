"""Whatever a cascade refuses, it names the next step, and that step works."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from cascades.actions.certifying import add_rule, change_rule, remove_rule
from cascades.actions.delivering import (
    attach_training,
    detach_training,
    move_delivery,
    plan_delivery,
)
from cascades.actions.designing import (
    add_tier,
    change_programme,
    remove_tier,
    start_programme,
)
from cascades.actions.linking import link_deliveries, unlink_deliveries
from cascades.actions.observing import (
    Item,
    add_checklist,
    record_observation,
    record_teach_back,
    remove_checklist,
)
from cascades.actions.session_turns import record_session_turns
from cascades.figures.lineage.session_turns import Turn, turns_of
from cascades.models import Delivery
from core.errors import Refused
from registry.models import Organisation, Person, User
from tests.cascades.factories import (
    START,
    days_after,
    make_delivery,
    make_iteration,
    make_programme,
    tier_of,
)
from tests.cascades.kept import *  # noqa: F403
from tests.trainings.factories import make_training
from trainings.actions.curricula import add_curriculum, add_version
from trainings.actions.enrolling import enrol_person
from trainings.actions.planning import change_training
from trainings.models import AgeBandScheme

TODAY = timezone.localdate()
HELD_ON = days_after(30)
ITEMS = (Item(text_en="Speaks clearly"),)
# How a refusal is worded in the code, with what is refused and the step that it names.
Walk = Callable[..., tuple[Callable[[], Any], Callable[[], Any]]]
WALKS: list[tuple[str, Walk]] = []


@dataclass
class Stage:
    """What every walk begins with: two tiers, each with a delivery that is held or planned."""

    owner: Organisation
    by: User
    tiers: dict[int, Any]
    people: list[Person]
    first: Delivery
    second: Delivery
    other: Organisation

    @property
    def programme(self):
        return self.tiers[1].iteration.programme


@pytest.fixture
def ready(tiers, people, strey_khmer, kcda, coordinator):
    first = make_delivery(tiers[1], lead=people[0], learners=people[1:2], by=coordinator)
    second = make_delivery(
        tiers[2], on=days_after(30), lead=people[1], learners=people[3:5], held=False,
        by=coordinator,
    )  # fmt: skip
    return Stage(strey_khmer, coordinator, tiers, people, first, second, kcda)


def walk(words):
    """What is refused in these words, and the step that they name."""

    def register(function):
        WALKS.append((words, function))
        return function

    return register


# --- Deliveries -------------------------------------------------------------------------------


@walk("Say on which days it is held")
def a_delivery_without_a_day(stage):
    details = {"title_en": "A course", "age_bands": AgeBandScheme.objects.first()}

    def plan(*days):
        return plan_delivery(stage.tiers[1], days=days, by=stage.by, **details)

    return plan, lambda: plan(START)


@walk("This training belongs to a tier already")
def a_training_of_another_tier(stage):
    def attach():
        return attach_training(stage.tiers[2], training=stage.first.training, by=stage.by)

    def step():
        detach_training(stage.first, by=stage.by)
        return attach()

    return attach, step


@walk("The training belongs to another organisation than the programme")
def a_training_of_another_organisation(stage):
    other = make_training(owner=stage.other, by=stage.by)
    own = make_training(owner=stage.owner, by=stage.by)

    def attach(training):
        return attach_training(stage.tiers[1], training=training, by=stage.by)

    return lambda: attach(other), lambda: attach(own)


@walk("The programme teaches %(curriculum)s; this version is of another")
def a_training_of_another_curriculum(stage):
    curriculum = add_curriculum(owner=stage.owner, name_en="Another one", by=stage.by)
    version = add_version(curriculum=curriculum, label="1", by=stage.by)
    training = make_training(owner=stage.owner, curriculum_version=version, by=stage.by)

    def attach():
        return attach_training(stage.tiers[1], training=training, by=stage.by)

    def step():
        training.refresh_from_db()
        change_training(
            training, version=training.version, curriculum_version=None, by=stage.by
        )  # fmt: skip
        return attach()

    return attach, step


@walk("This tier is of another programme")
def a_tier_of_another_programme(stage):
    other = make_programme(owner=stage.owner, by=stage.by)
    tier = tier_of(make_iteration(programme=other, by=stage.by), 1)

    def step():
        training = stage.first.training
        detach_training(stage.first, by=stage.by)
        return attach_training(tier, training=training, by=stage.by)

    return (
        lambda: move_delivery(stage.first, tier=tier, by=stage.by),
        step,
    )


# --- Links ------------------------------------------------------------------------------------


def link(stage, child, parent):
    return link_deliveries(
        child, parent=parent, reason="Known", source="The report of 2026", by=stage.by
    )


@walk("The two deliveries are of different curricula")
def a_link_to_another_curriculum(stage):
    other = make_programme(owner=stage.owner, by=stage.by)
    tier = tier_of(make_iteration(programme=other, by=stage.by), 1)
    stranger = make_delivery(tier, held=False, by=stage.by)
    return (
        lambda: link(stage, stage.second, stranger),
        lambda: link(stage, stage.second, stage.first),
    )


@walk("That delivery began later than this one")
def a_link_back_in_time(stage):
    return (
        lambda: link(stage, stage.first, stage.second),
        lambda: link(stage, stage.second, stage.first),
    )


def test_a_loop_is_refused_until_the_other_link_is_taken_back(ready):
    stage = ready
    same_day = make_delivery(stage.tiers[1], held=False, by=stage.by)
    there = link(stage, stage.first, same_day)
    with pytest.raises(Refused, match="Take the link that says so back first"):
        link(stage, same_day, stage.first)
    unlink_deliveries(there, by=stage.by)
    assert link(stage, same_day, stage.first)


# --- The design -------------------------------------------------------------------------------


@walk("This programme has deliveries of its curriculum")
def another_curriculum_for_a_programme_with_deliveries(stage):
    curriculum = add_curriculum(owner=stage.owner, name_en="Another one", by=stage.by)

    def change():
        programme = stage.programme
        return change_programme(
            programme, version=programme.version, curriculum=curriculum, by=stage.by
        )

    def step():
        return start_programme(
            owner=stage.owner, name_en="The other", curriculum=curriculum, by=stage.by
        )

    return change, step


@walk("An iteration has six tiers at most. Remove one")
def a_seventh_tier(stage):
    iteration = stage.tiers[1].iteration
    for number in (4, 5, 6):
        add_tier(iteration=iteration, name_en=f"Tier {number}", by=stage.by)

    def add():
        return add_tier(iteration=iteration, name_en="One more", by=stage.by)

    def step():
        remove_tier(tier_of(iteration, 6), by=stage.by)
        return add()

    return add, step


@walk("This tier has deliveries. It cannot be removed")
def removing_a_tier_with_deliveries(stage):
    def remove():
        return remove_tier(stage.tiers[2], by=stage.by)

    def step():
        detach_training(stage.second, by=stage.by)
        return remove()

    return remove, step


# --- Certification ----------------------------------------------------------------------------


def add(stage, day):
    return add_rule(stage.programme, tier_number=1, valid_from=day, by=stage.by)


@walk("%(number)s person was certified under this rule")
def changing_a_rule_that_somebody_was_certified_under(stage):
    rule = add(stage, START)

    def change():
        return change_rule(rule, version=rule.version, least_deliveries=2, by=stage.by)

    return change, lambda: add(stage, TODAY + timedelta(days=1))


@walk("%(number)s person was certified under this rule")
def removing_such_a_rule(stage):
    rule = add(stage, START)
    return (
        lambda: remove_rule(rule, by=stage.by),
        lambda: add(stage, TODAY + timedelta(days=1)),
    )


@walk("%(number)s person was certified on this day or later")
def a_rule_from_before_somebody_was_certified(stage):
    add(stage, START)
    return (
        lambda: add(stage, START),
        lambda: add(stage, TODAY + timedelta(days=1)),
    )


# --- Teach-backs and observations -------------------------------------------------------------


def teach_back(stage, person, day):
    return record_teach_back(
        stage.second, person=person, held_on=day, passed=True, assessed_by="Chenda", by=stage.by
    )


@walk("This person is not a learner of this delivery")
def a_teach_back_of_nobody_on_the_list(stage):
    stranger = stage.people[6]

    def record():
        return teach_back(stage, stranger, days_after(31))

    def step():
        enrol_person(stage.second.training, person=stranger, by=stage.by)
        return record()

    return record, step


@walk("The delivery had not begun on this day")
def a_teach_back_before_the_delivery(stage):
    learner = stage.people[3]
    return (
        lambda: teach_back(stage, learner, days_after(29)),
        lambda: teach_back(stage, learner, days_after(30)),
    )


def checklist(stage, *, programme=None, items=ITEMS):
    return add_checklist(
        programme or stage.programme,
        items=items,
        name_en="What to look at",
        valid_from=START,
        by=stage.by,
    )


def observe(stage, paper, *, trainer=None, day=HELD_ON, scores=None):
    if scores is None:
        scores = {item.pk: None for item in paper.items.all()}
    return record_observation(
        stage.second, trainer=trainer or stage.people[1], checklist=paper, observed_on=day,
        observer="Chenda", scores=scores, by=stage.by,
    )  # fmt: skip


@walk("A checklist has one item at least")
def an_empty_checklist(stage):
    return (
        lambda: checklist(stage, items=()),
        lambda: checklist(stage),
    )


@walk("Somebody was observed with this checklist")
def removing_a_checklist_that_was_used(stage):
    paper = checklist(stage)
    observe(stage, paper)

    def step():
        return add_checklist(
            stage.programme,
            items=[Item(text_en="Listens")],
            name_en="Anew",
            valid_from=TODAY,
            by=stage.by,
        )

    return (
        lambda: remove_checklist(paper, by=stage.by),
        step,
    )


@walk("This checklist is of another programme")
def a_checklist_of_another_programme(stage):
    other = checklist(stage, programme=make_programme(owner=stage.owner, by=stage.by))
    return (
        lambda: observe(stage, other),
        lambda: observe(stage, checklist(stage)),
    )


@walk("This person is not a trainer of this delivery")
def observing_somebody_who_is_no_trainer(stage):
    paper, stranger = checklist(stage), stage.people[6]

    def step():
        enrol_person(
            stage.second.training, person=stranger, role="co-trainer", by=stage.by
        )  # fmt: skip
        return observe(stage, paper, trainer=stranger)

    return (
        lambda: observe(stage, paper, trainer=stranger),
        step,
    )


@walk("The delivery was not held on this day")
def observing_on_a_day_without_a_delivery(stage):
    paper = checklist(stage)
    return (
        lambda: observe(stage, paper, day=days_after(31)),
        lambda: observe(stage, paper),
    )


@walk("Every item of the checklist needs an answer")
def an_item_without_an_answer(stage):
    paper = checklist(stage)
    return (
        lambda: observe(stage, paper, scores={}),
        lambda: observe(stage, paper),
    )


# --- Sessions ---------------------------------------------------------------------------------


@walk("Somebody here is no trainer of this training any more")
def a_turn_of_somebody_who_left_the_list(stage):
    session = stage.second.training.sessions.get()
    learner = stage.second.training.enrolments.get(person=stage.people[3])

    def step():
        [(lead, _turn)] = turns_of(session)
        record_session_turns(session, turns={lead.pk: Turn("co-trainer")}, by=stage.by)

    return (
        lambda: record_session_turns(session, turns={learner.pk: Turn("co-trainer")}, by=stage.by),
        step,
    )


@walk("Somebody else has changed this in the meantime")
def a_turn_that_was_changed_meanwhile(stage):
    session = stage.second.training.sessions.get()
    [(lead, turn)] = turns_of(session)
    record_session_turns(session, turns={lead.pk: Turn("co-trainer")}, by=stage.by)

    def save(seen):
        record_session_turns(
            session, turns={lead.pk: Turn("support")}, seen={lead.pk: seen}, by=stage.by
        )

    return (
        lambda: save(turn),
        lambda: save(Turn("co-trainer")),
    )


# --- All of them ------------------------------------------------------------------------------

# Asked again of the same file, whose page shows what is new; see test_import.py.
OF_FILES = ("“%(title)s” was recorded in the meantime", "The tiers were changed in the meantime")


@pytest.mark.parametrize(
    ("words", "walked"), WALKS, ids=[function.__name__ for _words, function in WALKS]
)
def test_the_step_that_a_refusal_names_works(ready, words, walked):
    refused, step = walked(ready)
    with pytest.raises(Refused) as found:
        refused()
    said = str(found.value)
    assert all(part in said for part in re.split(r"%\(\w+\)s", words))
    step()


def refusals_of_the_code() -> set[str]:
    """Every text that an action of cascades refuses with."""
    found = set()
    for path in (Path(settings.BASE_DIR) / "cascades" / "actions").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "ngettext"):
                found.add(ast.literal_eval(node.args[0]))
    return found


def test_every_refusal_is_walked():
    walked = (*OF_FILES, *(words for words, _walk in WALKS))
    assert {text for text in refusals_of_the_code() if not text.startswith(walked)} == set()
