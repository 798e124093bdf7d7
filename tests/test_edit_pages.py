"""Two people on one record, on every page that changes one: nobody's value is lost.

A and B open the same page. B saves. A makes a slip, gets the page back, and corrects the slip.
That A has not seen what B wrote is still known then: both values are shown, and A decides.
"""

from __future__ import annotations

import re
from datetime import date
from itertools import product
from typing import Any

import pytest
from django.db import transaction
from django.forms import ModelMultipleChoiceField
from django.test import Client
from django.utils.formats import date_format

from tests.kept import *  # noqa: F403
from tests.pages import fields_of
from tests.test_authorisation import (  # noqa: F401  # own and users are fixtures.
    ADDRESSES,
    World,
    body_of,
    own,
    users,
)

# Their sheets are merged cell by cell or looked at once more, what they change is booked, it is
# verified as it was read, answered on another page, said anew with a reason, or not there at
# first, or only a step is taken; they have tests of their own.
ELSEWHERE = {
    "groups:sheet",
    "groups:count",
    "groups:seal",
    "groups:meeting-remove",
    "groups:row-correct",
    "trainings:changes",
    "trainings:tests",
    # No number of it is larger than the people who came; and boxes to tick.
    "trainings:evaluation",
    "trainings:evidence-people",
    "reports:define",
    "reports:step",
    "person-functioning",
}
# What belongs to a record in rows of its own is changed on these, as one.
WITH_ROWS = [
    "trainings:head-counts",
    "trainings:indirect-counts",
    "trainings:discussion-groups",
]
# Not what a person types.
HIDDEN = {"csrfmiddlewaretoken", "form_key", "version"}
# What two people may write into a field, whatever it holds, and what a field may not take.
PAIRS = [("Written by B", "Written by A"), ("7", "8"), ("05/04/2026", "06/04/2026")]
SLIPS = ["x" * 5000, "99/99/9999", ""]


@pytest.fixture(scope="module")
def browsers(users) -> tuple[Client, Client]:  # noqa: F811
    """The browsers of A and B, who may both do everything."""
    return tuple(_signed_in(users["administrator"]) for _ in range(2))


def _signed_in(user) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def edit_addresses() -> list[str]:
    """The pages that change one record: by their addresses, or for its rows.

    Rules of a day that has some already are changed by the page of new ones.
    """
    pages = [name for name, row in ADDRESSES.items() if not row.post]
    ends = ("-edit", "-move", "-rules-new")
    edit = [name for name in pages if name.replace(":", "-").endswith(ends)]
    return sorted(edit + WITH_ROWS)


def carries_version(browser: Client, world: World, name: str) -> bool:
    page = browser.get(world.address(name))
    return page.status_code == 200 and b'name="version"' in body_of(page)


def test_every_page_with_a_version_is_among_them(browsers, own):  # noqa: F811
    pages = {name for name, row in ADDRESSES.items() if not row.post and row.record in own.records}
    found = {name for name in pages if carries_version(browsers[0], own, name)}
    assert found - ELSEWHERE == set(edit_addresses())


@pytest.mark.sampled(8)
@pytest.mark.parametrize("name", edit_addresses())
def test_after_a_slip_a_colleagues_change_is_still_shown(name, browsers, own):  # noqa: F811
    a, b = browsers
    address = own.address(name)
    opened = fields_of(a.get(address))
    field, by_b, by_a = saved_by(b, address, opened)

    slip = a.post(address, opened | {field: by_a} | slip_of(b, address))
    corrected = a.post(address, fields_of(slip) | opened_but_version(opened) | {field: by_a})
    assert corrected.status_code == 200, "A has overwritten what B wrote without seeing it."
    assert shows(corrected, by_a)
    assert shows(corrected, by_b)
    assert fields_of(b.get(address))[field] == by_b, "Nothing is written before A decides."

    decided = a.post(address, fields_of(corrected) | {field: by_a})
    assert decided.status_code == 302
    assert fields_of(b.get(address))[field] == by_a


# The pages that link a record to others, by many to many.
LINKING = {"project-edit", "trainings:edit", "groups:edit", "cascades:iteration-edit"}
LINKING |= {"cascades:version-edit"}


def other_links(browser: Client, address: str) -> dict[str, list[Any]]:
    """Another choice in each of the fields of a page that take several records."""
    form = browser.get(address).context["form"]
    several = {
        name: field
        for name, field in form.fields.items()
        if isinstance(field, ModelMultipleChoiceField) and field.queryset.exists()
    }
    return {
        name: [] if form.initial.get(name) else [field.queryset.first()]
        for name, field in several.items()
    }


@pytest.mark.sampled(8)
@pytest.mark.parametrize("name", edit_addresses())
def test_a_link_that_a_colleague_changed_stays_until_a_decides(name, browsers, own):  # noqa: F811
    a, b = browsers
    address = own.address(name)
    links = other_links(b, address)
    assert bool(links) == (name in LINKING)
    for field, chosen in links.items():
        opened = fields_of(a.get(address))
        sent = fields_of(b.get(address)) | {field: [each.pk for each in chosen]}
        assert b.post(address, sent).status_code == 302
        stale = a.post(address, opened)
        assert stale.status_code == 200, "A has written over what B chose without seeing it."
        assert (*map(str, chosen), "–")[0] in stale.context["conflicts"][-1][2]
        assert b.get(address).context["form"].initial[field] == chosen
        assert a.post(address, fields_of(stale)).status_code == 302


def shows(answer, value: str) -> bool:
    """Whether a page shows a value, a day perhaps as days are written on pages."""
    text = answer.content.decode()
    day = re.fullmatch(r"(\d\d)/(\d\d)/(\d{4})", value)
    return value in text or (bool(day) and date_format(date(*map(int, day.groups()[::-1]))) in text)


def opened_but_version(opened: dict[str, str]) -> dict[str, str]:
    """The fields as A opened them; key and version are those of the page that came back."""
    return {name: value for name, value in opened.items() if name not in HIDDEN}


def slip_of(browser: Client, address: str) -> dict[str, str]:
    """A field with a value that it does not take, whoever sends it."""
    fields = fields_of(browser.get(address))
    for field, value in product(opened_but_version(fields), SLIPS):
        undo = transaction.savepoint()
        answer = browser.post(address, fields | {field: value})
        transaction.savepoint_rollback(undo)
        if answer.status_code == 200:
            return {field: value}
    raise AssertionError(f"Every field of {address} takes everything.")


def saved_by(browser: Client, address: str, opened: dict[str, str]) -> tuple[str, str, str]:
    """B saves another value in a field that takes one: its name, that value, and one for A."""
    fields = [field for field in opened if field not in HIDDEN]
    for (by_b, by_a), field in product(PAIRS, fields):
        undo = transaction.savepoint()
        answer = browser.post(address, fields_of(browser.get(address)) | {field: by_b})
        if answer.status_code == 302 and fields_of(browser.get(address))[field] == by_b:
            return field, by_b, by_a
        transaction.savepoint_rollback(undo)
    raise AssertionError(f"No field of {address} takes another value.")
