"""What an indicator counts: a document that a version of it holds and that never changes.

A definition is a number, or a part and a whole. Each of the two is a `Counting`: what is counted,
of which records, and under which conditions. Everything in it is a word or a number, so that it
can be printed with a report and read again in ten years; what it names by an identifier may be
gone by then, and whoever reads it says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from decimal import Decimal, InvalidOperation
from types import UnionType
from typing import Any, Self, get_args, get_origin, get_type_hints

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from trainings.models import Enrolment, Training


class Counts(TextChoices):
    """What is counted."""

    PEOPLE = "people", _("Different people")
    PARTICIPATIONS = "participations", _("Participations: a person in a training")
    PERSON_DAYS = "person-days", _("Person-days")
    PERSON_HOURS = "person-hours", _("Person-hours")
    REACHED = "reached", _("Reached directly and indirectly, with double counting")
    INDIRECT = "indirect", _("Reached indirectly")
    TRAININGS = "trainings", _("Trainings with a day in the period")
    TRAININGS_ENDED = "trainings ended", _("Trainings that ended in the period")
    ORGANISATIONS = "organisations", _("Different organisations that took part")
    CHANGES = "changes", _("Changes found")
    CHANGES_VERIFIED = "changes verified", _("Changes found that somebody verified")
    GROUPS = "groups", _("Savings groups")
    MEMBERS = "members", _("Members of savings groups")
    SAVED = "saved", _("Saved by members, before withdrawals")
    WITHDRAWN = "withdrawn", _("Savings taken out by members")
    SAVINGS = "savings", _("Savings of members on the last day")
    LENT = "lent", _("Lent to members")
    REPAID = "repaid", _("Repaid on loans, without interest")
    OUTSTANDING = "outstanding", _("Owed on loans on the last day")
    LATE = "late", _("Owed on loans that are late")
    LATE_30 = "late-30", _("Owed on loans more than 30 days late")
    INTEREST = "interest", _("Interest received on loans")
    FINES = "fines", _("Fines received")
    SHARED_OUT = "shared out", _("Shared out to members")
    CASH = "cash", _("Cash of the loan fund on the last day")
    LOAN_FUND = "loan fund", _("Loans and cash of the loan fund on the last day")
    ATTENDED = "attended", _("Members present at meetings, meeting by meeting")
    LISTED = "listed", _("Members on the sheets of meetings, meeting by meeting")
    FIGURE = "figure", _("A figure of trainings, savings groups or cascades")


# What is counted of trainings with their days, and of these what is made of people.
OF_PEOPLE = (Counts.PEOPLE, Counts.PARTICIPATIONS, Counts.PERSON_DAYS, Counts.PERSON_HOURS)
# Of the days themselves, which lie in a period wherever the training began or ended.
OF_DAYS = (Counts.PERSON_DAYS, Counts.PERSON_HOURS)
# In which there are people without a name: nothing more is known of them than how many they are.
WITH_UNNAMED = (Counts.REACHED, Counts.INDIRECT)
OF_TRAININGS = (
    *OF_PEOPLE,
    *WITH_UNNAMED,
    Counts.TRAININGS,
    Counts.TRAININGS_ENDED,
    Counts.ORGANISATIONS,
    Counts.CHANGES,
    Counts.CHANGES_VERIFIED,
)
MONEY = (
    Counts.SAVED,
    Counts.WITHDRAWN,
    Counts.SAVINGS,
    Counts.LENT,
    Counts.REPAID,
    Counts.OUTSTANDING,
    Counts.LATE,
    Counts.LATE_30,
    Counts.INTEREST,
    Counts.FINES,
    Counts.SHARED_OUT,
    Counts.CASH,
    Counts.LOAN_FUND,
)
OF_GROUPS = (Counts.GROUPS, Counts.MEMBERS, *MONEY, Counts.ATTENDED, Counts.LISTED)


class Completion(TextChoices):
    """Which participations count."""

    ANY = "", _("Whoever took part in any session")
    OWN = "own rule", _("Whoever completed by the rule of the training")
    PERCENT = "percent", _("Whoever attended so many percent of the hours")
    WHOLE = "whole course", _("Whoever attended every session from the beginning to the end")


class DayRule(TextChoices):
    """What a day of a learner counts."""

    HOURS = "hours", _("By hours: under 3 attended hours are half a day, from 3 on a whole one")
    SHARE = "share", _("By the part of the day's hours, to the nearest half day")


class Window(TextChoices):
    """Within what a person counts only once."""

    PERIOD = "period", _("Once in each period")
    TRAINING = "training", _("Once in each training")
    YEAR = "year", _("Once in each year of the donor, in the period of the first time")
    LIFE = "life", _("Once in the project, in the period of the first time")


class Kind(TextChoices):
    """Which days a value takes in."""

    PERIOD = "period", _("Not cumulative: the period alone")
    CUMULATIVE = "cumulative", _("Cumulative: from the start of the project to the period's end")
    RUNNING = "running", _("Running total: what stands on the last day of the period")


class Direction(TextChoices):
    UP = "up", _("Higher is better")
    DOWN = "down", _("Lower is better")


class Form(TextChoices):
    """How a value is made of what is counted."""

    NUMBER = "number", _("A number")
    PERCENT = "percent", _("A percentage: part of a whole")
    TIMES = "times", _("So many for each one, to two decimal places")
    AVERAGE = "average", _("So much for each one, in whole units")


class Dimension(TextChoices):
    """By what a value is broken down."""

    SEX = "sex", _("Sex")
    AGE = "age", _("Age")
    DISABILITY = "disability", _("Disability")
    NEW = "new", _("New or continuing")
    POSITION = "position", _("Position")
    PERSON_KIND = "person kind", _("Kind of person")
    PROVINCE = "province", _("Province of residence")
    DISTRICT = "district", _("District of residence")
    COMMUNE = "commune", _("Commune of residence")
    VILLAGE = "village", _("Village of residence")
    ORGANISATION = "organisation", _("Organisation they come from")
    KIND = "kind", _("Kind of event")
    TOPIC = "topic", _("Topic")
    GROUP = "group", _("Savings group")
    REACH = "reach", _("Direct or indirect")
    METHOD = "method", _("Who was reached indirectly")

    @property
    def column(self) -> str:
        """What it is called in a query."""
        return f"by_{self.value.replace(' ', '_')}"


MOST_DIMENSIONS = 3
# By which members of groups can be broken down; money and meetings only by group.
OF_MEMBERS = (
    Dimension.SEX,
    Dimension.AGE,
    Dimension.DISABILITY,
    Dimension.PROVINCE,
    Dimension.DISTRICT,
    Dimension.COMMUNE,
    Dimension.VILLAGE,
    Dimension.GROUP,
)
# From one age through another; without an end it is open.
Band = tuple[int, int | None]


class Unreadable(ValueError):
    """A stored definition is not one."""


@dataclass(frozen=True)
class _Document:
    """Something that is kept as JSON, and read back strictly."""

    def to_json(self) -> dict[str, Any]:
        return {name: _plain(value) for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, kept: Any) -> Self:
        """The same as was kept. Raises Unreadable."""
        if not isinstance(kept, Mapping):
            raise Unreadable(f"{cls.__name__} is no object.")
        hints = get_type_hints(cls)
        if unknown := kept.keys() - {each.name for each in fields(cls)}:
            raise Unreadable(f"Unknown: {', '.join(sorted(unknown))}")
        try:
            return cls(**{name: _read(hints[name], value) for name, value in kept.items()})
        except (TypeError, ValueError, InvalidOperation) as error:
            raise Unreadable(str(error)) from error


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, Decimal) else value


def _read(hint: Any, value: Any) -> Any:
    if get_origin(hint) is UnionType:
        [wanted] = [each for each in get_args(hint) if each is not type(None)]
        return None if value is None else _read(wanted, value)
    if get_origin(hint) is tuple:
        parts = get_args(hint)
        if parts[-1] is Ellipsis:
            return tuple(_read(parts[0], each) for each in value)
        return tuple(_read(part, each) for part, each in zip(parts, value, strict=True))
    if isinstance(hint, type) and issubclass(hint, _Document):
        return hint.from_json(value)
    if isinstance(hint, type) and not issubclass(hint, bool | str | Decimal | int):
        raise TypeError(f"Nobody reads {hint}.")
    if hint in (int, bool, str) and type(value) is not hint:
        raise TypeError(f"{value!r} is no {hint.__name__}.")
    return hint(value)


@dataclass(frozen=True)
class Selection(_Document):
    """Of which records is counted. What is empty is not asked for."""

    # Of trainings.
    kinds: tuple[str, ...] = tuple(kind.value for kind in Training.COUNTS_AS_TRAINED)
    topics: tuple[int, ...] = ()
    curricula: tuple[str, ...] = ()
    held_in: str = ""
    programme: str = ""
    tier: int | None = None
    trainings: tuple[str, ...] = ()
    # Of who takes part.
    roles: tuple[str, ...] = (Enrolment.Role.LEARNER.value,)
    positions: tuple[int, ...] = ()
    # Any position but these; whose position is not stated does not count then.
    other_positions: bool = False
    organisations: tuple[str, ...] = ()
    sexes: tuple[str, ...] = ()
    lives_in: str = ""
    from_age: int | None = None
    to_age: int | None = None
    # Of savings groups, or of whoever is a member of one of them.
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Counting(_Document):
    """What is counted, of what, and what it takes to count."""

    counts: Counts = Counts.PEOPLE
    selection: Selection = field(default_factory=Selection)
    # In one training; 0 asks for none.
    least_hours: Decimal = Decimal(0)
    more_than_one_day: bool = False
    completion: Completion = Completion.ANY
    completion_percent: int | None = None
    day_rule: DayRule = DayRule.HOURS
    window: Window = Window.PERIOD
    # Of Counts.FIGURE: the app that has it, and its name there.
    app: str = ""
    figure: str = ""


@dataclass(frozen=True)
class Within:
    """A part of an indicator that has targets of its own: a place and all below it, or a tier.

    A place is where trainings are held and where savings groups are, not where people live.
    """

    place: str = ""
    tier: int | None = None

    def __bool__(self) -> bool:
        return bool(self.place) or self.tier is not None


WHOLE = Within()


@dataclass(frozen=True)
class Definition(_Document):
    """All of an indicator but its names and its targets."""

    part: Counting = field(default_factory=Counting)
    whole: Counting | None = None
    form: Form = Form.NUMBER
    kind: Kind = Kind.PERIOD
    direction: Direction = Direction.UP
    dimensions: tuple[Dimension, ...] = ()
    bands: tuple[Band, ...] = ()
    # Riel for a dollar; amounts are then shown in dollars, those of groups in dollars with them.
    rate: Decimal | None = None
    # Fewer people than this are shown to nobody outside.
    threshold: int = 5
    source: str = ""

    @property
    def countings(self) -> list[Counting]:
        return [self.part, *([self.whole] if self.whole else [])]

    def narrowed(self, within: Within) -> Definition:
        """The same of one place or tier alone."""
        more: dict[str, Any] = {}
        if within.place:
            more["held_in"] = within.place
        if within.tier is not None:
            more["tier"] = within.tier
        part, *whole = (
            replace(each, selection=replace(each.selection, **more)) for each in self.countings
        )
        return replace(self, part=part, whole=whole[0] if whole else None)


def parts_of(definition: Definition) -> dict[str, Any]:
    """What a definition says, by the names of what people fill in: for forms, and for conflicts."""
    part = definition.part
    selection = {name: value for name, value in vars(part.selection).items() if name != "trainings"}
    return selection | {
        "counts": part.counts,
        "figure": f"{part.app}.{part.figure}" if part.app else "",
        "form": definition.form,
        "whole": definition.whole.counts if definition.whole else "",
        "kind": definition.kind,
        "direction": definition.direction,
        "completion": part.completion,
        "completion_percent": part.completion_percent,
        "least_hours": part.least_hours or None,
        "more_than_one_day": part.more_than_one_day,
        "day_rule": part.day_rule,
        "window": part.window,
        "dimensions": list(definition.dimensions),
        "bands": definition.bands,
        "rate": definition.rate,
        "threshold": definition.threshold,
        "source": definition.source,
    }
