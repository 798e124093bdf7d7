"""Fields that take what people here type: Khmer digits, days first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from khmer.dates import BuddhistYear, DateError, parse_date, short_date
from khmer.digits import NumberError, parse_decimal, parse_whole_number, to_ascii_digits
from khmer.names import NoName, check_name, check_person_name, is_misread
from khmer.normal import LONGEST_VALUE, UnfitText, clean_text
from khmer.phones import NobodysPhone, PhoneError, normal_phone
from paper.templatetags.paper import digits

UNFIT_MESSAGES = {
    "replacement": _("A letter was lost where “�” stands. Please type this text again."),
    "private_use": _("This text has letters of a font that others lack. Type it in Unicode."),
    "unassigned": _("This text has a character that is no letter. Please type it again."),
}

# Some ten pages.
LONGEST_TEXT = 20_000

F = TypeVar("F", bound=forms.Field)


def refuse_unread(text: str, longest: int) -> None:
    """Raise ValidationError for a text that is too long, before anything looks into it.

    Spaces and characters that nobody sees will still be taken away, hence four times as much.
    """
    if len(text) > 4 * longest:
        MaxLengthValidator(longest)(text)


def field_of(form: forms.BaseForm, name: str, kind: type[F]) -> F:
    """A field of one form, to say there what it takes."""
    field = form.fields[name]
    assert isinstance(field, kind)
    return field


def offer(form: forms.BaseForm, name: str, rows: models.QuerySet[Any]) -> None:
    """Let a field of one form choose among these records."""
    field_of(form, name, forms.ModelChoiceField).queryset = rows


class TextField(forms.CharField):
    """A line of text: composed, without invisible characters, one space between words."""

    keep_lines = False

    def __init__(self, **kwargs: Any) -> None:
        # A column of the database may have no limit of its own.
        super().__init__(**(kwargs | {"max_length": kwargs.get("max_length") or LONGEST_TEXT}))

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        refuse_unread(text, self.max_length or LONGEST_TEXT)
        try:
            return clean_text(text, keep_lines=self.keep_lines)
        except UnfitText as error:
            unseen = _("This text has characters that cannot be seen and change how it reads.")
            raise ValidationError(
                UNFIT_MESSAGES.get(error.code, unseen), code=error.code
            ) from error


NO_NAME_MESSAGES = {
    "destroyed": _(
        "The letters of this name were lost: some program has saved them as question marks. Type "
        "it again, or save the original file as an Excel workbook (.xlsx) or as CSV UTF-8."
    ),
    "misread": _(
        "The letters of this name were lost: some program has read them in a wrong encoding. Type "
        "it again, or save the original file as an Excel workbook (.xlsx) or as CSV UTF-8."
    ),
    "no_letter": _("A name has letters. Write it as people say it."),
    "below_table": _(
        "This is a word that stands below a list, and no name. Take this line away if it is nobody."
    ),
    "sex_word": _(
        "This is a word for the sex, and no name. Perhaps the columns were exchanged. Write the "
        "family name and the given name; people whose names nobody knows are a head count."
    ),
    "instead": _(
        "This stands where a name is missing, and is none. Write the name, or leave it empty; "
        "people whose names nobody knows are a head count."
    ),
    "digits": _(
        "The name of a person has no digits. What tells two people of one name apart is their "
        "age, their village or their phone, or another name under “also known as”."
    ),
}


class NameField(TextField):
    """The name of somebody or something: it has letters; see khmer.names.

    `kept` is the name that is stored, which may be older than this rule.
    """

    kept = ""
    check = staticmethod(check_name)

    def to_python(self, value: Any) -> str:
        name = super().to_python(value)
        try:
            # Cleaning takes away what cannot be seen, which tells that a text was misread.
            if name != self.kept and is_misread(str(value or "")):
                raise NoName("misread")
            self.check(name if name != self.kept else "")
        except NoName as error:
            raise ValidationError(NO_NAME_MESSAGES[error.code], code=error.code) from error
        return name


class PersonNameField(NameField):
    """The name of a person: no digits, and no word for a sex."""

    check = staticmethod(check_person_name)


class LinesField(TextField):
    """Several lines of text."""

    keep_lines = True
    widget = forms.Textarea(attrs={"rows": 4})


class PhoneField(TextField):
    """A telephone number, in its one form; see khmer.phones."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"max_length": 40, "required": False} | kwargs))
        self.widget.attrs |= {"inputmode": "tel", "autocomplete": "off"}

    def to_python(self, value: Any) -> str:
        try:
            return normal_phone(super().to_python(value))
        except NobodysPhone as error:
            raise ValidationError(
                _("Nobody has this number. Leave it empty where there is no phone."),
                code="nobody",
            ) from error
        except PhoneError as error:
            raise ValidationError(
                _("A phone number has 8 to 15 digits."), code="invalid"
            ) from error


class ClockField(forms.TimeField):
    """A time of the day, in digits of any script."""

    def to_python(self, value: Any) -> time | None:
        if isinstance(value, str):
            refuse_unread(value, LONGEST_VALUE)
            value = to_ascii_digits(value)
        return super().to_python(value)


class DayField(forms.CharField):
    """A date as written here: day, month, year, in Khmer or other digits."""

    widget = forms.TextInput(
        attrs={"inputmode": "numeric", "placeholder": _("dd/mm/yyyy"), "autocomplete": "off"}
    )

    def to_python(self, value: Any) -> date | None:  # type: ignore[override]  # A field of days.
        if value in self.empty_values or isinstance(value, date):
            return value or None
        try:
            return parse_date(str(value))
        except BuddhistYear as error:
            raise ValidationError(
                _("Is this a year of the Buddhist era? Please write %(date)s."),
                code="buddhist",
                params={"date": short_date(error.likely)},
            ) from error
        except DateError as error:
            raise ValidationError(
                _("This is not a date. Write day, month and year, as in 19/02/2011."),
                code="invalid",
            ) from error

    def prepare_value(self, value: Any) -> Any:
        return short_date(value) if isinstance(value, date) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.prepare_value(initial) != data) and super().has_changed(initial, data)


NUMBER_MESSAGES = {
    "empty": _("Write a number."),
    "not_a_number": _("This is not a number."),
    "too_large": _("This number is too large."),
    "not_whole": _("Write a whole number, without a point."),
    "too_many_places": _("This number has too many digits after the point."),
}


# Whatever a number counts, and what every whole-number column of the database holds.
MOST = 1_000_000_000


class _NumberField(forms.CharField):
    """A number within limits: no field goes without an upper one."""

    parse: Callable[[str], Any]

    def __init__(
        self,
        *,
        min_value: int | Decimal | None = None,
        max_value: int | Decimal = MOST,
        **kwargs: Any,
    ) -> None:
        self.min_value, self.max_value = min_value, max_value
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("inputmode", "decimal")
        self.widget.attrs.setdefault("autocomplete", "off")

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        try:
            number = self.parse(str(value))
        except NumberError as error:
            raise ValidationError(NUMBER_MESSAGES[error.code], code=error.code) from error
        if self.min_value is not None and number < self.min_value:
            raise ValidationError(
                _("This must be %(limit)s or more."), params={"limit": digits(self.min_value)}
            )
        if number > self.max_value:
            raise ValidationError(
                _("This must be %(limit)s or less."),
                params={"limit": digits(f"{self.max_value:,}")},
            )
        return number


class WholeNumberField(_NumberField):
    """A whole number, in Khmer or other digits, with commas or spaces between thousands."""

    parse = staticmethod(parse_whole_number)


class DecimalNumberField(_NumberField):
    """A number with up to two digits after the point, or as many as its field says."""

    def __init__(self, *, places: int = 2, **kwargs: Any) -> None:
        self.parse = partial(parse_decimal, places=places)
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        """As a person writes it: the database keeps 3 as 3.0000."""
        return f"{value.normalize():f}" if isinstance(value, Decimal) else value
