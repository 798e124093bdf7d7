"""Load the demonstration once."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from demo.accounts import make_accounts
from demo.organisations import Cast, make_cast
from demo.stories import battambang_groups, civic_champions, generated, kcda, national, strey_khmer
from registry.models import Organisation, Place, Project, User


class Command(BaseCommand):
    help = (
        "Load the demonstration: accounts for every role, the published stories, and made-up "
        "people marked as demonstration data. Does nothing when it is loaded already, and "
        "refuses an installation with accounts of its own."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        if User.objects.filter(is_demo=True).exists():
            return
        if User.objects.exists():
            raise CommandError(
                "This installation has accounts of its own. The demonstration is only loaded "
                "into an empty one, since everybody can read its password."
            )
        if not Place.objects.exists():
            raise CommandError("Load the places first: bin/manage load_places")
        with transaction.atomic(), connection.cursor() as cursor:
            load()
            # The planner is told at once what is there; of small tables it would never hear.
            cursor.execute("ANALYZE")


def load() -> dict[str, User]:
    """Make the accounts and tell the stories; returns the accounts by name."""
    cast = make_cast()
    accounts = make_accounts(partnership=cast.partnership, field_office=cast.kcda, donor=cast.donor)
    staff, coordinator = accounts["staff"], accounts["coordinator"]
    strey_khmer.tell(
        cast=cast, project=_project(cast, cast.strey_khmer, coordinator), by=coordinator
    )
    kcda_project = _project(cast, cast.kcda, coordinator)
    groups = kcda.tell(cast=cast, project=kcda_project, staff=staff, by=coordinator)
    civic_project = _project(cast, cast.watershed, coordinator)
    programme = civic_champions.tell(cast=cast, project=civic_project, by=coordinator)
    national.tell(cast=cast, programme=programme, project=civic_project, by=coordinator)
    people = generated.tell(cast=cast, project=kcda_project, by=staff)
    battambang_groups.tell(cast=cast, project=kcda_project, groups=groups, people=people, by=staff)
    return accounts


def _project(cast: Cast, owner: Organisation, by: User) -> Project:
    """A made-up grant, so that the funder of the demonstration has something to look at."""
    project = Project.objects.create(
        owner=owner,
        code="DEMO",
        name_km=f"គម្រោងសាកល្បង៖ {owner.name_km or owner.name_latin}",
        name_en=f"Demonstration grant: {owner.name_latin}",
        starts_on=date(2011, 1, 1),
        created_by=by,
    )
    project.donors.add(cast.donor)
    return project
