"""How people come from one tier to the next: an icicle of a tree, a sankey of tiers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString


@dataclass(frozen=True)
class Node:
    """One node of a tree that adds up: its value counts everything below it too."""

    label: str
    value: int
    children: tuple[Node, ...] = ()
    href: str = ""

    def __post_init__(self) -> None:
        if self.value < 0 or sum(child.value for child in self.children) > self.value:
            raise ValueError("The children of a node are parts of it and sum to no more.")


@dataclass(frozen=True)
class Stop:
    """One node of a tier. `lost` is where a cascade leaks or is not known to go on."""

    key: str
    label: str
    value: int
    lost: bool = False


@dataclass(frozen=True)
class Flow:
    """How many go from one stop to another of the tier below it; both are named by their key."""

    start: str
    end: str
    value: int


def icicle(
    name: str,
    title: str,
    root: Node,
    *,
    unit: str,
    levels: Sequence[str] = (),
    least_share: float = 0.02,
    for_paper: bool = False,
) -> SafeString:
    """A tree as rows of boxes, each as wide as its value and standing below its parent.

    `levels` names the rows from the top. Children of less than `least_share` of the root are
    drawn as one box of others.
    """
    raise NotImplementedError


def sankey(
    name: str,
    title: str,
    tiers: Sequence[Sequence[Stop]],
    flows: Sequence[Flow],
    *,
    unit: str,
    for_paper: bool = False,
) -> SafeString:
    """Tiers from the top down and what flows between them; at most 6 tiers of at most 5 stops."""
    raise NotImplementedError
