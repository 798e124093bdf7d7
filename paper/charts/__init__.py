"""Charts drawn here as SVG: one code for screen and paper.

Values stand in words beside their shapes; a shape or a word always stands besides a colour.
"""

from paper.charts.bars import Bar, Share, StackedBar, bars, columns, stacked_bars
from paper.charts.flows import Flow, Stop, sankey
from paper.charts.rulers import Ruled, ruler
from paper.charts.stages import Curve, Stage, funnel, steps
from paper.charts.tiles import PROVINCE_TILES, Tile, tile_grid
from paper.charts.trees import Node, icicle
from paper.charts.trends import Forecast, Series, Target, banded_trend, trend

__all__ = [
    "PROVINCE_TILES",
    "Bar",
    "Curve",
    "Flow",
    "Forecast",
    "Node",
    "Ruled",
    "Series",
    "Share",
    "StackedBar",
    "Stage",
    "Stop",
    "Target",
    "Tile",
    "banded_trend",
    "bars",
    "columns",
    "funnel",
    "icicle",
    "ruler",
    "sankey",
    "stacked_bars",
    "steps",
    "tile_grid",
    "trend",
]
