"""Pages that are alike but for a few words: laid out once, repeated with others."""

from collections.abc import Iterator
from html import escape
from io import BytesIO

import pypdf
import pytest

from paper.qr import qr_svg
from paper.renderer import _styles, render_pdf
from tests.paper.letters import of_poppler, of_pypdf, of_tags

LONG = "ស្រ៊ុន សុភ័ក្ត្រា "
PAGE = (
    '<section class="certificate" {}><h1>TITLE</h1><p class="name" {}>{}</p>'
    '<p class="name-latin" {}>{}</p><p class="to">middle</p><div class="check">'
    '<div class="qr" {}>{}</div><p>លេខ / No. <span {}>{}</span></p></div></section>'
)
SLOTS = [f'data-slot="{name}"' for name in ("name", "latin", "qr", "number")]


@pytest.fixture(scope="module", autouse=True)
def in_this_process() -> Iterator[None]:
    """WeasyPrint in the process of the tests; its fonts must go before the interpreter does."""
    yield
    _styles.cache_clear()


def html(body: str) -> str:
    return f'<html lang="km"><head><title>t</title></head><body><main>{body}</main></body></html>'


def copy(number: int, **said: str) -> dict[str, str]:
    code = qr_svg(f"https://samaki.example/{number}", label="Opens the page")
    own = {"name": f"សុខ សុភា {number}", "latin": f"Sok Sophea {number}", "number": f"No{number}"}
    return {**own, "qr": code, **said}


def printed(copies: list[dict[str, str]]) -> bytes:
    name, latin, code, number = SLOTS
    body = PAGE.format('data-copies="all"', name, "", latin, "", code, "", number, "")
    return render_pdf(html(body), title="x", language="km", copies={"all": copies})


def by_weasyprint(copies: list[dict[str, str]]) -> bytes:
    pages = []
    for each in copies:
        said = {slot: text if slot == "qr" else escape(text) for slot, text in each.items()}
        page = PAGE.format(
            "", "", said["name"], "", said["latin"], "", said["qr"], "", said["number"]
        )
        pages.append(page if said["latin"] else page.replace('<p class="name-latin" ></p>', ""))
    return render_pdf(html("".join(pages)), title="x", language="km")


SAMPLES = [
    pytest.param([copy(1)], id="one"),
    pytest.param([copy(n) for n in range(5)], id="alike"),
    pytest.param([copy(1), copy(2, latin=""), copy(3), copy(4, latin="")], id="two shapes"),
    pytest.param([copy(1, name=LONG * 12), copy(2), copy(3, name=LONG * 12)], id="too long"),
    pytest.param(
        [copy(1), copy(2, name="محمد علي"), copy(3, name="✓ ½"), copy(4)], id="other fonts"
    ),
    pytest.param([copy(1), copy(2, name="<b>&amp;</b>"), copy(3, name="a\\(b)")], id="signs"),
]


@pytest.mark.parametrize("copies", SAMPLES)
@pytest.mark.parametrize("reader", [of_poppler, of_pypdf, of_tags])
def test_it_says_what_weasyprint_says_of_every_page(copies, reader):
    ours, theirs = printed(copies), by_weasyprint(copies)
    # Where one line of ours is several texts of WeasyPrint's, they are read one after the other.
    assert reader(ours).split() == reader(theirs).split()


@pytest.mark.parametrize("copies", SAMPLES)
def test_everything_stands_where_weasyprint_puts_it(copies):
    def places(pdf: bytes) -> list[list[tuple[str, int, int]]]:
        found = []
        for page in pypdf.PdfReader(BytesIO(pdf)).pages:
            lines: list[tuple[str, int, int]] = []

            def note(text, cm, tm, *_, lines=lines):
                if text.strip():
                    x, y = tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5]
                    lines.append((text.split()[0], round(x), round(y)))

            page.extract_text(visitor_text=note)
            found.append(lines)
        return found

    for ours, theirs in zip(places(printed(copies)), places(by_weasyprint(copies)), strict=True):
        for (said, x, y), (says, left, up) in zip(ours, theirs, strict=True):
            assert said == says
            assert abs(x - left) <= 1
            assert abs(y - up) <= 1


def test_each_page_has_its_own_code():
    """The squares of a code are lines from row to row; those of another address are others."""
    reader = pypdf.PdfReader(BytesIO(printed([copy(n) for n in range(3)])))
    drawn = [page.get_contents().get_data().split(b"/Figure")[1] for page in reader.pages]
    assert len(set(drawn)) == 3


def test_nobody_gets_no_page_of_their_own():
    assert "TITLE" not in of_pypdf(printed([]))


def test_each_page_finds_its_tags():
    reader = pypdf.PdfReader(BytesIO(printed([copy(n) for n in range(4)])))
    root = reader.trailer["/Root"]["/StructTreeRoot"]
    nums = root["/ParentTree"]["/Nums"]
    assert list(nums[::2]) == sorted(nums[::2])
    tags = dict(zip(nums[::2], nums[1::2], strict=True))
    for page in reader.pages:
        for tag in tags[page["/StructParents"]]:
            assert tag.get_object().raw_get("/Pg") == page.indirect_reference
