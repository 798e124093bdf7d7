"""People in and out of sheets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.imports.base import Column, RowForm
from core.imports.cells import texts_of, words_for
from core.imports.files import LINE
from khmer.normal import search_key
from registry.actions.people import change_person, register_person
from registry.forms.people import NEW_PERSON, PersonForm
from registry.imports.cells import SEX_WORDS
from registry.imports.owned import OwnedResource
from registry.models import Person
from registry.models.people import Sex
from registry.search.duplicates import Likeness, details_of, like
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
    "place",
)
SHOWN = 3


class PersonRow(RowForm, PersonForm):
    """A row, read as the page reads its form."""


class PersonResource(OwnedResource):
    form: PersonRow
    id = Column(
        gettext_lazy("The identifier of a person of the registry. Empty for somebody new."),
        attribute="id",
    )
    owner = Column(
        gettext_lazy("Whose record it is: short name, name or identifier of the organisation."),
        attribute="owner_id",
    )
    name_km = Column(gettext_lazy("Name in Khmer."), attribute="name_km")
    name_latin = Column(gettext_lazy("Name in Latin letters."), attribute="name_latin")
    also_known_as = Column(gettext_lazy("Another name or spelling."), attribute="also_known_as")
    sex = Column(
        gettext_lazy("female, male or other, in English or Khmer. Empty when not stated."),
        attribute="sex",
    )
    born_on = Column(gettext_lazy("Date of birth: day/month/year."), attribute="born_on")
    birth_year = Column(
        gettext_lazy("Year of birth, when the day is not known."), attribute="birth_year"
    )
    stated_age = Column(
        gettext_lazy("Age as the person stated it, when the year is not known."),
        attribute="stated_age",
    )
    age_stated_on = Column(
        gettext_lazy("On which day they stated it: day/month/year."), attribute="age_stated_on"
    )
    phone = Column(gettext_lazy("Telephone."), attribute="phone")
    place = Column(
        gettext_lazy("Home place: the official code, or a name that is clear, as in Wat Kor."),
        attribute="place_id",
    )
    place_name = Column(gettext_lazy("Only for reading."), readonly=True)
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

    def form_for(self, row: Mapping[str, Any], known: Any) -> PersonRow:
        self.leaves_as_is, self.different_from = False, []
        self.owner_of_row = self.owner_of(row, known)
        data = self.typed(row, known, PersonRow(instance=known))
        data["sex"] = self.sexes.get(search_key(data.get("sex", "")), data.get("sex", ""))
        consent = data.get("public_consent") or Person.PublicConsent.NOTHING
        data["public_consent"] = self.consents.get(search_key(consent), consent)
        form = PersonRow(data, instance=Person(owner=self.owner_of_row))
        if data.get("stated_age") and not data.get("age_stated_on"):
            # The form takes today, and tomorrow the same row would be somebody else.
            form.add_error("age_stated_on", _("Say on which day the age was stated."))
        return form

    def alike(self, row: Mapping[str, Any]) -> Person | None:
        person = self._as_person()
        stored = self._same(person)
        if stored is None:
            return self._decided(row, person)
        # Of two entries of one person the other one speaks.
        self.leaves_as_is = stored.joined_into_id is not None
        return stored

    def _as_person(self) -> Person:
        person = Person(owner=self.owner_of_row, **self.form.values)
        set_person_keys(person)
        return person

    def _same(self, person: Person) -> Person | None:
        """The stored person with the same facts; found through the index on the names."""
        facts = {name: getattr(person, name) for name in SAME}
        people = Person.objects.filter(owner=person.owner, sort_key=person.sort_key, **facts)
        found = list(people.order_by(F("joined_into").asc(nulls_first=True))[:2])
        if len(found) > 1 and not found[1].joined_into_id:
            raise ValidationError(
                _("Several entries say the same as this row. Write the identifier of one.")
            )
        return found[0] if found else None

    def _decided(self, row: Mapping[str, Any], person: Person) -> Person | None:
        """The known person that the row was decided to be, or None for somebody new."""
        likenesses = like(person, owner=self.owner_of_row)
        decision = texts_of(row, ["decision"])["decision"].lower() if "decision" in row else ""
        chosen = next((x.person for x in likenesses if str(x.person.pk) == decision), None)
        if chosen:
            self.leaves_as_is = True
            return chosen
        if likenesses and decision not in (NEW_PERSON, "ថ្មី"):
            raise ValidationError({"decision": self._question(likenesses)})
        self.different_from = [likeness.person for likeness in likenesses]
        return None

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
        return Person(owner=self.owner_of_row)

    def import_instance(self, instance: Person, row: Mapping[str, Any], **kwargs: Any) -> None:
        if not self.leaves_as_is:
            super().import_instance(instance, row, **kwargs)

    def write(self, instance: Person, stored: Person | None, row: Mapping[str, Any]) -> None:
        if stored:
            change_person(stored, version=stored.version, by=self.by, **self.values_in(row))
            return
        register_person(
            id=instance.pk,
            owner=self.owner_of_row,
            different_from=self.different_from,
            by=self.by,
            **self.form.values,
        )
        self.rows_of_new[instance.pk] = row[LINE]

    def named_in(self, rows: QuerySet[Any]) -> int:
        return rows.count()
