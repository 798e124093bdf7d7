"""How much of what fell due on a loan was paid in time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from savings_groups.bookkeeping import loans
from savings_groups.figures.situation import payments_under_terms
from savings_groups.models import Loan


def repaid_on_schedule(
    loan: Loan,
    payments: Sequence[loans.Payment],
    days: tuple[date, date],
    held: Sequence[loans.Held],
) -> tuple[int, int]:
    """Principal that fell due in a period, and how much of it was paid in time.

    Members can pay at meetings only, so an instalment falls due at the first meeting on or after
    its day, and it is in time if it is paid by then: on the day on which it was paid, however late
    that was booked. Once the group missed that meeting it fell due on the day on which it was
    expected, as for lateness. `held` are all meetings. After a loan
    is repaid or written off nothing falls due any more.
    """
    since, until = days
    until = min(day for day in (until, loan.settled_on, loan.written_off_on) if day)
    due = on_time = 0
    for agreed, starts_on, ends_on in _terms_in_turn(loan):
        terms, meetings = loans.followed(agreed, held)
        made = payments_under_terms(loan, payments, starts_on) if starts_on else payments
        scheduled = 0
        instalments = loans.schedule(terms, meetings)
        days_of_paying = loans.days_of_paying(terms, instalments, until, meetings)
        for instalment in instalments:
            scheduled += instalment.principal
            at = days_of_paying[instalment.number]
            if not since <= at <= until or (at == until and at not in meetings):
                continue  # On the last day it can still be paid, where that is no meeting's.
            if ends_on is not None and at > ends_on:
                continue  # It was rolled over first.
            paid = sum(payment.principal for payment in made if payment.paid_on <= at)
            missing = max(scheduled - paid, 0)
            due += instalment.principal
            on_time += max(instalment.principal - missing, 0)
    return due, on_time


def _terms_in_turn(loan: Loan) -> Iterator[tuple[loans.Terms, date | None, date | None]]:
    """The terms that a loan had one after another, and the days after which and until which."""
    renewals = list(loan.renewals.all())
    first = replace(loan.terms_as_given, moved_to=loan.group.next_meeting_on)
    ends = [*[renewal.starts_on for renewal in renewals], None]
    yield first, None, ends[0]
    for renewal, end in zip(renewals, ends[1:], strict=True):
        terms = loans.renewed(
            first,
            principal=renewal.principal,
            months=renewal.months,
            starts_on=renewal.starts_on,
        )
        yield terms, renewal.starts_on, end
