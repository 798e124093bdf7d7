"""A report to a donor of about twenty pages, against cold plain WeasyPrint.

bin/bench donor_reports

Plain means the same page in the same style sheet by WeasyPrint's own defaults, in a process that is
started for it, as where no worker waits for papers. Ours is everything from the frozen rows to the
tagged PDF, in a process that has printed before. CPU of both, in turns.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import django

from benchmarks.measure import print_ratio

ROUNDS = 5
INDICATORS, SECTIONS = 6, 6
FONT = '@font-face {{ font-family: "Noto Sans Khmer"; src: url("file://{}") }}'
TEXT = (
    "The **trainers** of the commune met the women of each village in their own houses, and what "
    "they had agreed on was written down on the same day. " * 6
)
PLAIN = "import sys, weasyprint; weasyprint.HTML(filename=sys.argv[1]).write_pdf(sys.argv[2])"


def main() -> None:
    from reports.papers.donor_report import paper_of

    sent = report()
    with TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(plain(paper_of(sent)), encoding="utf-8")
        pages = count_pages(ours(sent))
        spent: dict[str, list[float]] = {"ours": [], "plain": []}
        for _round in range(ROUNDS):
            before = time.process_time()
            ours(sent)
            spent["ours"].append(time.process_time() - before)
            spent["plain"].append(cold(page))
    print_ratio(f"report of {pages} pages, warm to cold plain", spent["ours"], spent["plain"])


def ours(sent) -> bytes:
    from django.template.loader import render_to_string

    from paper.renderer import render_pdf
    from reports.papers.donor_report import paper_of

    paper = paper_of(sent)
    html = render_to_string(paper.template, dict(paper.context))
    return render_pdf(html, title=paper.title, language="en")


def cold(page: Path) -> float:
    """CPU seconds of a process that does nothing else."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    out = page.with_suffix(".pdf")
    subprocess.run([sys.executable, "-c", PLAIN, str(page), str(out)], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def plain(paper) -> str:
    import fontpkg
    from django.template.loader import render_to_string

    from khmer.wrap import wrap_words
    from paper.renderer import STYLES

    font = FONT.format(fontpkg.path("Noto Sans Khmer"))
    styles = font + "".join(path.read_text(encoding="utf-8") for path in STYLES)
    html = render_to_string(paper.template, dict(paper.context))
    return wrap_words(html).replace("</head>", f"<style>{styles}</style></head>")


def count_pages(pdf: bytes) -> int:
    from io import BytesIO

    import pypdf

    return len(pypdf.PdfReader(BytesIO(pdf)).pages)


# --- The report, in memory ---------------------------------------------------------------------


def report():
    from reports.figures.frozen_reports import Section, Sent
    from reports.models import FrozenReport, FrozenSection, SectionKind
    from reports.models.donor_forms import usual_columns

    frozen = FrozenReport(
        kind="periodic",
        since=date(2026, 1, 1),
        until=date(2026, 12, 31),
        due_on=date(2027, 1, 31),
        frozen_at=datetime(2027, 1, 15, tzinfo=UTC),
        number=1,
        threshold=5,
        language="en",
        form_en="Yearly report",
        project_en="Women Lead",
        donor_en="The Donor",
        organisation_en="Strey Khmer",
        style={
            "columns": [*usual_columns(), "year", "life"],
            "thousands": ",",
            "decimal_mark": ".",
            "percent_places": 1,
        },
    )
    kinds = [SectionKind.INDICATORS, *[SectionKind.NARRATIVE] * SECTIONS]
    sections = [
        FrozenSection(
            number=number, kind=kind, title_en=f"Section {number}", text_en=narrative(kind)
        )
        for number, kind in enumerate(kinds, start=1)
    ]
    return Sent(frozen, [Section(each) for each in sections], [line(n) for n in range(INDICATORS)])


def narrative(kind: str) -> str:
    return "\n\n".join([f"## A heading\n{TEXT}"] * 5) if kind == "narrative" else ""


def line(number: int):
    from reports.figures.frozen_reports import Line
    from reports.models import Basis, Definition, FrozenCell, FrozenLine, IndicatorVersion
    from reports.models.definitions import Dimension

    definition = Definition(dimensions=(Dimension.SEX, Dimension.AGE))
    kept = FrozenLine(
        number=number + 1,
        code=f"1.{number}",
        name_en=f"People trained in village {number}",
        unit_en="people",
        document=definition.to_json(),
        definition_words={"en": [["What is counted", "Different people"]] * 8},
        definition_log=[{"number": 1, "on": "2026-01-01", "reason": ""}] * 3,
        definition_version=IndicatorVersion(number=1),
        status="reported",
        breakdown="given",
        threshold=5,
        baseline=Decimal(100),
        reason_en="The rains came early.",
    )
    about = {"line": kept, "since": date(2026, 1, 1), "until": date(2026, 12, 31)}
    about |= {"presence": "number"}
    values = {
        basis: FrozenCell(
            basis=basis,
            reference=f"V{number:02}{place:03}",
            value=Decimal(1234),
            target=Decimal(1500),
            percent_of_target=Decimal("82.3"),
            **about,
        )
        for place, basis in enumerate(Basis)
    }
    cells = [
        FrozenCell(
            basis=Basis.PERIOD,
            key=[sex, age],
            words_en=[sex, age],
            words_km=[sex, age],
            reference=f"C{number:02}{place:03}",
            value=Decimal(40 + place),
            **about,
        )
        for place, (sex, age) in enumerate(
            (sex, age) for sex in ("female", "male", "total") for age in ("15", "25", "35", "total")
        )
    ]
    return Line(kept, values, cells)


if __name__ == "__main__":
    django.setup()
    main()
