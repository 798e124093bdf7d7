"""Digits and days in the language of the paper."""

from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template
from django.utils import translation

DAY = date(2011, 2, 19)


def rendered(source: str, **context: object) -> str:
    return Template("{% load paper %}" + source).render(Context(context))


@pytest.mark.parametrize(("language", "printed"), [("en", "30"), ("km", "៣០")])
def test_digits_follow_the_language_of_the_paper(language: str, printed: str) -> None:
    with translation.override(language):
        assert rendered("{{ n|digits }}", n=30) == printed
    assert rendered("{{ n|digits:language }}", n=30, language=language) == printed


def test_days_are_printed_in_words() -> None:
    with translation.override("km"):
        assert rendered("{{ day|day }}", day=DAY) == "ថ្ងៃទី១៩ ខែកុម្ភៈ ឆ្នាំ២០១១"
        assert rendered("{{ day|day:'en' }}", day=DAY) == "19 February 2011"
    last = date(2011, 2, 20)
    assert rendered("{% days one two 'en' %}", one=DAY, two=last) == "19–20 February 2011"


def test_a_day_that_is_not_known_is_left_blank() -> None:
    assert rendered("{{ day|day }}", day=None) == ""


def test_the_day_of_a_moment_is_that_of_the_office() -> None:
    """In Phnom Penh it is 1 December already."""
    moment = datetime(2026, 11, 30, 18, 36, tzinfo=UTC)
    assert rendered("{{ moment|day }}", moment=moment) == "1 December 2026"


@pytest.mark.parametrize(("language", "printed"), [("en", "Source: CWS"), ("km", "Source៖ CWS")])
def test_a_label_ends_with_the_sign_of_its_language(language: str, printed: str) -> None:
    with translation.override(language):
        assert rendered("{{ label }}{% colon %} CWS", label="Source") == printed


def test_phrases_stand_in_a_row() -> None:
    phrases = ["ឈ្មោះដូចគ្នា", "ភេទដូចគ្នា", "អាយុប្រហែលគ្នា"]
    assert rendered("{{ x|listed:'km' }}", x=phrases) == "ឈ្មោះដូចគ្នា ភេទដូចគ្នា និងអាយុប្រហែលគ្នា"
    assert rendered("{{ x|listed:'km' }}", x=phrases[:1]) == "ឈ្មោះដូចគ្នា"
    assert rendered("{{ x|listed:'en' }}", x=["one", "two"]) == "one, two"
    assert rendered("{{ x|listed:'km' }}", x=[]) == ""
