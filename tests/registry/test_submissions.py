"""A form that arrives twice is done once."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.test import Client, RequestFactory
from django.urls import get_resolver, reverse
from uuid6 import uuid7

from core.idempotency import once
from core.models import Submission
from registry.models import Organisation, Person, User
from tests.factories import make_administrator, make_organisation, make_person, make_user

Browser = Callable[[User], Client]


def form(owner: Organisation, key: Any, **fields: Any) -> dict[str, Any]:
    sent = {"owner": owner.pk, "sex": "female", "public_consent": "nothing", "form_key": key}
    return sent | {"name_latin": "Sok Sopheap"} | fields


def test_a_form_that_arrives_twice_makes_one_record(
    field_staff: User, strey_khmer: Organisation, as_user: Browser
) -> None:
    browser, sent = as_user(field_staff), form(strey_khmer, uuid7())
    first = browser.post(reverse("person-new"), sent)
    second = browser.post(reverse("person-new"), sent, follow=True)
    assert Person.objects.count() == 1
    assert second.redirect_chain[0][0] == first.url
    assert "Nothing was done twice" in second.content.decode()


def test_where_a_form_leads_may_be_a_long_address(
    administrator: User, strey_khmer: Organisation, as_user: Browser
) -> None:
    """The administration carries the filters of a list along, in the address of each record."""
    browser, filters = as_user(administrator), "_changelist_filters=" + "o%3D1." * 900
    page = reverse("admin:registry_organisation_change", args=[strey_khmer.pk])
    fields = browser.get(page).context["adminform"].form
    sent = {each.html_name: each.value() for each in fields if each.value() not in (None, False)}
    sent |= {"version": strey_khmer.version, "form_key": str(uuid7())}
    answers = [browser.post(f"{page}?{filters}", sent) for _time in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0].url == answers[1].url
    assert len(answers[0].url) > 2_000


def test_a_used_key_with_other_values_is_answered_with_both(
    field_staff: User, strey_khmer: Organisation, as_user: Browser
) -> None:
    browser, key = as_user(field_staff), uuid7()
    first = browser.post(reverse("person-new"), form(strey_khmer, key))
    other = form(strey_khmer, key, name_latin="Chan Dara", phone="012345678")
    answer = browser.post(reverse("person-new"), other)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Chan Dara" in page
    assert "012345678" in page
    assert '<td class="pre">Female</td>' in page
    assert f'href="{first.url}"' in page
    assert list(Person.objects.values_list("name_latin", flat=True)) == ["Sok Sopheap"]
    # What was typed may be sent again, under the key of the new page.
    sent = {name: value for name, value in other.items() if name != "form_key"}
    assert all(f'name="{name}" value="{value}"' in page for name, value in sent.items())
    assert browser.post(reverse("person-new"), sent | {"form_key": uuid7()}).status_code == 302
    assert Person.objects.count() == 2


def test_what_was_typed_is_not_kept_beside_the_key(
    field_staff: User, strey_khmer: Organisation, as_user: Browser
) -> None:
    sent = form(strey_khmer, uuid7())
    as_user(field_staff).post(reverse("person-new"), sent)
    kept = str(Submission.objects.values().get())
    assert "Sok" not in kept
    assert "female" not in kept


def test_other_files_are_other_values(
    field_staff: User, strey_khmer: Organisation, as_user: Browser
) -> None:
    """And no page writes a file or a password back."""
    browser, sent = as_user(field_staff), form(strey_khmer, uuid7())
    browser.post(reverse("person-new"), sent)
    upload = SimpleUploadedFile("names.txt", b"Sok")
    answer = browser.post(reverse("person-new"), sent | {"file": upload, "password1": "Secret"})
    assert answer.status_code == 409
    assert b"Secret" not in answer.content
    assert b"Send what I typed" not in answer.content


def test_a_key_from_before_there_were_digests_is_harmless(
    field_staff: User, strey_khmer: Organisation, as_user: Browser
) -> None:
    address, key = reverse("person-new"), uuid7()
    Submission.objects.create(key=key, user=field_staff, path=address, location="/people/")
    assert as_user(field_staff).post(address, form(strey_khmer, key)).url == "/people/"
    assert not Person.objects.exists()


def test_a_form_without_a_key_is_taken_all_the_same(
    field_staff: User, strey_khmer: Organisation, as_user: Browser
) -> None:
    for key in ("", "nonsense", "\0"):
        sent = form(strey_khmer, key, name_latin=f"Person{key!r}")
        assert as_user(field_staff).post(reverse("person-new"), sent).status_code in (200, 302)
    assert not Submission.objects.exists()


def test_a_form_that_was_not_accepted_may_come_again_with_its_key(
    field_staff: User, strey_khmer: Organisation, as_user: Browser
) -> None:
    browser, key = as_user(field_staff), uuid7()
    wrong = browser.post(reverse("person-new"), form(strey_khmer, key, phone="12"))
    assert wrong.status_code == 200
    assert not Submission.objects.exists()
    assert browser.post(reverse("person-new"), form(strey_khmer, key)).status_code == 302
    assert Person.objects.count() == 1


def test_somebody_elses_key_is_not_found(
    field_staff: User, coordinator: User, strey_khmer: Organisation, as_user: Browser
) -> None:
    sent = form(strey_khmer, uuid7())
    as_user(field_staff).post(reverse("person-new"), sent)
    assert as_user(coordinator).post(reverse("person-new"), sent).status_code == 404
    assert Person.objects.count() == 1


def test_the_key_of_another_form_is_not_found(
    field_staff: User, strey_khmer: Organisation, as_user: Browser
) -> None:
    browser, sent = as_user(field_staff), form(strey_khmer, uuid7())
    browser.post(reverse("person-new"), sent)
    assert browser.post(reverse("organisation-new"), sent | {"kind": "ngo"}).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_form_that_arrives_twice_at_once_makes_one_record(as_user: Browser) -> None:
    make_administrator()
    owner = make_organisation()
    user = make_user(organisation=owner)
    sent, start, answers = form(owner, uuid7()), Barrier(2), []

    def send() -> None:
        browser = as_user(user)
        start.wait()
        answers.append(browser.post(reverse("person-new"), sent))
        connection.close()

    threads = [Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Person.objects.count() == 1
    person = reverse("person", args=[Person.objects.get().pk])
    assert [answer.url for answer in answers] == [person, person]


# They write nothing.
WITHOUT_A_KEY = {"language", "person-likenesses", "people"}


def test_every_page_of_the_registry_that_writes_does_it_once(
    administrator: User, as_user: Browser
) -> None:
    browser = as_user(administrator)
    for pattern in get_resolver("registry.urls").url_patterns:
        name, view = str(pattern.name), pattern.callback
        arguments = {key: uuid7() for key in pattern.pattern.converters if key != "code"}
        arguments |= {"code": "02"} if "code" in pattern.pattern.converters else {}
        refuses_post = browser.post(reverse(name, kwargs=arguments)).status_code == 405
        assert refuses_post or name in WITHOUT_A_KEY or hasattr(view, "sent_once"), name


def test_what_somebody_removed_meanwhile_is_told_and_nothing_is_saved(
    field_staff: User, strey_khmer: Organisation, rf: RequestFactory
) -> None:
    """PostgreSQL finds it out at the commit, after the view has said that all went well."""
    person = make_person(owner=strey_khmer)

    @once
    def view(request: HttpRequest) -> HttpResponse:
        Person.objects.filter(pk=person.pk).update(phone="012345678", place_id="99")
        return redirect("/people/")

    request = rf.post("/people/new/", {"form_key": str(uuid7())})
    request.user = field_staff
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    assert view(request).url == "/people/new/"
    assert "was removed in the meantime" in str(*request._messages)
    person.refresh_from_db()
    assert person.phone == ""
    assert not Submission.objects.exists()
