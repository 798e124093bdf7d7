"""Registers, certificates and passbooks, against plain WeasyPrint on the same content.

bin/bench papers [part of a name]      all unless told otherwise

Plain means: the same page as one HTML document, in the same style sheet, WeasyPrint's own defaults,
the variable font. Ours is everything from the template to the PDF, with tags and letters that can
be copied. Both run in this process, warm; peak memory is of a process of its own for each.
"""

from __future__ import annotations

import os
import random
import re
import sys
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from html import escape
from pathlib import Path

from benchmarks.measure import print_ratio, scratch_database, take_turns

FONT = '@font-face {{ font-family: "Noto Sans Khmer"; src: url("file://{}") }}'
ROW = re.compile(r'<tr data-rows="([^"]*)"[^>]*>.*?</tr>', re.DOTALL)
CELL = re.compile(r"(<t[dh]\b[^>]*>).*?(</t[dh]>)", re.DOTALL)
PAGE = re.compile(r'<section [^>]*data-copies="([^"]*)".*?</section>', re.DOTALL)
SLOT = re.compile(r'(<(\w+)[^>]* data-slot="([^"]*)">)(</\2>)')
# A part of the name of what is to be measured.
WANTED = sys.argv[1] if len(sys.argv) > 1 else ""
# Times that each is measured.
ROUNDS = {"sign-in sheet of 30": 7, "register of 1,000 rows": 3, "register of 5,000 rows": 2}


def main() -> None:
    from django.utils import translation

    from savings_groups.papers.pdf import _passbooks
    from trainings.papers import pdf

    with translation.override("km"):
        papers = {
            "sign-in sheet of 30": lambda: pdf.sign_in_sheet(make_training(30)),
            "500 certificates": lambda: certificates(make_training(500)),
            "12 passbooks": lambda: _passbooks(*make_passbooks(12)),
            "register of 1,000 rows": lambda: pdf.register(make_training(1_000)),
            "register of 5,000 rows": lambda: pdf.register(make_training(5_000)),
        }
        cases = {what: cases_of(build()) for what, build in papers.items() if WANTED in what}
        # Before anything was printed here: a process keeps the memory that it once had.
        for what, each in cases.items():
            ours, peers = (peak_memory(case) for case in each.values())
            print_ratio(f"{what}, peak memory", [ours], [peers])
        for what, each in cases.items():
            spent = take_turns(each, rounds=ROUNDS.get(what, 3))
            print_ratio(f"{what}, to plain WeasyPrint", spent["ours"], spent["plain"])


def cases_of(paper) -> dict[str, Callable[[], bytes]]:
    """The paper as we print it, and as plain WeasyPrint does."""
    import weasyprint

    from paper.renderer import STYLES, render_pdf

    styles = FONT.format(_font()) + "".join(path.read_text() for path in STYLES)
    page = plain(paper).replace("</head>", f"<style>{styles}</style></head>")

    def ours() -> bytes:
        return render_pdf(
            rendered(paper),
            title=paper.title,
            language="km",
            rows=paper.rows,
            copies=paper.copies,
        )

    def peer() -> bytes:
        return weasyprint.HTML(string=page).write_pdf()

    return {"ours": ours, "plain": peer}


def rendered(paper) -> str:
    from django.template.loader import render_to_string

    return render_to_string(paper.template, paper.context)


def plain(paper) -> str:
    """The whole paper as HTML: rows and copies written where the template shows one."""
    from khmer.wrap import wrap_words

    shown: set[str] = set()

    def rows(match: re.Match[str]) -> str:
        if match[1] in shown:  # Another look of the same rows.
            return ""
        shown.add(match[1])
        return "".join(_row(match[0], row.cells) for row in paper.rows[match[1]])

    def pages(match: re.Match[str]) -> str:
        return "".join(_page(match[0], copy) for copy in paper.copies[match[1]])

    return wrap_words(PAGE.sub(pages, ROW.sub(rows, rendered(paper))))


def _row(sample: str, cells) -> str:
    texts = iter(cells)

    def said(match: re.Match[str]) -> str:
        text = next(texts)
        if isinstance(text, str):
            return f"{match[1]}{escape(text)}{match[2]}"
        return f"{match[1]}{escape(text[0])}<br><small>{escape(text[1])}</small>{match[2]}"

    return CELL.sub(said, re.sub(' data-rows="[^"]*"', "", sample))


def _page(sample: str, copy) -> str:
    filled = SLOT.sub(lambda match: f"{match[1]}{copy[match[3]]}{match[4]}", sample)
    return filled.replace("data-copies", "data-copy")


def peak_memory(case: Callable[[], object]) -> float:
    """Megabytes that a case adds at its peak, in a process of its own."""
    ours, theirs = os.pipe()
    if (child := os.fork()) == 0:
        Path("/proc/self/clear_refs").write_text("5")  # From now on, the peak is of this case.
        before = _memory("VmRSS")
        case()
        os.write(theirs, f"{_memory('VmHWM') - before:.1f}".encode())
        os._exit(0)
    os.close(theirs)
    os.waitpid(child, 0)
    with os.fdopen(ours, "rb") as answer:
        return float(answer.read())


def _memory(name: str) -> float:
    status = Path("/proc/self/status").read_text()
    return int(re.search(rf"{name}:\s+(\d+)", status)[1]) / 1024


def _font() -> str:
    import fontpkg

    return str(fontpkg.path("Noto Sans Khmer"))


def certificates(training):
    """The certificates of everybody on the list."""
    from trainings.models import Certificate
    from trainings.papers import pdf

    people = training.enrolments.select_related("person")
    paper = pdf.certificates(training)
    copies = [
        pdf._certificate(
            Certificate(enrolment=each, year=2026, number=number, issued_on=date(2026, 4, 1))
        )
        for number, each in enumerate(people, 1)
    ]
    paper.copies["certificates"].extend(copies)
    return paper


def make_passbooks(members: int):
    """A group with so many members, each with two years of meetings."""
    from registry.models import Organisation, Person
    from savings_groups.figures.passbook import Amounts, Passbook, PassbookLine
    from savings_groups.models import Group, Member

    owner = Organisation.objects.create(name_latin="Benchmark of groups")
    group = Group(owner=owner, organisation=owner)
    chance = random.Random(3)

    def line(number: int) -> PassbookLine:
        sums = Amounts(saving=20_000, welfare=500, interest=chance.choice([0, 12_500]))
        on = date(2024, 1, 5) + timedelta(days=30 * number)
        saved = 20_000 * number
        return PassbookLine(on, number, "ប្រជុំ", "", False, False, (), sums, (), saved, 100_000)

    books = []
    for number in range(1, members + 1):
        person = Person(owner=owner, name_km=_name(chance)[0], name_latin=_name(chance)[1])
        member = Member(
            owner=owner, group=group, person=person, number=number, joined_on=date(2024, 1, 5)
        )
        lines = tuple(line(n) for n in range(1, 25))
        totals = Amounts(saving=480_000, welfare=12_000)
        books.append(Passbook(member, lines, totals, 480_000, 100_000, 0, 0, 0, (), 300, "AB12"))
    return group, books


def _name(chance: random.Random) -> tuple[str, str]:
    from demo.people import FAMILY, MEN, WOMEN

    family, given = chance.choice(FAMILY), chance.choice(WOMEN + MEN)
    return f"{family[0]} {given[0]}", f"{family[1]} {given[1]}"


def make_training(size: int):
    """A training with so many made-up people on its list."""
    from registry.models import Organisation, Person, User
    from trainings.actions.attending import Mark, Presence, record_attendance
    from trainings.actions.planning import plan_training
    from trainings.models import AgeBandScheme, Enrolment, Training

    owner = Organisation.objects.create(name_latin="Benchmark")
    user = User.objects.create(username=f"b{size}", role="coordinator", organisation=owner)
    chance = random.Random(2)
    people = []
    for number in range(size):
        khmer, latin = _name(chance)
        names = {"name_km": khmer, "name_latin": latin}
        people.append(Person(owner=owner, birth_year=1980 + number % 25, sex="female", **names))
    Person.objects.bulk_create(people)
    training = plan_training(
        owner=owner,
        title_km="ភាពជាអ្នកដឹកនាំ",
        starts_on=date(2026, 3, 2),
        ends_on=date(2026, 3, 5),
        age_bands=AgeBandScheme.objects.get(is_default=True),
        hours_a_day=Decimal(6),
        by=user,
    )
    Enrolment.objects.bulk_create(
        Enrolment(owner=owner, training=training, person=person, sheet_row=row)
        for row, person in enumerate(people, start=1)
    )
    for session in training.sessions.all():
        marks = [Mark(e.pk, Presence.of("present"), None) for e in training.enrolments.all()]
        record_attendance(session, marks=marks, by=user)
    return Training.objects.select_related("owner", "age_bands", "place").get(pk=training.pk)


if __name__ == "__main__":
    with scratch_database():
        main()
