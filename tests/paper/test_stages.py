"""A funnel of nested stages, and the curve of how soon people begin."""

from itertools import pairwise

import pytest
from defusedxml.ElementTree import fromstring

from paper.charts import Curve, Stage, funnel, steps
from tests.paper.reading import SVG, dashed, filled, paths, said, texts


def of(*values: int | None) -> list[Stage]:
    return [Stage(f"Stage {number}", value) for number, value in enumerate(values)]


def funnelled(*values: int | None) -> str:
    return funnel("funnel", "Funnel", of(*values), unit="people")


def test_a_stage_is_a_part_of_the_one_before_and_of_the_first():
    shown = texts(funnelled(30, 27, 18))
    assert "30 people" in shown
    assert "27 people · 27/30 of the step before" in shown
    assert "18 people · 18/27 of the step before · 18/30 of the first" in shown


def test_a_bar_is_as_long_as_its_stage_and_a_dashed_box_what_was_lost():
    svg = funnelled(30, 15, 5)
    assert [float(box["width"]) for box in filled(svg)] == pytest.approx([358, 179, 59.7], abs=0.1)
    assert [float(box["width"]) for box in dashed(svg)] == pytest.approx([179, 119.3], abs=0.1)


def test_the_step_with_the_largest_loss_is_named_once():
    svg = funnelled(30, 27, 18, 9)
    assert texts(svg).count("largest loss: 9 people") == 1
    assert said(svg)[2].endswith("largest loss: 9 people")


def test_where_nothing_is_lost_nothing_is_named():
    assert "largest" not in funnelled(30, 30)


def test_a_stage_that_is_not_known_is_not_nothing():
    svg = funnelled(30, None, 10)
    assert "not known" in texts(svg)
    assert said(svg)[1] == "Stage 1: not known"
    assert len(filled(svg)) == 2
    assert "largest" not in svg
    assert "10 people · 10/30 of the first" in texts(svg)
    assert said(funnelled(30, 10, 0))[2].startswith("Stage 2: 0 people, 0/10 of the step before")


@pytest.mark.parametrize("values", [(5, 6), (5, None, 6), (-1,)])
def test_no_stage_holds_more_than_one_before_it(values):
    with pytest.raises(ValueError, match="part of the stage before"):
        funnelled(*values)


@pytest.mark.parametrize("values", [(), (None,), (0, 0)])
def test_no_beginning_is_no_data(values):
    assert texts(funnelled(*values)) == ["No data"]


def test_a_large_funnel_keeps_to_the_page():
    boxes = filled(funnelled(10**9, 10**8))
    assert max(float(box["x"]) + float(box["width"]) for box in boxes) <= 360


# A worked example: three began after 30, 31, 45 days, one after 212, two have
# not yet.
WORKED = Curve("All", 6, ((30, 1 / 6), (31, 2 / 6), (45, 3 / 6), (212, 3 / 4)), (100, 250))


def curved(*curves: Curve) -> str:
    return steps("soon", "Soon", curves)


def points(svg: str) -> list[list[tuple[float, float]]]:
    """The points of each curve; the pieces of the key lie flat."""
    lines = [
        [tuple(map(float, pair.split(","))) for pair in node.attrib["points"].split()]
        for node in fromstring(svg).iter(f"{SVG}polyline")
    ]
    return [line for line in lines if len(line) > 2]


def test_the_median_is_the_first_day_by_which_half_have_begun():
    assert WORKED.median == 45
    assert "All (n = 6): half by day 45" in texts(curved(WORKED))


def test_there_is_no_median_before_half_have_begun():
    curve = Curve("New", 6, ((30, 1 / 6),), (60,))
    assert curve.median is None
    assert "New (n = 6): fewer than half by day 60" in texts(curved(curve))


def test_a_curve_goes_up_in_steps_and_never_down():
    (line,) = points(curved(WORKED))
    assert all(x == x2 or y == y2 for (x, y), (x2, y2) in pairwise(line))
    assert [y for _x, y in line] == sorted((y for _x, y in line), reverse=True)
    assert line[0][1] - line[-1][1] == pytest.approx(120 * 0.75, abs=0.1)


def test_a_day_is_as_long_as_a_day():
    (line,) = points(curved(WORKED))
    xs = sorted({x for x, _y in line})
    assert line[-1][0] == pytest.approx(357, abs=0.1)
    assert (xs[2] - xs[0]) / (xs[4] - xs[0]) == pytest.approx(31 / 212, abs=0.005)


def test_a_tick_stands_where_somebody_was_last_heard_of():
    ticks = [path["d"] for path in paths(curved(WORKED)) if "v10" in path["d"]]
    assert len(ticks) == 1
    assert ticks[0].count("v10") == 2
    assert "A tick is somebody" in curved(WORKED)
    assert "A tick is somebody" not in curved(Curve("All", 2, ((3, 1.0),)))


def test_every_step_is_said():
    assert said(curved(WORKED)) == [
        "All (n = 6): half by day 45, day 30 17%, day 31 33%, day 45 50%, day 212 75%"
    ]


def test_curves_are_told_apart_by_their_dashes():
    svg = curved(WORKED, Curve("New", 4, ((9, 0.25),)))
    dashes = [
        node.attrib.get("stroke-dasharray") for node in fromstring(svg).iter(f"{SVG}polyline")
    ]
    assert dashes == [None, "7 3", None, "7 3"]


def test_at_most_five_curves_are_drawn():
    with pytest.raises(ValueError, match="five"):
        curved(*[WORKED] * 6)


@pytest.mark.parametrize(
    ("days", "censored"),
    [
        (((30, 0.5), (20, 0.6)), ()),
        (((30, 0.5), (30, 0.6)), ()),
        (((30, 0.5), (40, 0.4)), ()),
        (((30, 1.5),), ()),
        (((-1, 0.5),), ()),
        ((), (-1,)),
    ],
)
def test_a_curve_that_cannot_be_is_refused(days, censored):
    with pytest.raises(ValueError, match=r"curve|first day"):
        Curve("A", 3, days, censored)


def test_a_group_of_nobody_is_said_and_not_drawn():
    svg = curved(WORKED, Curve("New", 0, ()))
    assert "New (n = 0): nobody yet" in texts(svg)
    assert len(points(svg)) == 1


def test_nobody_is_no_data():
    assert texts(curved()) == ["No data"]
    assert texts(curved(Curve("A", 0, ()))) == ["No data"]


def test_all_may_begin_on_the_first_day():
    assert "A (n = 2): half by day 0" in texts(curved(Curve("A", 2, ((0, 1.0),))))
