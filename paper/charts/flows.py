"""What flows from one tier to the next, and what is lost between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from paper.charts.drawing import GAP, SMALL, TIGHT, WIDTH, Drawing, count, token

MOST_TIERS = 6
MOST_STOPS = 5
BEND = 56
THICK = 9


@dataclass(frozen=True)
class Stop:
    """One node of a tier. `lost` is where a cascade leaks or is not known to go on."""

    key: str
    label: str
    value: int
    lost: bool = False


@dataclass(frozen=True)
class Flow:
    """How many go from one stop to another of the tier below it; both are named by their key."""

    start: str
    end: str
    value: int


@dataclass(frozen=True)
class _Place:
    """Where a stop stands: its bar, and the lines of its label and number."""

    x: float
    wide: float
    lines: list[str]


def sankey(
    name: str,
    title: str,
    tiers: Sequence[Sequence[Stop]],
    flows: Sequence[Flow],
    *,
    unit: str,
    for_paper: bool = False,
) -> SafeString:
    """Tiers from the top down and what flows between them; at most 6 tiers of at most 5 stops.

    All bars share one scale. What is lost is hatched and dashed. A flow's number stands where it
    arrives, or in words below, where the flow is narrower than its number. Raises ValueError
    when more flows in or out of a stop than it holds, or a flow skips a tier.
    """
    stops = {stop.key: stop for tier in tiers for stop in tier}
    _refuse_what_does_not_fit(tiers, flows, stops)
    sheet = Drawing(name, title, for_paper)
    if not any(stop.value for stop in stops.values()):
        return sheet.no_data()
    scale = _scale(sheet, tiers)
    order = {key: number for number, key in enumerate(stops)}
    flows = sorted(flows, key=lambda flow: (order[flow.start], order[flow.end]))
    leaves: dict[str, float] = {}
    narrow: list[Flow] = []
    for tier in tiers:
        places = _places(sheet, tier, scale)
        coming = [flow for flow in flows if flow.end in places]
        if leaves:
            arrives = {key: place.x for key, place in places.items()}
            for flow in coming:
                wide = flow.value * scale
                _ribbon(sheet, leaves[flow.start], arrives[flow.end], wide, stops[flow.end])
                if not _number(sheet, flow, arrives[flow.end], wide):
                    narrow.append(flow)
                leaves[flow.start] += wide
                arrives[flow.end] += wide
            sheet.down(BEND)
        _tier(sheet, tier, places)
        leaves = {key: place.x for key, place in places.items()}
    alone = Counter(flow.end for flow in flows)
    said = [_in_words(flow, stops) for flow in narrow if alone[flow.end] > 1]
    if said:
        sheet.paragraph("\u00a0· ".join(said))
    return sheet.done(
        [f"{stop.label}: {count(stop.value, unit)}" for stop in stops.values()]
        + [_in_words(flow, stops) for flow in flows]
    )


def _refuse_what_does_not_fit(
    tiers: Sequence[Sequence[Stop]], flows: Sequence[Flow], stops: Mapping[str, Stop]
) -> None:
    if len(tiers) > MOST_TIERS or any(len(tier) > MOST_STOPS for tier in tiers):
        raise ValueError("At most six tiers of at most five stops can be read.")
    if len(stops) != sum(len(tier) for tier in tiers):
        raise ValueError("Each stop has a key of its own.")
    tier_of = {stop.key: number for number, tier in enumerate(tiers) for stop in tier}
    if any(tier_of.get(flow.end) != tier_of.get(flow.start, MOST_TIERS) + 1 for flow in flows):
        raise ValueError("A flow goes from a stop to one of the next tier.")
    into, out_of = Counter[str](), Counter[str]()
    for flow in flows:
        into[flow.end] += flow.value
        out_of[flow.start] += flow.value
    counts = [stop.value for stop in stops.values()] + [flow.value for flow in flows]
    if min(counts, default=0) < 0 or any(
        max(into[key], out_of[key]) > stop.value for key, stop in stops.items()
    ):
        raise ValueError("No more flows into a stop, or out of it, than it holds.")


def _scale(sheet: Drawing, tiers: Sequence[Sequence[Stop]]) -> float:
    """The widest scale at which every tier fits with its labels, found by halving."""
    least, most = 0.0, WIDTH / max(sum(stop.value for stop in tier) for tier in tiers)
    for _step in range(40):
        middle = (least + most) / 2
        if all(_spare(sheet, tier, middle) >= 0 for tier in tiers):
            least = middle
        else:
            most = middle
    return least


def _spare(sheet: Drawing, tier: Sequence[Stop], scale: float) -> float:
    """The width that a tier leaves over."""
    return WIDTH - GAP * (len(tier) - 1) - sum(_slots(sheet, tier, scale))


def _slots(sheet: Drawing, tier: Sequence[Stop], scale: float) -> list[float]:
    """The room of each stop: its bar, or its longest word where that is wider."""
    fair = (WIDTH - GAP * (len(tier) - 1)) / max(len(tier), 1) - 0.1
    return [max(stop.value * scale, min(fair, _needed(sheet, stop))) for stop in tier]


def _needed(sheet: Drawing, stop: Stop) -> float:
    words = [*sheet.words(stop.label, 0), f"{stop.value:,}"]
    return max(sheet.wide(word, weight=700) for word in words) + 4


def _places(sheet: Drawing, tier: Sequence[Stop], scale: float) -> dict[str, _Place]:
    """Where the stops of a tier stand; what room is left over is shared out among them."""
    places = {}
    x, extra = 0.0, _spare(sheet, tier, scale) / max(len(tier), 1)
    for stop, slot in zip(tier, _slots(sheet, tier, scale), strict=True):
        words = [*sheet.wrapped(stop.label, slot + extra - 2), f"{stop.value:,}"]
        places[stop.key] = _Place(x, stop.value * scale, words)
        x += slot + extra + GAP
    return places


def _tier(sheet: Drawing, tier: Sequence[Stop], places: Mapping[str, _Place]) -> None:
    """The bars of a tier with their labels below."""
    depth = TIGHT * max((len(place.lines) for place in places.values()), default=0) + 6
    for stop in tier:
        place = places[stop.key]
        if place.wide and stop.lost:
            sheet.hatch(place.x, sheet.y, place.wide, THICK)
        elif place.wide:
            sheet.box(place.x, sheet.y, place.wide, THICK + depth, token("series-4"))
            sheet.box(place.x, sheet.y, place.wide, THICK, token("series-1"))
        for number, line in enumerate(place.lines):
            bold = 700 if number == len(place.lines) - 1 else 400
            y = sheet.y + THICK + 15 + number * TIGHT
            sheet.text(line, place.x + 3, y, size=SMALL, weight=bold)
    sheet.down(THICK + depth)


def _ribbon(sheet: Drawing, start: float, end: float, wide: float, to: Stop) -> None:
    top, foot = sheet.y, sheet.y + BEND
    bend = (top + foot) / 2
    steps = (
        f"M{start:.1f} {top:.1f}C{start:.1f} {bend:.1f} {end:.1f} {bend:.1f} {end:.1f} {foot:.1f}"
        f"L{end + wide:.1f} {foot:.1f}C{end + wide:.1f} {bend:.1f} {start + wide:.1f} {bend:.1f} "
        f"{start + wide:.1f} {top:.1f}Z"
    )
    if to.lost:
        sheet.path(steps, stroke="ink-soft", dashes="3 2")
    else:
        sheet.path(steps, fill="series-4", stroke="paper")


def _number(sheet: Drawing, flow: Flow, x: float, wide: float) -> bool:
    """Write how many arrive, if the flow is wide enough; whether it was."""
    number = f"{flow.value:,}"
    if sheet.wide(number, weight=700) + 4 > wide:
        return False
    y = sheet.y + BEND - 5
    sheet.text(number, x + wide / 2, y, size=SMALL, weight=700, middle=True)
    return True


def _in_words(flow: Flow, stops: Mapping[str, Stop]) -> str:
    return _("%(start)s to %(end)s: %(count)s") % {
        "start": stops[flow.start].label,
        "end": stops[flow.end].label,
        "count": f"{flow.value:,}",
    }
