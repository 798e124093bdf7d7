"""Closing a cycle or year: previewed before the vote, then booked, then closed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from core.actions.records import action, lock, refuse_day_to_come
from core.errors import Refused
from registry.models import User
from savings_groups.actions.correcting import mirror, update_loans
from savings_groups.actions.groups import rules_on
from savings_groups.actions.posting import lock_book, post
from savings_groups.bookkeeping import appropriation, ledger, loans
from savings_groups.bookkeeping.appropriation import Appropriation, MemberResult, Stake
from savings_groups.bookkeeping.ledger import Account, EntryLine, Event, Fund, Kind, NewEntry
from savings_groups.bookkeeping.money import format_money
from savings_groups.figures.earning import weights_of
from savings_groups.figures.losses import HAS_LOST, Losses, losses_of, spread
from savings_groups.figures.results import Preview, results_before
from savings_groups.figures.savings_interest import (
    Histories,
    interest_earned,
    savings_histories,
    starts_after,
)
from savings_groups.figures.situation import MemberSituation, Situation, situation_of
from savings_groups.figures.verification import verify_group
from savings_groups.models import (
    Closing,
    ClosingResult,
    Group,
    JournalEntry,
    Member,
    Renewal,
    Rules,
)


def preview(group: Group, *, through: date, kind: str | None = None) -> Preview:
    """What closing a group through a day would mean for everybody. Writes nothing.

    `kind` looks at another way than the rules say. Raises Refused while a meeting is not sealed
    or when something is booked after that day.
    """
    rules = rules_on(group, through)
    if rules is None or not group.is_live:
        raise Refused(_("This group is not live yet."))
    if kind and kind != rules.closing:
        rules.closing = kind  # Not saved: a look at another way.
        if kind == Rules.ClosingKind.SPLIT and not _percents_make_100(rules):
            rules.percent_administration, rules.percent_capital = 10, 30
            rules.percent_welfare, rules.percent_members = 0, 60
    _refuse_unready(group, through)
    situation = situation_of(group, rules=rules, on=through)
    since = starts_after(group)
    current: Any = group.members.current().select_related("person").annotate(has_lost=HAS_LOST)
    members: dict[UUID, Member] = {member.pk: member for member in current}
    histories = savings_histories(group, members)
    interest = interest_earned(group, histories, rules=rules, since=since, through=through)
    lost = losses_of([member.pk for member in current if member.has_lost])
    stakes = _stakes(situation, members, histories, interest, lost, since, through)
    return _divided(rules, situation, since, through, interest, stakes, members, lost)


def _percents_make_100(rules: Rules) -> bool:
    """Of a group that closes in another way any percentages may be written down, or none."""
    parts = (rules.percent_administration, rules.percent_capital, rules.percent_welfare)
    return sum(parts) + rules.percent_members == 100


def _refuse_unready(group: Group, through: date) -> None:
    refuse_day_to_come(through, field="through")
    if group.meetings.exclude(state="sealed").exists():
        raise Refused(_("A meeting is not sealed yet. Seal it first."))
    later = group.journals.filter(book_date__gt=through)
    if later.exists():
        raise Refused(_("Something is booked after this day already."), field="through")
    if Renewal.objects.filter(
        group=group, starts_on__gte=through, loan__settled_on=None, loan__written_off_on=None
    ).exists():
        raise Refused(
            _("A loan got new months on this day or later. Close on a day after it."),
            field="through",
        )
    if through < starts_after(group):
        raise Refused(_("This year is closed already."), field="through")


def _stakes(
    situation: Situation,
    members: Collection[UUID],
    histories: Histories,
    interest: dict[UUID, int],
    lost: Losses,
    since: date,
    through: date,
) -> list[Stake]:
    rules = situation.rules
    owed = sum(_earned_at_the_end(situation.of(pk)) for pk in members)
    weights = weights_of(
        situation.group,
        {pk: histories[pk] for pk in members},
        rules=rules,
        since=since,
        through=through,
        owed=owed if rules.closing == Rules.ClosingKind.SHARE_OUT else 0,
    )
    overpaid = paid_too_much(situation, members)
    return [
        Stake(
            key=pk,
            savings=situation.of(pk).savings + interest.get(pk, 0) + overpaid.get(pk, 0),
            weight=weights[pk],
            fines=situation.of(pk).fines_owed,
            debts=tuple(
                loans.Debt(item.loan.pk, item.standing.interest_to_settle, item.standing.balance)
                for item in situation.of(pk).loans
            ),
            welfare=situation.of(pk).welfare_owed,
            lost=sum(lost.get(pk, {}).values()),
        )
        for pk in members
    ]


def _earned_at_the_end(own: MemberSituation) -> int:
    """The interest that a member owes, and that a share-out takes from their share."""
    return sum(item.standing.settle - item.standing.balance for item in own.loans)


def paid_too_much(situation: Situation, members: Iterable[UUID]) -> dict[UUID, int]:
    """What a share-out gives back to members besides savings; a year that goes on keeps it."""
    if situation.rules.closing != Rules.ClosingKind.SHARE_OUT:
        return {}
    back = interest_given_back(situation)
    found = {pk: situation.of(pk).overpaid + sum(back.get(pk, {}).values()) for pk in members}
    return {pk: amount for pk, amount in found.items() if amount}


def interest_given_back(situation: Situation) -> dict[UUID, dict[UUID, int]]:
    """By member and loan, what of interest taken up front was for the time after a share-out.

    The share ends the loan before its time, as a repayment would. What it cannot repay goes on
    without interest paid ahead.
    """
    if situation.rules.closing != Rules.ClosingKind.SHARE_OUT:
        return {}
    return {
        pk: {item.loan.pk: item.standing.given_back for item in own.loans}
        for pk, own in situation.members.items()
        if any(item.standing.given_back for item in own.loans)
    }


def _divided(
    rules: Rules,
    situation: Situation,
    since: date,
    through: date,
    interest: dict[UUID, int],
    stakes: list[Stake],
    members: dict[UUID, Member],
    lost: Losses,
) -> Preview:
    booked = -sum(
        amount
        for (account, fund, _m, _l), amount in situation.balances.items()
        if fund == Fund.LOAN and ledger.kind_of(account) in (Kind.INCOME, Kind.EXPENSE)
    )
    back = sum(sum(of.values()) for of in interest_given_back(situation).values())
    result = booked - sum(interest.values()) - back
    accrued: dict[UUID, Stake] = {}
    if rules.closing == Rules.ClosingKind.SHARE_OUT:
        capital = -situation.balance(Account.CAPITAL)
        stakes, outcome, kept = _share_out(stakes, result + capital, rules)
        accrued = {stake.key: stake for stake in stakes if _besides_principal(stake)}
        result += sum(_income_owed(stake, rules) for stake in stakes)
        divided = result + capital - kept
    elif rules.closing == Rules.ClosingKind.SPLIT:
        split = appropriation.Split(
            rules.percent_administration,
            rules.percent_capital,
            rules.percent_welfare,
            rules.percent_members,
        )
        outcome = appropriation.split_profit(result, split, stakes, unit=rules.cash_unit)
        divided = max(result, 0)
    else:
        outcome, divided = appropriation.keep_all(result, stakes), 0
    plan = Preview(
        rules, situation, since, through, interest, accrued, result, divided, outcome, members, lost
    )
    return replace(plan, welfare=_welfare_shared(plan))


def _welfare_shared(plan: Preview) -> dict[UUID, int]:
    """The part of each member in a welfare fund that is shared out, the same for all.

    23,500 of ten members in a group that hands out whole 100 riel: 2,400 to the first five, 2,300
    to the others. What its box cannot pay, as what the bank holds, stays. Raises Refused while the
    fund has lent something.
    """
    rules, situation = plan.rules, plan.situation
    shares = rules.closing == Rules.ClosingKind.SHARE_OUT
    if not shares or rules.welfare_at_end != Rules.WelfareAtEnd.SHARE:
        return {}
    _refuse_welfare_loans(plan)
    own = -sum(
        amount
        for (account, fund, _m, _l), amount in situation.balances.items()
        if fund == Fund.WELFARE and _is_the_funds_own(account)
    )
    fines = sum(found.fines for found in plan.outcome.members) if rules.fines_to_welfare else 0
    in_cash = min(fines, max(situation.box(Fund.LOAN) - plan.to_pay, 0))
    there = max(min(own + fines, situation.box(Fund.WELFARE) + in_cash), 0)
    parts = appropriation.largest_remainder(there, [1] * len(plan.members), rules.cash_unit)
    return dict(zip(plan.members, parts, strict=True))


def _is_the_funds_own(account: int) -> bool:
    result = (Kind.INCOME, Kind.EXPENSE)
    return account == Account.WELFARE_FUND or ledger.kind_of(account) in result


def _refuse_welfare_loans(plan: Preview) -> None:
    lent = {pk: own.welfare_owed for pk, own in plan.situation.members.items() if own.welfare_owed}
    if not lent:
        return
    money = plan.situation.group.money
    names = [str(plan.members[pk]) for pk in lent if pk in plan.members]
    raise Refused(
        _(
            "The welfare fund has lent %(amount)s: %(members)s. It cannot be shared out before "
            "that is repaid. Enter the repayment at a meeting first, or write down rules by which "
            "the fund is kept."
        )
        % {"amount": format_money(sum(lent.values()), money), "members": ", ".join(names)}
    )


def _besides_principal(stake: Stake) -> int:
    """Interest and fines that a member owes."""
    return stake.fines + sum(debt.interest for debt in stake.debts)


def _income_owed(stake: Stake, rules: Rules) -> int:
    """What is shared out once it is settled: fines may belong to the welfare fund.

    What pays for a loan that was written off makes the loss smaller.
    """
    fines_elsewhere = stake.fines if rules.fines_to_welfare else 0
    return _besides_principal(stake) - fines_elsewhere + stake.lost


def _share_out(
    asked: list[Stake], pool: int, rules: Rules
) -> tuple[list[Stake], Appropriation, int]:
    """Share out what is there; the last answer is what of the loans nobody's share can settle.

    Interest and fines that a share cannot settle are no income yet, nor is what it cannot pay of a
    loan that was written off, and a loan that it cannot settle is no cash: they are left out, the
    loan staying in the group's capital, and the rest is calculated again until it holds. Each round
    only takes away, so it ends: where rounding would give a unit back and take it again for ever,
    the unit stays with the group.
    """
    stakes, kept = asked, 0
    while True:
        owed = sum(_income_owed(stake, rules) for stake in stakes)
        outcome = appropriation.share_out(
            pool + owed - kept, stakes, unit=rules.cash_unit, order=loans.Order(rules.allocation)
        )
        pairs = list(zip(stakes, outcome.members, strict=True))
        lowered = [_only_settled(stake, found) for stake, found in pairs]
        left = max(kept, sum(_principal_left(stake, found) for stake, found in pairs))
        if (lowered, left) == (stakes, kept):
            return stakes, _still_owed(outcome, asked, kept), kept
        stakes, kept = lowered, left


def _principal_left(stake: Stake, found: MemberResult) -> int:
    settled = sum(part.principal for part in found.settled)
    return sum(debt.principal for debt in stake.debts) - settled


def _still_owed(outcome: Appropriation, asked: list[Stake], kept: int) -> Appropriation:
    """With what members owe in all, also what was left out."""
    members = tuple(
        replace(found, still_owed=stake.owed - (found.entitlement - found.payout))
        for stake, found in zip(asked, outcome.members, strict=True)
    )
    return replace(outcome, members=members, to_capital=outcome.to_capital + kept)


def _only_settled(stake: Stake, found: MemberResult) -> Stake:
    paid = {part.key: part.interest for part in found.settled}
    return replace(
        stake,
        fines=found.fines,
        debts=tuple(replace(debt, interest=paid.get(debt.key, 0)) for debt in stake.debts),
        lost=found.recovered,
    )


@action
def close_year(group: Group, *, through: date, by: User, shown: str | None = None) -> Closing:
    """Book what the preview shows and close the days through `through`.

    The ledger is verified first. Raises Refused when it is not sound, when the box cannot pay
    what members are due, when closing means something else now than the preview whose digest is
    `shown`, or for the reasons of `preview`.
    """
    group = Group.objects.with_names().get(pk=group.pk)
    book = lock_book(group)
    plan = preview(group, through=through)
    if shown not in (None, plan.digest):
        raise Refused(
            _("Something has changed since this was shown to the members. Look at it again.")
        )
    if verify_group(group):
        raise Refused(_("The ledger is not sound. Run the verification before closing."))
    if plan.missing:
        raise Refused(
            _(
                "The box lacks %(missing)s to pay what members are due. "
                "Fetch it from the bank first."
            )
            % {"missing": format_money(plan.missing, group.money)}
        )
    closing = _write_down(group, plan, book.sequence, by)
    # Each step is booked before the next, which starts from the balances it left.
    for step in (_owed_at_the_end, _year_end, _appropriation):
        post(
            step(group, plan),
            book=book,
            group=group,
            rules=plan.situation.rules,
            on=through,
            by=by,
            closing=closing,
        )
    touched = {item.loan.pk for own in plan.situation.members.values() for item in own.loans}
    update_loans(touched)
    # From here on the days are closed: the database reads it from the closing.
    closing.state = Closing.State.CLOSED
    closing.save()
    return closing


def _write_down(group: Group, plan: Preview, entries: int, by: User) -> Closing:
    """The closing as a document, still open for its own entries."""
    outcome = plan.outcome
    closing = Closing(
        owner_id=group.owner_id,
        group=group,
        rules_id=plan.rules.pk,
        starts_on=plan.since,
        through=plan.through,
        after_entry=entries,
        kind=plan.kind,
        state=Closing.State.BEING_BOOKED,
        profit=plan.result,
        to_administration=outcome.to_administration,
        to_capital=outcome.to_capital,
        to_welfare=outcome.to_welfare,
        created_by=by,
    )
    closing.save(force_insert=True)
    ClosingResult.objects.bulk_create(
        ClosingResult(
            owner_id=group.owner_id,
            group=group,
            closing=closing,
            member=row.member,
            savings=row.savings,
            weight=row.weight,
            profit=row.profit,
            entitlement=row.entitlement,
            interest_settled=row.interest,
            principal_settled=row.principal,
            fines_settled=row.fines,
            payout=row.payout,
            still_owed=row.still_owed,
            welfare=row.welfare,
            created_by=by,
        )
        for row in results_before(plan).rows
    )
    return closing


def _owed_at_the_end(group: Group, plan: Preview) -> list[NewEntry | None]:
    """Interest on savings, and what members owe besides their loans, before the year is closed."""
    account = plan.rules.savings_account
    entries = [
        ledger.entry(
            Event.SAVINGS_INTEREST,
            ledger.interest_on_savings(plan.savings_interest.items(), account),
        )
    ]
    for member, back in interest_given_back(plan.situation).items():
        for loan, amount in back.items():
            lines = ledger.interest_given_back(member, loan, amount)
            entries.append(ledger.entry(Event.SETTLEMENT, lines, member=member))
    for member, amount in paid_too_much(plan.situation, plan.members).items():
        lines = ledger.overpayment_returned(member, amount, account=account)
        entries.append(ledger.entry(Event.SETTLEMENT, lines, member=member))
    for member, stake in plan.accrued.items():
        to_welfare = plan.rules.fines_to_welfare
        lines = ledger.fines_accrued(member, stake.fines, to_welfare=to_welfare)
        for debt in stake.debts:
            lines += ledger.interest_accrued(member, debt.key, debt.interest)
        entries.append(ledger.entry(Event.ACCRUAL, lines, member=member))
    return entries


def _year_end(group: Group, plan: Preview) -> list[NewEntry | None]:
    """Income and expenses to zero, from the balances as they are now."""
    now = situation_of(group, rules=plan.situation.rules, on=plan.through)
    balances = [
        (Account(account), Fund(fund), amount)
        for (account, fund, _m, _l), amount in now.balances.items()
    ]
    # What shares pay for loans that were written off is booked with them, and is of this year.
    recovered = sum(found.recovered for found in plan.outcome.members)
    lines = ledger.year_closed([*balances, (Account.LOAN_LOSSES, Fund.LOAN, -recovered)])
    return [ledger.entry(Event.YEAR_CLOSE, [*lines, *_grants_spent(now, lines)])]


def _grants_spent(now: Situation, lines: list[EntryLine]) -> list[EntryLine]:
    """What a fund has spent beyond its own money came from the grants that it keeps."""
    spent = []
    for fund, own in ledger.EQUITY_OF.items():
        moved = sum(line.amount for line in lines if (line.account, line.fund) == (own, fund))
        left = now.balance(own, fund) + moved
        if left * ledger.normal_side(own) < 0:
            amount = min(left, -now.balance(Account.GRANTS, fund))
            spent += [EntryLine(Account.GRANTS, amount, fund), EntryLine(own, -amount, fund)]
    return spent


def _appropriation(group: Group, plan: Preview) -> list[NewEntry | None]:
    """The parts of the funds and of the members."""
    outcome, account = plan.outcome, plan.rules.savings_account
    entries: list[NewEntry | None] = []
    cash = plan.situation.box(Fund.LOAN) - plan.to_pay
    for fund, amount in (
        (Fund.ADMINISTRATION, outcome.to_administration),
        (Fund.WELFARE, outcome.to_welfare),
    ):
        in_cash = min(amount, cash)
        cash -= in_cash
        entries.append(
            ledger.entry(Event.APPROPRIATION, ledger.appropriated(fund, amount, in_cash))
        )
    for found in outcome.members:
        in_cash = min(_to_welfare(found, plan.rules), cash)
        cash -= in_cash
        entries += _of_member(found, plan, account, in_cash)
    # After all that the fund gets at this closing.
    for member, amount in plan.welfare.items():
        lines = ledger.welfare_shared(member, amount)
        entries.append(ledger.entry(Event.PAYOUT, lines, member=member))
    return entries


def _to_welfare(found: MemberResult, rules: Rules) -> int:
    """What of what was settled is the welfare fund's."""
    return found.welfare + (found.fines if rules.fines_to_welfare else 0)


def _of_member(
    found: MemberResult, plan: Preview, account: Account, in_cash: int
) -> list[NewEntry | None]:
    """What a closing books for a member; `in_cash` is what the welfare fund gets at once."""
    member = found.key
    if plan.kind != Rules.ClosingKind.SHARE_OUT:
        if plan.rules.members_part == Rules.MembersPart.SAVINGS:
            lines = ledger.added_to_savings(member, found.profit, account)
            return [ledger.entry(Event.APPROPRIATION, lines, member=member)]
        lines = ledger.declared(member, savings=0, profit=found.profit, account=account)
        return [
            ledger.entry(Event.APPROPRIATION, lines, member=member),
            ledger.entry(Event.PAYOUT, ledger.paid_out(member, found.profit), member=member),
        ]
    # The share is declared gross, debts are settled by an entry of their own, the rest is paid.
    lines = ledger.declared(member, savings=found.savings, profit=found.profit, account=account)
    voluntary = plan.situation.of(member).voluntary
    lines += ledger.voluntary_joined(member, voluntary, account=account)
    of_welfare = found.fines if plan.rules.fines_to_welfare else 0
    settled = ledger.fines_settled(member, found.fines - of_welfare)
    settled += ledger.welfare_settled(member, fines=of_welfare, loan=found.welfare, in_cash=in_cash)
    for part in found.settled:
        settled += ledger.loan_settled(
            member, part.key, interest=part.interest, principal=part.principal
        )
    for loan, amount in spread(found.recovered, plan.lost.get(member, {})).items():
        settled += ledger.recovered_from(Account.DECLARED, member, loan, amount)
    return [
        ledger.entry(Event.APPROPRIATION, lines, member=member),
        ledger.entry(Event.SETTLEMENT, settled, member=member),
        ledger.entry(Event.PAYOUT, ledger.paid_out(member, found.payout), member=member),
    ]


@action
def reopen_year(closing: Closing, *, reason: str, by: User) -> Closing:
    """Open the last closed year again: what its closing booked is reversed, last entry first.

    Raises Refused when something was booked since, or without a reason.
    """
    group = Group.objects.with_names().get(pk=closing.group_id)
    lock_book(group)
    stored = lock(closing)
    if stored.state != Closing.State.CLOSED:
        return stored
    if not reason.strip():
        raise Refused(_("Say why the year is opened again."), field="reason")
    later = Q(book_date__gt=stored.through) | Q(sequence__gt=stored.after_entry, closing=None)
    if group.journals.filter(later).exists():
        raise Refused(_("Something was booked after this year. It can only be corrected now."))
    stored.state, stored.reopened_because = Closing.State.REOPENED, reason.strip()[:300]
    stored.version += 1
    stored.save()
    booked = JournalEntry.objects.filter(closing=stored, reverses=None).order_by("-sequence")
    for journal in list(booked):
        mirror(journal, reason=reason, by=by)
    return stored
