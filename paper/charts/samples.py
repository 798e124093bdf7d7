"""Every chart with made-up numbers, for the style guide."""

from datetime import date

from django.utils.safestring import SafeString

from paper.charts.bars import Bar, Share, StackedBar, bars, columns, stacked_bars
from paper.charts.flows import Flow, Stop, sankey
from paper.charts.rulers import Ruled, ruler
from paper.charts.stages import Curve, Stage, funnel, steps
from paper.charts.tiles import Tile, tile_grid
from paper.charts.trees import Node, icicle
from paper.charts.trends import Forecast, Series, Target, banded_trend, trend


def samples(*, for_paper: bool = False) -> list[tuple[str, SafeString]]:
    """The charts with their titles, in Khmer and English, with what is lost and not known."""
    people = "people"
    return [
        (
            "Bars",
            bars(
                "sample-bars",
                "Bars",
                [Bar("ស្ត្រីវ័យក្មេង", 1248), Bar("Commune councillors", 310), Bar("Monks", None)],
                unit=people,
                for_paper=for_paper,
            ),
        ),
        (
            "Ruler",
            ruler(
                "sample-ruler",
                "Ruler",
                Ruled(71, 65, 58),
                show=lambda value: f"{value}%",
                for_paper=for_paper,
            ),
        ),
        (
            "Stacked bars",
            stacked_bars(
                "sample-stacked",
                "Stacked bars",
                [StackedBar("15–24", (20, 8, 2), 30), StackedBar("25–59", (9, 3, 0), 12)],
                series=["ស្រី", "ប្រុស", "not stated"],
                unit=people,
                for_paper=for_paper,
            ),
        ),
        (
            "Columns",
            columns(
                "sample-columns",
                "Columns",
                [Share("វគ្គ ១", 28, 30), Share("Session 2", 21, 30)],
                unit=people,
                for_paper=for_paper,
            ),
        ),
        (
            "Trend",
            trend(
                "sample-trend",
                "Trend",
                [date(2026, 1, 5), date(2026, 2, 5), date(2026, 4, 5)],
                [Series("ប្រាក់សន្សំ", (0, 234_000, 1_248_000)), Series("Loans", (0, 150_000, 90_000))],
                show="{:,} ៛".format,
                for_paper=for_paper,
            ),
        ),
        ("Icicle", _icicle(for_paper)),
        ("Sankey", _sankey(for_paper)),
        ("Tile grid", _tile_grid(for_paper)),
        (
            "Steps",
            steps(
                "sample-steps",
                "Steps",
                [
                    Curve(
                        "គ្រូបង្គោល",
                        6,
                        ((30, 1 / 6), (31, 2 / 6), (45, 3 / 6), (212, 3 / 4)),
                        (99, 250),
                    ),
                    Curve("Provincial trainers", 40, ((60, 0.2), (180, 0.45)), (20, 90, 220)),
                ],
                for_paper=for_paper,
            ),
        ),
        (
            "Funnel",
            funnel(
                "sample-funnel",
                "Funnel",
                [
                    Stage("បានជ្រើសរើស", 30),
                    Stage("Completed", 18),
                    Stage("Certified", None),
                    Stage("Trained others", 12),
                ],
                unit=people,
                for_paper=for_paper,
            ),
        ),
        (
            "Banded trend",
            banded_trend(
                "sample-banded",
                "Banded trend",
                [
                    Forecast(1, "Round 1", 900, 900, 900),
                    Forecast(2, "Round 2", 2_400, 2_400, 2_400),
                    Forecast(3, "Round 3", 5_200, 3_900, 6_600),
                    Forecast(4, "Round 4", 9_800, 6_400, 12_900),
                ],
                show=lambda value: f"{value:,} {people}",
                target=Target("ក្រុមប្រឹក្សាឃុំទាំងអស់", 11_572),
                for_paper=for_paper,
            ),
        ),
    ]


def _icicle(for_paper: bool) -> SafeString:
    battambang = Node(
        "ក្រុមបាត់ដំបង", 300, (Node("សុខ ដារ៉ា", 160, href="#charts"), Node("Chan Bopha", 90))
    )
    pursat = Node("Pursat group", 180, (Node("Heng Sovann", 110), Node("Lim Phalla", 50)))
    tiny = tuple(Node(f"Village {number}", 8) for number in range(1, 6))
    return icicle(
        "sample-icicle",
        "Icicle",
        Node("All master trainers", 600, (battambang, pursat, Node("Kep", 60), *tiny)),
        unit="people",
        levels=["Master trainers", "Groups", "Councillors"],
        for_paper=for_paper,
    )


def _sankey(for_paper: bool) -> SafeString:
    tiers = [
        [Stop("nominated", "Nominated", 27)],
        [Stop("completed", "បានបញ្ចប់", 22), Stop("left", "Did not complete", 5, lost=True)],
        [
            Stop("trained", "Trained others", 14),
            Stop("idle", "Did not train", 3, lost=True),
            Stop("open", "មិនទាន់ដឹង", 5, lost=True),
        ],
    ]
    flows = [
        Flow("nominated", "completed", 22),
        Flow("nominated", "left", 5),
        Flow("completed", "trained", 14),
        Flow("completed", "idle", 3),
        Flow("completed", "open", 5),
    ]
    return sankey("sample-sankey", "Sankey", tiers, flows, unit="people", for_paper=for_paper)


def _tile_grid(for_paper: bool) -> SafeString:
    tiles = [
        Tile("01", "Banteay Meanchey", 9, 65),
        Tile("02", "បាត់ដំបង", 83, 102, href="#charts"),
        Tile("12", "Phnom Penh", None, None, why="not in scope"),
        Tile("15", "ពោធិ៍សាត់", 28, 49),
        Tile("17", "Siemreap", 31, 100),
        Tile("18", "ព្រះសីហនុ", 0, 28),
        Tile("24", "Pailin", 8, 8),
    ]
    return tile_grid("sample-tiles", "Tile grid", tiles, unit="communes", for_paper=for_paper)
