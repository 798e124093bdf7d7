"""Papers: what can be printed, by whom, and how it gets from a page to a PDF.

Every app registers its kinds of paper here. A request for one is a row; the job worker, where
the press is warm, makes the PDF with the eyes of the person who asked for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import translation
from django.utils.functional import Promise

from paper.printing import print_template
from registry.access import log_access
from registry.models import AccessLog, Document, User


@dataclass(frozen=True)
class Paper:
    """What goes to the press. The title is public: it must name no person.

    `people` is how many people the paper names, for the log.
    """

    template: str
    context: Mapping[str, Any]
    title: str
    people: int = 0
    images: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Kind:
    """A kind of paper: how to find its record through the user, and how to build the paper."""

    name: str
    label: str | Promise
    permission: str
    records: Callable[[User], QuerySet]
    build: Callable[[Any], Paper]

    def exists(self, user: User, record_id: UUID) -> bool:
        """Whether the user may see the record that the paper is about."""
        return self.records(user).filter(pk=record_id).exists()


KINDS: dict[str, Kind] = {}
Builder = Callable[[Any], Paper]


def printable(
    name: str,
    label: str | Promise,
    *,
    of: Callable[[User], QuerySet],
    permission: str = "paper.print",
) -> Callable[[Builder], Builder]:
    """Register a function that builds a kind of paper from a record of `of(user)`."""

    def register(build: Builder) -> Builder:
        KINDS[name] = Kind(name, label, permission, of, build)
        return build

    return register


def make(document: Document) -> None:
    """Print a document and keep the PDF; the access log notes it. Raises PaperError."""
    kind = KINDS[document.kind]
    with translation.override(document.language):
        paper = kind.build(kind.records(document.requested_by).get(pk=document.record_id))
        pdf = print_template(
            paper.template,
            paper.context,
            title=paper.title,
            language=document.language,
            images=paper.images,
        )
    document.content, document.state = pdf, Document.State.READY
    document.save(update_fields=["content", "state"])
    log_access(
        AccessLog.Event.PRINTED,
        by=document.requested_by,
        subject=document.kind,
        record_id=document.record_id,
        people=paper.people,
    )
