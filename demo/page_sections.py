"""On the first page, while the worker still loads the demonstration: how much is missing."""

from __future__ import annotations

from typing import Any

from core.page_sections import on_home
from demo.loading import loading
from registry.models import User


@on_home
def loading_at_home(user: User) -> tuple[str, dict[str, Any]] | None:
    """How far the loading is, for the demonstration's own accounts."""
    if not user.is_demo:
        return None
    state = loading()
    return ("demo/_at_home.html", {"loading": state}) if state.left or state.failed else None
