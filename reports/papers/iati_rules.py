"""The rules of IATI on results and dates that its schema does not state.

From the ruleset of version 2.03; their numbers stand beside them. The messages are for whoever
keeps the program: a file that breaks one of them is never given to anybody.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

MEASURES = {"1", "2", "3", "4", "5"}
COUNTED = {"1", "2", "3", "4"}
FORBIDDEN = re.compile(r"[/&|?\s]")


def problems_in(root: Any) -> list[str]:
    """What the rules find wrong with a file, activity by activity."""
    return [
        problem
        for activity in root.iter("iati-activity")
        for rule in RULES
        for problem in rule(activity)
    ]


def _identifiers(activity: Any) -> Iterator[str]:
    """1.1.1, 1.1.21: an identifier begins with that of the organisation, in plain signs."""
    own = activity.findtext("iati-identifier") or ""
    reporting = activity.find("reporting-org").get("ref", "")
    if FORBIDDEN.search(own) or FORBIDDEN.search(reporting):
        yield "an identifier has a sign that is not allowed"
    if not own.startswith(f"{reporting}-"):
        yield "the identifier does not begin with that of the organisation"


def _dates(activity: Any) -> Iterator[str]:
    """3.1 and 3.2: it has a start, ends after it, and what has happened is not in the future."""
    days = {each.get("type"): _day(each) for each in activity.findall("activity-date")}
    begins, ends = days.get("2") or days.get("1"), days.get("4") or days.get("3")
    if begins is None:
        yield "no day on which the activity starts"
    elif ends and ends < begins:
        yield "the activity ends before it starts"
    made = date.fromisoformat(activity.get("last-updated-datetime")[:10])
    if any(day and day > made for kind, day in days.items() if kind in ("2", "4")):
        yield "an actual day lies in the future"


def _whole(activity: Any) -> Iterator[str]:
    """6.1: where and in which sector."""
    if activity.find("sector") is None or activity.find("recipient-country") is None:
        yield "no sector or no country"


def _narratives(activity: Any) -> Iterator[str]:
    """A title, a description and a comment say something."""
    for each in activity.iter("title", "description", "comment"):
        if not any((words.text or "").strip() for words in each.findall("narrative")):
            yield f"an empty {each.tag}"


def _indicators(activity: Any) -> Iterator[str]:
    """8.6.1, 8.8: results have indicators with a measure and references that stand once."""
    for result in activity.iter("result"):
        if result.find("indicator") is None:
            yield "a result without an indicator"
    references = Counter(
        (each.get("vocabulary"), each.get("code")) for each in activity.iter("reference")
    )
    if any(number > 1 for number in references.values()):
        yield "a reference stands twice"
    for indicator in activity.iter("indicator"):
        if indicator.get("measure") not in MEASURES:
            yield "an unknown measure"


def _baselines(activity: Any) -> Iterator[str]:
    """8.9: a baseline has a year, which is that of its day, and of what is counted a value."""
    for indicator in activity.iter("indicator"):
        for each in indicator.findall("baseline"):
            day = _day(each)
            if day and each.get("year") != str(day.year):
                yield "the year of a baseline is not that of its day"
            yield from _value_of(indicator, each)


def _periods(activity: Any) -> Iterator[str]:
    """8.10, 8.11: a period ends after it starts, and no target or actual is empty."""
    for indicator in activity.iter("indicator"):
        for period in indicator.findall("period"):
            since, until = _day(period.find("period-start")), _day(period.find("period-end"))
            if since is None or until is None or until < since:
                yield "a period that ends before it starts"
            for each in period.iter("target", "actual"):
                yield from _value_of(indicator, each)
            yield from _once(period)


def _value_of(indicator: Any, each: Any) -> Iterator[str]:
    value = each.get("value")
    if indicator.get("measure") not in COUNTED:
        return
    try:
        is_number = value is not None and Decimal(value).is_finite()
    except InvalidOperation:
        is_number = False
    if not is_number:
        yield f"a {each.tag} without a number"


def _once(period: Any) -> Iterator[str]:
    """One number for each part: two would contradict each other."""
    parts = Counter(
        tuple(sorted((by.get("name"), by.get("value")) for by in each.findall("dimension")))
        for each in period.findall("actual")
    )
    if any(number > 1 for number in parts.values()):
        yield "two numbers for the same part"


def _day(each: Any) -> date | None:
    text = each.get("iso-date") if each is not None else None
    return date.fromisoformat(text) if text else None


Rule = Callable[[Any], Iterator[str]]
RULES: tuple[Rule, ...] = (
    _identifiers,
    _dates,
    _whole,
    _narratives,
    _indicators,
    _baselines,
    _periods,
)
