"""Amounts of money as people type them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.forms.fields import NUMBER_MESSAGES
from khmer.digits import NumberError, parse_whole_number
from savings_groups.bookkeeping.money import MOST_TYPED, Currency, format_money, parse_money

MESSAGES = NUMBER_MESSAGES | {
    "not_whole": _("Riel are whole; write the amount without a point."),
    "too_much": _("This is more than 100,000,000,000 riel or 25,000,000 dollars. Is it a slip?"),
    "negative": _("An amount cannot be below zero."),
    "stamps": _("Write how many stamps these are, and not the money."),
    "months": _("A loan lasts between 1 and 60 months."),
}


def message_for(error: NumberError) -> Any:
    """What to tell somebody whose amount cannot be read."""
    return MESSAGES[error.code]


def amount_from(text: str, currency: Currency) -> int:
    """An amount that is not negative; nothing typed is 0. Raises `NumberError`."""
    if not text.strip():
        return 0
    amount = parse_money(text, currency)
    if amount < 0:
        raise NumberError("negative")
    if amount > MOST_TYPED[currency]:
        raise NumberError("too_much")
    return amount


def amount_of_stamps(text: str, currency: Currency, price: int) -> int:
    """What stamps cost whose number was typed: 3 of 2,000 are 6,000. Raises `NumberError`.

    Nobody buys as many stamps as one of them costs: who types 6,000, or 6,000 ៛, means the money.
    """
    if not text.strip():
        return 0
    try:
        number = parse_whole_number(text.strip())
    except NumberError as error:
        parse_money(text, currency)  # Of what is no money either it is said what is wrong.
        raise NumberError("stamps") from error
    if number < 0:
        raise NumberError("negative")
    if number >= price:
        raise NumberError("stamps")
    return number * price


class MoneyField(forms.CharField):
    """An amount in the currency of a group: Khmer digits, commas, with or without the sign."""

    def __init__(
        self, *, currency: Currency = Currency.KHR, above_zero: bool = False, **kwargs: Any
    ) -> None:
        self.currency, self.above_zero = currency, above_zero
        super().__init__(**kwargs)
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def to_python(self, value: Any) -> int | None:  # type: ignore[override]  # A field of amounts.
        if value in self.empty_values or isinstance(value, int):
            return value if isinstance(value, int) else None
        try:
            amount = amount_from(str(value), self.currency)
        except NumberError as error:
            raise ValidationError(message_for(error), code=error.code) from error
        if self.above_zero and not amount:
            raise ValidationError(_("The amount must be above zero."))
        return amount

    def prepare_value(self, value: Any) -> Any:
        return format_money(value, self.currency, sign=False) if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.prepare_value(initial) != data) and super().has_changed(initial, data)


class StampsField(MoneyField):
    """A number of stamps, which means what they cost."""

    def __init__(self, *, price: int, **kwargs: Any) -> None:
        self.price = price
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> int | None:  # type: ignore[override]  # A field of amounts.
        if value in self.empty_values or isinstance(value, int):
            return value if isinstance(value, int) else None
        try:
            return amount_of_stamps(str(value), self.currency, self.price)
        except NumberError as error:
            raise ValidationError(message_for(error), code=error.code) from error

    def prepare_value(self, value: Any) -> Any:
        return str(value // self.price) if isinstance(value, int) else value
