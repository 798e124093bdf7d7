"""Any figure of the apps below can be what an indicator counts, and opens its own list."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from core.figures.catalogue import catalogues
from registry.models import Organisation, User
from reports.actions.indicators import add_indicator
from reports.figures import compute
from reports.figures.periods import Period
from reports.models import Definition
from reports.models.definitions import Counting, Counts, Selection
from tests.conftest import signed_in
from tests.kept import *  # noqa: F403
from tests.reports.facts import World, enter, read

PERIOD = Period(date(2026, 1, 1), date(2026, 6, 14))
FIGURES = [
    (each.app, name) for each in catalogues() for name in each.figures if each.app != "registry"
]


@pytest.fixture(scope="module")
def world(strey_khmer: Organisation, coordinator: User) -> World:
    return enter(read()["facts"], owner=strey_khmer, by=coordinator)


@pytest.fixture
def browser(coordinator: User) -> Client:
    return signed_in(coordinator)


# A savings figure costs a second and a half, another one a third of a second.
@pytest.mark.sampled(40)
@pytest.mark.parametrize(("app", "name"), FIGURES)
def test_every_figure_can_be_an_indicator(
    app: str, name: str, world: World, coordinator: User, browser: Client
) -> None:
    chosen = Selection(tier=1 if app == "cascades" else None)
    if app == "cascades":
        chosen = Selection(programme=str(world.programmes["BK"].pk), tier=1)
    counting = Counting(Counts.FIGURE, chosen, app=app, figure=name)
    made = add_indicator(
        world.project, definition=Definition(counting), name_en=name, by=coordinator
    )
    result = compute(made.current, PERIOD)
    page = browser.get(f"/indicators/{made.pk}/behind/?period={PERIOD.code}")
    assert page.status_code == 200
    text = page.content.decode()
    assert "Facts(" not in text
    assert " object" not in text
    assert browser.get(f"/indicators/{made.pk}/?period={PERIOD.code}").status_code == 200
    if result.value is None:
        assert result.words or result.remarks or app != "trainings"
