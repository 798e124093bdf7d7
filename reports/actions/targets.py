"""Setting the targets of a project, all of the grid at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from itertools import product
from uuid import UUID

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.actions.records import action, lock
from core.errors import Conflict, Refused
from khmer.dates import format_date_range
from paper.templatetags.paper import digits
from registry.models import Place, Project, User
from reports.figures.donor_years import calendar_of
from reports.figures.periods import Calendar, Period
from reports.figures.vocabulary import GROUPS
from reports.models import WHOLE, Definition, Indicator, Target, Within
from reports.models.definitions import OF_GROUPS

# A cell of the grid: an indicator and a period, and a place or a tier where it is of one.
Slot = tuple[UUID, Period] | tuple[UUID, Period, Within]
FullSlot = tuple[UUID, Period, Within]


@action
def set_targets(
    project: Project,
    *,
    targets: Mapping[Slot, Decimal | None],
    seen: Mapping[Slot, Decimal | None] | None = None,
    reason: str = "",
    by: User,
) -> int:
    """Write what the grid says; None takes a target away. Returns how many changed.

    Once a period is over that has a target, its figures may have been reported, and what was set
    before changes only with a reason. Raises Refused, or Conflict where somebody else has changed
    what this page has `seen`.
    """
    lock(project)
    indicators = {each.pk: each for each in project.indicators.all()}
    stored = {
        (each.indicator_id, Period(each.since, each.until), each.within): each
        for each in Target.objects.filter(indicator__in=indicators)
    }
    changed = {
        slot: value
        for slot, value in _full(targets).items()
        if slot[0] in indicators and value != _value(stored.get(slot))
    }
    _refuse_stale(stored, changed, None if seen is None else _full(seen))
    for slot in changed:
        if slot[2]:
            _refuse_unfit_part(indicators[slot[0]].current.definition, slot[2])
    _refuse_nested_places(
        {*stored, *changed} - {s for s, v in changed.items() if v is None},
        reporting_calendars(project),
    )
    is_reported = any(each.until < timezone.localdate() for each in stored.values())
    if is_reported and not reason.strip() and any(slot in stored for slot in changed):
        raise Refused(_("Say why targets change that were set before."), field="reason")
    # What goes makes room for what comes.
    for slot in sorted(changed, key=lambda slot: changed[slot] is not None):
        _write(indicators[slot[0]], slot, stored.get(slot), changed[slot], reason, by)
    return len(changed)


def _full(given: Mapping[Slot, Decimal | None]) -> dict[FullSlot, Decimal | None]:
    return {(slot[0], slot[1], slot[2] if len(slot) > 2 else WHOLE): given[slot] for slot in given}


def _refuse_unfit_part(definition: Definition, within: Within) -> None:
    """Raise Refused for a place or a tier in which this indicator counts nothing."""
    selection = definition.part.selection
    if within.place and within.tier is not None:
        raise Refused(_("A target is of a place or of a tier, not of both."))
    if within.place:
        place = Place.objects.with_chain().filter(pk=within.place).first()
        if place is None:
            raise Refused(_("No place of this name is in the official list."))
        if selection.held_in and selection.held_in not in {place.pk, *_above(place)}:
            raise Refused(
                _("%(place)s lies outside of where this indicator counts.") % {"place": place}
            )
        return
    of_groups = definition.part.counts in OF_GROUPS or definition.part.app == GROUPS
    if of_groups:
        raise Refused(_("Savings groups have no tiers. Set targets by place."))
    if selection.tier not in (None, within.tier):
        raise Refused(
            _("This indicator counts tier %(tier)s alone.") % {"tier": digits(str(selection.tier))}
        )


def _above(place: Place) -> set[str]:
    return {code for code in (place.commune_id, place.district_id, place.province_id) if code}


def reporting_calendars(project: Project) -> list[Calendar]:
    """Every calendar that somebody reports by, as the rule of the database knows them."""
    stored = Project.objects.select_related("calendar").get(pk=project.pk)
    return [Calendar.of(stored), *(calendar_of(form) for form in stored.donor_forms.all())]


def refuse_to_lose_targets(
    project: Project, *, before: Collection[Calendar], after: Collection[Calendar]
) -> None:
    """Raise Refused where a target would stand on no page any more with other calendars."""
    targets = Target.objects.filter(indicator__project=project)
    for since, until in targets.values_list("since", "until").distinct().order_by("since"):
        period = Period(since, until)
        was, stays = (any(each.has(period) for each in found) for found in (before, after))
        if was and not stays:
            raise Refused(
                _(
                    "There are targets for %(days)s, which is no period of such a year. Take them "
                    "out on the page of targets first, and enter them anew afterwards."
                )
                % {"days": format_date_range(since, until, get_language() or "en")},
                field="first_month",
            )


def _refuse_nested_places(slots: Collection[FullSlot], calendars: Collection[Calendar]) -> None:
    """Raise Refused where a place and one that lies in it have targets for the same days.

    Periods of two donors' years that cross are no such days.
    """
    codes = {slot[2].place for slot in slots if slot[2].place}
    places = Place.objects.with_chain().in_bulk(codes)
    of_places = [slot for slot in slots if slot[2].place]
    for (pk, period, within), (other_pk, other, whole) in product(of_places, of_places):
        are_near = pk == other_pk and whole.place in _above(places[within.place])
        if not are_near or period.since > other.until or other.since > period.until:
            continue
        of_donors = all(any(each.has(days) for each in calendars) for days in (period, other))
        if not (period.crosses(other) and of_donors):
            raise Refused(
                _(
                    "%(part)s lies in %(whole)s, and both have targets for the same days. "
                    "Keep those of one of them."
                )
                % {"part": places[within.place].name, "whole": places[whole.place].name}
            )


def _value(target: Target | None) -> Decimal | None:
    return target.value if target else None


def _refuse_stale(
    stored: Mapping[FullSlot, Target],
    changed: Mapping[FullSlot, Decimal | None],
    seen: Mapping[FullSlot, Decimal | None] | None,
) -> None:
    if seen is None:
        return
    theirs = {
        f"{pk}:{period.code}:{within.place}:{within.tier or ''}": _value(stored.get(slot))
        for slot in changed
        for pk, period, within in [slot]
        if _value(stored.get(slot)) != seen.get(slot)
    }
    if theirs:
        raise Conflict(_("Somebody else has changed this in the meantime."), theirs=theirs)


def _write(
    indicator: Indicator,
    slot: FullSlot,
    stored: Target | None,
    value: Decimal | None,
    reason: str,
    by: User,
) -> None:
    if value is None:
        if stored:
            stored.delete()
        return
    _pk, period, within = slot
    kept = stored or Target(
        owner_id=indicator.owner_id,
        indicator=indicator,
        place_id=within.place or None,
        tier=within.tier,
        since=period.since,
        until=period.until,
        created_by=by,
    )
    kept.value, kept.reason = value, reason.strip() if stored else ""
    kept.version += 1 if stored else 0
    kept.full_clean(exclude=["owner", "indicator", "place"], validate_unique=False)
    kept.save()


@action
def set_baseline(
    indicator: Indicator, *, value: Decimal | None, on: date | None, by: User
) -> Indicator:
    """Where the indicator stood before the project. Raises ValidationError."""
    stored = lock(indicator)
    if (stored.baseline, stored.baseline_on) != (value, on):
        stored.baseline, stored.baseline_on = value, on
        stored.version += 1
        stored.full_clean(exclude=["owner", "project"])
        stored.save()
    return stored
