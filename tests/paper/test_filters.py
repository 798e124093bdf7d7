"""Digits and days in the language of the paper."""

from datetime import date

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
        assert rendered("{{ day|day }}", day=DAY) == "១៩ ខែកុម្ភៈ ឆ្នាំ២០១១"
        assert rendered("{{ day|day:'en' }}", day=DAY) == "19 February 2011"
    last = date(2011, 2, 20)
    assert rendered("{% days one two 'en' %}", one=DAY, two=last) == "19–20 February 2011"


def test_a_day_that_is_not_known_is_left_blank() -> None:
    assert rendered("{{ day|day }}", day=None) == ""
