"""How templates are written. `bin/test` also asks djade and djhtml, which mend what they find."""

from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR) / "templates"
TEMPLATES = sorted(path for path in ROOT.rglob("*") if path.is_file())
WIDTH = 100


def test_lines_are_as_short_as_those_of_the_code():
    """Django's tags cannot span lines; {% url … as %} and {% with %} shorten what they hold."""
    long = [
        f"{path.relative_to(ROOT)}:{number} has {len(line)} columns"
        for path in TEMPLATES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if len(line) > WIDTH
    ]
    assert not long, "\n".join(long)


def test_comments_of_several_lines_are_not_shown():
    """{# … #} holds one line; of more, everything is text of the page."""
    shown = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in TEMPLATES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if line.count("{#") != line.count("#}")
    ]
    assert not shown


@pytest.mark.parametrize("ending", [".html", ".txt"])
def test_there_are_templates_to_look_at(ending):
    assert any(path.suffix == ending for path in TEMPLATES)
