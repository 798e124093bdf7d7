"""Lists with names as spreadsheets, for those who may take them; each one is logged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from core.access import requires, signed_in
from core.by_worker import LABELS, by_worker
from core.downloads import export_response
from core.progress import counted
from core.search_forms import searched
from paper.sheets import Cell, Column, Kind, Sheet, write_xlsx
from registry.figures.consents import agreed
from registry.models import Person, chain_of
from registry.models.consents import Purpose
from registry.search.finding import find_people

# How the log calls a list that leaves the house.
FOR_OTHERS = "registry.people.others"
LABELS[FOR_OTHERS] = gettext_lazy("People as a spreadsheet, for others")


def _people(request: HttpRequest) -> QuerySet[Person]:
    people = Person.objects.visible_to(signed_in(request)).current()
    query = searched(request)
    return find_people(people, query) if query else people


@require_safe
@requires("export.names")
@by_worker("registry.people", gettext_lazy("People as a spreadsheet"), method="GET", of=_people)
def people_xlsx(request: HttpRequest) -> HttpResponse:
    """The people of the list, as it was searched, as a workbook: for us, or for others."""
    people = _people(request)
    found = counted(_in_order(people).iterator(), people.count())
    sheet = _for_others(list(found)) if is_for_others(request) else _for_us(found)
    return export_response(
        request,
        write_xlsx([sheet]),
        f"people-{timezone.localdate().isoformat()}.xlsx",
        subject=FOR_OTHERS if is_for_others(request) else "registry.people",
        people=len(list(sheet.rows)),
    )


def is_for_others(request: HttpRequest) -> bool:
    """Whether a list is asked for that leaves the house: with what people agreed to, only."""
    return request.GET.get("for") == "others"


def _for_us(people: Iterable[Person]) -> Sheet:
    return Sheet(_("People"), _columns(), [_row(person) for person in people])


def _for_others(people: Sequence[Person]) -> Sheet:
    """Who agreed to give their name, and of those the phone of who agreed to give that too."""
    keys = [person.pk for person in people]
    named = agreed(keys, Purpose.NAME)
    reached = agreed(keys, Purpose.CONTACT)
    rows = [
        _row_for_others(person, phone=person.phone if person.pk in reached else "")
        for person in people
        if person.pk in named
    ]
    left_out = _("Left out, because they did not agree to give their name: %(number)s")
    notes = [left_out % {"number": len(people) - len(rows)}]
    return Sheet(_("People"), _columns_for_others(), rows, notes=notes)


def _columns_for_others() -> list[Column]:
    return [
        Column(_("Name in Khmer"), width=28),
        Column(_("Name in Latin letters"), width=28),
        Column(_("Sex"), width=12),
        Column(_("Age today"), Kind.WHOLE, 10),
        Column(_("Phone"), width=16),
        Column(_("Home place"), width=48),
    ]


def _row_for_others(person: Person, *, phone: str) -> list[Cell]:
    return [
        person.name_km,
        person.name_latin,
        person.get_sex_display(),
        person.age_on(timezone.localdate()),
        phone,
        person.place.chain if person.place else "",
    ]


def _in_order(people: QuerySet[Person]) -> QuerySet[Person]:
    return people.select_related("owner", *chain_of("place")).order_by("sort_key", "pk")


def _columns() -> list[Column]:
    return [
        Column(_("Name in Khmer"), width=28),
        Column(_("Name in Latin letters"), width=28),
        Column(_("Also known as"), width=20),
        Column(_("Sex"), width=12),
        Column(_("Date of birth"), Kind.DAY, 14),
        Column(_("Age today"), Kind.WHOLE, 10),
        Column(_("Phone"), width=16),
        Column(_("Place code"), width=12),
        Column(_("Home place"), width=48),
        Column(_("Belongs to"), width=28),
        # By it a corrected list finds the same people again when it is imported.
        Column(_("Identifier"), width=38),
    ]


def _row(person: Person) -> list[Cell]:
    return [
        person.name_km,
        person.name_latin,
        person.also_known_as,
        person.get_sex_display(),
        person.born_on,
        person.age_on(timezone.localdate()),
        person.phone,
        person.place_id or "",
        person.place.chain if person.place else "",
        str(person.owner),
        str(person.pk),
    ]
