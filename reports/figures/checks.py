"""What is blank, odd or still open before a report is submitted, each with the way to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import cached_property
from itertools import combinations, permutations
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from paper.templatetags.paper import day, digits
from reports.figures.counted_trainings import NOT_STATED
from reports.figures.donor_years import calendar_of
from reports.figures.drafts import Draft, DraftLine, sections_of
from reports.figures.lengths import is_too_long, length_in_words
from reports.figures.periods import Period
from reports.figures.small_cells import TOTAL
from reports.models import Basis, FrozenCell, Presence, Report, SectionKind, Status
from reports.models.definitions import Counting, Counts, Definition, Form
from savings_groups.models import Meeting
from trainings.models import Attendance, Session, Training


class Part(Enum):
    """The groups in which the page shows what was found, in their order."""

    BLANK = "blank"
    REASONS = "reasons"
    CROSS = "cross"
    TRAININGS = "trainings"
    GROUPS = "groups"
    QUALITY = "quality"
    COMMENTS = "comments"
    PRIVACY = "privacy"
    PHOTOS = "photos"


HEADS: dict[Part, Promise] = {
    Part.BLANK: gettext_lazy("Blank or too long"),
    Part.REASONS: gettext_lazy("Reasons for differences"),
    Part.CROSS: gettext_lazy("Numbers that do not fit together"),
    Part.TRAININGS: gettext_lazy("Trainings that are open"),
    Part.GROUPS: gettext_lazy("Meetings that are not sealed"),
    Part.QUALITY: gettext_lazy("Quality of the data"),
    Part.COMMENTS: gettext_lazy("Comments that are open"),
    Part.PRIVACY: gettext_lazy("Numbers that are not shown"),
    Part.PHOTOS: gettext_lazy("Photos that are left out"),
}
# Narratives that others fill in by themselves.
WITHOUT_TEXT = (
    SectionKind.INDICATORS,
    SectionKind.TRAININGS,
    SectionKind.GROUPS,
    SectionKind.CASCADE,
    SectionKind.EVALUATION,
    SectionKind.FOLLOW_UP,
    SectionKind.ANNEXES,
    SectionKind.RESTATEMENTS,
    SectionKind.THREAD,
    SectionKind.ACRONYMS,
)


@dataclass(frozen=True)
class Check:
    """One thing to look at, and where. What hinders must be put right first."""

    part: Part
    message: str
    link: str
    hinders: bool = False


def checks_of(report: Report, draft: Draft) -> list[Check]:
    """Everything to look at before this report is submitted."""
    read = _Reader(report, draft)
    return [
        *read.blanks(),
        *read.reasons(),
        *read.cross_checks(),
        *read.open_trainings(),
        *read.unsealed_meetings(),
        *read.quality(),
        *read.open_comments(),
        *read.privacy(),
        *read.photos(),
    ]


def by_part(checks: Iterable[Check]) -> list[tuple[Promise, list[Check]]]:
    """The same in groups, and of those only what there is."""
    found: dict[Part, list[Check]] = {}
    for each in checks:
        found.setdefault(each.part, []).append(each)
    return [(HEADS[part], found[part]) for part in Part if part in found]


class _Reader:
    def __init__(self, report: Report, draft: Draft) -> None:
        self.report, self.draft = report, draft
        self.page = reverse("reports:report", args=[report.pk])

    # --- Texts --------------------------------------------------------------------------------

    def blanks(self) -> Iterator[Check]:
        texts = {(each.section_id, each.language): each.text for each in self._narratives}
        for section in sections_of(self.report):
            text = texts.get((section.pk, self.report.language), "")
            link = reverse("reports:section", args=[self.report.pk, section.pk])
            asks_for_text = section.kind not in WITHOUT_TEXT
            has_photos = any(each.section_key == section.pk for each in self.draft.photos)
            if section.is_required and asks_for_text and not (text or has_photos):
                words = _("“%(section)s” is empty.") % {"section": section.title}
                yield Check(Part.BLANK, words, link, hinders=True)
            if is_too_long(text, section.limit, section.limit_unit):
                yield self._too_long(section.title, text, section, link)
        whole = "\n".join(
            text for (_pk, language), text in texts.items() if language == self.report.language
        )
        if is_too_long(whole, self.report.form.limit, self.report.form.limit_unit):
            yield self._too_long(_("The whole report"), whole, self.report.form, self.page)
        yield from self._blank_heads()
        yield from self._blank_numbers()

    def photos(self) -> Iterator[Check]:
        """Photos that somebody chose and that may not stand in the report today."""
        for each in self.draft.chosen:
            if each.hindrance:
                link = reverse("reports:photos", args=[self.report.pk, each.photo.section_id])
                yield Check(Part.PHOTOS, each.hindrance, link)

    @cached_property
    def _narratives(self) -> list[Any]:
        return list(self.report.narratives.all())

    def _too_long(self, what: str, text: str, limited: Any, link: str) -> Check:
        about = {
            "what": what,
            "length": length_in_words(text, limited.limit_unit),
            "limit": digits(f"{limited.limit.normalize():f}"),
        }
        words = _("“%(what)s” has %(length)s; the donor reads %(limit)s at most.") % about
        # Pages are known for certain only once they are printed.
        return Check(Part.BLANK, words, link, hinders=limited.limit_unit != "pages")

    def _blank_heads(self) -> Iterator[Check]:
        link = reverse("reports:report-edit", args=[self.report.pk])
        if not self.report.contract_number:
            yield Check(Part.BLANK, _("The contract number is empty."), link)
        if not self.report.signatory:
            yield Check(Part.BLANK, _("Nobody is named who signs."), link)

    def _blank_numbers(self) -> Iterator[Check]:
        for line in self._lines:
            link, name = self._of_line(line), {"indicator": line.line.name}
            value = value_of(line)
            if value.presence == Presence.NO_VALUE:
                yield Check(Part.BLANK, _("“%(indicator)s” has no value.") % name, link)
            if value.target is None and "target" in self.report.form.columns:
                yield Check(Part.BLANK, _("“%(indicator)s” has no target.") % name, link)
            if line.line.baseline is None and "baseline" in self.report.form.columns:
                yield Check(Part.BLANK, _("“%(indicator)s” has no baseline.") % name, link)
            if line.line.status == Status.PRELIMINARY:
                words = _("The value of “%(indicator)s” is preliminary.")
                yield Check(Part.BLANK, words % name, link)
            for remark in line.remarks:
                words = _("“%(indicator)s”: %(remark)s") % (name | {"remark": str(remark)})
                yield Check(Part.BLANK, words, link)

    @property
    def _lines(self) -> Sequence[DraftLine]:
        return self.draft.lines

    def _of_line(self, line: DraftLine) -> str:
        return reverse("reports:line-edit", args=[self.report.pk, line.line.indicator_id])

    # --- Numbers ------------------------------------------------------------------------------

    def reasons(self) -> Iterator[Check]:
        """Where value and target are further apart than the donor lets pass without a word."""
        for line in self._lines:
            if needs_reason(self.report, line) and not reason_in(self.report, line):
                words = _("“%(indicator)s” is %(percent)s of its target. Say why.") % {
                    "indicator": line.line.name,
                    "percent": digits(f"{value_of(line).percent_of_target}%"),
                }
                yield Check(Part.REASONS, words, self._of_line(line), hinders=True)

    def cross_checks(self) -> Iterator[Check]:
        """Totals against their breakdowns, and indicators of the same against each other."""
        for line in self._lines:
            yield from self._own_cross_checks(line)
        for one, other in permutations(self._lines, 2):
            if at_most(one, other) and _counted(one) > _counted(other):
                words = _("“%(one)s” is more than “%(other)s”, of which it is a part.")
                yield self._of_two(words, one, other)
        for one, other in combinations(self._lines, 2):
            if is_same(one, other) and _counted(one) != _counted(other):
                words = _("“%(one)s” and “%(other)s” count the same and differ.")
                yield self._of_two(words, one, other)

    def _own_cross_checks(self, line: DraftLine) -> Iterator[Check]:
        values = {Basis(cell.basis): cell for cell in line.cells if not cell.key}
        value, link = values[Basis.PERIOD], self._of_line(line)
        name = {"indicator": line.line.name}
        inside = [
            cell.counted or Decimal(0) for cell in line.cells if cell.key and TOTAL not in cell.key
        ]
        if inside and sum(inside) != (value.counted_part or Decimal(0)):
            words = _("The breakdown of “%(indicator)s” does not add up to its value.")
            yield Check(Part.CROSS, words % name, link)
        year = values.get(Basis.YEAR)
        is_owed = line.line.status == Status.OWED
        if year and not is_owed and _is_people(line) and _more(value.counted, year.counted):
            words = _("“%(indicator)s” of the period is more than that of the year so far.")
            yield Check(Part.CROSS, words % name, link)
        if line.line.definition.form == Form.PERCENT and _more(
            value.counted_part, value.counted_whole
        ):
            words = _("The part of “%(indicator)s” is more than its whole.")
            yield Check(Part.CROSS, words % name, link)
        verified = line.line.verified_value
        if verified is not None and verified != value.counted:
            words = _("The verified value of “%(indicator)s” is not the one that was counted.")
            yield Check(Part.CROSS, words % name, link)

    def _of_two(self, words: str, one: DraftLine, other: DraftLine) -> Check:
        about = {"one": one.line.name, "other": other.line.name}
        return Check(Part.CROSS, words % about, self._of_line(one))

    # --- Records ------------------------------------------------------------------------------

    @cached_property
    def _trainings(self) -> list[Training]:
        """Those of the project with a day in the period."""
        found = Training.objects.filter(
            project_links__project=self.report.project_id,
            starts_on__lte=self.report.until,
            ends_on__gte=self.report.since,
        ).exclude(status=Training.Status.CANCELLED)
        return list(found.order_by("starts_on", "pk"))

    def open_trainings(self) -> Iterator[Check]:
        for training in self._trainings:
            if training.status == Training.Status.OPEN:
                about = {"training": training, "day": day(training.starts_on)}
                words = _("“%(training)s” of %(day)s is not closed.") % about
                link = reverse("trainings:close", args=[training.pk])
                yield Check(Part.TRAININGS, words, link)

    def unsealed_meetings(self) -> Iterator[Check]:
        meetings = Meeting.objects.filter(
            group__project_links__project=self.report.project_id,
            held_on__range=(self.report.since, self.report.until),
        ).exclude(state=Meeting.State.SEALED)
        for meeting in meetings.select_related("group__organisation").order_by("held_on", "pk"):
            about = {"group": meeting.group, "day": day(meeting.held_on)}
            words = _("The meeting of “%(group)s” of %(day)s is not sealed.") % about
            yield Check(Part.GROUPS, words, reverse("groups:meeting", args=[meeting.pk]))

    def quality(self) -> Iterator[Check]:
        yield from self._trainings_outside_of_project()
        yield from self._sessions_without_attendance()
        for line in self._lines:
            yield from self._not_stated(line)

    def _trainings_outside_of_project(self) -> Iterator[Check]:
        calendar = calendar_of(self.report.form)
        for training in self._trainings:
            if not calendar.within_project(Period(training.starts_on, training.ends_on)):
                about = {"training": training, "day": day(training.starts_on)}
                words = _(
                    "“%(training)s” of %(day)s lies outside of the days of the project and is not "
                    "counted."
                )
                link = reverse("project", args=[self.report.project_id])
                yield Check(Part.QUALITY, words % about, link)

    def _sessions_without_attendance(self) -> Iterator[Check]:
        marked = Attendance.objects.filter(session=OuterRef("pk"))
        sessions = Session.objects.filter(
            ~Exists(marked),
            training__in=self._trainings,
            held_on__range=(self.report.since, self.report.until),
        )
        for session in sessions.select_related("training").order_by("held_on", "pk"):
            about = {"training": session.training, "day": day(session.held_on)}
            words = _("“%(training)s”: no attendance is recorded for %(day)s.") % about
            yield Check(Part.QUALITY, words, reverse("trainings:attendance", args=[session.pk]))

    def _not_stated(self, line: DraftLine) -> Iterator[Check]:
        """Of how many something is not stated that the donor asks for."""
        for place, dimension in enumerate(line.line.definition.dimensions):
            wanted = [TOTAL] * len(line.line.definition.dimensions)
            wanted[place] = NOT_STATED
            for cell in line.cells:
                if cell.key == wanted and cell.counted:
                    words = ngettext(
                        "“%(indicator)s”: not stated for %(number)s (%(what)s).",
                        "“%(indicator)s”: not stated for %(number)s (%(what)s).",
                        int(cell.counted),
                    ) % {
                        "indicator": line.line.name,
                        "number": digits(f"{int(cell.counted):,}"),
                        "what": dimension.label,
                    }
                    indicator = reverse("reports:indicator", args=[line.line.indicator_id])
                    period = f"{self.report.since}..{self.report.until}"
                    yield Check(Part.QUALITY, words, f"{indicator}?period={period}")

    def open_comments(self) -> Iterator[Check]:
        found = self.report.comments.filter(answers=None, resolved_at=None)
        link = reverse("reports:thread", args=[self.report.pk])
        for comment in found:
            words = _("A comment is open: “%(text)s”") % {"text": comment.text[:80]}
            yield Check(Part.COMMENTS, words, f"{link}#comment-{comment.pk}")

    def privacy(self) -> Iterator[Check]:
        """What the donor will not read, so that nobody wonders afterwards."""
        for line in self._lines:
            hidden = sum(cell.presence == Presence.HIDDEN for cell in line.cells)
            if hidden:
                words = ngettext(
                    "“%(indicator)s”: %(number)s number is not shown.",
                    "“%(indicator)s”: %(number)s numbers are not shown.",
                    hidden,
                ) % {"indicator": line.line.name, "number": digits(str(hidden))}
                yield Check(Part.PRIVACY, words, self._of_line(line))


def value_of(line: DraftLine) -> FrozenCell:
    """The number of the period."""
    return next(cell for cell in line.cells if cell.basis == Basis.PERIOD and not cell.key)


def needs_reason(report: Report, line: DraftLine) -> bool:
    """Whether the donor asks why value and target differ by so much."""
    reached, most = value_of(line).percent_of_target, report.form.reason_percent
    return most is not None and reached is not None and abs(reached - 100) >= most


def reason_in(report: Report, line: DraftLine) -> str:
    """The reason in the language of the report."""
    return line.line.reason_km if report.language == "km" else line.line.reason_en


# --- Which indicators can be compared ------------------------------------------------------------


def _number(line: DraftLine) -> Definition | None:
    """The definition of a plain number of this period."""
    definition = line.line.definition
    is_plain = definition.form == Form.NUMBER and line.line.status != Status.OWED
    is_known = value_of(line).counted is not None
    return definition if is_plain and is_known else None


def _counted(line: DraftLine) -> Decimal:
    return value_of(line).counted or Decimal(0)


def _is_people(line: DraftLine) -> bool:
    return line.line.definition.part.counts in (Counts.PEOPLE, Counts.PARTICIPATIONS)


def _more(one: Decimal | None, other: Decimal | None) -> bool:
    return one is not None and other is not None and one > other


def is_same(one: DraftLine, other: DraftLine) -> bool:
    """Whether two indicators count the same, however they break it down."""
    first, second = _number(one), _number(other)
    if not first or not second:
        return False
    return (first.part, first.kind, first.rate) == (second.part, second.kind, second.rate)


def at_most(one: DraftLine, other: DraftLine) -> bool:
    """Whether one cannot be more than the other: people of a part of what the other counts, or
    different people beside participations of the same.
    """
    first, second = _number(one), _number(other)
    if not first or not second or first.kind != second.kind or first.part == second.part:
        return False
    return is_counted_in(first.part, second.part)


def is_counted_in(part: Counting, whole: Counting) -> bool:
    counts = (part.counts, whole.counts)
    fits = counts in {
        (Counts.PEOPLE, Counts.PEOPLE),
        (Counts.PEOPLE, Counts.PARTICIPATIONS),
        (Counts.PARTICIPATIONS, Counts.PARTICIPATIONS),
    }
    same = ("least_hours", "more_than_one_day", "completion", "completion_percent", "window")
    if not fits or any(getattr(part, name) != getattr(whole, name) for name in same):
        return False
    own, other = vars(part.selection), vars(whole.selection)
    # What the wider one does not ask for, the narrower one may.
    return all(
        own[name] == other[name]
        or (name in ("topics", "trainings", "sexes", "organisations", "groups") and not other[name])
        for name in own
    )
