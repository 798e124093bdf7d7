"""Forms for asking participants months later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.forms.fields import DayField, TextField, WholeNumberField
from trainings.actions.following_up import Answer, Said, said_in
from trainings.models import FollowUp, FollowUpAnswer

Still = FollowUpAnswer.Still


class BeginFollowUpForm(forms.Form):
    """Whom a round asks: all who came, some of them drawn by chance, or nobody."""

    ALL, SAMPLE, NOBODY = "all", "sample", "nobody"

    months = forms.TypedChoiceField(
        label=_("Round"), choices=FollowUp.Round.choices, coerce=int, empty_value=None
    )
    whom = forms.ChoiceField(
        label=_("Whom"),
        choices=[
            (ALL, _("Everybody who came")),
            (SAMPLE, _("A sample of them, drawn by chance")),
            (NOBODY, _("Nobody: it is not done")),
        ],
        initial=ALL,
        widget=forms.RadioSelect,
    )
    sample = WholeNumberField(
        label=_("How many in the sample"), min_value=1, max_value=10_000, required=False
    )
    reason = TextField(label=_("Why nobody is asked"), max_length=300, required=False)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        whom = data.get("whom")
        if whom == self.SAMPLE and "sample" in data and not data["sample"]:
            self.add_error("sample", _("Say how many."))
        if whom == self.NOBODY and "reason" in data and not data["reason"]:
            self.add_error("reason", _("Say why nobody is asked."))
        return data


class AskedOnForm(forms.Form):
    """The day on which those were asked whose answers are new."""

    asked_on = DayField(label=_("Asked on"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["asked_on"].initial = timezone.localdate()


class _WhatField(TextField):
    """One sentence about what somebody does."""

    def __init__(self) -> None:
        super().__init__(max_length=300, required=False)


@dataclass
class AnswerLine:
    """Somebody on the sheet: what stands there, what is stored, and what is wrong."""

    row: FollowUpAnswer
    said: Said
    seen: Said
    error: str = ""
    # Somebody else's answer that differs from this one, when both were saved at the same time.
    stored: FollowUpAnswer | None = None

    @property
    def key(self) -> str:
        return str(self.row.pk)

    @property
    def marks(self) -> list[tuple[str, str, str, bool]]:
        """The choices: code, class of its colour, word, and whether it is taken."""
        return [
            (code, COLOURS[code], str(word), self.said.still == code)
            for code, word in [("", _("Not asked")), *Still.choices]
        ]


COLOURS = {
    "": "half",
    Still.FULLY.value: "present",
    Still.PARTLY.value: "late",
    Still.NO.value: "absent",
    Still.NOT_REACHED.value: "excused",
}


@dataclass
class FollowUpSheet:
    """The people of a round, as stored or as somebody wrote their answers down."""

    lines: list[AnswerLine]
    # What was sent. Lines that the page did not hold are left alone.
    answers: list[Answer] = field(default_factory=list)

    @classmethod
    def of(cls, rows: Sequence[FollowUpAnswer]) -> FollowUpSheet:
        return cls([AnswerLine(row, said_in(row), said_in(row)) for row in rows])

    @classmethod
    def from_post(cls, rows: Sequence[FollowUpAnswer], data: Mapping[str, str]) -> FollowUpSheet:
        """What was sent. Raises ValueError for words that the page never offered."""
        sheet = cls.of(rows)
        for line in sheet.lines:
            still = data.get(f"still-{line.key}")
            if still is None:
                continue
            seen = data.get(f"seen-{line.key}", "")
            if not {still, seen} <= {"", *Still.values}:
                raise ValueError
            line.seen = Said(seen, data.get(f"seen-what-{line.key}", ""))
            typed = data.get(f"what-{line.key}", "")
            try:
                line.said = Said(still, _WhatField().clean(typed))
            except ValidationError as error:
                line.said, line.error = Said(still, typed), " ".join(error.messages)
            if line.said.what and not still:
                line.error = str(_("Say first what they still do, then what exactly."))
            sheet.answers.append(Answer(line.row.pk, line.said, line.seen))
        return sheet

    @property
    def is_valid(self) -> bool:
        return not any(line.error for line in self.lines)

    def merge_with(self, stored: Mapping[UUID, FollowUpAnswer]) -> None:
        """Show what others have written meanwhile beside what is written here.

        All that is stored is shown then, so saving again is a decision.
        """
        sent = {each.answer_id: each for each in self.answers}
        for line in self.lines:
            row, answer = stored.get(line.row.pk), sent.get(line.row.pk)
            if row is None or answer is None:
                continue
            merged = answer.merged_with(row)
            line.said, line.seen = merged.value, said_in(row)
            line.stored = row if merged.is_clash else None
