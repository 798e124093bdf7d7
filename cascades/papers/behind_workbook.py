"""The list behind a number as a spreadsheet: what counts, what does not, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from cascades.figures.people.profiles import Profile
from core.figures.definitions import Behind, ListRow
from paper.sheets import Cell, Column, Kind, Sheet, write_xlsx
from trainings.figures.age_bands import band_label

Profiles = Mapping[UUID, Profile]


def behind_workbook(
    behind: Behind,
    *,
    notes: Sequence[str],
    names: bool,
    profiles: Profiles | None = None,
    agreed: Collection[UUID] | None = None,
) -> bytes:
    """One sheet with the rows of a list. People are named only to those who may take names.

    In a list for others, only those are named who `agreed` to it.
    """
    if behind.kind == "people":
        columns, cells = _people_columns(names), _people(behind, profiles or {}, names, agreed)
    elif behind.kind == "deliveries":
        columns, cells = _delivery_columns(), _deliveries(behind)
    else:
        columns, cells = (
            [Column(_("Place code"), width=12), Column(_("Place"), width=60)],
            ([row.subject.pk, row.subject.chain, *_verdict(row)] for row in behind.rows),
        )
    sheet = Sheet(_("What is behind it"), [*columns, *_verdict_columns()], cells, notes=notes)
    return write_xlsx([sheet])


def _verdict_columns() -> list[Column]:
    return [Column(_("Counts"), width=14), Column(_("Why"), width=60)]


def _verdict(row: ListRow) -> list[Cell]:
    return [_("counts") if row.counts else _("does not count"), row.why]


def _people_columns(names: bool) -> list[Column]:
    named = [Column(_("Name in Khmer"), width=28), Column(_("Name in Latin letters"), width=28)]
    return [
        *(named if names else []),
        Column(_("Sex"), width=12),
        Column(_("Age"), width=14),
        Column(_("Home place"), width=48),
    ]


def _people(
    behind: Behind, profiles: Profiles, names: bool, agreed: Collection[UUID] | None
) -> Iterator[list[Cell]]:
    for row in behind.rows:
        person = row.subject
        named = [person.name_km, person.name_latin]
        if agreed is not None and person.pk not in agreed:
            named = ["", ""]
        profile = profiles.get(person.pk)
        yield [
            *(named if names else []),
            person.get_sex_display(),
            band_label(profile.band) if profile else "",
            person.place.chain if person.place else "",
            *_verdict(row),
        ]


def _delivery_columns() -> list[Column]:
    return [
        Column(_("Delivery"), width=40),
        Column(_("Tier"), Kind.WHOLE, 8),
        Column(_("First day"), Kind.DAY, 12),
        Column(_("Last day"), Kind.DAY, 12),
        Column(_("Held in"), width=48),
    ]


def _deliveries(behind: Behind) -> Iterator[list[Cell]]:
    for row in behind.rows:
        training = row.subject.training
        yield [
            training.title,
            row.subject.tier.number,
            training.starts_on,
            training.ends_on,
            training.place.chain if training.place else "",
            *_verdict(row),
        ]
