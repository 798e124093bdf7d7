"""A past iteration from a spreadsheet, on a phone and on a desk, decided and entered."""

from __future__ import annotations

from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe

from cascades.models import Delivery
from tests.cascades.factories import make_iteration, make_programme
from tests.factories import make_person

pytestmark = pytest.mark.django_db(transaction=True)

FILE = (
    "tier,tier name,delivery,first day,held at,role,name,name in khmer,sex,home place,"
    "organisation,completed\n"
    "1,,Master training of trainers,02/03/2015,វត្តគរ,lead trainer,Keo Ratana,កែវ រតនា,F,,MoRD,\n"
    "1,,Master training of trainers,,,,Sok Sophia,,F,,,yes\n"
    "1,,Master training of trainers,,,,Chan Dara,ចាន់ ដារ៉ា,M,020308,,no\n"
)


@pytest.mark.parametrize(("language", "width"), [("km", 360), ("en", 1280)])
def test_a_file_is_looked_at_decided_and_entered(
    open_as, coordinator, places, tmp_path, print_waiting, language, width
):
    programme = make_programme(owner=coordinator.organisation, by=coordinator)
    iteration = make_iteration(
        programme=programme, by=coordinator, tiers=1, starts_on=date(2015, 1, 1)
    )
    sophea = make_person(
        owner=programme.owner, by=coordinator, name_latin="Sok Sophea", sex="female"
    )
    file = tmp_path / "past.csv"
    browser = open_as(coordinator, width=width, language=language)

    def look(text):
        file.write_text(text, encoding="utf-8")
        browser.goto(f"/cascades/iterations/{iteration.pk}/import/")
        browser.locator("[name=file]").set_input_files(file)
        browser.locator("[name=source]").fill("List of 2015")
        send("form[enctype] .button")

    def press(button):
        """Press it and wait for the answer, which the worker gives."""
        with browser.expect_navigation(url="**/documents/**"):
            browser.locator(button).first.click()
        print_waiting()
        browser.wait_for_url("**/iterations/**")

    def send(button):
        press(button)
        assert browser.evaluate("document.documentElement.scrollWidth") <= width
        assert not Axe().run(browser).response["violations"]

    look(FILE.replace("02/03/2015", "31/02/2015"))
    assert not browser.locator("[name=enter]").count()
    look(FILE)
    send("[name=enter]")
    assert not Delivery.objects.exists()
    browser.locator('[value="020308"]').check()
    browser.locator('[value="government"]').check()
    browser.locator(f'[value="{sophea.pk}"]').check()
    press("[name=enter]")
    browser.wait_for_url(f"**/cascades/iterations/{iteration.pk}/")
    assert sophea.enrolments.count() == 1
    look(FILE)
    assert not browser.locator("[name=enter]").count()
