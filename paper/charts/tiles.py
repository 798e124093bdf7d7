"""The provinces of Cambodia as tiles of one size, laid out by us.

No map of all 25 provinces is free of licence terms, and on a true map the capital and Kep are
too small to carry a number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

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
    raise NotImplementedError
