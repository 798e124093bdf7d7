"""How long a text is and may be, beside the field in which it is written."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from registry.models import Organisation, User
from reports.actions.donor_reports import write_section
from reports.figures.lengths import Shown, length_of, lengths_beside
from reports.models import FormSection, Report, SectionKind
from reports.models.donor_forms import Unit
from tests.kept import *  # noqa: F403
from tests.reports.donor_factories import make_donor_form, make_funded, make_report

KHMER = "ស្ត្រីចូលរួមការប្រជុំ"
SECTIONS = (
    {
        "kind": SectionKind.NARRATIVE,
        "title_en": "Results",
        "limit": Decimal(5),
        "limit_unit": Unit.WORDS,
    },
    {"kind": SectionKind.NARRATIVE, "title_en": "Lessons", "is_required": False},
)


@pytest.fixture
def report(strey_khmer: Organisation, donor: Organisation, coordinator: User) -> Report:
    project = make_funded(strey_khmer, donor, coordinator)
    about: dict[str, Any] = {"limit": Decimal(8), "limit_unit": Unit.WORDS}
    form = make_donor_form(project, by=coordinator, sections=SECTIONS, **about)
    return make_report(form, by=coordinator)


@pytest.fixture
def results(report: Report) -> FormSection:
    return report.form.sections.get(number=1)


def test_of_the_section_and_of_the_whole_report(results: FormSection) -> None:
    found = lengths_beside("one two three", "en", results, ["four five", ""], counts=True)
    assert found == [
        Shown(Unit.WORDS, Decimal(3), Decimal(5)),
        Shown(Unit.WORDS, Decimal(5), Decimal(8), others=2),
    ]
    assert not any(each.is_too_long for each in found)


def test_what_is_too_long_says_so(results: FormSection) -> None:
    found = lengths_beside("one " * 6, "en", results, ["a b c"], counts=True)
    assert [each.is_too_long for each in found] == [True, True]


def test_the_other_language_has_no_limit(results: FormSection) -> None:
    [found] = lengths_beside("one two", "en", results, [], counts=False)
    assert found == Shown(Unit.WORDS, Decimal(2))


def test_words_of_khmer_are_counted_when_they_are_saved(results: FormSection) -> None:
    words, characters, pages, *_whole = lengths_beside(KHMER, "km", results, [], counts=True)
    assert not words.is_live
    assert words.number == length_of(KHMER, Unit.WORDS) > 1
    assert (characters.unit, characters.number) == (Unit.CHARACTERS, len(KHMER))
    assert pages.unit == Unit.PAGES
    assert characters.is_live
    assert pages.is_live


@pytest.mark.parametrize("unit", [Unit.CHARACTERS, Unit.PAGES, Unit.WORDS])
def test_the_whole_is_what_the_check_counts(report: Report, unit: Unit) -> None:
    report.form.limit_unit = unit
    plain = report.form.sections.get(number=2)
    plain.form = report.form
    [found] = lengths_beside("c d e", "en", plain, ["a b", "f"], counts=True)
    assert found.number == length_of("a b\nf\nc d e", unit)


def test_the_page_says_it_without_a_script(
    report: Report, results: FormSection, coordinator: User, as_user: Callable[[User], Client]
) -> None:
    write_section(
        report, section=results, language="en", text="one two three four five six", by=coordinator
    )
    page = as_user(coordinator).get(reverse("reports:section", args=[report.pk, results.pk]))
    said = " ".join(page.content.decode().split())
    assert 'data-unit="words"' in said
    assert "of 5 at most" in said
    assert '<strong class="badge bad" data-too-long > too long' in said
