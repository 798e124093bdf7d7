"""Values against what was planned."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from paper.charts import Ruled, ruler
from tests.paper.reading import dashed, filled, said, texts

WIDE = 360


def drawn(*args: Any, for_paper: bool = True, **about: Any) -> str:
    return ruler("r", "Title", Ruled(*args, **about), show=str, for_paper=for_paper)


def ends_of(svg: str) -> list[float]:
    """Where the track and the bar end."""
    return [float(box["x"]) + float(box["width"]) for box in filled(svg)]


def test_the_bar_is_as_long_as_the_value_and_the_target_is_named() -> None:
    svg = drawn(50, 100, 20)
    track, bar = ends_of(svg)
    assert bar - 2 == pytest.approx((track - 2) * 50 / 115, abs=0.2)
    assert texts(svg) == ["target 100", "baseline 20"]
    assert said(svg) == ["now: 50", "target: 100", "baseline: 20"]


def test_what_is_not_known_or_not_shown_has_a_word_and_no_bar() -> None:
    svg = drawn(None, 100, missing="Not shown")
    assert len(filled(svg)) == 1
    assert texts(svg)[0] == "Not shown"
    assert said(svg)[0] == "Not shown"


def test_where_lower_is_better_the_hatched_part_is_on_the_left() -> None:
    up, down = (dashed(drawn(5, 10, is_down=is_down)) for is_down in (False, True))
    assert float(up[0]["x"]) > 100
    assert float(down[0]["x"]) == pytest.approx(2)


def test_far_beyond_the_plan_an_arrow_stands_at_the_end() -> None:
    assert drawn(1000, 10).count("<path") == drawn(10, 10).count("<path") + 1


@given(
    value=st.none() | st.decimals(-(10**9), 10**9, places=2),
    target=st.decimals(0, 10**9, places=2),
    baseline=st.none() | st.decimals(0, 10**9, places=2),
    is_down=st.booleans(),
    language=st.sampled_from(["en", "km"]),
)
def test_nothing_stands_outside(
    value: Decimal | None, target: Decimal, baseline: Decimal | None, is_down: bool, language: str
) -> None:
    with translation.override(language):
        svg = drawn(value, target, baseline, is_down=is_down)
    assert all(0 <= end <= WIDE for end in ends_of(svg))
