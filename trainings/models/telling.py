"""Records of a training with words of their own."""

from __future__ import annotations

from typing import Any


class TellsOfTraining:
    """As sensitive as its training. `TELLING` names the fields with words; see core.telling."""

    TELLING: tuple[str, ...] = ()
    training: Any

    @property
    def is_sensitive(self) -> bool:
        return bool(self.training.is_sensitive)
