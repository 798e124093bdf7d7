"""Forms for groups and their rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.forms.another import AsksIfAnother
from core.forms.fields import (
    DayField,
    DecimalNumberField,
    LinesField,
    NameField,
    TextField,
    WholeNumberField,
    offer,
)
from khmer.normal import search_key
from registry.forms.fields import (
    OwnerField,
    PlaceField,
    ProjectField,
    ProjectsField,
    offer_counted_projects,
    offer_owners,
    offer_projects,
    owners_for,
)
from registry.models import Organisation, User
from savings_groups.actions.groups import groups_to_enter, wrong_loans, wrong_months
from savings_groups.bookkeeping.loans import partial_month_for
from savings_groups.bookkeeping.money import Currency as Money
from savings_groups.bookkeeping.money import format_money
from savings_groups.forms.fields import MoneyField
from savings_groups.models import Group, Rules


class GroupFilter(forms.Form):
    """Which groups the list shows."""

    q = TextField(label=_("Name"), required=False, max_length=100)
    place = PlaceField(label=_("Place"), required=False)
    project = ProjectField()
    state = forms.ChoiceField(
        label=_("State"), choices=[("", _("All")), *Group.State.choices], required=False
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_counted_projects(self, user)


class GroupForm(forms.ModelForm):
    """What is known about a group."""

    place = PlaceField(label=_("Village"), required=False)
    formed_on = DayField(label=_("Formed on"), required=False)
    next_meeting_on = DayField(
        label=_("Next meeting, where it is put off"),
        required=False,
        help_text=_("Nobody is late before it, and the sheet is printed for this day."),
    )
    projects = ProjectsField()
    notes = LinesField(label=_("Notes"), required=False)
    source = TextField(
        label=_("Source"),
        max_length=300,
        required=False,
        help_text=_("Where the record comes from, if not from the group's own books."),
    )

    class Meta:
        model = Group
        fields = [
            "place",
            "formed_on",
            "currency",
            "next_meeting_on",
            "projects",
            "notes",
            "source",
        ]
        labels = {"currency": _("Currency")}

    def __init__(self, *args: Any, user: User, owner: Organisation | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        owners = owners_for(user, owner)
        offer_projects(self, user, owners)
        if not self.instance._state.adding:
            self.initial["projects"] = list(self.instance.projects.all())

    @property
    def values(self) -> dict[str, Any]:
        """What the actions take."""
        return {name: self.cleaned_data[name] for name in GroupForm.Meta.fields}


class NewGroupForm(AsksIfAnother, GroupForm):
    """A new group: its name, or the entry of the directory that it has already."""

    owner = OwnerField(
        label=_("Supported by"),
        help_text=_("The organisation that facilitates the group; its staff see the records."),
    )
    name_km = NameField(
        label=_("Name in Khmer"),
        max_length=200,
        required=False,
        help_text=_("Give a name in Khmer or in Latin letters."),
    )
    name_latin = NameField(label=_("Name in Latin letters"), max_length=200, required=False)
    organisation = forms.ModelChoiceField(
        label=_("Or a group of the directory"),
        queryset=Organisation.objects.none(),
        required=False,
        help_text=_("A group that your organisation entered for a training, or a part of it."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.user = user
        offer_owners(self, user)
        offer(self, "organisation", groups_to_enter(user))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        named = any(data.get(name, True) for name in ("name_km", "name_latin"))
        if not named and not data.get("organisation"):
            self.add_error("name_km", _("Give a name in Khmer or in Latin letters."))
        owner = data.get("owner")
        if owner and any(project.owner_id != owner.pk for project in data.get("projects", [])):
            self.add_error("projects", _("Choose projects of the same organisation."))
        if not self.errors and (same := self._same_as(data)):
            words = _(
                "%(group)s, of this name and village and formed on this day, is entered already. "
                "Open that one, or say that this is another one."
            )
            self.ask_if_another(words % {"group": same.name})
        return data

    def _same_as(self, data: dict[str, Any]) -> Group | None:
        """A group that the user sees with the same name, village and day."""
        chosen = data.get("organisation")
        typed = [data.get("name_km"), data.get("name_latin")]
        names = [chosen.name_km, chosen.name_latin] if chosen else typed
        keys = set(filter(None, (search_key(name or "") for name in names)))
        about = {"place": data.get("place"), "formed_on": data.get("formed_on")}
        groups = Group.objects.with_names().visible_to(self.user).filter(**about)
        for group in groups.select_related("organisation"):
            organisation = group.organisation
            if keys & {search_key(organisation.name_km), search_key(organisation.name_latin)}:
                return group
        return None

    @property
    def values(self) -> dict[str, Any]:
        names = ("owner", "name_km", "name_latin", "organisation")
        return super().values | {name: self.cleaned_data[name] for name in names}


MONEY = {
    "share_price": _("Price of a share"),
    "least_saving": _("Least saving at a meeting"),
    "most_saving": _("Most saving at a meeting"),
    "largest_loan": _("Largest loan"),
    "fine_absent": _("Fine for being absent"),
    "fine_late": _("Fine for coming late"),
    "fine_missed": _("Fine for a missed saving"),
    "joining_fee": _("Joining fee"),
    "welfare_due": _("Welfare contribution at a meeting"),
}
# What is handed over as it stands here; the rest are limits.
PAID = (
    *("share_price", "least_saving", "fine_absent", "fine_late", "fine_missed"),
    *("joining_fee", "welfare_due"),
)
# What the terms of loans are made of.
LOANS = ("loan_method", "loan_plan", "loan_every", "loan_grace", "up_front", "longest_loan")
NOTHING_IS_NO_LIMIT = ("share_price", "most_saving", "largest_loan")


@dataclass(frozen=True)
class RulesPart:
    """A part of the page of rules: fields, each with the choice that it needs, if any.

    Those that few groups use are folded, unless something is wrong there.
    """

    title: str | Promise
    usual: list[tuple[forms.BoundField, str]]
    seldom: list[tuple[forms.BoundField, str]]

    @property
    def is_open(self) -> bool:
        return any(field.errors for field, _needs in self.seldom)


class RulesForm(forms.ModelForm):
    """The rules of a group from a day on. Empty amounts mean none, or no limit."""

    valid_from = DayField(label=_("Valid from"))
    decision = TextField(
        label=_("Decided at"),
        max_length=200,
        required=False,
        help_text=_("The meeting or the number of the minutes in which the members decided."),
    )
    partial_month = forms.ChoiceField(
        label=_("A part of a month"),
        choices=[("", _("As the group meets")), *Rules.PartialMonth.choices],
        required=False,
        help_text=_(
            "A group that meets once a month counts its meetings; one that meets more often counts "
            "every month that has begun, so that a month costs the interest of a month."
        ),
    )
    loan_rate = DecimalNumberField(
        label=_("Interest per month, in percent"),
        min_value=0,
        max_value=20,
        places=4,
        help_text=_("Up to four decimals: 20 percent a year are 1.6667 percent a month."),
    )
    loan_every = WholeNumberField(
        label=_("A payment every … months"), required=False, min_value=1, max_value=60
    )
    loan_guarantors = forms.TypedChoiceField(
        label=_("Guarantors of a loan"),
        choices=[(0, "0"), (1, "1"), (2, "2")],
        coerce=int,
        empty_value=None,
        required=False,
    )
    loan_grace = WholeNumberField(
        label=_("Months with interest alone, before the loan is repaid"),
        required=False,
        min_value=0,
        max_value=59,
    )
    longest_loan = WholeNumberField(label=_("Longest loan, in months"), min_value=1, max_value=60)
    loan_times_savings = DecimalNumberField(
        label=_("Largest loan, as a multiple of savings"),
        required=False,
        min_value=0,
        max_value=100,
    )
    savings_interest = DecimalNumberField(
        label=_("Interest on savings per month, in percent"), min_value=0, max_value=20
    )
    percent_administration = WholeNumberField(
        label=_("Percent to administration"), min_value=0, max_value=100
    )
    percent_capital = WholeNumberField(
        label=_("Percent to group capital"), min_value=0, max_value=100
    )
    percent_welfare = WholeNumberField(label=_("Percent to welfare"), min_value=0, max_value=100)
    percent_members = WholeNumberField(label=_("Percent to members"), min_value=0, max_value=100)
    leaver_percent = WholeNumberField(
        label=_("Percent of their part of the profit that a leaver takes"),
        min_value=0,
        max_value=100,
        required=False,
        help_text=_("0 where they take only what they saved, 100 where they take all of it."),
    )
    catch_up_meetings = WholeNumberField(
        label=_("How many savings somebody who joins in mid-cycle may make up for"),
        min_value=0,
        max_value=60,
        required=False,
        help_text=_(
            "At most those that were missed. For each, as much as the rules allow at a meeting, or "
            "what is due where they set no most. 0 for none."
        ),
    )

    class Meta:
        model = Rules
        fields = [
            "valid_from",
            "decision",
            "meets",
            "cash_unit",
            "saving_kind",
            "share_price",
            "in_stamps",
            "least_saving",
            "most_saving",
            "saving_is_due",
            "voluntary_savings",
            "voluntary_in_profit",
            "catch_up_meetings",
            "leaver_percent",
            "loan_rate",
            "loan_method",
            "partial_month",
            "loan_plan",
            "loan_every",
            "loan_grace",
            "up_front",
            "allocation",
            "flat_in_full",
            "longest_loan",
            "largest_loan",
            "loan_times_savings",
            "loan_is_approved",
            "loan_guarantors",
            "several_loans",
            "roll_over",
            "keep_overpayment",
            "fine_absent",
            "fine_late",
            "fine_missed",
            "fines_to_welfare",
            "joining_fee",
            "has_welfare",
            "welfare_due",
            "has_administration",
            "savings_interest",
            "closing",
            "closing_weight",
            "percent_administration",
            "percent_capital",
            "percent_welfare",
            "percent_members",
            "members_part",
            "welfare_at_end",
        ]

    # Which fields stand together on the page: those that every group asks for, and the others,
    # which stand folded below them.
    PARTS = [
        (_("Meetings and savings"), ["valid_from", "meets", "saving_kind", "share_price",
         "in_stamps", "least_saving", "most_saving", "saving_is_due", "voluntary_savings"],
         ["voluntary_in_profit", "joining_fee", "catch_up_meetings", "cash_unit", "decision"]),
        (_("Loans"), ["loan_rate", "loan_method", "loan_plan", "longest_loan",
         "loan_times_savings"],
         ["loan_every", "loan_grace", "up_front", "loan_is_approved", "loan_guarantors",
         "largest_loan", "partial_month", "allocation", "flat_in_full", "several_loans",
         "roll_over", "keep_overpayment"]),
        (_("Fines and funds"), ["fine_absent", "fine_late", "fine_missed", "has_welfare",
         "welfare_due", "has_administration"], ["fines_to_welfare"]),
        (_("When a year ends"), ["closing", "percent_administration", "percent_capital",
         "percent_welfare", "percent_members"],
         ["closing_weight", "members_part", "welfare_at_end", "leaver_percent",
         "savings_interest"]),
    ]  # fmt: skip
    # A field that means something only with another choice; the page shows it then.
    NEEDS = {
        "share_price": "shares",
        "in_stamps": "shares",
        "fine_missed": "due",
        "voluntary_in_profit": "voluntary",
        "flat_in_full": "flat",
        "welfare_due": "welfare",
        "fines_to_welfare": "welfare",
        "percent_administration": "split",
        "percent_capital": "split",
        "percent_welfare": "split",
        "percent_members": "split",
        "members_part": "split",
        "welfare_at_end": "share-out",
        "closing_weight": "division",
        "leaver_percent": "division",
    }
    # A number that an older page does not send is none.
    EMPTY_IS_NONE = ("leaver_percent", "catch_up_meetings")

    def __init__(self, *args: Any, currency: Money, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.currency = currency
        rules = self.instance
        is_new = rules.pk is None or rules._state.adding
        if is_new and rules.partial_month == partial_month_for(rules.meets):
            # Left as it is, it follows a rhythm that is changed.
            self.initial["partial_month"] = ""
        for name, label in MONEY.items():
            help_text = self.fields[name].help_text
            self.fields[name] = MoneyField(
                label=label, required=False, currency=currency, help_text=help_text
            )
        if (rate := self.initial.get("loan_rate")) is not None:
            # 5.00 and 1.6667: of four decimals only those that say something, and two at least.
            shown = f"{rate:.4f}"
            self.initial["loan_rate"] = shown[:-2] if shown.endswith("00") else shown
        for name, field in self.fields.items():
            if name not in MONEY and isinstance(field.label, str):
                field.label = field.label[:1].upper() + field.label[1:]

    def parts(self) -> list[RulesPart]:
        """The fields of the page, part by part."""
        return [
            RulesPart(title, self._shown(usual), self._shown(seldom))
            for title, usual, seldom in self.PARTS
        ]

    def _shown(self, names: list[str]) -> list[tuple[forms.BoundField, str]]:
        return [(self[name], self.NEEDS.get(name, "")) for name in names]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name in MONEY:
            if name in data and data[name] is None and name not in NOTHING_IS_NO_LIMIT:
                data[name] = 0
        for name in self.EMPTY_IS_NONE:
            if name in data and data[name] is None:
                data[name] = 0
        # Where it was not asked, it is the first of its choices.
        data["welfare_at_end"] = data.get("welfare_at_end") or Rules.WelfareAtEnd.KEEP
        for name in ("largest_loan", "loan_times_savings"):
            if data.get(name) == 0:
                self.add_error(name, _("Leave it empty where there is no limit."))
        self._check_months(data)
        self._check_loans(data)
        self._check_savings(data)
        self._check_unit(data)
        self._check_percentages(data)
        self._check_funds(data)
        self._check_members(data)
        return data

    def _check_unit(self, data: dict[str, Any]) -> None:
        """What is paid must be made up of notes, or the box never holds what the ledger says."""
        unit = data.get("cash_unit") or 1
        for name in PAID:
            if (data.get(name) or 0) % unit:
                message = _("Write a multiple of the smallest unit of cash: %(unit)s.")
                self.add_error(name, message % {"unit": format_money(unit, self.currency)})

    def _check_months(self, data: dict[str, Any]) -> None:
        """A meeting is a month only where the group meets once a month."""
        rhythm = data.get("meets")
        if rhythm and not data.get("partial_month") and "partial_month" not in self.errors:
            data["partial_month"] = partial_month_for(rhythm)
        if rhythm and (message := wrong_months(rhythm, data.get("partial_month", ""))):
            self.add_error("partial_month", message)

    def _check_loans(self, data: dict[str, Any]) -> None:
        """Terms of loans that go together, by themselves and with the longest loan."""
        for name, usual in (("loan_every", 1), ("loan_grace", 0), ("loan_guarantors", 0)):
            if data.get(name) is None and name not in self.errors:
                data[name] = usual
        if not data.get("loan_plan") and "loan_plan" not in self.errors:
            data["loan_plan"] = Rules.Plan.PARTS
        if not {"loan_plan", "loan_every", "loan_grace", "longest_loan"} & set(self.errors):
            for name, message in wrong_loans(Rules(**{n: data.get(n) for n in LOANS if n in data})):
                self.add_error(name, message)

    def _check_savings(self, data: dict[str, Any]) -> None:
        shares = data.get("saving_kind") == Rules.SavingKind.SHARES
        if shares and not data.get("share_price") and "share_price" not in self.errors:
            self.add_error("share_price", _("Say what a share costs."))
        if not shares:
            data["share_price"], data["in_stamps"] = None, False
        self._check_what_is_due(data)
        self._check_stamps(data)
        most, least = data.get("most_saving"), data.get("least_saving") or 0
        if most is not None and most < least:
            self.add_error("most_saving", _("The most is below the least."))
        elif most is not None and most < (data.get("share_price") or 0):
            self.add_error("most_saving", _("The most is below the price of one share."))

    def _check_what_is_due(self, data: dict[str, Any]) -> None:
        """A saving is missed only where it is due, and due is an amount."""
        if data.get("saving_is_due") and not data.get("least_saving"):
            self.add_error("least_saving", _("Say what every member saves at every meeting."))
        if data.get("fine_missed") and not data.get("saving_is_due"):
            self.add_error(
                "fine_missed",
                _("A saving is missed only where every member saves at every meeting."),
            )

    def _check_stamps(self, data: dict[str, Any]) -> None:
        """Stamps are whole: what is added to them, and the limits, are as many stamps."""
        price = data.get("share_price")
        if not data.get("in_stamps") or not price:
            return
        for name in ("least_saving", "most_saving"):
            if (data.get(name) or 0) % price:
                self.add_error(
                    name,
                    _("Write what whole stamps cost: a multiple of %(price)s.")
                    % {"price": format_money(price, self.currency)},
                )
        if data.get("savings_interest"):
            self.add_error(
                "savings_interest",
                _("Stamps bear no interest: they have their part of the profit."),
            )
        splits = data.get("closing") == Rules.ClosingKind.SPLIT
        if splits and data.get("members_part") == Rules.MembersPart.SAVINGS:
            self.add_error(
                "members_part",
                _("A part of the profit makes no whole stamps. Pay it in cash."),
            )

    def _check_members(self, data: dict[str, Any]) -> None:
        """What leavers and joiners get is a part of something."""
        if data.get("leaver_percent") and data.get("closing") == Rules.ClosingKind.KEEP:
            self.add_error(
                "leaver_percent",
                _("Where all profit is kept nobody has a part in it, and a leaver takes none."),
            )
        if data.get("catch_up_meetings") and not (
            data.get("most_saving") or data.get("least_saving")
        ):
            self.add_error(
                "catch_up_meetings",
                _("Say what members save at least, or at most: it is measured by that."),
            )
        if data.get("closing") != Rules.ClosingKind.SHARE_OUT:
            data["welfare_at_end"] = Rules.WelfareAtEnd.KEEP
        elif data["welfare_at_end"] == Rules.WelfareAtEnd.SHARE and not data.get("has_welfare"):
            self.add_error("welfare_at_end", _("This group has no welfare fund."))

    def _check_funds(self, data: dict[str, Any]) -> None:
        """Money goes only into funds that the group has: there is no way out of another one."""
        splits = data.get("closing") == Rules.ClosingKind.SPLIT
        if not data.get("has_welfare"):
            message = _("This group has no welfare fund.")
            if splits and data.get("percent_welfare"):
                self.add_error("percent_welfare", message)
            if data.get("fines_to_welfare"):
                self.add_error("fines_to_welfare", message)
        if not data.get("has_administration") and splits and data.get("percent_administration"):
            self.add_error("percent_administration", _("This group has no administration fund."))

    def _check_percentages(self, data: dict[str, Any]) -> None:
        names = [f"percent_{name}" for name in ("administration", "capital", "welfare", "members")]
        if data.get("closing") != Rules.ClosingKind.SPLIT or any(n not in data for n in names):
            return
        if sum(data[name] for name in names) != 100:
            self.add_error("percent_members", _("The percentages must add up to 100."))

    @property
    def values(self) -> dict[str, Any]:
        """What `set_rules` takes."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    @property
    def rules(self) -> Rules:
        """The rules as they were typed, not saved: to play a year through. Needs a valid form."""
        rules = Rules(**self.values)
        if not rules.partial_month:
            rules.partial_month = partial_month_for(rules.meets)
        return rules


class DayForm(forms.Form):
    """Only a day: of joining, of going live."""

    on = DayField(label=_("Day"))
