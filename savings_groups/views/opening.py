"""Taking members and balances over from a spreadsheet."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from core.access import requires, signed_in
from core.by_worker import by_worker
from core.downloads import file_response
from core.errors import Refused, words_of
from core.form_pages import EDIT, refusals_in_rows
from core.idempotency import once
from core.paging import count_asked
from paper.sheets import Column, Sheet, write_xlsx
from registry.forms.rows import rows_are_fit
from registry.views.entering import few_lines
from savings_groups.actions.opening import take_over
from savings_groups.forms.groups import DayForm
from savings_groups.forms.opening import (
    HEADS,
    MOST_MEMBERS,
    OpeningFileForm,
    OpeningRowForm,
    as_data,
)
from savings_groups.models import Group
from savings_groups.views.shared import group_or_404


@require_http_methods(EDIT)
@requires("groups.edit")
@once
@by_worker(
    "savings_groups.import",
    gettext_lazy("Members and balances from a spreadsheet"),
    of=group_or_404,
    at_once=lambda request, pk: not request.FILES and few_lines(request),
)
def opening_import(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A file becomes lines that one can look at and put right; only these are entered."""
    group = group_or_404(request, pk)
    if group.state != Group.State.SETTING_UP:
        return redirect("groups:detail", pk)
    if request.method == "POST" and "rows" in request.POST:
        return _enter(request, group)
    form = OpeningFileForm(
        request.POST or None, request.FILES or None, initial={"on": timezone.localdate()}
    )
    if request.method == "POST" and form.is_valid():
        try:
            rows = form.rows()
        except (Refused, ValidationError) as error:
            form.add_error("file", words_of(error))
        else:
            day = DayForm({"on": request.POST["on"]})
            forms = _forms(group, as_data(rows), len(rows), day)
            rows_are_fit(forms)
            return _lines(request, group, day, forms, left_out=form.left_out)
    context = {"group": group, "here": "overview", "form": form}
    return render(request, "savings_groups/import.html", context)


def _forms(group: Group, data: Mapping[str, str], count: int, day: DayForm) -> list[OpeningRowForm]:
    stated_on = day.cleaned_data["on"] if day.is_valid() else timezone.localdate()
    return [
        OpeningRowForm(
            data,
            prefix=f"r{number}",
            owner=group.owner,
            stated_on=stated_on,
            is_demo=group.is_demo,
            currency=group.money,
        )
        for number in range(1, count + 1)
    ]


def _enter(request: HttpRequest, group: Group) -> HttpResponse:
    day = DayForm(request.POST)
    count = count_asked(request.POST["rows"], most=MOST_MEMBERS) or 0
    forms = _forms(group, request.POST, count, day)
    refusal = _("Nothing was saved yet: some rows have to be put right first.")
    are_fit = rows_are_fit(forms)
    filled = [form for form in forms if form.has_changed()]
    if day.is_valid() and are_fit and filled:
        with refusals_in_rows(filled) as refused:
            meeting = take_over(
                group,
                rows=[form.taken_over() for form in filled],
                held_on=day.cleaned_data["on"],
                by=signed_in(request),
            )
            return redirect("groups:sheet", meeting.pk)
        refusal = refused.words
    return _lines(request, group, day, forms, refusal)


def _lines(
    request: HttpRequest,
    group: Group,
    day: DayForm,
    forms: list[OpeningRowForm],
    refusal: str = "",
    *,
    left_out: str = "",
) -> HttpResponse:
    context = {
        "group": group,
        "here": "overview",
        "day": day,
        "forms": forms,
        "rows": len(forms),
        "refusal": refusal,
        "left_out": left_out,
    }
    return render(request, "savings_groups/import_lines.html", context)


@require_safe
@requires("groups.edit")
def import_template(request: HttpRequest) -> HttpResponse:
    """An empty workbook with the heads that the import understands."""
    heads = [Column(head.name.capitalize(), width=22) for head in HEADS.values()]
    book = write_xlsx([Sheet(_("Members"), heads, [])])
    return file_response(book, "samaki-members-and-balances.xlsx")
