"""The heads of a list as people write them, in either language and in words of their own.

For lists that come from outside. Our own sheets have one word for each column; see `base.Column`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.errors import Refused
from khmer.normal import search_key


@dataclass(frozen=True)
class Head:
    """A column: how the template writes it and other words for it, and what stands in it."""

    words: tuple[str, ...]
    label: str | Promise = ""
    help_text: str | Promise = ""

    @property
    def name(self) -> str:
        """As the template writes it."""
        return self.words[0]


def fields_by_word(heads: Mapping[str, Head]) -> dict[str, str]:
    """The name of the field for each word, however it is spelt."""
    return {search_key(word): name for name, head in heads.items() for word in head.words}


def fields_under(row: Sequence[str], known: Mapping[str, str]) -> list[str | None]:
    """The field that each head of a list names, or None where nobody knows the word.

    Raises Refused where two of them mean the same.
    """
    fields = [known.get(search_key(head)) for head in row]
    for number, name in enumerate(fields):
        if name and name in fields[:number]:
            raise Refused(
                _("The columns “%(one)s” and “%(other)s” mean the same. Keep one of them.")
                % {"one": row[fields.index(name)], "other": row[number]}
            )
    return fields
