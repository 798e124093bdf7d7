"""Planning a report and writing it, as long as nobody else holds it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from core.actions.records import action, change, lock
from core.errors import Conflict, Refused
from registry.models import Project, User
from reports.figures.donor_years import due_after, periods_of_form
from reports.figures.standing import may_write
from reports.models import DonorForm, FormSection, Indicator, Narrative, Report, ReportLine
from reports.models.workflow import State


@action
def plan_report(
    project: Project,
    *,
    form: DonorForm,
    since: date,
    until: date,
    kind: str = Report.Kind.PERIODIC,
    due_on: date | None = None,
    language: str = "",
    by: User,
    **details: Any,
) -> Report:
    """Plan a report with all indicators of its project. Raises Refused or ValidationError."""
    if form.project_id != project.pk:
        raise Refused(_("This form is of another project."), field="form")
    if until < since:
        raise Refused(_("The period ends before it starts."), field="until")
    report = Report(
        owner_id=project.owner_id,
        project=project,
        form=form,
        kind=kind,
        since=since,
        until=until,
        due_on=due_on or due_after(form, until),
        language=language or form.language,
        created_by=by,
        **({"is_public": form.is_public} | details),
    )
    report.full_clean(exclude=["owner", "project", "form"])
    report.save(force_insert=True)
    choose_indicators_of(report, project.indicators.in_use().order_by("code", "pk"), by)
    return report


@action
def plan_periods(form: DonorForm, *, today: date, by: User) -> list[Report]:
    """Plan a report for each period of the donor in which the project goes on and has none."""
    lock(form)
    there = set(form.reports.values_list("since", "until"))
    return [
        plan_report(form.project, form=form, since=period.since, until=period.until, by=by)
        for period in periods_of_form(form, today=today)
        if (period.since, period.until) not in there
    ]


def choose_indicators_of(report: Report, indicators: Any, by: User) -> None:
    """Let a report have these indicators, in this order, after those it has."""
    own = set(report.lines.values_list("indicator_id", flat=True))
    last = len(own)
    for indicator in indicators:
        if indicator.pk not in own:
            last += 1
            ReportLine.objects.create(
                owner_id=report.owner_id,
                report=report,
                indicator=indicator,
                number=last,
                created_by=by,
            )


@action
def change_report(report: Report, *, version: int, by: User, **details: Any) -> Report:
    """Correct the days, the language or the contract of a report. Raises Conflict or Refused."""
    changed = change(report, version=version, values=details)
    refuse_unless_may_write(changed, by)
    changed.full_clean(exclude=["owner", "project", "form"])
    changed.save()
    return changed


@action
def remove_report(report: Report, *, by: User) -> None:
    """Take a report out of the plan that nobody has begun. Raises Refused."""
    stored = lock(report)
    refuse_unless_may_write(stored, by)
    if stored.state != State.PLANNED:
        raise Refused(_("Somebody has begun this report. It stays."))
    stored.delete()


@action
def choose_indicators(
    report: Report, *, indicators: Collection[Indicator], by: User
) -> list[ReportLine]:
    """Let a report have these indicators, in this order; those that stay keep their reasons."""
    stored = lock(report)
    refuse_unless_may_write(stored, by)
    if any(each.project_id != stored.project_id for each in indicators):
        raise Refused(_("This indicator is of another project."), field="indicators")
    stored.lines.exclude(indicator__in=indicators).delete()
    choose_indicators_of(stored, indicators, by)
    lines = {each.indicator_id: each for each in stored.lines.all()}
    found = [lines[each.pk] for each in indicators]
    for number, line in enumerate(found, start=1):
        if line.number != number:
            line.number = number
            line.version += 1
            line.save(update_fields=["number", "version"])
    return found


@action
def write_section(
    report: Report,
    *,
    section: FormSection,
    language: str,
    text: str,
    seen: str | None = None,
    by: User,
) -> Narrative | None:
    """Write the text of a section in one language; an empty one is taken away.

    `seen` is the text that the page showed: raises Conflict where somebody else has written
    another one since. Raises Refused.
    """
    stored = lock(report)
    refuse_unless_may_write(stored, by)
    if section.form_id != stored.form_id:
        raise Refused(_("This section is of another form."))
    now = Narrative.objects.filter(report=stored, section=section, language=language).first()
    written = text.replace("\r\n", "\n").strip()
    if seen is not None and now and now.text not in (written, seen.replace("\r\n", "\n").strip()):
        raise Conflict(
            _("Somebody else has changed this in the meantime."), theirs={"text": now.text}
        )
    if not written:
        if now:
            now.delete()
        return None
    if now and now.text == written:
        return now
    kept = now or Narrative(
        owner_id=stored.owner_id, report=stored, section=section, language=language, created_by=by
    )
    kept.text = written
    kept.version += 1 if now else 0
    kept.full_clean(exclude=["owner", "report", "section"])
    kept.save()
    return kept


@action
def write_line(line: ReportLine, *, version: int, by: User, **details: Any) -> ReportLine:
    """Say how sure a value is and why it differs from its target. Raises Conflict or Refused."""
    refuse_unless_may_write(lock(line.report), by)
    changed = change(line, version=version, values=_without_owed(details))
    changed.full_clean(exclude=["owner", "report", "indicator"])
    changed.save()
    return changed


def _without_owed(details: Mapping[str, Any]) -> dict[str, Any]:
    """What belongs to another status is empty, whatever the form still had in it."""
    found = dict(details)
    if found.get("status", "owed") != "owed":
        found |= {"owed_since": None, "owed_until": None}
    if found.get("status", "verified") != "verified":
        found["verified_value"] = None
    return found


def refuse_unless_may_write(report: Report, by: User) -> None:
    """What is written in a report changes while one's own side holds it. Raises Refused."""
    if not by.may("reports.write"):
        raise Refused(_("Your role may not do this with a report."))
    if not may_write(by, report):
        raise Refused(_("This report was sent to check or submitted. What it says stays."))
