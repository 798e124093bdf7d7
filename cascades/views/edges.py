"""Lineage as a list of edges that opens in a spreadsheet."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from cascades.figures.lineage.edges import EdgeRow, edge_rows
from cascades.models import Delivery
from cascades.views.shared import counted_or_404, scope_form
from core.access import requires, signed_in
from core.by_worker import by_worker
from core.downloads import export_response
from core.telling import outside
from paper.sheets import Cell, Column, Kind, Sheet, write_csv


@require_safe
@requires("export.live")
@by_worker(
    "cascades.edges", gettext_lazy("Who trained whom, as a list"), method="GET", of=counted_or_404
)
def edges_csv(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Each delivery with what it came of; names of trainers for those who may take names."""
    programme, user = counted_or_404(request, pk), signed_in(request)
    scope = scope_form(request, programme).scope
    rows = edge_rows(scope)
    with_names = user.may("export.names")
    sheet = Sheet(
        _("Lineage"),
        _columns(names=with_names),
        [_row(row, names=with_names) for row in rows],
    )
    return export_response(
        request,
        write_csv(sheet),
        f"edges-{scope.as_of.isoformat()}.csv",
        subject="cascades.edges",
        record_id=programme.pk,
        people=len({each for row in rows for each in row.trainers}) if with_names else 0,
    )


def _columns(*, names: bool) -> list[Column]:
    columns = [*_columns_of(_("Came of")), *_columns_of(_("Delivery"))]
    columns += [Column(_("Trainers who completed the first"), Kind.WHOLE)]
    columns += (
        [Column(_("Through")), Column(_("How it is known"))]
        if names
        else [Column(_("How it is known"))]
    )
    return [*columns, Column(_("Why it is known")), Column(_("Document that says so"))]


def _columns_of(which: str) -> list[Column]:
    heads = [
        _("identifier"),
        _("title"),
        _("iteration"),
        _("tier"),
        _("first day"),
        _("last day"),
        _("place code"),
        _("place"),
    ]
    return [Column(f"{which}: {head}") for head in heads]


def _row(row: EdgeRow, *, names: bool) -> list[Cell]:
    cells = [*_cells_of(row.parent), *_cells_of(row.child), len(row.trainers)]
    if names:
        cells.append("; ".join(each.names for each in row.trainers))
    cells.append(_how(row))
    if row.link is None:
        return [*cells, "", ""]
    return [*cells, outside(row.link, "reason"), outside(row.link, "source")]


def _how(row: EdgeRow) -> str:
    if row.link is None:
        return _("from the sheets")
    return _("from the sheets, and typed") if row.trainers else _("typed")


def _cells_of(delivery: Delivery) -> list[Cell]:
    training = delivery.training
    return [
        str(delivery.pk),
        training.title,
        delivery.tier.iteration.number,
        delivery.tier.number,
        training.starts_on,
        training.ends_on,
        training.place_id or "",
        training.place.chain if training.place else "",
    ]
