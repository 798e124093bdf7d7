"""Versions may merge earlier ones, and know who wrote them and where they were taught."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.urls import reverse
from django.utils import translation

from cascades.figures.curricula import versions_of
from core.errors import Refused
from tests.cascades.factories import make_delivery
from tests.cascades.kept import *  # noqa: F403
from trainings.actions.curricula import add_version, change_curriculum, change_version
from trainings.models import CurriculumVersion


def test_a_merged_version_names_what_it_came_from_and_who_wrote_it(
    programme, tiers, kcda, strey_khmer, coordinator
):
    family = programme.curriculum
    first, second = (add_version(curriculum=family, label=n, by=coordinator) for n in "AB")
    merged = add_version(
        curriculum=family,
        label="C",
        comes_from=[first, second],
        written_by=[kcda, strey_khmer],
        by=coordinator,
    )
    make_delivery(tiers[2], curriculum_version=merged, by=coordinator, held=False)
    lines = {line.version.label: line for line in versions_of(family)}
    assert lines["C"].is_merged
    assert {each.label for each in lines["C"].comes_from} == {"A", "B"}
    assert set(lines["C"].written_by) == {kcda, strey_khmer}
    assert lines["C"].taught == [(2, 1)]
    assert lines["A"].taught == []


def test_a_version_does_not_come_from_what_came_from_it(programme, coordinator):
    family = programme.curriculum
    first = add_version(curriculum=family, label="A", by=coordinator)
    second = add_version(curriculum=family, label="B", comes_from=[first], by=coordinator)
    third = add_version(curriculum=family, label="C", comes_from=[second], by=coordinator)
    with pytest.raises(Refused, match="came from this one"):
        change_version(first, version=1, comes_from=[third], by=coordinator)
    assert not first.comes_from.exists()


def test_a_version_is_entered_and_corrected_on_its_pages(as_user, coordinator, programme, kcda):
    browser = as_user(coordinator)
    new = reverse("cascades:version-new", args=[programme.curriculum_id])
    form = {"label": "2020", "what_changed": "Shorter", "written_by": [kcda.pk]}
    browser.post(new, form)
    version = CurriculumVersion.objects.get()
    assert list(version.written_by.all()) == [kcda]
    assert "has a version of that name" in browser.post(new, form).content.decode()
    edit = reverse("cascades:version-edit", args=[version.pk])
    browser.post(edit, form | {"label": "2021", "version": 1})
    stale = browser.post(edit, form | {"label": "2022", "version": 1}).content.decode()
    assert "2021" in stale
    version.refresh_from_db()
    assert version.label == "2021"


def test_a_version_is_called_by_its_khmer_name_in_khmer(as_user, coordinator, programme):
    family = programme.curriculum
    version = add_version(curriculum=family, label="2020", label_km="កំណែ ២០២០", by=coordinator)
    assert str(version) == f"{family} (2020)"
    with translation.override("km"):
        assert str(version) == f"{family} (កំណែ ២០២០)"
    with pytest.raises(ValidationError, match="has a version of that name"):
        add_version(curriculum=family, label="2021", label_km="កំណែ ២០២០", by=coordinator)
    with pytest.raises(IntegrityError, match="version_label_km_once"):
        CurriculumVersion.objects.create(
            owner=family.owner,
            curriculum=family,
            label="2021",
            label_km="កំណែ ២០២០",
            created_by=coordinator,
        )


def test_a_slip_does_not_make_an_old_page_a_new_one(as_user, coordinator, programme):
    """The page that tells of a slip still knows what it was made from."""
    family = programme.curriculum
    version = add_version(curriculum=family, label="2020", by=coordinator)
    change_version(version, version=1, label="2021", by=coordinator)
    change_curriculum(family, version=1, name_en="Renamed", by=coordinator)
    browser = as_user(coordinator)
    for address, slip in [
        (reverse("cascades:version-edit", args=[version.pk]), {"label": ""}),
        (reverse("cascades:curriculum-edit", args=[family.pk]), {"name_en": "", "name_km": ""}),
    ]:
        answer = browser.post(address, slip | {"version": 1})
        assert (answer.status_code, answer.context["version"]) == (200, 1)
