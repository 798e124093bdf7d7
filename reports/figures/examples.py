"""Four people, counted in each way: what stands beside every choice of the form.

A course of two days of six hours each, on 12 and 13 January; a refresher of two hours on 10 April.
    Bopha came for all of both.
    Dara came on the first day of the course.
    Kosal came for half of the first day, and to the refresher.
    Maly came to the refresher.
Whoever attended 80 percent of the hours completed. A test counts the same with the engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from core.figures.definitions import Words
from core.figures.outcomes import Number
from reports.models.definitions import (
    Completion,
    Counting,
    Counts,
    DayRule,
    Definition,
    Kind,
    Window,
)


@dataclass(frozen=True)
class Example:
    """A choice, and what it comes to in January to March, in April to June, and in both."""

    label: Words
    definition: Definition
    first: Number
    second: Number
    both: Number


def _example(
    label: Words, counting: Counting, *numbers: float, kind: Kind = Kind.PERIOD
) -> Example:
    first, second, both = (
        int(each) if each == int(each) and counting.counts not in DECIMALS else Decimal(str(each))
        for each in numbers
    )
    return Example(label, Definition(counting, kind=kind), first, second, both)


DECIMALS = (Counts.PERSON_DAYS, Counts.PERSON_HOURS)
PEOPLE, DAYS = Counting(), Counting(Counts.PERSON_DAYS)
OWN = replace(PEOPLE, completion=Completion.OWN)
EXAMPLES: Sequence[Example] = [
    _example(Counts.PEOPLE.label, PEOPLE, 3, 3, 4),
    _example(Counts.PARTICIPATIONS.label, Counting(Counts.PARTICIPATIONS), 3, 3, 6),
    _example(_("Person-days by hours"), DAYS, 4, 1.5, 5.5),
    _example(
        _("Person-days by the part of the day"), replace(DAYS, day_rule=DayRule.SHARE), 3.5, 3, 6.5
    ),
    _example(Counts.PERSON_HOURS.label, Counting(Counts.PERSON_HOURS), 21, 6, 27),
    _example(_("Completed, by the rule of the training"), OWN, 1, 3, 3),
    _example(
        _("Attended 50 percent of the hours"),
        replace(PEOPLE, completion=Completion.PERCENT, completion_percent=50),
        2, 3, 4,
    ),
    _example(_("The whole course"), replace(PEOPLE, completion=Completion.WHOLE), 1, 3, 3),
    _example(
        _("At least 3 hours of one training"), replace(PEOPLE, least_hours=Decimal(3)), 3, 0, 3
    ),
    _example(_("Of more than one day"), replace(PEOPLE, more_than_one_day=True), 3, 0, 3),
    _example(_("Once in the year of the donor"), replace(PEOPLE, window=Window.YEAR), 3, 1, 4),
    _example(_("Once in each training"), replace(PEOPLE, window=Window.TRAINING), 3, 3, 6),
    _example(_("Cumulative"), PEOPLE, 3, 4, 4, kind=Kind.CUMULATIVE),
]  # fmt: skip
