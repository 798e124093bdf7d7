"""Forms that are sheets: attendance, discussion groups, scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.forms.models import model_to_dict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.form_pages import Difference
from core.forms.fields import LinesField, TextField
from khmer.digits import NumberError, parse_decimal
from paper.templatetags.paper import digits
from trainings.actions.attending import Mark, Presence, presence_of
from trainings.actions.outcomes import ScoreEntry
from trainings.models import Attendance, DiscussionGroup, Enrolment, Score, Session

NOTHING = "none"


@dataclass
class AttendanceLine:
    """One line of the attendance sheet: who, what stands there, and what is stored by whom."""

    enrolment: Enrolment
    # None until somebody has marked them.
    presence: Presence | None
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
        return self.presence is not None and self.presence.fraction == Attendance.HALF


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


@dataclass
class AttendanceDraft:
    """The attendance sheet of a session, as it is stored or as somebody marked it."""

    lines: list[AttendanceLine]
    # What was sent. Lines that the page did not hold are left alone.
    marks: list[Mark] = field(default_factory=list)

    @classmethod
    def of(cls, session: Session) -> AttendanceDraft:
        """Everyone expected, in the paper's order, with the mark that is stored, if any."""
        stored = {row.enrolment_id: row for row in session.attendances.all()}
        enrolments = session.training.enrolments.select_related(
            "person", "organisation", "position"
        ).order_by("sheet_row")
        seen = {enrolment: presence_of(stored.get(enrolment.pk)) for enrolment in enrolments}
        return cls([AttendanceLine(each, mark, mark) for each, mark in seen.items()])

    @classmethod
    def from_post(cls, data: Mapping[str, str], session: Session) -> AttendanceDraft:
        """What was sent. Raises ValueError for words that the page never offered.

        With `rest` everyone on the page whom nobody has marked was present.
        """
        draft, rest = cls.of(session), data.get("rest")
        for line in draft.lines:
            is_shown = f"seen-{line.key}" in data
            status = data.get(f"status-{line.key}", rest if is_shown else None)
            if status is None:
                continue
            if status not in Attendance.Status.values:
                raise ValueError
            line.presence = Presence.of(status, half=f"half-{line.key}" in data)
            line.seen = presence_from(data.get(f"seen-{line.key}", NOTHING))
            draft.marks.append(Mark(line.enrolment.pk, line.presence, line.seen))
        return draft

    def merge_with(self, stored: Mapping[UUID, Attendance]) -> None:
        """Take over what others have marked meanwhile, or show it beside what is marked here.

        All that is stored is shown then, so saving again is a decision.
        """
        marks = {mark.enrolment_id: mark for mark in self.marks}
        for line in self.lines:
            row, mark = stored.get(line.enrolment.pk), marks.get(line.enrolment.pk)
            if mark is None:
                continue
            merged = mark.merged_with(row)
            line.presence, line.seen = merged.value, presence_of(row)
            line.stored = row if merged.is_clash else None

    @property
    def marked(self) -> int:
        """How many lines somebody has marked."""
        return sum(line.presence is not None for line in self.lines)


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


def score_lines(
    enrolments: Sequence[Enrolment], data: Mapping[str, str] | None = None
) -> list[ScoreLine]:
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


# Before anybody says how many there are.
USUAL_GROUPS = 3


class DiscussionGroupForm(forms.Form):
    """What one discussion group talked about, and what it found."""

    topic = TextField(label=gettext_lazy("What they discussed"), max_length=200, required=False)
    outcome = LinesField(label=gettext_lazy("What they found"), max_length=4000, required=False)


@dataclass
class DiscussionDraft:
    """The discussion groups of a session, as they are stored or as somebody wrote them down."""

    # Those who were there, and the number of the group of each; 0 for none.
    there: list[tuple[Attendance, int]]
    # What each group discussed and found, in the order of their numbers.
    forms: list[DiscussionGroupForm]
    # The number of the group that was sent for each attendance. Whoever was marked present after
    # the page was made is not in it and stays as they are.
    members: dict[UUID, int] = field(default_factory=dict)

    @classmethod
    def of(
        cls, session: Session, count: int | None = None, data: Mapping[str, str] | None = None
    ) -> DiscussionDraft:
        """So many groups; None for as many as are stored.

        Before any are stored, people are counted off as in the hall. Raises ValueError for a
        number of a group that is none.
        """
        stored = {group.number: group for group in session.discussion_groups.all()}
        there = list(
            session.attendances.filter(fraction__gt=0)
            .select_related("enrolment__person", "enrolment__organisation", "discussion_group")
            .order_by("enrolment__sheet_row")
        )
        count = count or len(stored) or USUAL_GROUPS
        forms = [_group_form(stored.get(number), number, data) for number in range(1, count + 1)]
        sent = {row.pk: (data or {}).get(f"member-{row.pk}") for row in there}
        members = {pk: int(number) for pk, number in sent.items() if number is not None}
        shown = [
            (row, members.get(row.pk, _group_of(row, 0 if stored else index % count + 1)))
            for index, row in enumerate(there)
        ]
        return cls(shown, forms, members)

    @property
    def is_valid(self) -> bool:
        return all(form.is_valid() for form in self.forms)

    @property
    def groups(self) -> list[tuple[str, str]]:
        """What each group discussed, and what it found."""
        return [(form.cleaned_data["topic"], form.cleaned_data["outcome"]) for form in self.forms]

    def differences(self, theirs: Mapping[str, Any]) -> list[Difference]:
        """What is stored, where somebody else has written something else in the meantime."""
        if not theirs:
            return []
        mine: dict[str, tuple[str, Any]] = {"groups": (_("Number of groups"), len(self.forms))}
        for number in range(1, max(len(self.forms), theirs.get("groups", 0)) + 1):
            form = _group_form(None, number, None)
            words = self.groups[number - 1] if number <= len(self.forms) else ("–", "–")
            for name, text in zip(form.fields, words, strict=True):
                label = f"{_group_word(number)}: {form[name].label}"
                mine[form.add_prefix(name)] = (label, text)
        for row, number in self.there:
            mine[f"member-{row.pk}"] = (str(row.enrolment), _group_word(number))
        return [
            (*mine[name], _group_word(value) if name.startswith("member-") else value)
            for name, value in theirs.items()
        ]


def _group_form(
    group: DiscussionGroup | None, number: int, data: Mapping[str, str] | None
) -> DiscussionGroupForm:
    initial = model_to_dict(group, ["topic", "outcome"]) if group else None
    return DiscussionGroupForm(data, prefix=f"group{number}", initial=initial)


def _group_word(number: int) -> str:
    return _("Group %(number)s") % {"number": digits(number)} if number else _("no group")


def _group_of(row: Attendance, otherwise: int) -> int:
    return row.discussion_group.number if row.discussion_group else otherwise
