"""How long a text is, in what its donor counts."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from khmer.wrap import ZWSP, wrap_words
from paper.templatetags.paper import digits
from reports.models.donor_forms import DonorForm, FormSection, Language, Unit

# What stands on a page of text as our papers print it. How many pages there are is known only once
# they are printed; until then this is what somebody who writes goes by.
CHARACTERS_A_PAGE = 3_000


def length_of(text: str, unit: str) -> Decimal:
    """The length of a text; pages are an estimate, to the next tenth."""
    plain = text.strip()
    if unit == Unit.WORDS:
        words = wrap_words(plain).replace(ZWSP, " ").split()
        return Decimal(sum(any(char.isalnum() for char in word) for word in words))
    if unit == Unit.PAGES:
        tenths = math.ceil(10 * len(plain) / CHARACTERS_A_PAGE)
        return Decimal(tenths) / 10
    return Decimal(len(re.sub(r"\s+", " ", plain)))


def is_too_long(text: str, limit: Decimal | None, unit: str) -> bool:
    return limit is not None and length_of(text, unit) > limit


def length_in_words(text: str, unit: str) -> str:
    """As in "312 words" or "about 1.2 pages"."""
    length = length_of(text, unit)
    shown = {"number": digits(f"{length:,f}")}
    if unit == Unit.WORDS:
        return ngettext("%(number)s word", "%(number)s words", int(length)) % shown
    if unit == Unit.PAGES:
        return _("about %(number)s pages") % shown
    return ngettext("%(number)s character", "%(number)s characters", int(length)) % shown


# --- Beside a text that somebody writes ----------------------------------------------------------


@dataclass(frozen=True)
class Shown:
    """How long a text is in one unit, and how long it may be.

    `others` is what is counted beside it where the limit is of the whole report: so many words or
    characters of its other sections. A text whose length no browser can count is not `is_live`.
    """

    unit: Unit
    number: Decimal
    limit: Decimal | None = None
    others: int | None = None
    is_live: bool = True

    @property
    def is_whole(self) -> bool:
        return self.others is not None

    @property
    def is_too_long(self) -> bool:
        return self.limit is not None and self.number > self.limit


def lengths_beside(
    text: str, language: str, section: FormSection, others: Iterable[str], *, counts: bool
) -> list[Shown]:
    """What the page of a section says of a text in one language.

    `counts` where it is the language of the report, for which the limits of the donor hold;
    `others` are the texts of its other sections. Words of Khmer are told apart by a dictionary, as
    no space stands between them; so a browser shows characters and pages.
    """
    form = section.form
    found = [_of_section(text, section, counts)] if section.limit else []
    if counts and form.limit:
        found.append(_of_report(text, form, [each for each in others if each.strip()]))
    if language == Language.KHMER:
        found = [each for shown in found for each in _of_khmer(text, shown)]
    if not found:
        unit = Unit.CHARACTERS if language == Language.KHMER else Unit.WORDS
        found = [Shown(unit, length_of(text, unit))]
    return list(dict.fromkeys(found))


def _of_section(text: str, section: FormSection, counts: bool) -> Shown:
    unit = Unit(section.limit_unit)
    return Shown(unit, length_of(text, unit), section.limit if counts else None)


def _of_report(text: str, form: DonorForm, others: list[str]) -> Shown:
    unit = Unit(form.limit_unit)
    whole = "\n".join([*others, text])
    beside = "\n".join(others)
    in_signs = len(beside) if unit == Unit.PAGES else int(length_of(beside, unit))
    # What parts the texts is a sign as well, and no word.
    parted = 1 if others and unit != Unit.WORDS else 0
    return Shown(unit, length_of(whole, unit), form.limit, in_signs + parted)


def _of_khmer(text: str, shown: Shown) -> list[Shown]:
    if shown.unit != Unit.WORDS:
        return [shown]
    others = (Shown(each, length_of(text, each)) for each in (Unit.CHARACTERS, Unit.PAGES))
    return [replace(shown, is_live=False), *others]
