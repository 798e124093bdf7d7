"""How many members the groups of the directory have."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db.models import Count, Q

from registry.figures.members import counts_members
from savings_groups.models import Member


@counts_members
def members_of_groups(organisations: Collection[UUID], day: date) -> dict[UUID, int]:
    """Who was a member on the day, by group of the directory."""
    there = Member.objects.filter(group__organisation__in=organisations, joined_on__lte=day)
    there = there.filter(Q(left_on=None) | Q(left_on__gt=day))
    counted = there.order_by().values_list("group__organisation").annotate(Count("pk"))
    return dict(counted)
