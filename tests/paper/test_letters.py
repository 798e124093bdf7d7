"""Whatever is printed can be copied, searched and read aloud."""

import re
from collections.abc import Iterator
from html import escape

import pytest

from paper.charts.bars import Bar, bars
from paper.codes import Codes, letters_of, steps
from paper.letters import Letters, WeasyPrintChanged, lettered
from paper.renderer import _styles, render_pdf
from tests.paper.letters import missing, of_poppler, of_pypdf, of_tags

SENTENCE = "អង្គការរបស់យើងធ្វើការជាមួយសហគមន៍ក្រុមសន្សំប្រាក់នៅតាមភូមិដើម្បីលើកកម្ពស់ជីវភាព។"
EVERYONE = [of_poppler, of_pypdf, of_tags]


@pytest.fixture(scope="module", autouse=True)
def in_this_process() -> Iterator[None]:
    """WeasyPrint in the process of the tests; its fonts must go before the interpreter does."""
    yield
    _styles.cache_clear()


def page(body: str) -> str:
    return f'<!doctype html><html lang="km"><head><title>t</title></head><body>{body}</body></html>'


def printed(body: str) -> bytes:
    return render_pdf(page(body), title="x", language="km")


def joined(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("reader", EVERYONE)
def test_a_sentence_of_several_lines_comes_back_letter_for_letter(reader):
    pdf = printed(f'<p style="width: 40mm">{SENTENCE} {SENTENCE}</p>')
    assert joined(reader(pdf)) == SENTENCE * 2


@pytest.mark.parametrize("reader", EVERYONE)
@pytest.mark.parametrize(
    "text",
    [
        "សុខ សុភា · Sok Sophea",
        "១,២៥០ ៛ – ១០០%",
        "ក្រុមសន្សំប្រាក់ ឈ្មោះ បុប្ផា ស្រ្តី ញ៉ាំ ព្រះ ខ្ញុំ ស៊ាន ប៉ុន្តែ",
        # Two ways to write what looks the same.
        "ស្ត្រី ស្រ្តី",
        "Plain Latin, “quoted” & (bracketed) <not a tag> \\ /",
        # Letters of other fonts, and one that no font has.
        "✓ ½ → Ω Д",
        "\U000f0000",
    ],
)
def test_words_come_back_as_they_were_written(reader, text):
    assert reader(printed(f"<p>{escape(text)}</p>")).strip() == text


@pytest.mark.parametrize("reader", EVERYONE)
def test_what_is_copied_holds_no_invisible_letters(reader):
    pdf = printed(f"<table><tr><td>{SENTENCE}</td><td>សន្សំ\u200bប្រាក់</td></tr></table>")
    assert "\u200b" not in reader(pdf)
    assert "សន្សំប្រាក់" in reader(pdf)


@pytest.mark.parametrize("reader", EVERYONE)
def test_a_parted_word_ends_in_a_soft_hyphen(reader):
    """Readers then know that it goes on in the next line."""
    pdf = printed('<p style="width: 20mm">extra\u00adordinari\u00adly</p>')
    assert reader(pdf).split() == ["extra\u00ad", "ordinarily"]


@pytest.mark.parametrize("reader", EVERYONE)
def test_what_is_cut_off_by_an_ellipsis_can_be_searched(reader):
    cells = "".join(
        f'<tr><td class="one-line">{name}{SENTENCE * 2}</td></tr>' for name in ("ក", "ខ")
    )
    found = joined(reader(printed(f'<table style="width: 60mm">{cells}</table>')))
    assert found == f"ក{SENTENCE * 2}ខ{SENTENCE * 2}"


def test_head_and_foot_of_a_page_have_their_letters():
    html = page(
        '<p class="running-head"><span>សហគមន៍</span></p>'
        '<p class="running-foot"><span class="end">ទំព័រ <span class="page"></span></span></p>'
    )
    pdf = render_pdf(html, title="x", language="km")
    for reader in (of_poppler, of_pypdf):
        assert "សហគមន៍" in reader(pdf)
        assert "ទំព័រ ១" in reader(pdf)


@pytest.mark.parametrize("reader", [of_poppler, of_pypdf])
def test_the_labels_of_a_drawing_can_be_searched(reader):
    chart = bars("b", "ចំណងជើង", [Bar("ភូមិត្រពាំងថ្ម", 1250)], unit="នាក់", for_paper=True)
    found = reader(printed(f'<figure class="chart">{chart}</figure>'))
    assert "ភូមិត្រពាំងថ្ម" in found
    assert "នាក់" in found


def test_a_text_of_many_different_syllables_comes_back():
    """More than a font has glyphs, so that most of them need a code of their own."""
    consonants = [chr(code) for code in range(0x1780, 0x17A3)]
    text = " ".join(a + "\u17d2" + b + v for a in consonants for b in consonants for v in "ាិុេ")
    assert not missing(f"<p>{text}</p>", printed(f"<p>{text}</p>"))


def test_a_glyph_keeps_its_number_for_its_first_letters_and_has_others_for_more():
    codes = Codes(glyphs=100)
    assert codes.code(7, "ក") == 7
    other = codes.code(7, "ខ")
    assert other >= 100
    assert codes.code(7, "ខ") == other
    assert codes.aliases == {other: 7}


def test_a_font_without_codes_left_draws_on():
    codes = Codes(glyphs=10)
    given = {codes.code(3, str(number)) for number in range(70_000)}
    assert max(given) == 0xFFFF
    assert not given & set(range(0xD800, 0xE000))


def test_no_step_between_two_glyphs_is_taken_for_a_space():
    assert steps(-300).split() == ["-50"] * 6
    assert steps(12) == "12"


@pytest.mark.parametrize(
    ("drawn", "letters"),
    [
        ("សន្សំ\u200bប្រាក់", "សន្សំប្រាក់"),
        ("extra\u00ad\u2010", "extra\u00ad"),
        ("extra\u00adordinary", "extraordinary"),
        ("a-", "a-"),
        ("", ""),
    ],
)
def test_the_letters_of_a_line(drawn, letters):
    assert letters_of(drawn) == letters


def test_another_inside_of_weasyprint_is_not_printed_wrongly():
    """A version that draws a glyph without looking up its letters would give back wrong ones."""

    class Stream:
        stream: list[bytes] = []

    class Line:
        text = "ab"

    def draws_unseen(stream, *_):
        stream.stream.append(b"[<0012>] TJ")

    with pytest.raises(WeasyPrintChanged):
        Letters(draws_unseen).draw_first_line(Stream(), Line())


def test_weasyprint_is_as_before_when_nothing_is_printed():
    from weasyprint.draw import text
    from weasyprint.pdf import stream
    from weasyprint.svg import Node

    before = text.draw_first_line, stream.Font, Node.text
    with pytest.raises(RuntimeError), lettered():
        assert text.draw_first_line is not before[0]
        raise RuntimeError
    assert (text.draw_first_line, stream.Font, Node.text) == before
