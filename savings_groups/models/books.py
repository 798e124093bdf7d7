"""The ledger: journal entries and their postings, what the database makes of them, and closings.

Journal entries and postings are written once, by `actions.posting`, and never change. Seals,
balances and the head of the book are made by the triggers of migration 0003 and by nothing else.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import BTreeIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from core.languages import in_language_of_page
from core.models.base import tracked
from khmer.dates import short_date
from registry.models import Organisation
from registry.models.owned import OwnedRecord
from savings_groups.bookkeeping import ledger
from savings_groups.bookkeeping.ledger import Fund
from savings_groups.models.groups import Group, Rules, amount_field
from savings_groups.models.lending import Loan
from savings_groups.models.meetings import Meeting
from savings_groups.models.members import Member


class Account(models.Model):
    """A line of the chart of accounts. The code stays; the names may be changed.

    `side` is the side on which a balance must lie: 1 debit, -1 credit, 0 either.
    """

    code = models.PositiveSmallIntegerField(_("code"), primary_key=True)
    name_km = models.CharField(_("name in Khmer"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100)
    side = models.SmallIntegerField(_("side"), editable=False)
    by_member = models.BooleanField(_("kept by member"), editable=False)
    by_loan = models.BooleanField(_("kept by loan"), editable=False)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def name(self) -> str:
        """The name in the language of the page."""
        return in_language_of_page(km=self.name_km, other=self.name_en)


class Book(models.Model):
    """The head of a group's ledger: how many journal entries, the last hash, how far it is closed.

    Whoever posts locks this row first, so a group's journal entries come one after another.
    """

    group = models.OneToOneField(Group, models.PROTECT, primary_key=True, related_name="book")
    owner = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    sequence = models.BigIntegerField(default=0)
    head = models.BinaryField(max_length=32, default=bytes)
    closed_through = models.DateField(null=True)

    class Meta:
        verbose_name = _("book")
        verbose_name_plural = _("books")

    def __str__(self) -> str:
        return f"{self.sequence}"


class JournalEntry(models.Model):
    """A balanced entry. It belongs to one group and is about one event."""

    Event = ledger.Event

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Most keys are those of migration 0002, which hold the group as well; twice would cost twice.
    owner = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_constraint=False)
    group = models.ForeignKey(Group, models.PROTECT, related_name="journals", db_constraint=False)
    sequence = models.BigIntegerField(_("number"))
    book_date = models.DateField(_("date"))
    event = models.CharField(_("about"), max_length=20, choices=Event.choices)
    meeting = models.ForeignKey(
        Meeting, models.PROTECT, null=True, related_name="journals", db_constraint=False
    )
    closing = models.ForeignKey(
        "savings_groups.Closing",
        models.PROTECT,
        null=True,
        related_name="journals",
        db_constraint=False,
    )
    member = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="journals", db_constraint=False
    )
    rules = models.ForeignKey(Rules, models.PROTECT, related_name="+", db_constraint=False)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="reversed_by", verbose_name=_("reverses")
    )
    memo = models.CharField(_("note"), max_length=300, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )

    class Meta:
        db_table = "savings_groups_journal"
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")
        ordering = ["group", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["group", "sequence"], name="journal_number_once"),
            models.CheckConstraint(
                name="journal_reversal_has_a_reason",
                condition=Q(event="reversal", reverses__isnull=False) & ~Q(memo="")
                | ~Q(event="reversal") & Q(reverses=None),
            ),
        ]
        indexes = [
            models.Index(fields=["group", "book_date"], name="journal_dates"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence}"


class Posting(models.Model):
    """One line of a journal entry: debit positive, credit negative, in whole riel or US cents."""

    id = models.BigAutoField(primary_key=True)
    owner = models.ForeignKey(
        Organisation, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    # The trigger looks for all that a line refers to, for all lines of a sheet at once; a key for
    # each would cost as much as the sheet itself. What is referred to cannot be removed, since
    # the balances and journal entries refer to it as well.
    group = models.ForeignKey(
        Group, models.DO_NOTHING, related_name="postings", db_constraint=False, db_index=False
    )
    journal = models.ForeignKey(
        JournalEntry, models.PROTECT, related_name="postings", db_constraint=False, db_index=False
    )
    line = models.PositiveSmallIntegerField()
    account = models.ForeignKey(
        Account,
        models.PROTECT,
        related_name="postings",
        db_column="account",
        db_constraint=False,
        db_index=False,
    )
    fund = models.CharField(_("fund"), max_length=15, choices=Fund.choices)
    member = models.ForeignKey(
        Member,
        models.PROTECT,
        null=True,
        related_name="postings",
        db_constraint=False,
        db_index=False,
    )
    loan = models.ForeignKey(
        Loan,
        models.PROTECT,
        null=True,
        related_name="postings",
        db_constraint=False,
        db_index=False,
    )
    amount = models.BigIntegerField(_("amount"))

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        ordering = ["journal__sequence", "line"]
        constraints = [
            models.UniqueConstraint(fields=["journal", "line"], name="posting_line_once"),
            models.CheckConstraint(
                name="posting_of_an_amount",
                condition=~Q(amount=0) & Q(amount__gte=-(10**15), amount__lte=10**15),
            ),
            models.CheckConstraint(
                name="posting_fund_known",
                condition=Q(fund__in=["loan", "welfare", "administration"]),
            ),
        ]
        indexes = [
            BTreeIndex(fields=["group", "account"], name="posting_of_account"),
            BTreeIndex(
                fields=["member"], condition=Q(member__isnull=False), name="posting_of_member"
            ),
            BTreeIndex(fields=["loan"], condition=Q(loan__isnull=False), name="posting_of_loan"),
        ]

    def __str__(self) -> str:
        return f"{self.amount}"


class Seal(models.Model):
    """Its place in the hash chain of its group, made by the database when an entry is posted."""

    journal = models.OneToOneField(
        JournalEntry, models.PROTECT, primary_key=True, related_name="seal", db_constraint=False
    )
    hash = models.BinaryField(max_length=32)

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")

    def __str__(self) -> str:
        return bytes(self.hash).hex()


class Balance(models.Model):
    """The sum of the postings to one place, kept by the database as they are posted.

    There is one row for a place; the index `balance_place` of migration 0003 says so.
    """

    id = models.BigAutoField(primary_key=True)
    group = models.ForeignKey(Group, models.PROTECT, related_name="balances", db_index=False)
    account = models.ForeignKey(
        Account, models.PROTECT, related_name="+", db_column="account", db_index=False
    )
    fund = models.CharField(_("fund"), max_length=15, choices=Fund.choices)
    member = models.ForeignKey(Member, models.PROTECT, null=True, related_name="balances")
    loan = models.ForeignKey(Loan, models.PROTECT, null=True, related_name="balances")
    side = models.SmallIntegerField()
    amount = models.BigIntegerField()

    class Meta:
        verbose_name = _("balance")
        verbose_name_plural = _("balances")
        constraints = [
            models.CheckConstraint(
                name="balance_on_its_side",
                condition=Q(side=0) | Q(side=1, amount__gte=0) | Q(side=-1, amount__lte=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount}"


@tracked
class Closing(OwnedRecord):
    """A cycle or year of a group was closed through a day; nothing is dated on or before it.

    Opening it again takes a reason, and reverses what the closing had booked.
    """

    class State(models.TextChoices):
        BEING_BOOKED = "being booked", _("Being booked")
        CLOSED = "closed", _("Closed")
        REOPENED = "reopened", _("Opened again")

    group = models.ForeignKey(Group, models.PROTECT, related_name="closings")
    rules = models.ForeignKey(Rules, models.PROTECT, related_name="+")
    starts_on = models.DateField(_("from"))
    through = models.DateField(_("through"))
    # How many entries the book had when it was closed: what is dated on its day and comes after
    # its own entries belongs to the next year.
    after_entry = models.BigIntegerField(_("entries before it"), default=0, editable=False)
    kind = models.CharField(_("how"), max_length=10, choices=Rules.ClosingKind.choices)
    state = models.CharField(
        _("state"),
        max_length=15,
        choices=State.choices,
        default=State.BEING_BOOKED,
        editable=False,
    )
    profit = amount_field(_("profit of the year"))
    to_administration = amount_field(_("to administration"))
    to_capital = amount_field(_("stays as group capital"))
    to_welfare = amount_field(_("to welfare"))
    reopened_because = models.CharField(_("why it was opened again"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("closing of a year")
        verbose_name_plural = _("closings of years")
        ordering = ["-through", "-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["group", "id"], name="closing_of_group"),
            models.UniqueConstraint(
                fields=["group", "through"],
                condition=Q(state="closed"),
                name="closing_once",
                violation_error_message=_("This year is closed already."),
            ),
            models.CheckConstraint(
                name="closing_ends_after_it_starts", condition=Q(through__gte=F("starts_on"))
            ),
            models.CheckConstraint(
                name="closing_reopened_for_a_reason",
                condition=(~Q(state="reopened") & Q(reopened_because=""))
                | (Q(state="reopened") & ~Q(reopened_because="")),
            ),
        ]

    def __str__(self) -> str:
        return short_date(self.through)


@tracked
class ClosingResult(OwnedRecord):
    """What a closing meant for one member, as it was put to the vote."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="+")
    closing = models.ForeignKey(Closing, models.PROTECT, related_name="results")
    member = models.ForeignKey(
        Member, models.PROTECT, related_name="closing_results", verbose_name=_("member")
    )
    savings = amount_field(_("savings"))
    weight = models.DecimalField(_("weight"), max_digits=30, decimal_places=0, default=0)
    profit = amount_field(_("part of the profit"))
    entitlement = amount_field(_("entitled to"))
    interest_settled = amount_field(_("interest settled"))
    principal_settled = amount_field(_("loan settled"))
    fines_settled = amount_field(_("fines settled"))
    payout = amount_field(_("paid out"))
    still_owed = amount_field(_("still owed"))
    welfare = amount_field(_("part of the welfare fund"))

    class Meta:
        verbose_name = _("result of a member")
        verbose_name_plural = _("results of members")
        ordering = ["member__number"]
        constraints = [
            models.UniqueConstraint(fields=["closing", "member"], name="closing_result_once"),
        ]

    def __str__(self) -> str:
        return f"{self.member}: {self.payout}"
