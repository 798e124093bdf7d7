"""Figures over many trainings. Unique people do not add up over periods, places or projects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, QuerySet
from django.utils.translation import gettext_lazy, ngettext

from core.figures.definitions import Behind, Unit, figure, once_a_scope
from core.figures.outcomes import Outcome, share, total
from registry.figures.listing import records
from registry.models import Organisation
from registry.models.people import Sex
from trainings.figures import listing
from trainings.figures.counting import BySex
from trainings.figures.participation import named_by_sex, took_part, unnamed_by_sex
from trainings.figures.person_days import recorded_days
from trainings.figures.scope import Scope
from trainings.figures.sections import CONTACTS, DISTINCT, PARTICIPANTS
from trainings.models import Enrolment, HeadCount, Training


@dataclass(frozen=True)
class Summary:
    """What a selection of trainings comes to.

    `participations` counts a person once in each training, `people` once in all of them.
    `unnamed` people may be among them or not; their number is never added to the unique one.
    """

    trainings: int
    closed: int
    participations: int
    people: BySex
    unnamed: BySex
    person_days: Decimal
    organisations: int


def summary_of(
    trainings: QuerySet[Training], *, since: date | None = None, until: date | None = None
) -> Summary:
    """Count learners over trainings; cancelled trainings should be left out before.

    A training belongs to each period in which it has a day, and its person-days to the period of
    each day, so that those of two periods add up.
    """
    ids = trainings.order_by().values("pk")
    learners = Enrolment.objects.filter(training__in=ids).learners()
    states = dict(
        trainings.order_by().values_list("status").annotate(count=Count("pk", distinct=True))
    )
    people, participations = named_by_sex(learners)
    return Summary(
        trainings=sum(states.values()),
        closed=states.get(Training.Status.CLOSED, 0),
        participations=participations,
        people=people,
        unnamed=unnamed_by_sex(HeadCount.objects.filter(training__in=ids)),
        person_days=recorded_days(trainings, since=since, until=until),
        organisations=Enrolment.objects.filter(training__in=ids, organisation__isnull=False)
        .values("organisation")
        .distinct()
        .count(),
    )


# --- The figures ---------------------------------------------------------------------------------


@once_a_scope
def summary_in(scope: Scope) -> Summary:
    """What the trainings of a scope come to."""
    return summary_of(scope.trainings, since=scope.since, until=scope.until)


def _women(scope: Scope) -> list[Behind]:
    women = scope.learners.filter(person__sex=Sex.FEMALE).values_list("person", flat=True)
    return listing.who_came(scope, set(women))


def _came(scope: Scope) -> list[Behind]:
    return listing.learners(scope, set(took_part(scope.learners).values_list("person", flat=True)))


@figure(
    PARTICIPANTS,
    gettext_lazy("Participants by name"),
    Unit.PEOPLE,
    counting=DISTINCT,
    definition=gettext_lazy(
        "Different people known by name who took part to learn: who was there for some of one "
        "session or, where nobody kept the attendance, who is on the list. Whoever came to "
        "several trainings counts once."
    ),
    behind=listing.who_came,
)
def participants(scope: Scope) -> Outcome:
    return total(summary_in(scope).people.total)


@figure(
    PARTICIPANTS,
    gettext_lazy("Women among them"),
    Unit.PERCENT,
    counting=DISTINCT,
    definition=gettext_lazy(
        "Women, of the participants by name. Those whose sex is not stated stay in the whole."
    ),
    behind=_women,
)
def women(scope: Scope) -> Outcome:
    found = summary_in(scope).people
    words = ngettext(
        "The sex of %(count)s person is not stated.",
        "The sex of %(count)s people is not stated.",
        found.not_stated,
    )
    remark = words % {"count": found.not_stated} if found.not_stated else ""
    return share(found.female, found.total, remark)


@figure(
    PARTICIPANTS,
    gettext_lazy("Participations"),
    Unit.COUNT,
    counting=CONTACTS,
    adds_up=True,
    definition=gettext_lazy(
        "One person in one training. Whoever came to several trainings counts in each, so this is "
        "not a number of people."
    ),
    behind=listing.who_came,
)
def participations(scope: Scope) -> Outcome:
    return total(summary_in(scope).participations)


@figure(
    PARTICIPANTS,
    gettext_lazy("Participants without a name"),
    Unit.PEOPLE,
    adds_up=True,
    definition=gettext_lazy(
        "People who were only counted. Some of them may also be known by name, so they are never "
        "added into a number of different people."
    ),
    behind=listing.trainings,
)
def unnamed_participants(scope: Scope) -> Outcome:
    return total(summary_in(scope).unnamed.total)


@figure(
    PARTICIPANTS,
    gettext_lazy("Came, of those on the list"),
    Unit.PERCENT,
    counting=CONTACTS,
    adds_up=True,
    definition=gettext_lazy(
        "Participations, of the learners on the lists, each training for itself: the rest came to "
        "no session."
    ),
    behind=_came,
)
def came_of_listed(scope: Scope) -> Outcome:
    return share(summary_in(scope).participations, scope.learners.count())


def _organisations(scope: Scope) -> list[Behind]:
    found = Organisation.objects.filter(enrolments__training__in=scope.ids).distinct()
    lines = [(pk, True, None) for pk in found.values_list("pk", flat=True)]
    return records("organisations", lines, Organisation.objects.in_bulk)


@figure(
    PARTICIPANTS,
    gettext_lazy("Organisations taking part"),
    Unit.COUNT,
    definition=gettext_lazy(
        "Different organisations on the lists as such, each once. Their members are no "
        "participants by name."
    ),
    behind=_organisations,
)
def organisations(scope: Scope) -> Outcome:
    return total(summary_in(scope).organisations)
