"""The report for the annual meeting: many groups on paper, without the name of any member."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.papers import KINDS, Paper, printable
from registry.models import Organisation, Project, User
from registry.models.owned import organisations_under
from savings_groups.bookkeeping.loans import anniversary
from savings_groups.bookkeeping.money import Currency
from savings_groups.figures.comparing import Comparison, compare
from savings_groups.figures.grading import scheme_chosen
from savings_groups.figures.periods import Period
from savings_groups.figures.ratios import GroupFigures
from savings_groups.figures.spending import Spending, spending_of
from savings_groups.forms.papers import AnnualReportForm
from savings_groups.models import Group
from savings_groups.models.groups import GroupQuerySet
from savings_groups.papers.charts import Drawing, charts_of_groups

OF_PROJECT = "savings_groups.annual-meeting"
OF_ORGANISATION = "savings_groups.annual-meeting-of-organisation"

# As many columns as fit on A4 turned sideways.
COLUMNS = (
    "members",
    "women",
    "attendance",
    "savings_total",
    "average_saving",
    "loans_outstanding",
    "par30",
    "loan_fund_use",
    "net_profit",
    "welfare_help",
    "village_works",
)


@dataclass(frozen=True)
class Spent:
    """Help and works of the groups of one currency."""

    currency: Currency
    spending: Sequence[Spending]


@dataclass(frozen=True)
class AnnualReport:
    """The groups as their own pages show them, and together; `before` is a year earlier.

    Dollars and riel are never added up. Riel are said in dollars as well only at a rate that
    whoever asked for the report has stated; it stands on the paper and with the document. The
    drawings of one figure stand beside each other.
    """

    as_of: date
    comparison: Comparison
    before: Comparison
    year_ago: date
    spent: Sequence[Spent]
    shared: Sequence[GroupFigures]
    charts: Sequence[Sequence[Drawing]]
    holds_demo_data: bool
    riel_per_dollar: int | None = None


def annual_report(
    groups: GroupQuerySet, *, today: date, riel_per_dollar: int | None = None
) -> AnnualReport:
    """All that the report says: the cycle of each group up to today, and the same a year ago."""
    listed = list(groups.with_names().order_by("organisation__sort_key", "pk"))
    year_ago = anniversary(today, -12)
    now = compare(listed, [Period(today)], names=COLUMNS, scheme=scheme_chosen())
    before = compare(listed, [Period(year_ago)], names=COLUMNS)
    found = now.figures
    labelled = [(each.group.name, each) for each in found]
    return AnnualReport(
        as_of=today,
        comparison=now,
        before=before,
        year_ago=year_ago,
        spent=_spent(found),
        shared=[each for each in found if each.facts.shared],
        charts=[
            drawn
            for name in ("savings_total", "loans_outstanding")
            if (drawn := charts_of_groups(labelled, name, for_paper=True))
        ],
        holds_demo_data=groups.with_demo_data().exists(),
        riel_per_dollar=riel_per_dollar,
    )


def _spent(found: Sequence[GroupFigures]) -> list[Spent]:
    """Help and works by currency, where there were any."""
    spent = []
    for currency in sorted({each.group.money for each in found}):
        kinds = spending_of(each.facts for each in found if each.group.money == currency)
        if any(kind.purposes for kind in kinds):
            spent.append(Spent(currency, kinds))
    return spent


def _projects(user: User) -> QuerySet[Project]:
    return Project.objects.visible_to(user)


def _organisations(user: User) -> QuerySet[Organisation]:
    """The organisations whose groups a person may see, and those below them."""
    return Organisation.objects.visible_to(user).filter(
        pk__in=Organisation.objects.owned_by(user).values("pk")
    )


def paper_for(name: str, record: Project | Organisation, user: User) -> str:
    """The kind of paper, or nothing for whoever may not print it."""
    kind = KINDS[name]
    return name if user.may(kind.permission) and kind.exists(user, record.pk) else ""


@printable(
    OF_PROJECT,
    gettext_lazy("Report for the annual meeting of the groups"),
    of=_projects,
    form=AnnualReportForm,
)
def of_project(
    project: Project, as_of: date | None = None, riel_per_dollar: int | None = None
) -> Paper:
    """The groups that a project supports."""
    groups = Group.objects.filter(project_links__project=project)
    return _paper(groups, str(project), as_of, riel_per_dollar)


@printable(
    OF_ORGANISATION,
    gettext_lazy("Report for the annual meeting of the groups"),
    of=_organisations,
    form=AnnualReportForm,
)
def of_organisation(
    organisation: Organisation, as_of: date | None = None, riel_per_dollar: int | None = None
) -> Paper:
    """The groups that an organisation and those below it facilitate."""
    groups = Group.objects.filter(owner__in=organisations_under(organisation.pk))
    return _paper(groups, str(organisation), as_of, riel_per_dollar)


def _paper(
    groups: GroupQuerySet, whose: str, as_of: date | None, riel_per_dollar: int | None
) -> Paper:
    return Paper(
        template="savings_groups/paper/annual_meeting.html",
        context={
            "report": annual_report(
                groups, today=as_of or timezone.localdate(), riel_per_dollar=riel_per_dollar
            ),
            "riel": Currency.KHR,
            "whose": whose,
            "made_at": timezone.now(),
        },
        title=str(_("Annual meeting of the savings groups")),
    )
