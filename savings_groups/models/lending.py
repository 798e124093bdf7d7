"""Loans of members. What is still owed is a balance of the ledger; a loan holds the terms."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, ClassVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, OuterRef, Prefetch, Q
from django.utils.translation import gettext_lazy as _

from core.models.base import tracked
from khmer.dates import short_date
from registry.models.owned import OwnedQuerySet, OwnedRecord
from savings_groups.bookkeeping import loans
from savings_groups.models.groups import Group, Rules, amount_field, rate_field
from savings_groups.models.members import Member


def backer_field(label: Any) -> models.ForeignKey[Any, Any]:
    """A member who stands for a loan of somebody else."""
    return models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=label
    )


class LoanQuerySet(OwnedQuerySet["Loan"]):
    def outstanding(self) -> LoanQuerySet:
        """Loans of which something is still owed."""
        return self.filter(settled_on=None, written_off_on=None)

    def with_terms(self, *, until: date | None = None) -> LoanQuerySet:
        """With all that says how a loan goes on, as far as it had happened by a day: one query
        besides their own.
        """
        renewals = Renewal.objects.filter(starts_on__lte=until) if until else Renewal.objects.all()
        waived = InterestWaived.objects.filter(loan=OuterRef("pk")).order_by("month_ends_on")
        return (
            self.select_related("rules", "group")
            .prefetch_related(Prefetch("renewals", renewals))
            .annotate(  # type: ignore[no-redef]  # Loan declares them for who reads them.
                waived_days=ArraySubquery(waived.values("waived_on")),
                waived_amounts=ArraySubquery(waived.values("amount")),
            )
        )


@tracked
class Loan(OwnedRecord):
    """A loan of the group to a member, with the terms that it was given under.

    `settled_on` is the day on which nothing was owed any more; a reversal may empty it again.
    """

    group = models.ForeignKey(Group, models.PROTECT, related_name="loans")
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="loans", verbose_name=_("member")
    )
    number = models.PositiveIntegerField(_("number"))
    rules = models.ForeignKey(Rules, models.PROTECT, related_name="loans")
    meeting = models.ForeignKey(
        "savings_groups.Meeting", models.PROTECT, null=True, related_name="loans"
    )
    disbursed_on = models.DateField(_("paid out on"))
    principal = amount_field(_("amount"))
    rate = rate_field(_("interest per month, in percent"))
    method = models.CharField(
        _("how interest is calculated"), max_length=12, choices=Rules.Method.choices
    )
    months = models.PositiveSmallIntegerField(_("months"))
    grace = models.PositiveSmallIntegerField(_("months with interest alone"), default=0)
    every = models.PositiveSmallIntegerField(_("a payment every … months"), default=1)
    balloon = amount_field(_("left for the last payment"))
    instalment = amount_field(_("fixed payment"))
    up_front = models.BooleanField(_("interest taken when it was paid out"), default=False)
    approved_by = backer_field(_("approved by"))
    guarantor_one = backer_field(_("first guarantor"))
    guarantor_two = backer_field(_("second guarantor"))
    purpose = models.CharField(_("purpose"), max_length=200, blank=True)
    # What was owed in interest when a group brought this loan along at its cut-off meeting.
    interest_brought = amount_field(_("interest owed when it was taken over"))
    # Of a loan that was brought along: interest for the time to come that had been taken up front.
    interest_ahead = amount_field(_("interest paid ahead when it was taken over"))
    settled_on = models.DateField(_("repaid on"), null=True, blank=True)
    written_off_on = models.DateField(_("written off on"), null=True, blank=True)
    written_off = amount_field(_("written off"))
    # Interest that was owed when the loan was given up, and is not asked for any more.
    interest_given_up = amount_field(_("interest given up"))
    written_off_because = models.CharField(_("why it was written off"), max_length=300, blank=True)

    # By `with_terms`: the interest that was let off, and when.
    waived_days: list[date]
    waived_amounts: list[int]

    # What is read along with a loan, where it is shown who stands for it.
    BACKERS = ("approved_by__person", "guarantor_one__person", "guarantor_two__person")

    objects: ClassVar = LoanQuerySet.as_manager()

    class Meta:
        verbose_name = _("loan")
        verbose_name_plural = _("loans")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["group", "number"], name="loan_number_once"),
            models.UniqueConstraint(fields=["group", "id"], name="loan_of_group"),
            models.CheckConstraint(
                name="loan_of_an_amount",
                condition=Q(
                    principal__gt=0,
                    interest_brought__gte=0,
                    written_off__gte=0,
                    interest_given_up__gte=0,
                ),
                violation_error_message=_("The amount must be above zero."),
            ),
            models.CheckConstraint(
                name="loan_rate_up_to_20_percent", condition=Q(rate__gte=0, rate__lte=20)
            ),
            models.CheckConstraint(
                name="loan_of_1_to_60_months", condition=Q(months__gte=1, months__lte=60)
            ),
            models.CheckConstraint(
                name="loan_terms_agree",
                condition=Q(grace__gte=0, grace__lt=F("months"))
                & Q(every__gte=1, every__lte=F("months"))
                & Q(balloon__gte=0, balloon__lte=F("principal"), instalment__gte=0)
                & (Q(balloon=0) | Q(instalment=0))
                & (Q(grace=0) | Q(balloon__lt=F("principal")))
                & (Q(up_front=False) | ~Q(method="instalment")),
                violation_error_message=_("The terms of the loan contradict each other."),
            ),
            models.CheckConstraint(
                name="loan_interest_ahead_was_taken_up_front",
                condition=Q(interest_ahead=0) | Q(interest_ahead__gt=0, up_front=True),
            ),
            models.CheckConstraint(
                name="loan_backed_by_others",
                condition=~Q(guarantor_one=F("member"))
                & ~Q(guarantor_two=F("member"))
                & ~Q(approved_by=F("member"))
                & ~Q(guarantor_one=F("guarantor_two")),
                violation_error_message=_("Nobody stands for a loan of their own, or twice."),
            ),
            models.CheckConstraint(
                name="loan_written_off_for_a_reason",
                condition=Q(written_off_on=None, written_off=0)
                | (Q(written_off_on__isnull=False, written_off__gt=0) & ~Q(written_off_because="")),
            ),
            models.CheckConstraint(
                name="loan_interest_given_up_for_a_reason",
                condition=Q(interest_given_up=0) | ~Q(written_off_because=""),
            ),
        ]
        indexes = [models.Index(fields=["member", "disbursed_on"], name="loan_of_member")]

    def __str__(self) -> str:
        return f"{self.number}"

    @property
    def guarantors(self) -> list[Member]:
        """Who stands for it."""
        return [member for member in (self.guarantor_one, self.guarantor_two) if member]

    @property
    def is_outstanding(self) -> bool:
        """Whether something is still owed."""
        return self.settled_on is None and self.written_off_on is None

    @property
    def terms(self) -> loans.Terms:
        """What it was given under, or how it goes on since it was last rolled over."""
        given = replace(self.terms_as_given, moved_to=self.group.next_meeting_on)
        renewals = list(self.renewals.all())
        if not renewals:
            return given
        last = renewals[-1]
        return loans.renewed(
            given, principal=last.principal, months=last.months, starts_on=last.starts_on
        )

    @property
    def terms_as_given(self) -> loans.Terms:
        """What it was given under at first."""
        return loans.Terms(
            principal=self.principal,
            rate=self.rate,
            months=self.months,
            method=loans.Method(self.method),
            policy=loans.PartialMonth(self.rules.partial_month),
            unit=self.rules.cash_unit,
            starts_on=self.disbursed_on,
            interest_brought=self.interest_brought,
            flat_in_full=self.rules.flat_in_full,
            rhythm=loans.Rhythm(self.rules.meets),
            grace=self.grace,
            every=self.every,
            balloon=self.balloon,
            instalment=self.instalment,
            up_front=self.up_front,
            interest_ahead=self.interest_ahead,
        )


@tracked
class Renewal(OwnedRecord):
    """A loan was rolled over or given new months: from this day it goes on as written here."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="+")
    loan = models.ForeignKey(Loan, models.PROTECT, related_name="renewals")
    starts_on = models.DateField(_("from"))
    principal = amount_field(_("amount"))
    capitalised = amount_field(_("unpaid interest added"))
    months = models.PositiveSmallIntegerField(_("months"))
    reason = models.CharField(_("reason"), max_length=300)

    class Meta:
        verbose_name = _("renewal of a loan")
        verbose_name_plural = _("renewals of loans")
        ordering = ["starts_on", "created_at"]
        constraints = [
            models.CheckConstraint(
                name="renewal_of_an_amount",
                condition=Q(principal__gt=0, capitalised__gte=0, months__gte=1, months__lte=60),
            ),
            models.CheckConstraint(name="renewal_has_a_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return short_date(self.starts_on)


@tracked
class InterestWaived(OwnedRecord):
    """The group lets a member off the interest of one month of a loan, as after a flood.

    Interest is in no account until it is paid: nothing is booked, and the loan costs so much less.
    """

    group = models.ForeignKey(Group, models.PROTECT, related_name="+")
    loan = models.ForeignKey(Loan, models.PROTECT, related_name="interest_waived")
    month_ends_on = models.DateField(_("month that ends on"))
    waived_on = models.DateField(_("on"))
    amount = amount_field(_("amount"))
    reason = models.CharField(_("reason"), max_length=300)

    class Meta:
        verbose_name = _("interest let off")
        verbose_name_plural = _("interest let off")
        ordering = ["month_ends_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["loan", "month_ends_on"],
                name="interest_of_a_month_waived_once",
                violation_error_message=_("The interest of this month is let off already."),
            ),
            models.CheckConstraint(
                name="interest_waived_for_a_reason",
                condition=Q(amount__gt=0, waived_on__gte=F("month_ends_on")) & ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return short_date(self.month_ends_on)
