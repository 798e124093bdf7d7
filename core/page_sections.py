"""Parts of a record's page that the apps above the registry add: a person's trainings, say.

An app registers a function in its `ready`. It gets the record and the user, and answers with a
template and its context, or with None when there is nothing to show.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from core.access import signed_in
from core.accounts import Account

Section = Callable[[Any, Account], tuple[str, dict[str, Any]] | None]
SECTIONS: dict[type[Model], list[Section]] = defaultdict(list)


def section_of(model: type[Model]) -> Callable[[Section], Section]:
    """Register a function as a section of the page of every record of a model."""

    def register(section: Section) -> Section:
        SECTIONS[model].append(section)
        return section

    return register


HomeSection = Callable[[Account], tuple[str, dict[str, Any]] | None]
HOME: list[HomeSection] = []


def on_home(section: HomeSection) -> HomeSection:
    """Register a function as a section of the first page; it gets the user."""
    HOME.append(section)
    return section


def home_sections(request: HttpRequest) -> list[SafeString]:
    """The sections of the first page."""
    found = [section(signed_in(request)) for section in HOME]
    return [render_to_string(part[0], part[1], request) for part in found if part]


def sections(record: Model, request: HttpRequest) -> list[SafeString]:
    """The sections of a record's page, in the order in which they were registered."""
    found = [section(record, signed_in(request)) for section in SECTIONS[type(record)]]
    return [render_to_string(part[0], part[1], request) for part in found if part]
