"""A group's meeting, and the sheet of what happened in it as it stands on paper."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.models.base import tracked
from registry.models.owned import OwnedQuerySet, OwnedRecord
from savings_groups.bookkeeping import ledger
from savings_groups.bookkeeping.ledger import Fund
from savings_groups.bookkeeping.loans import Held, Plan
from savings_groups.models.groups import Group, Rules, amount_field
from savings_groups.models.lending import Loan, backer_field
from savings_groups.models.members import Member
from savings_groups.models.sealing import refuse_change_when_sealed, refuse_when_sealed


class MeetingQuerySet(OwnedQuerySet["Meeting"]):
    def sealed(self) -> MeetingQuerySet:
        return self.filter(state=Meeting.State.SEALED)


@tracked
class Meeting(OwnedRecord):
    """One meeting of a group: a draft while it is typed, then counted, then sealed.

    Once it is sealed its sheet is in the ledger, and the database refuses any change to it.
    A group has one meeting at a time that is not sealed.
    """

    class Kind(models.TextChoices):
        ORDINARY = "ordinary", _("Meeting")
        CUT_OFF = "cut-off", _("Cut-off meeting: balances taken over")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        COUNTED = "counted", _("Counted")
        SEALED = "sealed", _("Sealed")

    group = models.ForeignKey(Group, models.PROTECT, related_name="meetings")
    rules = models.ForeignKey(Rules, models.PROTECT, related_name="meetings")
    number = models.PositiveIntegerField(_("number"))
    kind = models.CharField(
        _("kind"), max_length=10, choices=Kind.choices, default=Kind.ORDINARY, editable=False
    )
    held_on = models.DateField(_("held on"))
    # A sheet that was forgotten: what it says happened on its day and is booked on a later one.
    is_late = models.BooleanField(_("late sheet"), default=False, editable=False)
    # Held besides the one of its month or week: loans go on as if it had not been held.
    is_extra = models.BooleanField(_("extra meeting"), default=False, editable=False)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.DRAFT, editable=False
    )
    minutes = models.TextField(_("minutes: what was discussed and decided"), blank=True)
    # What the count found; see CashCount for the notes.
    expected = amount_field(_("expected in the box"), null=True, default=None, editable=False)
    counted = amount_field(_("counted in the box"), null=True, default=None, editable=False)
    difference_fund = models.CharField(
        _("fund of the difference"), max_length=15, choices=Fund.choices, default=Fund.LOAN
    )
    difference_reason = models.CharField(_("what explains it"), max_length=300, blank=True)
    witness_one = models.ForeignKey(
        Member,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=pgettext_lazy("witness", "first name"),
    )
    witness_two = models.ForeignKey(
        Member,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=pgettext_lazy("witness", "second name"),
    )
    # How many journal entries the book had when the sheet was counted: sealing what was counted on
    # other grounds is refused.
    counted_at_sequence = models.BigIntegerField(null=True, editable=False)
    sealed_at = models.DateTimeField(_("sealed at"), null=True, editable=False)
    sealed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("sealed by"),
    )

    objects: ClassVar = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting of a group")
        verbose_name_plural = _("meetings of groups")
        ordering = ["-held_on", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["group", "number"], name="meeting_number_once"),
            models.UniqueConstraint(fields=["group", "id"], name="meeting_of_group"),
            models.UniqueConstraint(
                fields=["group"],
                condition=~Q(state="sealed"),
                name="meeting_one_open_at_a_time",
                violation_error_message=_("Another meeting of this group is not sealed yet."),
            ),
            models.CheckConstraint(
                name="meeting_counted_before_sealed",
                condition=Q(state="draft")
                | Q(expected__isnull=False, counted__isnull=False, counted__gte=0),
            ),
            models.CheckConstraint(
                name="meeting_difference_with_two_names",
                condition=~Q(state="sealed")
                | Q(expected=F("counted"))
                | (
                    Q(witness_one__isnull=False, witness_two__isnull=False)
                    & ~Q(witness_one=F("witness_two"))
                ),
                violation_error_message=_("A difference needs the names of two members."),
            ),
            models.CheckConstraint(
                name="meeting_sealed_by_somebody",
                condition=Q(state="sealed", sealed_at__isnull=False, sealed_by__isnull=False)
                | (~Q(state="sealed") & Q(sealed_at=None, sealed_by=None)),
            ),
        ]
        indexes = [models.Index(fields=["group", "-held_on", "-number"], name="meeting_list")]
        triggers = [refuse_change_when_sealed()]

    def __str__(self) -> str:
        return f"{self.number}"

    @property
    def is_sealed(self) -> bool:
        return self.state == self.State.SEALED

    @property
    def is_cut_off(self) -> bool:
        return self.kind == self.Kind.CUT_OFF

    @property
    def as_held(self) -> list[Held]:
        """The meeting as loans count it: an extra one is none."""
        return [] if self.is_extra else [Held(self.held_on, self.rules.meets)]

    @property
    def difference(self) -> int:
        """Counted less expected; 0 before the count."""
        return (self.counted or 0) - (self.expected or 0)


@tracked
class SheetRow(OwnedRecord):
    """One member's line of the sheet. At a cut-off meeting the amounts are balances.

    Empty is not written down; zero is. The ledger alone holds what was booked.
    """

    class Attendance(models.TextChoices):
        PRESENT = "present", _("Present")
        LATE = "late", _("Late")
        EXCUSED = "excused", _("Excused")
        ABSENT = "absent", _("Absent")

    THERE = (Attendance.PRESENT, Attendance.LATE)
    AMOUNTS = (
        "saving",
        "voluntary",
        "withdrawal",
        "voluntary_out",
        "repayment",
        "fine_levied",
        "fine_paid",
        "welfare",
        "fee",
        "loan",
    )
    # Only at a cut-off meeting.
    BALANCES = ("interest_owed", "welfare_owed", "overpaid")

    group = models.ForeignKey(Group, models.PROTECT, related_name="+")
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="rows")
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="sheet_rows", verbose_name=_("member")
    )
    attendance = models.CharField(
        _("present"), max_length=10, choices=Attendance.choices, default=Attendance.PRESENT
    )
    saving = amount_field(_("saving"))
    voluntary = amount_field(_("voluntary saving"))
    withdrawal = amount_field(_("withdrawal"))
    voluntary_out = amount_field(_("voluntary savings taken out"))
    repayment = amount_field(_("repayment"))
    fine_levied = amount_field(_("fine owed"))
    fine_paid = amount_field(_("fine paid"))
    welfare = amount_field(_("welfare"))
    fee = amount_field(_("joining fee"))
    loan = amount_field(_("new loan"))
    loan_months = models.PositiveSmallIntegerField(_("months"), null=True, blank=True)
    loan_purpose = models.CharField(_("purpose of the loan"), max_length=200, blank=True)
    # Only at a cut-off meeting: interest that the member owes already, what the welfare fund has
    # lent them, and what they paid too much. Fines that are owed stand where fines are given.
    interest_owed = amount_field(_("interest owed"))
    welfare_owed = amount_field(_("owed to the welfare fund"))
    overpaid = amount_field(_("paid too much"))

    class Meta:
        verbose_name = _("line of a sheet")
        verbose_name_plural = _("lines of sheets")
        ordering = ["member__number"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "member"], name="sheet_line_once"),
            models.CheckConstraint(
                name="sheet_row_amounts_not_below_zero",
                condition=Q(
                    saving__gte=0,
                    voluntary__gte=0,
                    withdrawal__gte=0,
                    voluntary_out__gte=0,
                    repayment__gte=0,
                    fine_levied__gte=0,
                    fine_paid__gte=0,
                    welfare__gte=0,
                    fee__gte=0,
                    loan__gte=0,
                    interest_owed__gte=0,
                    welfare_owed__gte=0,
                    overpaid__gte=0,
                ),
                violation_error_message=_("An amount cannot be below zero."),
            ),
            models.CheckConstraint(
                name="sheet_row_loan_has_months",
                # A draft may still lack them, so that nothing typed is lost; the count asks.
                condition=Q(loan=0) | Q(loan_months__gte=1, loan_months__lte=60),
                violation_error_message=_("Say for how many months the loan is."),
            ),
        ]
        triggers = [refuse_when_sealed("sheet_row")]

    def __str__(self) -> str:
        return f"{self.member}"

    @property
    def agreed(self) -> Agreement | None:
        """What was agreed for the new loan besides amount and months, where anything was."""
        return getattr(self, "agreement", None)


@tracked
class Agreement(OwnedRecord):
    """What was agreed for the loan of a line; without it the loan goes by the rules of the group.

    The loan holds it once the sheet is sealed.
    """

    group = models.ForeignKey(Group, models.PROTECT, related_name="+")
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="agreements")
    row = models.OneToOneField(SheetRow, models.CASCADE, related_name="agreement")
    plan = models.CharField(
        _("how it is repaid"),
        max_length=12,
        choices=Plan.choices,
        default=Plan.PARTS,
    )
    every = models.PositiveSmallIntegerField(_("a payment every … months"), default=1)
    grace = models.PositiveSmallIntegerField(_("months with interest alone"), default=0)
    balloon = amount_field(_("left for the last payment"))
    instalment = amount_field(_("fixed payment"))
    approved_by = backer_field(_("approved by"))
    guarantor_one = backer_field(_("first guarantor"))
    guarantor_two = backer_field(_("second guarantor"))

    # What is read along with a line.
    BACKERS = tuple(
        f"agreement__{name}__person" for name in ("approved_by", "guarantor_one", "guarantor_two")
    )

    class Meta:
        verbose_name = _("agreement on a loan")
        verbose_name_plural = _("agreements on loans")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="agreement_not_below_zero",
                # Whether it fits the loan is asked when the box is counted: a draft may change.
                condition=Q(every__gte=1, grace__gte=0, balloon__gte=0, instalment__gte=0),
                violation_error_message=_("An amount cannot be below zero."),
            ),
            models.CheckConstraint(
                name="agreement_of_two_guarantors",
                condition=~Q(guarantor_one=F("guarantor_two")),
                violation_error_message=_("The two guarantors are the same member."),
            ),
        ]
        triggers = [refuse_when_sealed("agreement")]

    def __str__(self) -> str:
        return self.get_plan_display()

    @property
    def guarantors(self) -> list[Member]:
        """Who stands for the loan."""
        return [member for member in (self.guarantor_one, self.guarantor_two) if member]

    @property
    def backers(self) -> list[Member]:
        """Who stands for it, with whoever approved it."""
        return [*self.guarantors, *([self.approved_by] if self.approved_by else [])]


class Split(OwnedRecord):
    """How the repayment of a line was divided when the sheet was counted.

    Made anew with every count; the ledger holds what was booked.
    """

    group = models.ForeignKey(Group, models.PROTECT, related_name="+")
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="splits")
    row = models.ForeignKey(SheetRow, models.CASCADE, related_name="splits")
    loan_paid = models.ForeignKey(Loan, models.PROTECT, null=True, related_name="+")
    interest = amount_field(_("interest"))
    principal = amount_field(_("of the loan"))
    fines = amount_field(_("fines"))
    over = amount_field(_("too much"))

    class Meta:
        verbose_name = _("split of a repayment")
        verbose_name_plural = _("splits of repayments")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="split_not_below_zero",
                # Interest is given back only of a loan that ends, and set off against it.
                condition=Q(interest__gte=0 - F("principal"))
                & Q(principal__gte=0, fines__gte=0, over__gte=0),
            ),
        ]
        triggers = [refuse_when_sealed("split")]

    def __str__(self) -> str:
        return f"{self.interest} + {self.principal}"


@tracked
class GroupLine(OwnedRecord):
    """A line of the sheet that is the group's own: the bank, an expense, help, a road."""

    Event = ledger.GroupEvent

    class Purpose(models.TextChoices):
        ILLNESS = "illness", _("Illness")
        FUNERAL = "funeral", _("Funeral")
        BIRTH = "birth", _("Birth")
        SCHOOL = "school", _("School")
        DISASTER = "disaster", _("Flood, fire, storm")
        ROAD = "road", _("Road")
        WATER = "water", _("Well or water")
        PAGODA = "pagoda", _("Pagoda")
        OTHER = "other", _("Other")

    # Spending of this kind is decided by the members: who, what for, and in which minutes.
    DECIDED = (Event.WELFARE_HELP, Event.VILLAGE_WORKS)

    group = models.ForeignKey(Group, models.PROTECT, related_name="+")
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="lines")
    event = models.CharField(_("what"), max_length=30, choices=Event.choices)
    fund = models.CharField(_("fund"), max_length=15, choices=Fund.choices, default=Fund.LOAN)
    amount = amount_field(_("amount"))
    member = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("member")
    )
    loan_recovered = models.ForeignKey(
        Loan, models.PROTECT, null=True, blank=True, related_name="+"
    )
    account = models.PositiveSmallIntegerField(null=True, editable=False)
    payee = models.CharField(_("to whom, or from whom"), max_length=200, blank=True)
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose.choices, blank=True)
    minute_number = models.CharField(_("number of the minutes"), max_length=30, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("line of the group")
        verbose_name_plural = _("lines of the group")
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="group_line_of_an_amount",
                condition=Q(amount__gt=0),
                violation_error_message=_("The amount must be above zero."),
            ),
            models.CheckConstraint(
                name="group_line_help_is_decided",
                condition=~Q(event__in=["welfare help", "village works"])
                | (~Q(purpose="") & ~Q(minute_number="")),
                violation_error_message=_(
                    "Help and village works need a purpose and the number of the minutes."
                ),
            ),
            models.CheckConstraint(
                name="group_line_opening_has_an_account",
                condition=Q(event="opening", account__isnull=False)
                | (~Q(event="opening") & Q(account=None)),
            ),
        ]
        triggers = [refuse_when_sealed("group_line")]

    def __str__(self) -> str:
        return self.get_event_display()

    @property
    def what(self) -> str:
        """What it is about; of a balance taken over the name of its account, if it was fetched."""
        return getattr(self, "account_name", "") or self.get_event_display()


@tracked
class CashCount(OwnedRecord):
    """How many notes of one kind lay in the box; denomination 0 is loose money, in units."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="+")
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="counts")
    denomination = amount_field(_("banknote"))
    pieces = amount_field(_("how many"))

    class Meta:
        verbose_name = _("notes counted")
        verbose_name_plural = _("notes counted")
        ordering = ["-denomination"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "denomination"], name="cash_count_once"),
            models.CheckConstraint(
                name="cash_count_not_below_zero",
                condition=Q(denomination__gte=0, pieces__gte=0),
            ),
        ]
        triggers = [refuse_when_sealed("cash_count")]

    def __str__(self) -> str:
        return f"{self.pieces} × {self.denomination}"

    @property
    def amount(self) -> int:
        return self.pieces * (self.denomination or 1)


@tracked
class FineWaived(OwnedRecord):
    """The group waived a fine that a member owed."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="fines_waived")
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="fines_waived", verbose_name=_("member")
    )
    waived_on = models.DateField(_("on"))
    amount = amount_field(_("amount"))
    reason = models.CharField(_("reason"), max_length=300)

    class Meta:
        verbose_name = _("fine let off")
        verbose_name_plural = _("fines let off")
        ordering = ["waived_on"]
        constraints = [
            models.CheckConstraint(
                name="fine_waived_for_a_reason", condition=Q(amount__gt=0) & ~Q(reason="")
            ),
        ]

    def __str__(self) -> str:
        return self.reason
