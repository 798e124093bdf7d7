"""The list of groups, a group's own page, its rules, and going live."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import requires, signed_in
from core.errors import Conflict
from core.form_pages import (
    EDIT,
    Refusal,
    edit_page,
    refusals_as_messages,
    refusals_in,
    version_in,
    version_now,
)
from core.idempotency import once
from savings_groups.actions import groups as keeping
from savings_groups.actions.sheets import open_meeting
from savings_groups.bookkeeping.loans import partial_month_for
from savings_groups.bookkeeping.presets import PRESETS, Preset, preset_of
from savings_groups.figures.loan_terms import example_of
from savings_groups.figures.overview import overview_of, totals_of
from savings_groups.figures.rule_changes import Change, changes_between, concerned
from savings_groups.figures.summaries import summary_of
from savings_groups.figures.trial_year import TrialLine, TrialYear, side_by_side
from savings_groups.forms.groups import (
    DayForm,
    GroupFilter,
    GroupForm,
    NewGroupForm,
    RulesForm,
)
from savings_groups.models import Group, Meeting, Rules
from savings_groups.models.groups import GroupQuerySet
from savings_groups.views.shared import group_or_404

PER_PAGE = 50


@require_safe
@requires("figures.live")
def group_list(request: HttpRequest) -> HttpResponse:
    """All groups that the user may see."""
    user = signed_in(request)
    form = GroupFilter(request.GET, user=user)
    groups = _chosen(Group.objects.visible_to(user), form)
    listed = (
        groups.with_names()
        .annotate(
            members_now=Count("members", filter=Q(members__left_on=None), distinct=True),
            last_meeting=Max("meetings__held_on", filter=Q(meetings__state="sealed")),
        )
        .order_by("organisation__sort_key", "pk")
    )
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    totals = totals_of([group.pk for group in page.object_list])
    return render(
        request,
        "savings_groups/group_list.html",
        {
            "form": form,
            "page": page,
            "rows": [(group, totals[group.pk]) for group in page.object_list],
            "summary": summary_of(groups, with_risk=False),
            "is_filtered": any(form.data.get(name) for name in form.fields),
        },
    )


def _chosen(groups: GroupQuerySet, form: GroupFilter) -> GroupQuerySet:
    """The groups that the filter asks for; a field that is wrong asks for nothing."""
    form.is_valid()
    wanted = form.cleaned_data
    if text := wanted.get("q"):
        groups = groups.filter(
            Q(organisation__name_km__icontains=text) | Q(organisation__name_latin__icontains=text)
        )
    if place := wanted.get("place"):
        groups = groups.within(place)
    if project := wanted.get("project"):
        groups = groups.filter(project_links__project=project)
    if state := wanted.get("state"):
        groups = groups.filter(state=state)
    return groups


@require_safe
@requires("figures.live")
def group_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A group at a glance: its money, its members, its open meeting, what comes next."""
    group = group_or_404(request, pk)
    context = {
        "group": group,
        "here": "overview",
        "overview": overview_of(group, on=timezone.localdate()),
        "projects": group.projects.all(),
        "rules": keeping.rules_on(group, timezone.localdate()),
    }
    return render(request, "savings_groups/group_detail.html", context)


@require_http_methods(EDIT)
@requires("groups.edit")
@once
def group_new(request: HttpRequest) -> HttpResponse:
    """Enter a group."""
    user = signed_in(request)
    form = NewGroupForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            group = keeping.start_group(by=user, **form.values)
            messages.success(
                request, _("The group is entered. Write down its rules and its members now.")
            )
            return redirect("groups:rules-new", group.pk)
    return render(request, "savings_groups/group_form.html", {"form": form})


@require_http_methods(EDIT)
@requires("groups.edit")
@once
def group_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Correct what is known about a group."""
    group = group_or_404(request, pk)
    form = GroupForm(
        request.POST or None, instance=group, user=signed_in(request), owner=group.owner
    )

    def save(version: int) -> None:
        stored = Group.objects.get(pk=pk)
        keeping.change_group(stored, version=version, by=signed_in(request), **form.values)

    return edit_page(
        request,
        form,
        group,
        save,
        template="savings_groups/group_form.html",
        context={"group": group},
        then=("groups:detail", pk),
        done=_("The group is saved."),
    )


@require_safe
@requires("records.see")
def rules(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The rules of a group, the newest first."""
    group = group_or_404(request, pk)
    context = {"group": group, "here": "rules", "all_rules": group.rules.all()}
    return render(request, "savings_groups/rules.html", context)


@require_http_methods(EDIT)
@requires("groups.edit")
@once
def rules_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down new rules, beginning with those that are valid now."""
    group = group_or_404(request, pk)
    last = group.rules.first()
    preset = preset_of(request.GET.get("like", ""))
    form = RulesForm(
        request.POST or None,
        instance=_rules_to_begin_with(group, last, preset),
        currency=group.money,
    )
    shown, refusal = last, Refusal()
    is_right = request.method == "POST" and form.is_valid()
    if is_right and "look" not in request.POST:
        with refusals_in(form) as refusal:
            keeping.set_rules(
                group, version=version_in(request), by=signed_in(request), **form.values
            )
            messages.success(request, _("The rules are saved."))
            for words in TrialYear(form.rules, group.money).contradictions:
                messages.warning(request, words)
            return redirect("groups:rules", pk)
        if isinstance(refusal.error, Conflict):
            shown = group.rules.filter(valid_from=form.cleaned_data["valid_from"]).first()
    context = {
        "group": group,
        "here": "rules",
        "form": form,
        "is_first": last is None,
        "example": example_of(form.instance, group.money, on=timezone.localdate())
        if is_right or request.method != "POST"
        else None,
        "presets": PRESETS,
        "preset": preset,
        "begins": last is None and preset is None and not form.is_bound,
        "trial": _trial(group, form, last),
        "version": version_now(request, shown.version if shown else 0, refusal.error),
        "conflicts": refusal.conflicts,
    }
    return render(request, "savings_groups/rules_form.html", context)


def _rules_to_begin_with(group: Group, last: Rules | None, preset: Preset | None) -> Rules:
    """Those that are valid now, or those of a preset, from today on; nothing is saved."""
    if preset:
        start = Rules(**preset.rules_in(group.money))
        start.partial_month = partial_month_for(start.meets)
    elif last:
        start = Rules.objects.get(pk=last.pk)
        start.pk, start.decision = None, ""
    else:
        start = Rules()
    today = timezone.localdate()
    start.valid_from = today if last else group.formed_on or today
    return start


@dataclass(frozen=True)
class Trial:
    """A year under the rules of a form, beside one under those that are valid now."""

    lines: list[tuple[TrialLine, str | None]]
    contradictions: list[str]
    changes: list[Change]
    concerned: str = ""


def _trial(group: Group, form: RulesForm, last: Rules | None) -> Trial | None:
    """None while something is wrong with what was typed."""
    if form.is_bound and not form.is_valid():
        return None
    rules = form.rules if form.is_bound else form.instance
    return Trial(
        lines=side_by_side(rules, last, group.money),
        contradictions=TrialYear(rules, group.money).contradictions,
        changes=changes_between(last, rules, group) if last else [],
        concerned=concerned(group) if last else "",
    )


@require_http_methods(EDIT)
@requires("groups.edit")
@once
def go_live(request: HttpRequest, pk: UUID) -> HttpResponse:
    """From a day on, the ledger here is the group's."""
    group = group_or_404(request, pk)
    first = group.meetings.order_by("held_on").values_list("held_on", flat=True).first()
    start = first or group.formed_on or timezone.localdate()
    form = DayForm(request.POST or None, initial={"on": start})
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            keeping.go_live(group, on=form.cleaned_data["on"], by=signed_in(request))
            messages.success(request, _("The group is live. Enter its first meeting."))
            return redirect("groups:detail", pk)
    context = {"group": group, "here": "overview", "form": form}
    return render(request, "savings_groups/go_live.html", context)


@require_POST
@requires("groups.edit")
@once
def cut_off(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Begin the cut-off meeting, which takes the group's balances over."""
    group = group_or_404(request, pk)
    form = DayForm(request.POST)
    if form.is_valid():
        with refusals_as_messages(request):
            meeting = open_meeting(
                group,
                held_on=form.cleaned_data["on"],
                kind=Meeting.Kind.CUT_OFF,
                by=signed_in(request),
            )
            return redirect("groups:sheet", meeting.pk)
    else:
        messages.error(request, _("Write the day of the cut-off meeting."))
    return redirect("groups:go-live", pk)
