"""Meetings: the sheet, the count of the box, and the seal."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
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
from khmer.digits import NumberError, parse_whole_number
from savings_groups.actions import booking, opening, sealing, sheets
from savings_groups.bookkeeping import ledger, loans
from savings_groups.bookkeeping.money import Currency, format_money
from savings_groups.figures.situation import situation_of
from savings_groups.figures.totals import totals_of_sheet
from savings_groups.figures.verification import short_code
from savings_groups.forms import seen
from savings_groups.forms.fields import amount_from, message_for
from savings_groups.forms.groups import MeetingDayForm
from savings_groups.forms.sheet import (
    CUT_OFF_WORDS,
    WORDS,
    GroupLineForm,
    MinutesForm,
    OpeningForm,
    SealForm,
    SheetLine,
    columns_for,
    entries_from,
    sheet_lines,
)
from savings_groups.models import CashCount, Fund, Meeting, SheetRow
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
            meeting = sheets.open_meeting(
                group, held_on=form.cleaned_data["held_on"], by=signed_in(request)
            )
            _warn_of_another_on(request, meeting)
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


@require_http_methods(EDIT)
@requires("groups.record")
@once
def meeting_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take back a draft that was begun by mistake; it asks first, for what was typed is lost."""
    meeting = meeting_or_404(request, pk)
    if request.method != "POST":
        if meeting.is_sealed:
            return _sealed_already(request, meeting)
        context = {"group": meeting.group, "meeting": meeting, "here": "meetings"}
        return render(request, "savings_groups/meeting_remove.html", context)
    with refusals_as_messages(request):
        sheets.remove_meeting(meeting, by=signed_in(request))
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
    form = MeetingDayForm(request.POST or None, initial={"held_on": meeting.held_on})

    def save(version: int) -> None:
        day = form.cleaned_data["held_on"]
        moved = sheets.move_meeting(meeting, held_on=day, version=version, by=signed_in(request))
        _warn_of_another_on(request, moved)

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
    page = _SheetPage(request, meeting)
    if request.method == "POST" and page.save():
        return page.next()
    return page.answer()


def _sealed_already(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    """To the sealed sheet; whoever has typed something is told that it came too late."""
    if request.method == "POST":
        messages.error(
            request,
            _("This meeting was sealed by somebody else in the meantime. Nothing was changed."),
        )
    return redirect("groups:meeting", meeting.pk)


class _SheetPage:
    """One visit to the sheet, with what is stored and what was sent."""

    def __init__(self, request: HttpRequest, meeting: Meeting) -> None:
        self.request, self.meeting, self.group = request, meeting, meeting.group
        self.version = version_shown(request, meeting)
        self.situation = situation_of(self.group, rules=meeting.rules, on=meeting.held_on)
        data = request.POST if request.method == "POST" else None
        self.lines = self._lines(data)
        has_line = data is not None and ("add" in data or GroupLineForm.is_begun(data, "line"))
        self.line_form = GroupLineForm(
            data if has_line and not meeting.is_cut_off else None, prefix="line", meeting=meeting
        )
        self.minutes = MinutesForm(data, initial={"minutes": meeting.minutes})
        kept = opening.opening_of(meeting)
        self.opening = OpeningForm(data, currency=self.group.money, initial=kept)
        # What she saw stays what she saw, also on a page that tells of a slip.
        if data is None:
            self.seen = seen.text_of(self.lines, meeting.minutes, kept)
        else:
            self.seen = data.get("seen", "")
        self.refusal = ""
        self.is_merged = False
        self.problems = booking.Problems()

    def save(self) -> bool:
        """Save what was sent; False when something in it must be put right first."""
        return self._try() or (self.is_merged and self._try())

    def _lines(self, data: Mapping[str, str] | None = None) -> list[SheetLine]:
        rows = self.meeting.rows.select_related("member__person").prefetch_related("splits")
        return sheet_lines(self.meeting, list(rows), self.situation, data)

    def _try(self) -> bool:
        self.refusal, post = "", self.request.POST
        entries = entries_from(self.lines, self.meeting, self.group.money, fill="fill" in post)
        is_fit = entries is not None and self.minutes.is_valid()
        if self.meeting.is_cut_off:
            is_fit = self.opening.is_valid() and is_fit
        if self.line_form.is_bound:
            is_fit = self.line_form.is_valid() and is_fit
        if not is_fit or entries is None:
            self.refusal = _("Nothing was saved yet. Please look at the marked fields.")
            return False
        try:
            # All of it or nothing, also where the form had no key.
            with transaction.atomic():
                self._write(entries)
        except Conflict:
            self._merge()
        except (Refused, ValidationError) as error:
            self.refusal = " ".join(getattr(error, "messages", [str(error)]))
        return not self.refusal

    def _write(self, entries: list[sheets.RowEntry]) -> None:
        by, post, version = signed_in(self.request), self.request.POST, self.version
        if self.meeting.is_cut_off:
            amounts = {name: value or 0 for name, value in self.opening.cleaned_data.items()}
            kept = opening.set_opening(self.meeting, version=version, amounts=amounts, by=by)
            version = version if kept is None else kept
        self.meeting = sheets.save_sheet(
            self.meeting,
            version=version,
            rows=entries,
            minutes=self.minutes.cleaned_data["minutes"],
            by=by,
        )
        if self.line_form.is_bound:
            sheets.add_line(self.meeting, by=by, **self.line_form.cleaned_data)
        if "remove" in post:
            line = get_object_or_404(self.meeting.lines, pk=_key(post["remove"]))
            sheets.remove_line(line, by=by)

    def _merge(self) -> None:
        """After a colleague has saved: her part is taken over; what both changed is asked about."""
        rows, minutes, balances = seen.read(self.seen)
        now = Meeting.objects.get(pk=self.meeting.pk)
        kept = opening.opening_of(now)
        self.seen = seen.text_of(self._lines(), now.minutes, kept)
        self.version = now.version
        self.lines = self._lines(self.request.POST)
        stored = {row.member_id: row for row in self.meeting.rows.all()}
        is_clash = seen.merge(self.lines, stored, rows, self.group.money)
        is_clash |= self._merge_minutes(now.minutes, minutes)
        if now.is_cut_off:
            is_clash |= self._merge_opening(kept, balances)
        self.is_merged = not is_clash
        self.refusal = _(
            "Somebody else has changed this sheet in the meantime, and nothing of yours is saved "
            "yet. What only one of you changed is in its place now; where you both did, theirs "
            "stands beside yours. Look at these and save again."
        )

    def _merge_minutes(self, theirs: str, before: str | None) -> bool:
        mine = self.minutes.cleaned_data["minutes"]
        merged, both = seen.merged(mine, theirs, before)
        self.minutes = MinutesForm({"minutes": merged})
        if both and self.minutes.is_valid():
            self.minutes.add_error("minutes", _saved_by_others(theirs))
        return both

    def _merge_opening(self, theirs: Mapping[str, int], before: Mapping[str, int]) -> bool:
        money, amounts, clashes = self.group.money, {}, []
        for name, mine in self.opening.cleaned_data.items():
            hers = theirs.get(name, 0)
            amount, both = seen.merged(mine or 0, hers, before.get(name))
            amounts[name] = format_money(amount, money, sign=False)
            if both:
                clashes.append((name, format_money(hers, money)))
        self.opening = OpeningForm(amounts, currency=money)
        for name, saved in clashes:
            self.opening.add_error(name, _saved_by_others(saved))
        return bool(clashes)

    def next(self) -> HttpResponse:
        """Where one goes on to after saving."""
        if "count" in self.request.POST:
            return redirect("groups:count", self.meeting.pk)
        messages.success(self.request, _("The sheet is saved as a draft."))
        if self.is_merged:
            words = _("Somebody else saved this sheet meanwhile. What you both typed is kept.")
            messages.info(self.request, words)
        return redirect("groups:sheet", self.meeting.pk)

    def answer(self) -> HttpResponse:
        """The page."""
        _mark_problems(self)
        words = CUT_OFF_WORDS if self.meeting.is_cut_off else WORDS
        context = {
            "group": self.group,
            "meeting": self.meeting,
            "here": "meetings",
            "version": self.version,
            "seen": self.seen,
            "lines": self.lines,
            "columns": [(name, words[name]) for name in columns_for(self.meeting)],
            "attendances": SheetRow.Attendance.choices,
            "group_lines": self.meeting.lines.select_related("member__person"),
            "line_form": self.line_form,
            "minutes_form": self.minutes,
            "opening_form": self.opening,
            "refusal": self.refusal,
            "in_box": self.situation.in_box,
            "lines_effect": _effect_of(self.meeting),
            "problems": self.problems,
            "order": self.meeting.rules.allocation,
        }
        return render(self.request, "savings_groups/sheet.html", context)


def _saved_by_others(theirs: str) -> str:
    return _("saved by somebody else: %(theirs)s") % {"theirs": theirs or "—"}


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _mark_problems(page: _SheetPage) -> None:
    """On a saved sheet, say beside each cell what keeps it from being counted."""
    if page.request.method == "POST":
        return
    *_plan, problems = sealing.plan_of(page.meeting, page.situation)
    page.problems = problems
    _put_at_cells(page.lines, problems)


def _put_at_cells(lines: list[SheetLine], problems: booking.Problems) -> None:
    for line in lines:
        wrong = problems.rows.get(line.member.pk, {})
        for cell in line.cells:
            cell.error = wrong.get(cell.column, "")


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
        "expected": booking.expected_in_box(situation, entries),
    }
    return render(request, "savings_groups/count.html", context)


def _notes(request: HttpRequest, meeting: Meeting) -> list[dict]:
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
        "group_lines": meeting.lines.select_related("member__person"),
        "loans": _new_loans(meeting),
        "taken_over": _taken_over(meeting, entries),
    }
    return render(request, "savings_groups/seal.html", context)


def _new_loans(meeting: Meeting) -> list[dict]:
    """Each new loan with its schedule and what it truly costs in a month."""
    if meeting.is_cut_off:
        return []
    found = []
    for row in meeting.rows.filter(loan__gt=0).select_related("member__person"):
        loan = booking.new_loan(row, meeting, 0)
        terms = loan.terms_as_given
        found.append(
            {
                "row": row,
                "terms": terms,
                "schedule": loans.schedule(terms),
                "cost": loans.true_monthly_cost(terms),
                "interest": sum(part.interest for part in loans.schedule(terms)),
            }
        )
    return found


def _taken_over(meeting: Meeting, entries: list) -> list[tuple[Fund, int]]:
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
    seals = [journal.seal for journal in journals if hasattr(journal, "seal")]
    words = CUT_OFF_WORDS if meeting.is_cut_off else WORDS
    columns = columns_for(meeting)
    context = {
        "group": meeting.group,
        "meeting": meeting,
        "here": "meetings",
        "columns": [(name, words[name]) for name in columns],
        "rows": [(row, [(name, getattr(row, name)) for name in columns]) for row in rows],
        "totals": totals_of_sheet(meeting, rows),
        "group_lines": meeting.lines.select_related("member__person"),
        "counts": meeting.counts.all(),
        "journals": journals,
        "code": short_code(bytes(seals[-1].hash)) if seals else "",
    }
    return render(request, "savings_groups/meeting_detail.html", context)
