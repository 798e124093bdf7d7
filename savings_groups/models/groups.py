"""Savings groups, and the rules that each group gives itself from one day on."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Literal, overload

from django.db import models
from django.db.models import F, Q, Subquery
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core.models.base import tracked
from khmer.dates import short_date
from registry.models import Organisation, Place, Project, ProjectLink, chain_of
from registry.models.owned import OwnedQuerySet, OwnedRecord
from savings_groups.bookkeeping import loans, weights
from savings_groups.bookkeeping.ledger import Account
from savings_groups.bookkeeping.money import Currency


class GroupQuerySet(OwnedQuerySet["Group"]):
    def within(self, place: Place) -> GroupQuerySet:
        """In a place or anywhere in it."""
        return self.filter(place__in=Place.objects.within(place))

    def with_demo_data(self) -> GroupQuerySet:
        """Those that are made up, or have a member who is."""
        made_up = Q(is_demo=True) | Q(organisation__is_demo=True) | Q(members__person__is_demo=True)
        return self.filter(made_up)

    def with_names(self) -> GroupQuerySet:
        """With the organisation that holds the name, and the place with the places above it."""
        return self.select_related("owner", "organisation", *chain_of("place"))


@tracked
class Group(OwnedRecord):
    """A self-help or savings group. Its name is that of its organisation in the directory.

    It goes live when its opening balances are complete; from then on its ledger is the truth.
    """

    class State(models.TextChoices):
        SETTING_UP = "setting up", _("Setting up")
        LIVE = "live", _("Live")
        ENDED = "ended", _("Ended")

    organisation = models.OneToOneField(
        Organisation,
        models.PROTECT,
        related_name="savings_group",
        verbose_name=_("entry in the directory"),
    )
    place = models.ForeignKey(
        Place,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="savings_groups",
        verbose_name=_("village"),
    )
    formed_on = models.DateField(_("formed on"), null=True, blank=True)
    currency = models.CharField(
        _("currency"), max_length=3, choices=Currency.choices, default=Currency.KHR
    )
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=State.choices,
        default=State.SETTING_UP,
        editable=False,
    )
    live_on = models.DateField(_("keeps its ledger here since"), null=True, editable=False)
    projects = models.ManyToManyField(
        Project,
        through="GroupProject",
        blank=True,
        related_name="savings_groups",
        verbose_name=_("projects"),
    )
    # Where the next one is put off: nobody is late before it.
    next_meeting_on = models.DateField(
        _("next meeting, where it is put off"), null=True, blank=True
    )
    notes = models.TextField(_("notes"), blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    is_demo = models.BooleanField(_("demonstration data"), default=False, editable=False)

    objects: ClassVar = GroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("savings group")
        verbose_name_plural = _("savings groups")
        ordering = ["organisation__sort_key", "id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "id"], name="savings_group_of_owner"),
            models.CheckConstraint(
                name="savings_group_live_since_a_day",
                condition=Q(state="setting up", live_on=None)
                | (~Q(state="setting up") & Q(live_on__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language of the page, or the one it has."""
        return self.organisation.name

    @cached_property
    def holds_demo_data(self) -> bool:
        """Whether it is made up, or a member is. One query."""
        return Group.objects.filter(pk=self.pk).with_demo_data().exists()

    @property
    def is_live(self) -> bool:
        return self.state == self.State.LIVE

    @property
    def last_booked_day(self) -> date | None:
        """The day up to which the ledger knows what happened; None for an empty one. A query.

        A sealed sheet on which nobody paid anything is known as well.
        """
        booked = self.journals.order_by("-book_date").values("book_date")[:1]
        held = self.meetings.sealed().order_by("-held_on").values("held_on")[:1]
        days = Group.objects.filter(pk=self.pk).values_list(Subquery(booked), Subquery(held))
        return max((day for each in days for day in each if day), default=None)

    @property
    def money(self) -> Currency:
        """The currency with its number of decimals and its sign."""
        return Currency(self.currency)


@tracked
class GroupProject(ProjectLink):
    """A group is supported by a project."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="project_links")

    class Meta:
        verbose_name = _("project of a group")
        verbose_name_plural = _("projects of groups")
        constraints = [
            models.UniqueConstraint(fields=["group", "project"], name="group_project_once"),
        ]


@overload
def amount_field(
    label: Any, *, null: Literal[True], **options: Any
) -> models.BigIntegerField[Any, int | None]: ...
@overload
def amount_field(
    label: Any, *, null: Literal[False] = False, **options: Any
) -> models.BigIntegerField[Any, int]: ...
def amount_field(label: Any, **options: Any) -> models.BigIntegerField[Any, Any]:
    """A sum of money in whole riel or whole US cents."""
    return models.BigIntegerField(label, **({"default": 0} | options))


def percent_field(label: Any, **options: Any) -> models.DecimalField[Any, Any]:
    """A percentage, or a multiple, with two decimals."""
    return models.DecimalField(label, max_digits=5, decimal_places=2, **options)


def rate_field(label: Any, **options: Any) -> models.DecimalField[Any, Any]:
    """Interest per month in percent, with four decimals: 20 percent a year are 1.6667 a month."""
    return models.DecimalField(label, max_digits=7, decimal_places=4, **options)


@tracked
class Rules(OwnedRecord):
    """What a group has decided, valid from one day until the next set of rules.

    The past is never rewritten: a set that something was booked under cannot change, and a new
    one begins after the last sealed meeting. The database refuses otherwise.
    """

    class SavingKind(models.TextChoices):
        SAVINGS = "savings", _("Savings: any amount within the limits")
        SHARES = "shares", _("Shares: whole shares at a fixed price")

    Interval = loans.Rhythm
    Method = loans.Method
    Plan = loans.Plan
    PartialMonth = loans.PartialMonth
    Order = loans.Order

    class ClosingKind(models.TextChoices):
        SHARE_OUT = "share out", _("Share everything out")
        SPLIT = "split", _("Split the profit by percentages")
        KEEP = "keep", _("Keep everything in the group")

    Weight = weights.Weight

    class WelfareAtEnd(models.TextChoices):
        KEEP = "keep", _("It is kept for the next cycle")
        SHARE = "share", _("It is shared out, the same to every member")

    class MembersPart(models.TextChoices):
        CASH = "cash", _("Paid in cash")
        SAVINGS = "savings", _("Added to savings")

    UNITS = [(1, "1"), (50, "50"), (100, "100")]

    group = models.ForeignKey(Group, models.PROTECT, related_name="rules")
    valid_from = models.DateField(_("valid from"))
    decision = models.CharField(
        _("decided at"),
        max_length=200,
        blank=True,
        help_text=_("The meeting or the number of the minutes in which the members decided."),
    )
    meets = models.CharField(
        _("meets"), max_length=10, choices=Interval.choices, default=Interval.MONTH
    )
    cash_unit = models.PositiveIntegerField(
        _("smallest unit of cash"),
        choices=UNITS,
        default=100,
        help_text=_("Interest is rounded to it. In US cents for a group that saves in dollars."),
    )
    # Savings
    saving_kind = models.CharField(
        _("members save by"),
        max_length=10,
        choices=SavingKind.choices,
        default=SavingKind.SAVINGS,
    )
    share_price = amount_field(_("price of a share"), null=True, blank=True, default=None)
    least_saving = amount_field(
        _("least saving at a meeting"), help_text=_("For shares: the price times the fewest.")
    )
    most_saving = amount_field(_("most saving at a meeting"), null=True, blank=True, default=None)
    in_stamps = models.BooleanField(
        _("shares are stamps"),
        default=False,
        help_text=_(
            "They are written as a number, and cost the same until they have been shared out."
        ),
    )
    saving_is_due = models.BooleanField(
        _("every member saves at every meeting"),
        default=False,
        help_text=_("Whoever brings less than the least saving is in arrears until it is made up."),
    )
    voluntary_savings = models.BooleanField(
        _("members may also save voluntarily"),
        default=False,
        help_text=_("Beside the saving of a meeting. They take it out whenever they want."),
    )
    voluntary_in_profit = models.BooleanField(
        _("voluntary savings have a part of the profit"), default=True
    )
    catch_up_meetings = models.PositiveSmallIntegerField(
        _("savings that somebody who joins in mid-cycle may make up for, in meetings"),
        default=0,
        help_text=_(
            "At most those that were missed. For each, as much as the rules allow at a meeting, or "
            "what is due where they set no most. 0 for none."
        ),
    )
    leaver_percent = models.PositiveSmallIntegerField(
        _("percent of their part of the profit that a leaver takes"),
        default=0,
        help_text=_("0 where they take only what they saved, 100 where they take all of it."),
    )
    # Loans
    loan_rate = rate_field(_("interest per month, in percent"), default=0)
    loan_method = models.CharField(
        _("how interest is calculated"),
        max_length=12,
        choices=Method.choices,
        default=Method.DECLINING,
    )
    partial_month = models.CharField(
        _("a part of a month"),
        max_length=10,
        choices=PartialMonth.choices,
        default=PartialMonth.MEETING,
    )
    allocation = models.CharField(
        _("what a repayment pays first"),
        max_length=30,
        choices=Order.choices,
        default=Order.INTEREST_PRINCIPAL,
    )
    up_front = models.BooleanField(
        _("the interest is taken when the loan is paid out"), default=False
    )
    flat_in_full = models.BooleanField(
        _("whoever repays early pays the whole flat interest, or gets nothing back"), default=False
    )
    loan_plan = models.CharField(
        _("how a loan is repaid"), max_length=12, choices=Plan.choices, default=Plan.PARTS
    )
    loan_every = models.PositiveSmallIntegerField(_("a payment every … months"), default=1)
    loan_grace = models.PositiveSmallIntegerField(
        _("months with interest alone, before the loan is repaid"), default=0
    )
    longest_loan = models.PositiveSmallIntegerField(_("longest loan, in months"), default=12)
    largest_loan = amount_field(_("largest loan"), null=True, blank=True, default=None)
    loan_times_savings = percent_field(
        _("largest loan, as a multiple of savings"), null=True, blank=True
    )
    loan_is_approved = models.BooleanField(
        _("it is written down who approved a loan"), default=False
    )
    loan_guarantors = models.PositiveSmallIntegerField(
        _("guarantors of a loan"), choices=[(0, "0"), (1, "1"), (2, "2")], default=0
    )
    several_loans = models.BooleanField(_("a member may hold several loans"), default=False)
    roll_over = models.BooleanField(
        _("unpaid interest may be added to the loan"),
        default=False,
        help_text=_("Interest on interest: the debt of somebody who cannot pay grows."),
    )
    keep_overpayment = models.BooleanField(
        _("what is paid too much is kept for the member"), default=False
    )
    # Fines, fees, welfare
    fine_absent = amount_field(_("fine for being absent"))
    fine_late = amount_field(_("fine for coming late"))
    fine_missed = amount_field(_("fine for a missed saving"))
    fines_to_welfare = models.BooleanField(_("fines go to the welfare fund"), default=False)
    joining_fee = amount_field(_("joining fee"))
    has_welfare = models.BooleanField(_("has a welfare fund"), default=True)
    welfare_due = amount_field(_("welfare contribution at a meeting"))
    has_administration = models.BooleanField(_("has an administration fund"), default=False)
    savings_interest = percent_field(_("interest on savings per month, in percent"), default=0)
    # Closing a cycle or year
    closing = models.CharField(
        _("when a year ends"), max_length=10, choices=ClosingKind.choices, default=ClosingKind.KEEP
    )
    closing_weight = models.CharField(
        _("the members' part is divided"),
        max_length=10,
        choices=Weight.choices,
        default=Weight.SAVINGS,
    )
    percent_administration = models.PositiveSmallIntegerField(
        _("percent to administration"), default=0
    )
    percent_capital = models.PositiveSmallIntegerField(_("percent to group capital"), default=0)
    percent_welfare = models.PositiveSmallIntegerField(_("percent to welfare"), default=0)
    percent_members = models.PositiveSmallIntegerField(_("percent to members"), default=0)
    welfare_at_end = models.CharField(
        _("the welfare fund at a share-out"),
        max_length=10,
        choices=WelfareAtEnd.choices,
        default=WelfareAtEnd.KEEP,
    )
    members_part = models.CharField(
        _("the members' part is"),
        max_length=10,
        choices=MembersPart.choices,
        default=MembersPart.CASH,
    )

    class Meta:
        verbose_name = _("rules of a group")
        verbose_name_plural = _("rules of groups")
        ordering = ["-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "valid_from"],
                name="rules_one_set_a_day",
                violation_error_message=_("Rules of this day are there already."),
            ),
            models.UniqueConstraint(fields=["group", "id"], name="rules_of_group"),
            models.CheckConstraint(
                name="rules_shares_have_a_price",
                # An empty price is neither above zero nor not: a CHECK would let it pass.
                condition=Q(saving_kind="shares", share_price__isnull=False, share_price__gt=0)
                | (Q(saving_kind="savings") & Q(share_price=None)),
                violation_error_message=_("Shares have a price; savings have none."),
            ),
            models.CheckConstraint(
                name="rules_most_saving_above_least",
                condition=Q(most_saving=None) | Q(most_saving__gte=F("least_saving")),
                violation_error_message=_("The most is below the least."),
            ),
            models.CheckConstraint(
                name="rules_leaver_takes_a_part",
                condition=Q(leaver_percent=0) | Q(leaver_percent__lte=100) & ~Q(closing="keep"),
                violation_error_message=_(
                    "Where all profit is kept nobody has a part in it, and a leaver takes none."
                ),
            ),
            models.CheckConstraint(
                name="rules_catch_up_is_an_amount",
                condition=Q(catch_up_meetings=0)
                | Q(catch_up_meetings__lte=60) & (Q(most_saving__gt=0) | Q(least_saving__gt=0)),
                violation_error_message=_(
                    "Say what members save at least, or at most: what is made up for is measured "
                    "by it, for 60 meetings at most."
                ),
            ),
            models.CheckConstraint(
                name="rules_welfare_shared_where_there_is_one",
                condition=Q(welfare_at_end="keep") | Q(has_welfare=True, closing="share out"),
                violation_error_message=_(
                    "Only a group with a welfare fund that shares everything out shares it out."
                ),
            ),
            models.CheckConstraint(
                name="rules_stamps_are_shares",
                condition=Q(in_stamps=False)
                | Q(saving_kind="shares", savings_interest=0)
                & ~Q(closing="split", members_part="savings"),
                violation_error_message=_(
                    "Stamps are whole shares: interest or a part of the profit added to them makes "
                    "none. Pay it in cash."
                ),
            ),
            models.CheckConstraint(
                name="rules_what_is_due_is_an_amount",
                condition=Q(saving_is_due=False) | Q(least_saving__gt=0),
                violation_error_message=_("Say what every member saves at every meeting."),
            ),
            models.CheckConstraint(
                name="rules_fine_for_what_is_due",
                condition=Q(fine_missed=0) | Q(saving_is_due=True),
                violation_error_message=_(
                    "A saving is missed only where every member saves at every meeting."
                ),
            ),
            models.CheckConstraint(
                name="rules_amounts_not_below_zero",
                condition=Q(
                    least_saving__gte=0,
                    fine_absent__gte=0,
                    fine_late__gte=0,
                    fine_missed__gte=0,
                    joining_fee__gte=0,
                    welfare_due__gte=0,
                    savings_interest__gte=0,
                )
                & (Q(largest_loan=None) | Q(largest_loan__gt=0))
                & (Q(loan_times_savings=None) | Q(loan_times_savings__gt=0)),
                violation_error_message=_("An amount cannot be below zero."),
            ),
            models.CheckConstraint(
                name="rules_loan_rate_up_to_20_percent",
                condition=Q(loan_rate__gte=0, loan_rate__lte=20),
                violation_error_message=_("Interest per month lies between 0 and 20 percent."),
            ),
            models.CheckConstraint(
                name="rules_loans_up_to_60_months",
                condition=Q(longest_loan__gte=1, longest_loan__lte=60),
                violation_error_message=_("A loan lasts between 1 and 60 months."),
            ),
            models.CheckConstraint(
                name="rules_payments_within_the_longest_loan",
                condition=Q(loan_every__gte=1, loan_every__lte=F("longest_loan"))
                & Q(loan_grace__gte=0, loan_grace__lt=F("longest_loan")),
                violation_error_message=_(
                    "Grace and the time between payments must be shorter than the longest loan."
                ),
            ),
            models.CheckConstraint(
                name="rules_loan_terms_agree",
                condition=(Q(loan_plan="parts") | Q(loan_grace=0) & ~Q(loan_method="instalment"))
                & (~Q(loan_plan="all at end") | Q(loan_every=1))
                & (Q(up_front=False) | ~Q(loan_method="instalment")),
                violation_error_message=_("The terms of loans contradict each other."),
            ),
            models.CheckConstraint(
                name="rules_guarantors_up_to_2",
                condition=Q(loan_guarantors__gte=0, loan_guarantors__lte=2),
            ),
            models.CheckConstraint(
                name="rules_unit_of_cash",
                condition=Q(cash_unit__in=[1, 50, 100]),
            ),
            models.CheckConstraint(
                name="rules_percentages_make_100",
                condition=~Q(closing="split")
                | Q(
                    percent_administration=100
                    - F("percent_capital")
                    - F("percent_welfare")
                    - F("percent_members")
                ),
                violation_error_message=_("The percentages must add up to 100."),
            ),
        ]

    def __str__(self) -> str:
        return short_date(self.valid_from)

    @property
    def by_shares(self) -> bool:
        return self.saving_kind == self.SavingKind.SHARES

    @property
    def stamp(self) -> int:
        """What a stamp costs; 0 where shares are no stamps."""
        return (self.share_price or 0) if self.in_stamps else 0

    @property
    def saving_due(self) -> int:
        """What every member saves at every meeting; 0 where nobody has to."""
        return self.least_saving if self.saving_is_due else 0

    @property
    def savings_account(self) -> Account:
        """Where members' money stands: as shares or as savings."""
        return Account.SHARES if self.by_shares else Account.SAVINGS
