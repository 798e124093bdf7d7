"""Reading the ledger, and correcting it by reversal."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.access import requires, signed_in
from core.form_pages import EDIT, Refusal, refusals_in, version_in, version_now
from core.idempotency import once
from khmer.dates import short_date
from savings_groups.actions import correcting
from savings_groups.figures.receipts import paid_at
from savings_groups.figures.verification import short_code
from savings_groups.forms.ledger import CorrectionForm, LedgerFilter, ReasonForm
from savings_groups.models import Member, Posting
from savings_groups.views.shared import group_or_404, journal_or_404, meeting_or_404

PER_PAGE = 50


@require_safe
@requires("records.see")
def ledger(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The postings of a group, the newest first, as far as one asks for them."""
    group = group_or_404(request, pk)
    form = LedgerFilter(request.GET, group=group)
    postings = (
        form.chosen(Posting.objects.filter(group=group))
        .select_related("journal__meeting", "journal__reversed_by", "account", "member__person")
        .order_by("-journal__sequence", "line")
    )
    page = Paginator(postings, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "group": group,
        "here": "ledger",
        "form": form,
        "page": page,
        "total": form.total_of(Posting.objects.filter(group=group)),
        "is_filtered": any(form.data.get(name) for name in form.fields),
        "code": short_code(bytes(group.book.head)),
    }
    return render(request, "savings_groups/ledger.html", context)


@require_safe
@requires("records.see")
def journal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One entry: its lines, what it came from, and whether it was reversed."""
    found = journal_or_404(request, pk)
    context = {
        "group": found.group,
        "here": "ledger",
        "journal": found,
        "postings": found.postings.select_related("account", "member__person").order_by("line"),
        "reversal": getattr(found, "reversed_by", None),
        "code": short_code(bytes(found.seal.hash)),
    }
    return render(request, "savings_groups/journal.html", context)


@require_http_methods(EDIT)
@requires("groups.correct")
@once
def journal_reverse(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take an entry back by its mirror."""
    found = journal_or_404(request, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            made = correcting.reverse(
                found, reason=form.cleaned_data["reason"], by=signed_in(request)
            )
            messages.success(request, _("The entry is reversed."))
            return redirect("groups:journal", made.pk)
    context = {
        "group": found.group,
        "here": "ledger",
        "form": form,
        "title": _("Reverse an entry"),
        "about": f"{found.sequence}. {found.get_event_display()}",
        "explained": _(
            "The entry stays. Its mirror is booked with your reason on %(day)s, the last day on "
            "which anything is booked. Enter what really happened anew afterwards."
        )
        % {"day": short_date(found.group.last_booked_day or found.book_date)},
        "button": _("Reverse it"),
    }
    return render(request, "savings_groups/form.html", context)


@require_http_methods(EDIT)
@requires("groups.correct")
@once
def row_correct(request: HttpRequest, pk: UUID, member_pk: UUID) -> HttpResponse:
    """Put right what a sealed sheet says a member paid."""
    meeting = meeting_or_404(request, pk)
    member = _member_or_404(request, meeting.group_id, member_pk)
    paid, refusal = paid_at(meeting, member.pk), Refusal()
    form = CorrectionForm(request.POST or None, rules=meeting.rules, initial=paid.proposed)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form) as refusal:
            correcting.correct_row(
                meeting,
                member=member,
                values=form.amounts,
                reason=form.cleaned_data["reason"],
                version=version_in(request),
                by=signed_in(request),
            )
            messages.success(request, _("The correction is in the ledger."))
            return redirect("groups:meeting", pk)
    context = {
        "group": meeting.group,
        "here": "meetings",
        "form": form,
        "title": _("Correct a line of a sealed sheet"),
        "about": member.person.names,
        "explained": _(
            "What is booked now is reversed, and a receipt with these amounts is written. "
            "The sealed sheet stays as it is on paper."
        ),
        "version": version_now(request, paid.version, refusal.error),
        "conflicts": refusal.conflicts,
        "button": _("Correct it"),
    }
    return render(request, "savings_groups/form.html", context)


def _member_or_404(request: HttpRequest, group_id: UUID, pk: UUID) -> Member:
    members = Member.objects.visible_to(signed_in(request)).select_related("person")
    return get_object_or_404(members, pk=pk, group=group_id)
