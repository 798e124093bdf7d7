"""The cast of the tests: two organisations, a donor, and people of every role.

They become fixtures twice: for a single test in conftest.py, for a whole module in kept.py. The
`stage` on which they appear is the database, for as long.
"""

from __future__ import annotations

from registry.models import Organisation, Place, User
from tests import factories

VOAT_KOR_VILLAGE = "02030801"
OU_TA_TEAK = "02090107"


def strey_khmer(stage: None) -> Organisation:
    """The organisation that most tests are about."""
    return factories.make_organisation(name_latin="Strey Khmer", short_name="SK")


def kcda(stage: None) -> Organisation:
    """Another organisation, whose records the first one must not see."""
    return factories.make_organisation(name_latin="KCDA")


def donor(stage: None) -> Organisation:
    return factories.make_organisation(name_latin="The Donor", kind=Organisation.Kind.DONOR)


def field_staff(strey_khmer: Organisation) -> User:
    return factories.make_user(organisation=strey_khmer, username="sokha", first_name="Sokha")


def other_field_staff(kcda: Organisation) -> User:
    """Field staff of the other organisation: a stranger."""
    return factories.make_user(organisation=kcda, username="dara", first_name="Dara")


def coordinator(strey_khmer: Organisation) -> User:
    return factories.make_user(
        organisation=strey_khmer, role=User.Role.COORDINATOR, username="chenda", first_name="Chenda"
    )


def administrator(stage: None) -> User:
    return factories.make_administrator(username="admin", first_name="Bopha")


def funder(donor: Organisation) -> User:
    return factories.make_user(
        organisation=donor, role=User.Role.FUNDER, username="funder", first_name="Anna"
    )


def places(stage: None) -> dict[str, Place]:
    """A few places of the official list, by code, with the places above them."""
    return factories.make_places(VOAT_KOR_VILLAGE, "02030802", OU_TA_TEAK, "02090201")
