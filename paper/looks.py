"""How the rows of a long table look, read from a row that WeasyPrint has laid out.

So the style sheet alone says how a table looks. Lengths are WeasyPrint's pixels, from the corner
of the row; downwards is more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

SAMPLE = "x"


@dataclass(frozen=True)
class CellLook:
    """How a cell looks: the room for its text, and what is around it."""

    is_head: bool
    # The room for the text, and the whole cell from its left to its right edge.
    x: float
    wide: float
    left: float
    right: float
    # What is above the first line, and what above and below all lines together.
    above: float
    around: float
    size: float
    small: float
    weight: int
    line: float
    baseline: float
    colour: str
    fill: str
    align: str
    valign: str
    wraps: bool
    cuts: bool


@dataclass(frozen=True)
class RowLook:
    """How a row looks: its cells, its least height, and the lines around cells."""

    cells: Sequence[CellLook]
    left: float
    wide: float
    least: float
    # Operators for the pen of the lines; whether they stand between columns and between rows.
    pen: str
    has_columns: bool
    has_rows: bool


def look_of(row: Any, *, least: float) -> RowLook:
    """The look of a laid out row, in whose cells stands SAMPLE.

    `least` is how high it is with one line in each cell.
    """
    edge = row.children[0].style
    width = edge["border_bottom_width"]
    return RowLook(
        cells=[_cell(cell, row) for cell in row.children],
        left=row.position_x,
        wide=row.width,
        least=least,
        pen=f"{width:.4g} w {_rgb(edge['border_bottom_color'], edge)} RG",
        has_columns=edge["border_left_width"] > 0,
        has_rows=width > 0,
    )


def _cell(cell: Any, row: Any) -> CellLook:
    texts = list(_texts(cell))
    text = texts[0]
    line = next(
        box for box in cell.descendants(placeholders=True) if type(box).__name__ == "LineBox"
    )
    style = text.style
    return CellLook(
        is_head=cell.element.tag == "th",
        x=cell.content_box_x() - row.position_x,
        wide=cell.width,
        left=cell.position_x - row.position_x,
        right=cell.position_x - row.position_x + cell.border_width(),
        above=cell.border_top_width + _padding(cell, "top"),
        around=_around(cell),
        size=style["font_size"],
        small=texts[-1].style["font_size"],
        weight=700 if style["font_weight"] >= 600 else 400,
        line=line.height,
        baseline=line.baseline,
        colour=rgb(style),
        fill=_fill(cell),
        align=_align(style),
        valign=cell.style["vertical_align"],
        wraps=style["white_space"] not in ("nowrap", "pre"),
        cuts=cell.style["overflow"] != "visible",
    )


def _around(cell: Any) -> float:
    borders = cell.border_top_width + cell.border_bottom_width
    return float(borders + _padding(cell, "top") + _padding(cell, "bottom"))


def _padding(cell: Any, side: str) -> float:
    """As the style sheet says; WeasyPrint fills up a cell that is lower than its row."""
    return float(cell.style[f"padding_{side}"].value)


def _texts(box: Any) -> Iterator[Any]:
    return (each for each in box.descendants(placeholders=True) if type(each).__name__ == "TextBox")


def _align(style: Any) -> str:
    align = style["text_align_all"]
    return str({"start": "left", "end": "right", "justify": "left"}.get(align, align))


def rgb(style: Any) -> str:
    """The colour of a text, as the operators of PDF want it."""
    return _rgb("currentcolor", style)


def _rgb(colour: Any, style: Any) -> str:
    colour = style["color"] if colour == "currentcolor" else colour
    red, green, blue = colour.to("srgb").coordinates
    return f"{red:.4g} {green:.4g} {blue:.4g}"


def _fill(cell: Any) -> str:
    """The colour behind the cell; nothing where the paper shows."""
    colour = cell.style["background_color"]
    if colour == "currentcolor" or not colour.alpha:
        return ""
    return _rgb(colour, cell.style)
