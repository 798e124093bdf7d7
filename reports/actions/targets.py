"""Setting the targets of a project, all of the grid at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from core.actions.records import action, lock
from core.errors import Conflict, Refused
from registry.models import Project, User
from reports.figures.periods import Period
from reports.models import Indicator, Target

# A cell of the grid: an indicator and a period.
Place = tuple[UUID, Period]


@action
def set_targets(
    project: Project,
    *,
    targets: Mapping[Place, Decimal | None],
    seen: Mapping[Place, Decimal | None] | None = None,
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
        (each.indicator_id, Period(each.since, each.until)): each
        for each in Target.objects.filter(indicator__in=indicators)
    }
    changed = {
        place: value
        for place, value in targets.items()
        if place[0] in indicators and value != _value(stored.get(place))
    }
    _refuse_stale(stored, changed, seen)
    is_reported = any(each.until < timezone.localdate() for each in stored.values())
    if is_reported and not reason.strip() and any(place in stored for place in changed):
        raise Refused(_("Say why targets change that were set before."), field="reason")
    # What goes makes room for what comes.
    for place in sorted(changed, key=lambda place: changed[place] is not None):
        _write(indicators[place[0]], place[1], stored.get(place), changed[place], reason, by)
    return len(changed)


def _value(target: Target | None) -> Decimal | None:
    return target.value if target else None


def _refuse_stale(
    stored: Mapping[Place, Target],
    changed: Mapping[Place, Decimal | None],
    seen: Mapping[Place, Decimal | None] | None,
) -> None:
    if seen is None:
        return
    theirs = {
        f"{pk}:{period.code}": _value(stored.get((pk, period)))
        for pk, period in changed
        if _value(stored.get((pk, period))) != seen.get((pk, period))
    }
    if theirs:
        raise Conflict(_("Somebody else has changed this in the meantime."), theirs=theirs)


def _write(
    indicator: Indicator,
    period: Period,
    stored: Target | None,
    value: Decimal | None,
    reason: str,
    by: User,
) -> None:
    if value is None:
        if stored:
            stored.delete()
        return
    kept = stored or Target(
        owner_id=indicator.owner_id,
        indicator=indicator,
        since=period.since,
        until=period.until,
        created_by=by,
    )
    kept.value, kept.reason = value, reason.strip() if stored else ""
    kept.version += 1 if stored else 0
    kept.full_clean(exclude=["owner", "indicator"], validate_unique=False)
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
