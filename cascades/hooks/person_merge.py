"""How what two entries of one person did in cascades becomes that of one.

Trainings move with their enrolments; lineage and every figure follow from those.
"""

from __future__ import annotations

from cascades.models import CertificationDecision, Observation, TeachBack, TrainerReach
from registry.actions.joining import Journal, joins
from registry.models import Person, User


@joins("cascades.TeachBack")
def join_teach_backs(kept: Person, joined: Person, *, journal: Journal, by: User) -> None:
    """What both entries have of one day in one delivery stays once, passed if either was."""
    own = {(each.delivery_id, each.held_on): each for each in TeachBack.objects.filter(person=kept)}
    for teach_back in TeachBack.objects.filter(person=joined):
        mine = own.get((teach_back.delivery_id, teach_back.held_on))
        if mine is None:
            journal.set(teach_back, person=kept)
            continue
        if teach_back.passed and not mine.passed:
            journal.set(mine, passed=True)
        journal.remove(teach_back)


@joins("cascades.Observation")
def join_observations(kept: Person, joined: Person, *, journal: Journal, by: User) -> None:
    """Who was observed under either name was observed."""
    facts = ("delivery_id", "observed_on", "observer")
    own = set(Observation.objects.filter(trainer=kept).values_list(*facts))
    for observation in Observation.objects.filter(trainer=joined):
        if tuple(getattr(observation, fact) for fact in facts) in own:
            for score in observation.scores.all():
                journal.remove(score)
            journal.remove(observation)
        else:
            journal.set(observation, trainer=kept)


@joins("cascades.CertificationDecision")
def join_decisions(kept: Person, joined: Person, *, journal: Journal, by: User) -> None:
    """Decisions about either entry are about her; the latest one counts."""
    for decision in CertificationDecision.objects.filter(person=joined):
        journal.set(decision, person=kept)


@joins("cascades.TrainerReach")
def join_reach(kept: Person, joined: Person, *, journal: Journal, by: User) -> None:
    """Counted beforehand, and counted anew now that the entries are one: nothing to move."""
    TrainerReach.objects.filter(person=joined).delete()


@joins("cascades.Graduate")
def join_graduates(kept: Person, joined: Person, *, journal: Journal, by: User) -> None:
    """A view; it follows the enrolments."""


@joins("cascades.TrainerTurn")
def join_turns(kept: Person, joined: Person, *, journal: Journal, by: User) -> None:
    """A view; it follows the enrolments."""
