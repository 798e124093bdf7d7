"""What became of a number, in words: what it was, what it is, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from paper.templatetags.paper import digits
from reports.models.restatements import Cause


def in_words(was: Decimal | None, now: Decimal | None, causes: Iterable[Mapping[str, str]]) -> str:
    """As in "previously 214, now 211: two records were one person (−2), a late sheet (+1)"."""
    about = {"was": number_in_words(was), "now": number_in_words(now)}
    said = [
        _of_cause(cause, amounts) for cause, amounts in _by_cause(causes).items() if sum(amounts)
    ]
    if not said:
        return _("previously %(was)s, now %(now)s") % about
    return _("previously %(was)s, now %(now)s: %(causes)s") % (about | {"causes": ", ".join(said)})


def _by_cause(causes: Iterable[Mapping[str, str]]) -> dict[Cause, list[Decimal]]:
    found: dict[Cause, list[Decimal]] = {}
    for each in causes:
        found.setdefault(Cause(each["cause"]), []).append(Decimal(each["amount"]))
    return found


def _of_cause(cause: Cause, amounts: Sequence[Decimal]) -> str:
    total = sum(amounts, Decimal(0))
    sign = "+" if total > 0 else "−"
    about = {
        "cause": cause.label,
        "amount": f"{sign}{number_in_words(abs(total))}",
        "times": digits(str(len(amounts))),
    }
    words = ngettext(
        "%(cause)s (%(amount)s)", "%(cause)s, %(times)s times (%(amount)s)", len(amounts)
    )
    return words % about


def number_in_words(number: Decimal | None) -> str:
    if number is None:
        return _("no value")
    whole = number == number.to_integral_value()
    return digits(f"{number:,.0f}" if whole else f"{number.normalize():,f}")
