"""A text in two languages is shown in that of the page, or in the one there is."""

import pytest
from django.utils.translation import override

from core.languages import in_language_of_page


@pytest.mark.parametrize(
    ("language", "km", "other", "shown"),
    [
        ("km", "ភូមិ", "village", "ភូមិ"),
        ("en", "ភូមិ", "village", "village"),
        ("km", "", "village", "village"),
        ("en", "ភូមិ", "", "ភូមិ"),
        ("en", "", "", ""),
    ],
)
def test_the_language_of_the_page_first_then_the_other(language, km, other, shown):
    with override(language):
        assert in_language_of_page(km=km, other=other) == shown
