"""The nudge list: whom to call, because their time to train others ends soon or has ended."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cascades.figures.certification.due import by_province, trainers_due
from cascades.figures.demonstration import holds_demo_data
from cascades.figures.scope import Scope
from cascades.models import Iteration, Programme
from core.papers import Paper, printable
from registry.models import User


def _programmes(user: User) -> QuerySet[Programme]:
    return Programme.objects.visible_to(user).select_related("owner", "curriculum")


def _iterations(user: User) -> QuerySet[Iteration]:
    return Iteration.objects.visible_to(user).select_related("owner", "programme__owner")


@printable("cascades.nudges", gettext_lazy("Trainers who are due or overdue"), of=_programmes)
def nudges(programme: Programme) -> Paper:
    """The graduates of all iterations, by the province of their home."""
    return _nudges(programme, None)


@printable(
    "cascades.nudges-of-iteration",
    gettext_lazy("Trainers of this iteration who are due or overdue"),
    of=_iterations,
)
def nudges_of_iteration(iteration: Iteration) -> Paper:
    """The graduates of one iteration, by the province of their home."""
    return _nudges(iteration.programme, iteration)


def _nudges(programme: Programme, iteration: Iteration | None) -> Paper:
    due = trainers_due(programme, as_of=timezone.localdate(), iteration=iteration)
    return Paper(
        template="cascades/paper/nudges.html",
        context={
            "programme": programme,
            "iteration": iteration,
            "due": due,
            "holds_demo_data": holds_demo_data(Scope(programme, due.as_of, iteration)),
            "provinces": by_province(due.rows),
        },
        title=_("Trainers who are due or overdue"),
        people=len(due.rows),
    )
