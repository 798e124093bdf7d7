"""What welfare help and village works were for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from savings_groups.figures import parts
from savings_groups.figures.facts import Facts
from savings_groups.models import GroupLine

EVENTS = {
    GroupLine.Event.WELFARE_HELP.value: parts.WELFARE_HELP,
    GroupLine.Event.VILLAGE_WORKS.value: parts.VILLAGE_WORKS,
}


@dataclass(frozen=True)
class Purpose:
    """One purpose, and what was spent for it."""

    label: str
    amount: int


@dataclass(frozen=True)
class Spending:
    """Help or works by purpose; the lines sum to the total, which is that of the ledger."""

    label: str
    purposes: tuple[Purpose, ...]
    total: int


def spending_of(all_facts: Iterable[Facts]) -> list[Spending]:
    """Welfare help and village works of one or many groups of one currency, by purpose.

    Purposes stand on sheets and amounts in the ledger. Where an entry was reversed later, a line
    of its own says how much less was spent than the sheets say.
    """
    listed = list(all_facts)
    found = []
    for event, part in EVENTS.items():
        amounts: dict[str, int] = defaultdict(int)
        for facts in listed:
            for spent in facts.spent:
                if spent.event == event:
                    amounts[spent.purpose] += spent.amount
        total = sum(facts.number(part) or 0 for facts in listed)
        words = dict(GroupLine.Purpose.choices)
        lines = [
            Purpose(str(words.get(purpose, _("not stated"))), amount)
            for purpose, amount in sorted(amounts.items(), key=lambda pair: (-pair[1], pair[0]))
        ]
        if corrected := total - sum(amounts.values()):
            lines.append(Purpose(_("Corrected later"), corrected))
        found.append(Spending(str(part.label), tuple(lines), total))
    return found
