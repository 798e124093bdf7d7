"""Word forms of others: looked at before anything opens them, and filled in.

A form is a DOCX with fields such as {{ project }}. Whoever wrote it may be careless or hostile: it
is an archive that may unpack to anything, may name files elsewhere, may hold macros, and its
fields are a small language. So nothing of it is fetched or run, and of the language only what a
form needs is understood: fields, conditions and loops.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, UndefinedError, nodes
from jinja2.sandbox import SandboxedEnvironment

from core.errors import Refused
from paper.archives import as_of

MOST_MEMBERS = 500
MOST_UNPACKED = 30 * 1024 * 1024
MOST_RATIO = 200
# Of loops within each other; more takes longer than any form needs.
MOST_LOOPS = 3
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
# Parts that run or that hold another file.
RUNS = re.compile(r"vba|macro|activex|embeddings/|oleobject|customui", re.IGNORECASE)
# Relations by which Word takes another file into the document.
TAKES_IN = (
    "attachedTemplate",
    "aFChunk",
    "oleObject",
    "package",
    "control",
    "frame",
    "subDocument",
)
LINK = re.compile(r"(https?|mailto):", re.IGNORECASE)
# Fields by which Word fetches, runs or asks something.
FETCHES = re.compile(
    r"\b(DDE|LINK|EMBED|IMPORT|DATABASE)\b|DDEAUTO|INCLUDE|MACROBUTTON", re.IGNORECASE
)
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")
# All that a form needs to say.
UNDERSTOOD = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Getitem,
    nodes.Const, nodes.For, nodes.If, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And,
    nodes.Or, nodes.Not,
)  # fmt: skip


def refuse_unsafe(data: bytes) -> None:
    """Look at a Word form without opening it. Raises Refused, saying what is wrong with it."""
    parts = _parts(data)
    for name, content in parts.items():
        if RUNS.search(name):
            raise Refused(_("This Word file holds macros or other files. Save it without them."))
        if name.endswith((".xml", ".rels")):
            _look_at(name, _parsed(content))
    types = parts.get("[Content_Types].xml", b"").decode(errors="replace")
    if "word/document.xml" not in parts or MAIN not in types:
        raise _unreadable()


def _parts(data: bytes) -> dict[str, bytes]:
    """The parts of the archive, unless it unpacks to more than a form has."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
            names = {each.filename for each in members}
            unpacked = sum(each.file_size for each in members)
            if len(members) > MOST_MEMBERS or unpacked > min(MOST_UNPACKED, MOST_RATIO * len(data)):
                raise Refused(_("This Word file unpacks to far more than a form needs."))
            if len(names) < len(members):
                raise _unreadable()
            return {each.filename: archive.read(each) for each in members}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise _unreadable() from error
    except ValueError as error:
        raise _unreadable() from error


def _unreadable() -> Refused:
    return Refused(_("This is no Word file (DOCX) that can be read. Save it again in Word."))


def _parsed(content: bytes) -> Element:
    try:
        found: Element = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise _unreadable() from error
    return found


def _look_at(name: str, root: Element) -> None:
    if name.endswith(".rels"):
        for relation in root:
            _look_at_relation(relation)
    fields = [each.text or "" for each in root.iter(f"{WORD}instrText")]
    simple = [each.get(f"{WORD}instr", "") for each in root.iter(f"{WORD}fldSimple")]
    if FETCHES.search("".join(fields)) or FETCHES.search(" ".join(simple)):
        raise Refused(_("This Word file has a field that fetches or runs something. Remove it."))


def _look_at_relation(relation: Element) -> None:
    kind = relation.get("Type", "").rpartition("/")[2]
    is_outside = relation.get("TargetMode", "") == "External"
    is_link = kind == "hyperlink" and LINK.match(relation.get("Target", ""))
    if kind in TAKES_IN or (is_outside and not is_link):
        raise Refused(
            _("This Word file takes in another file: “%(file)s”. Put it into the document itself.")
            % {"file": relation.get("Target", "")[:100]}
        )


# --- Filling in -----------------------------------------------------------------------------------


class _Missing(StrictUndefined):
    """A field that the form names and nobody has; what is said of it is its name."""

    @property
    def _undefined_message(self) -> str:
        return str(self._undefined_name)


class _Fields(SandboxedEnvironment):
    """The language of fields, without calculating, calling or anything that takes long."""

    def __init__(self) -> None:
        super().__init__(undefined=_Missing, autoescape=True)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        found = super()._parse(source, name, filename)
        _understand(found, loops=0)
        return found


def _understand(node: nodes.Node, *, loops: int) -> None:
    loops += isinstance(node, nodes.For)
    if loops > MOST_LOOPS or not isinstance(node, UNDERSTOOD):
        raise TemplateSyntaxError(type(node).__name__.lower(), getattr(node, "lineno", 1))
    for child in node.iter_child_nodes():
        _understand(child, loops=loops)


def filled(form: bytes, fields: Mapping[str, Any], *, made_at: datetime) -> bytes:
    """The form with its fields filled in. Raises Refused, naming the field that does not exist."""
    from docx.opc.exceptions import OpcError
    from docxtpl import DocxTemplate
    from lxml.etree import LxmlError

    refuse_unsafe(form)
    out = BytesIO()
    try:
        document = DocxTemplate(BytesIO(form))
        document.render(_printable(fields), _Fields(), autoescape=True)
        document.save(out)
    except UndefinedError as error:
        words = _("The Word form names a field that does not exist: “%(field)s”.")
        raise Refused(words % {"field": str(error)[:100]}) from error
    except TemplateError as error:
        words = _("The Word form has a field that cannot be understood: “%(field)s”.")
        raise Refused(words % {"field": str(error)[:100]}) from error
    except (OpcError, LxmlError, KeyError, ValueError, AttributeError, TypeError) as error:
        raise _unreadable() from error
    return as_of(out.getvalue(), made_at)


def _printable(value: Any) -> Any:
    """The same without characters that XML cannot hold."""
    match value:
        case str():
            return UNPRINTABLE.sub("", value)
        case Mapping():
            return {key: _printable(each) for key, each in value.items()}
        case list() | tuple():
            return [_printable(each) for each in value]
    return value
