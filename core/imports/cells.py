"""Reading one cell: what a spreadsheet holds as the text that a person would type in a form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils import translation
from django.utils.translation import gettext as _

from core.imports.files import Unusable
from khmer.dates import short_date
from khmer.digits import to_ascii_digits
from khmer.normal import search_key
from paper.sheets import FORMULA_STARTS

YES = ("yes", "y", "true", "1", "x", "បាទ", "ចាស", "បាទ/ចាស")
# Half of a session, which sheets of attendance ask for.
HALF = "ពាក់កណ្ដាល"
NO = ("no", "n", "false", "0", "ទេ")


def text_of(value: Any) -> str:
    """A cell as text. Raises ValidationError for one whose value cannot be known."""
    match value:
        case None:
            return ""
        case Unusable():
            raise ValidationError(str(value.reason))
        case bool():
            return "yes" if value else "no"
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if not any((value.hour, value.minute, value.second)):
            return short_date(value)
        case date() if not isinstance(value, datetime):
            return short_date(value)
    return _without_apostrophe(str(value).strip())


def _without_apostrophe(text: str) -> str:
    """Our own exports put one before a text that looks like a formula; see paper.sheets."""
    is_ours = text.startswith("'") and text[1:].lstrip()[:1] in FORMULA_STARTS
    return text[1:] if is_ours and len(text) > 1 else text


def texts_of(row: Mapping[str, Any], heads: Iterable[str]) -> dict[str, str]:
    """The cells under these heads as texts. Raises ValidationError with all that are unusable."""
    texts, errors = {}, {}
    for head in heads:
        try:
            texts[head] = text_of(row[head])
        except ValidationError as error:
            errors[head] = error
    if errors:
        raise ValidationError(errors)
    return texts


def words_for(choices: type[TextChoices], more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The stored value for each word that people write, to be looked up by `word_in`."""
    words = {_key_of(value): value for value in choices.values}
    for language in ("en", "km"):
        with translation.override(language):
            words |= {_key_of(str(choice.label)): choice.value for choice in choices}
    return words | {_key_of(word): str(value) for word, value in (more or {}).items()}


def word_in(words: Mapping[str, str], text: str) -> str | None:
    """The value that a cell stands for, or None for a word that nobody knows.

    "????" is no empty cell, though there is no letter in it to compare.
    """
    return words.get(_key_of(text))


def _key_of(word: str) -> str:
    return search_key(word) or word.strip()


def is_yes(text: str) -> bool:
    """Whether a cell says yes; an empty one says no. Raises ValidationError for other words."""
    word = to_ascii_digits(text.strip().lower())
    if word in YES or word == HALF:
        return True
    if word in NO or not word:
        return False
    raise ValidationError(_("Write yes or no."))
