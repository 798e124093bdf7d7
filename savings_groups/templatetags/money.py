"""Amounts of money in the currency of a group and the digits of the language."""

from __future__ import annotations

from django import template

from paper.templatetags.paper import digits
from savings_groups.bookkeeping.loans import Terms
from savings_groups.bookkeeping.money import Currency, format_money, signed
from savings_groups.figures.loan_terms import terms_in_words

register = template.Library()


@register.filter
def money(amount: int | None, currency: Currency) -> str:
    """234,000 ៛ or $12.50; "—" for what is not known."""
    return "—" if amount is None else digits(format_money(amount, currency))


@register.filter
def amount(value: int | None, currency: Currency) -> str:
    """The number alone, for columns whose head names the currency; "" for nothing."""
    return digits(format_money(value, currency, sign=False)) if value else ""


@register.filter
def in_words(terms: Terms, currency: Currency) -> list[str]:
    """What is special about the terms of a loan, a few words each."""
    return terms_in_words(terms, currency)


@register.filter
def stamps(value: int | None, price: int) -> str:
    """How many stamps at a price make an amount; "" for nothing."""
    return digits(value // price) if value and price else ""


@register.filter
def number(value: int) -> str:
    """A number with its minus; "" for nothing."""
    return digits(signed(value))


@register.filter
def other_side(value: int | None) -> int | None:
    """A credit balance as people say it: savings of 5,000, not of -5,000."""
    return None if value is None else -value
