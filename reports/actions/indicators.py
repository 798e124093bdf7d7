"""Choosing the indicators of a project, and saying what they count."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from core.actions.records import action, change, lock
from core.errors import Refused
from registry.models import Project, User
from reports.actions.targets import refuse_to_lose_targets, reporting_calendars
from reports.figures.vocabulary import CASCADES, figure_named
from reports.models import Calendar, Definition, Indicator, IndicatorVersion
from reports.models.definitions import (
    MOST_DIMENSIONS,
    OF_GROUPS,
    OF_MEMBERS,
    OF_PEOPLE,
    WITH_UNNAMED,
    Band,
    Completion,
    Counting,
    Counts,
    Dimension,
    Form,
    Window,
    parts_of,
)


@action
def add_indicator(
    project: Project, *, definition: Definition, by: User, template: str = "", **names: Any
) -> Indicator:
    """Enter an indicator with the first version of its definition. Raises Refused."""
    refuse_unfit(definition)
    indicator = Indicator(
        owner_id=project.owner_id, project=project, template=template, created_by=by, **names
    )
    _refuse_taken_code(indicator)
    indicator.full_clean(exclude=["owner", "project"])
    indicator.save(force_insert=True)
    _write(indicator, definition, number=1, reason="", by=by)
    return indicator


@action
def change_indicator(
    indicator: Indicator,
    *,
    version: int,
    by: User,
    definition: Definition | None = None,
    reason: str = "",
    **names: Any,
) -> Indicator:
    """Correct the names, and say anew what is counted: then with a reason, as another version.

    Raises Conflict when somebody else has changed either since `version`, or Refused.
    """
    before = lock(indicator).current.definition
    rows = _differences(before, definition) if definition else {}
    # A new definition raises the version of the indicator too, so that two people see each other.
    changed = change(indicator, version=version, values=names, rows=rows)
    if definition and rows:
        refuse_unfit(definition)
        if not reason.strip():
            raise Refused(_("Say why the definition changes."), field="reason")
        newest = changed.current
        _write(changed, definition, number=newest.number + 1, reason=reason.strip(), by=by)
    _refuse_taken_code(changed)
    changed.full_clean(exclude=["owner", "project"])
    changed.save()
    return changed


def _refuse_taken_code(indicator: Indicator) -> None:
    """Raise Refused where another indicator of the project has the code."""
    others = Indicator.objects.filter(project=indicator.project_id).exclude(pk=indicator.pk)
    if indicator.code and others.filter(code=indicator.code).exists():
        raise Refused(_("Another indicator of this project has this code."), field="code")


def _differences(before: Definition, after: Definition) -> dict[str, tuple[Any, Any]]:
    """What is said anew, by the names of the form: the stored value and the other one."""
    now, then = parts_of(before), parts_of(after)
    found = {name: (now[name], then[name]) for name in now if now[name] != then[name]}
    return found or ({"definition": (before, after)} if before != after else {})


def _write(
    indicator: Indicator, definition: Definition, *, number: int, reason: str, by: User
) -> None:
    IndicatorVersion.objects.create(
        owner_id=indicator.owner_id,
        indicator=indicator,
        number=number,
        reason=reason,
        document=definition.to_json(),
        created_by=by,
    )


@action
def set_calendar(project: Project, *, first_month: int, length: int, by: User) -> Calendar:
    """Say when the donor's year begins and how often they want figures.

    Raises Refused where a target would stand on no page any more, and ValidationError.
    """
    own, *of_donors = reporting_calendars(project)
    stored = Calendar.objects.select_for_update().filter(project=project).first()
    kept = stored or Calendar(owner_id=project.owner_id, project=project, created_by=by)
    kept.first_month, kept.length = first_month, length
    kept.version += 0 if kept._state.adding else 1
    kept.full_clean(exclude=["owner", "project"])
    new = replace(own, first_month=first_month, length=length)
    refuse_to_lose_targets(project, before=[own, *of_donors], after=[new, *of_donors])
    kept.save()
    return kept


# --- What a definition may say ----------------------------------------------------------------


def refuse_unfit(definition: Definition) -> None:
    """Raise Refused for a definition that could not be counted, at the field of the form."""
    if definition.form == Form.NUMBER and definition.whole:
        raise Refused(_("A number has no whole. Choose another form."), field="form")
    if definition.form != Form.NUMBER and not definition.whole:
        raise Refused(_("Say of what it is a part."), field="whole")
    _refuse_unfit_dimensions(definition)
    _refuse_unfit_bands(definition.bands)
    if not 2 <= definition.threshold <= 50:
        raise Refused(_("A threshold lies between 2 and 50."), field="threshold")
    if definition.rate is not None and definition.rate <= 0:
        raise Refused(_("A rate is above zero."), field="rate")
    for counting in definition.countings:
        _refuse_unfit_counting(counting)


def _refuse_unfit_counting(counting: Counting) -> None:
    percent = counting.completion_percent or 0
    if counting.completion == Completion.PERCENT and not 1 <= percent <= 100:
        raise Refused(_("A percentage lies between 1 and 100."), field="completion_percent")
    if counting.window != Window.PERIOD and counting.counts != Counts.PEOPLE:
        raise Refused(_("Only different people count once in a longer time."), field="window")
    if counting.least_hours < 0:
        raise Refused(_("Hours are not below zero."), field="least_hours")
    _refuse_conditions_on_unnamed(counting)
    chosen = counting.selection
    ages = (chosen.from_age, chosen.to_age)
    if ages[0] is not None and ages[1] is not None and ages[1] < ages[0]:
        raise Refused(_("The last age is below the first one."), field="to_age")
    if counting.counts != Counts.FIGURE:
        return
    if figure_named(counting.app, counting.figure) is None:
        raise Refused(_("Choose a figure."), field="figure")
    if counting.app == CASCADES and not chosen.programme:
        raise Refused(_("Choose the programme of which this is a figure."), field="programme")


def _refuse_conditions_on_unnamed(counting: Counting) -> None:
    """Of people without a name only their number is known, and of whom they heard."""
    if counting.counts not in WITH_UNNAMED:
        return
    chosen = counting.selection
    asked = {
        name: getattr(chosen, name)
        for name in ("sexes", "positions", "organisations", "lives_in", "groups")
    }
    asked |= {
        "from_age": chosen.from_age is not None,
        "to_age": chosen.to_age is not None,
        "least_hours": counting.least_hours,
        "completion": counting.completion,
    }
    for name, value in asked.items():
        if value:
            words = _("Of people who are not known by name, only their number can be counted.")
            raise Refused(words, field=name)


def dimensions_for(counts: Counts) -> Collection[Dimension]:
    """By what something that is counted can be broken down."""
    if counts in (Counts.FIGURE, Counts.ORGANISATIONS):
        return ()
    if counts in (Counts.GROUPS, Counts.ATTENDED, Counts.LISTED):
        return (Dimension.GROUP,)
    if counts in OF_GROUPS:
        return OF_MEMBERS
    if counts in OF_PEOPLE:
        others = (Dimension.GROUP, Dimension.REACH, Dimension.METHOD)
        return [each for each in Dimension if each not in others]
    if counts in WITH_UNNAMED:
        own = Dimension.REACH if counts == Counts.REACHED else Dimension.METHOD
        return (own, Dimension.KIND, Dimension.TOPIC)
    return (Dimension.KIND, Dimension.TOPIC)


def _refuse_unfit_dimensions(definition: Definition) -> None:
    chosen = definition.dimensions
    if len(chosen) > MOST_DIMENSIONS or len(set(chosen)) < len(chosen):
        raise Refused(_("Choose up to three different ones."), field="dimensions")
    for counting in definition.countings:
        for each in chosen:
            if each not in dimensions_for(counting.counts):
                words = _("“%(what)s” cannot be broken down by “%(by)s”.")
                about = {"what": counting.counts.label, "by": each.label}
                raise Refused(words % about, field="dimensions")
    if Dimension.AGE in chosen and not definition.bands:
        raise Refused(_("Choose the age bands of the donor."), field="bands")


def _refuse_unfit_bands(bands: Collection[Band]) -> None:
    """Bands follow each other; between them there may be gaps, which are "outside"."""
    for low, high in bands:
        if high is not None and high < low:
            raise Refused(_("The band ends before it starts."), field="bands")
    for (_low, high), (low, _high) in pairwise(bands):
        if high is None or low <= high:
            raise Refused(_("Two age bands overlap."), field="bands")
