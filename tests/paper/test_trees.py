"""An icicle: who reached whom, so that everything adds up."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paper.charts import Node, icicle
from tests.paper.reading import dashed, filled, links, rectangles, said, texts

MASTERS = Node(
    "Masters",
    100,
    (
        Node("Battambang", 60, (Node("Sok Dara", 40, href="/people/1/"), Node("Chan", 10))),
        Node("Pursat", 40),
    ),
)


def drawn(root: Node, **more) -> str:
    return icicle("tree", "Tree", root, unit="people", **more)


def test_every_value_is_said_with_its_unit_and_whom_it_stands_below():
    assert said(drawn(MASTERS)) == [
        "Masters: 100 people",
        "Battambang: 60 people (Masters)",
        "Sok Dara: 40 people (Battambang)",
        "Chan: 10 people (Battambang)",
        "Pursat: 40 people (Masters)",
    ]


def test_a_box_is_as_wide_as_its_value_and_stands_below_its_parent():
    masters, battambang, pursat, sok, chan = filled(drawn(MASTERS))
    widths = [float(box["width"]) for box in (masters, battambang, pursat, sok, chan)]
    assert widths == pytest.approx([359, 215.4, 143.6, 143.6, 35.9], abs=0.06)
    assert masters["x"] == battambang["x"] == sok["x"]
    assert float(pursat["x"]) == pytest.approx(float(battambang["x"]) + 215.4, abs=0.1)
    assert float(masters["y"]) < float(battambang["y"]) < float(sok["y"])
    assert battambang["y"] == pursat["y"]
    assert sok["y"] == chan["y"]


def test_what_is_too_narrow_for_its_label_is_numbered_and_named_below():
    root = Node("All", 100, (Node("Kampong Chhnang", 10), Node("Battambang", 90)))
    shown = texts(drawn(root))
    assert "Battambang" in shown
    assert "1" in shown
    assert shown[-1] == "1\u00a0Kampong Chhnang: 10"


def test_the_children_of_a_node_are_no_more_than_the_node():
    with pytest.raises(ValueError, match="no more"):
        Node("A", 10, (Node("B", 6), Node("C", 5)))
    with pytest.raises(ValueError, match="no more"):
        Node("A", -1)


def test_tiny_siblings_are_one_box_of_others_that_keeps_their_sum():
    tiny = tuple(Node(f"Village {n}", 1, (Node("x", 1),)) for n in range(10))
    svg = drawn(Node("All", 1000, (Node("Town", 900), *tiny)))
    assert said(svg)[-2:] == [
        "others (10): 10 people (All)",
        "others (10): 10 people (others (10))",
    ]
    assert float(dashed(svg)[0]["width"]) == pytest.approx(3.59, abs=0.06)
    assert "Village 3" not in svg


def test_one_tiny_child_keeps_its_name():
    svg = drawn(Node("All", 1000, (Node("Town", 900), Node("Hamlet", 1))))
    assert "Hamlet: 1 people (All)" in said(svg)
    assert not dashed(svg)


def test_the_share_below_which_they_are_others_can_be_chosen():
    root = Node("All", 100, (Node("A", 30), Node("B", 30), Node("C", 40)))
    assert len(filled(drawn(root, least_share=0.35))) == 2
    assert len(filled(drawn(root, least_share=0))) == 4


def test_the_levels_are_named_with_their_sums():
    shown = texts(drawn(MASTERS, levels=["Master trainers", "Provinces", "Councillors"]))
    assert "Master trainers: 100 people" in shown
    assert "Provinces: 100 people" in shown
    assert "Councillors: 50 people" in shown


def test_a_box_leads_to_its_page_on_a_screen_only():
    assert links(drawn(MASTERS)) == ["/people/1/"]
    assert not links(drawn(MASTERS, for_paper=True))


def test_nobody_reached_is_no_data():
    assert texts(drawn(Node("All", 0, (Node("A", 0),)))) == ["No data"]


def test_a_single_node_is_a_tree():
    assert said(drawn(Node("All", 1))) == ["All: 1 people"]


def test_a_tree_of_250_children_stays_small():
    svg = drawn(Node("All", 250, tuple(Node(f"N{n}", 1) for n in range(250))))
    assert len(rectangles(svg)) == 2
    assert len(svg) < 3000


def test_a_large_number_stands_whole():
    assert "16,000,000" in texts(drawn(Node("Cambodia", 16_000_000)))


trees = st.recursive(
    st.builds(lambda own: Node("n", own), st.integers(0, 50)),
    lambda below: st.builds(
        lambda own, kids: Node("n", own + sum(kid.value for kid in kids), tuple(kids)),
        st.integers(0, 50),
        st.lists(below, max_size=6),
    ),
    max_leaves=40,
)


@given(trees)
def test_no_row_is_wider_than_the_row_above_and_no_boxes_overlap(root: Node):
    rows: dict[str, list[dict[str, str]]] = {}
    for box in rectangles(drawn(root)):
        rows.setdefault(box["y"], []).append(box)
    above = 360.0
    for row in rows.values():
        wide = sum(float(box["width"]) for box in row)
        assert wide <= above + 0.06 * len(row)
        above = wide + 0.06 * len(row)
        ordered = sorted((float(box["x"]), float(box["width"])) for box in row)
        for (x, width), (after, _width) in pairwise(ordered):
            assert x + width <= after + 0.21
