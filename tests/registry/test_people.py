"""Registering and correcting people through the pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from uuid6 import uuid7

from core.errors import Refused
from registry.actions.people import change_affiliation, remove_affiliation
from registry.models import Affiliation, Organisation, PairDecision, Person, Place, User
from registry.search.finding import find_organisations, find_people
from tests.factories import make_affiliation, make_organisation, make_person

Browser = Callable[[User], Client]


@pytest.fixture
def browser(field_staff: User, as_user: Browser) -> Client:
    return as_user(field_staff)


def typed(owner: Organisation, **fields: Any) -> dict[str, Any]:
    """What the form for a person sends, with these fields filled in."""
    empty = {"owner": owner.pk, "sex": "not stated", "public_consent": "nothing"}
    return {name: value for name, value in (empty | fields).items() if value is not None}


def send(browser: Client, owner: Organisation, **fields: Any) -> Any:
    """Send the form; the answer is a redirect, or the form with its messages."""
    return browser.post(reverse("person-new"), typed(owner, **fields))


def errors_of(response: Any) -> dict[str, list[str]]:
    assert response.status_code == 200
    assert not Person.objects.exists(), "Nothing may be saved beside an error."
    return dict(response.context["form"].errors)


def test_a_person_is_registered_with_what_is_known_of_them(
    browser: Client, strey_khmer: Organisation, places: dict[str, Place], field_staff: User
) -> None:
    response = send(
        browser,
        strey_khmer,
        name_km="សុខ  សុភាព",
        name_latin="Sok Sopheap",
        sex="female",
        stated_age="៣១",
        age_stated_on="១៩/០២/២០១១",
        place="Voat Kor, Wat Kor, Battambang, Battambang (02030801)",
        phone="+855 12-345-678",
        public_consent="name",
        consent_given_on="20/2/2011",
    )
    person = Person.objects.get()
    assert response.url == reverse("person", args=[person.pk])
    assert person.name_km == "សុខ សុភាព"
    assert (person.stated_age, person.age_stated_on) == (31, date(2011, 2, 19))
    assert person.place_id == "02030801"
    assert person.phone == "012345678"
    assert person.consent_given_on == date(2011, 2, 20)
    assert (person.owner, person.created_by) == (strey_khmer, field_staff)


def test_one_name_of_one_word_is_enough(browser: Client, strey_khmer: Organisation) -> None:
    assert send(browser, strey_khmer, name_km="វណ្ណា").status_code == 302


def test_an_age_without_a_day_is_stated_today(browser: Client, strey_khmer: Organisation) -> None:
    send(browser, strey_khmer, name_latin="Vanna", stated_age="40", age_stated_on="")
    assert Person.objects.get().age_stated_on == timezone.localdate()


def test_a_day_without_an_age_says_nothing(browser: Client, strey_khmer: Organisation) -> None:
    send(browser, strey_khmer, name_latin="Vanna", age_stated_on="19/02/2011")
    assert Person.objects.get().age_stated_on is None


BAD_INPUT = [
    ({}, "name_km", "Give a name"),
    ({"name_latin": "   "}, "name_km", "Give a name"),
    ({"name_latin": "A\0B"}, "name_latin", "A letter was lost"),
    ({"name_latin": "Sok\u202eSopheap"}, "name_latin", "characters that cannot be seen"),
    ({"name_latin": "a" * 10_000}, "name_latin", "at most 120 characters"),
    ({"name_latin": "A", "born_on": "01/05/2533"}, "born_on", "Please write 01/05/1989"),
    ({"name_latin": "A", "born_on": "31/02/1980"}, "born_on", "This is not a date"),
    ({"name_latin": "A", "born_on": "01/01/2099"}, "born_on", "has not come yet"),
    ({"name_latin": "A", "birth_year": "២៥៣៣"}, "birth_year", "Please write 1990"),
    ({"name_latin": "A", "birth_year": "2100"}, "birth_year", "has not come yet"),
    ({"name_latin": "A", "birth_year": "80"}, "birth_year", "1890 or more"),
    ({"name_latin": "A", "birth_year": "9" * 5000}, "birth_year", "too large"),
    ({"name_latin": "A", "stated_age": "121"}, "stated_age", "120 or less"),
    ({"name_latin": "A", "stated_age": "-1"}, "stated_age", "0 or more"),
    ({"name_latin": "A", "stated_age": "3.5"}, "stated_age", "whole number"),
    ({"name_latin": "A", "birth_year": "1980", "stated_age": "31"}, "stated_age", "only one"),
    ({"name_latin": "A", "phone": "12"}, "phone", "8 to 15 digits"),
    ({"name_latin": "A", "phone": "call me"}, "phone", "8 to 15 digits"),
    ({"name_latin": "Sok \ufffdara"}, "name_latin", "A letter was lost"),
    ({"name_km": "សុខ\ue001"}, "name_km", "Type it in Unicode"),
    ({"name_latin": "A", "also_known_as": "\u0378"}, "also_known_as", "no letter"),
    ({"name_latin": "A", "place": "Nowhere at all"}, "place", "No place of this name"),
    ({"name_latin": "A", "place": "x\0"}, "place", "No place of this name"),
    ({"name_latin": "A", "sex": "unknown"}, "sex", "valid choice"),
    ({"name_latin": "A", "public_consent": "name"}, "consent_given_on", "on which day"),
    (
        {"name_latin": "A", "public_consent": "name", "consent_given_on": "01/01/2099"},
        "consent_given_on",
        "has not come yet",
    ),
    (
        {
            "name_latin": "A",
            "public_consent": "name",
            "consent_given_on": "01/01/2010",
            "birth_year": "2011",
        },
        "consent_given_on",
        "not born yet",
    ),
    (
        {"name_latin": "A", "stated_age": "30", "age_stated_on": "01/01/2099"},
        "age_stated_on",
        "has not come yet",
    ),
    ({"name_latin": "Keo 4"}, "name_latin", "no digits"),
    ({"name_latin": "Women 5"}, "name_latin", "below a list"),
    ({"name_latin": "Female"}, "name_latin", "a word for the sex"),
    ({"name_latin": "N/A"}, "name_latin", "where a name is missing"),
    ({"name_km": "ចាន់".encode().decode("latin-1")}, "name_km", "wrong encoding"),
    ({"name_latin": "Mr. Sok An", "sex": "female"}, "sex", "“Mr” is said to a man"),
    ({"name_km": "លោកស្រី ចាន់ ធីតា", "sex": "male"}, "sex", "is said to a woman"),
    ({"name_latin": "A", "phone": "000 000 000"}, "phone", "Nobody has this number"),
]


@pytest.mark.parametrize(("fields", "field", "message"), BAD_INPUT)
def test_bad_input_gets_a_message_at_its_field_and_saves_nothing(
    fields: dict, field: str, message: str, browser: Client, strey_khmer: Organisation
) -> None:
    errors = errors_of(send(browser, strey_khmer, **fields))
    assert message in " ".join(errors[field])


@pytest.mark.parametrize("typed", ["１９８０", "١٩٨٠", "១៩៨០", "1980"])
def test_numbers_are_taken_in_digits_of_any_script(
    typed: str, browser: Client, strey_khmer: Organisation
) -> None:
    send(browser, strey_khmer, name_latin="Vanna", birth_year=typed)
    assert Person.objects.get().birth_year == 1980


def test_full_width_letters_are_stored_as_plain_ones(
    browser: Client, strey_khmer: Organisation
) -> None:
    send(browser, strey_khmer, name_latin="\uff33\uff4f\uff4b　Dara", phone="＋８５５ 12345678")
    person = Person.objects.get()
    assert (person.name_latin, person.phone) == ("Sok Dara", "012345678")


def test_letters_that_only_look_latin_are_pointed_out_and_saved(
    browser: Client, strey_khmer: Organisation
) -> None:
    answer = send(browser, strey_khmer, name_latin="S\u043ek D\u0430ra", form_key=uuid7())
    page = browser.get(answer.url).content.decode()
    assert Person.objects.get().name_latin == "S\u043ek D\u0430ra"
    assert "look like Latin ones: \u043e \u0430." in page


def test_a_plain_name_needs_no_hint(browser: Client, strey_khmer: Organisation) -> None:
    answer = send(browser, strey_khmer, name_latin="Sok Dara", form_key=uuid7())
    assert "look like Latin" not in browser.get(answer.url).content.decode()


def test_stored_telephones_are_brought_to_one_form(strey_khmer: Organisation) -> None:
    stored = {"+85512345678": "012345678", "99888777": "099888777", "+66812345678": None}
    people = {typed: make_person(owner=strey_khmer) for typed in stored}
    for typed, person in people.items():
        Person.objects.filter(pk=person.pk).update(phone=typed)
    with connection.schema_editor() as editor:
        migration = import_module("registry.migrations.0006_readable_names_and_telephones")
        migration.bring_telephones_to_one_form(apps, editor)
    for typed, person in people.items():
        person.refresh_from_db()
        assert person.phone == (stored[typed] or typed)


def test_keys_and_telephones_of_before_are_made_again(
    strey_khmer: Organisation, places: dict[str, Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    migration = import_module("registry.migrations.0014_names_by_what_a_reader_sees")
    monkeypatch.setattr(migration, "BATCH", 2)
    people = [
        make_person(owner=strey_khmer, **details)
        for details in (
            {"name_km": "លោកស្រី ចាន់ ធីតា", "name_latin": "Mrs. Chan Thida", "also_known_as": "Da"},
            {"name_km": "វ៉័ណ្ត", "phone": "012345678"},
            {"name_latin": "Sok Bopha", "phone": "+66812345678"},
        )
    ]
    kept = ("search_key", "sound_key", "sort_key", "phone")
    now = [[getattr(person, name) for name in kept] for person in people]
    place_key = Place.objects.get(pk="020308").search_key
    Person.objects.update(search_key=" old ", sound_key="", sort_key="")
    Person.objects.filter(phone="012345678").update(phone="12345678")
    Place.objects.update(search_key="")
    with connection.schema_editor() as editor:
        migration.make_keys_again(apps, editor)
    for person, values in zip(people, now, strict=True):
        person.refresh_from_db()
        assert [getattr(person, name) for name in kept] == values
    assert Place.objects.get(pk="020308").search_key == place_key
    assert Organisation.objects.get(pk=strey_khmer.pk).search_key == strey_khmer.search_key


def test_nobody_registers_people_for_another_organisation(
    browser: Client, strey_khmer: Organisation, kcda: Organisation
) -> None:
    assert "owner" in errors_of(send(browser, kcda, name_latin="Vanna"))


# --- Is the person in the registry already? ---------------------------------------------------


@pytest.fixture
def sopheap(strey_khmer: Organisation) -> Person:
    return make_person(owner=strey_khmer, name_km="សុខ សុភាព", name_latin="Sok Sopheap")


def test_whoever_looks_like_somebody_is_not_saved_until_it_is_decided(
    browser: Client, strey_khmer: Organisation, sopheap: Person
) -> None:
    response = send(browser, strey_khmer, name_latin="Sopheap Sok")
    assert response.status_code == 200
    assert "Is this person in the registry already?" in response.content.decode()
    assert "the same names in another order" in response.content.decode()
    assert Person.objects.count() == 1


def test_choosing_the_known_person_enters_nobody_new(
    browser: Client, strey_khmer: Organisation, sopheap: Person
) -> None:
    response = send(browser, strey_khmer, name_latin="Sopheap Sok", same_person=str(sopheap.pk))
    assert response.url == reverse("person", args=[sopheap.pk])
    assert Person.objects.count() == 1


def test_somebody_new_is_entered_and_nobody_is_asked_again(
    browser: Client, strey_khmer: Organisation, sopheap: Person
) -> None:
    answer = {"same_person": "new", "shown": [str(sopheap.pk)]}
    assert send(browser, strey_khmer, name_latin="Sopheap Sok", **answer).status_code == 302
    decision = PairDecision.objects.get()
    assert decision.verdict == PairDecision.Verdict.DIFFERENT
    assert sopheap in (decision.first, decision.second)


def test_an_answer_counts_only_for_those_who_were_shown(
    browser: Client, strey_khmer: Organisation, sopheap: Person
) -> None:
    """Somebody else may have registered the person while the page was open."""
    response = send(browser, strey_khmer, name_latin="Sopheap Sok", same_person="new")
    assert response.status_code == 200
    assert Person.objects.count() == 1


def test_a_strangers_identifier_is_no_answer(
    browser: Client, strey_khmer: Organisation, kcda: Organisation, sopheap: Person
) -> None:
    stranger = make_person(owner=kcda, name_latin="Sok Sopheap")
    response = send(browser, strey_khmer, name_latin="Sopheap Sok", same_person=str(stranger.pk))
    assert response.status_code == 200


def test_likenesses_are_shown_while_one_types(
    browser: Client, strey_khmer: Organisation, sopheap: Person
) -> None:
    page = browser.post(reverse("person-likenesses"), typed(strey_khmer, name_latin="Sok Sophiep"))
    assert str(sopheap.pk) in page.content.decode()
    half = typed(strey_khmer, name_km="សុខ សុភាព", born_on="31/02/1980", phone="1")
    assert str(sopheap.pk) in browser.post(reverse("person-likenesses"), half).content.decode()


def test_likenesses_never_come_from_another_organisation(
    browser: Client, strey_khmer: Organisation, kcda: Organisation
) -> None:
    make_person(owner=kcda, name_latin="Sok Sopheap")
    for owner in (strey_khmer, kcda):
        page = browser.post(reverse("person-likenesses"), typed(owner, name_latin="Sok Sopheap"))
        assert page.status_code == 200
        assert page.content.strip() == b""


# --- Correcting -------------------------------------------------------------------------------


def correct(browser: Client, person: Person, version: int, **fields: Any) -> Any:
    data = typed(person.owner, name_latin=person.name_latin, version=version) | fields
    return browser.post(reverse("person-edit", args=[person.pk]), data)


def test_a_correction_changes_the_keys_too(browser: Client, strey_khmer: Organisation) -> None:
    person = make_person(owner=strey_khmer, name_latin="Wrong")
    assert correct(browser, person, 1, name_latin="Chan Thida").status_code == 302
    assert list(find_people(Person.objects.all(), "tida")) == [person]
    assert not find_people(Person.objects.all(), "wrong").exists()


def test_two_people_correcting_at_once_see_both_values(
    browser: Client, strey_khmer: Organisation
) -> None:
    person = make_person(owner=strey_khmer, name_latin="Thida")
    assert correct(browser, person, 1, phone="012345678").status_code == 302
    response = correct(browser, person, 1, phone="099888777")
    assert response.context["conflicts"] == [("Phone", "099888777", "012345678")]
    person.refresh_from_db()
    assert person.phone == "012345678"
    # What was shown is then a decision.
    shown = response.context["version"]
    assert correct(browser, person, shown, phone="099888777").status_code == 302


def test_an_entry_that_was_joined_is_not_corrected_any_more(
    browser: Client, strey_khmer: Organisation
) -> None:
    kept, joined = make_person(owner=strey_khmer), make_person(owner=strey_khmer)
    Person.objects.filter(pk=joined.pk).update(joined_into=kept)
    response = correct(browser, joined, 1, name_latin="Other")
    assert "joined with another" in response.content.decode()
    page = browser.get(reverse("person", args=[joined.pk]))
    assert page.url == reverse("person", args=[kept.pk])


def test_names_stay_out_of_addresses_and_titles(
    browser: Client, strey_khmer: Organisation, sopheap: Person
) -> None:
    page = browser.get(reverse("person", args=[sopheap.pk])).content.decode()
    assert "Sopheap" not in page.split("</title>")[0]
    assert "Sopheap" not in reverse("person", args=[sopheap.pk])


# --- Affiliations -----------------------------------------------------------------------------


def test_a_person_belongs_to_an_organisation_from_day_to_day(
    browser: Client, strey_khmer: Organisation, kcda: Organisation
) -> None:
    person = make_person(owner=strey_khmer)
    page = reverse("affiliation-new", args=[person.pk])
    browser.post(page, {"organisation": kcda.pk, "since": "01/04/2007", "until": ""})
    affiliation = Affiliation.objects.get()
    assert (affiliation.organisation, affiliation.since) == (kcda, date(2007, 4, 1))
    shown = browser.get(reverse("person", args=[person.pk])).content.decode()
    assert "since 1 April 2007" in shown


def test_an_affiliation_that_ends_before_it_begins_is_refused(
    browser: Client, strey_khmer: Organisation
) -> None:
    person = make_person(owner=strey_khmer)
    response = browser.post(
        reverse("affiliation-new", args=[person.pk]),
        {"organisation": strey_khmer.pk, "since": "02/04/2007", "until": "01/04/2007"},
    )
    assert response.context["form"].errors["until"] == ["This is before the first day."]


def test_an_affiliation_ends_and_is_removed(browser: Client, strey_khmer: Organisation) -> None:
    person = make_person(owner=strey_khmer)
    affiliation = make_affiliation(person=person, organisation=strey_khmer)
    page = reverse("affiliation-edit", args=[affiliation.pk])
    browser.post(page, {"organisation": strey_khmer.pk, "until": "1/1/2012", "version": 1})
    affiliation.refresh_from_db()
    assert affiliation.until == date(2012, 1, 1)
    browser.post(reverse("affiliation-remove", args=[affiliation.pk]))
    assert not Affiliation.objects.exists()


def test_an_affiliation_that_a_colleague_removed_is_not_changed(
    field_staff: User, strey_khmer: Organisation
) -> None:
    affiliation = make_affiliation(person=make_person(owner=strey_khmer), organisation=strey_khmer)
    remove_affiliation(Affiliation.objects.get(), by=field_staff)
    with pytest.raises(Refused, match="removed"):
        change_affiliation(affiliation, version=1, by=field_staff, until=date(2012, 1, 1))


# --- Finding ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    ["សុខ សុភាព", "សុភាព", "sopheap", "SOPHEAP SOK", "sophiep", "Sok", "soksopheap", "សុ\u200bភាព"],
)
def test_a_person_is_found_in_either_script_and_any_spelling(query: str, sopheap: Person) -> None:
    assert list(find_people(Person.objects.all(), query)) == [sopheap]


@pytest.mark.parametrize("query", ["", "...", "\u200b", "Dara", "សុខ ដារ៉ា"])
def test_nobody_is_found_by_another_name(query: str, sopheap: Person) -> None:
    assert not find_people(Person.objects.all(), query).exists()


def test_a_person_is_found_by_the_other_name(strey_khmer: Organisation) -> None:
    person = make_person(owner=strey_khmer, name_latin="Sok Sopheap", also_known_as="Mom")
    assert list(find_people(Person.objects.all(), "mom")) == [person]


def test_an_organisation_is_found_by_each_of_its_names(db: None) -> None:
    found = make_organisation(name_latin="Strey Khmer", name_km="ស្ត្រីខ្មែរ", short_name="SKO")
    make_organisation(name_latin="Another")
    for query in ("strei", "ស្រ្តីខ្មែរ", "sko"):
        assert list(find_organisations(Organisation.objects.all(), query)) == [found], query


def test_the_list_shows_what_is_searched_for_as_one_types(
    browser: Client, strey_khmer: Organisation, sopheap: Person
) -> None:
    make_person(owner=strey_khmer, name_latin="Dara")
    part = browser.get(reverse("people"), {"q": "sopheap"}, headers={"HX-Request": "true"})
    assert "Sok Sopheap" in part.content.decode()
    assert "Dara" not in part.content.decode()
    assert "<html" not in part.content.decode()


def test_the_list_goes_forward_and_back_without_losing_anybody(
    browser: Client, strey_khmer: Organisation
) -> None:
    made = {make_person(owner=strey_khmer).pk for _ in range(120)}
    seen, sizes, asked = [], [], {}
    while True:
        page = browser.get(reverse("people"), asked).context["slice"]
        seen += [person.pk for person in page.rows]
        sizes.append(len(page.rows))
        if page.after is None:
            break
        asked = {"after": str(page.after)}
    assert sizes == [50, 50, 20]
    assert len(seen) == len(set(seen)) == 120
    assert set(seen) == made
    back = browser.get(reverse("people"), {"before": str(page.before)}).context["slice"]
    assert [person.pk for person in back.rows] == seen[50:100]
    assert (back.before, back.after) == (seen[50], seen[99])
    first = browser.get(reverse("people"), {"before": str(back.before)}).context["slice"]
    assert (first.before, first.after) == (None, seen[49])


@pytest.mark.parametrize("nonsense", ["x", "\0", "9" * 50, "00000000-0000-0000-0000-000000000000"])
def test_a_page_that_does_not_exist_is_the_first_one(
    nonsense: str, browser: Client, sopheap: Person
) -> None:
    for name in ("after", "before"):
        response = browser.get(reverse("people"), {name: nonsense})
        assert [person.pk for person in response.context["slice"].rows] == [sopheap.pk]


@pytest.mark.parametrize("name", ["after", "before"])
def test_a_page_beside_a_strangers_record_is_the_first_one(
    browser: Client, strey_khmer: Organisation, kcda: Organisation, name: str
) -> None:
    """Otherwise the part of one's own list would tell where their name stands in the order."""
    for latin in [f"Sok {chr(n)}" for n in range(ord("a"), ord("z"))] * 3:
        make_person(owner=strey_khmer, name_latin=latin)
    usual = browser.get(reverse("people")).context["slice"]
    strangers = [make_person(owner=kcda, name_latin=latin).pk for latin in ("Aok", "Sok m", "Zok")]
    for key in [*strangers, uuid7()]:
        assert browser.get(reverse("people"), {name: str(key)}).context["slice"] == usual


def test_entries_that_were_joined_are_not_listed(
    browser: Client, strey_khmer: Organisation, sopheap: Person
) -> None:
    joined = make_person(owner=strey_khmer, name_latin="Sopheap Sok")
    Person.objects.filter(pk=joined.pk).update(joined_into=sopheap)
    assert browser.get(reverse("people")).context["slice"].rows == [sopheap]


def test_an_older_name_stays_while_something_else_is_corrected(
    browser: Client, strey_khmer: Organisation
) -> None:
    """What was entered before there was the rule can be kept, and put right at any time."""
    old = make_person(owner=strey_khmer, name_latin="Mr. Keo 4", sex="female")
    sent = typed(strey_khmer, name_latin="Mr. Keo 4", sex="female", phone="012345678", version=1)
    assert browser.post(reverse("person-edit", args=[old.pk]), sent).status_code == 302
    old.refresh_from_db()
    assert old.phone == "012345678"


def test_nobody_belongs_to_anything_before_they_are_born(strey_khmer: Organisation) -> None:
    child = make_person(owner=strey_khmer, birth_year=2015)
    with pytest.raises(Refused) as refused:
        make_affiliation(person=child, organisation=strey_khmer, since=date(2014, 12, 31))
    assert refused.value.field == "since"
    make_affiliation(person=child, organisation=strey_khmer, since=date(2015, 1, 1))
