"""What is left of a beginning: nested stages, and how soon something has happened."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString


@dataclass(frozen=True)
class Stage:
    """One stage and how many came so far; None where it is not known."""

    label: str
    value: int | None


@dataclass(frozen=True)
class Curve:
    """How large a share has begun by which day, as Kaplan and Meier estimate it.

    `steps` are (day, share from that day on), rising; `censored` the days on which somebody who
    has not begun was last heard of; `people` how many are followed.
    """

    label: str
    people: int
    steps: tuple[tuple[int, float], ...]
    censored: tuple[int, ...] = ()

    @property
    def median(self) -> int | None:
        """The first day by which half have begun; None if half have not."""
        return next((day for day, share in self.steps if share >= 0.5 - 1e-9), None)


def funnel(
    name: str, title: str, stages: Sequence[Stage], *, unit: str, for_paper: bool = False
) -> SafeString:
    """Nested stages as bars, each with its share of the step before and of the first."""
    raise NotImplementedError


def steps(name: str, title: str, curves: Sequence[Curve], *, for_paper: bool = False) -> SafeString:
    """Step curves of the share that has begun by each day, with a key that says their medians.

    At most five curves. Ticks stand where somebody who had not begun was last heard of.
    """
    raise NotImplementedError
