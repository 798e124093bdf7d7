"""List, search and likenesses at 100,000 people, and the queries of the pages."""

from __future__ import annotations

import random
import sys
from datetime import date

from benchmarks.measure import cpu, print_limit, print_ratio, scratch_database, take_turns

# Rows of a file whose likenesses are looked for, how many of them one by one, and in how many
# seconds of CPU time all of them at most.
ROWS, ONE_BY_ONE, SECONDS = 2000, 100, 5
SIZE = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000


def main() -> None:
    from django.conf import settings
    from django.db import connection
    from django.test import Client, override_settings
    from django.test.utils import CaptureQueriesContext

    from registry.models import User

    owner = _fill()
    coordinator = User.objects.create(
        username="coordinator", role="coordinator", organisation=owner
    )
    admin = User.objects.create(username="admin", role="administrator", is_demo=True)
    storages = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    with override_settings(
        ROOT_URLCONF="benchmarks.plain_admin", STORAGES=storages, SECURE_SSL_REDIRECT=False
    ):
        ours, plain = _signed_in(coordinator), _signed_in(admin)

        def get(client: Client, address: str) -> None:
            assert client.get(address).status_code == 200, address

        for what, mine, peer in [
            ("people, first page", "/people/", "/plain/registry/person/"),
            ("search in Latin", "/people/?q=bopha", "/plain/registry/person/?q=bopha"),
            ("search in Khmer", "/people/?q=បុប្ផា", "/plain/registry/person/?q=បុប្ផា"),
            ("search, nobody found", "/people/?q=zzzz", "/plain/registry/person/?q=zzzz"),
        ]:
            spent = take_turns(
                {"ours": lambda a=mine: get(ours, a), "plain": lambda a=peer: get(plain, a)}
            )
            print_ratio(f"{what}, to the plain admin list", spent["ours"], spent["plain"])
        for what, address, limit in [
            ("queries of the people list", "/people/", 8),
            ("queries of a search", "/people/?q=bopha", 8),
            *_training_pages(owner, coordinator),
        ]:
            with CaptureQueriesContext(connection) as queries:
                get(ours, address)
            print_limit(what, len(queries), limit, "queries")
    _likenesses(owner)


def _likenesses(owner):
    """Who looks like the people of a file: all at once, one by one, and all of one name."""
    from registry.search.duplicates import like, like_each

    rows = _people(owner, random.Random(2), range(ROWS))
    before = cpu()
    like_each(rows, owner=owner, among_themselves=True)
    print_limit(f"likenesses of {ROWS} rows, each other too", cpu() - before, SECONDS, "s of CPU")
    spent = take_turns(
        {
            "together": lambda: like_each(rows, owner=owner),
            "alone": lambda: [like(row, owner=owner) for row in rows[:ONE_BY_ONE]],
        },
        rounds=3,
    )
    alone = [seconds * ROWS / ONE_BY_ONE for seconds in spent["alone"]]
    print_ratio(f"the same without each other, to {ROWS} one by one", spent["together"], alone)
    for row in rows:
        row.name_km, row.name_latin = rows[0].name_km, rows[0].name_latin
    before = cpu()
    like_each(rows, owner=owner, among_themselves=True)
    print_limit(f"likenesses of {ROWS} rows of one name", cpu() - before, SECONDS, "s of CPU")


def _people(owner, chance, numbers):
    """Made-up people, not saved."""
    from demo.people import FAMILY, MEN, WOMEN
    from registry.models import Person

    people = []
    for number in numbers:
        family, given = chance.choice(FAMILY), chance.choice(WOMEN + MEN)
        person = Person(
            owner=owner,
            name_km=f"{family[0]} {given[0]}",
            name_latin=f"{family[1]} {given[1]} {number}",
            birth_year=chance.randint(1950, 2008),
        )
        people.append(person)
    return people


def _signed_in(user):
    from django.test import Client

    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def _fill():
    """Made-up people straight into the table; the keys come from the same functions."""
    from registry.models import Organisation, Person
    from registry.search.finding import set_person_keys

    owner = Organisation.objects.create(name_latin="Benchmark")
    chance = random.Random(1)
    for start in range(0, SIZE, 5000):
        people = _people(owner, chance, range(start, min(start + 5000, SIZE)))
        for person in people:
            set_person_keys(person)
        Person.objects.bulk_create(people)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE registry_person")
    return owner


def _training_pages(owner, user):
    """The pages of a small and of a large training."""
    from decimal import Decimal

    from registry.models import Person
    from trainings.actions.attending import Mark, Presence, record_attendance
    from trainings.actions.planning import plan_training
    from trainings.models import AgeBandScheme, Enrolment

    pages = []
    for size in (3, 1000):
        training = plan_training(
            owner=owner,
            title_en=f"{size} people",
            starts_on=date(2026, 3, 2),
            ends_on=date(2026, 3, 3),
            age_bands=AgeBandScheme.objects.get(is_default=True),
            hours_a_day=Decimal(6),
            by=user,
        )
        Enrolment.objects.bulk_create(
            Enrolment(owner=owner, training=training, person=person, sheet_row=row)
            for row, person in enumerate(Person.objects.all()[:size], start=1)
        )
        session = training.sessions.first()
        marks = [Mark(e.pk, Presence.of("present"), None) for e in training.enrolments.all()]
        record_attendance(session, marks=marks, by=user)
        pages += [
            (f"queries of a training of {size} people", f"/trainings/{training.pk}/", 15),
            (f"queries of its people ({size})", f"/trainings/{training.pk}/people/", 15),
            (
                f"queries of its attendance sheet ({size})",
                f"/trainings/sessions/{session.pk}/attendance/",
                15,
            ),
        ]
    return pages


if __name__ == "__main__":
    with scratch_database():
        main()
