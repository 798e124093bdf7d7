"""A report that was sent as a Word file: on the donor's own form, or on ours."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from core.errors import Refused
from core.languages import in_language_of_page
from core.word_forms import UNPRINTABLE, filled
from khmer.dates import format_date
from paper.archives import as_of
from paper.sheets import FONT
from reports.figures.formatted import Block, Kind, Span
from reports.figures.frozen_reports import Line, Sent
from reports.figures.photos import SentPhoto
from reports.models import WordTemplate
from reports.models.donor_forms import Column
from reports.papers.donor_charts import headline_of
from reports.papers.parts import Annex, Breakdown, Part, Told, told
from reports.papers.said import (
    Shown,
    Style,
    address_of,
    broken_down,
    facts_of,
    shown_line,
    title_of,
    version_in_words,
)

# In centimetres, within the margins of an upright page.
PHOTO_WIDTH = 14


def donor_word(sent: Sent, *, language: str) -> bytes:
    """The Word file. Raises Refused where the donor's form names what does not exist."""
    with translation.override(language):
        form = form_of(sent)
        if form is None:
            return _ours(sent)
        assert sent.report.frozen_at is not None
        return filled(form, fields_of(sent), made_at=sent.report.frozen_at)


def form_of(sent: Sent) -> bytes | None:
    """The donor's Word form that was in force when the report was sent."""
    kept = sent.report.style.get("word_template")
    if not kept:
        return None
    content = bytes(WordTemplate.objects.get(pk=kept["key"]).content or b"")
    if hashlib.sha256(content).hexdigest() != kept["sha256"]:
        raise Refused(_("The donor's Word form is not the one that this report was sent on."))
    return content


# --- The donor's form -------------------------------------------------------------------------


def fields_of(sent: Sent) -> dict[str, Any]:
    """All that a Word form may name, in words. See docs/decisions/0042."""
    report, frozen = told(sent), sent.report
    sections = [
        {
            "number": each.number,
            "title": each.title,
            "text": _plain(each.blocks),
            "photos": [photo.words or photo.caption for photo in each.photos],
        }
        for each in report.parts
    ]
    indicators = [_indicator(row.line, row.notes, report.style) for row in report.rows]
    return {
        "title": title_of(frozen),
        "version": version_in_words(frozen),
        "facts": [{"label": label, "words": words} for label, words in facts_of(frozen)],
        **_identity(sent),
        "sections": sections,
        # One by one, for forms with headings of their own: {{ texts.s1 }}.
        "texts": {f"s{each['number']}": each["text"] for each in sections},
        "indicators": indicators,
        # By the code: {{ indicator["1.1"].actual }}.
        "indicator": {each["code"]: each for each in indicators if each["code"]},
        "acronyms": [{"short": short, "words": words} for short, words in report.acronyms],
        "hidden_note": report.hidden_note,
        "address": address_of(),
    }


def _identity(sent: Sent) -> dict[str, str]:
    """The identity block, each part by a name that does not change with the language."""
    frozen, language = sent.report, translation.get_language() or "en"
    found = {
        name: in_language_of_page(
            km=getattr(frozen, f"{name}_km"), other=getattr(frozen, f"{name}_en")
        )
        for name in ("project", "donor", "organisation", "period")
    }
    days = {name: format_date(getattr(frozen, name), language) for name in ("since", "until")}
    return (
        found
        | days
        | {
            "due_on": format_date(frozen.due_on, language),
            "project_code": frozen.project_code,
            "contract_number": frozen.contract_number,
            "signatory": frozen.signatory,
        }
    )


def _indicator(line: Line, notes: Sequence[str], style: Style) -> dict[str, Any]:
    """Every column, whichever the donor's table has, by its name with "_"."""
    found: dict[str, Any] = {}
    for column in Column:
        shown = shown_line(line, column, style)
        name = column.value.replace("-", "_")
        found[name] = shown.text
        if shown.reference or column in (Column.ACTUAL, Column.PREVIOUS, Column.YEAR, Column.LIFE):
            found[f"{name}_reference"] = shown.reference
    return found | {
        "name": line.line.name,
        "reference": line.value.reference,
        "notes": " ".join(notes),
        "cells": [
            {
                "words": ", ".join(each.words),
                "value": each.shown.text,
                "reference": each.shown.reference,
            }
            for each in broken_down(line, style)
        ],
    }


def _plain(blocks: Sequence[Block]) -> str:
    """A narrative as lines of text, for a field."""
    found = []
    for block in blocks:
        for number, spans in enumerate(block.lines, start=1):
            start = {Kind.POINTS: "• ", Kind.STEPS: f"{number}. "}.get(block.kind, "")
            found.append(start + "".join(span.text for span in spans))
    return "\n".join(found)


# --- Ours --------------------------------------------------------------------------------------


def _ours(sent: Sent) -> bytes:
    """Headings, texts and tables that one may go on writing in."""
    from docx import Document

    document = Document()
    report = told(sent)
    _fonts(document)
    document.core_properties.author = ""
    document.core_properties.comments = ""
    document.core_properties.title = title_of(sent.report)
    document.add_heading(_clean(title_of(sent.report)), level=0)
    _two_columns(document, facts_of(sent.report))
    document.add_paragraph(_clean(sent.report.visibility))
    if report.changes:
        document.add_heading(_("What changed since the version before"), level=1)
    for name, words in report.changes:
        document.add_paragraph(_clean(f"{name}: {words}"), style="List Bullet")
    for part in report.parts:
        document.add_heading(_clean(f"{part.number}. {part.title}"), level=1)
        _write_part(document, part, report)
    document.add_paragraph(
        _("Every number has a reference of six signs. It is opened at %(address)s")
        % {"address": address_of()}
    )
    out = BytesIO()
    document.save(out)
    assert sent.report.frozen_at is not None
    return as_of(out.getvalue(), sent.report.frozen_at)


def _fonts(document: Any) -> None:
    """One font for Khmer and Latin letters, so that no word falls back on another one."""
    from docx.oxml.ns import qn

    for style in document.styles:
        if getattr(style, "font", None) is None:
            continue
        properties = style.element.get_or_add_rPr()
        fonts = properties.get_or_add_rFonts()
        for name in list(fonts.attrib):
            del fonts.attrib[name]
        for kind in ("ascii", "hAnsi", "cs", "eastAsia"):
            fonts.set(qn(f"w:{kind}"), FONT)


def _write_part(document: Any, part: Part, report: Told) -> None:
    if part.is_empty:
        document.add_paragraph(_("Nothing to report."))
    for block in part.blocks:
        _write_block(document, block)
    for table in part.tables:
        document.add_heading(_clean(table.title), level=2)
        rows = [*table.rows, *([table.total] if table.total else [])]
        _table(
            document,
            [head for head, _is_number in table.columns],
            [[Shown(words) for words, _is_number in row] for row in rows],
        )
        for note in table.notes:
            document.add_paragraph(_clean(note))
    for photo in part.photos:
        _write_photo(document, photo)
    if part.is_indicators:
        _write_indicators(document, report)
    elif part.is_annexes:
        for annex in report.annexes:
            _write_annex(document, annex)
    elif part.is_acronyms:
        _two_columns(document, report.acronyms)


def _write_photo(document: Any, photo: SentPhoto) -> None:
    from docx.shared import Cm

    if photo.content is None:
        document.add_paragraph(_("A photo was withdrawn."))
        return
    document.add_picture(BytesIO(photo.content), width=Cm(PHOTO_WIDTH))
    document.add_paragraph(_clean(photo.caption), style="Caption")


def _write_block(document: Any, block: Block) -> None:
    styles = {Kind.POINTS: "List Bullet", Kind.STEPS: "List Number"}
    if block.kind == Kind.HEADING:
        document.add_heading(_clean("".join(span.text for span in block.lines[0])), level=2)
        return
    if block.kind in styles:
        for spans in block.lines:
            _write_spans(document.add_paragraph(style=styles[block.kind]), spans)
        return
    paragraph = document.add_paragraph()
    for number, spans in enumerate(block.lines):
        if number:
            paragraph.add_run().add_break()
        _write_spans(paragraph, spans)


def _write_spans(paragraph: Any, spans: Sequence[Span]) -> None:
    for span in spans:
        paragraph.add_run(_clean(span.text)).bold = span.is_strong or None


def _write_indicators(document: Any, report: Told) -> None:
    heads = [entry.head for entry in report.entries]
    _table(document, heads, [[shown for _entry, shown in row.cells] for row in report.rows])
    if report.has_hidden:
        document.add_paragraph(_clean(report.hidden_note))
    for row in report.rows:
        for note in row.notes:
            document.add_paragraph(_clean(f"{row.line.line.name}: {note}"))
        if row.line.value.target is not None:
            document.add_paragraph(_clean(headline_of(row.line, report.style)))
    for broken in report.breakdowns:
        _write_breakdown(document, broken)


def _write_breakdown(document: Any, broken: Breakdown) -> None:
    document.add_heading(_clean(broken.name), level=2)
    rows = [[*(Shown(word) for word in each.words), each.shown] for each in broken.cells]
    _table(document, [*broken.dimensions, _("Value")], rows)


def _write_annex(document: Any, annex: Annex) -> None:
    name = " · ".join(filter(None, [annex.code, annex.name]))
    document.add_heading(_clean(name), level=2)
    _two_columns(document, annex.facts)
    heads = [_("Version"), _("Day"), _("Reason")]
    _table(document, heads, [[Shown(words) for words in line] for line in annex.log])


def _two_columns(document: Any, rows: Sequence[tuple[str, str]]) -> None:
    if not rows:
        return
    table = document.add_table(rows=0, cols=2, style="Table Grid")
    for label, words in rows:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = _clean(label), _clean(words)


def _table(document: Any, heads: Sequence[str], rows: Sequence[Sequence[Shown]]) -> None:
    """A table whose numbers stand at the right, each above its reference."""
    table = document.add_table(rows=1, cols=len(heads), style="Table Grid")
    for cell, head in zip(table.rows[0].cells, heads, strict=True):
        cell.paragraphs[0].add_run(_clean(head)).bold = True
    for row in rows:
        for cell, shown in zip(table.add_row().cells, row, strict=True):
            _write_shown(cell.paragraphs[0], shown)


def _write_shown(paragraph: Any, shown: Shown) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph.add_run(_clean(shown.text))
    if shown.is_number:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    if shown.reference:
        run = paragraph.add_run(f"\n{shown.reference}")
        run.font.size = Pt(7)


def _clean(text: str) -> str:
    return UNPRINTABLE.sub("", text)
