"""Who the people of a file are: known to the registry, one of the file's own, or somebody new.

Rows that say the same of somebody are one person; the same spelling with other facts, or another
spelling with the same ones, is for a person to decide, with the reasons of
registry.search.duplicates.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from django.utils.translation import gettext as _

from cascades.actions.importing import PastPerson
from khmer.normal import search_key
from registry.models import Organisation, Person
from registry.models.people import Sex
from registry.search.duplicates import Likeness, details_of, like_each
from registry.search.finding import set_person_keys

# What a row can say of somebody besides the names.
BIRTH = ("birth_year", "stated_age", "age_stated_on")
MOST_ASKED = 5
Facts = tuple[Any, ...]


@dataclass(frozen=True)
class Choice:
    """Somebody whom an entry may be; `entry` where the file itself names them."""

    value: str
    likeness: Likeness
    label: str
    entry: PersonEntry | None = None


@dataclass
class PersonEntry:
    """A person as the file writes them, once or in many rows.

    `known` is the person of the registry with the very same facts.
    """

    number: int
    where: str
    person: Person
    known: Person | None = None
    choices: list[Choice] = field(default_factory=list)
    answer: str = ""
    lines: int = 0

    @property
    def field_name(self) -> str:
        """The name of this person's question in the form."""
        return f"person-{self.number}"

    @property
    def new_value(self) -> str:
        """The answer “none of these”. It counts for exactly those who were shown."""
        shown = " ".join(choice.value for choice in self.choices)
        return f"new-{crc32(shown.encode()):08x}"

    @property
    def chosen(self) -> Choice | None:
        return next((choice for choice in self.choices if choice.value == self.answer), None)

    @property
    def is_new(self) -> bool:
        return self.known is None and self.same_as is self and self.found is None

    @property
    def is_open(self) -> bool:
        """Whether a person has still to decide."""
        return bool(self.choices) and self.chosen is None and self.answer != self.new_value

    @property
    def same_as(self) -> PersonEntry:
        """The entry of the file that stands for the person: this one, unless another was chosen."""
        chosen = self.chosen
        return chosen.entry.same_as if chosen and chosen.entry else self

    @property
    def found(self) -> Person | None:
        """The person of the registry that the entry is, as far as that is decided."""
        entry = self.same_as
        if entry.known or entry.chosen is None:
            return entry.known
        return entry.chosen.likeness.person


class People:
    """The people of a file, in the order in which it names them."""

    def __init__(self, owner: Organisation) -> None:
        self.owner = owner
        self._by_facts: dict[Facts, PersonEntry] = {}

    def __iter__(self) -> Iterator[PersonEntry]:
        return iter(self._by_facts.values())

    def add(self, number: int, where: str, **details: Any) -> PersonEntry:
        """The entry of a row: one that is there, or a new one."""
        person = Person(owner=self.owner, **details)
        entry = self._by_facts.setdefault(facts_of(person), PersonEntry(number, where, person))
        entry.lines += 1
        return entry

    def ask(self, answers: Mapping[str, str]) -> None:
        """Look for each of them in the registry and in the file, and take the answers."""
        for entry in self:
            set_person_keys(entry.person)
        stored = self._stored()
        for entry in self:
            found = stored.get(facts_of(entry.person), [])
            entry.known = found[0] if len(found) == 1 and _says_enough(entry.person) else None
        self._ask_about([entry for entry in self if not entry.known], answers)

    def _ask_about(self, entries: list[PersonEntry], answers: Mapping[str, str]) -> None:
        people = [entry.person for entry in entries]
        alike = like_each(people, owner=self.owner, limit=MOST_ASKED, among_themselves=True)
        in_file = {entry.person.pk: entry for entry in entries}
        for entry, likenesses in zip(entries, alike, strict=True):
            entry.choices = [_choice(each, in_file.get(each.person.pk)) for each in likenesses]
            entry.answer = answers.get(entry.field_name, "")

    def _stored(self) -> dict[Facts, list[Person]]:
        """The people of the registry who may say the very same, by what they say."""
        keys = {entry.person.sort_key for entry in self}
        people = Person.objects.filter(owner=self.owner, sort_key__in=keys).select_related(
            "joined_into", "place"
        )
        found: dict[Facts, list[Person]] = defaultdict(list)
        for person in people:
            # Of two entries that were joined the one that is kept speaks.
            kept = person.joined_into or person
            if kept not in found[facts_of(person)]:
                found[facts_of(person)].append(kept)
        return found

    def as_past(self) -> dict[int, PastPerson]:
        """What the action takes: those who speak for themselves, by their numbers."""
        together: dict[int, list[PersonEntry]] = defaultdict(list)
        for entry in self:
            together[entry.same_as.number].append(entry)
        return {
            number: PastPerson(person=entries[0].found)
            if entries[0].found
            else PastPerson(
                details=_details_of_all(entries),
                differs_from=[
                    choice.likeness.person for choice in entries[0].choices if not choice.entry
                ],
                differs_from_new=_earlier_new(entries[0]),
            )
            for number, entries in together.items()
        }


def _earlier_new(entry: PersonEntry) -> list[int]:
    """The new people of the file that the entry was said not to be."""
    others = [choice.entry.same_as for choice in entry.choices if choice.entry]
    return sorted({other.number for other in others if other.is_new and other is not entry})


def _details_of_all(entries: list[PersonEntry]) -> dict[str, Any]:
    """What is known of somebody whom the file writes in several ways: the first that says it."""
    details: dict[str, Any] = {"sex": Sex.NOT_STATED}
    for person in (entry.person for entry in entries):
        for name in ("name_km", "name_latin"):
            details[name] = details.get(name) or getattr(person, name)
        if details["sex"] == Sex.NOT_STATED:
            details["sex"] = person.sex
        details["place"] = details.get("place") or person.place
        if all(details.get(name) is None for name in BIRTH):
            details |= {name: getattr(person, name) for name in BIRTH}
    details["also_known_as"] = _other_spelling(entries, details)
    return details


def _other_spelling(entries: list[PersonEntry], details: Mapping[str, Any]) -> str:
    taken = {details["name_km"], details["name_latin"], ""}
    spelt = (name for entry in entries for name in (entry.person.name_latin, entry.person.name_km))
    return next((name for name in spelt if name not in taken), "")


def facts_of(person: Person) -> Facts:
    """What is said of somebody; rows with the same facts mean the same person."""
    year = person.birth_year
    if person.born_on:
        year = person.born_on.year
    elif person.stated_age is not None and person.age_stated_on:
        year = person.age_stated_on.year - person.stated_age
    names = search_key(person.name_km), " ".join(person.name_latin.casefold().split())
    return (*names, person.sex, year, person.place_id)


def _says_enough(person: Person) -> bool:
    """Whether more than a name is known: a name alone belongs to many."""
    _km, _latin, sex, year, place = facts_of(person)
    return sex != Sex.NOT_STATED or year is not None or place is not None


def _choice(likeness: Likeness, entry: PersonEntry | None) -> Choice:
    """To be somebody of the registry, or of the file where it has an `entry`."""
    person = likeness.person
    if entry is None:
        return Choice(str(person.pk), likeness, f"{person.names} · {details_of(person)}")
    words = _("%(who)s, %(row)s of this file") % {"who": person.names, "row": entry.where}
    return Choice(f"line-{entry.number}", likeness, words, entry)


def still_open(people: Iterable[PersonEntry]) -> list[PersonEntry]:
    """Those about whom a person has still to decide."""
    return [entry for entry in people if entry.is_open]
