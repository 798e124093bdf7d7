"""JSON that somebody sent: what is read can be shown, stored and counted with."""

from __future__ import annotations

import json
from typing import Any, NoReturn

# Nobody types more into a field of an administration page.
LONGEST_TYPED = 4_000
MOST_LEVELS = 20


def loads(text: str) -> Any:
    """What a text says. Raises ValueError, also for what JSON in Python allows and nobody can use:
    NaN, numbers without end, halves of a character, lists in lists in lists.
    """
    try:
        found = json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except RecursionError as error:
        raise ValueError("Too many levels.") from error
    _count_levels(found, MOST_LEVELS)
    json.dumps(found, ensure_ascii=False).encode()
    return found


def _count_levels(found: Any, left: int) -> None:
    if not left:
        raise ValueError("Too many levels.")
    if isinstance(found, (list, dict)):
        for each in found.values() if isinstance(found, dict) else found:
            _count_levels(each, left - 1)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number.")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        _refuse(text)
    return number


class StrictDecoder(json.JSONDecoder):
    """For fields of forms, which know one kind of error only."""

    def decode(self, text: str, *_where: Any) -> Any:
        if len(text) > LONGEST_TYPED:
            raise json.JSONDecodeError("Too long.", "", 0)
        try:
            return loads(text)
        except ValueError as error:
            raise json.JSONDecodeError("Not readable.", "", 0) from error
