"""A report with everything in it, that was sent: for the tests of its files."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from registry.models import Organisation, User
from reports.actions.donor_reports import write_section
from reports.actions.targets import set_targets
from reports.figures.periods import Period
from reports.models import FrozenReport, Report, SectionKind
from reports.models.definitions import (
    Counting,
    Counts,
    Definition,
    Dimension,
    Form,
    Selection,
)
from reports.models.donor_forms import Column
from tests.reports.donor_factories import (
    make_donor_form,
    make_funded,
    make_indicator,
    make_people,
    make_report,
    submit,
    train,
)

QUARTER = Period(date(2026, 1, 1), date(2026, 3, 31))
HOSTILE = '<script>alert(1)</script> {{ 7*7 }} =HYPERLINK("x") & <img src="http://a.example/x">'
TEXT = f"""## Trained {HOSTILE}

The **quarter** went well.
- First point
- Second point

1. A step
"""
KHMER = """## លទ្ធផល

អ្នកចូលរួម **២១ នាក់** បានបញ្ចប់វគ្គបណ្តុះបណ្តាល។
- ចំណុចទីមួយ
- ចំណុចទីពីរ
"""
SECTIONS = (
    {"kind": SectionKind.NARRATIVE, "title_en": "Results", "title_km": "លទ្ធផល"},
    {
        "kind": SectionKind.INDICATORS,
        "title_en": "Indicators",
        "title_km": "សូចនាករ",
        "is_required": False,
    },
    {
        "kind": SectionKind.TRAININGS,
        "title_en": "Trainings",
        "title_km": "វគ្គបណ្តុះបណ្តាល",
        "is_required": False,
    },
)
COLUMNS = [
    Column.CODE,
    Column.INDICATOR,
    Column.BASELINE,
    Column.TARGET,
    Column.ACTUAL,
    Column.PERCENT_OF_TARGET,
    Column.PREVIOUS,
    Column.REASON,
]


def make_rich_report(
    owner: Organisation, donor: Organisation, by: User, *, code: str = "WL-7", **form: Any
) -> Report:
    """Three indicators: one with a hidden cell, one that is hidden, one percentage."""
    project = make_funded(owner, donor, by, code=code, name_en="Women Lead", name_km="ស្ត្រីដឹកនាំ")
    people = Counting(counts=Counts.PEOPLE)
    first = make_indicator(
        project,
        by=by,
        code="1.1",
        name_en="People trained",
        name_km="អ្នកបានទទួលការបណ្តុះបណ្តាល",
        definition=Definition(
            part=people, dimensions=(Dimension.SEX, Dimension.PROVINCE), source="Sign-in sheets"
        ),
        baseline=Decimal(1000),
        baseline_on=date(2025, 9, 30),
    )
    second = make_indicator(
        project,
        by=by,
        code="1.2",
        name_en="Women among them",
        definition=Definition(
            form=Form.PERCENT,
            part=Counting(counts=Counts.PEOPLE, selection=_women()),
            whole=people,
        ),
    )
    make_indicator(
        project,
        by=by,
        code="2",
        name_en="Trained by sex",
        definition=_by_sex(),
        baseline=Decimal(0),
    )
    planned = {(first.pk, QUARTER): Decimal(1500), (second.pk, QUARTER): Decimal("62.5")}
    set_targets(project, targets=planned, by=by)
    train(project, make_people(owner, female=14, male=7), by=by)
    details: dict[str, Any] = {
        "name_en": "Quarterly report",
        "name_km": "របាយការណ៍ប្រចាំត្រីមាស",
        "sections": SECTIONS,
        "columns": [each.value for each in COLUMNS],
        "acronyms": "SHG: self-help group\nToT = training of trainers",
        "visibility": "The donor's name stands on every banner.",
        "iati_organisation": "KH-MOI-1234",
        "iati_activity": "KH-MOI-1234-WL7",
        "iati_sector": "15170",
    }
    report = make_report(
        make_donor_form(project, by=by, **(details | form)),
        by=by,
        contract_number="AID-442/7",
        signatory="Director",
    )
    [text] = report.form.sections.filter(kind=SectionKind.NARRATIVE)
    for language, words in (("en", TEXT), ("km", KHMER)):
        write_section(report, section=text, language=language, text=words, by=by)
    return report


def _women() -> Selection:
    return Selection(sexes=("female",))


def _by_sex() -> Definition:
    return Definition(dimensions=(Dimension.SEX,))


def make_sent(owner: Organisation, donor: Organisation, by: User, **form: Any) -> FrozenReport:
    return submit(make_rich_report(owner, donor, by, **form), by=by)
