"""Papers: what can be printed, by whom, and how it gets from a page to a PDF.

Every app registers its kinds of paper here. A request for one is a row; the job worker, where
the press is warm, makes the PDF with the eyes of the person who asked for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Model, QuerySet
from django.forms import Form
from django.utils import translation
from django.utils.functional import Promise

from core.access import log_access
from core.accounts import Account
from core.models import AccessLog, Document
from paper.copies import CopiesByName
from paper.errors import PaperError
from paper.printing import print_template
from paper.rows import Rows

WAITING = Document.State.WAITING


@dataclass(frozen=True)
class Paper:
    """What goes to the press. The title is public: it must name no person.

    `people` is how many people the paper names, for the log. `rows` are those of its long tables,
    by the name that the template gives them, see `paper.rows`; `copies` are the words of pages that
    are alike, see `paper.copies`.
    """

    template: str
    context: Mapping[str, Any]
    title: str
    people: int = 0
    images: Mapping[str, bytes] = field(default_factory=dict)
    rows: Rows = field(default_factory=dict)
    copies: CopiesByName = field(default_factory=dict)


@dataclass(frozen=True)
class Kind:
    """A kind of paper: how to find its record through the user, and how to build the paper.

    With a `form`, whoever asks may choose: the paper is built from the record and what the form
    made of the options, by their names.
    """

    name: str
    label: str | Promise
    permission: str
    records: Callable[[Account], QuerySet[Any]]
    build: Callable[..., Paper]
    form: type[Form] | None = None

    def options(self, typed: Mapping[str, str]) -> Form | None:
        """The form over what was typed; nothing where nothing can be chosen."""
        return self.form(typed) if self.form else None

    def paper(self, record: Model, typed: Mapping[str, str]) -> Paper:
        """Build the paper. Options that are no longer right raise PaperError."""
        form = self.options(typed)
        if form is None:
            return self.build(record)
        if not form.is_valid():
            raise PaperError("incomplete")
        return self.build(record, **form.cleaned_data)

    def exists(self, user: Account, record_id: UUID) -> bool:
        """Whether the user may see the record that the paper is about."""
        return self.records(user).filter(pk=record_id).exists()


KINDS: dict[str, Kind] = {}
Builder = Callable[..., Paper]


def printable(
    name: str,
    label: str | Promise,
    *,
    of: Callable[[Account], QuerySet[Any]],
    permission: str = "paper.print",
    form: type[Form] | None = None,
) -> Callable[[Builder], Builder]:
    """Register a function that builds a kind of paper from a record of `of(user)`."""

    def register(build: Builder) -> Builder:
        KINDS[name] = Kind(name, label, permission, of, build, form)
        return build

    return register


def make(document: Document) -> None:
    """Print a document and keep the PDF; the access log notes it. Raises PaperError.

    Both or neither, and once: a job that was cut off is done again, perhaps while another one
    is still at it.
    """
    kind = KINDS[document.kind]
    with translation.override(document.language):
        record = kind.records(document.requested_by).get(pk=document.record_id)
        paper = kind.paper(record, document.options)
        pdf = print_paper(paper, language=document.language)
    with transaction.atomic():
        name = f"samaki-{document.kind.split('.')[-1]}-{document.language}.pdf"
        keep_answer(document, content=pdf, file_name=name)
        log_access(
            AccessLog.Event.PRINTED,
            by=document.requested_by,
            subject=document.kind,
            record_id=document.record_id,
            people=paper.people,
        )


def print_paper(paper: Paper, *, language: str) -> bytes:
    """The PDF of a paper. Raises PaperError."""
    return print_template(
        paper.template,
        paper.context,
        title=paper.title,
        language=language,
        images=paper.images,
        rows=paper.rows,
        copies=paper.copies,
    )


class Gone(Exception):
    """The answer is no longer wanted: it was removed, or another run of the job was faster."""


def keep_answer(document: Document, **answer: Any) -> None:
    """Keep what was made. Raises Gone when nobody waits for it, which undoes all that was done.

    Must run in the transaction of everything that may happen only once.
    """
    waiting = Document.objects.filter(pk=document.pk, state__in=Document.UNDER_WAY)
    if not waiting.update(state=Document.State.READY, **answer):
        raise Gone
