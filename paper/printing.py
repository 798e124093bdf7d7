"""A template, printed."""

from collections.abc import Mapping
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from paper.copies import CopiesByName
from paper.press import press
from paper.rows import Rows


def print_template(
    template: str,
    context: Mapping[str, Any],
    *,
    title: str,
    language: str,
    images: Mapping[str, bytes] | None = None,
    rows: Rows | None = None,
    copies: CopiesByName | None = None,
) -> bytes:
    """The PDF of a template that extends `paper/base.html`, in the language of the paper.

    The title is shown by PDF readers; it must not name a person. Khmer is made to wrap on the
    way, so templates need not care. Raises `paper.errors.PaperError`.
    """
    with translation.override(language):
        html = render_to_string(template, dict(context))
    return press.print(
        html, title=title, language=language, images=images, rows=rows, copies=copies
    )
