"""The names of all that a donor's Word form may name, each with something in it.

A form that is handed in is filled with these at once, so that a field that does not exist is found
by whoever brings it and not months later. `reports.papers.donor_word.fields_of` has the same names.
"""

from __future__ import annotations

from typing import Any

from reports.models import DonorForm, Indicator
from reports.models.donor_forms import Column

IDENTITY = (
    "title", "version", "project", "donor", "organisation", "period", "since", "until", "due_on",
    "project_code", "contract_number", "signatory", "hidden_note", "address",
)  # fmt: skip
VALUES = (Column.ACTUAL, Column.PREVIOUS, Column.YEAR, Column.LIFE)
SECTION = {"number": 1, "title": "-", "text": "-", "photos": ["-"]}
CELL = {"words": "-", "value": "0", "reference": "000000"}


def example_fields(form: DonorForm) -> dict[str, Any]:
    """Fields as a report on this form has them: its sections, and the project's indicators."""
    codes = Indicator.objects.filter(project=form.project_id).exclude(code="")
    sections = range(1, form.sections.count() + 4)
    return {
        **dict.fromkeys(IDENTITY, "-"),
        "facts": [{"label": "-", "words": "-"}],
        "sections": [SECTION],
        "texts": {f"s{number}": "-" for number in sections},
        "indicators": [example_indicator()],
        "indicator": {code: example_indicator() for code in codes.values_list("code", flat=True)},
        "acronyms": [{"short": "-", "words": "-"}],
    }


def example_indicator() -> dict[str, Any]:
    names = [each.value.replace("-", "_") for each in Column]
    return {
        **dict.fromkeys(names, "-"),
        **{f"{each.value.replace('-', '_')}_reference": "000000" for each in VALUES},
        "name": "-",
        "reference": "000000",
        "notes": "-",
        "cells": [CELL],
    }
