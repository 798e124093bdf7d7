"""Sign-in sheet of 30 and register of 1,000 rows, against plain WeasyPrint on the same table.

Plain means: the same rows and columns as one HTML table, the variable font, WeasyPrint's own
defaults. Both run in this process, warm, so that the ratio is of laying out and drawing.
"""

from __future__ import annotations

import random
import re
from datetime import date
from decimal import Decimal

from benchmarks.measure import print_ratio, scratch_database, take_turns

PLAIN = """<html lang="km"><head><style>
@page {{ size: A4 landscape; margin: 14mm }}
@font-face {{ font-family: K; src: url("file://{font}") }}
body {{ font: 9pt/1.6 K }} table {{ border-collapse: collapse; width: 100% }}
th, td {{ border: 0.4pt solid #888; padding: 1mm }}
</style></head><body>{tables}</body></html>"""


def main() -> None:
    import fontpkg
    import weasyprint
    from django.template.loader import render_to_string
    from django.utils import translation

    from paper.renderer import render_pdf
    from trainings.papers import pdf

    with translation.override("km"):
        for what, build, size, rounds in [
            ("sign-in sheet of 30", pdf.sign_in_sheet, 30, 7),
            ("register of 1,000 rows", pdf.register, 1000, 3),
        ]:
            paper = build(make_training(size))
            html = render_to_string(paper.template, paper.context)
            tables = "".join(re.findall(r"<table.*?</table>", html, re.DOTALL))
            plain = PLAIN.format(font=fontpkg.path("Noto Sans Khmer"), tables=tables)

            def ours(html: str = html, title: str = paper.title) -> bytes:
                return render_pdf(html, title=title, language="km")

            def peer(plain: str = plain) -> bytes:
                return weasyprint.HTML(string=plain).write_pdf()

            spent = take_turns({"ours": ours, "plain": peer}, rounds=rounds)
            print_ratio(f"{what}, to plain WeasyPrint", spent["ours"], spent["plain"])


def make_training(size: int):
    """A training with so many made-up people on its list."""
    from demo.people import FAMILY, MEN, WOMEN
    from registry.models import Organisation, Person, User
    from trainings.actions.attending import Mark, Presence, record_attendance
    from trainings.actions.planning import plan_training
    from trainings.models import AgeBandScheme, Enrolment, Training

    owner = Organisation.objects.create(name_latin="Benchmark")
    user = User.objects.create(username=f"b{size}", role="coordinator", organisation=owner)
    chance = random.Random(2)
    people = []
    for number in range(size):
        family, given = chance.choice(FAMILY), chance.choice(WOMEN + MEN)
        names = {"name_km": f"{family[0]} {given[0]}", "name_latin": f"{family[1]} {given[1]}"}
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
