"""While somebody writes a report, the browser counts as the server does."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from khmer.digits import to_ascii_digits
from reports.figures.lengths import length_of
from reports.models import SectionKind
from tests.reports.donor_factories import make_donor_form, make_funded, make_report

pytestmark = pytest.mark.django_db(transaction=True)

TEXTS = [
    "",
    "  one, two -- three\n\n4 ",
    "ស្ត្រីចូលរួមការប្រជុំ\n ថ្ងៃនេះ",
    "smile 😀 " * 700,
    "<b>&amp;</b> x\ty",
]


@pytest.mark.parametrize("language", ["en", "km"])
def test_the_browser_counts_as_the_server_does(open_as, strey_khmer, donor, coordinator, language):
    sections = [
        {
            "kind": SectionKind.NARRATIVE,
            "title_en": unit,
            "limit": Decimal(3),
            "limit_unit": unit,
        }
        for unit in ("words", "characters", "pages")
    ]
    project = make_funded(strey_khmer, donor, coordinator)
    report = make_report(
        make_donor_form(project, by=coordinator, sections=sections), by=coordinator
    )
    page = open_as(coordinator, language=language)
    for section in report.form.sections.all():
        page.goto(reverse("reports:section", args=[report.pk, section.pk]))
        line = page.locator(f'[data-lengths-of="id_text_en"] [data-unit="{section.limit_unit}"]')
        for text in TEXTS[:2] + TEXTS[3:] if section.limit_unit == "words" else TEXTS:
            page.fill("#id_text_en", text)
            length = length_of(text, section.limit_unit)
            shown = to_ascii_digits(line.locator("[data-length]").inner_text()).replace(",", "")
            assert Decimal(shown) == length, (section.limit_unit, text[:20])
            assert line.locator("[data-too-long]").is_visible() == (length > 3)
