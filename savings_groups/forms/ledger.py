"""Forms for the ledger: which postings to look at, corrections, and closings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from core.forms.fields import DayField, TextField, field_of, offer
from savings_groups.forms.fields import MoneyField, StampsField
from savings_groups.models import Account, Fund, Group, JournalEntry, Member, Posting, Rules


class LedgerFilter(forms.Form):
    """By account, fund, member, kind of entry and days. A field that is wrong asks for nothing."""

    account = forms.ModelChoiceField(
        label=_("Account"), queryset=Account.objects.all(), required=False
    )
    fund = forms.ChoiceField(
        label=_("Fund"), choices=[("", _("All")), *Fund.choices], required=False
    )
    member = forms.ModelChoiceField(
        label=_("Member"), queryset=Member.objects.none(), required=False
    )
    event = forms.ChoiceField(
        label=_("Kind of entry"),
        choices=[("", _("All")), *JournalEntry.Event.choices],
        required=False,
    )
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("Until"), required=False)

    def __init__(self, *args: Any, group: Group, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "member", group.members.select_related("person"))

    def chosen(self, postings: QuerySet[Posting]) -> QuerySet[Posting]:
        """The postings that the filter asks for."""
        self.is_valid()
        wanted = self.cleaned_data
        if account := wanted.get("account"):
            postings = postings.filter(account=account)
        if fund := wanted.get("fund"):
            postings = postings.filter(fund=fund)
        if member := wanted.get("member"):
            postings = postings.filter(member=member)
        if event := wanted.get("event"):
            postings = postings.filter(journal__event=event)
        if since := wanted.get("since"):
            postings = postings.filter(journal__book_date__gte=since)
        if until := wanted.get("until"):
            postings = postings.filter(journal__book_date__lte=until)
        return postings

    def total_of(self, postings: QuerySet[Posting]) -> int | None:
        """The sum of what is shown, where an account is chosen; else it would always be zero."""
        if not self.cleaned_data.get("account"):
            return None
        return int(self.chosen(postings).aggregate(total=Sum("amount"))["total"] or 0)


class ReasonForm(forms.Form):
    """Why something is taken back."""

    reason = TextField(label=_("Reason"), max_length=300)


class CorrectionForm(forms.Form):
    """What a member really paid at a meeting."""

    saving = MoneyField(label=_("Saving"), required=False)
    voluntary = MoneyField(label=_("Voluntary saving"), required=False)
    repayment = MoneyField(label=_("Repayment"), required=False)
    fine_paid = MoneyField(label=_("Fine paid"), required=False)
    welfare = MoneyField(label=_("Welfare"), required=False)
    fee = MoneyField(label=_("Joining fee"), required=False)
    reason = TextField(label=_("Reason"), max_length=300)

    AMOUNTS = ("saving", "voluntary", "repayment", "fine_paid", "welfare", "fee")

    def __init__(self, *args: Any, rules: Rules, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not rules.voluntary_savings:
            del self.fields["voluntary"]
        if rules.in_stamps:
            label = _("Stamps")
            self.fields["saving"] = StampsField(label=label, price=rules.stamp, required=False)
        for name in self._amounts:
            field_of(self, name, MoneyField).currency = rules.group.money

    @property
    def _amounts(self) -> list[str]:
        return [name for name in self.AMOUNTS if name in self.fields]

    @property
    def amounts(self) -> dict[str, int]:
        """The amounts as they should be."""
        return {name: self.cleaned_data[name] or 0 for name in self._amounts}


class ClosingForm(forms.Form):
    """Through which day a year is closed, and another way to look at."""

    through = DayField(label=_("Through"))
    kind = forms.ChoiceField(label=_("How"), choices=Rules.ClosingKind.choices, required=False)
