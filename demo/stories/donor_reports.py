"""Three donors of the field office, each with a form of their own and a report.

The funder of the demonstration has accepted what happened in the year of the two annual meetings.
Another donor was sent the last quarter and has not answered; a third report is being written. Both
donors, all grants and all targets are made up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from demo import indicators
from demo.organisations import make
from demo.stories.report_texts import (
    FEWER,
    LAST_QUARTER,
    MORE,
    THIS_YEAR,
    YEAR_OF_THE_MEETINGS,
    Texts,
)
from registry.models import Organisation, Project, User
from reports.actions.commenting import answer_comment, comment_on, resolve_comment
from reports.actions.donor_forms import add_form
from reports.actions.donor_reports import (
    choose_indicators,
    plan_report,
    write_line,
    write_section,
)
from reports.actions.photos import add_photo
from reports.actions.sending import accept_report, open_report, send_to_check, submit_report
from reports.actions.targets import Slot, set_targets
from reports.figures.checks import needs_reason, value_of
from reports.figures.donor_templates import (
    AUSTRALIA_YEARLY,
    EU_INTERIM,
    USAID_QUARTERLY,
    Template,
)
from reports.figures.donor_years import calendar_of, periods_of_form
from reports.figures.drafts import draft_of
from reports.figures.frozen_reports import given_with
from reports.figures.periods import Period
from reports.figures.photos import photos_to_choose
from reports.models import DonorForm, Report, SectionKind
from trainings.models import Evidence

# The donor's year in which the fourteen groups met.
YEAR = Period(date(2014, 7, 1), date(2015, 6, 30))
SAVED_THEN, SAVED_NOW = 9_500_000, 11_000_000
# So that files for the International Aid Transparency Initiative can be made; nobody's identifier.
IATI = {
    "iati_organisation": "KH-MOI-0000",
    "iati_activity": "KH-MOI-0000-DEMO",
    "iati_sector": "15170",
}
ACRONYMS = """KCDA: Khmer Community Development Association
SHG: ក្រុមជួយខ្លួនឯង, self-help group"""
SIGNATORY = "នាយក / Director, KCDA"


@dataclass(frozen=True)
class Writing:
    """In whose name the field office writes, and of which project."""

    project: Project
    by: User

    def form(self, template: Template, donor: Organisation, **details: Any) -> DonorForm:
        about: dict[str, Any] = {**template.details, **IATI, "acronyms": ACRONYMS, **details}
        return add_form(self.project, donor=donor, sections=template.sections, by=self.by, **about)

    def report(self, form: DonorForm, period: Period, contract: str, texts: Texts) -> Report:
        """A report that is open and says these texts."""
        planned = plan_report(
            self.project,
            form=form,
            since=period.since,
            until=period.until,
            contract_number=contract,
            signatory=SIGNATORY,
            by=self.by,
        )
        report = open_report(planned, version=planned.version, by=self.by)
        for section in form.sections.filter(title_en__in=texts):
            for language in ("en", "km"):
                text = getattr(texts[section.title_en], language)
                write_section(report, section=section, language=language, text=text, by=self.by)
        return report

    def add_photos(self, report: Report) -> None:
        """A picture of each training in which nobody can be recognised."""
        section = report.form.sections.get(kind=SectionKind.PHOTOS)
        nobody = Evidence.Recognisable.NOBODY
        for picture in photos_to_choose(report).filter(recognisable=nobody):
            add_photo(
                report,
                section=section,
                evidence=picture,
                caption_en="The hall in which the training was held (a drawing).",
                caption_km="សាលដែលធ្វើវគ្គបណ្តុះបណ្តាល (គំនូរ)។",
                by=self.by,
            )

    def submit(self, report: Report) -> Report:
        self._give_reasons(report)
        report = send_to_check(report, version=report.version, by=self.by)
        submit_report(report, version=report.version, accept_findings=True, by=self.by)
        report.refresh_from_db()
        return report

    def _give_reasons(self, report: Report) -> None:
        """Where the donor asks for one."""
        lines = {each.indicator_id: each for each in report.lines.all()}
        for each in draft_of(report, given=given_with(report)).lines:
            if needs_reason(report, each):
                line = lines[each.line.indicator_id]
                percent = value_of(each).percent_of_target or Decimal(0)
                reason = MORE if percent > 100 else FEWER
                write_line(
                    line,
                    version=line.version,
                    reason_en=reason.en,
                    reason_km=reason.km,
                    by=self.by,
                )

    def plan(self, targets: Mapping[str, int], *periods: Period) -> None:
        """Targets of indicators, by their codes, for these periods."""
        codes = dict(self.project.indicators.values_list("code", "pk"))
        slots: dict[Slot, Decimal | None] = {
            (codes[code], period): Decimal(value)
            for code, value in targets.items()
            for period in periods
        }
        reason = "Agreed with the donor."
        set_targets(self.project, targets=slots, reason=reason, by=self.by)


def tell(project: Project, *, donor: Organisation, funder: User, by: User) -> None:
    """An accepted, a submitted and an open report of one project."""
    indicators.tell_of_savings(project, by=by)
    writing = Writing(project, by)
    _accepted(writing, donor, funder)
    _submitted(writing, _donor(writing, "ម្ចាស់ជំនួយសាកល្បងនៅអាមេរិក", "Demonstration donor, America"))
    _open(writing, _donor(writing, "ម្ចាស់ជំនួយសាកល្បងនៅអឺរ៉ុប", "Demonstration donor, Europe"))


def _donor(writing: Writing, name_km: str, name_latin: str) -> Organisation:
    kind = Organisation.Kind.DONOR
    donor = make(name_km, name_latin, kind, is_demo=True, created_by=writing.by)
    writing.project.donors.add(donor)
    return donor


def _accepted(writing: Writing, donor: Organisation, funder: User) -> None:
    form = writing.form(AUSTRALIA_YEARLY, donor)
    writing.plan({"2.2": 14, "2.3": 80, "2.4": SAVED_THEN}, YEAR)
    report = writing.report(form, YEAR, "DEMO-2014-07", YEAR_OF_THE_MEETINGS)
    # Whoever came to the two meetings was not counted, so nothing is said about trainings.
    of_groups = writing.project.indicators.filter(code__in=["2.2", "2.3", "2.4"]).order_by("code")
    choose_indicators(report, indicators=list(of_groups), by=writing.by)
    report = writing.submit(report)
    asked = comment_on(
        report,
        text="Who keeps the books of the groups that have no bookkeeper of their own?",
        section=form.sections.get(title_en="Lessons learned"),
        by=funder,
    )
    answer_comment(
        asked,
        text="A member of a group nearby does, until they have learned it themselves.",
        by=writing.by,
    )
    resolve_comment(asked, by=funder)
    accept_report(report, version=report.version, by=funder)


def _submitted(writing: Writing, donor: Organisation) -> None:
    form = writing.form(USAID_QUARTERLY, donor)
    today = timezone.localdate()
    quarter = [each for each in periods_of_form(form, today=today) if each.until < today][-1]
    year = calendar_of(form).year_of(quarter.since)
    writing.plan({"2.1": 120, "2.2": 15, "2.3": 80, "2.4": SAVED_NOW, "2.5": 10}, year)
    writing.plan({"2.1": 30, "2.2": 15, "2.3": 80, "2.4": SAVED_NOW, "2.5": 3}, quarter)
    report = writing.report(form, quarter, "DEMO-72-04", LAST_QUARTER)
    writing.add_photos(report)
    writing.submit(report)


def _open(writing: Writing, donor: Organisation) -> None:
    # The contract began in the month in which the others' year begins.
    form = writing.form(EU_INTERIM, donor, first_month=indicators.FIRST_MONTH)
    year = calendar_of(form).year_of(timezone.localdate())
    writing.plan({"2.4": SAVED_NOW, "2.5": 10}, year)
    writing.report(form, year, "DEMO-EU-2026", THIS_YEAR)
