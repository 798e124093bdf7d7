"""A count has its thousands apart wherever it stands: 8,116 beside 8,675."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from paper.templatetags.paper import grouped

TEMPLATES = sorted((Path(settings.BASE_DIR) / "templates" / "cascades").rglob("*.html"))
# A value with the filters before its digits are those of the language.
DIGITS = re.compile(
    r"""(?P<value>[A-Za-z_][\w.]*)(?P<filters>(\|[a-z_]+(:("[^"]*"|[\w.]+))?)*)\|digits\b"""
)
# What is no count of something: numbers that order, codes, and texts that are written already.
NO_COUNT = {
    "after", "before", "cell", "code", "counter", "detail", "duplication", "label", "lost",
    "may_train_from", "name", "number", "percent", "remark", "rule_percent", "source", "tier",
    "tier_number", "title", "weight", "where", "why", "words",
}  # fmt: skip
WRITTEN = {"date", "floatformat", "time", "joined", "percent_reached"}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_count_is_grouped(path):
    text = path.read_text(encoding="utf-8")
    bare = [
        found[0]
        for found in DIGITS.finditer(text)
        if found["value"].split(".")[-1] not in NO_COUNT
        and not WRITTEN & {part.partition(":")[0] for part in found["filters"].split("|")}
    ]
    assert not bare, "These are counts: write |grouped."


@pytest.mark.parametrize(
    ("value", "language", "shown"),
    [(8116, "en", "8,116"), (8116, "km", "៨,១១៦"), (0, "en", "0"), (-1200, "en", "-1,200")],
)
def test_how_a_count_is_written(value, language, shown):
    assert grouped(value, language) == shown


@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_is_not_zero(nothing):
    assert grouped(nothing) == ""
