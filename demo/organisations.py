"""The organisations of the stories, and a made-up partnership in which they can be shown."""

from __future__ import annotations

from dataclasses import dataclass

from registry.models import Organisation, Place, User
from registry.search.finding import set_organisation_keys


@dataclass(frozen=True)
class Cast:
    """The organisations that the stories speak of."""

    partnership: Organisation
    donor: Organisation
    strey_khmer: Organisation
    kcda: Organisation
    cws: Organisation
    watershed: Organisation
    interior: Organisation
    rural_development: Organisation


def make_cast() -> Cast:
    """Enter the organisations. The partnership and its donor are made up, and say so."""
    kind = Organisation.Kind
    partnership = make("ភាពជាដៃគូសាកល្បង", "Demonstration partnership", kind.NGO, is_demo=True)
    return Cast(
        partnership=partnership,
        donor=make("ម្ចាស់ជំនួយសាកល្បង", "Demonstration donor", kind.DONOR, is_demo=True),
        strey_khmer=make("ស្ត្រីខ្មែរ", "Strey Khmer", kind.NGO, parent=partnership),
        kcda=make(
            "",
            "Khmer Community Development Association",
            kind.NGO,
            short_name="KCDA",
            parent=partnership,
        ),
        cws=make("", "CWS Cambodia", kind.DONOR, short_name="CWS"),
        watershed=make("វ័តធើសេដ", "WaterSHED", kind.NGO, parent=partnership),
        interior=make("ក្រសួងមហាផ្ទៃ", "Ministry of Interior", kind.GOVERNMENT, short_name="MoI"),
        rural_development=make(
            "ក្រសួងអភិវឌ្ឍន៍ជនបទ",
            "Ministry of Rural Development",
            kind.GOVERNMENT,
            short_name="MRD",
        ),
    )


def make(
    name_km: str,
    name_latin: str,
    kind: str,
    *,
    short_name: str = "",
    parent: Organisation | None = None,
    place: Place | None = None,
    is_demo: bool = False,
    created_by: User | None = None,
) -> Organisation:
    """Enter one organisation; the first ones before there is an account that could do it."""
    organisation = Organisation(
        name_km=name_km,
        name_latin=name_latin,
        kind=kind,
        short_name=short_name,
        parent=parent,
        place=place,
        is_demo=is_demo,
        created_by=created_by,
    )
    set_organisation_keys(organisation)
    organisation.save()
    return organisation
