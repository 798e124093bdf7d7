"""Meetings: the sheet, the count of the box, and the seal."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.access import requires, signed_in
from core.errors import Conflict, Refused
from core.form_pages import (
    EDIT,
    Refusal,
    edit_page,
    refusals_as_messages,
    refusals_in,
    version_in,
    version_shown,
)
from core.idempotency import once
from core.keys import key_in
from khmer.digits import NumberError, parse_whole_number
from savings_groups.actions import booking, sealing, sheets
from savings_groups.actions.sheet_drafts import save_draft
from savings_groups.bookkeeping import ledger, loans
from savings_groups.bookkeeping.money import Currency, format_money
from savings_groups.figures.own_lines import own_lines
from savings_groups.figures.paper_sheet import code_of_sheet
from savings_groups.figures.sheet_findings import findings_of
from savings_groups.figures.totals import totals_of_sheet
from savings_groups.figures.verification import short_code
from savings_groups.forms.fields import amount_from, message_for
from savings_groups.forms.paid_in import due_first
from savings_groups.forms.sheet import (
    IN_STAMPS,
    MeetingDayForm,
    SealForm,
    columns_for,
    shown,
    words_for,
)
from savings_groups.forms.sheet_draft import SheetDraft, StoredSheet
from savings_groups.models import Agreement, CashCount, Fund, Meeting, Rules, SheetRow
from savings_groups.views.shared import group_or_404, meeting_or_404

PER_PAGE = 50


@require_safe
@requires("records.see")
def meetings(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The meetings of a group, the newest first."""
    group = group_or_404(request, pk)
    page = Paginator(group.meetings.all(), PER_PAGE).get_page(request.GET.get("page"))
    context = {"group": group, "here": "meetings", "page": page}
    return render(request, "savings_groups/meetings.html", context)


@require_http_methods(EDIT)
@requires("groups.record")
@once
def meeting_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Begin the sheet of a meeting."""
    group = group_or_404(request, pk)
    form = MeetingDayForm(request.POST or None, initial={"held_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            meeting = sheets.open_meeting(group, **form.cleaned_data, by=signed_in(request))
            _warn_of_another_on(request, meeting)
            _warn_of_another_in_its_month(request, meeting)
            return redirect("groups:sheet", meeting.pk)
    context = {
        "group": group,
        "here": "meetings",
        "form": form,
        "title": _("Enter a meeting"),
        "button": _("Begin the sheet"),
    }
    return render(request, "savings_groups/form.html", context)


def _warn_of_another_on(request: HttpRequest, meeting: Meeting) -> None:
    """Two meetings on a day may be; more often the same paper is being entered twice."""
    sealed = meeting.group.meetings.sealed().filter(kind=Meeting.Kind.ORDINARY)
    if sealed.filter(held_on=meeting.held_on).exists():
        messages.warning(
            request,
            _(
                "A sheet of %(day)s is sealed already. Each paper is entered only once: if this is "
                "the same one, take the draft back."
            )
            % {"day": f"{meeting.held_on:%d/%m/%Y}"},
        )


def _warn_of_another_in_its_month(request: HttpRequest, meeting: Meeting) -> None:
    """Where the meeting is the month, a second one in a month costs the interest of another."""
    day, rules = meeting.held_on, meeting.rules
    if meeting.is_extra or rules.partial_month != Rules.PartialMonth.MEETING:
        return
    others = meeting.group.meetings.sealed().filter(
        kind=Meeting.Kind.ORDINARY,
        is_extra=False,
        held_on__year=day.year,
        held_on__month=day.month,
    )
    if others.exclude(held_on=day).exists():
        messages.warning(
            request,
            _(
                "The group has met in this month already, and each meeting counts as a month of "
                "its loans. If this one was held besides, correct the day and say that it is extra."
            ),
        )


@require_http_methods(EDIT)
@requires("groups.record")
@once
def meeting_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take back a draft that was begun by mistake; it asks first, for what was typed is lost."""
    meeting = meeting_or_404(request, pk)
    if request.method != "POST":
        if meeting.is_sealed:
            return _sealed_already(request, meeting)
        context = {
            "group": meeting.group,
            "meeting": meeting,
            "here": "meetings",
            "version": meeting.version,
        }
        return render(request, "savings_groups/meeting_remove.html", context)
    with refusals_as_messages(request):
        sheets.remove_meeting(meeting, version=version_in(request), by=signed_in(request))
        messages.success(request, _("The draft is taken back."))
        return redirect("groups:meetings", meeting.group_id)
    return redirect("groups:meeting", pk)


@require_http_methods(EDIT)
@requires("groups.record")
@once
def meeting_move(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Correct the day of a draft."""
    meeting = meeting_or_404(request, pk)
    if meeting.is_sealed:
        return _sealed_already(request, meeting)
    initial = {
        "held_on": meeting.held_on,
        "is_late": meeting.is_late,
        "is_extra": meeting.is_extra,
    }
    form = MeetingDayForm(request.POST or None, initial=initial)

    def save(version: int) -> None:
        moved = sheets.move_meeting(
            meeting, version=version, by=signed_in(request), **form.cleaned_data
        )
        _warn_of_another_on(request, moved)
        _warn_of_another_in_its_month(request, moved)

    return edit_page(
        request,
        form,
        meeting,
        save,
        template="savings_groups/form.html",
        context={
            "group": meeting.group,
            "here": "meetings",
            "title": _("Correct the day of the meeting"),
        },
        then=("groups:sheet", pk),
    )


# --- The sheet ------------------------------------------------------------------------------


@require_http_methods(EDIT)
@requires("groups.record")
@once
def sheet(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The sheet of a draft: everything typed is saved together, whichever button is pressed."""
    meeting = meeting_or_404(request, pk)
    if meeting.is_sealed:
        return _sealed_already(request, meeting)
    stored = StoredSheet.of(meeting)
    if request.method != "POST":
        draft = SheetDraft.of(stored)
        *_plan, problems = sealing.plan_of(meeting, stored.situation)
        draft.mark(problems)
        return _sheet_page(request, draft, problems)
    draft = SheetDraft.from_post(request.POST, stored, version=version_in(request))
    draft = _save_sheet(request, draft)
    if draft.problems:
        return _sheet_page(request, draft, booking.Problems())
    return _after_saving(request, draft)


def _sealed_already(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    """To the sealed sheet; whoever has typed something is told that it came too late."""
    if request.method == "POST":
        messages.error(
            request,
            _("This meeting was sealed by somebody else in the meantime. Nothing was changed."),
        )
    return redirect("groups:meeting", meeting.pk)


def _save_sheet(request: HttpRequest, draft: SheetDraft) -> SheetDraft:
    """Save a draft, if need be merged with what a colleague has saved; the draft that came of it.

    Nothing was saved when it has problems.
    """
    if draft.problems:
        return draft
    meeting, taken_off = draft.stored.meeting, None
    if "remove" in request.POST:
        if (key := key_in(request.POST["remove"])) is None:
            raise Http404
        # Where a colleague has taken it off already, the rest is saved all the same.
        taken_off = meeting.lines.filter(pk=key).first()
    try:
        save_draft(
            meeting,
            version=draft.version,
            rows=draft.entries,
            minutes=draft.minutes,
            balances=draft.balances,
            new_line=draft.group_line,
            taken_off=taken_off,
            by=signed_in(request),
        )
    except Conflict:
        now = StoredSheet.of(meeting_or_404(request, meeting.pk))
        return _save_sheet(request, draft.merged_with(now))
    except (Refused, ValidationError) as error:
        draft.problems += getattr(error, "messages", [str(error)])
    return draft


def _after_saving(request: HttpRequest, draft: SheetDraft) -> HttpResponse:
    pk = draft.stored.meeting.pk
    for words in draft.taken_out:
        messages.warning(request, words)
    if "count" in request.POST:
        return redirect("groups:count", pk)
    messages.success(request, _("The sheet is saved as a draft."))
    if draft.is_merged:
        words = _("Somebody else saved this sheet meanwhile. What you both typed is kept.")
        messages.info(request, words)
    return redirect("groups:sheet", pk)


def _sheet_page(
    request: HttpRequest, draft: SheetDraft, problems: booking.Problems
) -> HttpResponse:
    meeting = draft.stored.meeting
    words = words_for(meeting)
    context = {
        "group": meeting.group,
        "meeting": meeting,
        "here": "meetings",
        "version": draft.version,
        "seen": draft.shown_text,
        "lines": draft.lines,
        "columns": [(name, words[name]) for name in columns_for(meeting)],
        "attendances": SheetRow.Attendance.choices,
        "group_lines": own_lines(meeting),
        "line_form": draft.line_form,
        "minutes_form": draft.minutes_form,
        "opening_form": draft.opening_form,
        "refusal": " ".join(draft.problems),
        "in_box": draft.stored.situation.in_box,
        "lines_effect": _effect_of(meeting),
        "problems": problems,
        "findings": findings_of(meeting),
        "order": meeting.rules.allocation,
        "due_first": " ".join(due_first(loans.Order(meeting.rules.allocation))),
        "due": meeting.rules.saving_due,
        "fine_missed": meeting.rules.fine_missed,
        "stamp": meeting.rules.stamp,
        "fines": {
            attendance: shown(
                sheets.fine_for(attendance, meeting.rules), "fine_levied", meeting.group.money
            )
            for attendance in SheetRow.Attendance.values
        },
    }
    return render(request, "savings_groups/sheet.html", context)


def _effect_of(meeting: Meeting) -> int:
    """What the group's own lines change in the box."""
    entries = [booking.entry_of_line(line) for line in meeting.lines.all() if not line.account]
    return sum(
        line.amount
        for entry in entries
        if entry
        for line in entry.lines
        if line.account in ledger.BOXES
    )


# --- The count and the seal -----------------------------------------------------------------


@require_http_methods(EDIT)
@requires("groups.record")
@once
def count(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Count the box, note by note, against what the ledger expects."""
    meeting = meeting_or_404(request, pk)
    if meeting.is_sealed:
        return _sealed_already(request, meeting)
    situation, _splits, entries, problems = sealing.plan_of(meeting)
    if problems:
        messages.error(request, _("Some lines of the sheet must be put right first."))
        return redirect("groups:sheet", pk)
    notes, refusal = _notes(request, meeting), Refusal()
    if request.method == "POST" and not any(note["error"] for note in notes):
        with refusals_as_messages(request) as refusal:
            sealing.count_box(
                meeting,
                version=version_in(request),
                pieces={note["value"]: note["pieces"] for note in notes if note["value"]},
                loose=notes[-1]["pieces"],
                by=signed_in(request),
            )
            return redirect("groups:seal", pk)
    context = {
        "group": meeting.group,
        "meeting": meeting,
        "here": "meetings",
        "version": version_shown(request, meeting, refusal.error),
        "notes": notes,
        "is_conflict": isinstance(refusal.error, Conflict),
        "expected": booking.expected_in_box(situation, entries),
    }
    return render(request, "savings_groups/count.html", context)


def _notes(request: HttpRequest, meeting: Meeting) -> list[dict[str, Any]]:
    """The notes of the currency, the largest first, then loose money, with what was typed."""
    currency = meeting.group.money
    stored = {c.denomination: c.pieces for c in CashCount.objects.filter(meeting=meeting)}
    notes = []
    for value in [*reversed(currency.notes), 0]:
        name = f"note-{value}"
        pieces = stored.get(value) or 0
        shown = str(pieces or "")
        if pieces and not value:
            shown = format_money(pieces, currency, sign=False)
        text = request.POST.get(name, "") if request.method == "POST" else shown
        note = {"value": value, "name": name, "text": text, "pieces": 0, "error": ""}
        try:
            note["pieces"] = _pieces(text, value, currency)
            # What somebody else has counted, if it is not the same.
            note["theirs"] = "" if note["pieces"] == pieces else shown or "0"
        except NumberError as error:
            note["error"] = message_for(error)
        notes.append(note)
    return notes


def _pieces(text: str, value: int, currency: Currency) -> int:
    if not value:
        return amount_from(text, currency)
    if not text.strip():
        return 0
    pieces = parse_whole_number(text)
    if pieces < 0:
        raise NumberError("negative")
    if pieces > 1_000_000:
        raise NumberError("too_large")
    return pieces


@require_http_methods(EDIT)
@requires("groups.record")
@once
def seal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Look at everything once more, and seal it."""
    meeting = meeting_or_404(request, pk)
    if meeting.is_sealed:
        return redirect("groups:meeting", pk)
    if meeting.state != Meeting.State.COUNTED:
        return redirect("groups:count", pk)
    form = SealForm(
        request.POST or None,
        meeting=meeting,
        initial={"difference_fund": meeting.difference_fund},
    )
    refusal = Refusal()
    if request.method == "POST" and form.is_valid():
        with refusals_in(form) as refusal:
            sealing.seal(
                meeting,
                version=version_in(request),
                by=signed_in(request),
                **form.cleaned_data,
            )
            messages.success(request, _("The meeting is sealed. Print the sheet as its proof."))
            return redirect("groups:meeting", pk)
    _situation, _splits, entries, _problems = sealing.plan_of(meeting)
    context = {
        "group": meeting.group,
        "meeting": meeting,
        "here": "meetings",
        "version": version_shown(request, meeting, refusal.error),
        "form": form,
        "totals": totals_of_sheet(meeting),
        "group_lines": own_lines(meeting),
        "loans": _new_loans(meeting),
        "taken_over": _taken_over(meeting, entries),
        "findings": findings_of(meeting),
    }
    return render(request, "savings_groups/seal.html", context)


def _new_loans(meeting: Meeting) -> list[dict[str, object]]:
    """Each new loan with its schedule and what it truly costs in a month."""
    if meeting.is_cut_off:
        return []
    found = []
    for row in meeting.rows.filter(loan__gt=0).select_related("member__person", *Agreement.BACKERS):
        loan = booking.new_loan(row, meeting, 0)
        found.append({"row": row, "cost": loans.cost_of(loan.terms_as_given)})
    return found


def _taken_over(meeting: Meeting, entries: list[ledger.NewEntry | None]) -> list[tuple[Fund, int]]:
    """At a cut-off meeting, what the group's own money comes to, fund by fund."""
    if not meeting.is_cut_off:
        return []
    return [(Fund(fund.value), amount) for fund, amount in booking.own_money(entries)]


@require_safe
@requires("records.see")
def meeting_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A meeting's sheet as it was sealed, with its entries in the ledger."""
    meeting = meeting_or_404(request, pk)
    if not meeting.is_sealed and signed_in(request).may("groups.record"):
        return redirect("groups:sheet", pk)
    rows = list(meeting.rows.select_related("member__person").prefetch_related("splits"))
    journals = list(
        meeting.journals.select_related("member__person", "reversed_by", "reverses", "seal")
        .prefetch_related("postings__account")
        .order_by("sequence")
    )
    # That of the paper; what was corrected since has codes of its own.
    booked = [j for j in journals if meeting.sealed_at and j.recorded_at <= meeting.sealed_at]
    code = short_code(bytes(booked[-1].seal.hash)) if booked else code_of_sheet(meeting)
    words = words_for(meeting)
    columns = columns_for(meeting)
    context = {
        "group": meeting.group,
        "meeting": meeting,
        "here": "meetings",
        "columns": [(name, words[name]) for name in columns],
        "rows": [(row, [(name, getattr(row, name)) for name in columns]) for row in rows],
        "in_stamps": IN_STAMPS if meeting.rules.in_stamps else (),
        "totals": totals_of_sheet(meeting, rows),
        "group_lines": own_lines(meeting),
        "counts": meeting.counts.all(),
        "journals": [
            (journal, journal not in booked, short_code(bytes(journal.seal.hash)))
            for journal in journals
        ],
        "code": code,
        "booked_on": journals[0].book_date if journals else meeting.held_on,
    }
    return render(request, "savings_groups/meeting_detail.html", context)
