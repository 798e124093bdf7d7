"""Every paper about a group with demonstration data says so, also of a made-up member alone."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string

from core.papers import KINDS
from registry.models import Organisation, Person, User
from savings_groups.models import Group
from savings_groups.papers.annual_report import OF_ORGANISATION
from tests.savings_groups.factories import make_group

KINDS_OF_GROUP = ["savings_groups.passbooks", "savings_groups.baseline"]


@pytest.fixture
def group(strey_khmer: Organisation, field_staff: User) -> Group:
    return make_group(owner=strey_khmer, by=field_staff)


def says_so(kind: str, record: Group | Organisation, user: User) -> bool:
    found = KINDS[kind]
    paper = found.paper(found.records(user).get(pk=record.pk), {})
    text = render_to_string(paper.template, dict(paper.context))
    return "demo data" in text or "demonstration data" in text


@pytest.mark.parametrize("kind", [*KINDS_OF_GROUP, OF_ORGANISATION])
def test_a_paper_says_that_a_member_is_made_up(
    kind: str, group: Group, strey_khmer: Organisation, coordinator: User
) -> None:
    record = strey_khmer if kind == OF_ORGANISATION else group
    assert not says_so(kind, record, coordinator)
    Person.objects.filter(pk=group.members.all()[0].person_id).update(is_demo=True)
    assert says_so(kind, record, coordinator)
