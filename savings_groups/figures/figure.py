"""What a figure is: a number that knows its formula, its source and what it is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from savings_groups.bookkeeping.money import round_half_up
from savings_groups.figures.facts import Facts
from savings_groups.figures.parts import Part, Unit, Words

Number = int | Decimal

# Where the formulas come from. The docstrings of the figures name in brackets: [DCA] the ratios of
# SAVIX in CommCare HQ, [SEEP], [CGAP], [PIN] IndiKit, [GK] and [SACCO] handbooks of village banks
# and cooperatives, [VIKAS] and [ANNX] the grading of self-help groups in India, [UCT] a thesis on
# the profits of savings groups, [SVX3] the site of SAVIX, [LL] Ledger Link, [SCG] a scoring sheet.
SAVIX = _("SAVIX, as reckoned in CommCare HQ (dca/reports.py)")
SAVIX_FIELDS = _("Fields of SAVIX; it leaves the formula of returns open")
SEEP = "SEEP Network: Ratio analysis of community-managed microfinance programs, 2008"
CGAP = "CGAP: Microfinance consensus guidelines, 2003"
INDIKIT = "IndiKit, indicator 308"
GRAMEEN = _("Indicators of village banks (arrears rate, loan losses)")
SACCO = _("Manual of SACCO ratios")
OWN = _("Rule of this program")


@dataclass(frozen=True)
class Definition:
    """What a figure is, before it is reckoned for a group."""

    # Templates call what can be called.
    do_not_call_in_templates: ClassVar[bool] = True

    name: str
    label: Words
    section: Words
    unit: Unit
    formula: Words
    source: Words
    reckon: Callable[[Facts], Reckoned]

    def __call__(self, facts: Facts) -> Figure:
        """The figure of a group."""
        return Figure(self, self.reckon(facts), facts.since, facts.until)


@dataclass(frozen=True)
class Reckoned:
    """The outcome of a formula, and the parts that its numerator and denominator consist of.

    `adds_up` is false where the figures of several groups cannot be put together from these.
    """

    value: Number | None
    numerator: int | None
    denominator: Number | None = None
    top: tuple[Part, ...] = ()
    bottom: tuple[Part, ...] = ()
    remark: str = ""
    adds_up: bool = True


@dataclass(frozen=True)
class Figure:
    """A figure of a group. `value` is None where it is not known: never 0 for that."""

    definition: Definition
    reckoned: Reckoned
    since: date
    as_of: date

    @property
    def name(self) -> str:
        return self.definition.name

    @property
    def label(self) -> Words:
        return self.definition.label

    @property
    def unit(self) -> Unit:
        return self.definition.unit

    @property
    def formula(self) -> Words:
        return self.definition.formula

    @property
    def source(self) -> Words:
        return self.definition.source

    @property
    def value(self) -> Number | None:
        return self.reckoned.value

    @property
    def numerator(self) -> int | None:
        return self.reckoned.numerator

    @property
    def denominator(self) -> Number | None:
        return self.reckoned.denominator

    @property
    def remark(self) -> str:
        return self.reckoned.remark

    @property
    def parts(self) -> list[Part]:
        """All that it is made of, each once."""
        return list(dict.fromkeys((*self.reckoned.top, *self.reckoned.bottom)))

    @property
    def numerator_unit(self) -> Unit:
        return self.reckoned.top[0].unit

    @property
    def denominator_unit(self) -> Unit | None:
        return self.reckoned.bottom[0].unit if self.reckoned.bottom else None


FIGURES: dict[str, Definition] = {}
MEMBERS, SAVINGS, LOANS, RESULT, HELP = (
    _("Members and meetings"),
    _("Savings"),
    _("Loans"),
    _("Result"),
    _("Help and works"),
)


def figure(
    section: Words, label: Words, unit: Unit, *, formula: Words, source: Words
) -> Callable[[Callable[[Facts], Reckoned]], Definition]:
    """Register a function as a figure under its own name."""

    def register(reckon: Callable[[Facts], Reckoned]) -> Definition:
        name = reckon.__name__
        FIGURES[name] = Definition(name, label, section, unit, formula, source, reckon)
        return FIGURES[name]

    return register


# --- How numbers are put together -----------------------------------------------------------


def add_up(facts: Facts, of: Iterable[Part]) -> int | None:
    """The sum of parts; None when one of them is not known."""
    numbers = [facts.number(part) for part in of]
    return None if None in numbers else sum(n for n in numbers if n is not None)


def percent(part: int | None, whole: Number | None) -> Decimal | None:
    """Part of whole in percent, to one decimal place; None of nothing."""
    if part is None or not whole:
        return None
    exact = Decimal(part) * 100 / Decimal(whole)
    # Plus nothing, for there is no -0.0 percent.
    return exact.quantize(Decimal("0.1"), ROUND_HALF_UP) + 0


def share(facts: Facts, top: Part, *bottom: Part) -> Reckoned:
    """A percentage of the sum of the parts below."""
    numerator, denominator = facts.number(top), add_up(facts, bottom)
    return Reckoned(percent(numerator, denominator), numerator, denominator, (top,), bottom)


def total(facts: Facts, part: Part) -> Reckoned:
    """A number as it is."""
    number = facts.number(part)
    return Reckoned(number, number, top=(part,))


def average(facts: Facts, top: Part, bottom: Part) -> Reckoned:
    """Money for each, to whole units."""
    numerator, denominator = facts.number(top), facts.number(bottom)
    value = None
    if numerator is not None and denominator:
        value = round_half_up(Fraction(numerator, denominator), 1)
    return Reckoned(value, numerator, denominator, (top,), (bottom,))
