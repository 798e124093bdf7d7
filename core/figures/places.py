"""Places put together until each has enough people to be shown.

A place is a code of the official list: a province has 2 digits, a district 4, a commune 6, and
each begins with the code of the place above it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

PROVINCE, DISTRICT, COMMUNE = 2, 4, 6
LEVELS = (PROVINCE, DISTRICT, COMMUNE)
# The whole, and what is left of it when its larger parts stand by themselves.
WHOLE = ""


def areas_of(
    counts: Mapping[str, Mapping[str, int]], *, least: int, finest: int = COMMUNE
) -> dict[str, str]:
    """For each code the area that it is shown in: a code of its own, or one above it.

    `counts` has, for each code, numbers of people by whatever they are counted by; each of them
    is 0 or at least `least` in an area, unless that many are not in the whole. Areas do not
    overlap: that of a district beside some of its communes is the rest of the district.
    """
    return _split(dict(counts), WHOLE, least=least, finest=finest)


def _split(
    counts: dict[str, Mapping[str, int]], area: str, *, least: int, finest: int
) -> dict[str, str]:
    level = next((each for each in LEVELS if each > len(area)), None)
    if level is None or level > finest:
        return dict.fromkeys(counts, area)
    parts: dict[str, dict[str, Mapping[str, int]]] = defaultdict(dict)
    for code, numbers in counts.items():
        parts[code[:level] if len(code) >= level else area][code] = numbers
    rest = parts.pop(area, {})
    whole = _total(counts)
    large = {}
    # The smallest first into the rest, until what is left over is large enough itself.
    for code, inside in sorted(parts.items(), key=lambda item: (_people(item[1]), item[0])):
        if _is_large(inside, whole, least) and (not rest or _is_large(rest, whole, least)):
            large[code] = inside
        else:
            rest |= inside
    if rest and not _is_large(rest, whole, least):
        return dict.fromkeys(counts, area)
    found = dict.fromkeys(rest, area)
    for code, inside in large.items():
        found |= _split(inside, code, least=least, finest=finest)
    return found


def _total(counts: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = defaultdict(int)
    for numbers in counts.values():
        for name, number in numbers.items():
            total[name] += number
    return total


def _people(counts: Mapping[str, Mapping[str, int]]) -> int:
    return sum(_total(counts).values())


def _is_large(
    counts: Mapping[str, Mapping[str, int]], whole: Mapping[str, int], least: int
) -> bool:
    """Whether nobody is counted in a small number who is not in a small number anyway."""
    total = _total(counts)
    return sum(total.values()) >= least and all(
        number == 0 or number >= least or whole[name] < least for name, number in total.items()
    )
