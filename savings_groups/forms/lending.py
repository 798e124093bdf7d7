"""Forms for loans, and for fines that are let off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms.fields import DayField, TextField, WholeNumberField, field_of, offer
from khmer.dates import short_date
from paper.templatetags.paper import digits
from savings_groups.actions.booking import new_loan
from savings_groups.bookkeeping.loans import MonthOfInterest, Plan, Terms, contradiction
from savings_groups.bookkeeping.money import format_money
from savings_groups.forms.fields import MoneyField
from savings_groups.models import Agreement, Group, Meeting, Member, SheetRow


class LoanForm(forms.Form):
    """A loan as it is asked for, to see what it costs."""

    member = forms.ModelChoiceField(label=_("Member"), queryset=Member.objects.none())
    amount = MoneyField(label=_("Amount"), above_zero=True)
    months = WholeNumberField(label=_("Months"), min_value=1, max_value=60)
    purpose = TextField(label=_("Purpose"), max_length=200, required=False)
    plan = forms.ChoiceField(
        label=_("How it is repaid"),
        choices=Plan.choices,
        required=False,
        help_text=_("As the rules say, unless something else was agreed for this loan."),
    )
    every = WholeNumberField(
        label=_("A payment every … months"), required=False, min_value=1, max_value=60
    )
    grace = WholeNumberField(
        label=_("Months with interest alone, before the loan is repaid"),
        required=False,
        min_value=0,
        max_value=59,
    )
    balloon = MoneyField(
        label=_("Left for the last payment"),
        required=False,
        help_text=_("What of the loan is repaid at the end only, as after the harvest."),
    )
    instalment = MoneyField(
        label=_("Fixed payment"),
        required=False,
        help_text=_(
            "The same amount each time with its interest, and the last one smaller; with equal "
            "parts of the loan, without the interest. Empty: it is calculated."
        ),
    )

    approved_by = forms.ModelChoiceField(
        label=_("Approved by"),
        queryset=Member.objects.none(),
        required=False,
        help_text=_("The member who speaks for the meeting or the committee that agreed."),
    )
    guarantor_one = forms.ModelChoiceField(
        label=_("First guarantor"), queryset=Member.objects.none(), required=False
    )
    guarantor_two = forms.ModelChoiceField(
        label=_("Second guarantor"), queryset=Member.objects.none(), required=False
    )

    # What was agreed besides amount, months and purpose, as the form names it.
    BACKERS = ("approved_by", "guarantor_one", "guarantor_two")
    AGREED = ("plan", "every", "grace", "balloon", "instalment", *BACKERS)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        meeting: Meeting,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        rules = meeting.rules
        by_rules = {"plan": rules.loan_plan, "every": rules.loan_every, "grace": rules.loan_grace}
        if meeting.is_cut_off:
            by_rules["grace"] = 0
        super().__init__(data, initial=by_rules | dict(initial or {}))
        self.meeting, self.by_rules = meeting, by_rules
        for name in ("amount", "balloon", "instalment"):
            field_of(self, name, MoneyField).currency = meeting.group.money
        for name in ("member", *self.BACKERS):
            offer(self, name, meeting.group.members.current().select_related("person"))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name, usual in (self.by_rules | {"balloon": 0, "instalment": 0}).items():
            if data.get(name) in (None, "") and name not in self.errors:
                data[name] = usual
        if not self.errors and (wrong := contradiction(self.terms, self.meeting.group.money)):
            self.add_error(wrong.field if wrong.field in self.fields else "amount", wrong.message)
        return data

    @property
    def terms(self) -> Terms:
        """The terms that the loan would have."""
        data = self.cleaned_data
        row = SheetRow(
            group=self.meeting.group,
            member=data["member"],
            loan=data["amount"],
            loan_months=data["months"],
        )
        row.agreement = Agreement(row=row, **{name: data[name] for name in self.AGREED})
        return new_loan(row, self.meeting, 0).terms_as_given


class RenewForm(forms.Form):
    """New months for a loan."""

    on = DayField(label=_("From"))
    months = WholeNumberField(label=_("Months"), min_value=1, max_value=60)
    reason = TextField(label=_("Reason"), max_length=300)


class WriteOffForm(forms.Form):
    """A loan is given up."""

    on = DayField(label=_("On"))
    reason = TextField(label=_("Reason"), max_length=300)


class WaiveInterestForm(forms.Form):
    """A member is let off the interest of some months of a loan."""

    months = forms.TypedMultipleChoiceField(
        label=_("Months of which interest is owed"),
        coerce=date.fromisoformat,
        widget=forms.CheckboxSelectMultiple,
    )
    on = DayField(label=_("On"))
    reason = TextField(label=_("Reason"), max_length=300)

    def __init__(
        self, *args: Any, months: Sequence[MonthOfInterest], group: Group, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "months", forms.TypedMultipleChoiceField).choices = [
            (
                month.ends_on.isoformat(),
                _("until %(day)s: %(interest)s")
                % {
                    "day": digits(short_date(month.ends_on)),
                    "interest": digits(format_money(month.left, group.money)),
                },
            )
            for month in months
            if month.left
        ]


class WaiveForm(forms.Form):
    """A fine is let off."""

    amount = MoneyField(label=_("Amount"), above_zero=True)
    waived_on = DayField(label=_("On"))
    reason = TextField(label=_("Reason"), max_length=300)

    def __init__(self, *args: Any, group: Group, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "amount", MoneyField).currency = group.money
