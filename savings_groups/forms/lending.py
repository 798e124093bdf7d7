"""Forms for loans, and for fines that are let off."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms.fields import DayField, TextField, WholeNumberField, field_of, offer
from savings_groups.forms.fields import MoneyField
from savings_groups.models import Group, Member


class LoanForm(forms.Form):
    """A loan as it is asked for, to see what it costs."""

    member = forms.ModelChoiceField(label=_("Member"), queryset=Member.objects.none())
    amount = MoneyField(label=_("Amount"), above_zero=True)
    months = WholeNumberField(label=_("Months"), min_value=1, max_value=60)
    purpose = TextField(label=_("Purpose"), max_length=200, required=False)

    def __init__(self, *args: Any, group: Group, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "amount", MoneyField).currency = group.money
        offer(self, "member", group.members.current().select_related("person"))


class RenewForm(forms.Form):
    """New months for a loan."""

    on = DayField(label=_("From"))
    months = WholeNumberField(label=_("Months"), min_value=1, max_value=60)
    reason = TextField(label=_("Reason"), max_length=300)


class WriteOffForm(forms.Form):
    """A loan is given up."""

    on = DayField(label=_("On"))
    reason = TextField(label=_("Reason"), max_length=300)


class WaiveForm(forms.Form):
    """A fine is let off."""

    amount = MoneyField(label=_("Amount"), above_zero=True)
    waived_on = DayField(label=_("On"))
    reason = TextField(label=_("Reason"), max_length=300)

    def __init__(self, *args: Any, group: Group, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "amount", MoneyField).currency = group.money
