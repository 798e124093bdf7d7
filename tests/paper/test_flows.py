"""A sankey: how many go on from tier to tier, and how many are lost between."""

from itertools import pairwise

import pytest

from paper.charts import Flow, Stop, sankey
from tests.paper.reading import dashed, filled, paths, said, texts

TIERS = [
    [Stop("trained", "Completed", 40)],
    [
        Stop("active", "Trained others", 25),
        Stop("not", "Did not train", 5, lost=True),
        Stop("open", "Not yet known", 10, lost=True),
    ],
]
FLOWS = [Flow("trained", "active", 25), Flow("trained", "not", 5), Flow("trained", "open", 10)]


def drawn(tiers=TIERS, flows=FLOWS, **more) -> str:
    return sankey("tiers", "Tiers", tiers, flows, unit="people", **more)


def test_every_stop_and_every_flow_is_said():
    assert said(drawn()) == [
        "Completed: 40 people",
        "Trained others: 25 people",
        "Did not train: 5 people",
        "Not yet known: 10 people",
        "Completed to Trained others: 25",
        "Completed to Did not train: 5",
        "Completed to Not yet known: 10",
    ]


def test_bars_share_one_scale_and_flows_are_as_wide_as_they_count():
    bars = [box for box in (*filled(drawn()), *dashed(drawn())) if box["height"] == "9.0"]
    whole, active, not_, open_ = (float(box["width"]) for box in bars)
    assert [active, not_, open_] == pytest.approx(
        [whole * 25 / 40, whole * 5 / 40, whole * 10 / 40], abs=0.1
    )


def test_what_is_lost_is_dashed_and_hatched_so_that_a_grey_copy_tells_it_apart():
    svg = drawn()
    assert len(dashed(svg)) == 2
    assert len([path for path in paths(svg) if path.get("stroke-dasharray")]) == 2
    assert not dashed(drawn([TIERS[0], TIERS[1][:1]], FLOWS[:1]))


def test_a_flow_too_narrow_for_its_number_is_written_out_below():
    tiers = [
        [Stop("a", "Ours", 990), Stop("b", "Theirs", 10)],
        [Stop("c", "Active", 1000)],
    ]
    shown = texts(drawn(tiers, [Flow("a", "c", 990), Flow("b", "c", 10)]))
    assert shown[-1] == "Theirs to Active: 10"
    assert "990" in shown


def test_a_stop_may_hold_more_than_flows_tell_of():
    drawn(TIERS, FLOWS[:1])


@pytest.mark.parametrize(
    "flows",
    [
        [Flow("trained", "active", 26)],
        [Flow("trained", "active", -1)],
        [Flow("trained", "active", 20), Flow("trained", "active", 6)],
    ],
)
def test_no_more_flows_than_there_are(flows):
    with pytest.raises(ValueError, match="No more flows"):
        drawn(TIERS, flows)


def test_no_more_leave_than_came():
    tiers = [[Stop("a", "A", 5)], [Stop("b", "B", 4), Stop("c", "C", 4)]]
    with pytest.raises(ValueError, match="No more flows"):
        drawn(tiers, [Flow("a", "b", 3), Flow("a", "c", 3)])


@pytest.mark.parametrize("flow", [Flow("active", "trained", 1), Flow("trained", "elsewhere", 1)])
def test_flows_go_to_the_next_tier(flow):
    with pytest.raises(ValueError, match="next tier"):
        drawn(TIERS, [flow])


def test_more_than_can_be_read_is_refused():
    with pytest.raises(ValueError, match="six tiers"):
        drawn([[Stop(str(n), "A", 1)] for n in range(7)], [])
    with pytest.raises(ValueError, match="six tiers"):
        drawn([[Stop(str(n), "A", 1) for n in range(6)]], [])
    with pytest.raises(ValueError, match="key of its own"):
        drawn([[Stop("a", "A", 1), Stop("a", "B", 1)]], [])


def test_nobody_is_no_data():
    assert texts(drawn([], [])) == ["No data"]
    assert texts(drawn([[Stop("a", "A", 0)], []], [])) == ["No data"]


@pytest.mark.parametrize("for_paper", [False, True])
def test_five_long_labels_stand_beside_each_other(for_paper):
    """Each label keeps to its slot, so that none runs into the next or off the page."""
    label = "អង្គការសមាគមសហគមន៍ Organisation"
    tier = [Stop(str(n), label, 10**n) for n in range(5)]
    bars = [box for box in filled(drawn([tier], [], for_paper=for_paper)) if box["height"] == "9.0"]
    lefts = [float(box["x"]) for box in bars]
    assert min(after - x for x, after in pairwise(lefts)) > 40
    assert float(bars[-1]["x"]) + float(bars[-1]["width"]) <= 360
