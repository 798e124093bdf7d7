"""Reading one cell: what a spreadsheet holds as the text that a person would type in a form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils import translation
from django.utils.translation import gettext as _

from khmer.digits import to_ascii_digits
from khmer.normal import search_key
from paper.sheets import FORMULA_STARTS
from registry.models import Organisation, Place
from registry.models.people import Sex
from registry.resources.files import Unusable
from registry.search import folded, place_in_text

YES = ("yes", "y", "true", "1", "x", "បាទ", "ចាស", "បាទ/ចាស", "ពាក់កណ្ដាល")
NO = ("no", "n", "false", "0", "ទេ")
# As registers write it, beside the words of the program in both languages.
SEX_WORDS = {
    "f": Sex.FEMALE,
    "woman": Sex.FEMALE,
    "ស្រី": Sex.FEMALE,
    "ស": Sex.FEMALE,
    "m": Sex.MALE,
    "man": Sex.MALE,
    "ប្រុស": Sex.MALE,
    "ប": Sex.MALE,
    "": Sex.NOT_STATED,
}


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
            return value.strftime("%d/%m/%Y")
        case date() if not isinstance(value, datetime):
            return value.strftime("%d/%m/%Y")
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
    """The stored value for each word that people write: the code, or its name in any language."""
    words = {search_key(value): value for value in choices.values}
    for language in ("en", "km"):
        with translation.override(language):
            words |= {search_key(str(choice.label)): choice.value for choice in choices}
    return words | {search_key(word): str(value) for word, value in (more or {}).items()}


def is_yes(text: str) -> bool:
    """Whether a cell says yes; an empty one says no. Raises ValidationError for other words."""
    word = to_ascii_digits(text.strip().lower())
    if word in YES:
        return True
    if word in NO or not word:
        return False
    raise ValidationError(_("Write yes or no."))


class Places:
    """Places by code or by a name that is clear; each text is looked up once."""

    def __init__(self) -> None:
        self._known: dict[str, Place | None] = {}

    def get(self, text: str) -> Place | None:
        """The place that a text means, or None when that is not clear."""
        if text not in self._known:
            self._known[text] = place_in_text(_as_code(text))
        return self._known[text]


def _as_code(text: str) -> str:
    """A code as the search knows it. Excel takes the zero away from 02030801."""
    code = to_ascii_digits(text.strip())
    if code.isascii() and code.replace("-", "").isdigit():
        main, dash, rest = code.partition("-")
        main = main if len(main) % 2 == 0 or dash else f"0{main}"
        return f"({main}{dash}{rest})"
    return text


class Organisations:
    """Organisations by identifier, short name or name. All are read once for a file."""

    def __init__(self, kinds: Iterable[str] | None = None) -> None:
        found = Organisation.objects.all()
        self._by_word: dict[str, list[Organisation]] = {}
        self.by_id: dict[Any, Organisation] = {}
        for organisation in found.filter(kind__in=list(kinds)) if kinds else found:
            self.add(organisation)

    def add(self, organisation: Organisation) -> None:
        self.by_id[organisation.pk] = organisation
        names = [organisation.short_name, organisation.name_km, organisation.name_latin]
        for word in {str(organisation.pk), *map(folded, filter(None, names))}:
            self._by_word.setdefault(word, []).append(organisation)

    def get(self, text: str) -> Organisation:
        """The organisation that is meant. Raises ValidationError when that is not clear."""
        found = self._by_word.get(text.strip().lower()) or self._by_word.get(folded(text), [])
        if not found:
            raise ValidationError(_("No organisation of this name is in the registry."))
        if len(found) > 1:
            raise ValidationError(
                _("Several organisations have this name. Write the identifier instead.")
            )
        return found[0]

    def word_for(self, organisation_id: Any) -> str:
        """What a sheet says for an organisation: a name that is clear, or else the identifier."""
        organisation = self.by_id.get(organisation_id)
        if organisation is None:
            return str(organisation_id or "")
        for name in (organisation.short_name, organisation.name_latin, organisation.name_km):
            if name and len(self._by_word[folded(name)]) == 1:
                return name
        return str(organisation.pk)
