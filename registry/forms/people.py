"""Forms for a person and for their affiliations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from core.forms.fields import (
    DayField,
    NameField,
    PersonNameField,
    PhoneField,
    TextField,
    WholeNumberField,
    field_of,
    offer,
)
from khmer.names import FEMALE, title_with_sex
from registry.forms.fields import OwnerField, PlaceField, offer_owners
from registry.models import Affiliation, Functioning, Organisation, Person, Position, User
from registry.models.people import Sex
from registry.search.duplicates import Likeness, like

BIRTH = ("born_on", "birth_year", "stated_age")
NEW_PERSON = "new"
# Between the Cambodian and the Gregorian year, for most of the year.
BUDDHIST_ERA = 543
# As the database has it.
OLDEST_YEAR = 1890


def refuse_year_to_come(year: int) -> None:
    """Raise ValidationError for a year of birth after this one, perhaps of the Buddhist era."""
    this_year = timezone.localdate().year
    if year <= this_year:
        return
    if OLDEST_YEAR <= year - BUDDHIST_ERA <= this_year:
        raise ValidationError(
            _("Is this a year of the Buddhist era? Please write %(year)s."),
            params={"year": year - BUDDHIST_ERA},
        )
    raise ValidationError(_("This year has not come yet."))


def refuse_other_sex_than_titles(data: Mapping[str, Any]) -> None:
    """Raise ValidationError where a title beside a name tells another sex than was stated."""
    for name in (data.get("name_km"), data.get("name_latin")):
        found = title_with_sex(name or "")
        if found is None or data.get("sex") not in {Sex.FEMALE, Sex.MALE} - {found[1]}:
            continue
        words = (
            _("“%(title)s” is said to a woman, and the sex is male. Correct the one that is wrong.")
            if found[1] == FEMALE
            else _(
                "“%(title)s” is said to a man, and the sex is female. Correct the one that is "
                "wrong."
            )
        )
        raise ValidationError(words, params={"title": found[0]}, code="title")


def _refuse_day_to_come(day: date) -> None:
    if day > timezone.localdate():
        raise ValidationError(_("This day has not come yet."))


def _birth_in(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: data.get(name) for name in (*BIRTH, "age_stated_on")}


class PersonForm(forms.ModelForm):
    """What is known of a person."""

    name_km = PersonNameField(label=_("Name in Khmer"), max_length=120, required=False)
    name_latin = PersonNameField(label=_("Name in Latin letters"), max_length=120, required=False)
    also_known_as = NameField(
        label=_("Also known as"),
        max_length=120,
        required=False,
        help_text=_("Another name or spelling by which people look for them."),
    )
    born_on = DayField(label=_("Date of birth"), required=False)
    birth_year = WholeNumberField(label=_("Year of birth"), required=False, min_value=OLDEST_YEAR)
    stated_age = WholeNumberField(
        label=_("Age as stated by the person"), required=False, min_value=0, max_value=120
    )
    age_stated_on = DayField(
        label=_("Stated on"), required=False, help_text=_("The day of the paper it comes from.")
    )
    phone = PhoneField(
        label=_("Phone"),
        help_text=_("Households share phones: the same number does not mean the same person."),
    )
    place = PlaceField(
        label=_("Home place"),
        required=False,
        help_text=_("Their village, or the commune or district if the village is not known."),
    )
    consent_given_on = DayField(
        label=_("Agreed on"), required=False, help_text=_("Needed when the name may be shown.")
    )

    class Meta:
        model = Person
        fields = [
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
            "public_consent",
            "consent_given_on",
        ]
        labels = {
            "sex": _("Sex"),
            "public_consent": _("The public page of their certificates may show"),
        }
        widgets = {"sex": forms.RadioSelect, "public_consent": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.initial.get("age_stated_on"):
            self.initial["age_stated_on"] = timezone.localdate()
        for name in ("name_km", "name_latin", "also_known_as"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
            field_of(self, name, NameField).kept = getattr(self.instance, name)
        self.fields["name_km"].widget.attrs["lang"] = "km"

    def clean_born_on(self) -> date | None:
        day: date | None = self.cleaned_data["born_on"]
        if day:
            _refuse_day_to_come(day)
        return day

    def clean_birth_year(self) -> int | None:
        year: int | None = self.cleaned_data["birth_year"]
        if year is not None:
            refuse_year_to_come(year)
        return year

    def clean_age_stated_on(self) -> date | None:
        """The day belongs to the age; without an age it says nothing."""
        if self.cleaned_data.get("stated_age") is None:
            return None
        day: date = self.cleaned_data["age_stated_on"] or timezone.localdate()
        _refuse_day_to_come(day)
        return day

    def clean_consent_given_on(self) -> date | None:
        day: date | None = self.cleaned_data["consent_given_on"]
        if day and self.cleaned_data.get("public_consent") != Person.PublicConsent.NOTHING:
            _refuse_day_to_come(day)
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        # A name that is unfit is no longer in the data, and has a message of its own.
        if not any(data.get(name, True) for name in ("name_km", "name_latin")):
            self.add_error("name_km", _("Give a name in Khmer or in Latin letters."))
        known = [name for name in BIRTH if data.get(name) is not None]
        if len(known) > 1:
            self.add_error(known[-1], _("Give the date, the year or the age: only one of them."))
        self._clean_consent(data)
        self._clean_title(data)
        return data

    def _clean_title(self, data: dict[str, Any]) -> None:
        """What was stored before stays as it is until somebody touches it."""
        touched = {"name_km", "name_latin", "sex"} & set(self.changed_data)
        if "sex" in self.errors or not (touched or self.instance._state.adding):
            return
        try:
            refuse_other_sex_than_titles(data)
        except ValidationError as error:
            self.add_error("sex", error)

    def _clean_consent(self, data: dict[str, Any]) -> None:
        if data.get("public_consent") == Person.PublicConsent.NOTHING:
            data["consent_given_on"] = None
        elif not data.get("consent_given_on") and "consent_given_on" not in self.errors:
            self.add_error("consent_given_on", _("Say on which day they gave their consent."))
        elif not self.errors and not Person(**_birth_in(data)).was_born_by(
            data["consent_given_on"]
        ):
            self.add_error("consent_given_on", _("This person was not born yet on this day."))

    @property
    def values(self) -> dict[str, Any]:
        """What the actions take: every column, as typed."""
        return {name: self.cleaned_data[name] for name in PersonForm.Meta.fields}


class AsksWhoItIs(forms.BaseForm):
    """A form about a person, not accepted until somebody has said whether they are new.

    `likenesses` holds who in the registry may be meant; each of them was shown, with the
    reasons, before an answer counts.
    """

    likenesses: Sequence[Likeness] = ()
    # Whether anybody has looked for them.
    is_compared = False

    def as_person(self) -> Person:
        """The person as typed, not saved."""
        raise NotImplementedError

    def ask_who_it_is(self, owner: Organisation) -> None:
        """Look for who may be meant. Raises ValidationError while nobody has decided."""
        self.compare_with(like(self.as_person(), owner=owner))

    def compare_with(self, likenesses: Sequence[Likeness]) -> None:
        """Take who may be meant. Raises ValidationError while nobody has decided."""
        self.likenesses, self.is_compared = likenesses, True
        proposed = {str(likeness.person.pk) for likeness in self.likenesses}
        is_new = self.answer == NEW_PERSON and proposed <= set(self._shown)
        if proposed and self.answer not in proposed and not is_new:
            raise ValidationError(_("Is this person in the registry already? Please decide."))

    @property
    def answer(self) -> str:
        """Whether it is somebody that was shown (an identifier), somebody new, or not said."""
        return str(self.data.get(self.add_prefix("same_person"), ""))

    @property
    def _shown(self) -> list[str]:
        """Who was shown when the answer was given."""
        # The lines of a spreadsheet, of which nobody was shown yet, are a dict.
        sent = self.data if isinstance(self.data, MultiValueDict) else MultiValueDict()
        return sent.getlist(self.add_prefix("shown"))

    @property
    def known(self) -> Person | None:
        """The person of the registry that was chosen, or None for somebody new."""
        assert self.is_compared
        return next((x.person for x in self.likenesses if str(x.person.pk) == self.answer), None)

    @property
    def different_from(self) -> Sequence[Person]:
        """Who looks like somebody new and, as the user decided, is somebody else."""
        return () if self.known else [x.person for x in self.likenesses]


class NewPersonForm(AsksWhoItIs, PersonForm):
    """A new person."""

    owner = OwnerField()

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_owners(self, user, hide_only_one=True)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.errors:
            self.ask_who_it_is(data["owner"])
        return data

    def as_person(self) -> Person:
        """The person as typed, not saved."""
        return Person(owner=self.cleaned_data["owner"], **self.values)


def likenesses_while_typing(request: HttpRequest, user: User) -> Sequence[Likeness]:
    """Who may be the person in a form that is not finished; what is wrong in it is left out."""
    form = NewPersonForm(request.POST, user=user)
    form.is_valid()
    if form.likenesses:
        return form.likenesses
    typed = {name: form.cleaned_data.get(name) for name in ("name_km", "name_latin", "phone")}
    owner = form.cleaned_data.get("owner")
    if owner is None or not (typed["name_km"] or typed["name_latin"]):
        return []
    known = {name: value or "" for name, value in typed.items()}
    known["sex"] = form.cleaned_data.get("sex") or Person._meta.get_field("sex").default
    person = Person(owner=owner, place=form.cleaned_data.get("place"), **known)
    return like(person, owner=owner)


class AffiliationForm(forms.ModelForm):
    """Where a person belongs, in which position, and from when to when."""

    organisation = forms.ModelChoiceField(
        label=_("Organisation"), queryset=Organisation.objects.none()
    )
    position = forms.ModelChoiceField(
        label=_("Position"), queryset=Position.objects.all(), required=False
    )
    since = DayField(label=_("Since"), required=False)
    until = DayField(
        label=_("Until"), required=False, help_text=_("Leave it empty while they belong to it.")
    )

    class Meta:
        model = Affiliation
        fields = ["organisation", "position", "since", "until"]

    def __init__(self, *args: Any, organisations: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "organisation", organisations)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", _("This is before the first day."))
        return data

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class DecisionForm(forms.Form):
    """Why two entries are two people."""

    reason = TextField(label=_("Reason"), max_length=300, required=False)


class FunctioningForm(forms.ModelForm):
    """The six questions of the Washington Group, in their words and their order."""

    asked_on = DayField(label=_("Asked on"), required=False)

    class Meta:
        model = Functioning
        fields = ["asked_on", *Functioning.QUESTIONS]
        widgets = dict.fromkeys(Functioning.QUESTIONS, forms.RadioSelect)

    @property
    def values(self) -> dict[str, Any]:
        """What the action takes."""
        return {name: self.cleaned_data[name] for name in FunctioningForm.Meta.fields}
