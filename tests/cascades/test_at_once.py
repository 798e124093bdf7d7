"""Two people take the same thing back: the second one is told, and meets no error."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.urls import reverse

from cascades.models import CertificationDecision, Observation, TeachBack
from registry.models import User
from tests.cascades.factories import START, make_delivery, make_iteration, make_programme, tier_of
from tests.factories import make_administrator, make_organisation, make_person, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def removed_by_another_while(record: Any, act: Callable[[], Any]) -> Any:
    """What an act answers that waits for a row which somebody else is removing."""
    has_removed = Event()

    def remove() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f'DELETE FROM "{record._meta.db_table}" WHERE id = %s', [record.pk])
            has_removed.set()
            for _attempt in range(200):
                cursor.execute(
                    "SELECT count(*) FROM pg_locks WHERE NOT granted"
                    " AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
                )
                if cursor.fetchone()[0]:
                    break
                time.sleep(0.02)
        connection.close()

    other = Thread(target=remove)
    other.start()
    has_removed.wait()
    answer = act()
    other.join()
    return answer


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        (TeachBack, "cascades:teach-back-remove"),
        (Observation, "cascades:observation-remove"),
        (CertificationDecision, "cascades:decision-remove"),
    ],
)
def test_what_somebody_else_is_removing_is_told(as_user, kind, address):
    make_administrator()
    owner = make_organisation()
    user = make_user(organisation=owner, role=User.Role.COORDINATOR)
    programme = make_programme(owner=owner, by=user)
    tier = tier_of(make_iteration(programme=programme, by=user), 1)
    person = make_person(owner=owner, by=user)
    delivery = make_delivery(tier, lead=person, by=user)
    facts = {
        TeachBack: {"delivery": delivery, "person": person, "held_on": START, "passed": True},
        Observation: {"delivery": delivery, "trainer": person, "observed_on": START},
        CertificationDecision: {
            "programme": programme,
            "person": person,
            "tier_number": 1,
            "verdict": "certified",
            "reason": "The ministry asked for it.",
            "valid_from": START,
        },
    }
    if kind is Observation:
        facts[kind]["checklist"] = programme.checklists.create(
            owner=owner, name_en="Checklist", valid_from=START
        )
    record = kind.objects.create(owner=owner, **facts[kind])
    browser = as_user(user)
    page = reverse(address, args=[record.pk])
    answer = removed_by_another_while(
        record, lambda: browser.post(page, follow=True, headers={"accept-language": "en"})
    )
    assert answer.status_code == 200
    assert "in the meantime" in answer.content.decode()
