"""The members of a group and their offices."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import requires, signed_in
from core.by_worker import by_worker
from core.form_pages import EDIT, edit_page, refusals_as_messages, refusals_in, refusals_in_rows
from core.idempotency import once
from core.search_forms import is_search
from core.sent import PageRequest
from registry.forms.rows import rows_are_fit
from registry.models import Person
from registry.views.entering import few_lines, find_person_page, lines_asked
from savings_groups.actions import members as keeping
from savings_groups.actions.groups import rules_on
from savings_groups.bookkeeping.money import format_money
from savings_groups.figures.leaving import leaving_of
from savings_groups.figures.lending import loans_backed_by
from savings_groups.figures.membership import day_of_joining, members_of
from savings_groups.forms.groups import DayForm
from savings_groups.forms.members import (
    ChosenPersonForm,
    EndOfficeForm,
    LeaveForm,
    MemberForm,
    MemberRowForm,
    OfficeForm,
)
from savings_groups.models import Group, Member, Office
from savings_groups.views.shared import group_or_404, member_or_404


@require_safe
@requires("records.see")
def members(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All members of the group with their savings and loans, and the offices."""
    group = group_or_404(request, pk)
    offices = Office.objects.filter(group=group).select_related("member__person")
    context = {
        "group": group,
        "here": "members",
        "lines": members_of(group),
        "offices": offices.filter(until=None),
        "past_offices": offices.exclude(until=None).order_by("-until"),
        "office_form": OfficeForm(group=group, initial={"since": timezone.localdate()}),
    }
    return render(request, "savings_groups/members.html", context)


@require_http_methods(EDIT)
@requires("groups.edit")
@once
def member_add(request: PageRequest, pk: UUID) -> HttpResponse:
    """Find a person in the registry and make them a member."""
    user, group = signed_in(request), group_or_404(request, pk)
    candidates = Person.objects.visible_to(user).filter(owner=group.owner).current()
    form = ChosenPersonForm(request.POST or None)
    if request.method == "POST" and not is_search(request):
        person = form.chosen(candidates) if form.is_valid() else None
        if person is None:
            messages.error(request, _("Please choose somebody from the list, and write the day."))
        else:
            with refusals_as_messages(request):
                keeping.add_member(
                    group, person=person, joined_on=form.cleaned_data["joined_on"], by=user
                )
                messages.success(request, _("This person is a member now."))
                return redirect("groups:members", pk)
    context = {
        "group": group,
        "here": "members",
        "taken": set(group.members.current().values_list("person", flat=True)),
        "taken_word": _("is a member"),
        "choose": "savings_groups/_make_member.html",
        "joined_on": day_of_joining(group, today=timezone.localdate()),
        "register": f"{reverse('groups:member-entry', args=[pk])}?rows=1",
    }
    return find_person_page(request, candidates, "savings_groups/member_add.html", context)


@require_http_methods(EDIT)
@requires("groups.edit")
@once
@by_worker(
    "savings_groups.entry",
    gettext_lazy("People from a paper sheet"),
    of=group_or_404,
    at_once=few_lines,
)
def member_entry(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Enter members from the group's own list, in its order, by keyboard alone."""
    group = group_or_404(request, pk)
    joined_on = day_of_joining(group, today=timezone.localdate())
    day = DayForm(request.POST or None, initial={"on": joined_on})
    day.fields["on"].label = _("Joined on")
    forms = _row_forms(request, group, day)
    refusal = ""
    if request.method == "POST":
        are_fit = rows_are_fit(forms)
        filled = [form for form in forms if form.has_changed()]
        if day.is_valid() and are_fit and filled:
            with refusals_in_rows(filled) as refused:
                entered = keeping.enter_members(
                    group,
                    rows=[form.as_row() for form in filled],
                    joined_on=day.cleaned_data["on"],
                    by=signed_in(request),
                )
                messages.success(
                    request, _("%(count)s members are entered.") % {"count": len(entered)}
                )
                return redirect("groups:members", pk)
            refusal = refused.words
        elif not filled:
            refusal = _("Fill in at least one row.")
        else:
            refusal = _("Nothing was saved yet: some rows have to be put right first.")
    context = {
        "group": group,
        "here": "members",
        "forms": forms,
        "day": day,
        "refusal": refusal,
        "rows": len(forms),
    }
    return render(request, "savings_groups/member_entry.html", context)


def _row_forms(request: HttpRequest, group: Group, day: DayForm) -> list[MemberRowForm]:
    """The lines of the entry page; a number in `rows` asks for more of them."""
    last = group.members.aggregate(last=Max("number"))["last"] or 0
    stated_on = day.cleaned_data["on"] if day.is_bound and day.is_valid() else timezone.localdate()
    return [
        MemberRowForm(
            request.POST if request.method == "POST" else None,
            prefix=f"r{number}",
            initial={"row": last + number},
            owner=group.owner,
            stated_on=stated_on,
            is_demo=group.is_demo,
        )
        for number in range(1, lines_asked(request) + 1)
    ]


@require_http_methods(EDIT)
@requires("groups.edit")
@once
def member_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Correct a member's number or the day they joined."""
    member = member_or_404(request, pk)
    form = MemberForm(request.POST or None, instance=member)

    def save(version: int) -> None:
        stored = Member.objects.get(pk=pk)
        keeping.change_member(stored, version=version, by=signed_in(request), **form.cleaned_data)

    return edit_page(
        request,
        form,
        member,
        save,
        template="savings_groups/form.html",
        context={
            "group": member.group,
            "here": "members",
            "title": _("Correct a member"),
            "about": member.person.names,
        },
        then=("groups:members", member.group_id),
    )


@require_http_methods(EDIT)
@requires("groups.edit")
@once
def member_leave(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A member leaves: their debts are settled, the rest is owed to them."""
    member = member_or_404(request, pk)
    form = LeaveForm(request.POST or None, initial={"left_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            keeping.leave_group(
                member,
                on=form.cleaned_data["left_on"],
                reason=form.cleaned_data["reason"],
                by=signed_in(request),
            )
            messages.success(
                request, _("The member has left. What they are owed is paid at a meeting.")
            )
            return redirect("groups:members", member.group_id)
    context = {
        "group": member.group,
        "here": "members",
        "form": form,
        "title": _("A member leaves"),
        "about": member.person.names,
        "explained": _(
            "Their savings, with the interest on them, pay what they still owe: loans with their "
            "interest, fines, loans of the welfare fund, and as far as they go loans that were "
            "written off. The rest is owed to them, and paid to them by a line of the next sheet. "
            "This cannot be changed afterwards, only reversed."
        ),
        "also": _what_is_set_off(member),
    }
    return render(request, "savings_groups/form.html", context)


def _what_is_set_off(member: Member) -> str:
    """What somebody who leaves today has and owes, and what they would be paid."""
    today = timezone.localdate()
    rules = rules_on(member.group, today)
    if rules is None:
        return ""
    plan = leaving_of(member, rules=rules, on=today)
    own, lost = plan.own, sum(plan.lost.values())
    said = [
        _(
            "Today: %(saved)s saved, %(loans)s owed on loans, %(fines)s in fines, %(welfare)s to "
            "the welfare fund."
        )
    ]
    if plan.interest:
        said.append(_("The savings have earned interest of %(interest)s since the last year end."))
    if plan.part:
        said.append(
            _("%(part)s is their part of what the group has earned since then, by the rules.")
        )
    if own.overpaid:
        said.append(_("%(overpaid)s was paid too much and is theirs."))
    if lost:
        said.append(
            _(
                "%(lost)s was written off and is still owed: %(taken)s of it is taken from the "
                "savings, and %(stays)s stays owed."
            )
        )
    if backed := loans_backed_by(member):
        said.append(
            _("They stand for loans that are still owed: %(backed)s. Agree first who does it now.")
        )
    if plan.missing:
        said.append(_("%(missing)s must be repaid before this member can leave."))
    else:
        said.append(_("%(paid)s would be owed to the member."))
    amounts = {
        "saved": own.savings,
        "loans": own.owed,
        "fines": own.fines_owed,
        "welfare": own.welfare_owed,
        "interest": plan.interest,
        "overpaid": own.overpaid,
        "part": plan.part,
        "lost": lost,
        "taken": sum(plan.recovered.values()),
        "stays": plan.stays_owed,
        "missing": plan.missing,
        "paid": plan.to_pay,
    }
    shown = {name: format_money(amount, member.group.money) for name, amount in amounts.items()}
    shown["backed"] = ", ".join(f"{loan.number}. {loan.member}" for loan in backed)
    return " ".join(words % shown for words in said)


@require_POST
@requires("groups.edit")
@once
def office_give(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A member takes an office or a key of the box."""
    group = group_or_404(request, pk)
    form = OfficeForm(request.POST, group=group)
    if form.is_valid():
        with refusals_as_messages(request):
            keeping.give_office(
                form.cleaned_data["member"],
                kind=form.cleaned_data["kind"],
                since=form.cleaned_data["since"],
                by=signed_in(request),
            )
            messages.success(request, _("The office is written down."))
    else:
        messages.error(request, _("Choose a member and an office, and write the day."))
    return redirect("groups:members", pk)


@require_http_methods(EDIT)
@requires("groups.edit")
@once
def office_end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A member gives an office back."""
    offices = Office.objects.visible_to(signed_in(request)).select_related(
        "member__person", "group__organisation"
    )
    office = get_object_or_404(offices, pk=pk)
    group = group_or_404(request, office.group_id)
    form = EndOfficeForm(request.POST or None, initial={"until": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            keeping.end_office(office, on=form.cleaned_data["until"], by=signed_in(request))
            return redirect("groups:members", office.group_id)
    context = {
        "group": group,
        "here": "members",
        "form": form,
        "title": _("An office ends"),
        "about": f"{office.get_kind_display()}: {office.member.person.names}",
    }
    return render(request, "savings_groups/form.html", context)
