"""Which part of a programme a page of figures is about, and as of which day."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from cascades.figures.scope import Scope
from cascades.models import Iteration, Programme
from cascades.models.programmes import MOST_TIERS
from core.forms.fields import DayField
from paper.templatetags.paper import digits
from registry.forms.fields import PlaceField
from registry.models import User

EVERY = "all"


class ScopeForm(forms.Form):
    """Iteration, tier, place and day; a field that is wrong is left out of the choice.

    The iterations to choose from are those that the user may see. Where none is named, it is the
    one that runs on the day; all of them where none does, or where they are asked for.
    """

    iteration = forms.ChoiceField(label=_("Iteration"), required=False)
    tier = forms.TypedChoiceField(
        label=_("Tier"), required=False, coerce=int, empty_value=None, choices=()
    )
    place = PlaceField(
        label=_("Held in"), required=False, help_text=_("Deliveries held in this place.")
    )
    as_of = DayField(label=_("As of"), required=False)

    def __init__(self, *args: Any, programme: Programme, user: User, today: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.programme, self.today = programme, today
        self.iterations = list(
            Iteration.objects.visible_to(user).filter(programme=programme).order_by("number")
        )
        iteration: Any = self.fields["iteration"]
        iteration.choices = [(EVERY, _("All iterations"))]
        iteration.choices += [(str(each.pk), each.name) for each in self.iterations]
        iteration.initial = self._usual
        tier: Any = self.fields["tier"]
        tier.choices = [("", _("All tiers"))] + [
            (number, _("Tier %(number)s") % {"number": digits(number)})
            for number in range(1, MOST_TIERS + 1)
        ]

        if self.is_bound and "iteration" not in self.data:
            self.data = self._with_usual(self.data)

    def _with_usual(self, data: Any) -> QueryDict:
        """What was asked, with the iteration that is meant where none is named."""
        completed = QueryDict(mutable=True)
        completed.update(data)
        completed["iteration"] = self._usual
        return completed

    @property
    def _usual(self) -> str:
        running = self.running
        return str(running.pk) if running else EVERY

    @cached_property
    def running(self) -> Iteration | None:
        """The iteration that runs on the day; of several the one that began last."""
        day = self._day
        there = [
            each
            for each in self.iterations
            if each.starts_on <= day and (each.ends_on is None or day <= each.ends_on)
        ]
        return max(there, key=lambda each: (each.starts_on, each.number), default=None)

    @property
    def is_narrowed(self) -> bool:
        """Whether it is about less than everything until today."""
        scope = self.scope
        return scope != Scope(self.programme, self.today)

    @property
    def _day(self) -> date:
        try:
            asked: date | None = self.fields["as_of"].clean(self.data.get("as_of"))
        except forms.ValidationError:
            asked = None
        return asked or self.today

    def clean_iteration(self) -> Iteration | None:
        chosen = self.cleaned_data["iteration"]
        return next((each for each in self.iterations if str(each.pk) == chosen), None)

    @property
    def scope(self) -> Scope:
        """The scope that was chosen."""
        self.is_valid()
        wanted: dict[str, Any] = self.cleaned_data if self.is_bound else {}
        iteration = wanted.get("iteration") if self.is_bound else self.running
        return Scope(
            programme=self.programme,
            as_of=wanted.get("as_of") or self.today,
            iteration=iteration,
            tier_number=wanted.get("tier"),
            place=wanted.get("place"),
        )
