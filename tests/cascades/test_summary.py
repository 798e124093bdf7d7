"""A cascade on one page of A4, in both languages, whatever it has; it names nobody."""

from __future__ import annotations

from io import BytesIO

import pypdf
import pytest
from django.template.loader import render_to_string
from django.utils import translation

from cascades.actions.designing import add_tier
from core.papers import KINDS
from paper.renderer import render_pdf
from tests.cascades.factories import days_after, make_iteration, make_programme, tier_of
from tests.cascades.facts import put_delivery, put_people
from tests.cascades.kept import *  # noqa: F403

LONG = "Women's Leadership in Communes and Sangkats across the Whole Kingdom of Cambodia, Part "
LONG_KM = "ភាពជាអ្នកដឹកនាំរបស់ស្ត្រីក្នុងឃុំសង្កាត់ទូទាំងព្រះរាជាណាចក្រកម្ពុជា ភាគ "


@pytest.fixture(scope="module", params=[3, 6])
def long_one(request, strey_khmer, coordinator):
    """Tiers with plans, long names, people of every sex; the drawings are larger for few tiers."""
    last = request.param
    programme = make_programme(
        owner=strey_khmer, name_en=LONG, name_km=LONG_KM, by=coordinator
    )  # fmt: skip
    iteration = make_iteration(
        programme=programme, tiers=0, name_en=LONG + "1", name_km=LONG_KM + "១", by=coordinator
    )
    for number in range(1, last + 1):
        add_tier(
            iteration=iteration, name_en=f"{LONG}{number}", name_km=f"{LONG_KM}{number}",
            planned_people=12_000, planned_groups=480, deadline=days_after(300 + number),
            by=coordinator,
        )  # fmt: skip
    lead = None
    for number in range(1, last + 1):
        graduates = [
            *put_people(3, owner=strey_khmer, sex="female"),
            *put_people(2, owner=strey_khmer, sex="other"),
        ]
        put_delivery(
            tier_of(iteration, number), on=days_after(20 * number), lead=lead,
            graduates=graduates, by=coordinator,
        )  # fmt: skip
        lead = graduates[0]
    return programme, iteration


@pytest.mark.parametrize("language", ["en", "km"])
@pytest.mark.parametrize("kind", ["cascades.summary", "cascades.summary-of-iteration"])
def test_it_is_one_page(long_one, coordinator, kind, language):
    programme, iteration = long_one
    record = iteration if kind.endswith("iteration") else programme
    with translation.override(language):
        found = KINDS[kind]
        paper = found.paper(found.records(coordinator).get(pk=record.pk), {})
        html = render_to_string(paper.template, dict(paper.context))
        pdf = render_pdf(html, title=paper.title, language=language)
    reader = pypdf.PdfReader(BytesIO(pdf))
    assert len(reader.pages) == 1
    assert paper.people == 0
    assert "Person " not in reader.pages[0].extract_text()


def test_an_iteration_without_a_delivery_has_a_summary_as_well(programme, coordinator):
    iteration = make_iteration(programme=programme, by=coordinator)
    found = KINDS["cascades.summary-of-iteration"]
    paper = found.paper(found.records(coordinator).get(pk=iteration.pk), {})
    assert "not known" in render_to_string(paper.template, dict(paper.context))
