"""How much time learners spent, of one training or of several."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from core.figures.definitions import Unit, figure, once_a_scope
from core.figures.outcomes import Outcome, total
from trainings.figures.listing import trainings
from trainings.figures.participation import Time, time_of
from trainings.figures.scope import Scope
from trainings.figures.sections import TIME, of_one_only
from trainings.figures.summaries import summary_in


@once_a_scope
def _time(scope: Scope) -> Time | None:
    training = scope.the_one
    return time_of(training) if training else None


@figure(
    TIME,
    gettext_lazy("Person-days recorded"),
    Unit.DAYS,
    adds_up=True,
    definition=gettext_lazy(
        "For each learner and day: half a day for under 3 attended hours, as donors count; else "
        "the part of that day's session hours that was attended, to the nearest half day, and half "
        "a day at least. Where the hours of a day are not known, the part of its sessions. Each "
        "day counts in the period in which it lies. Only what was recorded."
    ),
    behind=trainings,
)
def person_days(scope: Scope) -> Outcome:
    return total(summary_in(scope).person_days)


@figure(
    TIME,
    gettext_lazy("Person-days at most"),
    Unit.DAYS,
    adds_up=True,
    definition=gettext_lazy(
        "The same, with everything that was not recorded taken as full presence, people without a "
        "name included."
    ),
    behind=trainings,
)
def person_days_at_most(scope: Scope) -> Outcome:
    found = _time(scope)
    return total(found.person_days_up_to) if found else of_one_only()


@figure(
    TIME,
    gettext_lazy("Person-hours recorded"),
    Unit.HOURS,
    adds_up=True,
    definition=gettext_lazy(
        "Hours of the sessions that learners attended; not known where no session states its hours."
    ),
    behind=trainings,
)
def person_hours(scope: Scope) -> Outcome:
    found = _time(scope)
    return total(found.person_hours) if found else of_one_only()
