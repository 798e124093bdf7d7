"""How the demonstration gets into the database: the stories at once, what is long by the worker.

Whoever starts Samaki for the first time can sign in after the stories. Fourteen savings groups with
their meetings, a round of Civic Champions in the whole country, and the reports to donors of the
field office take some minutes more; each is a job of its own, all or nothing, and may run twice
without harm.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from cascades.models import Iteration, Programme
from demo import indicators
from demo.accounts import make_accounts
from demo.organisations import Cast, make_cast
from demo.stories import (
    battambang_groups,
    civic_champions,
    donor_reports,
    generated,
    kcda,
    national,
    strey_khmer,
)
from registry.models import Organisation, Person, Project, User
from reports.models import Report
from savings_groups.models import Group

# Papers that somebody waits for go first.
PRIORITY = -10


def load_stories() -> dict[str, User]:
    """Make the accounts, tell the stories, and ask for the rest; returns the accounts by name."""
    cast = make_cast()
    accounts = make_accounts(partnership=cast.partnership, field_office=cast.kcda, donor=cast.donor)
    staff, coordinator = accounts["staff"], accounts["coordinator"]
    leaders_project = _grant(cast, cast.strey_khmer, coordinator, ends_on=date(2011, 12, 31))
    strey_khmer.tell(cast=cast, project=leaders_project, by=coordinator)
    kcda_project = _grant(cast, cast.kcda, coordinator)
    groups = kcda.tell(cast=cast, project=kcda_project, staff=staff, by=coordinator)
    civic_project = _grant(cast, cast.watershed, coordinator)
    programme = civic_champions.tell(cast=cast, project=civic_project, by=coordinator)
    people = generated.tell(cast=cast, project=kcda_project, by=staff)
    of_today, others = people[: battambang_groups.TODAY], people[battambang_groups.TODAY :]
    battambang_groups.tell_of_today(cast=cast, project=kcda_project, people=of_today, by=staff)
    indicators.tell_of_leaders(leaders_project, by=coordinator)
    indicators.tell_of_field_office(kcda_project, by=coordinator)
    indicators.tell_of_councils(civic_project, programme, by=coordinator)
    _ask_for_groups(groups, others, kcda_project, staff)
    load_nationwide_round.configure(priority=PRIORITY).defer(
        programme=str(programme.pk),
        project=str(civic_project.pk),
        partnership=str(cast.partnership.pk),
        ministries=[str(cast.interior.pk), str(cast.rural_development.pk)],
        by=str(coordinator.pk),
    )
    load_donor_reports.configure(priority=PRIORITY).defer(
        project=str(kcda_project.pk),
        donor=str(cast.donor.pk),
        funder=str(accounts["funder"].pk),
        by=str(coordinator.pk),
    )
    return accounts


def _ask_for_groups(
    groups: list[Organisation], people: list[Person], project: Project, by: User
) -> None:
    members = battambang_groups.members_by_group(people)
    for number, (organisation, of_group) in enumerate(zip(groups, members, strict=True)):
        load_group.configure(priority=PRIORITY).defer(
            number=number,
            organisation=str(organisation.pk),
            people=[str(person.pk) for person in of_group],
            project=str(project.pk),
            by=str(by.pk),
        )


@app.task(name="demo.load_group")
@transaction.atomic
def load_group(number: int, organisation: str, people: list[str], project: str, by: str) -> None:
    """Hold the meetings of one of the fourteen groups, if it has none yet."""
    told = Organisation.objects.select_for_update(of=["self"]).get(pk=organisation)
    if Group.objects.filter(organisation=told).exists():
        return
    battambang_groups.tell_of_group(
        number,
        organisation=told,
        people=list(Person.objects.filter(pk__in=people).order_by("sort_key", "pk")),
        project=Project.objects.get(pk=project),
        by=User.objects.get(pk=by),
    )


@app.task(name="demo.load_nationwide_round")
@transaction.atomic
def load_nationwide_round(
    programme: str, project: str, partnership: str, ministries: list[str], by: str
) -> None:
    """Make up the round in the whole country, if it is not there yet."""
    told = Programme.objects.select_for_update(of=["self"]).get(pk=programme)
    if Iteration.objects.filter(programme=told, is_demo=True).exists():
        return
    national.tell(
        programme=told,
        project=Project.objects.get(pk=project),
        partnership=Organisation.objects.get(pk=partnership),
        ministries=list(Organisation.objects.filter(pk__in=ministries).order_by("sort_key")),
        by=User.objects.get(pk=by),
    )


class GroupsAreLoading(Exception):
    """Reports count the groups: they wait until the worker is through with those."""


@app.task(
    name="demo.load_donor_reports",
    retry=RetryStrategy(max_attempts=100, wait=5, retry_exceptions=[GroupsAreLoading]),
)
@transaction.atomic
def load_donor_reports(project: str, donor: str, funder: str, by: str) -> None:
    """Write the reports of the field office, once its groups are there, if it has none yet."""
    if _unfinished(load_group.name).exists():
        raise GroupsAreLoading
    told = Project.objects.select_for_update(of=["self"]).get(pk=project)
    if Report.objects.filter(project=told).exists():
        return
    donor_reports.tell(
        told,
        donor=Organisation.objects.get(pk=donor),
        funder=User.objects.get(pk=funder),
        by=User.objects.get(pk=by),
    )


def _unfinished(*names: str) -> QuerySet[ProcrastinateJob]:
    return ProcrastinateJob.objects.filter(task_name__in=names, status__in=["todo", "doing"])


@dataclass(frozen=True)
class Loading:
    """How many parts of the demonstration the worker has still to load, and could not load."""

    left: int
    failed: int
    parts: int = len(battambang_groups.SAVINGS) + 2

    @property
    def done(self) -> int:
        return self.parts - self.left - self.failed


def loading() -> Loading:
    """How far the worker is. Jobs of yesterday are forgotten, see `core.tasks`."""
    jobs = ProcrastinateJob.objects.filter(
        task_name__in=[load_group.name, load_nationwide_round.name, load_donor_reports.name]
    )
    return Loading(
        **jobs.aggregate(
            left=Count("pk", filter=Q(status__in=["todo", "doing"])),
            failed=Count("pk", filter=Q(status="failed")),
        )
    )


def _grant(cast: Cast, owner: Organisation, by: User, *, ends_on: date | None = None) -> Project:
    """A made-up grant, so that the funder of the demonstration has something to look at."""
    project = Project.objects.create(
        owner=owner,
        code="DEMO",
        name_km=f"គម្រោងសាកល្បង៖ {owner.name_km or owner.name_latin}",
        name_en=f"Demonstration grant: {owner.name_latin}",
        starts_on=date(2011, 1, 1),
        ends_on=ends_on,
        created_by=by,
    )
    project.donors.add(cast.donor)
    return project
