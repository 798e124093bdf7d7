"""What the doctor finds, and who looks.

An app registers a look at what it knows best, in its `ready` or a module that this imports.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _

logger = logging.getLogger("samaki.doctor")


class State(IntEnum):
    GOOD = 0
    CARE = 1  # To be done some time.
    BAD = 2  # To be done now.


@dataclass(frozen=True)
class Finding:
    """What is so, and what to do when it is not good."""

    state: State
    said: str
    what_to_do: str = ""


def good(said: str) -> Finding:
    return Finding(State.GOOD, said)


def care(said: str, what_to_do: str) -> Finding:
    return Finding(State.CARE, said, what_to_do)


def bad(said: str, what_to_do: str) -> Finding:
    return Finding(State.BAD, said, what_to_do)


Look = Callable[[], Iterator[Finding]]
LOOKS: dict[str | Promise, Look] = {}


def looks_at(subject: str | Promise) -> Callable[[Look], Look]:
    """Register a look at one subject; it yields findings in words."""

    def register(look: Look) -> Look:
        LOOKS[subject] = look
        return look

    return register


def all_findings() -> Iterator[tuple[str, list[Finding]]]:
    """Every subject with what was found. A look that breaks is a finding too."""
    for subject, look in LOOKS.items():
        yield str(subject), _safely(look)


def _safely(look: Look) -> list[Finding]:
    found: list[Finding] = []
    try:
        found.extend(look())
    except Exception as error:  # The doctor is asked when things are broken.
        logger.debug("A look broke.", exc_info=True)
        said = _("This could not be looked at (%(error)s).") % {"error": type(error).__name__}
        found.append(bad(said, _("First mend what stands above, and ask again.")))
    return found
