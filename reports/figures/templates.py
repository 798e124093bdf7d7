"""Indicators that donors have published, ready to be taken over, with where they are published.

A template fills in the form; what it leaves open (a topic, a programme) is chosen there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from core.figures.definitions import Words
from reports.models.definitions import (
    Band,
    Completion,
    Counting,
    Counts,
    Definition,
    Dimension,
    Direction,
    Form,
    Kind,
    Selection,
    Window,
)
from savings_groups.figures.sources import CGAP, INDIKIT, SAVIX

TRAININGS, GROUPS, CASCADES = _("Trainings"), _("Savings groups"), _("Cascades")
SADD: tuple[Band, ...] = (
    (0, 5), (6, 9), (10, 14), (15, 19), (20, 24), (25, 34), (35, 49), (50, None),
)  # fmt: skip
ANY_EVENT = Selection(kinds=())


@dataclass(frozen=True)
class Template:
    """A ready definition; `open` says what is still to be chosen."""

    name: str
    section: Words
    label: Words
    about: Words
    definition: Definition
    source: Words
    open: Words = ""

    @property
    def names(self) -> dict[str, str]:
        """What an indicator of it is called, in both languages."""
        found = {}
        for language in ("km", "en"):
            with override(language):
                found[f"name_{language}"] = str(self.label)
        return found


def _people(counting: Counting, **more: object) -> Definition:
    return replace(Definition(counting, dimensions=(Dimension.SEX,)), **more)  # type: ignore[arg-type]  # By name, as below.


def _ratio(part: Counting, whole: Counting, **more: object) -> Definition:
    found = Definition(part, whole, form=Form.PERCENT)
    return replace(found, **more)  # type: ignore[arg-type]  # By name, as below.


COMPLETED = Counting(completion=Completion.OWN, window=Window.YEAR)
WHOLE_COURSE = Counting(completion=Completion.WHOLE, more_than_one_day=True)
WOMEN = Selection(sexes=("female",))
DAYS = Counting(Counts.PERSON_DAYS)

OF_TRAININGS = [
    Template(
        "ftf-short-term",
        TRAININGS,
        _("People who took part in short-term training"),
        _(
            "Whoever took part in a planned training of any length, once in each year of the "
            "donor; awareness raising and meetings do not count."
        ),
        _people(
            Counting(window=Window.YEAR),
            dimensions=(Dimension.SEX, Dimension.PERSON_KIND, Dimension.NEW),
        ),
        "Feed the Future, EG.3.2-1",
    ),
    Template(
        "gndr-8",
        TRAININGS,
        _("People trained for gender equality in their role in an institution"),
        _("At least three hours of one training, and only whoever came in an official role."),
        _people(Counting(least_hours=Decimal(3))),
        "USAID, GNDR-8",
        _("Choose the topics, and the positions that are official."),
    ),
    Template(
        "civ-007",
        TRAININGS,
        _("People who completed a course of a civil society organisation"),
        _("Every session from the beginning to the end, of a course of more than one day."),
        _people(WHOLE_COURSE, kind=Kind.CUMULATIVE),
        "EEA and Norway Grants, CIV-007",
    ),
    Template(
        "civ-039",
        TRAININGS,
        _("Organisations whose representatives completed a course"),
        _("Different organisations; a course of more than one day, from the beginning to the end."),
        Definition(replace(WHOLE_COURSE, counts=Counts.ORGANISATIONS), kind=Kind.CUMULATIVE),
        "EEA and Norway Grants, CIV-039",
    ),
    Template(
        "in-service",
        TRAININGS,
        _("People who completed in-service training"),
        _("Whoever completed by the rule of the training, once in each year of the donor."),
        _people(COMPLETED),
        "PEPFAR, H2",
        _("Choose the topics of one programme area."),
    ),
    Template(
        "ps-5-3-15",
        TRAININGS,
        _("People who completed training against trafficking"),
        _("Whoever completed by the rule of the training, by sex."),
        _people(replace(COMPLETED, window=Window.PERIOD)),
        "USAID, PS.5.3-15",
        _("Choose the topic."),
    ),
    Template(
        "people-reached",
        TRAININGS,
        _("People reached directly"),
        _("Different people in events of every kind, without double counting."),
        _people(
            Counting(selection=ANY_EVENT, window=Window.YEAR),
            dimensions=(Dimension.SEX, Dimension.AGE),
            bands=SADD,
        ),
        "TolaData, SADD",
    ),
    Template(
        "people-reached-twice",
        TRAININGS,
        _("People reached directly, with double counting"),
        _("Whoever came to several events counts in each of them."),
        _people(
            Counting(Counts.PARTICIPATIONS, ANY_EVENT),
            dimensions=(Dimension.SEX, Dimension.AGE),
            bands=SADD,
        ),
        "TolaData, SADD",
    ),
    Template(
        "people-reached-indirectly",
        TRAININGS,
        _("People reached indirectly"),
        _("A number entered with each training, with how it was found; with double counting."),
        Definition(Counting(Counts.INDIRECT, ANY_EVENT), dimensions=(Dimension.METHOD,)),
        "CARE, PIIRS",
    ),
    Template(
        "people-reached-in-all",
        TRAININGS,
        _("People reached directly and indirectly"),
        _("Whoever came, by name or only counted, and those reached through them, kept apart."),
        Definition(Counting(Counts.REACHED, ANY_EVENT), dimensions=(Dimension.REACH,)),
        "TolaData",
    ),
    Template(
        "person-days",
        TRAININGS,
        _("Person-days of training, by hours"),
        _(
            "A day under three attended hours is half a day, from three on a whole one. The page "
            "of a training takes the attended part of a longer day."
        ),
        _people(DAYS),
        "Jugend+Sport, BSV",
    ),
    Template(
        "days-of-women",
        TRAININGS,
        _("Share of person-days attended by women"),
        _("Person-days of women, of the person-days of everybody."),
        _ratio(replace(DAYS, selection=WOMEN), DAYS),
        "Australia, ANCP",
    ),
    Template(
        "completion",
        TRAININGS,
        _("Participants who completed"),
        _("Of all participations, those that met the rule of the training."),
        _ratio(
            Counting(Counts.PARTICIPATIONS, completion=Completion.OWN),
            Counting(Counts.PARTICIPATIONS),
        ),
        "PEPFAR, H2",
    ),
    Template(
        "trainings-held",
        TRAININGS,
        _("Trainings held"),
        _("Trainings with a day in the period, by kind of event."),
        Definition(Counting(Counts.TRAININGS, ANY_EVENT), dimensions=(Dimension.KIND,)),
        "EU, Annex VI",
    ),
    Template(
        "changes-verified",
        TRAININGS,
        _("Changes found and verified"),
        _("Statements of change that somebody else has verified."),
        Definition(Counting(Counts.CHANGES_VERIFIED, ANY_EVENT), kind=Kind.CUMULATIVE),
        "Most Significant Change",
    ),
]


def _of_groups(
    name: str, label: Words, about: Words, counts: Counts, source: Words, **more: object
) -> Template:
    kind = more.pop("kind", Kind.RUNNING)
    definition = replace(Definition(Counting(counts)), kind=kind, **more)  # type: ignore[arg-type]  # As above.
    return Template(name, GROUPS, label, about, definition, source)


LATE, OWED = Counting(Counts.LATE_30), Counting(Counts.OUTSTANDING)
MEMBERS = Counting(Counts.MEMBERS)
OF_GROUPS = [
    _of_groups(
        "groups",
        _("Savings groups supported"),
        _("Groups whose ledger had begun by the last day."),
        Counts.GROUPS,
        SAVIX,
    ),
    _of_groups(
        "members",
        _("Members of savings groups"),
        _("Members on the last day; who is in two groups is a member of each."),
        Counts.MEMBERS,
        SAVIX,
        dimensions=(Dimension.SEX,),
    ),
    Template(
        "women-members",
        GROUPS,
        _("Women among the members"),
        _("Women, of the members on the last day."),
        _ratio(replace(MEMBERS, selection=WOMEN), MEMBERS, kind=Kind.RUNNING),
        SAVIX,
    ),
    _of_groups(
        "savings",
        _("Savings of members"),
        _("What members have in their groups on the last day, shares with it."),
        Counts.SAVINGS,
        INDIKIT,
    ),
    _of_groups(
        "saved",
        _("Saved by members"),
        _("What members put in during the period, before withdrawals."),
        Counts.SAVED,
        SAVIX,
        kind=Kind.PERIOD,
    ),
    _of_groups(
        "lent",
        _("Lent to members"),
        _("Principal paid out during the period."),
        Counts.LENT,
        SAVIX,
        kind=Kind.PERIOD,
    ),
    _of_groups(
        "shared-out",
        _("Shared out to members"),
        _("What members were entitled to at closings in the period."),
        Counts.SHARED_OUT,
        SAVIX,
        kind=Kind.PERIOD,
    ),
    Template(
        "par30",
        GROUPS,
        _("Portfolio at risk, more than 30 days by the calendar"),
        _(
            "All that is owed on loans more than 30 days late, of all that is owed on loans. The "
            "days count from the day of the instalment; the page of a group counts from the "
            "meeting at which it could be paid."
        ),
        _ratio(LATE, OWED, kind=Kind.RUNNING, direction=Direction.DOWN),
        CGAP,
    ),
    Template(
        "average-saving",
        GROUPS,
        _("Average saving of a member"),
        _("Savings on the last day, for each member."),
        replace(
            Definition(Counting(Counts.SAVINGS), MEMBERS), form=Form.AVERAGE, kind=Kind.RUNNING
        ),
        INDIKIT,
    ),
    Template(
        "attendance",
        GROUPS,
        _("Attendance at meetings"),
        _("Members present or late, of those on the sheets of the period's meetings."),
        _ratio(Counting(Counts.ATTENDED), Counting(Counts.LISTED)),
        SAVIX,
    ),
]


def _of_cascade(name: str, label: Words, about: Words, figure: str, tier: int | None) -> Template:
    counting = Counting(Counts.FIGURE, Selection(tier=tier), app="cascades", figure=figure)
    definition = Definition(counting, kind=Kind.RUNNING)
    return Template(name, CASCADES, label, about, definition, "Samaki", _("Choose the programme."))


OF_CASCADES = [
    _of_cascade(
        "cascade-reach",
        _("People reached by a cascade"),
        _("Different people who completed a delivery of the programme by the last day."),
        "reach",
        None,
    ),
    _of_cascade(
        "cascade-multiplier",
        _("People in the next tier for each graduate"),
        _("Different people who completed a delivery led by graduates of the first tier."),
        "direct_multiplier",
        1,
    ),
    _of_cascade(
        "cascade-activation",
        _("Graduates who became active"),
        _("Graduates of the first tier who trained others in the days that the programme gives."),
        "activation",
        1,
    ),
    _of_cascade(
        "cascade-coverage",
        _("Places covered by a cascade"),
        _("Places in which enough people live who completed, of the places of the plan."),
        "coverage",
        None,
    ),
]
TEMPLATES: Sequence[Template] = [*OF_TRAININGS, *OF_GROUPS, *OF_CASCADES]
BY_NAME = {each.name: each for each in TEMPLATES}
