"""How what two entries of one person did in cascades becomes that of one.

Trainings move with their enrolments; lineage and every figure follow from those.
"""

from __future__ import annotations

from cascades.models import CertificationDecision, Observation, SessionTurn, TeachBack, TrainerReach
from registry.actions.merging import MergeLog, merges
from registry.models import Person, User
from trainings.models import Training


@merges("cascades.TeachBack")
def merge_teach_backs(kept: Person, joined: Person, *, log: MergeLog, by: User) -> None:
    """What both entries have of one day in one delivery stays once, passed if either was."""
    own = {(each.delivery_id, each.held_on): each for each in TeachBack.objects.filter(person=kept)}
    for teach_back in TeachBack.objects.filter(person=joined):
        same_day = own.get((teach_back.delivery_id, teach_back.held_on))
        if same_day is None:
            log.set(teach_back, person=kept)
            continue
        if teach_back.passed and not same_day.passed:
            log.set(same_day, passed=True)
        log.remove(teach_back)


@merges("cascades.Observation")
def merge_observations(kept: Person, joined: Person, *, log: MergeLog, by: User) -> None:
    """Who was observed under either name was observed."""
    facts = ("delivery_id", "observed_on", "observer")
    own = set(Observation.objects.filter(trainer=kept).values_list(*facts))
    for observation in Observation.objects.filter(trainer=joined):
        if tuple(getattr(observation, fact) for fact in facts) in own:
            for score in observation.scores.all():
                log.remove(score)
            log.remove(observation)
        else:
            log.set(observation, trainer=kept)


@merges("cascades.CertificationDecision")
def merge_decisions(kept: Person, joined: Person, *, log: MergeLog, by: User) -> None:
    """Decisions about either entry are about the one person; the latest one counts."""
    for decision in CertificationDecision.objects.filter(person=joined):
        log.set(decision, person=kept)


@merges("cascades.SessionTurn")
def merge_session_turns(kept: Person, joined: Person, *, log: MergeLog, by: User) -> None:
    """Where both stand on one list, the row that goes leaves what it says of sessions; before the
    enrolments are united, for rules run in the order of their names.
    """
    own = {each.training_id: each for each in kept.enrolments.all()}
    there = set(
        SessionTurn.objects.filter(enrolment__person=kept).values_list("enrolment", "session")
    )
    # Of a training that is closed the enrolments are not united either, but refused.
    open_ones = SessionTurn.objects.filter(training__status=Training.Status.OPEN)
    for turn in open_ones.filter(enrolment__person=joined):
        twice = own.get(turn.training_id)
        if twice is None:
            continue  # The enrolment moves, and this with it.
        if (twice.pk, turn.session_id) in there:
            log.remove(turn)
        else:
            log.set(turn, enrolment=twice)


@merges("cascades.TrainerReach")
def merge_reach(kept: Person, joined: Person, *, log: MergeLog, by: User) -> None:
    """Counted beforehand, and counted anew now that the entries are one: nothing to move."""
    TrainerReach.objects.filter(person=joined).delete()


@merges("cascades.Graduate")
def merge_graduates(kept: Person, joined: Person, *, log: MergeLog, by: User) -> None:
    """A view; it follows the enrolments."""


@merges("cascades.TrainerTurn")
def merge_turns(kept: Person, joined: Person, *, log: MergeLog, by: User) -> None:
    """A view; it follows the enrolments."""
