"""The figures of every app, as the list of definitions takes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.figures.definitions import Definition, Words, by_section


@dataclass(frozen=True)
class Catalogue:
    """The figures of one app, and what they are figures of."""

    app: str
    title: Words
    figures: Mapping[str, Definition[Any]]

    @property
    def sections(self) -> list[tuple[Words, list[Definition[Any]]]]:
        return by_section(self.figures)


_CATALOGUES: dict[str, Catalogue] = {}


def offer(app: str, title: Words, figures: Mapping[str, Definition[Any]]) -> None:
    """Let everybody find the figures of an app; called when the app is ready."""
    _CATALOGUES[app] = Catalogue(app, title, figures)


def catalogues() -> list[Catalogue]:
    """Those of all apps, by the names of the apps."""
    return [each for _app, each in sorted(_CATALOGUES.items())]
