"""Who takes part: expected people, walk-ins, organisations, and head counts without names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from core.actions.records import action, all_or_none, change
from core.errors import Refused
from paper.templatetags.paper import digits
from registry.actions.people import PeopleOfSheet, PersonRow, refuse_before_birth
from registry.models import Organisation, Person, User
from trainings.actions.locking import lock_open, refuse_before_it_began
from trainings.models import (
    AgeBand,
    Attendance,
    Enrolment,
    HeadCount,
    IndirectCount,
    Score,
    Training,
)


@dataclass(frozen=True)
class EnrolmentRow:
    """One line of a paper sheet as entered: who, on which row, and how they took part."""

    row: int | None
    who: PersonRow
    enrolment: Mapping[str, Any] = field(default_factory=dict)


@action
def enrol_person(
    training: Training,
    *,
    person: Person,
    by: User,
    sheet_row: int | None = None,
    **details: Any,
) -> Enrolment:
    """Put a person on the list, at the end or on a given row. Refused when already on it."""
    training = lock_open(training)
    taken = Enrolment.objects.filter(training=training, person=person).first()
    if taken:
        raise Refused(_already_on_row(taken.sheet_row))
    refuse_before_birth(person, training.ends_on, field="person")
    return _enrol(training, sheet_row, by, person=person, **details)


@action
def enrol_people(
    training: Training, *, rows: Sequence[Mapping[str, Any]], by: User
) -> list[Enrolment]:
    """Put many people on the list at once, at its end. Refused when one of them is on it."""
    training = lock_open(training)
    people = {row["person"] for row in rows}
    on_list = Enrolment.objects.filter(training=training)
    if len(people) < len(rows) or on_list.filter(person__in=people).exists():
        raise Refused(_("Somebody is on the list twice."))
    for person in people:
        refuse_before_birth(person, training.ends_on)
    last = on_list.aggregate(last=Max("sheet_row"))["last"] or 0
    return Enrolment.objects.bulk_create(
        _new(training, number, by, **details) for number, details in enumerate(rows, start=last + 1)
    )


@action
def enrol_organisation(
    training: Training,
    *,
    organisation: Organisation,
    member_count: int | None,
    by: User,
    **details: Any,
) -> Enrolment:
    """Put an organisation on the list, with the number of its members on that day."""
    training = lock_open(training)
    if Enrolment.objects.filter(training=training, organisation=organisation).exists():
        raise Refused(_("This organisation is already on the list."), field="organisation")
    return _enrol(
        training, None, by, organisation=organisation, member_count=member_count, **details
    )


def _enrol(training: Training, row: int | None, by: User, **details: Any) -> Enrolment:
    rows = Enrolment.objects.filter(training=training)
    if row is None:
        row = (rows.aggregate(last=Max("sheet_row"))["last"] or 0) + 1
    elif rows.filter(sheet_row=row).exists():
        raise Refused(_row_is_taken(row), field="sheet_row")
    enrolment = _new(training, row, by, **details)
    enrolment.save(force_insert=True)
    return enrolment


@action
def enter_sheet(training: Training, *, rows: Sequence[EnrolmentRow], by: User) -> list[Enrolment]:
    """Enter the lines of a paper sheet, all or none; one without a number stands after the others.

    Raises RowsRefused, with a message for each line that was refused.
    """
    training = lock_open(training)
    listed = _Listed(training)
    last = max([0, *listed.taken, *(row.row for row in rows if row.row)])
    after_all = count(last + 1)
    people = PeopleOfSheet(training.owner, by=by)

    def listing(row: EnrolmentRow) -> Enrolment:
        number = next(after_all) if row.row is None else row.row
        person = people.person_of(row.who)
        listed.add(person, number)
        refuse_before_birth(person, training.ends_on)
        return _new(training, number, by, person=person, **row.enrolment)

    return Enrolment.objects.bulk_create(all_or_none(rows, listing))


class _Listed:
    """Who is on the list of a training, and on which row; asked once for a whole sheet."""

    def __init__(self, training: Training) -> None:
        rows = Enrolment.objects.filter(training=training).values_list("person", "sheet_row")
        self.row_of: dict[UUID | None, int] = dict(rows)
        self.taken = {row for _person, row in rows}

    def add(self, person: Person, row: int) -> None:
        """Note another row. Raises Refused when the person is on the list or the row taken."""
        if person.pk in self.row_of:
            raise Refused(_already_on_row(self.row_of[person.pk]))
        if row in self.taken:
            raise Refused(_row_is_taken(row), field="sheet_row")
        self.row_of[person.pk] = row
        self.taken.add(row)


def _new(training: Training, row: int, by: User, **details: Any) -> Enrolment:
    return Enrolment(
        owner_id=training.owner_id, training=training, sheet_row=row, created_by=by, **details
    )


def _already_on_row(row: int) -> str:
    return _("This person is already on the list, on row %(row)s.") % {"row": digits(row)}


def _row_is_taken(row: int) -> str:
    return _("Row %(row)s is taken.") % {"row": digits(row)}


@action
def change_enrolment(enrolment: Enrolment, *, version: int, by: User, **details: Any) -> Enrolment:
    """Change role, position or the number of members. Raises Refused or Conflict."""
    lock_open(enrolment.training)
    changed = change(enrolment, version=version, values=details)
    changed.save()
    return changed


@action
def remove_enrolment(enrolment: Enrolment, *, by: User) -> None:
    """Take somebody off the list. Refused while anything says that they were there."""
    lock_open(enrolment.training)
    certificate = enrolment.certificates.first()
    if certificate:
        raise Refused(
            _(
                "Certificate %(number)s was given to this person, so they stay on the list. Mark "
                "them absent, and withdraw the certificate, if it is wrong."
            )
            % {"number": certificate.full_number}
        )
    if enrolment.follow_up_answers.exists():
        raise Refused(_("This person is on the list of a follow-up, so they stay on this one."))
    if Score.objects.filter(enrolment=enrolment).exists():
        raise Refused(_("This person has a score. Empty it on the page of the tests first."))
    if Attendance.objects.filter(enrolment=enrolment, fraction__gt=0).exists():
        raise Refused(
            _(
                "This person was recorded as present. Mark them absent in every session first, "
                "if they were not there."
            )
        )
    enrolment.delete()


def name_of_count(sex: str, band: AgeBand | None) -> str:
    """What a cell of the head counts is called in a form and in a conflict."""
    return f"{sex.replace(' ', '_')}-{band.pk if band else 'none'}"


@action
def set_head_counts(
    training: Training,
    *,
    counts: Mapping[tuple[str, AgeBand | None], int],
    version: int | None = None,
    by: User,
) -> None:
    """Replace the numbers of people without names, by sex and age band; 0 removes a cell.

    Raises Conflict when the training was changed after `version`, that of the page if there is
    one, and numbers differ.
    """
    training = lock_open(training)
    there = training.head_counts.select_related("age_band")
    stored = {(count.sex, count.age_band): count for count in there}
    rows = {
        name_of_count(*cell): (stored[cell].people if cell in stored else 0, people)
        for cell, people in counts.items()
    }
    if any(people > before for before, people in rows.values()):
        refuse_before_it_began(training)
    version = training.version if version is None else version
    change(training, version=version, values={}, rows=rows).save()
    for (sex, band), people in counts.items():
        _set_head_count(training, stored.get((sex, band)), sex, band, people, by)


def _set_head_count(
    training: Training,
    stored: HeadCount | None,
    sex: str,
    band: AgeBand | None,
    people: int,
    by: User,
) -> None:
    if stored and not people:
        stored.delete()
    elif stored and stored.people != people:
        stored.people = people
        stored.version += 1
        stored.save()
    elif not stored and people:
        HeadCount.objects.create(
            owner=training.owner,
            training=training,
            sex=sex,
            age_band=band,
            people=people,
            created_by=by,
        )


@action
def set_indirect_counts(
    training: Training,
    *,
    counts: Mapping[str, tuple[int, str]],
    version: int | None = None,
    by: User,
) -> None:
    """Replace the numbers of people reached indirectly: by method, with how each was found.

    0 takes a number away. Raises Refused where nothing says how a number was found, and Conflict
    like `set_head_counts`.
    """
    training = lock_open(training)
    stored = {each.method: each for each in training.indirect_counts.all()}
    rows: dict[str, tuple[Any, Any]] = {}
    for method, (people, basis) in counts.items():
        now = stored.get(method)
        if people and not basis.strip():
            raise Refused(_("Say how this number was found."), field=f"{method}_basis")
        rows[method] = (now.people if now else 0, people)
        rows[f"{method}_basis"] = (now.basis if now else "", basis.strip() if people else "")
    version = training.version if version is None else version
    change(training, version=version, values={}, rows=rows).save()
    for method, (people, basis) in counts.items():
        _set_indirect_count(training, stored.get(method), method, people, basis.strip(), by)


def _set_indirect_count(
    training: Training,
    stored: IndirectCount | None,
    method: str,
    people: int,
    basis: str,
    by: User,
) -> None:
    if stored and not people:
        stored.delete()
    elif people and (stored is None or (stored.people, stored.basis) != (people, basis)):
        kept = stored or IndirectCount(
            owner_id=training.owner_id, training=training, method=method, created_by=by
        )
        kept.people, kept.basis = people, basis
        kept.version += 1 if stored else 0
        kept.full_clean(exclude=["owner", "training"], validate_unique=False)
        kept.save()
