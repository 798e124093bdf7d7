"""Starting a group, its rules, and the day its ledger goes live."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from core.actions.records import (
    action,
    change,
    lock,
    refuse_day_to_come,
    refuse_long_ago,
    write_links,
)
from core.errors import Conflict, Refused
from khmer.dates import short_date
from registry.actions.organisations import add_organisation
from registry.models import Organisation, Place, Project, User
from savings_groups.actions.posting import lock_book
from savings_groups.bookkeeping.ledger import Account
from savings_groups.bookkeeping.loans import (
    MAY_BE_A_MONTH,
    PartialMonth,
    Rhythm,
    partial_month_for,
)
from savings_groups.bookkeeping.money import format_money
from savings_groups.figures.shares import holdings_of
from savings_groups.models import Balance, Book, Group, JournalEntry, Rules


def groups_to_enter(by: User) -> QuerySet[Organisation]:
    """The groups of the directory that a user may make a savings group of their organisation.

    The records of a group belong to whoever enters it first, so it must be theirs to enter.
    """
    groups = Organisation.objects.changeable_by(by).filter(kind=Organisation.Kind.GROUP)
    return groups.filter(savings_group=None)


@action
def start_group(
    *,
    owner: Organisation,
    by: User,
    organisation: Organisation | None = None,
    name_km: str = "",
    name_latin: str = "",
    place: Place | None = None,
    projects: Collection[Project] = (),
    is_demo: bool = False,
    **details: Any,
) -> Group:
    """Enter a group, under an entry of the directory that it has or under a new one.

    Raises Refused when the entry belongs to a group already or is not for this user to give
    away, or ValidationError.
    """
    _refuse_day_of_forming(details.get("formed_on"))
    _refuse_no_village(place)
    if organisation is None:
        organisation = add_organisation(
            kind=Organisation.Kind.GROUP,
            name_km=name_km,
            name_latin=name_latin,
            place=place,
            is_demo=is_demo,
            by=by,
        )
    elif Group.objects.filter(organisation=organisation).exists():
        raise Refused(_("This group is entered already."), field="organisation")
    elif not groups_to_enter(by).filter(pk=organisation.pk).exists():
        raise Refused(
            _("Another organisation entered this group in the directory. Ask an administrator."),
            field="organisation",
        )
    group = Group(
        owner=owner,
        organisation=organisation,
        place=place,
        is_demo=is_demo,
        created_by=by,
        **details,
    )
    group.full_clean(exclude=["owner", "organisation", "place"])
    group.save(force_insert=True)
    Book.objects.create(group=group, owner=owner)
    write_links(group, {"projects": projects}, by=by)
    return group


@action
def change_group(
    group: Group,
    *,
    version: int,
    by: User,
    projects: Collection[Project] | None = None,
    **details: Any,
) -> Group:
    """Correct what is known about a group. Raises Conflict, Refused or ValidationError."""
    links = {"projects": projects}
    before = lock(group)
    changed = change(group, version=version, values=details, links=links, by=by)
    if changed.formed_on != before.formed_on:
        _refuse_day_of_forming(changed.formed_on)
        _refuse_members_before(changed)
    if changed.place_id != before.place_id:
        _refuse_no_village(changed.place)
    changed.full_clean(exclude=["owner", "organisation", "place"])
    changed.save()
    return changed


def _refuse_day_of_forming(day: date | None) -> None:
    if day:
        refuse_day_to_come(day, field="formed_on")
        refuse_long_ago(day, field="formed_on")


def _refuse_members_before(group: Group) -> None:
    """A group has no members before it is formed."""
    if group.formed_on is None:
        return
    first = group.members.filter(joined_on__lt=group.formed_on).order_by("joined_on").first()
    if first:
        raise Refused(
            _("%(member)s joined on %(day)s, before this day. Correct one of the two days.")
            % {"member": first, "day": short_date(first.joined_on)},
            field="formed_on",
        )


def _refuse_no_village(place: Place | None) -> None:
    """A group meets in a village; where nobody knows which, the commune is known."""
    if place and place.level < Place.Level.COMMUNE:
        raise Refused(
            _(
                "%(place)s is no village. Choose the village of the group, or its commune if the "
                "village is not known."
            )
            % {"place": place.name},
            field="place",
        )


@action
def set_rules(
    group: Group, *, valid_from: date, by: User, version: int | None = None, **details: Any
) -> Rules:
    """Write down the rules that a group has decided, valid from a day on.

    Without a word on parts of a month, months are counted as the group meets.

    The same day again corrects them while nothing is booked under them. Raises Refused when
    something was booked on or after that day, ValidationError, or Conflict when other rules than
    those of `version`, which somebody has seen, would be overwritten.
    """
    lock_book(group)
    booked = JournalEntry.objects.filter(group=group, book_date__gte=valid_from)
    if booked.exists():
        raise Refused(
            _("Something was booked on or after this day. Rules begin after the last meeting."),
            field="valid_from",
        )
    rules = Rules.objects.filter(group=group, valid_from=valid_from).first()
    if rules is None:
        rules = Rules(owner_id=group.owner_id, group=group, valid_from=valid_from, created_by=by)
    elif version not in (None, rules.version):
        theirs = {
            n: getattr(rules, n) for n, value in details.items() if getattr(rules, n) != value
        }
        if theirs:
            raise Conflict(_("Somebody else has changed this in the meantime."), theirs=theirs)
    # Of no two rules of a group the same, so that it says which of them a page was made from.
    rules.version = 1 + (group.rules.aggregate(last=Max("version"))["last"] or 0)
    for name, value in details.items():
        setattr(rules, name, value)
    if not details.get("partial_month") and (rules._state.adding or "partial_month" in details):
        rules.partial_month = partial_month_for(rules.meets)
    if message := wrong_months(rules.meets, rules.partial_month):
        raise Refused(message, field="partial_month")
    for name, message in wrong_loans(rules):
        raise Refused(message, field=name)
    rules.full_clean(exclude=["owner", "group"])
    _refuse_wrong_savings(rules)
    rules.save()
    _carry_to_open_meeting(group, written=rules)
    return rules


def wrong_months(rhythm: str, partial_month: str) -> str:
    """What is wrong with the way in which months are counted, or nothing."""
    if partial_month != PartialMonth.MEETING or rhythm in MAY_BE_A_MONTH:
        return ""
    if rhythm == Rhythm.HARVEST:
        return _(
            "This group meets once a year: its meeting would cost the interest of one month only. "
            "Choose another way, or “As the group meets”."
        )
    return _(
        "This group meets several times a month: each meeting would cost the interest of a "
        "whole month. Choose another way, or “As the group meets”."
    )


def wrong_loans(rules: Rules) -> list[tuple[str, str]]:
    """By field, what in the rules for loans contradicts itself."""
    wrong = []
    is_equal, plan = rules.loan_method == Rules.Method.INSTALMENT, rules.loan_plan
    if rules.loan_grace >= rules.longest_loan:
        wrong.append(
            ("loan_grace", _("A loan must last longer than the months with interest alone."))
        )
    if rules.loan_every > rules.longest_loan:
        wrong.append(("loan_every", _("The longest loan would end before its first payment.")))
    if plan != Rules.Plan.PARTS and rules.loan_grace:
        wrong.append(
            ("loan_grace", _("The loan is repaid at the end: there is nothing to wait for before."))
        )
    if plan == Rules.Plan.ALL_AT_END and rules.loan_every > 1:
        wrong.append(("loan_every", _("There is one payment only, at the end. Leave it empty.")))
    if plan != Rules.Plan.PARTS and is_equal:
        wrong.append(("loan_plan", _("Equal payments repay a part of the loan each time.")))
    if rules.up_front and is_equal:
        wrong.append(
            (
                "up_front",
                _("Equal payments hold their interest: it cannot be taken when it is paid out."),
            )
        )
    return wrong


def _refuse_wrong_savings(rules: Rules) -> None:
    """Shares have a price, and what members have is not left behind on the other account."""
    if rules.by_shares and not rules.share_price:
        # The constraint of the database lets an unknown price pass.
        raise Refused(_("Shares have a price; savings have none."), field="share_price")
    if rules.fine_missed and not rules.saving_is_due:
        raise Refused(
            _("A saving is missed only where every member saves at every meeting."),
            field="fine_missed",
        )
    _refuse_other_price(rules)
    other = Account.SAVINGS if rules.by_shares else Account.SHARES
    if Balance.objects.filter(group=rules.group_id, account=other).exclude(amount=0).exists():
        raise Refused(
            _("Members still have money saved in the other way. They take it out first."),
            field="saving_kind",
        )
    if not rules.voluntary_savings and _is_held(rules, Account.VOLUNTARY_SAVINGS):
        raise Refused(
            _("Members still have voluntary savings. They take them out at a meeting first."),
            field="voluntary_savings",
        )


def _is_held(rules: Rules, account: Account) -> bool:
    return Balance.objects.filter(group=rules.group_id, account=account).exclude(amount=0).exists()


def _refuse_other_price(rules: Rules) -> None:
    """A stamp in a passbook is worth what was paid for it until it is shared out.

    Of 12 stamps at 2,000 and new rules at 5,000 nobody could say any more what one is worth.
    """
    earlier = Rules.objects.filter(group=rules.group_id, valid_from__lt=rules.valid_from)
    before = earlier.order_by("-valid_from").first()
    were_stamps = before is not None and before.in_stamps
    if not (rules.in_stamps or were_stamps) or not _is_held(rules, Account.SHARES):
        return
    held = holdings_of([rules.group_id]).get(rules.group_id, {}).values()
    prices = {lot.price for holding in held for lot in holding.lots if lot.count}
    if rules.in_stamps and any(holding.loose for holding in held):
        raise Refused(
            _(
                "Members have money that makes no whole stamps. They take it out first, or it is "
                "shared out."
            ),
            field="in_stamps",
        )
    if other := sorted(prices - {rules.share_price}):
        number = sum(lot.count for h in held for lot in h.lots if lot.price in other)
        money = rules.group.money
        raise Refused(
            _(
                "%(number)s stamps at %(price)s are out. A stamp keeps its price until it is "
                "shared out: close the year first, and let the new price begin after it."
            )
            % {"number": number, "price": ", ".join(format_money(n, money) for n in other)},
            field="share_price",
        )


def _carry_to_open_meeting(group: Group, *, written: Rules) -> None:
    """A draft follows the rules of its day; what was counted under others is counted again."""
    meeting = group.meetings.exclude(state="sealed").select_for_update().first()
    if meeting is None:
        return
    rules = rules_on(group, meeting.held_on)
    if rules and (rules.pk != meeting.rules_id or rules.pk == written.pk):
        meeting.rules, meeting.state = rules, meeting.State.DRAFT
        meeting.version += 1
        meeting.save(update_fields=["rules", "state", "version"])


def rules_on(group: Group, day: date) -> Rules | None:
    """The rules that are valid on a day, or None before the first."""
    return group.rules.filter(valid_from__lte=day).order_by("-valid_from").first()


@action
def go_live(group: Group, *, on: date, by: User) -> Group:
    """From now on the ledger here is the group's. Raises Refused while anything is missing."""
    lock_book(group)
    live = lock(group)
    if live.state != Group.State.SETTING_UP:
        return live
    refuse_day_to_come(on, field="on")
    if rules_on(live, on) is None:
        raise Refused(_("Write down the group's rules first."))
    if live.meetings.exclude(state="sealed").exists():
        raise Refused(_("Seal the cut-off meeting first."))
    if Balance.objects.filter(group=live, account=Account.OPENING).exclude(amount=0).exists():
        raise Refused(_("The opening balances do not add up yet."))
    live.state, live.live_on = Group.State.LIVE, on
    live.version += 1
    live.save(update_fields=["state", "live_on", "version"])
    return live
