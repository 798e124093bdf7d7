"""People in and out of sheets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from tablib import Dataset

from core.forms.fields import NameField, field_of
from core.imports.base import Column, RowForm
from core.imports.cells import text_of, texts_of, word_in, words_for
from core.imports.files import LINE
from registry.actions.people import change_person, register_person
from registry.forms.people import NEW_PERSON, PersonForm
from registry.imports.cells import SEX_WORDS
from registry.imports.owned import OwnedResource
from registry.models import Organisation, Person
from registry.models.people import Sex
from registry.search.duplicates import Likeness, details_of, like, like_each
from registry.search.finding import set_person_keys

# A row without an identifier is the stored person who has all of these.
SAME = (
    "name_km",
    "name_latin",
    "sex",
    "born_on",
    "birth_year",
    "stated_age",
    "age_stated_on",
    "place_id",
    "owner_id",
)
SHOWN = 3
MOST_ALIKE = 5
# How many rows are read together. Whom they look like takes one query for all of them; their forms
# are kept so long, and take room.
ROWS_AHEAD = 500


class PersonRow(RowForm, PersonForm):
    """A row, read as the page reads its form."""


@dataclass
class RowAhead:
    """A row for somebody who may be new, read before its turn, with whom that person looks like.

    Those may be people of rows before it, who count if they are entered in their turn. None once
    nobody knows any more.
    """

    form: PersonRow
    person: Person
    likenesses: list[Likeness] | None = None


class PersonResource(OwnedResource):
    form: PersonRow
    id = Column(
        gettext_lazy("The identifier of a person of the registry. Empty for somebody new."),
        attribute="id",
        label=gettext_lazy("Identifier"),
    )
    owner = Column(
        gettext_lazy("Whose record it is: short name, name or identifier of the organisation."),
        attribute="owner_id",
        label=gettext_lazy("Belongs to"),
    )
    name_km = Column(
        gettext_lazy("Name in Khmer."), attribute="name_km", label=gettext_lazy("Name in Khmer")
    )
    name_latin = Column(
        gettext_lazy("Name in Latin letters."),
        attribute="name_latin",
        label=gettext_lazy("Name in Latin letters"),
    )
    also_known_as = Column(
        gettext_lazy("Another name or spelling."),
        attribute="also_known_as",
        label=gettext_lazy("Also known as"),
    )
    sex = Column(
        gettext_lazy("female, male or other, in English or Khmer. Empty when not stated."),
        attribute="sex",
        label=gettext_lazy("Sex"),
    )
    born_on = Column(
        gettext_lazy("Date of birth: day/month/year."),
        attribute="born_on",
        label=gettext_lazy("Date of birth"),
    )
    birth_year = Column(
        gettext_lazy("Year of birth, when the day is not known."),
        attribute="birth_year",
        label=gettext_lazy("Year of birth"),
    )
    stated_age = Column(
        gettext_lazy("Age as the person stated it, when the year is not known."),
        attribute="stated_age",
        label=gettext_lazy("Age as stated"),
    )
    age_stated_on = Column(
        gettext_lazy("On which day they stated it: day/month/year."),
        attribute="age_stated_on",
        label=gettext_lazy("Stated on"),
    )
    phone = Column(gettext_lazy("Telephone."), attribute="phone", label=gettext_lazy("Phone"))
    place = Column(
        gettext_lazy("Home place: the official code, or a name that is clear, as in Wat Kor."),
        attribute="place_id",
        label=gettext_lazy("Place code"),
    )
    place_name = Column(
        gettext_lazy("Only for reading."), readonly=True, label=gettext_lazy("Home place")
    )
    public_consent = Column(
        gettext_lazy("nothing or name: what the public page of their certificates may show."),
        attribute="public_consent",
    )
    consent_given_on = Column(
        gettext_lazy("On which day they agreed to that."), attribute="consent_given_on"
    )
    decision = Column(
        gettext_lazy(
            "Only when a row was refused because the person looks like somebody of the registry: "
            "the identifier of that person if it is the same one (nothing is changed then), or "
            "“new” if it is not."
        )
    )

    needed = ("owner",)
    passed_over = (gettext_lazy("Age today"),)

    class Meta(OwnedResource.Meta):
        model = Person
        fields = [
            "id",
            "owner",
            "name_km",
            "name_latin",
            "also_known_as",
            "sex",
            "born_on",
            "birth_year",
            "stated_age",
            "age_stated_on",
            "phone",
            "place",
            "place_name",
            "public_consent",
            "consent_given_on",
            "decision",
        ]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sexes = words_for(Sex, SEX_WORDS)
        self.consents = words_for(Person.PublicConsent)
        # Which row of this file somebody new came from.
        self.rows_of_new: dict[Any, int] = {}
        self.different_from: list[Person] = []
        # The row is somebody known and is to change nothing.
        self.leaves_as_is = False
        # Who is entered, if it is somebody new.
        self.person: Person | None = None
        # By the numbers of their lines; what the registry has of them; and how many were read.
        self.ahead: dict[Any, RowAhead] = {}
        self.stored: dict[tuple[Any, ...], list[Person]] = {}
        self.rows_read = 0

    # --- Many rows at once ---

    def before_import(self, dataset: Dataset, **kwargs: Any) -> None:
        super().before_import(dataset, **kwargs)
        self.dataset = dataset

    def before_import_row(self, row: Mapping[str, Any], **kwargs: Any) -> None:
        self.leaves_as_is, self.different_from, self.person = False, [], None
        if kwargs["row_number"] > self.rows_read:
            self._read_ahead()
        if ahead := self.ahead.get(row[LINE]):
            self.known, self.form = None, ahead.form
        else:
            super().before_import_row(row, **kwargs)

    def _read_ahead(self) -> None:
        """Read the next rows, and look for whom all of them look like together."""
        first, self.rows_read = self.rows_read, self.rows_read + ROWS_AHEAD
        rows = (
            dict(zip(self.dataset.headers, cells, strict=True))
            for cells in self.dataset[first : self.rows_read]
        )
        self.ahead = dict(self._of_somebody_new(rows))
        self._read_stored()
        by_owner: dict[Organisation, list[RowAhead]] = defaultdict(list)
        for ahead in self.ahead.values():
            by_owner[ahead.person.owner].append(ahead)
        for owner, together in by_owner.items():
            people = [ahead.person for ahead in together]
            # A person of the registry may stand in the file as well, and counts once.
            alike = like_each(people, owner=owner, limit=2 * MOST_ALIKE, among_themselves=True)
            for ahead, likenesses in zip(together, alike, strict=True):
                ahead.likenesses = likenesses

    def _of_somebody_new(self, rows: Iterator[Mapping[str, Any]]) -> Iterator[tuple[Any, RowAhead]]:
        """The rows that can be read and name no entry; what is wrong is said in its turn."""
        for row in rows:
            try:
                form = None if text_of(row.get("id")) else self.form_for(row, None)
            except ValidationError:
                continue
            if form and form.is_valid():
                yield row[LINE], RowAhead(form, _person_of(form))

    def _read_stored(self) -> None:
        """Read who may be stored with the same facts: their names lead the index to them."""
        people = [ahead.person for ahead in self.ahead.values()]
        found = Person.objects.filter(
            owner__in={person.owner_id for person in people},
            sort_key__in={person.sort_key for person in people},
        )
        self.stored = defaultdict(list)
        for person in found.order_by(F("joined_into").asc(nulls_first=True)):
            self.stored[_facts_of(person)].append(person)

    # --- One row ---

    @property
    def owner_of_row(self) -> Organisation:
        owner: Organisation = self.form.instance.owner
        return owner

    def form_for(self, row: Mapping[str, Any], known: Any) -> PersonRow:
        owner = self.owner_of(row, known)
        data = self.typed(row, known, PersonRow(instance=known))
        sex = data.get("sex", "")
        data["sex"] = word_in(self.sexes, sex) or sex
        consent = data.get("public_consent") or Person.PublicConsent.NOTHING
        data["public_consent"] = word_in(self.consents, consent) or consent
        form = PersonRow(data, instance=Person(owner=owner))
        for name in ("name_km", "name_latin", "also_known_as") if known else ():
            field_of(form, name, NameField).kept = getattr(known, name)
        if data.get("stated_age") and not data.get("age_stated_on"):
            # The form takes today, and tomorrow the same row would be somebody else.
            form.add_error("age_stated_on", _("Say on which day the age was stated."))
        return form

    def alike(self, row: Mapping[str, Any]) -> Person | None:
        ahead = self.ahead.get(row[LINE]) or RowAhead(self.form, _person_of(self.form))
        self.person = ahead.person
        stored = self._same(ahead.person)
        if stored is None:
            return self._decided(row, ahead)
        # Of two entries of one person the other one speaks.
        self.leaves_as_is = stored.joined_into_id is not None
        return stored

    def _same(self, person: Person) -> Person | None:
        """The stored person with the same facts."""
        found = self.stored.get(_facts_of(person), [])
        if len(found) > 1 and not found[1].joined_into_id:
            raise ValidationError(
                _("Several entries say the same as this row. Write the identifier of one.")
            )
        return found[0] if found else None

    def _decided(self, row: Mapping[str, Any], ahead: RowAhead) -> Person | None:
        """Whom they look like must be decided: the known person, or None for somebody new."""
        likenesses = self._likenesses(ahead)
        decision = texts_of(row, ["decision"])["decision"].lower() if "decision" in row else ""
        chosen = next((x.person for x in likenesses if str(x.person.pk) == decision), None)
        if chosen:
            self.leaves_as_is = True
            return chosen
        if likenesses and decision not in (NEW_PERSON, "ថ្មី"):
            raise ValidationError({"decision": self._question(likenesses)})
        self.different_from = [likeness.person for likeness in likenesses]
        return None

    def _likenesses(self, ahead: RowAhead) -> list[Likeness]:
        if ahead.likenesses is None:
            return like(ahead.person, owner=ahead.person.owner, limit=MOST_ALIKE)
        # Of the people of this file those count who have been entered.
        found = [
            likeness
            for likeness in ahead.likenesses
            if not likeness.person._state.adding or likeness.person.pk in self.rows_of_new
        ]
        return found[:MOST_ALIKE]

    def _question(self, likenesses: list[Likeness]) -> str:
        shown = "; ".join(self._who(likeness.person) for likeness in likenesses[:SHOWN])
        return _(
            "This person looks like: %(who)s. If it is the same one, write the identifier into "
            "the column decision (or leave out a row that says the same person again); if it is "
            "not, write “new”."
        ) % {"who": shown}

    def _who(self, person: Person) -> str:
        if person.pk in self.rows_of_new:
            return _("row %(row)s of this file") % {"row": self.rows_of_new[person.pk]}
        return f"{person.names} · {details_of(person)} ({person.pk})"

    def init_instance(self, row: Any = None) -> Person:
        person = Person(owner=self.owner_of_row)
        if self.person:
            person.pk = self.person.pk
        return person

    def import_instance(self, instance: Person, row: Mapping[str, Any], **kwargs: Any) -> None:
        if not self.leaves_as_is:
            super().import_instance(instance, row, **kwargs)

    def write(self, instance: Person, stored: Person | None, row: Mapping[str, Any]) -> None:
        if stored:
            change_person(stored, version=stored.version, by=self.by, **self.values_in(row))
            # The rows that were read already may mean or look like somebody else now.
            self._read_stored()
            for ahead in self.ahead.values():
                ahead.likenesses = None
            return
        person = register_person(
            id=instance.pk,
            owner=self.owner_of_row,
            different_from=self.different_from,
            by=self.by,
            **self.form.values,
        )
        self.rows_of_new[person.pk] = row[LINE]
        self.stored.setdefault(_facts_of(person), []).append(person)

    def named_in(self, rows: QuerySet[Any]) -> int:
        return rows.count()


def _person_of(form: PersonRow) -> Person:
    """The person as the row says it, not saved."""
    person = Person(owner=form.instance.owner, **form.values)
    set_person_keys(person)
    return person


def _facts_of(person: Person) -> tuple[Any, ...]:
    return tuple(getattr(person, name) for name in SAME)
