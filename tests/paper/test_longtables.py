"""Long tables: rows that we draw ourselves on pages that WeasyPrint lays out."""

import re
from collections.abc import Iterator
from html import escape
from io import BytesIO

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paper.press import Press
from paper.renderer import _styles, render_pdf
from paper.rows import Row
from tests.paper.letters import of_poppler, of_pypdf, of_tags

LONG = "អង្គការរបស់យើងធ្វើការជាមួយសហគមន៍ក្រុមសន្សំប្រាក់នៅតាមភូមិ"
HEAD = (
    '<thead><tr><th scope="col" class="w-number">ល.រ</th><th scope="col">ឈ្មោះ</th>'
    '<th scope="col" class="number w-percent">HEAD</th></tr></thead>'
)
LOOK = '<tr {}><td class="number">{}</td><th scope="row">{}</th><td class="number">{}</td></tr>'
TOTAL = '<tr class="total"><td></td><th scope="row">TOTAL</th><td class="number">១២៣</td></tr>'
SIGNED = (
    '<div class="signatures"><div class="signature"><span class="line"></span>SIGNED</div></div>'
)


@pytest.fixture(scope="module", autouse=True)
def in_this_process() -> Iterator[None]:
    """WeasyPrint in the process of the tests; its fonts must go before the interpreter does."""
    yield
    _styles.cache_clear()


@pytest.fixture(scope="module")
def press() -> Iterator[Press]:
    one = Press()
    yield one
    one.close()


def page(*bodies: str, after: str = TOTAL, language: str = "km") -> str:
    tables = "".join(
        f'<table class="register">{HEAD}<tbody>{body}{after}</tbody></table>' for body in bodies
    )
    return (
        f'<!doctype html><html lang="{language}"><head><title>t</title></head><body>'
        '<p class="running-foot"><span></span><span class="end">Page <span class="page"></span> of '
        f'<span class="pages"></span></span></p><h1>TITLE</h1>{tables}{SIGNED}</body></html>'
    )


def look(name: str = "people") -> str:
    return LOOK.format(f'data-rows="{name}"', "", "", "")


def people(count: int) -> list[Row]:
    return [Row([f"{n}", f"សុខ សុភា · Sok Sophea {n}", f"{n * 7}%"]) for n in range(1, count + 1)]


def printed(rows: list[Row], **more) -> bytes:
    return render_pdf(page(look(), **more), title="x", language="km", rows={"people": rows})


def by_weasyprint(rows: list[Row]) -> bytes:
    body = "".join(LOOK.format("", *(escape(cell) for cell in row.cells)) for row in rows)
    return render_pdf(page(body), title="x", language="km")


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def pages(pdf: bytes) -> list[str]:
    return [one.extract_text() for one in pypdf.PdfReader(BytesIO(pdf)).pages]


@pytest.mark.sampled(8)
@pytest.mark.parametrize("count", [0, 1, 3, 26, 61, 250])
@pytest.mark.parametrize("reader", [of_poppler, of_pypdf, of_tags])
def test_it_says_what_weasyprint_says_of_the_same_rows(count, reader):
    rows = people(count)
    ours, theirs = (squeezed(reader(print_(rows))) for print_ in (printed, by_weasyprint))
    if count < 60 or reader is not of_tags:
        assert ours == theirs
    # The heads of further pages are decoration.
    assert all(squeezed(row.cells[1]) in ours for row in rows)
    assert ours.replace("HEAD", "").endswith("TOTAL១២៣SIGNED") or reader is not of_tags


@pytest.mark.parametrize("count", [3, 200])
def test_rows_stand_where_weasyprint_would_put_them(count):
    def places(pdf: bytes) -> list[list[tuple[str, int, int]]]:
        found = []
        for one in pypdf.PdfReader(BytesIO(pdf)).pages:
            lines: list[tuple[str, int, int]] = []

            def note(text, cm, tm, *_, lines=lines):
                if text.startswith(LONG[:9]) or re.fullmatch("[0-9]+", text.strip()):
                    x, y = tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5]
                    # A line of a cell, or a number.
                    lines.append((text.strip(), round(x), round(y)))

            one.extract_text(visitor_text=note)
            found.append(sorted(lines))
        return found

    rows = [Row([f"{n}", f"{LONG * (n % 3)} {n}", ""]) for n in range(count)]
    # Without the foot, which is one line of ours and four of WeasyPrint's.
    ours, theirs = places(printed(rows)), places(by_weasyprint(rows))
    assert len(ours) == len(theirs)
    for here, there in zip(ours, theirs, strict=True):
        for (said, x, y), (says, left, up) in zip(here, there, strict=True):
            assert said == says
            assert abs(x - left) <= 1
            assert abs(y - up) <= 1


def test_every_page_has_the_head_and_its_number():
    said = pages(printed(people(300), language="en"))
    assert len(said) > 8
    for number, text in enumerate(said, 1):
        assert "HEAD" in text
        assert f"Page {number} of {len(said)}" in text
    assert "TITLE" in said[0]
    assert "TOTAL" in said[-1]
    assert "SIGNED" in said[-1]
    assert not any("TOTAL" in text or "SIGNED" in text for text in said[:-1])


def test_khmer_paper_counts_its_pages_in_khmer_digits():
    html = page(look()).replace("Page ", "ទំព័រ ")
    said = pages(render_pdf(html, title="x", language="km", rows={"people": people(300)}))
    assert "ទំព័រ ៥ of ៩" in said[4] or "ទំព័រ ៥ of ១០" in said[4]


def test_the_rows_are_tagged_as_a_table():
    reader = pypdf.PdfReader(BytesIO(printed(people(150))))
    counted: dict[str, int] = {}

    def count(part) -> None:
        part = part.get_object()
        if isinstance(part, list):
            for each in part:
                count(each)
        elif isinstance(part, dict):
            counted[part.get("/S", "")] = counted.get(part.get("/S", ""), 0) + 1
            count(part.get("/K", pypdf.generic.NullObject()))

    count(reader.trailer["/Root"]["/StructTreeRoot"]["/K"])
    assert counted["/TR"] >= 152
    assert counted["/TD"] == 2 * 151
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "km"
    assert root["/MarkInfo"]["/Marked"]
    # Each page finds its tags by its number.
    nums = root["/StructTreeRoot"]["/ParentTree"]["/Nums"]
    assert list(nums[::2]) == sorted(nums[::2])
    assert {page["/StructParents"] for page in reader.pages} <= set(nums[::2])


@pytest.mark.parametrize(
    "text",
    [
        "✓ ½ →",
        "Nguyễn Thị Ánh",
        # Set from right to left, with marks, or not at all: WeasyPrint lays these rows out.
        "محمد علي",
        "ประเทศไทย",
        "\U0001f600",
        "\U000f0000",
        "e\u0301\u0327",
        "a\tb",
        "\0\x80",
    ],
)
def test_letters_of_other_fonts_are_drawn_and_found(text):
    rows = [*people(2), Row(["3", text, "x"]), *people(70)]
    pdf = printed(rows)
    for reader in (of_poppler, of_pypdf):
        assert reader(pdf).count("Sok Sophea") == 72
    if text not in ("محمد علي", "\0\x80"):
        assert squeezed(text) in squeezed(of_poppler(pdf))


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=40), min_size=1, max_size=5))
@settings(max_examples=15)
def test_no_text_breaks_a_paper(texts):
    assert printed([Row(["1", text, text[:3]]) for text in texts]).startswith(b"%PDF")


def test_a_cell_may_hold_lines_and_small_letters_below():
    row = LOOK.format('data-rows="people"', "", "<small></small>", "")
    rows = [Row(["1", ("first\nsecond", "below"), "x"])]
    pdf = render_pdf(page(row), title="x", language="km", rows={"people": rows})
    assert "first\nsecond\nbelow" in of_poppler(pdf)


def test_a_row_is_no_higher_for_small_letters_that_it_does_not_hold():
    row = LOOK.format('data-rows="people"', "", "<small></small>", "")
    rows = [Row([str(n), ("text", ""), "x"]) for n in range(200)]
    pdf = render_pdf(page(row), title="x", language="km", rows={"people": rows})
    assert len(pages(pdf)) == len(pages(printed([Row([str(n), "text", "x"]) for n in range(200)])))


def test_rows_of_one_table_may_look_different():
    looks = look() + LOOK.format(
        'data-rows="people" data-look="taken-back" class="taken-back"', "", "", ""
    )
    rows = [Row(["1", "a", "b"]), Row(["2", "taken", "c"], look="taken-back")]
    pdf = render_pdf(page(looks), title="x", language="km", rows={"people": rows})
    assert of_pypdf(pdf).count("taken") == 1


def test_tables_follow_one_another():
    html = page(look("a"), look("b"), look("a"))
    rows = {"a": people(70), "b": people(150)}
    said = of_pypdf(render_pdf(html, title="x", language="km", rows=rows))
    assert said.count("Sok Sophea") == 70 + 150 + 70
    assert said.count("TOTAL") == 3


def test_what_does_not_fit_a_narrow_cell_is_cut_off_where_lines_may_not_wrap():
    row = look().replace('scope="row"', 'scope="row" class="one-line"')
    rows = [Row(["1", LONG * 3, "x"])]
    pdf = render_pdf(page(row), title="x", language="km", rows={"people": rows})
    assert "…" not in of_poppler(pdf)
    for reader in (of_poppler, of_pypdf, of_tags):
        assert LONG * 3 in squeezed(reader(pdf))


@pytest.mark.parametrize("word", ["a", "ក", "សន្សំប្រាក់"])
def test_a_cell_without_a_space_holds_nobody_up(word, press, is_long):
    letters = 200_000 if is_long else 20_000
    text = (word * letters)[:letters]
    rows = [*people(3), Row(["4", text, "x"]), *people(3)]
    pdf = press.print(page(look()), title="x", language="km", rows={"people": rows})
    assert sum(map(squeezed(of_pypdf(pdf)).count, set(word))) >= letters


@pytest.mark.long
def test_a_register_of_20000_rows_prints(press):
    pdf = press.print(page(look()), title="x", language="km", rows={"people": people(20_000)})
    reader = pypdf.PdfReader(BytesIO(pdf))
    last = reader.pages[-1].extract_text()
    assert f"Page {len(reader.pages)} of {len(reader.pages)}" in last
    assert "TOTAL" in last
