"""Which passwords are refused because others would guess them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from khmer.normal import normalised
from registry.models import Organisation, Place, User
from registry.models.owned import organisations_under

COUNTRY = """
    samaki samakki samaky cambodia cambodian cambodge kampuchea khmer angkor angkorwat
    banteaymeanchey battambang kampongcham kampongchhnang kampongspeu kampongthom kampot kandal
    kohkong koh kong kratie mondulkiri phnompenh phnom penh preahvihear preah vihear preyveng
    pursat ratanakiri siemreap siem reap preahsihanouk sihanoukville sihanouk stungtreng svayrieng
    takeo oddarmeanchey kep pailin tboungkhmum mekong tonlesap bayon apsara bassac kompong kampong
    សាមគ្គី កម្ពុជា ខ្មែរ អង្គរ ភ្នំពេញ បាត់ដំបង សៀមរាប
"""
WEAK = """
    password passwd pass admin administrator welcome qwerty login user staff office ngo test
    secret letmein hello iloveyou love abc account default change changeme new my the
    ពាក្យសម្ងាត់
"""
# Short parts of names stand in many words.
SHORTEST_WORD = 3
# What is left beside the words: less than this is soon tried.
LETTERS_LEFT = 3
FEWEST_DIFFERENT = 5
LONGEST = 200

LEET = {
    "a": "4@",
    "b": "8",
    "c": "(",
    "e": "3",
    "g": "9",
    "i": "1!|",
    "l": "1|",
    "o": "0",
    "s": "5$",
    "t": "7+",
    "z": "2",
}
AS_LETTER = str.maketrans({sign: letter for letter, signs in LEET.items() for sign in signs})
AS_LETTER_L = AS_LETTER | {ord("1"): "l", ord("|"): "l"}


class GuessablePasswordValidator(CommonPasswordValidator):
    """Refuses common passwords, and words that anybody would try here, however decorated.

    The words are those of the country, of the organisations of the account, and of its owner.
    Digits, signs and letters written as digits ("s4m4k1") around them do not make them better.
    """

    def validate(self, password: str, user: Any = None) -> None:
        text = _folded(password[:LONGEST])[:LONGEST]
        if letters_beside((), text) < LETTERS_LEFT:
            raise ValidationError(
                _("Digits alone are soon guessed. Add a few words."),
                code="password_of_digits",
            )
        if len(set(text)) < FEWEST_DIFFERENT or self._is_common(text):
            raise ValidationError(
                _("Many people have this password, or one like it. Choose another one."),
                code="password_too_common",
            )
        if letters_beside(words_for(user), text) < LETTERS_LEFT:
            raise ValidationError(
                _(
                    "This password is made of words that others would try here: names of the "
                    "place, the organisation or the account. Choose another one."
                ),
                code="password_of_context",
            )

    def _is_common(self, text: str) -> bool:
        """As it stands, without what is around it, and with its letters written as letters."""
        inner = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text)
        bare = re.sub(r"[\W_]+", "", text)
        forms = {text, inner, bare, re.sub(r"[\W\d_]+", "", text)}
        forms |= {form.translate(table) for form in forms for table in (AS_LETTER, AS_LETTER_L)}
        forms |= {re.sub(r"[\W\d_]+", "", form) for form in forms}
        forms |= {_once(form) for form in forms}
        return any(form in self.passwords for form in forms if len(form) >= SHORTEST_WORD)

    def get_help_text(self) -> str:
        return _(
            "Common passwords, and the names of places, organisations and people here, are refused."
        )


def _folded(text: str) -> str:
    """One spelling: no capitals, no accents, digits of any script as ours."""
    plain = normalised("NFKD", normalised("NFKC", text).casefold())
    return "".join(
        str(unicodedata.digit(letter)) if letter.isdigit() else letter
        for letter in plain
        # Khmer vowels are combining signs too; they make the word.
        if not "\u0300" <= letter <= "\u036f"
    )


def _once(text: str) -> str:
    """A word that is written several times, once: "testtest" is "test"."""
    found = re.fullmatch(r"(.+?)\1+", text)
    return found[1] if found else text


def letters_beside(words: Iterable[str], text: str) -> int:
    """How many letters of a text are left when words, digits and signs are taken away.

    At least: of all ways of taking them away the one that leaves fewest.
    """
    patterns: dict[int, list[re.Pattern[str]]] = {}
    for word in words:
        patterns.setdefault(len(word), []).append(_pattern(word))
    left = [0] * (len(text) + 1)
    for end in range(1, len(text) + 1):
        is_letter = unicodedata.category(text[end - 1])[0] in "LM"
        left[end] = left[end - 1] + is_letter
        for length, alike in patterns.items():
            start = end - length
            if start >= 0 and left[start] < left[end]:
                part = text[start:end]
                if any(pattern.fullmatch(part) for pattern in alike):
                    left[end] = left[start]
    return left[-1]


@lru_cache(maxsize=4096)
def _pattern(word: str) -> re.Pattern[str]:
    """A word, with any of its letters written as the digit or sign that looks like it."""
    return re.compile(
        "".join(f"[{re.escape(letter + LEET.get(letter, ''))}]" for letter in word), re.DOTALL
    )


def words_for(user: Any) -> set[str]:
    """What somebody who knows the account's owner and the office would try."""
    texts = [COUNTRY, WEAK, *_names_of(user), *_names_of_organisations(user), *_provinces()]
    return {word for text in texts for word in _words_in(text)}


def _words_in(text: str) -> set[str]:
    """The words of a name, the name as one word, and its initials."""
    parts = "".join(c if unicodedata.category(c)[0] in "LM" else " " for c in _folded(text)).split()
    # A list of words is no name.
    whole = {"".join(parts), "".join(part[0] for part in parts)} if len(parts) <= 12 else set()
    return {word for word in {*parts, *whole} if SHORTEST_WORD <= len(word) <= LONGEST}


def _names_of(user: Any) -> list[str]:
    names = (getattr(user, field, "") for field in ("username", "first_name", "last_name", "email"))
    return [name for name in names if name]


def _names_of_organisations(user: Any) -> list[str]:
    """Of the account's organisation, those above it and those below it.

    An account without one is of no single office: of all offices that have accounts then.
    """
    number = getattr(user, "organisation_id", None)
    if number:
        below = Organisation.objects.filter(pk__in=organisations_under(number))
        related = _above(number) | set(below.values_list("pk", flat=True))
    else:
        accounts = User.objects.filter(is_active=True, organisation__isnull=False)
        related = set(accounts.values_list("organisation_id", flat=True))
    rows = Organisation.objects.filter(pk__in=related).values_list(
        "name_latin", "name_km", "short_name"
    )
    return [name for row in rows for name in row if name]


def _above(number: Any) -> set[Any]:
    parents: set[Any] = set()
    while number and number not in parents:
        parents.add(number)
        number = Organisation.objects.filter(pk=number).values_list("parent_id", flat=True).first()
    return parents


def _provinces() -> list[str]:
    rows = Place.objects.filter(level=Place.Level.PROVINCE).values_list("name_latin", "name_km")
    return [name for row in rows for name in row if name]
