"""The year of the donor of a form: its periods, their names, and when a report is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import translation
from django.utils.translation import gettext as _

from khmer.dates import format_date_range
from khmer.digits import to_khmer_digits
from registry.models import Project
from reports.figures.periods import Calendar, Period
from reports.models import DonorForm, Report


def calendar_of(form: DonorForm) -> Calendar:
    """The days of the project in the years of this donor, whatever another donor's year is."""
    project = form.project
    return Calendar(project.starts_on, project.ends_on, form.first_month, form.length)


@dataclass(frozen=True)
class NamedCalendar:
    """A year in which somebody wants to read of a project, and whose it is."""

    calendar: Calendar
    name: str

    @property
    def code(self) -> str:
        """As it stands in an address: 10-3 is quarters of a year from October."""
        return f"{self.calendar.first_month}-{self.calendar.length}"


def calendars_of(project: Project) -> list[NamedCalendar]:
    """Each year of the project once: its own, then those of its donors that differ from it."""
    own = Calendar.of(project)
    donors: dict[Calendar, list[str]] = {}
    for form in project.donor_forms.filter(is_retired=False).select_related("project", "donor"):
        names = donors.setdefault(calendar_of(form), [])
        names += [form.donor.name] if form.donor.name not in names else []
    donors.pop(own, None)
    others = [NamedCalendar(each, ", ".join(names)) for each, names in donors.items()]
    return [NamedCalendar(own, _("Year of the project")), *others]


def periods_of_form(form: DonorForm, *, today: date) -> list[Period]:
    """Every period of the donor in which the project goes on."""
    calendar = calendar_of(form)
    first, last = form.project.starts_on, form.project.ends_on
    return [
        period
        for year in calendar.years(today=today)
        for period in calendar.periods_in(year)
        if (first is None or period.until >= first) and (last is None or period.since <= last)
    ]


def due_after(form: DonorForm, until: date) -> date:
    """When a report through this day is due."""
    return until + timedelta(days=form.due_days)


def name_of_period(form: DonorForm, period: Period, language: str) -> str:
    """What the donor calls it, or its days."""
    with translation.override(language):
        days = format_date_range(period.since, period.until, language)
    pattern = form.period_name_km if language == "km" else form.period_name_en
    calendar = calendar_of(form)
    year = calendar.year_of(period.since)
    periods = calendar.periods_in(year)
    if not pattern or period not in periods:
        return days
    # No str.format: what somebody typed is text, and reaches into no object.
    words = {
        "{n}": periods.index(period) + 1,
        "{first}": year.since.year,
        "{last}": year.until.year,
    }
    for sign, number in words.items():
        text = str(number)
        pattern = pattern.replace(sign, to_khmer_digits(text) if language == "km" else text)
    return f"{pattern} ({days})"


def period_of(report: Report) -> Period:
    return Period(report.since, report.until)


def period_before(report: Report) -> Period:
    """The period of the donor that ends on the day before; else as many days."""
    since = period_of(report).since
    last = since - timedelta(days=1)
    calendar = calendar_of(report.form)
    for period in calendar.periods_in(calendar.year_of(last)):
        if period.until == last:
            return period
    return Period(last - (report.until - report.since), last)
