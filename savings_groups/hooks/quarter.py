"""What funders see of savings groups: members, savings and loans of each group and together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from core.figures import suppression
from core.figures.drawn import Drawn, Value, number
from core.figures.populations import Amount, Counted, Key, Population, Table
from registry.figures import quarters
from registry.figures.free_texts import may_reach_funders
from registry.figures.quarters import Kept, Linked
from registry.models import Organisation, Project
from registry.models.people import Sex
from savings_groups.bookkeeping.ledger import SAVINGS_ACCOUNTS, Account
from savings_groups.bookkeeping.money import Currency
from savings_groups.models import Group, GroupProject, JournalEntry, Member, Posting

SAVINGS, LOANS = "savings", "loans"


class Held(NamedTuple):
    """An amount, and how many members it belongs to."""

    amount: int
    members: int


class SavingsGroups:
    """Groups whose ledger had begun by the end of the quarter, as they stood on that day."""

    name = "groups"

    def linked(self, projects: Sequence[Project], as_of: date) -> Linked:
        """The groups of each project in whose ledger something was booked by then."""
        found: dict[UUID, set[UUID]] = defaultdict(set)
        booked = JournalEntry.objects.filter(book_date__lte=as_of).values("group")
        rows = GroupProject.objects.filter(project__in=projects, group__in=booked)
        for project, group in rows.values_list("project", "group"):
            found[project].add(group)
        return found

    def count(self, linked: Linked, as_of: date) -> tuple[Counted, dict[UUID, Any]]:
        """Members by sex and by group, and what belongs to them."""
        groups = Group.objects.in_bulk(set[UUID]().union(*linked.values()))
        members = _members(groups, as_of)
        amounts, totals, populations = _amounts(groups, as_of), [], []
        found = list(amounts.values())
        for project, own in linked.items():
            if not own:
                continue
            populations.append(_population(project, own, members))
            for what in (SAVINGS, LOANS):
                for currency in Currency:
                    parts = [amounts[what, pk] for pk in own if groups[pk].currency == currency]
                    if parts:
                        total = (f"{what} {currency}:{project}", ())
                        found.append(_together(total, parts))
                        totals.append(suppression.Sum(total, tuple(each.key for each in parts)))
        facts = {
            project: [{"id": str(pk), "currency": groups[pk].currency} for pk in sorted(own)]
            for project, own in linked.items()
        }
        return Counted(populations, amounts=found, totals=totals), facts

    def draw(self, kept: Kept) -> list[Drawn]:
        """The members by sex, and a table of the groups for each currency."""
        groups = kept.facts.get(self.name, [])
        if not groups:
            return []
        tables = [_by_sex(kept)]
        for currency in Currency:
            own = [UUID(each["id"]) for each in groups if each["currency"] == currency]
            if own:
                tables.append(_by_group(kept, currency, own))
        return tables


def _members(groups: Mapping[UUID, Group], as_of: date) -> Sequence[Member]:
    there = Q(left_on=None) | Q(left_on__gt=as_of)
    found = Member.objects.filter(there, group__in=groups, joined_on__lte=as_of)
    return list(found.select_related("person"))


def _population(project: UUID, groups: set[UUID], members: Sequence[Member]) -> Population:
    return Population(
        name=f"members:{project}",
        sort="member",
        people={
            each.pk: {"group": str(each.group_id), "sex": each.person.sex}
            for each in members
            if each.group_id in groups
        },
        tables=[Table("group"), Table("sex")],
        events=frozenset(groups),
        shared=frozenset({"group"}),
        lines={"group": sorted(map(str, groups)), "sex": Sex.values},
    )


def _amounts(groups: Mapping[UUID, Group], as_of: date) -> dict[tuple[str, UUID], Amount]:
    """What the members of each group had saved and owed at the end of a day."""
    accounts: dict[str, list[Account]] = {SAVINGS: [*SAVINGS_ACCOUNTS], LOANS: [Account.LOANS]}
    found = {}
    for what, own in accounts.items():
        held = _held(groups, own, as_of)
        for pk in groups:
            amount, members = held[pk]
            # Savings are owed to the members, and stand as credit.
            value = -amount if what == SAVINGS else amount
            found[what, pk] = Amount((what, (("group", str(pk)),)), value, members)
    return found


def _held(
    groups: Mapping[UUID, Group], accounts: Sequence[Account], as_of: date
) -> dict[UUID, Held]:
    rows = (
        Posting.objects.filter(
            group__in=groups, account__in=accounts, journal__book_date__lte=as_of
        )
        .order_by()
        .values_list("group", "member")
        .annotate(Sum("amount"))
    )
    found: dict[UUID, Held] = defaultdict(lambda: Held(0, 0))
    for group, _member, amount in rows:
        before = found[group]
        found[group] = Held(before.amount + amount, before.members + bool(amount))
    return found


def _together(key: Key, parts: Sequence[Amount]) -> Amount:
    return Amount(key, sum(each.value for each in parts), sum(each.people for each in parts))


# --- Drawing ----------------------------------------------------------------------------------


def _by_sex(kept: Kept) -> Drawn:
    numbers = kept.of(f"members:{kept.project.pk}")
    rows: list[list[Value]] = [
        [str(sex.label), number(numbers.get(f"sex={sex.value}", 0))]
        for sex in Sex
        if sex in (Sex.FEMALE, Sex.MALE) or numbers.get(f"sex={sex.value}", 0) != 0
    ]
    rows.append([_("Total"), number(numbers.get("", 0))])
    notes = [_("Somebody who is in two groups is a member of each.")]
    return Drawn(_("Members of savings groups"), [_("Sex"), _("Members")], rows, notes)


def _by_group(kept: Kept, currency: Currency, groups: Sequence[UUID]) -> Drawn:
    names = Group.objects.with_names().in_bulk(groups)
    shows_names = may_reach_funders(Organisation, "name_latin")
    rows: list[list[Value]] = []
    for pk in sorted(groups, key=lambda pk: names[pk].organisation.sort_key if pk in names else ""):
        where, group = f"group={pk}", names.get(pk)
        rows.append(
            [
                group.name if group and shows_names else "",
                group.place.province.name if group and group.place and group.place.province else "",
                number(kept.of("member").get(where, 0)),
                _money(kept.of(SAVINGS).get(where, 0), currency),
                _money(kept.of(LOANS).get(where, 0), currency),
            ]
        )
    project = kept.project.pk
    total = [
        _money(kept.of(f"{what} {currency}:{project}").get("", 0), currency)
        for what in (SAVINGS, LOANS)
    ]
    groups_label = _("Total")
    rows.append([groups_label, "", _members_of(kept, currency), *total])
    head = [
        _("Savings group"),
        _("Province"),
        _("Members"),
        _("Savings, in riel") if currency == Currency.KHR else _("Savings, in US dollars"),
        _("Lent out, in riel") if currency == Currency.KHR else _("Lent out, in US dollars"),
    ]
    notes = [_("An amount is shown when it belongs to at least 5 members.")]
    title = (
        _("Savings groups that count in riel")
        if currency == Currency.KHR
        else _("Savings groups that count in US dollars")
    )
    return Drawn(title, head, rows, notes)


def _members_of(kept: Kept, currency: Currency) -> Value:
    """All members, where all groups have one currency; else the table above has them."""
    currencies = {each["currency"] for each in kept.facts[SavingsGroups.name]}
    if currencies == {currency}:
        return number(kept.of(f"members:{kept.project.pk}").get("", 0))
    return None


def _money(amount: int | None, currency: Currency) -> Value:
    if amount is None or not currency.exponent:
        return number(amount)
    return Decimal(amount).scaleb(-currency.exponent)


quarters.SOURCES.append(SavingsGroups())
