"""Charts drawn on the server."""

import re
from datetime import date

import pytest
from defusedxml.ElementTree import fromstring
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from khmer.wrap import has_khmer
from paper.charts import (
    Bar,
    Curve,
    Flow,
    Forecast,
    Node,
    Series,
    Share,
    StackedBar,
    Stage,
    Stop,
    Target,
    Tile,
    banded_trend,
    bars,
    columns,
    funnel,
    icicle,
    sankey,
    stacked_bars,
    steps,
    tile_grid,
    trend,
)
from paper.fonts import ROOT
from paper.press import press
from paper.qr import qr_svg
from paper.shaping import lines, width
from tests.paper.letters import missing, of_pypdf
from tests.paper.reading import SVG, rectangles, texts

HOSTILE = '<b onclick="alert(1)">&amp;</b>'


def drawn(for_paper: bool) -> list[str]:
    return [
        bars(
            "reach",
            "អ្នកចូលរួម",
            [Bar("ស្ត្រីវ័យក្មេងនៅក្នុងសង្កាត់វត្តគរ ក្រុងបាត់ដំបង ខេត្តបាត់ដំបង", 1248), Bar("<b>", None)],
            unit="នាក់",
            for_paper=for_paper,
        ),
        stacked_bars(
            "sex",
            "By sex",
            [StackedBar("វគ្គ ១", (20, 8, 2), 30)],
            series=["ស្រី", "ប្រុស", "Not stated"],
            unit="people",
            for_paper=for_paper,
        ),
        columns("here", "Attendance", [Share("វគ្គ ១", 28, 30)], unit="people", for_paper=for_paper),
        trend(
            "growth",
            "Savings",
            [date(2026, 1, 5), date(2026, 2, 5)],
            [Series("ប្រាក់សន្សំ", (0, 234_000)), Series("Loans", (5, 20))],
            show="{:,} ៛".format,
            for_paper=for_paper,
        ),
    ]


def of_cascades(label: str = "គ្រូបង្គោល", *, for_paper: bool = False) -> list[str]:
    """Each drawing with this label on everything, and a number that stands for nothing else."""
    tiers = [[Stop("a", label, 30)], [Stop("b", label, 28), Stop("c", label, 2, lost=True)]]
    flows = [Flow("a", "b", 28), Flow("a", "c", 2)]
    return [
        icicle(
            "tree",
            label,
            Node(label, 40, (Node(label, 30, href="/"), Node(label, 5))),
            unit=label,
            levels=[label],
            for_paper=for_paper,
        ),
        sankey("tiers", label, tiers, flows, unit=label, for_paper=for_paper),
        tile_grid(
            "map",
            label,
            [Tile("02", label, 3, 9, href="/"), Tile("01", label, None, 9, why=label)],
            unit=label,
            for_paper=for_paper,
        ),
        steps(
            "soon", label, [Curve(label, 4, ((30, 0.25), (45, 0.5)), (60,))], for_paper=for_paper
        ),
        funnel(
            "funnel", label, [Stage(label, 9), Stage(label, 4)], unit=label, for_paper=for_paper
        ),
        banded_trend(
            "what-if",
            label,
            [Forecast(0, label, 4, 4, 4), Forecast(1, label, 9, 7, 12)],
            show=lambda value: f"{value} {label}",
            target=Target(label, 11),
            for_paper=for_paper,
        ),
    ]


def all_drawn(for_paper: bool) -> list[str]:
    return drawn(for_paper) + of_cascades(for_paper=for_paper)


@pytest.mark.parametrize("svg", all_drawn(for_paper=False) + all_drawn(for_paper=True))
def test_khmer_is_text_on_screen_and_on_paper(svg: str) -> None:
    assert any(map(has_khmer, texts(svg)))


@pytest.mark.parametrize("svg", all_drawn(for_paper=False) + all_drawn(for_paper=True))
def test_a_chart_needs_no_style_attribute_and_says_itself_in_words(svg: str) -> None:
    root = fromstring(svg)
    assert not re.search(r"\sstyle=", svg)
    assert root[0].tag == f"{SVG}title"
    assert root[1].tag == f"{SVG}desc"
    assert root[1].text


@pytest.mark.parametrize("svg", all_drawn(for_paper=False) + all_drawn(for_paper=True))
def test_nothing_is_drawn_outside_a_narrow_phone(svg: str) -> None:
    for box in rectangles(svg):
        assert float(box["x"]) >= 0
        assert float(box["x"]) + float(box["width"]) <= 360


def test_charts_print_and_their_words_can_be_searched() -> None:
    body = "".join(f'<figure class="chart">{svg}</figure>' for svg in all_drawn(for_paper=True))
    html = f'<html lang="km"><title>x</title><body>{body}</body></html>'
    pdf = press.print(html, title="x", language="km")
    assert not missing(html, pdf)
    # A sign that is set without its letter stands on a dotted circle.
    assert "\u25cc" not in of_pypdf(pdf)


def test_values_stand_at_their_bars_with_unit_and_number() -> None:
    svg = bars("a", "t", [Bar("Women", 1248)], unit="people")
    assert "1,248 people" in texts(svg)
    svg = stacked_bars("a", "t", [StackedBar("A", (3, 1), 4)], series=["F", "M"], unit="people")
    assert "A (n = 4)" in texts(svg)
    assert "F 3 · M 1" in texts(svg)
    assert "28/30" in texts(columns("a", "t", [Share("A", 28, 30)], unit="people"))


def test_what_is_not_known_is_said_and_not_drawn_as_nothing() -> None:
    svg = bars("a", "t", [Bar("A", 5), Bar("B", None), Bar("C", 0)], unit="")
    assert "not known" in texts(svg)
    assert "0" in texts(svg)
    assert len(rectangles(svg)) == 1


@pytest.mark.parametrize(
    "svg",
    [
        bars("a", "t", [], unit=""),
        bars("a", "t", [Bar("A", None)], unit=""),
        stacked_bars("a", "t", [], series=["F"], unit=""),
        columns("a", "t", [], unit=""),
        columns("a", "t", [Share("A", 0, 0)], unit=""),
    ],
)
def test_no_data_is_said_to_be_no_data(svg: str) -> None:
    assert texts(svg) == ["No data"]


def test_the_parts_of_a_bar_sum_to_its_total() -> None:
    with pytest.raises(ValueError, match="sum"):
        StackedBar("A", (20, 8), 30)
    with pytest.raises(ValueError, match="sum"):
        StackedBar("A", (31, -1), 30)
    with pytest.raises(ValueError, match="one part"):
        stacked_bars("a", "t", [StackedBar("A", (1,), 1)], series=["F", "M"], unit="")
    with pytest.raises(ValueError, match="whole"):
        Share("A", 31, 30)


@given(st.lists(st.tuples(*[st.integers(0, 10**6)] * 3), min_size=1, max_size=6))
def test_the_lengths_of_parts_keep_the_proportion(parts: list[tuple[int, int, int]]) -> None:
    rows = [StackedBar(str(n), part, sum(part)) for n, part in enumerate(parts)]
    svg = stacked_bars("a", "t", rows, series=["F", "M", "?"], unit="")
    longest = max(row.total for row in rows)
    if longest:
        shown = [part for row in parts for part in row if part]
        for part, box in zip(shown, rectangles(svg)[3:], strict=True):
            assert float(box["width"]) == pytest.approx(358 * part / longest, abs=0.06)


def test_the_ids_of_a_drawing_begin_with_its_name() -> None:
    """So that two drawings on one page do not speak for each other."""
    for svg in of_cascades():
        ids = re.findall(r'\sid="([^"]*)"', svg)
        name = ids[0].removesuffix("-title")
        assert ids == [f"{name}-title", f"{name}-desc"]


def test_text_is_never_smaller_than_small_print() -> None:
    for svg in of_cascades():
        sizes = [float(node.attrib["font-size"]) for node in fromstring(svg).iter(f"{SVG}text")]
        assert min(sizes) >= 11.5


def test_a_hostile_label_stays_a_label() -> None:
    for for_paper in (False, True):
        for svg in of_cascades(HOSTILE, for_paper=for_paper):
            assert "<b" not in svg
            assert not any("onclick" in node.attrib for node in fromstring(svg).iter())


def test_colours_are_those_of_the_tokens() -> None:
    tokens = (ROOT / "static/css/tokens.css").read_text(encoding="utf-8")
    for svg in of_cascades():
        for colour in re.findall(r'(?:fill|stroke)="([^"]*)"', svg):
            assert colour == "none" or f": {colour};" in tokens


@pytest.mark.parametrize(
    "href", ["javascript:alert(1)", "//elsewhere.example/", "https://x.example"]
)
def test_a_drawing_links_to_this_site_only(href: str) -> None:
    with pytest.raises(ValueError, match="this site"):
        tile_grid("map", "Map", [Tile("02", "Battambang", 3, 9, href=href)], unit="communes")


def test_links_are_for_the_screen_and_can_be_heard() -> None:
    """A screen reader passes over what is inside an image."""
    tree, _tiers, tiles, *_others = of_cascades()
    assert all(fromstring(svg).attrib["role"] == "group" for svg in (tree, tiles))
    assert "<a " in tree
    assert "<a " in tiles
    assert not any("<a " in svg for svg in of_cascades(for_paper=True))


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]), max_size=60))
def test_any_label_gives_a_readable_drawing(label: str) -> None:
    for for_paper in (False, True):
        for svg in of_cascades(label, for_paper=for_paper):
            fromstring(svg)
        fromstring(bars("a", label, [Bar(label, 1)], unit=label[:5], for_paper=for_paper))


def test_labels_break_between_words_and_lose_nothing() -> None:
    label = "ស្ត្រីវ័យក្មេងនៅក្នុងសង្កាត់វត្តគរ"
    broken = lines(label, 13, 100)
    assert len(broken) > 1
    assert "".join(broken) == label
    assert all(width(line, 13) <= 100 for line in broken)


def test_a_qr_code_needs_no_style_and_says_what_it_is() -> None:
    svg = qr_svg("https://samaki.example/verify/1", label="Check <this>")
    assert "style=" not in svg
    assert "Check &lt;this&gt;" in svg
    fromstring(svg)


def test_a_trend_runs_in_time_and_says_where_it_ends() -> None:
    """A month is as long as it is; the highest value touches the top, zero the foot."""
    days = [date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 11)]
    svg = trend("t", "T", days, [Series("Savings", (0, 50, 100))], show=str)
    path = fromstring(svg).find(f"{SVG}polyline")
    assert path is not None
    points = [tuple(map(float, pair.split(","))) for pair in path.attrib["points"].split()]
    (x0, y0), (x1, y1), (x2, y2) = points
    assert (x1 - x0) * 10 == pytest.approx(x2 - x0, abs=1)
    assert y0 - y1 == pytest.approx(y1 - y2)
    assert "Savings: 100" in texts(svg)


def test_a_trend_has_a_value_for_each_day() -> None:
    with pytest.raises(ValueError, match="each day"):
        trend("t", "T", [date(2026, 1, 1)], [Series("Savings", (1, 2))], show=str)


def test_bars_may_be_parts_of_a_whole_that_none_of_them_reaches() -> None:
    half, whole = (bars("b", "B", [Bar("x", 50)], unit="%", full=full) for full in (100, None))
    widths = [float(rectangles(svg)[0]["width"]) for svg in (half, whole)]
    assert widths[0] * 2 == pytest.approx(widths[1], abs=0.2)


def test_the_longest_bar_leaves_room_for_khmer_digits() -> None:
    with translation.override("km"):
        svg = bars("b", "B", [Bar("x", 3_643_700)], unit="៛", for_paper=True)
    length = float(rectangles(svg)[0]["width"])
    assert length + 6 + width("៣,៦៤៣,៧០០ ៛", 13, 700) <= 360


@pytest.mark.parametrize("for_paper", [False, True])
def test_a_khmer_drawing_has_khmer_digits_on_screen_and_on_paper(for_paper: bool) -> None:
    with translation.override("km"):
        svg = bars("b", "T", [Bar("ភូមិ", 1_250)], for_paper=for_paper)
    assert not re.search(r"<text[^>]*>[^<]*[0-9]", svg)
    assert "១,២៥០" in svg
