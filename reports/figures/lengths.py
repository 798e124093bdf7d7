"""How long a text is, in what its donor counts."""

from __future__ import annotations

import math
import re
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from khmer.wrap import ZWSP, wrap_words
from paper.templatetags.paper import digits
from reports.models.donor_forms import Unit

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
