"""Forms that are sheets: attendance, discussion groups, scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django import forms
from django.forms.models import model_to_dict
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms.fields import LinesField, TextField
from khmer.digits import NumberError, parse_decimal
from paper.templatetags.paper import digits
from trainings.actions.attending import Mark, Presence
from trainings.actions.outcomes import ScoreEntry
from trainings.models import Attendance, DiscussionGroup, Enrolment, Score, Session

NOTHING = "none"


@dataclass
class AttendanceLine:
    """One line of the attendance sheet: who, what stands there, and what is stored by whom."""

    enrolment: Enrolment
    presence: Presence
    seen: Presence | None
    # Somebody else's mark that differs from this one, when both were made at the same time.
    stored: Attendance | None = None

    @property
    def key(self) -> str:
        return str(self.enrolment.pk)

    @property
    def seen_code(self) -> str:
        return code_of(self.seen)

    @property
    def is_half(self) -> bool:
        return self.presence.fraction == Attendance.HALF


def code_of(presence: Presence | None) -> str:
    """A presence as one word for a hidden field, as in "late-half"; see `presence_from`."""
    if presence is None:
        return NOTHING
    half = presence.fraction == Attendance.HALF
    return f"{presence.status}-half" if half else presence.status


def presence_from(code: str) -> Presence | None:
    """The presence of a code. Raises ValueError for a word that is none."""
    if code == NOTHING:
        return None
    status, _dash, half = code.partition("-")
    if status not in Attendance.Status.values or half not in ("", "half"):
        raise ValueError
    return Presence.of(status, half=bool(half))


def lines_of(session: Session, enrolments: Sequence[Enrolment]) -> list[AttendanceLine]:
    """The sheet of a session: everyone expected stands as present until somebody says else."""
    stored = {row.enrolment_id: row for row in session.attendances.all()}
    whole = Presence.of(Attendance.Status.PRESENT)
    lines = []
    for enrolment in enrolments:
        row = stored.get(enrolment.pk)
        seen = Presence(row.status, row.fraction) if row else None
        lines.append(AttendanceLine(enrolment, seen or whole, seen))
    return lines


def marks_from(data: QueryDict, lines: Sequence[AttendanceLine]) -> list[Mark]:
    """What was sent for each line. Lines that the form did not hold are left alone.

    Raises ValueError for words that the form never offered.
    """
    marks = []
    for line in lines:
        status = data.get(f"status-{line.key}")
        if status is None:
            continue
        if status not in Attendance.Status.values:
            raise ValueError
        presence = Presence.of(status, half=f"half-{line.key}" in data)
        seen = presence_from(data.get(f"seen-{line.key}", NOTHING))
        marks.append(Mark(line.enrolment.pk, presence, seen))
    return marks


def lines_with_both(
    lines: Sequence[AttendanceLine], marks: Sequence[Mark], stored: Mapping[UUID, Attendance]
) -> list[AttendanceLine]:
    """The sheet again after a clash: the user's marks, and beside them what others saved."""
    sent = {mark.enrolment_id: mark for mark in marks}
    both = []
    for line in lines:
        mark, other = sent.get(line.enrolment.pk), stored.get(line.enrolment.pk)
        presence = mark.presence if mark else line.presence
        both.append(AttendanceLine(line.enrolment, presence, line.seen, other))
    return both


@dataclass
class ScoreLine:
    """One line of the score sheet; each cell is (text, what was stored, error)."""

    enrolment: Enrolment
    cells: dict[str, ScoreCell]


@dataclass
class ScoreCell:
    """One cell: what stands in it, what was stored when it was shown, and what is wrong."""

    name: str
    label: str
    text: str
    seen: str
    error: str = ""


def score_lines(enrolments: Sequence[Enrolment], data: QueryDict | None = None) -> list[ScoreLine]:
    """The score sheet, from what is stored or from what was sent."""
    lines = []
    for enrolment in enrolments:
        stored = {
            score.moment: format(score.points.normalize(), "f") for score in enrolment.scores.all()
        }
        cells = {}
        for moment in Score.Moment:
            name = f"{moment.value}-{enrolment.pk}"
            now = stored.get(moment.value, "")
            text = data.get(name, now) if data else now
            seen = data.get(f"seen-{name}", now) if data else now
            label = f"{moment.label}: {enrolment}"
            cells[moment.value] = ScoreCell(name, label, text, seen)
        lines.append(ScoreLine(enrolment, cells))
    return lines


def entries_from(lines: Sequence[ScoreLine], maximum: Decimal | None) -> list[ScoreEntry] | None:
    """The scores as typed, or None when a cell is wrong; its `error` then says why."""
    entries, wrong = [], False
    for line in lines:
        for moment, cell in line.cells.items():
            try:
                points = _points(cell.text, maximum)
                seen = _points(cell.seen, None)
            except (NumberError, ScoreOutOfRange) as error:
                wrong, cell.error = True, _score_message(error, maximum)
                continue
            entries.append(ScoreEntry(line.enrolment.pk, moment, points, seen))
    return None if wrong else entries


# What the column holds.
MOST_POINTS = Decimal(9999)


class ScoreOutOfRange(ValueError):
    """Points below zero or above the best possible score."""


def _points(text: str, maximum: Decimal | None) -> Decimal | None:
    if not text.strip():
        return None
    points = parse_decimal(text)
    if not 0 <= points <= (MOST_POINTS if maximum is None else maximum):
        raise ScoreOutOfRange
    return points


def _score_message(error: ValueError, maximum: Decimal | None) -> str:
    if isinstance(error, ScoreOutOfRange):
        most = MOST_POINTS if maximum is None else maximum
        return _("Points lie between 0 and %(maximum)s.") % {"maximum": digits(most)}
    return _("This is not a number.")


class DiscussionGroupForm(forms.Form):
    """What one discussion group talked about, and what it found."""

    topic = TextField(label=gettext_lazy("What they discussed"), max_length=200, required=False)
    outcome = LinesField(label=gettext_lazy("What they found"), max_length=4000, required=False)


def group_forms(
    stored: Sequence[DiscussionGroup], count: int, data: QueryDict | None = None
) -> list[DiscussionGroupForm]:
    """A form for each of the first `count` groups, from what is stored or from what was sent."""
    known = {group.number: group for group in stored}
    return [
        DiscussionGroupForm(
            data,
            prefix=f"group{number}",
            initial=model_to_dict(known[number], ["topic", "outcome"]) if number in known else None,
        )
        for number in range(1, count + 1)
    ]


def members_from(data: QueryDict, there: Sequence[Attendance]) -> dict[UUID, int]:
    """The number of the group that was sent for each attendance, 0 for none.

    Whoever was marked present after the page was made is not in it and stays as she is. Raises
    ValueError for what is no number.
    """
    sent = {row.pk: data.get(f"member-{row.pk}") for row in there}
    return {pk: int(number) for pk, number in sent.items() if number is not None}
