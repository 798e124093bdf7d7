"""Lists with names as spreadsheets, for those who may take them; each one is logged."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from core.access import requires, signed_in
from core.by_worker import by_worker
from core.downloads import export_response
from core.progress import counted
from core.search_forms import searched
from paper.sheets import Cell, Column, Kind, Sheet, write_xlsx
from registry.models import Person, chain_of
from registry.search.finding import find_people


def _people(request: HttpRequest) -> QuerySet[Person]:
    people = Person.objects.visible_to(signed_in(request)).current()
    query = searched(request)
    return find_people(people, query) if query else people


@require_safe
@requires("export.names")
@by_worker("registry.people", gettext_lazy("People as a spreadsheet"), method="GET", of=_people)
def people_xlsx(request: HttpRequest) -> HttpResponse:
    """The people of the list, as it was searched, as a workbook."""
    people = _people(request)
    found = counted(_in_order(people).iterator(), people.count())
    rows = [_row(person) for person in found]
    return export_response(
        request,
        write_xlsx([Sheet(_("People"), _columns(), rows)]),
        f"people-{timezone.localdate().isoformat()}.xlsx",
        subject="registry.people",
        people=len(rows),
    )


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
