"""What a new version of a group's rules changes, and for whom."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from savings_groups.bookkeeping.money import format_money
from savings_groups.models import Group, Rules

# About the version itself, and no rule of it.
NOT_RULES = {"id", "owner", "group", "valid_from", "decision", "version"}
NOT_RULES |= {"created_at", "created_by", "is_demo"}

BORROWERS = gettext_lazy("whoever borrows from then on; loans that are out keep their terms")
EVERYBODY = gettext_lazy("every member, from then on")
AT_THE_END = gettext_lazy("every member, when the year ends")
WHOM: dict[str, str | Promise] = {
    "fine_absent": gettext_lazy("whoever is absent"),
    "fine_late": gettext_lazy("whoever comes late"),
    "fine_missed": gettext_lazy("whoever misses a saving"),
    "joining_fee": gettext_lazy("whoever joins"),
    "catch_up_meetings": gettext_lazy("whoever joins in mid-cycle"),
    "leaver_percent": gettext_lazy("whoever leaves"),
    "allocation": gettext_lazy("whoever repays, also on loans that are out"),
    "keep_overpayment": gettext_lazy("whoever repays, also on loans that are out"),
}
OF_LOANS = {"flat_in_full", "several_loans", "roll_over", "partial_month"}
OF_THE_END = {"closing", "closing_weight", "members_part", "welfare_at_end", "voluntary_in_profit"}


@dataclass(frozen=True)
class Change:
    """One rule that is another one: what it was, what it is, and whom it is about."""

    label: str
    before: str
    after: str
    whom: str


def changes_between(before: Rules, after: Rules, group: Group) -> list[Change]:
    """Every rule that differs, in the order of the model."""
    return [
        Change(
            label=_upper(str(field.verbose_name)),
            before=_written(before, field, group),
            after=_written(after, field, group),
            whom=str(_whom(field.name)),
        )
        for field in Rules._meta.concrete_fields
        if field.name not in NOT_RULES
        and getattr(before, field.attname) != getattr(after, field.attname)
    ]


def concerned(group: Group) -> str:
    """How many members there are to follow the new rules, and how many loans keep the old ones."""
    members = group.members.current().count()
    lent = group.loans.filter(settled_on=None, written_off_on=None).count()
    said = ngettext(
        "The group has %(count)s member.", "The group has %(count)s members.", members
    ) % {"count": members}
    if not lent:
        return said
    kept = ngettext(
        "%(count)s loan that is out keeps the terms under which it was given.",
        "%(count)s loans that are out keep the terms under which they were given.",
        lent,
    ) % {"count": lent}
    return f"{said} {kept}"


def _whom(name: str) -> str | Promise:
    if name in WHOM:
        return WHOM[name]
    if name in OF_LOANS or "loan" in name:
        return BORROWERS
    return AT_THE_END if name in OF_THE_END or name.startswith("percent_") else EVERYBODY


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _written(rules: Rules, field: models.Field[Any, Any], group: Group) -> str:
    """The value of a rule in words: money with its sign, yes or no, the words of a choice."""
    value = getattr(rules, field.attname)
    if value is None:
        return _("none")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, models.BigIntegerField):
        return format_money(value, group.money)
    if isinstance(value, Decimal):
        # 5.00 is written as 5, and 10 never as 1E+1.
        return f"{value.normalize():f}"
    return str(value)
