"""Cells that name a place, an organisation or a sex."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from khmer.digits import to_ascii_digits
from registry.models import Organisation, Place
from registry.models.people import Sex
from registry.search.finding import folded, place_in_text

# As registers write it, beside the words of the program in both languages.
SEX_WORDS = {
    "f": Sex.FEMALE,
    "woman": Sex.FEMALE,
    "ស្រី": Sex.FEMALE,
    "ស": Sex.FEMALE,
    "♀": Sex.FEMALE,
    "girl": Sex.FEMALE,
    "ស្ត្រី": Sex.FEMALE,
    "នារី": Sex.FEMALE,
    "m": Sex.MALE,
    "man": Sex.MALE,
    "ប្រុស": Sex.MALE,
    "ប": Sex.MALE,
    "♂": Sex.MALE,
    "boy": Sex.MALE,
    "បុរស": Sex.MALE,
    # Nothing else is taken for it: a word that was lost is refused.
    "": Sex.NOT_STATED,
}


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
