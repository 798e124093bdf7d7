"""What a page is about: its group, its meeting, its member, its loan."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from core.access import signed_in
from registry.models import chain_of
from savings_groups.models import Closing, Group, JournalEntry, Loan, Meeting, Member


def group_or_404(request: HttpRequest, pk: UUID) -> Group:
    """A group that the user may see by name; any other is answered with 404."""
    return get_object_or_404(Group.objects.visible_to(signed_in(request)).with_names(), pk=pk)


def meeting_or_404(request: HttpRequest, pk: UUID) -> Meeting:
    """A meeting of a group that the user may see, with its group and rules."""
    meetings = Meeting.objects.visible_to(signed_in(request)).select_related(
        "rules",
        "group__owner",
        "group__organisation",
        *chain_of("group__place"),
        "sealed_by",
        "witness_one__person",
        "witness_two__person",
    )
    return get_object_or_404(meetings, pk=pk)


def member_or_404(request: HttpRequest, pk: UUID) -> Member:
    """A member of a group that the user may see."""
    members = Member.objects.visible_to(signed_in(request)).select_related(
        "person", *_group_names("group")
    )
    return get_object_or_404(members, pk=pk)


def loan_or_404(request: HttpRequest, pk: UUID) -> Loan:
    """A loan of a group that the user may see."""
    loans = (
        Loan.objects.visible_to(signed_in(request))
        .with_terms()
        .select_related("member__person", "meeting", *Loan.BACKERS, *_group_names("group"))
    )
    return get_object_or_404(loans, pk=pk)


def journal_or_404(request: HttpRequest, pk: UUID) -> JournalEntry:
    """An entry of a ledger that the user may see."""
    groups = Group.objects.visible_to(signed_in(request))
    journals = JournalEntry.objects.filter(group__in=groups).select_related(
        "member__person", "meeting", "reverses", "seal", "created_by", *_group_names("group")
    )
    return get_object_or_404(journals, pk=pk)


def closing_or_404(request: HttpRequest, pk: UUID) -> Closing:
    """A closing of a group that the user may see."""
    closings = Closing.objects.visible_to(signed_in(request)).select_related(
        "rules", "created_by", *_group_names("group")
    )
    return get_object_or_404(closings, pk=pk)


def _group_names(to: str) -> list[str]:
    """The relations that a group's head on a page reads."""
    return [
        f"{to}__{name}"
        for name in (
            "owner",
            "organisation",
            *chain_of("place"),
        )
    ]
