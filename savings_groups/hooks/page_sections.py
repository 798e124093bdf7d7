"""What savings groups add to the pages of the registry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from core.page_sections import (
    Appointment,
    Need,
    Place,
    Timetable,
    on_home,
    says_what_is_on,
    says_what_waits,
    section_of,
)
from paper.templatetags.paper import digits
from registry.models import Organisation, Person, Project, User, chain_of
from savings_groups.bookkeeping.ledger import Account
from savings_groups.figures import parts
from savings_groups.figures.overview import totals_of
from savings_groups.figures.summaries import summary_of
from savings_groups.forms.papers import AnnualReportForm
from savings_groups.models import Balance, Group, Meeting, Member
from savings_groups.papers.annual_report import OF_ORGANISATION, OF_PROJECT, paper_for

MOST_SHOWN = 100
MOST_WAITING = 10


@dataclass(frozen=True)
class Membership:
    """A membership, with what the member has saved and owes now."""

    member: Member
    savings: int
    loans: int


@section_of(Person)
def groups_of_person(person: Person, user: User) -> tuple[str, dict[str, Any]] | None:
    """The groups in which a person is or was a member, the newest membership first."""
    members = list(
        Member.objects.visible_to(user)
        .filter(person=person)
        .select_related(
            "group__organisation",
            *chain_of("group__place"),
        )
        .order_by("-joined_on")[:MOST_SHOWN]
    )
    if not members:
        return None
    balances = _balances([member.pk for member in members])
    memberships = [Membership(member, *balances[member.pk]) for member in members]
    return "savings_groups/_of_person.html", {"memberships": memberships}


def _balances(members: list[UUID]) -> dict[UUID, tuple[int, int]]:
    """What each member has saved and owes on loans."""
    rows = (
        Balance.objects.filter(member__in=members)
        .order_by()
        .values_list("member")
        .annotate(
            savings=-Sum("amount", filter=Q(account__in=parts.SAVINGS.accounts), default=0),
            loans=Sum("amount", filter=Q(account=Account.LOANS), default=0),
        )
    )
    found: dict[UUID, tuple[int, int]] = defaultdict(lambda: (0, 0))
    found.update({member: (savings, loans) for member, savings, loans in rows})
    return found


@section_of(Organisation)
def groups_of_organisation(
    organisation: Organisation, user: User
) -> tuple[str, dict[str, Any]] | None:
    """The savings group that an entry of the directory is, or the groups that it facilitates."""
    seen = Group.objects.visible_to(user).with_names()
    own = seen.filter(organisation=organisation).first()
    if own:
        context = {"group": own, "totals": totals_of([own.pk])[own.pk]}
        return "savings_groups/_of_group.html", context
    listed = _listed(seen.filter(owner=organisation))
    if not listed:
        return None
    return "savings_groups/_of_organisation.html", listed | {
        "record": organisation,
        "paper": paper_for(OF_ORGANISATION, organisation, user),
        "paper_form": AnnualReportForm(),
    }


@section_of(Project)
def groups_of_project(project: Project, user: User) -> tuple[str, dict[str, Any]] | None:
    """The groups that a project supports: figures only."""
    groups = Group.objects.visible_to(user).filter(project_links__project=project)
    listed = _listed(groups.with_names())
    if not listed:
        return None
    return "savings_groups/_of_organisation.html", listed | {
        "record": project,
        "project": project,
        "paper": paper_for(OF_PROJECT, project, user),
        "paper_form": AnnualReportForm(),
    }


def _listed(groups: QuerySet[Group]) -> dict[str, Any]:
    """The first groups and what all come to; nothing where there are none."""
    shown = list(groups.order_by("organisation__sort_key", "pk")[:MOST_SHOWN])
    if not shown:
        return {}
    totals = totals_of([group.pk for group in shown])
    return {
        "groups": [(group, totals[group.pk]) for group in shown],
        "summary": summary_of(groups),
    }


def _unsealed(user: User) -> QuerySet[Meeting]:
    """The sheets that wait to be sealed, for those who may."""
    if not user.may("groups.record"):
        return Meeting.objects.none()
    seen = Meeting.objects.visible_to(user).exclude(state=Meeting.State.SEALED)
    return seen.select_related("group__organisation", *chain_of("group__place"))


@says_what_waits(Place.GROUPS)
def sheets_that_wait(user: User) -> Iterator[Need]:
    """Meeting sheets that are not sealed yet; they stand further down the first page."""
    if user.may("groups.record"):
        yield Need(_unsealed(user).count(), _("meeting sheets to seal"), "#sheets")


@says_what_is_on
def meetings_that_are_on(user: User, since: date, until: date, most: int) -> Timetable:
    """The meetings whose sheets were begun."""
    found = _unsealed(user).filter(held_on__range=(since, until)).order_by("held_on", "pk")
    return Timetable([_appointment(meeting) for meeting in found[:most]], found.count())


def _appointment(meeting: Meeting) -> Appointment:
    place = meeting.group.place.chain if meeting.group.place else ""
    words = digits(_("Meeting %(number)s") % {"number": meeting.number})
    return Appointment(
        meeting.held_on,
        None,
        str(meeting.group.name),
        " · ".join(filter(None, [words, place])),
        reverse("groups:meeting", args=[meeting.pk]),
        _("Open the meeting sheet"),
        str(meeting.get_state_display()),
    )


@on_home
def groups_at_home(user: User) -> tuple[str, dict[str, Any]] | None:
    """What the groups that a person sees come to, and the sheets that wait to be sealed."""
    groups = Group.objects.visible_to(user)
    summary = summary_of(groups, with_risk=False)
    if not summary.groups:
        return None
    waiting = _unsealed(user).order_by("held_on")[:MOST_WAITING]
    return "savings_groups/_at_home.html", {"summary": summary, "waiting": waiting}
