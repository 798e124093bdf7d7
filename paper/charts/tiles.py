"""The provinces of Cambodia as tiles of one size, laid out by us.

No map of all 25 provinces is free of licence terms, and on a true map the capital and Kep are
too small to carry a number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from paper.charts.drawing import GAP, SMALL, TIGHT, WIDTH, Drawing, token

# Column from the west and row from the north, by the official code. The hole is the Tonle Sap.
PROVINCE_TILES: dict[str, tuple[int, int]] = {
    "22": (1, 0), "13": (2, 0), "19": (3, 0), "16": (4, 0),
    "01": (0, 1), "17": (1, 1), "06": (2, 1), "10": (3, 1), "11": (4, 1),
    "24": (0, 2), "02": (1, 2), "03": (3, 2), "25": (4, 2),
    "15": (1, 3), "04": (2, 3), "08": (3, 3), "14": (4, 3),
    "09": (1, 4), "05": (2, 4), "12": (3, 4), "20": (4, 4),
    "18": (1, 5), "07": (2, 5), "21": (3, 5),
    "23": (2, 6),
}  # fmt: skip

# From nothing to most, light to dark, with the ink that can be read on each.
SHADES = (
    ("paper", "ink"),
    ("accent-tint", "ink"),
    ("series-4", "ink"),
    ("series-2", "ink"),
    ("series-1", "on-accent"),
)
# From this percentage on a share has the third shade, the fourth and the last.
BOUNDS = (25, 50, 75)
GAUGE = 6
MARGIN = 1.5


@dataclass(frozen=True)
class Tile:
    """One place: how many of how many. Not known without both, and `why` may say why."""

    code: str
    label: str
    part: int | None
    whole: int | None
    href: str = ""
    why: str = ""

    def __post_init__(self) -> None:
        if self.is_known and not 0 <= (self.part or 0) <= (self.whole or 0):
            raise ValueError("A part lies between nothing and its whole.")

    @property
    def is_known(self) -> bool:
        """Nothing of nothing says nothing."""
        return self.part is not None and bool(self.whole)


def tile_grid(
    name: str,
    title: str,
    tiles: Sequence[Tile],
    *,
    unit: str,
    places: Mapping[str, tuple[int, int]] = PROVINCE_TILES,
    for_paper: bool = False,
) -> SafeString:
    """A tile for each place with its share, in shades and with a bar, and a key of the steps.

    `unit` says what is counted ("communes"). A place that no tile is given for stays an empty
    tile.
    """
    if strangers := {tile.code for tile in tiles} - set(places):
        raise ValueError(f"No place on the grid: {', '.join(sorted(strangers))}.")
    sheet = Drawing(name, title, for_paper)
    if not tiles:
        return sheet.no_data()
    broad = WIDTH / (1 + max(column for column, _row in places.values())) - 2 * MARGIN
    said = {tile.code: _lines(sheet, tile, broad - 1) for tile in tiles}
    high = TIGHT * max(len(lines) for lines in said.values()) + GAUGE + 14
    top = sheet.y
    given = {tile.code: tile for tile in tiles}
    for code, (column, row) in places.items():
        x = MARGIN + column * (broad + 2 * MARGIN)
        y = top + row * (high + 2 * MARGIN)
        if code in given:
            with sheet.named(_in_words(given[code], unit), given[code].href):
                _tile(sheet, given[code], said[code], (x, y, broad, high))
        else:
            _tile(sheet, Tile(code, "", None, None), [], (x, y, broad, high))
    sheet.y = top + (1 + max(row for _column, row in places.values())) * (high + 2 * MARGIN) + GAP
    _key(sheet)
    return sheet.done([_in_words(tile, unit) for tile in tiles])


def _lines(sheet: Drawing, tile: Tile, room: float) -> list[tuple[str, int]]:
    """Lines with their weights: the label, and in bold the share: n/N, or why it is not known."""
    label = [(line, 400) for line in sheet.wrapped(tile.label, room)]
    if not tile.is_known:
        return label + [(line, 400) for line in sheet.wrapped(_reason(tile), room)]
    part, whole = f"{tile.part:,}", f"/{tile.whole:,}"
    is_short = sheet.wide(part + whole, SMALL, 700) <= room
    return label + [(line, 700) for line in ([part + whole] if is_short else [part, whole])]


def _tile(
    sheet: Drawing,
    tile: Tile,
    said: Sequence[tuple[str, int]],
    at: tuple[float, float, float, float],
) -> None:
    x, y, wide, high = at
    foot, bar = y + high - GAUGE - 4, wide - 8
    fill, ink = SHADES[_shade(tile)]
    if tile.is_known:
        sheet.box(x, y, wide, high, token(fill))
        sheet.box(x + 4, foot, bar, GAUGE, token("paper"))
        sheet.box(x + 4, foot, bar * _fraction(tile), GAUGE, token("ink"))
    else:
        sheet.outline(x, y, wide, high)
        sheet.hatch(x + 4, foot, bar, GAUGE)
    for number, (line, weight) in enumerate(said):
        sheet.text(
            line,
            x + wide / 2,
            y + 16 + number * TIGHT,
            size=SMALL,
            weight=weight,
            middle=True,
            colour=ink,
            room=wide - 1,
        )


def _fraction(tile: Tile) -> float:
    return (tile.part or 0) / tile.whole if tile.whole else 0


def _shade(tile: Tile) -> int:
    """Which shade the share of a tile has; the first is for nothing at all."""
    part, whole = tile.part or 0, tile.whole or 0
    return 0 if not part else 1 + sum(100 * part >= bound * whole for bound in BOUNDS)


def _reason(tile: Tile) -> str:
    return tile.why or _("not known")


def _in_words(tile: Tile, unit: str) -> str:
    known = f"{tile.part:,}/{tile.whole:,} {unit}".strip() if tile.is_known else _reason(tile)
    return f"{tile.label}: {known}"


def _key(sheet: Drawing) -> None:
    """What each shade stands for, and what the bar of a tile is."""
    low, middle, high = BOUNDS
    steps = [
        "0%",
        _("more than 0%%, less than %(high)s%%") % {"high": low},
        _("%(low)s%% to less than %(high)s%%") % {"low": low, "high": middle},
        _("%(low)s%% to less than %(high)s%%") % {"low": middle, "high": high},
        _("%(low)s%% or more") % {"low": high},
    ]
    for number, words in enumerate([*steps, _("not known, or not in scope")]):
        if number < len(steps):
            sheet.box(MARGIN, sheet.y + 3, 26, 14, token(SHADES[number][0]))
        else:
            sheet.hatch(MARGIN, sheet.y + 3, 26, 14)
        sheet.text(words, 34, sheet.y + 15, size=SMALL)
        sheet.down(TIGHT + 2)
    sheet.down(4)
    sheet.paragraph(_("The bar in a tile is the share."))
