"""The draft of a meeting's sheet: what somebody typed, merged with what others have saved.

    draft = SheetDraft.from_post(data, StoredSheet.of(meeting), version=version)
    if not draft.problems:
        save_draft(meeting, version=draft.version, rows=draft.entries, ...)

When saving raises Conflict, `draft.merged_with(StoredSheet.of(meeting))` is the draft to go on
with: it has a problem where both changed the same place, and can be saved where they did not.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from django.utils.translation import gettext as _

from core import strict_json
from core.keys import key_in
from core.three_way_merge import merge
from khmer.digits import NumberError
from savings_groups.actions.booking import Problems
from savings_groups.actions.opening import opening_of
from savings_groups.actions.sheets import RowEntry
from savings_groups.bookkeeping.money import Currency, format_money
from savings_groups.figures.situation import Situation, situation_of
from savings_groups.forms.sheet import (
    Cell,
    GroupLineForm,
    MinutesForm,
    OpeningForm,
    SheetLine,
    entries_from,
    paid_in_of,
    read_cell,
    sheet_lines,
    shown,
)
from savings_groups.models import Agreement, Meeting, Member, SheetRow

Value = TypeVar("Value")


@dataclass(frozen=True)
class StoredSheet:
    """The sheet of a meeting as it is stored."""

    meeting: Meeting
    rows: Sequence[SheetRow]
    # The group's own balances, at a cut-off meeting.
    opening: Mapping[str, int]
    situation: Situation

    @classmethod
    def of(cls, meeting: Meeting) -> StoredSheet:
        return cls(
            meeting=meeting,
            rows=list(
                meeting.rows.select_related("member__person", *Agreement.BACKERS).prefetch_related(
                    "splits"
                )
            ),
            opening=opening_of(meeting),
            situation=situation_of(meeting.group, rules=meeting.rules, on=meeting.held_on),
        )

    @property
    def currency(self) -> Currency:
        return self.meeting.group.money

    def paid_in_of(self, texts: Mapping[str, str]) -> str:
        """What a member paid in, when these texts stood in the columns of their line."""
        return paid_in_of(texts, self.currency, self.meeting.rules.stamp)

    def lines(self, data: Mapping[str, str] | None = None) -> list[SheetLine]:
        """The lines of the members, with what was sent instead of what is stored, if anything."""
        return sheet_lines(self.meeting, self.rows, self.situation, data)


@dataclass(frozen=True)
class ShownSheet:
    """What a sheet said when it was shown: to tell what somebody changed from what they left."""

    # By the key of the line: the text of each column, the attendance and the purpose.
    rows: Mapping[str, Mapping[str, str]]
    # None when it is not known.
    minutes: str | None
    opening: Mapping[str, int]

    @classmethod
    def of(cls, stored: StoredSheet) -> ShownSheet:
        rows = {line.key: _texts_of(line) for line in stored.lines()}
        return cls(rows, stored.meeting.minutes, stored.opening)

    @classmethod
    def from_text(cls, text: str) -> ShownSheet:
        """What `text` wrote; nothing is known of what cannot be read."""
        try:
            found: Any = strict_json.loads(text)
        except ValueError:
            found = {}
        found = _dict(found)
        minutes = found.get("minutes")
        return cls(
            rows={key: _only(str, row) for key, row in _dict(found.get("rows")).items()},
            minutes=minutes if isinstance(minutes, str) else None,
            opening=_only(int, found.get("opening")),
        )

    @property
    def text(self) -> str:
        """All of it, for a hidden field of the page."""
        said = {"rows": self.rows, "minutes": self.minutes, "opening": dict(self.opening)}
        return json.dumps(said, ensure_ascii=False)


def _texts_of(line: SheetLine) -> dict[str, str]:
    texts = {cell.column: cell.text for cell in line.cells}
    return texts | {"attendance": line.attendance, "purpose": line.purpose}


def _dict(found: object) -> dict[str, Any]:
    return found if isinstance(found, dict) else {}


def _only(kind: type[Value], found: object) -> dict[str, Value]:
    """What is of this kind in a dictionary that came from outside."""
    return {name: value for name, value in _dict(found).items() if isinstance(value, kind)}


@dataclass
class SheetDraft:
    """A sheet on its way from the page to the ledger."""

    stored: StoredSheet
    # What the page was made from, and what it said then.
    version: int
    shown: ShownSheet
    lines: list[SheetLine]
    minutes_form: MinutesForm
    opening_form: OpeningForm
    line_form: GroupLineForm
    # What was sent.
    data: Mapping[str, str] = field(default_factory=dict)
    # Whether it holds what somebody else has saved in the meantime.
    is_merged: bool = False
    # What keeps it from being saved; details stand at the cells and fields.
    problems: list[str] = field(default_factory=list)
    # What was typed into the lines of the members, where there is no problem.
    entries: list[RowEntry] = field(default_factory=list)

    @classmethod
    def of(cls, stored: StoredSheet) -> SheetDraft:
        """The sheet as it is stored, to be typed into."""
        return cls(
            stored=stored,
            version=stored.meeting.version,
            shown=ShownSheet.of(stored),
            lines=stored.lines(),
            minutes_form=MinutesForm(initial={"minutes": stored.meeting.minutes}),
            opening_form=OpeningForm(currency=stored.currency, initial=stored.opening),
            line_form=GroupLineForm(prefix="line", meeting=stored.meeting),
        )

    @classmethod
    def from_post(cls, data: Mapping[str, str], stored: StoredSheet, *, version: int) -> SheetDraft:
        """What was sent from a page that was made from `version` of the sheet."""
        draft = cls._typed(data, stored, version)
        draft._read()
        draft.problems += draft._lost()
        return draft

    @classmethod
    def _typed(cls, data: Mapping[str, str], stored: StoredSheet, version: int) -> SheetDraft:
        has_line = "add" in data or GroupLineForm.is_begun(data, "line")
        line_data = data if has_line and not stored.meeting.is_cut_off else None
        return cls(
            stored=stored,
            version=version,
            shown=ShownSheet.from_text(data.get("seen", "")),
            lines=stored.lines(data),
            minutes_form=MinutesForm(data),
            opening_form=OpeningForm(data, currency=stored.currency),
            line_form=GroupLineForm(line_data, prefix="line", meeting=stored.meeting),
            data=data,
        )

    @property
    def shown_text(self) -> str:
        """What a page with this draft says, for its hidden field; after a slip it is what it was.

        Of a merged draft the page shows all that is stored.
        """
        return (ShownSheet.of(self.stored) if self.is_merged else self.shown).text

    @property
    def taken_out(self) -> list[str]:
        """For each member who was marked as not there, what is taken out again."""
        return [
            _(
                "%(member)s was not there: what had been filled in is taken out (%(amounts)s). "
                "Type it again if somebody brought it."
            )
            % {"member": line.member.person, "amounts": ", ".join(line.taken_out)}
            for line in self.lines
            if line.taken_out
        ]

    @property
    def minutes(self) -> str:
        return str(self.minutes_form.cleaned_data["minutes"])

    @property
    def balances(self) -> dict[str, int] | None:
        """The group's own balances as typed; None where the sheet does not ask for them."""
        if not self.stored.meeting.is_cut_off:
            return None
        return {name: value or 0 for name, value in self.opening_form.cleaned_data.items()}

    @property
    def group_line(self) -> Mapping[str, Any] | None:
        """The line of the group's own that was typed below the members, if any."""
        return self.line_form.cleaned_data if self.line_form.is_bound else None

    def merged_with(self, stored: StoredSheet) -> SheetDraft:
        """This draft, which has no problems itself, with what others have saved since.

        What only one side changed is in its place. Beside what both changed, each to something
        else, stands what is stored; saving the result is then a decision.
        """
        # From what was sent and shown, so that it does not matter what was merged before.
        merged = self._typed(self.data, stored, stored.meeting.version)
        merged.is_merged = True
        # All of them, so that every clash is shown at once.
        are_clashes = [merged._merge_lines(), merged._merge_minutes(), merged._merge_opening()]
        if any(are_clashes):
            merged.problems.append(
                _(
                    "Somebody else has changed this sheet in the meantime, and nothing of yours "
                    "is saved yet. What only one of you changed is in its place now; where you "
                    "both did, theirs stands beside yours. Look at these and save again."
                )
            )
        else:
            merged._read()
        return merged

    def mark(self, problems: Problems) -> None:
        """Say beside each cell what keeps the sheet from being counted."""
        for line in self.lines:
            wrong = problems.rows.get(line.member.pk, {})
            for cell in line.cells:
                cell.error = wrong.get(cell.column, "")

    def _read(self) -> None:
        """Fill `entries`, or `problems` with what must be put right first."""
        meeting, currency = self.stored.meeting, self.stored.currency
        for line in self.lines:
            line.before = self.shown.rows.get(line.key, line.before)
            line.paid_before = self.stored.paid_in_of(line.before)
            line.paid = self.data.get(f"paid-{line.key}", line.paid_before)
        entries = entries_from(self.lines, meeting, currency, fill="fill" in self.data)
        forms: list[Any] = [self.minutes_form]
        if meeting.is_cut_off:
            forms.append(self.opening_form)
        if self.line_form.is_bound:
            forms.append(self.line_form)
        # All of them, so that every slip is marked at once.
        are_valid = [form.is_valid() for form in forms]
        if entries is None or not all(are_valid):
            self.problems.append(_("Nothing was saved yet. Please look at the marked fields."))
        else:
            self.entries = entries

    def _lost(self) -> list[str]:
        """That something was typed for members whose lines were taken off the sheet meanwhile."""
        there = {line.key for line in self.lines}
        typed = [
            key
            for key, texts in self.shown.rows.items()
            if key not in there
            and any(self.data.get(f"{name}-{key}", text) != text for name, text in texts.items())
        ]
        if not typed:
            return []
        members = Member.objects.filter(
            group=self.stored.meeting.group_id, pk__in=_keys(typed)
        ).select_related("person")
        names = ", ".join(str(member.person) for member in members)
        if not names:
            return []
        return [
            _(
                "Somebody else has taken these members off the sheet in the meantime: %(names)s. "
                "What you typed for them cannot be saved. Save again to keep the rest."
            )
            % {"names": names}
        ]

    def _merge_lines(self) -> bool:
        """Merge the lines of the members; whether both changed something in them, as below."""
        rows = {row.member_id: row for row in self.stored.rows}
        sums = [line for line in self.lines if self._follows_its_parts(line)]
        are_clashes = [
            _merge_line(
                line,
                rows[line.member.pk],
                self.shown.rows.get(line.key, {}),
                self.stored.currency,
                self.stored.meeting.rules.stamp,
            )
            for line in self.lines
        ]
        for line in sums:
            line.paid = self.stored.paid_in_of({cell.column: cell.text for cell in line.cells})
        return any(are_clashes)

    def _follows_its_parts(self, line: SheetLine) -> bool:
        """Whether nobody typed the sum of a line: it is that of the page, or of the parts."""
        seen = self.stored.paid_in_of(self.shown.rows.get(line.key, {}))
        parts = self.stored.paid_in_of({cell.column: cell.text for cell in line.cells})
        return self.data.get(f"paid-{line.key}", seen) in (seen, parts)

    def _merge_minutes(self) -> bool:
        if not self.minutes_form.is_valid():
            return False  # Told when it is read.
        theirs = self.stored.meeting.minutes
        merged = merge(self.minutes, theirs, self.shown.minutes)
        self.minutes_form = MinutesForm({"minutes": merged.value})
        if merged.is_clash and self.minutes_form.is_valid():
            self.minutes_form.add_error("minutes", _saved_by_others(theirs))
        return merged.is_clash

    def _merge_opening(self) -> bool:
        if not self.stored.meeting.is_cut_off or not self.opening_form.is_valid():
            return False
        currency, amounts, clashes = self.stored.currency, {}, {}
        for name, mine in (self.balances or {}).items():
            theirs = self.stored.opening.get(name, 0)
            # A balance that was not there when the page was made is always asked about.
            merged = merge(mine, theirs, self.shown.opening.get(name))
            amounts[name] = format_money(merged.value, currency, sign=False)
            if merged.is_clash:
                clashes[name] = format_money(theirs, currency)
        self.opening_form = OpeningForm(amounts, currency=currency)
        for name, saved in clashes.items():
            self.opening_form.add_error(name, _saved_by_others(saved))
        return bool(clashes)


def _merge_line(
    line: SheetLine, row: SheetRow, before: Mapping[str, str], currency: Currency, stamp: int
) -> bool:
    """Merge a line with the row that is stored; whether both changed something of it."""
    for cell in line.cells:
        _merge_cell(cell, getattr(row, cell.column), before.get(cell.column), currency, stamp)
    attendance = merge(line.attendance, row.attendance, before.get("attendance"))
    line.attendance = attendance.value
    line.theirs = row.get_attendance_display() if attendance.is_clash else ""
    purpose = merge(line.purpose, row.loan_purpose, before.get("purpose"))
    line.purpose = purpose.value
    line.their_purpose = row.loan_purpose if purpose.is_clash else ""
    return bool(line.theirs or line.their_purpose or any(cell.theirs for cell in line.cells))


def _merge_cell(
    cell: Cell, stored: int | None, before: str | None, currency: Currency, stamp: int
) -> None:
    theirs = shown(stored, cell.column, currency, stamp)
    merged = merge(cell.text, theirs, before)
    cell.text = merged.value
    if merged.is_clash and not _says(cell, stored, currency, stamp):
        cell.theirs = theirs or "0"


def _says(cell: Cell, stored: int | None, currency: Currency, stamp: int) -> bool:
    """Whether a cell means what is stored, however it is written."""
    try:
        return read_cell(cell.text, cell.column, currency, stamp) == (stored or 0)
    except NumberError:
        return False


def _saved_by_others(theirs: str) -> str:
    return _("saved by somebody else: %(theirs)s") % {"theirs": theirs or "—"}


def _keys(texts: Iterable[str]) -> list[UUID]:
    """Those of the texts that are keys of records."""
    return [key for text in texts if (key := key_in(text))]
