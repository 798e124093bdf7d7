"""The rows of a long table, apart from the page that they stand on.

A template shows one row of such a table, empty, with `data-rows="name"`, and the rows of that
name come with the paper. So a register of 20,000 people is no HTML of 20 megabytes, and its rows
are drawn by `paper.longtables`, in the look that the style sheet gives to the row of the template.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

# A text; "\n" begins a new line. Of two texts, the second stands below in small letters, for
# which the cell of the template holds a <small>.
Cell = str | tuple[str, str]


class Row(NamedTuple):
    """What stands in a row. With `look`, it looks like the row of the template with that
    `data-look`."""

    cells: Sequence[Cell]
    look: str = ""


Rows = Mapping[str, Sequence[Row]]
