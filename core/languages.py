"""What is kept in Khmer and in Latin letters, of which one may be missing."""

from __future__ import annotations

from django.utils.translation import get_language


def in_language_of_page(*, km: str, other: str) -> str:
    """The one in the language of the page, or the one there is."""
    return (km or other) if get_language() == "km" else (other or km)
