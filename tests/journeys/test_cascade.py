"""A coordinator begins the next iteration; its first provincial delivery changes every figure."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from cascades.models import Delivery, Iteration
from tests.cascades.factories import make_delivery, make_iteration, make_programme, tier_of
from tests.factories import make_person
from trainings.models import Enrolment

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def programme(strey_khmer, coordinator, places):
    """An iteration whose masters were trained long ago, and none of whom has trained anybody."""
    programme = make_programme(owner=strey_khmer, name_en="Local champions", by=coordinator)
    iteration = make_iteration(
        programme=programme, name_en="First round", starts_on=date(2025, 1, 6), by=coordinator
    )
    masters = [
        make_person(owner=strey_khmer, name_latin=name, place=places["02030801"], by=coordinator)
        for name in ("Sok Bopha", "Chan Dara")
    ]
    make_delivery(
        tier_of(iteration, 1),
        on=date(2025, 1, 6),
        lead=make_person(owner=strey_khmer, by=coordinator),
        learners=masters,
        place=places["02"],
        by=coordinator,
    )
    return programme


def figure(page: Page, label: str):
    return page.locator(".figure", has=page.get_by_text(label, exact=True)).locator(".value")


def test_a_delivery_changes_lineage_reach_coverage_and_the_report(
    open_as, coordinator, programme, places, strey_khmer, print_waiting
):
    page = open_as(coordinator, width=1280)
    today = timezone.localdate()

    # The design of the first round is copied.
    page.goto(f"/cascades/{programme.pk}/design/")
    page.get_by_role("link", name="Copy its design").click()
    page.get_by_label("Name in English").fill("Second round")
    page.get_by_label("Starts on").fill(f"{today - timedelta(days=30):%d/%m/%Y}")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The design is copied.")).to_be_visible()
    second = Iteration.objects.get(name_en="Second round")

    # Nothing is reached yet below the masters.
    page.goto(f"/cascades/{programme.pk}/coverage/?iteration=all")
    before = page.locator(".figure .value").first.inner_text()
    page.goto(f"/cascades/{programme.pk}/gaps/?iteration=all")
    ta_taok = page.get_by_role("row", name=re.compile("Ta Taok"))
    expect(ta_taok).to_contain_text("No trainer in the province")

    # A provincial delivery is planned, and its trainer proposed with what they completed.
    page.goto(f"/cascades/{programme.pk}/deliveries/?iteration={second.pk}")
    page.get_by_role("link", name="Plan a delivery").nth(1).click()
    page.get_by_label("Title in English").fill("Trainers of Battambang")
    page.get_by_label("Days of the sessions").fill(f"{today - timedelta(days=3):%d/%m/%Y}")
    page.get_by_label("Place").fill("020308")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The delivery is planned.")).to_be_visible()
    proposed = page.locator("li", has_text="Sok Bopha")
    expect(proposed).to_contain_text("completed")
    proposed.get_by_role("button", name="Put on the list").click()
    expect(page.get_by_text("Sok Bopha is on the list.")).to_be_visible()

    # Attendance as in any training.
    delivery = Delivery.objects.get(tier__iteration=second)
    page.goto(f"/trainings/{delivery.training_id}/people/entry/")
    for number, (name, home) in enumerate(
        [("Keo Sokha", "02090107"), ("Chea Nary", "02090107")], start=1
    ):
        page.locator(f'[name="r{number}-name_latin"]').fill(name)
        page.locator(f'[name="r{number}-place"]').fill(home)
    page.get_by_role("button", name="Save all lines").click()
    expect(page.get_by_text("2 people are on the list now.")).to_be_visible()
    page.get_by_role("link", name="Attendance", exact=True).click()
    page.get_by_role("button", name="Rest are present").click()
    page.get_by_role("button", name="Save attendance").click()
    page.goto(f"/trainings/{delivery.training_id}/close/")
    if page.get_by_role("checkbox").count():
        page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name=re.compile("Close")).click()
    delivery.training.refresh_from_db()
    assert delivery.training.status == "closed"
    assert (
        Enrolment.objects.filter(training=delivery.training, completion__isnull=False).count() == 2
    )

    # What follows from it, everywhere.
    page.goto(f"/cascades/deliveries/{delivery.pk}/")
    came_of = page.locator("section", has=page.get_by_role("heading", name="It came of"))
    expect(came_of).to_contain_text("Sok Bopha")
    page.goto(f"/cascades/{programme.pk}/?iteration=all")
    expect(figure(page, "people completed")).to_have_text("4")
    page.goto(f"/cascades/{programme.pk}/lineage/?iteration=all")
    expect(page.locator("details details, details ul").first).to_contain_text("Battambang")
    page.goto(f"/cascades/{programme.pk}/coverage/?iteration=all")
    assert page.locator(".figure .value").first.inner_text() != before
    expect(page.locator("figure svg").first).to_be_visible()
    page.goto(f"/cascades/{programme.pk}/gaps/?iteration=all")
    expect(ta_taok).to_have_count(0)
    page.goto(f"/cascades/{programme.pk}/what-if/?iteration={second.pk}")
    expect(page.get_by_role("heading", name="What if")).to_be_visible()

    # On paper, in both languages.
    for language, said in [("English", "Local champions"), ("ខ្មែរ", "")]:
        page.goto(f"/cascades/{programme.pk}/papers/")
        page.get_by_role("button", name=f"all iterations, {language}").click()
        expect(page.get_by_text("Waiting until it is its turn.")).to_be_visible()
        print_waiting()
        expect(page.get_by_text("It is ready.")).to_be_visible()
        with page.expect_download() as download:
            page.get_by_role("link", name="Download").click()
        found = PdfReader(io.BytesIO(download.value.path().read_bytes()))
        assert len(found.pages) >= 3
        assert said in found.pages[0].extract_text()
