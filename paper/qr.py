"""QR codes that lead from paper back to the record."""

import segno
from django.utils.safestring import SafeString, mark_safe


def qr_svg(url: str, *, label: str) -> SafeString:
    """The URL as a QR code in inline SVG, with `label` as its text for screen readers.

    Its size comes from the style sheet. Error correction M: a quarter of it may be soiled or
    folded.
    """
    code = segno.make(url, error="m", micro=False)
    return mark_safe(  # noqa: S308 - segno escapes the title; the rest is numbers.
        code.svg_inline(border=2, omitsize=True, title=label, svgclass=None, lineclass=None)
    )
