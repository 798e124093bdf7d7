"""Which figures are wanted, for which groups and days. These forms only read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms.fields import DayField, field_of, offer
from khmer.dates import short_date
from paper.templatetags.paper import digits
from registry.forms.fields import ProjectField, offer_counted_projects
from registry.models import User
from savings_groups.figures.periods import Period, years_of
from savings_groups.figures.ratios import FIGURES
from savings_groups.models import Closing, GradingScheme, Group


def _years(groups: Sequence[Group], today: date) -> list[tuple[str, Any]]:
    return [
        (Period.of_year(year, today=today).code, digits(year))
        for year in years_of(groups, today=today)
    ]


def _schemes() -> list[tuple[str, Any]]:
    """The default one first, which is what an empty address means."""
    schemes = GradingScheme.objects.order_by("-is_default", "code")
    return [(scheme.code, scheme.name) for scheme in schemes]


def _with_asked(choices: list[tuple[str, Any]], asked: str, today: date) -> list[tuple[str, Any]]:
    """The choices, and the period that a link asks for if it is none of them."""
    period = Period.read(asked, today=today)
    if not asked or period.code in (code for code, _words in choices):
        return choices
    since = short_date(period.since) if period.since else ""
    return [*choices, (asked, digits(f"{since} – {short_date(period.until)}"))]


class PeriodForm(forms.Form):
    """The period of one group's figures, and the scheme of its grade."""

    period = forms.ChoiceField(label=_("Period"), required=False)
    since = DayField(label=_("From"), required=False, help_text=_("Instead of a period above."))
    until = DayField(label=_("Until"), required=False)
    scheme = forms.ChoiceField(label=_("Graded by"), required=False)

    def __init__(self, *args: Any, group: Group, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        closed = Closing.objects.filter(group=group, state=Closing.State.CLOSED)
        cycles = [
            (
                Period(closing.through, closing.starts_on).code,
                digits(f"{short_date(closing.starts_on)} – {short_date(closing.through)}"),
            )
            for closing in closed
        ]
        offered = [("", _("This cycle")), *cycles, *_years([group], today)]
        asked = self.data.get("period", "")
        field_of(self, "period", forms.ChoiceField).choices = _with_asked(offered, asked, today)
        field_of(self, "scheme", forms.ChoiceField).choices = _schemes()

    @property
    def wanted(self) -> Period:
        """The period asked for: days that are written, else the one chosen, else this cycle."""
        self.is_valid()
        days = self.cleaned_data
        since, until = days.get("since"), days.get("until")
        if since or until:
            last = min(until or self.today, self.today)
            return Period(last, min(since, last) if since else None)
        return Period.read(self.data.get("period", ""), today=self.today)


class ComparisonForm(forms.Form):
    """Groups, figures and one or two periods to compare."""

    period = forms.ChoiceField(label=_("Period"), required=False)
    against = forms.ChoiceField(label=_("Beside"), required=False)
    scheme = forms.ChoiceField(label=_("Graded by"), required=False)
    project = ProjectField()
    group = forms.ModelMultipleChoiceField(
        label=_("Groups"),
        queryset=Group.objects.none(),
        required=False,
        help_text=_("Without a choice: all of them."),
    )
    figure = forms.MultipleChoiceField(
        label=_("Figures"), required=False, help_text=_("Without a choice: the usual ones.")
    )

    def __init__(
        self, *args: Any, user: User, groups: Sequence[Group], today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        years = _years(groups, today)
        choices: dict[str, list[tuple[str, Any]]] = {
            "period": _with_asked(
                [("", _("This cycle")), *years], self.data.get("period", ""), today
            ),
            "against": _with_asked(
                [("", _("Nothing")), *years], self.data.get("against", ""), today
            ),
            "scheme": _schemes(),
            "figure": [(name, kind.label) for name, kind in FIGURES.items()],
        }
        for name, offered in choices.items():
            field_of(self, name, forms.ChoiceField).choices = offered
        offer_counted_projects(self, user)
        offer(self, "group", Group.objects.visible_to(user).with_names())

    @property
    def periods(self) -> list[Period]:
        """One period, or two beside each other."""
        first = Period.read(self.data.get("period", ""), today=self.today)
        second = self.cleaned_data.get("against") or ""
        return [first, Period.read(second, today=self.today)] if second else [first]
