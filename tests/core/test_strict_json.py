"""JSON that somebody sent can be shown, stored and counted with, or is refused in one way."""

from __future__ import annotations

import json

import pytest

from core.strict_json import StrictDecoder, loads

UNUSABLE = [
    "[NaN]",
    "[Infinity]",
    "[1e400]",
    "[-1e400]",
    '["\\ud800"]',
    '{"\\udfff": 1}',
    "[" * 900 + "]" * 900,
    "[" * 200_000,
    "9" * 5_000,
    "{",
    "",
]


@pytest.mark.parametrize("text", UNUSABLE)
def test_what_nobody_can_use_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 — of whatever kind.
        loads(text)
    with pytest.raises(json.JSONDecodeError):
        json.loads(text, cls=StrictDecoder)


def test_other_json_is_read_as_ever() -> None:
    text = '[[90, 10], [60.5, 5], ["ភូមិ", null, true]]'
    assert loads(text) == json.loads(text, cls=StrictDecoder) == json.loads(text)
