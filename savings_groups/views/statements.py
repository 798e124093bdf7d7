"""Reading pages of one group: its statement, a member's passbook, and what can be printed."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.access import requires, signed_in
from savings_groups.figures.passbook import passbook_of
from savings_groups.figures.statements import fund_names, statement_of
from savings_groups.forms.papers import StatementForm
from savings_groups.models import Member
from savings_groups.papers.pdf import (
    choices_for,
    latest_year,
    papers_about,
    papers_for,
    papers_of_days,
)
from savings_groups.views.shared import group_or_404, member_or_404


@require_safe
@requires("figures.live")
def statement(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Balance sheet, income and expenses of a period. It names no member."""
    group = group_or_404(request, pk)
    form = StatementForm(request.GET if request.GET else None)
    year = latest_year(group)
    first, last = form.period((year.first, year.last))
    found = statement_of(group, first=first, last=last)
    context = {
        "group": group,
        "here": "statement",
        "form": form,
        "statement": found,
        "funds": fund_names(found.funds),
    }
    return render(request, "savings_groups/statement.html", context)


@require_safe
@requires("records.see")
def passbook(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All that the ledger holds of one member."""
    member = member_or_404(request, pk)
    context = {
        "group": member.group,
        "here": "members",
        "member": member,
        "book": passbook_of(member),
        "papers": papers_about(Member, signed_in(request)),
    }
    return render(request, "savings_groups/passbook.html", context)


@require_safe
@requires("paper.print")
def papers(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What can be printed about a group, its meetings, members, loans and closed years."""
    group = group_or_404(request, pk)
    user = signed_in(request)
    context = {
        "group": group,
        "here": "papers",
        "papers": papers_for(group, user),
        "choices": choices_for(group, user),
        "of_days": papers_of_days(group, user),
        "days": StatementForm(),
    }
    return render(request, "savings_groups/papers.html", context)
