"""docs/figures.md: what every figure means, written from the definitions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import translation

from core.figures.catalogue import Catalogue, catalogues
from core.figures.definitions import Definition

PATH = Path(settings.BASE_DIR) / "docs" / "figures.md"
HEAD = """# What every figure means

`bin/manage write_figures` writes this file from the definitions in the code, and a test compares
the two. Inside the program the same list stands at `/figures/definitions/`, in the language of the
reader; every figure leads there. What is not known is never 0.
"""


def as_markdown() -> str:
    """All figures of all apps, in English."""
    with translation.override("en"):
        return "\n".join([HEAD, *_lines()])


def _lines() -> Iterator[str]:
    for catalogue in catalogues():
        yield f"## {catalogue.title}\n"
        for section, definitions in catalogue.sections:
            yield f"### {section}\n"
            for definition in definitions:
                yield _entry(catalogue, definition)


def _entry(catalogue: Catalogue, about: Definition[Any]) -> str:
    said = {
        "Definition": about.definition,
        "Formula": about.formula,
        "People": about.counting,
        "Unit": about.unit.label,
        "Source": about.source,
    }
    lines = [f"- {head}: {words}" for head, words in said.items() if words]
    head = f"#### {about.label}\n\n`{catalogue.app}.{about.name}`\n"
    return "\n".join([head, *lines, ""])
