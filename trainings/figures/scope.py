"""What figures of trainings are about: one training, or those of a project and its days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from core.figures import definitions
from trainings.models import Completion, Enrolment, Session, Training
from trainings.models.enrolments import EnrolmentQuerySet


@dataclass(frozen=True)
class Scope(definitions.Scope):
    """Trainings that are counted together; cancelled ones should be left out before.

    Of a period, the person-days of its days count.
    """

    trainings: QuerySet[Training]
    since: date | None = None
    until: date | None = None

    @classmethod
    def of(cls, training: Training) -> Scope:
        """One training."""
        return cls(Training.objects.filter(pk=training.pk))

    @property
    def ids(self) -> QuerySet[Training, Any]:
        """The trainings, each once, for a condition of a query."""
        return self.trainings.order_by().values("pk")

    @property
    def learners(self) -> EnrolmentQuerySet:
        """Who is on the lists to learn, whether they came or not, of trainings that have begun."""
        begun = Q(training__starts_on__lte=timezone.localdate())
        return Enrolment.objects.filter(begun, training__in=self.ids).learners()

    @property
    def sessions(self) -> QuerySet[Session]:
        return Session.objects.filter(training__in=self.ids)

    @property
    def judged(self) -> QuerySet[Training]:
        """The trainings whose completion is known: closed ones with a rule."""
        has_rule = Q(rule_percent__gt=0) | Q(rule_all_sessions=True) | Q(rule_score__gt=0)
        closed = Training.objects.filter(pk__in=self.ids, status=Training.Status.CLOSED)
        return closed.filter(has_rule)

    @property
    def completions(self) -> QuerySet[Completion]:
        return Completion.objects.filter(training__in=self.judged)

    @property
    def the_one(self) -> Training | None:
        """The training, where there is only one."""
        found = list(self.trainings.select_related("age_bands")[:2])
        return found[0] if len(found) == 1 else None
