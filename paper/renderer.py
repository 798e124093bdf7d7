"""HTML to PDF, in this process. Everything else calls `paper.press`, which bounds it.

No Django here: the process that draws has no settings, no database and no secrets.
"""

import gc
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache, partial
from threading import Lock
from typing import Any
from xml.etree.ElementTree import Element

from khmer.wrap import wrap_words
from paper.copies import Copies, CopiesByName
from paper.drawncopies import DrawnCopies
from paper.drawnrows import DrawnRows
from paper.embedding import embed
from paper.errors import PaperEngineMissing, PaperError
from paper.files import Packed, write
from paper.fonts import PAPER_FONTS, ROOT
from paper.letters import Letters, lettered
from paper.longruns import break_long_runs
from paper.longtables import LongTables
from paper.rows import Rows

STYLES = (ROOT / "static/css/tokens.css", ROOT / "static/css/paper.css")
FONT_FACE = """
@font-face {{
  font-family: "Noto Sans Khmer"; font-weight: {weight}; src: url("samaki:{weight}.ttf");
}}
"""
# Tagged, for screen readers; costs a seventh of the time.
VARIANT = "pdf/ua-1"

# Pango's font map and the switch of the garbage collector are shared by all threads.
_one_at_a_time = Lock()


def render_pdf(
    html: str,
    *,
    title: str,
    language: str,
    images: Mapping[str, bytes] | None = None,
    rows: Rows | None = None,
    copies: CopiesByName | None = None,
) -> bytes:
    """The PDF of a whole HTML page, in the styles of `static/css/paper.css`.

    The HTML must come from a template that escapes what people typed. It can name only what is
    in `images` (`<img src="samaki:photo-1" alt="...">` for the key `photo-1`); anything else
    it names, and anything that cannot be drawn, raises `PaperError` rather than leave a hole.
    Its long tables hold the `rows` that they name, and its pages are repeated for the `copies` that
    they name. Raises `PaperEngineMissing` where Pango is not installed.
    """
    engine = _engine()
    assets = _assets(engine, images or {})
    with (
        _one_at_a_time,
        _without_collector(),
        _complaints() as complaints,
        lettered() as letters,
    ):
        page = engine.HTML(string=break_long_runs(wrap_words(html)), url_fetcher=assets)
        try:
            root, render = page.etree_element, partial(_laid_out, page)
            tables = LongTables(root, rows or {}, render)
            repeated = Copies(root, copies or {}, render)
            repeated.put(tables.setter)
            document = tables.document()
            document.metadata.title = title
            document.metadata.lang = language
            pdf = _drawn(document, tables, repeated, letters)
        except engine.urls.FatalURLFetchingError as error:
            # Not chained: the message may quote what people typed.
            raise PaperError("incomplete", "asset refused") from error
    if complaints:
        raise PaperError("incomplete", "; ".join(sorted(set(complaints))))
    return pdf


def _laid_out(page: Any, root: Element) -> Any:
    """The document of a page, or of another root in its place."""
    from cssselect2 import ElementWrapper

    styles, fonts = _styles()
    page.etree_element = root
    page.wrapper_element = ElementWrapper.from_html_root(root)
    return page.render(font_config=fonts, stylesheets=[styles], pdf_variant=VARIANT)


def _drawn(document: Any, tables: LongTables, copies: Copies, letters: Letters) -> bytes:
    from weasyprint import DEFAULT_OPTIONS
    from weasyprint.pdf import generate_pdf

    rows = DrawnRows(tables, document)
    pages = DrawnCopies(copies, document, tables.setter)
    letters.instead = rows.instead() | pages.instead()
    options = DEFAULT_OPTIONS | {"pdf_variant": VARIANT, "pdf_version": "1.7"}
    pdf = generate_pdf(document, None, 1, **options)
    letters.finish(pdf)
    packed = Packed(pdf)
    rows.finish(document, pdf, packed)
    pages.finish(pdf, packed)
    embed(pdf, tables.setter.faces)
    return write(pdf, packed)


def _engine() -> Any:
    """WeasyPrint, loaded when first needed: it takes half a second and wants Pango."""
    try:
        import weasyprint
        import weasyprint.urls
    except OSError as error:
        raise PaperEngineMissing from error
    return weasyprint


@cache
def _styles() -> tuple[Any, Any]:
    """The style sheet and the fonts, parsed once a process."""
    engine = _engine()
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    faces = "".join(FONT_FACE.format(weight=weight) for weight in PAPER_FONTS)
    sheets = "".join(path.read_text(encoding="utf-8") for path in STYLES)
    files = {f"{weight}.ttf": path.read_bytes() for weight, path in PAPER_FONTS.items()}
    sheet = engine.CSS(string=faces + sheets, font_config=fonts, url_fetcher=_assets(engine, files))
    return sheet, fonts


def _assets(engine: Any, files: Mapping[str, bytes]) -> Any:
    """A fetcher that serves the given files as `samaki:<name>` and refuses everything else.

    It never hands a URL on to WeasyPrint's own fetcher, so that no redirect or odd spelling
    reaches a file or the network.
    """

    class Assets(engine.urls.URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            name = url.removeprefix("samaki:")
            if name == url or name not in files:
                raise ValueError("not an asset of this document")
            return engine.urls.URLFetcherResponse(url, body=files[name])

    return Assets(fail_on_errors=True)


@contextmanager
def _without_collector() -> Iterator[None]:
    """A render makes next to no cycles among its objects; looking for them costs a quarter."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def _complaints() -> Iterator[list[str]]:
    """The kinds of error that WeasyPrint logs while it goes on and leaves a hole.

    Only the kind is kept, not what it is about: that may be a name.
    """
    found: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.levelno >= logging.ERROR or "cannot be loaded" in str(record.msg):
                found.append(str(record.msg))

    log = logging.getLogger("weasyprint")
    handler = Keep()
    log.addHandler(handler)
    try:
        yield found
    finally:
        log.removeHandler(handler)
