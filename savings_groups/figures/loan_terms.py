"""The terms of a loan in words, and an example of what the rules of a group mean."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from paper.templatetags.paper import digits
from savings_groups.bookkeeping import loans
from savings_groups.bookkeeping.money import KHR, Currency, format_money
from savings_groups.models import Loan, Rules

# What the example lends, in minor units: 100,000 riel or 25 dollars, for four months where the
# rules allow that.
LENT = {KHR: 100_000}
LENT_ELSEWHERE = 2_500
MONTHS = 4


@dataclass(frozen=True)
class Example:
    """A loan under the rules, with what it costs; or what in the rules contradicts itself."""

    cost: loans.Cost | None
    sentences: list[str]
    contradiction: loans.Contradiction | None = None


def terms_in_words(terms: loans.Terms, currency: Currency) -> list[str]:
    """What is special about the terms of a loan, a few words each; nothing of the usual."""

    def show(amount: int) -> str:
        return digits(format_money(amount, currency))

    words = []
    if terms.up_front:
        words.append(_("interest taken when it was paid out"))
        if terms.flat_in_full:
            words.append(_("nothing is given back to whoever repays early"))
        else:
            words.append(_("whoever repays early is given back the interest of the time to come"))
    if terms.every >= terms.months > 1:
        words.append(_("one payment at the end"))
        return words
    if terms.every > 1:
        words.append(_("a payment every %(every)s months") % {"every": digits(terms.every)})
    if terms.grace:
        words.append(
            _("in the first %(grace)s months only interest") % {"grace": digits(terms.grace)}
        )
    if terms.balloon == terms.principal:
        words.append(_("the whole loan with the last payment"))
    elif terms.balloon:
        words.append(
            _("%(amount)s of the loan with the last payment") % {"amount": show(terms.balloon)}
        )
    if terms.instalment:
        words.append(
            _("%(amount)s each time, the last is what is left") % {"amount": show(terms.instalment)}
        )
    return words


def usual_loan(currency: Currency) -> int:
    """What examples lend: 100,000 riel, or 25 dollars in cents."""
    return LENT.get(currency, LENT_ELSEWHERE)


def usual_months(rules: Rules) -> int:
    """Four months; as many as the plan of the rules needs, or as few as they allow."""
    least = max(MONTHS, rules.loan_grace + 1, rules.loan_every)
    return max(min(least, rules.longest_loan), 1)


def terms_under(rules: Rules, *, principal: int, months: int, on: date) -> loans.Terms:
    """The terms of a loan of which nothing else was agreed."""
    every, balloon = loans.planned(
        rules.loan_plan, principal=principal, months=months, every=rules.loan_every
    )
    return Loan(
        rules=rules,
        principal=principal,
        rate=rules.loan_rate,
        method=rules.loan_method,
        months=months,
        grace=rules.loan_grace,
        every=every,
        balloon=balloon,
        up_front=rules.up_front,
        disbursed_on=on,
    ).terms_as_given


def example_of(rules: Rules, currency: Currency, *, on: date) -> Example:
    """What a loan under the rules would cost, in sentences that can be read out at a meeting."""
    amount = usual_loan(currency)
    terms = terms_under(rules, principal=amount, months=usual_months(rules), on=on)
    if wrong := loans.contradiction(terms, currency):
        return Example(None, [], wrong)
    cost = loans.cost_of(terms)
    return Example(cost, _sentences(cost, currency))


def _sentences(cost: loans.Cost, currency: Currency) -> list[str]:
    terms = cost.terms

    def show(amount: int) -> str:
        return digits(format_money(amount, currency))

    said = {
        "amount": show(terms.principal),
        "months": digits(terms.months),
        "interest": show(cost.interest),
        "total": show(cost.total),
    }
    found = [
        ngettext(
            "%(amount)s for %(months)s month costs %(interest)s of interest, %(total)s in all.",
            "%(amount)s for %(months)s months costs %(interest)s of interest, %(total)s in all.",
            terms.months,
        )
        % said
    ]
    if cost.up_front:
        found.append(
            _("The interest is taken at once: %(net)s is handed over.")
            % {"net": show(cost.handed_over)}
        )
    paid = [instalment for instalment in cost.schedule if instalment.total]
    if len(paid) == 1:
        found.append(
            _("It is repaid in one payment of %(sum)s after %(months)s months.")
            % {"sum": show(paid[0].total), "months": said["months"]}
        )
    elif paid:
        found.append(
            _("It is repaid in %(count)s payments, the first %(first)s, the last %(last)s.")
            % {
                "count": digits(len(paid)),
                "first": show(paid[0].total),
                "last": show(paid[-1].total),
            }
        )
    found.append(
        _("On what is still owed that is %(cost)s percent a month.")
        % {"cost": digits(f"{cost.monthly.normalize():f}")}
    )
    return found
