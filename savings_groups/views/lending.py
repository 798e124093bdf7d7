"""Loans: what they cost before they are given, and how they stand."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.access import requires, signed_in
from core.form_pages import EDIT, Refusal, refusals_in, version_in, version_now
from core.idempotency import once
from core.keys import key_in
from savings_groups.actions import correcting, lending, sheets
from savings_groups.actions.groups import rules_on
from savings_groups.bookkeeping import loans as terms_of
from savings_groups.figures.lending import loan_page, loans_of
from savings_groups.forms.lending import (
    LoanForm,
    RenewForm,
    WaiveForm,
    WaiveInterestForm,
    WriteOffForm,
)
from savings_groups.models import Meeting, SheetRow
from savings_groups.views.shared import group_or_404, loan_or_404, member_or_404


@require_safe
@requires("records.see")
def loans(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The loans of a group: those owed, and those that are over."""
    group = group_or_404(request, pk)
    today = timezone.localdate()
    context = {
        "group": group,
        "here": "loans",
        "as_of": today,
        "booked": group.last_booked_day,
        "loans": loans_of(group, on=today),
    }
    return render(request, "savings_groups/loans.html", context)


@require_safe
@requires("records.see")
def loan(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One loan: its terms and true cost, its schedule, what was paid, what is owed."""
    found = loan_or_404(request, pk)
    today = timezone.localdate()
    context = {
        "group": found.group,
        "here": "loans",
        "loan": found,
        "as_of": today,
        "page": loan_page(found, on=today),
    }
    return render(request, "savings_groups/loan.html", context)


@require_http_methods(EDIT)
@requires("groups.record")
@once
def loan_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """See what a loan would cost, and put it on the sheet of the open meeting."""
    group = group_or_404(request, pk)
    open_meetings = group.meetings.exclude(state=Meeting.State.SEALED)
    # At a cut-off meeting none is paid out; its sheet asks for the terms of one that goes on.
    kind = Meeting.Kind.CUT_OFF if "taken-over" in request.GET else Meeting.Kind.ORDINARY
    meeting = open_meetings.filter(kind=kind).select_related("rules").first()
    # The loan is paid out at the open meeting, by the rules and from the day of that meeting.
    day = meeting.held_on if meeting else timezone.localdate()
    rules = meeting.rules if meeting else rules_on(group, day)
    if rules is None:
        messages.error(request, _("Write down the group's rules first."))
        return redirect("groups:rules-new", pk)
    at = meeting or Meeting(group=group, rules=rules, held_on=day)
    form = LoanForm(request.POST or None, meeting=at, initial=_on_the_sheet(request, meeting))
    cost, refusal = None, Refusal()
    if request.method == "POST" and form.is_valid():
        if "put" in request.POST and meeting:
            refusal = _put_on_sheet(request, meeting, form)
            if refusal.error is None:
                return redirect("groups:sheet", meeting.pk)
        cost = terms_of.cost_of(form.terms)
    context = {
        "group": group,
        "here": "loans",
        "form": form,
        "cost": cost,
        "rules": rules,
        "meeting": meeting,
        "version": version_now(request, _version_of_line(meeting, form), refusal.error),
        "conflicts": refusal.conflicts,
    }
    return render(request, "savings_groups/loan_new.html", context)


def _put_on_sheet(request: HttpRequest, meeting: Meeting, form: LoanForm) -> Refusal:
    with refusals_in(form) as refusal:
        sheets.put_loan(
            meeting, version=version_in(request), by=signed_in(request), **form.cleaned_data
        )
        messages.success(
            request, _("The loan stands on the sheet. It is paid out when it is sealed.")
        )
    return refusal


def _version_of_line(meeting: Meeting | None, form: LoanForm) -> int:
    """The version of the line whose loan is shown beside one's own; of none at first."""
    if meeting is None or not form.is_bound or "member" not in form.cleaned_data:
        return 0
    row = meeting.rows.filter(member=form.cleaned_data["member"]).first()
    return row.version if row else 0


def _on_the_sheet(request: HttpRequest, meeting: Meeting | None) -> dict[str, object]:
    """The loan that stands on the line of the member whose terms are looked at."""
    key = key_in(request.GET.get("member", ""))
    rows = meeting.rows.select_related("agreement") if meeting and key else SheetRow.objects.none()
    row = rows.filter(member=key).first()
    if row is None:
        return {}
    found: dict[str, object] = {
        "member": row.member_id,
        "amount": row.loan or None,
        "months": row.loan_months,
        "purpose": row.loan_purpose,
    }
    if row.agreed:
        found |= {name: getattr(row.agreed, name) or None for name in LoanForm.AGREED}
    return found


@require_http_methods(EDIT)
@requires("groups.correct")
@once
def loan_renew(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give a loan new months; unpaid interest is added where the rules allow it."""
    found = loan_or_404(request, pk)
    form = RenewForm(request.POST or None, initial={"on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            lending.renew_loan(found, by=signed_in(request), **form.cleaned_data)
            messages.success(request, _("The loan has new months."))
            return redirect("groups:loan", pk)
    context = {
        "group": found.group,
        "here": "loans",
        "form": form,
        "title": _("Give a loan new months"),
        "about": f"{found.number}. {found.member.person.names}",
        "explained": _(
            "The loan goes on from this day with what is still owed. Unpaid interest is added "
            "to it only where the rules of the group allow that."
        ),
    }
    return render(request, "savings_groups/form.html", context)


@require_http_methods(EDIT)
@requires("groups.correct")
@once
def loan_write_off(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give a loan up as lost."""
    found = loan_or_404(request, pk)
    form = WriteOffForm(request.POST or None, initial={"on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            lending.write_off(found, by=signed_in(request), **form.cleaned_data)
            messages.success(request, _("The loan is written off. It stays in the list."))
            return redirect("groups:loan", pk)
    context = {
        "group": found.group,
        "here": "loans",
        "form": form,
        "title": _("Write a loan off"),
        "about": f"{found.number}. {found.member.person.names}",
        "explained": _(
            "The group gives up hope for this money and books it as a loss. The member still owes "
            "it, and what they pay back later is entered as a line of a sheet."
        ),
        "button": _("Write it off"),
    }
    return render(request, "savings_groups/form.html", context)


@require_http_methods(EDIT)
@requires("groups.correct")
@once
def loan_waive_interest(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let a member off the interest of some months of a loan."""
    found = loan_or_404(request, pk)
    today = timezone.localdate()
    form = WaiveInterestForm(
        request.POST or None,
        months=loan_page(found, on=today).months,
        group=found.group,
        initial={"on": today},
    )
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            lending.waive_interest(found, by=signed_in(request), **form.cleaned_data)
            messages.success(request, _("The member is let off this interest."))
            return redirect("groups:loan", pk)
    context = {
        "group": found.group,
        "here": "loans",
        "form": form,
        "title": _("Let off interest"),
        "about": f"{found.number}. {found.member.person.names}",
        "explained": _(
            "The loan goes on, and the interest of these months is not asked for any more. What "
            "was paid already stays paid."
        ),
    }
    return render(request, "savings_groups/form.html", context)


@require_http_methods(EDIT)
@requires("groups.correct")
@once
def fine_waive(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Waive a fine that a member owes."""
    member = member_or_404(request, pk)
    form = WaiveForm(
        request.POST or None, group=member.group, initial={"waived_on": timezone.localdate()}
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with refusals_in(form):
            correcting.waive_fine(
                member,
                amount=data["amount"],
                on=data["waived_on"],
                reason=data["reason"],
                by=signed_in(request),
            )
            messages.success(request, _("The member is let off the fine."))
            return redirect("groups:members", member.group_id)
    context = {
        "group": member.group,
        "here": "members",
        "form": form,
        "title": _("Let off a fine"),
        "about": member.person.names,
    }
    return render(request, "savings_groups/form.html", context)
