"""Forms of real donors as a beginning: their sections, columns, year and deadlines.

Taken from published formats. A coordinator chooses one and corrects it by what their own agreement
says; it is then a form like any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.figures.definitions import Words
from reports.models import SectionKind
from reports.models.donor_forms import Column, Language, Mark, Separator, Unit
from reports.models.indicators import Length


@dataclass(frozen=True)
class Template:
    """A form as a donor has published it. Without a first month, its year is by contract."""

    name: str
    label: Promise
    details: Mapping[str, Any]
    sections: Sequence[Mapping[str, Any]]


def _section(
    kind: SectionKind, english: str, khmer: str, guidance: Words = "", **details: Any
) -> dict[str, Any]:
    about = {"kind": kind.value, "title_en": english, "title_km": khmer, "guidance": guidance}
    is_text = kind in (SectionKind.NARRATIVE, SectionKind.NEXT_PERIOD, SectionKind.MONEY)
    return {"is_required": is_text} | about | details


# As English texts write them: 1,000 and 0.5.
ENGLISH: dict[str, Any] = {
    "language": Language.ENGLISH.value,
    "thousands": Separator.COMMA.value,
    "decimal_mark": Mark.POINT.value,
}
TEXT, TABLE = SectionKind.NARRATIVE, SectionKind.INDICATORS
HALF_A_PAGE: dict[str, Any] = {"limit": Decimal("0.5"), "limit_unit": Unit.PAGES.value}
ONE_PAGE: dict[str, Any] = {"limit": Decimal(1), "limit_unit": Unit.PAGES.value}
TWO_PAGES: dict[str, Any] = {"limit": Decimal(2), "limit_unit": Unit.PAGES.value}

REPEATED = _("The same in each report, so that every one can be read alone.")

USAID_QUARTERLY = Template(
    "usaid-quarterly",
    _("USAID, quarterly report"),
    {
        **ENGLISH,
        "name_en": "USAID quarterly report",
        "name_km": "របាយការណ៍ត្រីមាស USAID",
        "first_month": 10,
        "length": Length.QUARTER.value,
        "period_name_en": "FY {last}, quarter {n}",
        "period_name_km": "ឆ្នាំសារពើពន្ធ {last} ត្រីមាសទី{n}",
        "due_days": 30,
        "reason_percent": 10,
        "columns": [
            Column.CODE.value,
            Column.INDICATOR.value,
            Column.BASELINE.value,
            Column.YEAR_TARGET.value,
            Column.TARGET.value,
            Column.ACTUAL.value,
            Column.YEAR.value,
            Column.PERCENT_OF_YEAR.value,
            Column.REASON.value,
        ],
    },
    [
        _section(TEXT, "Description of the activity", "ការពិពណ៌នាសកម្មភាព", REPEATED, **ONE_PAGE),
        _section(TABLE, "Results to date", "លទ្ធផលមកដល់បច្ចុប្បន្ន"),
        _section(TEXT, "Progress of the quarter", "វឌ្ឍនភាពក្នុងត្រីមាស", **TWO_PAGES),
        _section(SectionKind.TRAININGS, "Trainings", "វគ្គបណ្តុះបណ្តាល"),
        _section(TEXT, "Problems and remedies", "បញ្ហា និងដំណោះស្រាយ"),
        _section(
            SectionKind.MONEY,
            "Spending against budget",
            "ការចំណាយធៀបនឹងថវិកា",
            _("Sub-grants, and what was spent of the budget, with reasons."),
            is_required=False,
        ),
        _section(SectionKind.NEXT_PERIOD, "Plan of the next quarter", "ផែនការត្រីមាសបន្ទាប់"),
        _section(TEXT, "Success story", "រឿងជោគជ័យ", is_required=False),
        _section(SectionKind.PHOTOS, "Photos", "រូបថត", is_required=False),
        _section(SectionKind.ACRONYMS, "Acronyms", "អក្សរកាត់"),
        _section(SectionKind.ANNEXES, "Indicator reference sheets", "សន្លឹកយោងសូចនាករ"),
    ],
)
EU_INTERIM = Template(
    "eu-interim",
    _("European Union, interim narrative report"),
    {
        **ENGLISH,
        "name_en": "EU interim narrative report",
        "name_km": "របាយការណ៍បណ្តោះអាសន្ន សហភាពអឺរ៉ុប",
        "length": Length.YEAR.value,
        "due_days": 60,
        "reason_percent": 10,
        "columns": [
            Column.INDICATOR.value,
            Column.BASELINE.value,
            Column.BASELINE_ON.value,
            Column.TARGET.value,
            Column.ACTUAL.value,
            Column.LIFE.value,
            Column.LIFE_TARGET.value,
            Column.SOURCE.value,
            Column.REASON.value,
        ],
    },
    [
        _section(TEXT, "Executive summary", "សេចក្តីសង្ខេប", **HALF_A_PAGE),
        _section(
            TEXT,
            "Target groups",
            "ក្រុមគោលដៅ",
            _("Give the numbers of women and men."),
        ),
        _section(
            SectionKind.ACTIVITIES,
            "Results and activities",
            "លទ្ធផល និងសកម្មភាព",
            _("Contracts above 10,000 euro as well, and how they were awarded."),
        ),
        _section(TABLE, "Logical framework", "ក្របខ័ណ្ឌតក្កវិជ្ជា"),
        _section(SectionKind.GROUPS, "Savings groups", "ក្រុមសន្សំ"),
        _section(
            SectionKind.EVALUATION,
            "What participants said",
            "អ្វីដែលអ្នកចូលរួមបាននិយាយ",
            is_required=False,
        ),
        _section(
            SectionKind.FOLLOW_UP,
            "What participants still do",
            "អ្វីដែលអ្នកចូលរួមនៅតែអនុវត្ត",
            is_required=False,
        ),
        _section(TEXT, "Changes and their reasons", "ការផ្លាស់ប្តូរ និងមូលហេតុ"),
        _section(SectionKind.NEXT_PERIOD, "Action plan of the next period", "ផែនការសកម្មភាពបន្ទាប់"),
        _section(TEXT, "Partners and cooperation", "ដៃគូ និងកិច្ចសហប្រតិបត្តិការ"),
        _section(
            TEXT, "Visibility", "ភាពមើលឃើញ", _("Everything that shows who pays: name each item.")
        ),
        _section(TEXT, "Final evaluation", "ការវាយតម្លៃចុងក្រោយ", only_final=True),
    ],
)
AUSTRALIA_YEARLY = Template(
    "australia-yearly",
    _("Australian partner (ANCP), yearly performance report"),
    {
        **ENGLISH,
        "name_en": "Annual performance report",
        "name_km": "របាយការណ៍លទ្ធផលប្រចាំឆ្នាំ",
        "first_month": 7,
        "length": Length.YEAR.value,
        "period_name_en": "{first}–{last}",
        "period_name_km": "{first}–{last}",
        "due_days": 60,
        "reason_percent": 20,
        "columns": [
            Column.INDICATOR.value,
            Column.TARGET.value,
            Column.ACTUAL.value,
            Column.STATUS.value,
            Column.REASON.value,
        ],
    },
    [
        _section(TEXT, "Summary of the year", "សេចក្តីសង្ខេបប្រចាំឆ្នាំ"),
        _section(
            TABLE,
            "Results of the year",
            "លទ្ធផលប្រចាំឆ្នាំ",
            _("Say of each value whether it is preliminary, and explain what differs from plan."),
        ),
        _section(SectionKind.ACTIVITIES, "Activities of the year", "សកម្មភាពប្រចាំឆ្នាំ"),
        _section(SectionKind.GROUPS, "Savings groups", "ក្រុមសន្សំ"),
        _section(
            SectionKind.EVALUATION,
            "What participants said",
            "អ្វីដែលអ្នកចូលរួមបាននិយាយ",
            is_required=False,
        ),
        _section(
            SectionKind.FOLLOW_UP,
            "What participants still do",
            "អ្វីដែលអ្នកចូលរួមនៅតែអនុវត្ត",
            is_required=False,
        ),
        _section(TEXT, "Lessons learned", "មេរៀនបានដកស្រង់"),
        _section(SectionKind.CHANGES, "Changes found", "ការផ្លាស់ប្តូរដែលបានរកឃើញ", is_required=False),
    ],
)
TEMPLATES = [USAID_QUARTERLY, EU_INTERIM, AUSTRALIA_YEARLY]
BY_NAME = {each.name: each for each in TEMPLATES}
