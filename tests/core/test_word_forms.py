"""Word forms of others: what is refused before it is opened, and what their fields may say."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO

import pytest
from docx import Document

from core.errors import Refused
from core.word_forms import filled, refuse_unsafe

MOMENT = datetime(2026, 4, 1, 8, 0, tzinfo=UTC)
FIELDS = {"project": "Women <Lead> & Co", "lines": [{"name": "a"}, {"name": "b"}], "by": {"x": "7"}}
RELATIONS = "word/_rels/document.xml.rels"
NAMESPACE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def form(*paragraphs: str) -> bytes:
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def texts(docx: bytes) -> list[str]:
    return [each.text for each in Document(BytesIO(docx)).paragraphs]


def changed(docx: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same file with one part changed, or another one more."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(docx)) as old, zipfile.ZipFile(out, "w") as new:
        parts = {each: old.read(each) for each in old.namelist()}
        parts[name] = change(parts.get(name, b""))
        for each, content in parts.items():
            new.writestr(each, content)
    return out.getvalue()


def related(kind: str, target: str, *, outside: bool = True) -> bytes:
    mode = ' TargetMode="External"' if outside else ""
    relation = f'<Relationship Id="rX" Type="{NAMESPACE}/{kind}" Target="{target}"{mode}/>'
    end = b"</Relationships>"
    return changed(form("x"), RELATIONS, lambda old: old.replace(end, relation.encode() + end))


def with_field(words: str) -> bytes:
    field = f"<w:p><w:r><w:instrText>{words}</w:instrText></w:r></w:p>"
    end = b"<w:sectPr"
    return changed(
        form("x"), "word/document.xml", lambda old: old.replace(end, field.encode() + end, 1)
    )


def test_fields_are_filled_in_as_text_and_loops_repeat() -> None:
    made = filled(
        form(
            "{{ project }}", "{% for each in lines %}{{ each.name }};{% endfor %}", '{{ by["x"] }}'
        ),
        FIELDS,
        made_at=MOMENT,
    )
    assert texts(made) == ["Women <Lead> & Co", "a;b;", "7"]


def test_the_same_form_and_fields_are_the_same_bytes() -> None:
    blank = form("{{ project }}")
    assert filled(blank, FIELDS, made_at=MOMENT) == filled(blank, FIELDS, made_at=MOMENT)


@pytest.mark.parametrize(
    ("field", "named"),
    [
        ("{{ nobody }}", "nobody"),
        ("{{ by.nothing }}", "nothing"),
        ('{{ by["9.9"] }}', "9.9"),
        ("{% for each in missing %}x{% endfor %}", "missing"),
        ("{% if absent %}x{% endif %}", "absent"),
    ],
)
def test_a_field_that_does_not_exist_is_named(field: str, named: str) -> None:
    with pytest.raises(Refused, match=named):
        filled(form(field), FIELDS, made_at=MOMENT)


@pytest.mark.parametrize(
    "field",
    [
        "{{ 'a' * 999999999 }}",
        "{{ range(99999999)|join }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ project.__init__.__globals__ }}",
        "{% for a in lines %}{% for b in lines %}{% for c in lines %}{% for d in lines %}x"
        "{% endfor %}{% endfor %}{% endfor %}{% endfor %}",
        "{% include 'x' %}",
        "{% import 'os' as os %}",
        "{% set a = 1 %}",
        "{{ project|upper }}",
        "{{ project",
        "{% for %}",
    ],
)
def test_what_a_form_does_not_need_is_not_understood(field: str) -> None:
    with pytest.raises(Refused):
        filled(form(field), FIELDS, made_at=MOMENT)


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"PK\x03\x04 not an archive", id="broken"),
        pytest.param(form("x")[:-200], id="cut off"),
        pytest.param(related("attachedTemplate", "http://a.example/x.dotm"), id="template"),
        pytest.param(related("image", "http://a.example/x.png"), id="picture elsewhere"),
        pytest.param(related("hyperlink", "file://server/share"), id="file behind a link"),
        pytest.param(related("aFChunk", "chunk.html", outside=False), id="another document"),
        pytest.param(related("oleObject", "embeddings/x.bin", outside=False), id="object"),
        pytest.param(changed(form("x"), "word/vbaProject.bin", lambda _: b"x"), id="macros"),
        pytest.param(changed(form("x"), "word/embeddings/a.xlsx", lambda _: b"x"), id="embedded"),
        pytest.param(
            changed(form("x"), "word/big.xml", lambda _: b"<a>" + b" " * 40_000_000 + b"</a>"),
            id="bomb",
        ),
        pytest.param(
            changed(form("x"), "word/document.xml", lambda old: b"<!DOCTYPE a>" + old), id="DTD"
        ),
        pytest.param(
            changed(
                form("x"),
                "[Content_Types].xml",
                lambda old: old.replace(
                    b"officedocument.wordprocessingml.document.main", b"macroEnabled.main"
                ),
            ),
            id="macro type",
        ),
        pytest.param(with_field('DDEAUTO c:\\\\x "y"'), id="field that runs"),
        pytest.param(with_field("INCLUDEPICTURE http://a.example/x.png"), id="field that fetches"),
    ],
)
def test_a_hostile_or_broken_form_is_refused(hostile: bytes) -> None:
    with pytest.raises(Refused):
        refuse_unsafe(hostile)


def test_a_link_and_a_page_number_are_no_danger() -> None:
    refuse_unsafe(related("hyperlink", "https://donor.example/rules"))
    refuse_unsafe(with_field("PAGE"))
