"""Joining two entries of one person, and taking it back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from core.errors import Refused
from registry.actions.merging import (
    RULES,
    merge_people,
    models_that_refer_to_people,
    take_back,
)
from registry.actions.people import decide_different
from registry.models import Affiliation, Organisation, PairDecision, Person, Place, User
from registry.models.people import Sex
from registry.search.finding import find_people
from tests.factories import make_affiliation, make_person

Browser = Callable[[User], Client]


@pytest.fixture
def kept(strey_khmer: Organisation) -> Person:
    return make_person(owner=strey_khmer, name_latin="Sok Sopheap")


@pytest.fixture
def joined(strey_khmer: Organisation, places: dict[str, Place]) -> Person:
    return make_person(
        owner=strey_khmer,
        name_km="សុខ សុភាព",
        name_latin="Sok Sophiep",
        sex=Sex.FEMALE,
        stated_age=31,
        age_stated_on=date(2011, 2, 19),
        phone="012345678",
        place=places["02030801"],
        public_consent="name",
        consent_given_on=date(2011, 2, 20),
    )


def facts(person: Person) -> dict[str, object]:
    """Everything about a person but the version."""
    stored = Person.objects.filter(pk=person.pk).values().get()
    stored.pop("version")
    return stored


def test_every_model_that_refers_to_people_has_a_rule() -> None:
    assert models_that_refer_to_people() - RULES.keys() == set()


def test_the_other_entry_points_to_the_one_that_is_kept(
    kept: Person, joined: Person, coordinator: User
) -> None:
    decision = merge_people(kept=kept, joined=joined, reason="The person said so", by=coordinator)
    assert set(Person.objects.current()) == {kept}
    joined.refresh_from_db()
    assert joined.joined_into == kept
    assert decision.verdict == PairDecision.Verdict.SAME
    assert (decision.created_by, decision.reason) == (coordinator, "The person said so")


def test_what_the_kept_entry_does_not_say_is_taken_from_the_other(
    kept: Person, joined: Person, coordinator: User
) -> None:
    merge_people(kept=kept, joined=joined, by=coordinator)
    kept.refresh_from_db()
    assert kept.name_km == "សុខ សុភាព"
    assert kept.name_latin == "Sok Sopheap"
    assert (kept.sex, kept.stated_age, kept.phone) == (Sex.FEMALE, 31, "012345678")
    assert kept.place_id == "02030801"


def test_the_other_spelling_still_finds_the_person(
    kept: Person, joined: Person, coordinator: User
) -> None:
    Person.objects.filter(pk=joined.pk).update(name_latin="Srey Mom")
    merge_people(kept=kept, joined=joined, by=coordinator)
    assert list(find_people(Person.objects.current(), "sreymom")) == [kept]
    assert list(find_people(Person.objects.current(), "សុភាព")) == [kept]


def test_the_kept_entry_keeps_what_it_says(
    strey_khmer: Organisation, joined: Person, coordinator: User
) -> None:
    kept = make_person(owner=strey_khmer, name_latin="Sok S", sex=Sex.MALE, birth_year=1979)
    merge_people(kept=kept, joined=joined, by=coordinator)
    kept.refresh_from_db()
    assert (kept.sex, kept.birth_year, kept.stated_age) == (Sex.MALE, 1979, None)


def test_consent_is_never_taken_from_the_other_entry(
    kept: Person, joined: Person, coordinator: User
) -> None:
    merge_people(kept=kept, joined=joined, by=coordinator)
    kept.refresh_from_db()
    assert kept.public_consent == Person.PublicConsent.NOTHING


def test_affiliations_move_and_the_same_one_stays_once(
    kept: Person, joined: Person, strey_khmer: Organisation, kcda: Organisation, coordinator: User
) -> None:
    for person in (kept, joined):
        make_affiliation(person=person, organisation=strey_khmer, since=date(2007, 4, 1))
    make_affiliation(person=joined, organisation=kcda)
    merge_people(kept=kept, joined=joined, by=coordinator)
    assert {a.organisation for a in kept.affiliations.all()} == {strey_khmer, kcda}
    assert Affiliation.objects.count() == 2


def test_a_third_person_stays_a_different_one(
    kept: Person, joined: Person, strey_khmer: Organisation, coordinator: User
) -> None:
    third = make_person(owner=strey_khmer)
    decide_different(first=joined, second=third, by=coordinator)
    merge_people(kept=kept, joined=joined, by=coordinator)
    moved = PairDecision.objects.get(verdict=PairDecision.Verdict.DIFFERENT)
    assert {moved.first, moved.second} == {kept, third}


def test_entries_that_were_joined_before_go_along(
    kept: Person, joined: Person, strey_khmer: Organisation, coordinator: User
) -> None:
    earlier = make_person(owner=strey_khmer)
    merge_people(kept=joined, joined=earlier, by=coordinator)
    merge_people(kept=kept, joined=joined, by=coordinator)
    earlier.refresh_from_db()
    assert earlier.joined_into == kept


def test_undoing_brings_everything_back(
    kept: Person, joined: Person, strey_khmer: Organisation, kcda: Organisation, coordinator: User
) -> None:
    third = make_person(owner=strey_khmer)
    decide_different(first=joined, second=third, by=coordinator)
    decide_different(first=kept, second=third, by=coordinator)
    for person in (kept, joined):
        make_affiliation(person=person, organisation=strey_khmer, since=date(2007, 4, 1))
    make_affiliation(person=joined, organisation=kcda)

    def everything() -> tuple:
        affiliations = Affiliation.objects.order_by("pk").values(
            "pk", "person", "organisation", "since", "created_at", "created_by"
        )
        decisions = PairDecision.objects.order_by("pk").values("pk", "first", "second", "verdict")
        return facts(kept), facts(joined), list(affiliations), list(decisions)

    before = everything()
    decision = merge_people(kept=kept, joined=joined, by=coordinator)
    assert everything() != before
    take_back(decision, by=coordinator)
    assert everything() == before
    assert list(find_people(Person.objects.all(), "sophiep").order_by("pk")) == [kept, joined]


def test_undoing_keeps_what_was_added_since(
    kept: Person, joined: Person, kcda: Organisation, coordinator: User
) -> None:
    decision = merge_people(kept=kept, joined=joined, by=coordinator)
    added = make_affiliation(person=kept, organisation=kcda)
    take_back(decision, by=coordinator)
    assert list(kept.affiliations.all()) == [added]


def test_undoing_is_refused_with_what_has_changed_since(
    kept: Person, joined: Person, kcda: Organisation, coordinator: User
) -> None:
    affiliation = make_affiliation(person=joined, organisation=kcda)
    decision = merge_people(kept=kept, joined=joined, by=coordinator)
    Person.objects.filter(pk=kept.pk).update(phone="099888777")
    affiliation.delete()
    before = facts(kept), facts(joined)
    with pytest.raises(Refused, match="affiliation, person: phone"):
        take_back(decision, by=coordinator)
    assert (facts(kept), facts(joined)) == before
    assert PairDecision.objects.filter(pk=decision.pk).exists()


def test_the_later_joining_is_undone_first(
    kept: Person, joined: Person, strey_khmer: Organisation, coordinator: User
) -> None:
    earlier = make_person(owner=strey_khmer)
    first = merge_people(kept=joined, joined=earlier, by=coordinator)
    second = merge_people(kept=kept, joined=joined, by=coordinator)
    with pytest.raises(Refused, match="joined into"):
        take_back(first, by=coordinator)
    take_back(second, by=coordinator)
    take_back(first, by=coordinator)
    assert Person.objects.current().count() == 3


def test_a_decision_is_taken_back_once(kept: Person, joined: Person, coordinator: User) -> None:
    decision = merge_people(kept=kept, joined=joined, by=coordinator)
    take_back(decision, by=coordinator)
    with pytest.raises(Refused, match="already"):
        take_back(decision, by=coordinator)


def test_two_different_people_are_not_joined_until_that_is_taken_back(
    kept: Person, joined: Person, coordinator: User
) -> None:
    decision = decide_different(first=kept, second=joined, by=coordinator)
    with pytest.raises(Refused, match="two people"):
        merge_people(kept=kept, joined=joined, by=coordinator)
    take_back(decision, by=coordinator)
    merge_people(kept=kept, joined=joined, by=coordinator)


def test_what_cannot_be_joined_is_refused(
    kept: Person, joined: Person, strey_khmer: Organisation, kcda: Organisation, coordinator: User
) -> None:
    with pytest.raises(Refused, match="one entry only"):
        merge_people(kept=kept, joined=kept, by=coordinator)
    with pytest.raises(Refused, match="different organisations"):
        merge_people(kept=kept, joined=make_person(owner=kcda), by=coordinator)
    merge_people(kept=kept, joined=joined, by=coordinator)
    with pytest.raises(Refused, match="already"):
        merge_people(kept=make_person(owner=strey_khmer), joined=joined, by=coordinator)


def test_a_form_that_was_open_while_entries_were_joined_is_in_conflict(
    kept: Person, joined: Person, coordinator: User, as_user: Browser
) -> None:
    browser, page = as_user(coordinator), reverse("person-edit", args=[kept.pk])
    merge_people(kept=kept, joined=joined, by=coordinator)
    data = {"name_latin": "Sok Sopheap", "sex": "male", "public_consent": "nothing", "version": 1}
    assert browser.post(page, data).context["conflicts"]


def test_joining_and_undoing_through_the_pages(
    kept: Person, joined: Person, coordinator: User, as_user: Browser
) -> None:
    browser = as_user(coordinator)
    beside = browser.get(reverse("pair", args=[kept.pk, joined.pk])).content.decode()
    assert "The same person: keep this one" in beside
    response = browser.post(reverse("pair-same", args=[kept.pk, joined.pk]))
    assert response.url == reverse("person", args=[kept.pk])
    assert "Sok Sophiep" in browser.get(response.url).content.decode()
    decision = PairDecision.objects.get()
    browser.post(reverse("pair-undo", args=[decision.pk]))
    assert Person.objects.current().count() == 2


# --- Two people at once -----------------------------------------------------------------------


def test_entries_that_were_joined_are_not_decided_to_be_two_people(
    kept: Person, joined: Person, coordinator: User, as_user: Browser
) -> None:
    merge_people(kept=kept, joined=joined, by=coordinator)
    page = reverse("pair-different", args=[kept.pk, joined.pk])
    answer = as_user(coordinator).post(page, follow=True)
    assert "has been joined" in answer.content.decode()
    assert PairDecision.objects.get().verdict == PairDecision.Verdict.SAME


@pytest.mark.django_db(transaction=True)
def test_opposite_decisions_at_once_leave_one(
    kept: Person, joined: Person, coordinator: User, as_user: Browser
) -> None:
    names = ["pair-same", "pair-same", "pair-different", "pair-different"]
    together, answers = Barrier(len(names)), []

    def decide(name: str) -> None:
        browser = as_user(coordinator)
        together.wait()
        page = reverse(name, args=[kept.pk, joined.pk])
        answers.append(browser.post(page).status_code)
        connection.close()

    threads = [Thread(target=decide, args=[name]) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [302] * len(names)
    is_joined = Person.objects.get(pk=joined.pk).joined_into_id is not None
    assert is_joined == (PairDecision.objects.get().verdict == PairDecision.Verdict.SAME)
