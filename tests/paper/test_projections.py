"""A line with a band: what is expected, and how far that may be wrong."""

import pytest
from defusedxml.ElementTree import fromstring

from paper.charts import Forecast, Target, banded_trend
from tests.paper.reading import SVG, paths, said, texts

KNOWN = Forecast(0, "2025", 100, 100, 100)
NEXT = Forecast(1, "2026", 150, 120, 200)
LAST = Forecast(3, "2028", 300, 200, 400)


def drawn(*points: Forecast, **more) -> str:
    return banded_trend("what-if", "What if", points, show="{:,} people".format, **more)


def numbers(path: str) -> list[tuple[float, float]]:
    pairs = path.strip("MZ").split("L")
    return [tuple(map(float, pair.split())) for pair in pairs]


def test_every_point_is_said_with_its_band():
    assert said(drawn(KNOWN, NEXT, target=Target("All", 500))) == [
        "2025: 100 people",
        "2026: 150 people, likely 120 people to 200 people",
        "All: 500 people",
    ]


def test_the_key_says_where_line_and_band_end():
    shown = texts(drawn(KNOWN, NEXT))
    assert "known; 2025: 100 people" in shown
    assert "expected; 2026: 150 people" in shown
    assert "likely; 2026: 120 people to 200 people" in shown


def test_the_band_runs_from_low_to_high_and_the_line_within_it():
    svg = drawn(KNOWN, NEXT, LAST)
    band = numbers(paths(svg)[-1]["d"])
    over, under = band[:3], band[:2:-1]
    assert [x for x, _y in over] == [x for x, _y in under]
    heights = [high - low for (_x, low), (_x2, high) in zip(over, under, strict=True)]
    assert heights == pytest.approx([0, 120 * 80 / 400, 120 * 200 / 400], abs=0.2)


def test_a_round_is_as_long_as_it_is():
    (x, _y), (x2, _y2), (x3, _y3) = numbers(paths(drawn(KNOWN, NEXT, LAST))[-1]["d"])[:3]
    assert (x2 - x) * 3 == pytest.approx(x3 - x, abs=0.2)


def test_the_line_is_dashed_where_it_is_expected():
    svg = drawn(KNOWN, Forecast(0.5, "June", 120, 120, 120), NEXT)
    lines = [node.attrib.get("stroke-dasharray") for node in fromstring(svg).iter(f"{SVG}polyline")]
    assert lines == [None, "7 3", None, "7 3"]


def test_the_target_is_a_line_with_its_label_and_fits_in():
    svg = drawn(KNOWN, NEXT, target=Target("All councillors", 1000))
    assert "All councillors: 1,000 people" in texts(svg)
    assert "1,000 people" in texts(svg)
    aim = next(path for path in paths(svg) if path.get("stroke-dasharray"))
    top = min(float(box.attrib["y"]) for box in fromstring(svg).iter(f"{SVG}rect"))
    assert float(aim["d"].split()[1].split("H")[0]) == pytest.approx(top, abs=0.1)


def test_a_value_lies_within_its_band():
    with pytest.raises(ValueError, match="band"):
        Forecast(0, "2025", 5, 6, 7)
    with pytest.raises(ValueError, match="band"):
        Forecast(0, "2025", 8, 6, 7)


def test_points_follow_each_other():
    with pytest.raises(ValueError, match="follow"):
        drawn(NEXT, KNOWN)
    with pytest.raises(ValueError, match="follow"):
        drawn(KNOWN, KNOWN)


def test_nothing_is_no_data():
    assert texts(drawn(target=Target("All", 5))) == ["No data"]


def test_one_point_is_a_dot():
    svg = drawn(KNOWN)
    assert len(list(fromstring(svg).iter(f"{SVG}circle"))) == 1
    assert "2025" in texts(svg)


def test_nothing_but_zeros_can_be_drawn():
    assert "0 people" in texts(drawn(Forecast(0, "2025", 0, 0, 0), Forecast(1, "2026", 0, 0, 0)))
