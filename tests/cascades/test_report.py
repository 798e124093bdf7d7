"""The cascade report: for a programme, an iteration, a tier; in both languages, without names."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from core.papers import KINDS
from tests.cascades.factories import days_after, make_delivery, make_iteration
from tests.paper.letters import missing_from


@pytest.fixture
def held(tiers, people, places, coordinator):
    for person, code in zip(
        people, ["02030801", "02090107", "02030801", "02030802"] * 2, strict=True
    ):
        person.place = places[code]
        person.save()
    make_delivery(
        tiers[1], lead=people[0], learners=people[1:4], absent=people[4:5], by=coordinator
    )
    make_delivery(tiers[2], on=days_after(30), lead=people[1], learners=people[5:8], by=coordinator)


def paper_of(kind, record, user, **typed):
    found = KINDS[kind]
    return found.paper(found.records(user).get(pk=record.pk), typed)


@pytest.mark.parametrize("language", ["en", "km"])
def test_the_report_is_printed_whole_and_names_nobody(
    programme, held, people, coordinator, language
):
    with translation.override(language):
        paper = paper_of("cascades.report", programme, coordinator)
        text = render_to_string(paper.template, dict(paper.context))
        assert paper.people == 0
        assert not any(person.name in text for person in people)
        # Khmer in a drawing is outlined, for it would be set letter by letter.
    assert not missing_from(paper, language)


def test_each_report_counts_its_own_part(programme, iteration, tiers, held, coordinator):
    other = make_iteration(programme=programme, by=coordinator)
    counted = {
        kind: paper_of(f"cascades.{kind}", record, coordinator).context["report"].reach.distinct
        for kind, record in [
            ("report", programme),
            ("report-of-iteration", iteration),
            ("report-of-tier", tiers[2]),
        ]
    }
    assert counted == {"report": 6, "report-of-iteration": 6, "report-of-tier": 3}
    empty = paper_of("cascades.report-of-iteration", other, coordinator)
    assert empty.context["report"].reach.distinct == 0
    assert render_to_string(empty.template, dict(empty.context))


def test_the_provinces_of_the_report_add_up_to_its_coverage(programme, held, coordinator):
    report = paper_of("cascades.report", programme, coordinator).context["report"]
    assert len(report.coverage.covered) == 2
    assert sum(part.covered for part in report.provinces) == 2
    assert sum(part.whole for part in report.provinces) == report.coverage.whole


def test_a_report_may_be_of_a_place_and_of_a_day(programme, tiers, people, places, coordinator):
    make_delivery(tiers[1], learners=people[:2], place=places["020308"], by=coordinator)
    make_delivery(
        tiers[1], on=days_after(9), learners=people[2:3], place=places["020902"], by=coordinator
    )

    def counted(**typed):
        paper = paper_of("cascades.report", programme, coordinator, **typed)
        return paper.context["report"].reach.distinct

    assert counted() == 3
    assert counted(place="020308") == 2
    assert counted(as_of=f"{days_after(3):%d/%m/%Y}") == 2
    assert counted(place="020902", as_of=f"{days_after(3):%d/%m/%Y}") == 0


def test_options_that_are_wrong_are_said_at_their_field(as_user, coordinator, programme, places):
    sent = {"kind": "cascades.report", "record": programme.pk, "language": "en"}
    page = as_user(coordinator).post(reverse("document-new"), sent | {"as_of": "31/02/2026"})
    assert "This is not a date" in page.content.decode()
