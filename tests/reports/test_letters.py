"""Letters about reports: to whom, about what, once, tried again, and never a word too many."""

from __future__ import annotations

from datetime import date, timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from core.doctor.findings import State as Health
from core.doctor.findings import all_findings
from core.errors import Refused
from registry.models import Organisation, Project, User
from reports.actions.commenting import comment_on
from reports.actions.letters import (
    MOST_ATTEMPTS,
    announce_due,
    readers_of,
    send_letters,
)
from reports.actions.sending import accept_report, return_report, send_to_check
from reports.hooks import doctor
from reports.models import Letter, Report
from tests.conftest import signed_in
from tests.factories import make_user
from tests.kept import *  # noqa: F403
from tests.reports.donor_factories import make_donor_form, make_funded, make_report, submit

CONSOLE = "django.core.mail.backends.console.EmailBackend"
SECRET = "Reaching the women of Ou Ta Tiek"


class Down(BaseEmailBackend):
    """A mail server that nobody reaches."""

    def send_messages(self, email_messages: Any) -> int:
        raise ConnectionRefusedError("sokha@example.org")


class Picky(BaseEmailBackend):
    """A mail server that refuses one address."""

    def send_messages(self, email_messages: Any) -> int:
        for each in email_messages:
            if "sokha@example.org" in each.to:
                raise SMTPRecipientsRefused({"sokha@example.org": (550, b"unknown")})
            mail.outbox.append(each)
        return 1


DOWN, PICKY = f"{__name__}.Down", f"{__name__}.Picky"


@pytest.fixture
def writer(coordinator: User) -> User:
    User.objects.filter(pk=coordinator.pk).update(email="sokha@example.org", language="en")
    coordinator.refresh_from_db()
    return coordinator


@pytest.fixture
def project(strey_khmer: Organisation, donor: Organisation, writer: User) -> Project:
    return make_funded(strey_khmer, donor, writer, name_en=SECRET)


@pytest.fixture
def report(project: Project, writer: User) -> Report:
    return make_report(make_donor_form(project, by=writer), by=writer)


@pytest.fixture
def sent(report: Report, writer: User) -> Report:
    submit(report, by=writer)
    report.refresh_from_db()
    return report


def kinds() -> list[str]:
    return [each.kind for each in Letter.objects.order_by("pk")]


def due_in(report: Report, days: int) -> date:
    """So many days before the report is due; sending looks at the clock, so the due day moves."""
    today = timezone.localdate()
    Report.objects.filter(pk=report.pk).update(due_on=today + timedelta(days=days))
    report.refresh_from_db()
    return today


@pytest.mark.parametrize(
    ("days", "found"),
    [(8, []), (7, ["due"]), (0, ["due"]), (-1, ["overdue"]), (-30, ["overdue"]), (-31, [])],
)
def test_a_report_is_announced_a_week_before_and_when_it_is_overdue(
    report: Report, days: int, found: list[str]
) -> None:
    today = due_in(report, days)
    for _hour in range(3):
        announce_due(today)
    assert kinds() == found


def test_what_is_in_check_is_due_and_what_was_sent_is_not(report: Report, writer: User) -> None:
    today = due_in(report, 3)
    report = send_to_check(report, version=report.version, by=writer)
    announce_due(today)
    assert kinds() == ["due"]
    Letter.objects.all().delete()
    from reports.actions.sending import submit_report

    submit_report(report, version=report.version, accept_findings=True, by=writer)
    announce_due(today)
    assert kinds() == []


def test_another_day_is_another_event(report: Report) -> None:
    announce_due(due_in(report, 3))
    announce_due(due_in(report, 5))
    assert kinds() == ["due", "due"]
    assert send_letters() == 1, "Of the day that was, nobody is told any more."


@pytest.mark.parametrize(
    ("days", "words"),
    [(7, "due in 7 days"), (1, "due in 1 day"), (0, "due today"), (-2, "overdue")],
)
def test_the_letter_says_when_and_where_and_no_more(
    report: Report, writer: User, days: int, words: str
) -> None:
    announce_due(due_in(report, days))
    assert send_letters() == 1
    [letter] = mail.outbox
    said = f"{letter.subject}\n{letter.body}"
    assert words in letter.subject
    assert f"/reports/{report.pk}/" in letter.body or str(report.pk) in letter.body
    assert letter.to == [writer.email]
    for secret in (SECRET, writer.display_name, writer.username, str(report.since.year)):
        assert secret not in said.replace(str(report.pk), "")


def test_it_is_in_the_language_of_its_reader(report: Report, writer: User) -> None:
    User.objects.filter(pk=writer.pk).update(language="km")
    announce_due(due_in(report, 7))
    send_letters()
    assert "៧" in mail.outbox[0].subject
    assert "due" not in mail.outbox[0].body


def test_returned_and_accepted_are_told_with_the_step(
    sent: Report, writer: User, funder: User
) -> None:
    comment_on(sent, text="Why so few?", by=funder)
    returned = return_report(sent, version=sent.version, reason="See the comments.", by=funder)
    assert kinds() == ["returned"]
    assert send_letters() == 1
    assert "Why so few?" not in mail.outbox[0].body
    submit(returned, by=writer)
    returned.refresh_from_db()
    accept_report(returned, version=returned.version, by=funder)
    assert kinds() == ["returned", "accepted"]
    assert send_letters() == 1
    assert "accepted" in mail.outbox[1].subject


def test_a_step_that_was_refused_leaves_no_letter(sent: Report, funder: User) -> None:
    with pytest.raises(Refused):
        return_report(sent, version=sent.version, reason=" ", by=funder)
    assert kinds() == []


def test_who_writes_down_the_answer_of_a_donor_is_not_told_of_it(
    sent: Report, writer: User
) -> None:
    accept_report(sent, version=sent.version, by=writer)
    assert kinds() == []


def test_of_one_event_there_is_one_letter_whatever_program_writes_it(report: Report) -> None:
    announce_due(due_in(report, 2))
    letter = Letter.objects.get()
    about = {"report": report, "kind": "due", "due_on": letter.due_on, "to": letter.to}
    with pytest.raises(DatabaseError, match="letter_once"), transaction.atomic():
        Letter.objects.create(**about)
    with pytest.raises(DatabaseError, match="letter_is_about_one_event"), transaction.atomic():
        Letter.objects.create(**about | {"kind": "accepted"})


def test_only_who_writes_reports_there_and_has_an_address_is_told(
    report: Report, writer: User, field_staff: User, funder: User, kcda: Organisation
) -> None:
    for user in (field_staff, funder):
        User.objects.filter(pk=user.pk).update(email=f"{user.username}@else.example.org")
    make_user(username="elsewhere", organisation=kcda, role="coordinator", email="e@example.org")
    make_user(username="gone", organisation=report.owner, role="coordinator", email="g@example.org")
    User.objects.filter(username="gone").update(is_active=False)
    assert readers_of(report) == [writer]


def test_where_nobody_can_be_written_to_the_organisation_above_is_told(
    report: Report, writer: User, kcda: Organisation
) -> None:
    head = make_user(organisation=kcda, role="coordinator", email="head@example.org")
    Organisation.objects.filter(pk=report.owner_id).update(parent=kcda)
    User.objects.filter(pk=writer.pk).update(email="")
    assert readers_of(Report.objects.get(pk=report.pk)) == [head]


# --- The mail server ---------------------------------------------------------------------------


def test_without_a_mail_server_nothing_waits(report: Report, settings: Any) -> None:
    settings.EMAIL_BACKEND = CONSOLE
    announce_due(due_in(report, 2))
    assert kinds() == []


def test_what_waits_when_the_mail_server_goes_does_not_wait_for_ever(
    report: Report, settings: Any
) -> None:
    announce_due(due_in(report, 2))
    settings.EMAIL_BACKEND = CONSOLE
    assert send_letters() == 0
    assert Letter.objects.get().state == Letter.State.DROPPED


def test_the_pages_say_that_there_is_none(
    report: Report, writer: User, settings: Any, client: Any
) -> None:
    words = "No mail server is set up"
    reports, forgotten = reverse("reports:report-list"), reverse("account_reset_password")
    pages = [
        (signed_in(writer), reports),
        (client, forgotten),
    ]
    for browser, page in pages:
        assert words not in browser.get(page).content.decode()
    settings.EMAIL_BACKEND = CONSOLE
    for browser, page in pages:
        assert words in browser.get(page).content.decode()


def test_a_letter_that_was_not_taken_is_tried_again_later(
    report: Report, settings: Any, caplog: Any
) -> None:
    announce_due(due_in(report, 2))
    settings.EMAIL_BACKEND = DOWN
    assert send_letters() == 0
    letter = Letter.objects.get()
    assert (letter.state, letter.attempts) == (Letter.State.WAITING, 1)
    assert letter.problem == "ConnectionRefusedError"
    assert "sokha@" not in caplog.text
    send_letters()
    letter.refresh_from_db()
    assert letter.attempts == 1, "Not before its time."
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    Letter.objects.update(next_at=timezone.now())
    assert send_letters() == 1
    letter.refresh_from_db()
    assert (letter.state, letter.problem) == (Letter.State.SENT, "")


def test_it_waits_longer_each_time_and_is_given_up_in_the_end(
    report: Report, settings: Any
) -> None:
    announce_due(due_in(report, 2))
    settings.EMAIL_BACKEND = DOWN
    waits = []
    for _attempt in range(MOST_ATTEMPTS):
        Letter.objects.update(next_at=timezone.now())
        send_letters()
        waits.append(Letter.objects.get().next_at - timezone.now())
    assert Letter.objects.get().state == Letter.State.FAILED
    assert waits[0] < timedelta(minutes=6)
    assert waits == sorted(waits)[: len(waits)] or waits[-1] > timedelta(hours=11)
    assert timedelta(days=1) < sum(waits, timedelta()) < timedelta(days=4)
    Letter.objects.update(next_at=timezone.now())
    assert send_letters() == 0


def test_an_address_that_is_refused_holds_nobody_else_up(report: Report, settings: Any) -> None:
    make_user(organisation=report.owner, role="coordinator", email="dara@example.org")
    announce_due(due_in(report, 2))
    settings.EMAIL_BACKEND = PICKY
    assert send_letters() == 1
    assert [each.to for each in mail.outbox] == [["dara@example.org"]]


def test_what_is_no_longer_so_is_not_sent(sent: Report, writer: User, funder: User) -> None:
    returned = return_report(sent, version=sent.version, reason="Look again.", by=funder)
    submit(returned, by=writer)
    assert send_letters() == 0
    assert Letter.objects.get().state == Letter.State.DROPPED
    assert not mail.outbox


def test_who_left_meanwhile_gets_none(report: Report, writer: User) -> None:
    announce_due(due_in(report, 2))
    User.objects.filter(pk=writer.pk).update(is_active=False)
    assert send_letters() == 0
    assert not mail.outbox


def test_the_doctor_knows_what_did_not_arrive(report: Report) -> None:
    assert not list(doctor.letters())
    announce_due(due_in(report, 2))
    Letter.objects.update(attempts=2, problem="TimeoutError")
    [finding] = doctor.letters()
    assert finding.state == Health.CARE
    Letter.objects.update(state=Letter.State.FAILED)
    [finding] = doctor.letters()
    assert finding.state == Health.BAD
    assert finding in dict(all_findings())["Mail"]


def test_an_administrator_sees_each_letter(report: Report, administrator: User) -> None:
    announce_due(due_in(report, 2))
    Letter.objects.update(problem="TimeoutError")
    browser = signed_in(administrator)
    letter = Letter.objects.get()
    assert "TimeoutError" in browser.get("/admin/reports/letter/").content.decode()
    assert browser.get(f"/admin/reports/letter/{letter.pk}/change/").status_code == 200
