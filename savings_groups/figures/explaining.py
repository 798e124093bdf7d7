"""What is behind a figure: the postings, members, meetings or loans that make each of its parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from savings_groups.figures.facts import Facts, facts_of
from savings_groups.figures.figure import Figure
from savings_groups.figures.parts import Counted, Part, Postings
from savings_groups.figures.periods import Period
from savings_groups.figures.ratios import FIGURES
from savings_groups.models import Group, Member, Posting


@dataclass(frozen=True)
class Behind:
    """One part of a figure, with its number; `kind` says what its list holds."""

    part: Part
    number: int | None
    facts: Facts

    @property
    def kind(self) -> str:
        return "postings" if isinstance(self.part, Postings) else self.part.of  # type: ignore[attr-defined]  # Counted.

    @property
    def name(self) -> str:
        return self.part.name

    @property
    def rows(self) -> Any:
        """What the number is the sum of: postings, or pairs of an item and its number."""
        if isinstance(self.part, Postings):
            return postings_of(self.part, self.facts)
        assert isinstance(self.part, Counted)
        return self.facts.behind(self.part) or []


@dataclass(frozen=True)
class Explanation:
    """A figure, and all that it is made of."""

    figure: Figure
    facts: Facts
    behind: Sequence[Behind]

    def chosen(self, name: str) -> Behind:
        """The part that an address asks for; else the first."""
        return next((each for each in self.behind if each.name == name), self.behind[0])


def explain(group: Group, name: str, period: Period) -> Explanation:
    """Reckon one figure of a group and say what is behind it. Raises KeyError for no figure."""
    facts = facts_of([group], period)[group.pk]
    figure = FIGURES[name](facts)
    behind = [Behind(part, facts.number(part), facts) for part in figure.parts]
    return Explanation(figure, facts, behind)


def postings_of(part: Postings, facts: Facts) -> Any:
    """The postings that a part sums, the newest first."""
    return (
        Posting.objects.filter(part.filter(facts.since, facts.until), group=facts.group)
        .select_related("journal", "account", "member__person", "loan")
        .order_by("-journal__sequence", "line")
    )


def members_by_id(rows: Sequence[tuple[Any, int]]) -> dict[Any, Member]:
    """The members of whom facts speak, with their names: only for those who may see names."""
    members = Member.objects.filter(pk__in=[item.pk for item, _number in rows])
    return {member.pk: member for member in members.select_related("person")}
