"""What happens to a loan besides being paid out and repaid: rolled over, written off."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.utils.translation import gettext as _

from core.actions.records import action, lock, refuse_day_to_come
from core.errors import Refused
from khmer.dates import short_date
from registry.models import User
from savings_groups.actions.correcting import update_loans
from savings_groups.actions.groups import rules_on
from savings_groups.actions.posting import lock_book, post
from savings_groups.actions.sheets import count_again
from savings_groups.bookkeeping import ledger, loans
from savings_groups.bookkeeping.ledger import Event
from savings_groups.figures.lending import months_of_interest
from savings_groups.figures.situation import LoanSituation, standings_of
from savings_groups.models import Book, Group, InterestWaived, Loan, Renewal, Rules


@action
def renew_loan(loan: Loan, *, on: date, months: int, reason: str, by: User) -> Renewal:
    """Give a loan new months from a day on. Unpaid interest is added where the rules allow it.

    Raises Refused where they do not and interest is owed, for a day that cannot be booked on, or
    on which it got new months already: two people may have had the same page open.
    """
    group, book, stored, rules, item = _ready(loan, on)
    if stored.member.has_left:
        raise Refused(_("This member has left the group."))
    if group.meetings.exclude(state="sealed").filter(held_on__lte=on).exists():
        raise Refused(_("A meeting is not sealed yet. Seal it first."))
    if stored.renewals.filter(starts_on=on).exists():
        raise Refused(_("This loan got new months on this day already."))
    if not item.standing.balance:
        raise Refused(_("Only interest is owed on this loan."))
    if stored.terms.up_front and on < loans.schedule(item.terms, item.meetings)[-1].due_on:
        raise Refused(
            _("The interest of this loan is paid until %(day)s. Give it new months from then on.")
            % {"day": short_date(loans.schedule(item.terms, item.meetings)[-1].due_on)},
            field="on",
        )
    unpaid = item.standing.interest_due
    if unpaid and not rules.roll_over:
        raise Refused(
            _("This member owes interest, and the rules do not allow adding it to the loan."),
            field="months",
        )
    entry = ledger.entry(
        Event.ROLL_OVER,
        ledger.roll_over(stored.member_id, stored.pk, unpaid),
        member=stored.member_id,
        memo=reason[:300],
    )
    if entry:
        post([entry], book=book, group=group, rules=rules, on=on, by=by)
    renewal = Renewal(
        owner_id=stored.owner_id,
        group=group,
        loan=stored,
        starts_on=on,
        principal=item.standing.balance + unpaid,
        capitalised=unpaid,
        months=months,
        reason=reason,
        created_by=by,
    )
    renewal.full_clean(exclude=["owner", "group", "loan"])
    renewal.save(force_insert=True)
    return renewal


@action
def write_off(loan: Loan, *, on: date, reason: str, by: User) -> Loan:
    """Give a loan up as lost. It stays visible as written off and still owed."""
    group, book, stored, rules, item = _ready(loan, on)
    if not item.standing.balance:
        # Interest alone is in no account until it is paid: the group lets it go.
        stored.settled_on, stored.written_off_because = on, reason
        stored.interest_given_up = item.standing.interest_due
        stored.version += 1
        stored.save()
        return stored
    lines = ledger.written_off(stored.member_id, stored.pk, item.standing.balance)
    entry = ledger.entry(Event.WRITE_OFF, lines, member=stored.member_id, memo=reason[:300])
    post([entry], book=book, group=group, rules=rules, on=on, by=by)
    stored.written_off_on, stored.written_off = on, item.standing.balance
    stored.interest_given_up = item.standing.interest_due
    stored.written_off_because = reason
    stored.version += 1
    stored.full_clean(exclude=["owner", "group", "member", "rules", "meeting"])
    stored.save()
    return stored


@action
def waive_interest(
    loan: Loan, *, months: Collection[date], on: date, reason: str, by: User
) -> list[InterestWaived]:
    """Let a member off what is still owed of the interest of some months; the loan goes on.

    `months` are the days on which these months ended. Raises Refused where nothing is owed for one.
    """
    group, _book, stored, _rules, item = _ready(loan, on)
    owed = {month.ends_on: month.left for month in months_of_interest(item, on) if month.left}
    if not months or not set(months) <= set(owed):
        raise Refused(_("Choose months of which interest is still owed."), field="months")
    made = []
    for month in sorted(months):
        waived = InterestWaived(
            owner_id=stored.owner_id,
            group=group,
            loan=stored,
            month_ends_on=month,
            waived_on=on,
            amount=owed[month],
            reason=reason,
            created_by=by,
        )
        waived.full_clean(exclude=["owner", "group", "loan"])
        waived.save(force_insert=True)
        made.append(waived)
    if not item.standing.balance:
        # Perhaps nothing is owed any more.
        update_loans([stored.pk])
    return made


def _ready(loan: Loan, on: date) -> tuple[Group, Book, Loan, Rules, LoanSituation]:
    """The loan, locked, with how it stands on a day on which the ledger can be written.

    What is owed on it changes now, so a box that was counted is counted again.
    """
    group = Group.objects.with_names().get(pk=loan.group_id)
    book = lock_book(group)
    stored = lock(loan)
    if stored.settled_on or stored.written_off_on:
        raise Refused(_("Nothing is owed on this loan any more."))
    refuse_day_to_come(on, field="on")
    last = group.last_booked_day
    if (last and on < last) or (book.closed_through and on <= book.closed_through):
        raise Refused(_("Something is booked after this day already."), field="on")
    rules = rules_on(group, on)
    assert rules
    count_again(group)
    [item] = [item for item in standings_of(group, on=on) if item.loan.pk == stored.pk]
    return group, book, stored, rules, item
