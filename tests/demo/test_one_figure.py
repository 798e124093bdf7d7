"""The same figure has one value wherever it stands: on pages, on paper, in workbooks, on charts.

In the stories of the demonstration; with --long in the whole of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from html import unescape
from random import Random

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import strip_tags
from procrastinate.contrib.django.models import ProcrastinateJob

from cascades.models import Iteration, Programme
from core.papers import KINDS
from demo.loading import load_group, load_nationwide_round, load_stories
from registry.models import Organisation
from savings_groups.models import Group
from tests import factories
from tests.demo.shown import Cells, Witnesses, number, of_charts, of_sheets, of_tables
from tests.kept import *  # noqa: F403
from trainings.models import Training

LOADING = {task.name: task for task in (load_group, load_nationwide_round)}


@pytest.fixture(scope="module")
def told(kept, is_long):
    """The accounts of the demonstration, when all of it, or the stories and a group, is there."""
    codes = [place.code for place in factories.listed()]
    factories.make_places("12", *(code for code in codes if code[:4] in ("0203", "0209")))
    accounts = load_stories()
    with connection.cursor() as cursor:
        # Of tables that were empty when they were counted last, the database expects one row, and
        # reads them again for each row of another one.
        cursor.execute("SET LOCAL enable_nestloop = off")
    jobs = ProcrastinateJob.objects.filter(task_name__in=LOADING, status="todo").order_by("pk")
    for job in jobs if is_long else jobs.filter(task_name=load_group.name)[:1]:
        LOADING[job.task_name](**job.args)
    return accounts


@pytest.fixture
def reader(told, as_user):
    """The coordinator's browser."""
    return as_user(told["coordinator"])


def page(browser, name, *args, **asked) -> str:
    return browser.get(reverse(name, args=args), asked).content.decode()


def file(browser, name, *args, **asked) -> bytes:
    answer = browser.get(reverse(name, args=args), asked)
    return answer.getvalue()


def paper(kind, record, **options) -> str:
    """The words of a paper before the press has them."""
    made = KINDS[kind].paper(record, options)
    return render_to_string(made.template, dict(made.context))


def words(html: str) -> str:
    return " ".join(strip_tags(html).split())


def said(html: str, **patterns: str) -> Cells:
    """What a page says outside its tables: each pattern has one group."""
    text = words(html)
    found = {name: re.search(pattern, text) for name, pattern in patterns.items()}
    return {("in words", name): number(hit[1]) for name, hit in found.items() if hit}


# --- Trainings --------------------------------------------------------------------------------

IN_WORDS_OF_TRAINING = {
    "named": r"([\d,]+) named \+",
    "unnamed": r"\+ ([\d,]+) unnamed",
    "completed": r"([\d,]+) of [\d,]+ named participants completed",
    "person-days": r"Person-days recorded ([\d,.]+)",
}
ON_PAPER_OF_TRAINING = {
    "named": r"([\d,]+) named \+",
    "unnamed": r"\+ ([\d,]+) unnamed",
    "all": r"([\d,]+) participants [\d,]+ named",
    "women": r"([\d,]+) women",
    "completed": r"([\d,]+) completed of",
    "person-days": r"([\d,.]+) (?:person-days over|recorded)",
}
FACTS_OF_TRAINING = {
    "Participants by name": "named",
    "Participants without a name": "unnamed",
    "Participants together": "all",
    "Completed": "completed",
    "Person-days recorded": "person-days",
}


def of_ages(charts) -> Cells:
    """The chart of ages and sexes: the people of a band together, people without a name too."""
    marks = charts.get("By age on the first day", {})
    return {("ages drawn", band): number(text) for band, text in marks.items()}


def ages_in(cells: Cells) -> Cells:
    """The same out of a table: those by name and those without one."""
    by = "By age on the first day"
    bands = {row for first, row, *_ in cells if first == by} - {"Total"}
    everyone = {
        band: (cells[by, band, "By name"] or 0) + (cells.get((by, band, "Without a name")) or 0)
        for band in bands
    }
    return {("ages drawn", band): Decimal(count) for band, count in everyone.items() if count}


def of_sessions(charts) -> Cells:
    marks = charts.get("Present in each session, of those listed", {})
    return {("Session", row, "Present of listed"): number(text) for row, text in marks.items()}


def of_means(charts) -> Cells:
    marks = charts.get("Mean points before and after, of those who sat both tests", {})
    return {("in words", f"mean {row}".lower()): number(text) for row, text in marks.items()}


MEANS_ON_PAGE = {"mean before": r"from ([\d.]+) to", "mean after": r"from [\d.]+ to ([\d.]+)"}
MEANS_IN_FILE = {
    "Mean before, of those who sat both": "mean before",
    "Mean after, of those who sat both": "mean after",
}


def told_of_training(browser, training) -> Witnesses:
    figures = page(browser, "trainings:figures", training.pk)
    report = paper("trainings.report", training)
    book = of_sheets(file(browser, "trainings:report-xlsx", training.pk))
    heard = Witnesses()
    heard.hear("page", of_tables(figures) | ages_in(of_tables(figures)))
    heard.hear("page", said(figures, **IN_WORDS_OF_TRAINING, **MEANS_ON_PAGE))
    heard.hear(
        "overview", said(page(browser, "trainings:detail", training.pk), **IN_WORDS_OF_TRAINING)
    )
    heard.hear("paper", of_tables(report) | ages_in(of_tables(report)))
    heard.hear("paper", said(report, **ON_PAPER_OF_TRAINING, **MEANS_ON_PAGE))
    heard.hear("workbook", book | ages_in(book))
    facts = FACTS_OF_TRAINING | MEANS_IN_FILE
    heard.hear(
        "workbook",
        {
            ("in words", facts[name[1]]): value
            for name, value in book.items()
            if name[1] in facts and value is not None
        },
    )
    for place, html in (("chart", figures), ("chart on paper", report)):
        drawn = of_charts(html)
        heard.hear(place, of_ages(drawn) | of_sessions(drawn) | of_means(drawn))
    return heard


def test_a_training_says_the_same_everywhere(reader, told, is_long):
    trainings = list(Training.objects.visible_to(told["coordinator"]).order_by("pk"))
    compared = 0
    for training in trainings if is_long else Random("trainings").sample(trainings, 8):
        heard = told_of_training(reader, training)
        assert not list(heard.contradictions()), training
        compared += heard.compared
    assert compared > 500


# --- Savings groups ---------------------------------------------------------------------------


def of_figures(cells: Cells, column: str = "Value") -> Cells:
    return {
        ("figure", row): value for (_first, row, head), value in cells.items() if head == column
    }


def told_of_group(browser, group) -> Witnesses:
    figures = page(browser, "groups:figures", group.pk)
    compared = page(browser, "groups:compare", group=group.pk)
    book = of_sheets(file(browser, "groups:compare-xlsx", group=group.pk))
    heard = Witnesses()
    heard.hear("page", of_figures(of_tables(figures)))
    heard.hear(
        "compared",
        {
            ("figure", head): value
            for (first, row, head), value in of_tables(compared).items()
            if first == "Group" and row.startswith(group.name) and head != "Grade"
        },
    )
    heard.hear(
        "workbook",
        {
            ("figure", re.sub(r"(, percent)?, [^,]+$", "", head)): value
            for (first, row, head), value in book.items()
            if first == "Group" and row == group.name
        },
    )
    return heard


def test_a_group_says_the_same_everywhere(reader, told):
    groups = list(Group.objects.visible_to(told["coordinator"]))
    between = 0
    for group in groups:
        heard = told_of_group(reader, group)
        assert not list(heard.contradictions()), group
        between += heard.between("page", "compared", "workbook")
    assert between >= 8 * len(groups)


def test_groups_together_say_on_paper_what_each_says(reader, told):
    for organisation in Organisation.objects.owned_by(told["coordinator"]):
        report = of_tables(paper("savings_groups.annual-meeting-of-organisation", organisation))
        for group in Group.objects.filter(owner=organisation):
            heard = Witnesses()
            heard.hear("page", of_figures(of_tables(page(reader, "groups:figures", group.pk))))
            heard.hear(
                "paper",
                {
                    ("figure", head): value
                    for (first, row, head), value in report.items()
                    if first == "Group" and row == group.name and head not in ("Grade", "Cycle")
                },
            )
            assert heard.between("page", "paper") >= 8
            assert not list(heard.contradictions()), group


# --- Cascades ---------------------------------------------------------------------------------


def scopes(user) -> Iterator[tuple[Programme, Iteration | None]]:
    for programme in Programme.objects.visible_to(user):
        yield programme, None
        for iteration in Iteration.objects.visible_to(user).filter(programme=programme):
            yield programme, iteration


def by_figure(cells: Cells) -> Cells:
    """Of tables of figures: by figure and tier."""
    return {name[1:]: value for name, value in cells.items() if name[0] == "Figure"}


def in_file(cells: Cells) -> Cells:
    """The same of a workbook, which has a row for each figure and tier."""
    found: Cells = {}
    for (first, *about, head), value in cells.items():
        if head == "Value":
            found[(about[1], "All together") if first == "Section" else tuple(about)] = value
    return found


FUNNEL = "From the list to active trainers"


def of_funnel(cells: Cells, people: str) -> Cells:
    return {
        ("funnel", name[1]): value
        for name, value in cells.items()
        if name[0] == "Step" and name[-1] == people
    }


def of_drawn_funnel(html: str) -> Cells:
    marks = of_charts(html).get(FUNNEL, {})
    return {("funnel", step): number(text) for step, text in marks.items()}


def told_of_cascade(browser, programme, iteration) -> Witnesses:
    asked = {"iteration": iteration.pk if iteration else "all"}
    figures = page(browser, "cascades:figures", programme.pk, **asked)
    book = file(browser, "cascades:figures-xlsx", programme.pk, **asked)
    of = "-of-iteration" if iteration else ""
    report = paper(f"cascades.report{of}", iteration or programme)
    summary = paper(f"cascades.summary{of}", iteration or programme)
    tables = of_tables(figures)
    heard = Witnesses()
    heard.hear("page", by_figure(tables) | of_funnel(tables, "Number of people"))
    heard.hear("workbook", in_file(of_sheets(book, named_by=2)))
    heard.hear("workbook", of_funnel(of_sheets(book), "People"))
    heard.hear("paper", by_figure(of_tables(report)))
    for place, html in (("page", figures), ("report", report), ("summary", summary)):
        heard.hear(f"chart of the {place}", of_drawn_funnel(html))
    return heard


def test_a_cascade_says_the_same_everywhere(reader, told):
    steps = 0
    for programme, iteration in scopes(told["coordinator"]):
        heard = told_of_cascade(reader, programme, iteration)
        assert not list(heard.contradictions()), (programme, iteration)
        assert heard.between("page", "workbook", "paper") > 20
        steps += heard.between("page", "workbook", "chart of the report", "chart of the summary")
    assert steps > 3


# --- A figure and its own page ----------------------------------------------------------------


def own_value(html: str) -> Decimal | None:
    found = re.search(r'<span class="value">(.*?)</span>', html, re.DOTALL)
    return number(words(found[1])) if found else None


def test_the_page_of_a_figure_says_what_the_list_of_figures_says(reader, told, is_long):
    """The definitions are walked, and a group and a programme drawn; --long takes all of them."""
    groups = list(Group.objects.visible_to(told["coordinator"]).order_by("pk"))
    programmes = list(Programme.objects.visible_to(told["coordinator"]).order_by("pk"))
    for app, records in (("groups", groups), ("cascades", programmes)):
        for record in records if is_long else Random(app).sample(records, 1):
            listed = page(reader, f"{app}:figures", record.pk)
            links = re.findall(rf'href="(/{app}/{record.pk}/figures/[a-z0-9_-]+/[^"]*)"', listed)
            names = sorted({unescape(link) for link in links if "spreadsheet" not in link})
            heard = Witnesses()
            heard.hear("list", of_links(listed))
            for link in names if is_long else Random(app).sample(names, 6):
                name = link.split("/")[4]
                heard.hear("page", {("figure", name): own_value(answer(reader, link))})
            assert heard.between("list", "page") >= 6
            assert not list(heard.contradictions()), record


def answer(browser, link: str) -> str:
    return browser.get(link).content.decode()


def of_links(html: str) -> Cells:
    """By the name in the address of each figure: the first number beside it."""
    rows = re.findall(
        r'/figures/([a-z0-9_-]+)/[^"]*">.*?<td class="number">(.*?)</td>', html, re.DOTALL
    )
    return {("figure", name): number(words(cell.split("sub")[0])) for name, cell in rows}
