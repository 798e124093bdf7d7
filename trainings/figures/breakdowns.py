"""The participants of a training by age band, position, organisation and home place.

Named people and head counts stand side by side and are never added into a distinct count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.figures.definitions import Behind, Definition, ListRow, Unit, Words, once_a_scope
from core.figures.outcomes import Outcome, total
from registry.models import Place, chain_of
from trainings.figures.counting import BySex
from trainings.figures.participation import took_part
from trainings.figures.scope import Scope
from trainings.figures.sections import BREAKDOWNS, CONTACTS, of_one_only
from trainings.models import AgeBand, Attendance, Enrolment, Session, Training

NOT_STATED = "not-stated"


@dataclass(frozen=True)
class BreakdownRow:
    """One line of a breakdown. `key` opens the list of people behind it."""

    key: str
    label: str
    named: BySex = field(default_factory=BySex)
    unnamed: BySex = field(default_factory=BySex)

    @property
    def everyone(self) -> BySex:
        return self.named + self.unnamed


@dataclass(frozen=True)
class Breakdown:
    """All lines of one breakdown, in the order in which they are shown; "not stated" last."""

    by: str
    title: str
    lines: Sequence[BreakdownRow]

    @property
    def total(self) -> BreakdownRow:
        named = sum((line.named for line in self.lines), BySex())
        unnamed = sum((line.unnamed for line in self.lines), BySex())
        return BreakdownRow("", _("Total"), named, unnamed)

    @property
    def is_known(self) -> bool:
        """Whether anything is stated of anybody."""
        return any(line.everyone.total for line in self.lines if line.key != NOT_STATED)

    @property
    def has_unnamed(self) -> bool:
        return bool(self.total.unnamed.total)


def participants_of(training: Training) -> QuerySet[Enrolment]:
    """The learners who took part, in the paper's order, with all that the breakdowns need."""
    return (
        took_part(training.enrolments.learners())
        .select_related(
            *chain_of("person__place"),
            "position",
            "on_behalf_of",
        )
        .order_by("sheet_row")
    )


def breakdowns_of(training: Training, participants: Sequence[Enrolment]) -> list[Breakdown]:
    """Every breakdown of a training. `participants` come from `participants_of`."""
    return [
        by_age(training, participants),
        by_position(training, participants),
        by_organisation(training, participants),
        by_place(training, participants),
    ]


def by_age(training: Training, participants: Iterable[Enrolment]) -> Breakdown:
    """By the age bands of the training. Age is age on the first day."""
    bands = list(training.age_bands.bands.order_by("from_age"))
    sexes: dict[str, list[str]] = {}
    for enrolment in participants:
        sexes.setdefault(age_key(enrolment, training, bands), []).append(_sex(enrolment))
    unnamed = _head_counts_by_band(training)
    keys = [(str(band.pk), band.label) for band in bands]
    if "outside" in sexes:
        keys.append(("outside", _("Outside these bands")))
    keys.append((NOT_STATED, _("Not stated")))
    lines = [
        BreakdownRow(key, label, BySex.of(sexes.get(key, ())), unnamed.get(key, BySex()))
        for key, label in keys
    ]
    return Breakdown("age", _("By age on the first day"), lines)


def age_key(enrolment: Enrolment, training: Training, bands: Sequence[AgeBand]) -> str:
    """The key of the age band that a participant falls into."""
    assert enrolment.person
    age = enrolment.person.age_on(training.starts_on)
    if age is None:
        return NOT_STATED
    return next((str(band.pk) for band in bands if band.holds(age)), "outside")


def _head_counts_by_band(training: Training) -> dict[str, BySex]:
    counts: dict[str, BySex] = {}
    for count in training.head_counts.all():
        key = str(count.age_band_id) if count.age_band_id else NOT_STATED
        added = BySex(**{count.sex.replace(" ", "_"): count.people})
        counts[key] = counts.get(key, BySex()) + added
    return counts


def by_position(training: Training, participants: Iterable[Enrolment]) -> Breakdown:
    """By the position in which people took part."""

    def key(enrolment: Enrolment) -> tuple[tuple[int, str], str, str] | None:
        position = enrolment.position
        if position is None:
            return None
        return (position.rank, position.name), str(position.pk), position.name

    return _grouped("position", _("By position"), training, participants, key)


def by_organisation(training: Training, participants: Iterable[Enrolment]) -> Breakdown:
    """By the organisation for which people came."""

    def key(enrolment: Enrolment) -> tuple[tuple[int, str], str, str] | None:
        behalf = enrolment.on_behalf_of
        return ((0, behalf.name), str(behalf.pk), behalf.name) if behalf else None

    return _grouped("organisation", _("By organisation"), training, participants, key)


def by_place(training: Training, participants: Iterable[Enrolment]) -> Breakdown:
    """By home commune, or by the district or province when no commune is known."""

    def key(enrolment: Enrolment) -> tuple[tuple[int, str], str, str] | None:
        assert enrolment.person
        place = home_commune(enrolment.person.place)
        return ((0, place.pk), place.pk, place.chain) if place else None

    return _grouped("place", _("By home commune"), training, participants, key)


def home_commune(place: Place | None) -> Place | None:
    """The commune of a village; a larger place stands for itself."""
    return (place.commune or place) if place else None


def _sex(enrolment: Enrolment) -> str:
    assert enrolment.person
    return enrolment.person.sex


Key = Callable[[Enrolment], "tuple[tuple[int, str], str, str] | None"]


def _grouped(
    by: str, title: str, training: Training, participants: Iterable[Enrolment], key: Key
) -> Breakdown:
    """Group people by a key of (order, identifier, label); head counts are not stated."""
    labels: dict[str, tuple[tuple[int, str], str]] = {}
    sexes: dict[str, list[str]] = {}
    for enrolment in participants:
        order, identifier, label = key(enrolment) or ((0, ""), NOT_STATED, _("Not stated"))
        labels.setdefault(identifier, (order, label))
        sexes.setdefault(identifier, []).append(_sex(enrolment))
    known = sorted((k for k in labels if k != NOT_STATED), key=lambda k: labels[k][0])
    unnamed = sum(_head_counts_by_band(training).values(), BySex())
    lines = [BreakdownRow(k, labels[k][1], BySex.of(sexes[k])) for k in known]
    if NOT_STATED in sexes or unnamed.total or not lines:
        stated_by_nobody = BySex.of(sexes.get(NOT_STATED, ()))
        lines.append(BreakdownRow(NOT_STATED, _("Not stated"), stated_by_nobody, unnamed))
    return Breakdown(by, title, lines)


@dataclass(frozen=True)
class SessionFigures:
    """The attendance of one session. `recorded` learners have a mark, of `expected`."""

    session: Session
    there: BySex
    recorded: int
    expected: int
    hours: Decimal | None

    @property
    def is_recorded(self) -> bool:
        return self.recorded > 0


def sessions_of(training: Training) -> list[SessionFigures]:
    """The attendance of each session, learners only."""
    learners = Attendance.objects.filter(
        enrolment__role=Enrolment.Role.LEARNER, enrolment__person__isnull=False
    ).select_related("enrolment__person")
    sessions = training.sessions.order_by("number").prefetch_related(
        Prefetch("attendances", queryset=learners, to_attr="of_learners")
    )
    expected = training.enrolments.learners().count()
    return [
        SessionFigures(
            session=session,
            there=BySex.of(_sex(row.enrolment) for row in session.of_learners if row.fraction),
            recorded=len(session.of_learners),
            expected=expected,
            hours=session.hours,
        )
        for session in sessions
    ]


# --- The figures ---------------------------------------------------------------------------------


def _broken_down(
    name: str, label: Words, definition: Words, break_down: Callable[..., Breakdown]
) -> Definition[Scope]:
    """The participants of one training by what they are; the lines are the list behind."""

    @once_a_scope
    def lines(scope: Scope) -> Breakdown | None:
        training = scope.the_one
        return break_down(training, list(participants_of(training))) if training else None

    def count(scope: Scope) -> Outcome:
        found = lines(scope)
        return total(found.total.everyone.total) if found else of_one_only()

    def behind(scope: Scope) -> list[Behind]:
        found = lines(scope)
        rows = [ListRow(each, each.everyone.total) for each in found.lines] if found else []
        return [Behind("lines", rows)]

    return Definition(
        name,
        label,
        BREAKDOWNS,
        Unit.PEOPLE,
        count,
        behind,
        definition=definition,
        counting=CONTACTS,
        adds_up=True,
    )


BY_AGE = _broken_down(
    "by_age",
    gettext_lazy("By age on the first day"),
    gettext_lazy(
        "Participants by name and without, in the age bands of the training. What is not stated "
        "is a line of its own, so the lines add up to all."
    ),
    by_age,
)
BY_POSITION = _broken_down(
    "by_position",
    gettext_lazy("By position"),
    gettext_lazy("Participants by the position in which they took part; not stated is a line."),
    by_position,
)
BY_ORGANISATION = _broken_down(
    "by_organisation",
    gettext_lazy("By organisation"),
    gettext_lazy("Participants by the organisation for which they came; not stated is a line."),
    by_organisation,
)
BY_PLACE = _broken_down(
    "by_place",
    gettext_lazy("By home commune"),
    gettext_lazy(
        "Participants by the commune in which they live, or by the district or province where "
        "only that is known; not stated is a line."
    ),
    by_place,
)
