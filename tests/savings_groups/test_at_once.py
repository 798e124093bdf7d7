"""Two people at once, a machine that dies, a request that comes again: the ledger stays whole."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from core.actions.records import action
from core.errors import Conflict, Refused
from registry.models import User
from savings_groups.actions.correcting import reverse as reverse_entry
from savings_groups.actions.posting import lock_book, post
from savings_groups.actions.sealing import count_box, seal
from savings_groups.actions.sheets import RowEntry, open_meeting, save_sheet
from savings_groups.bookkeeping import ledger
from savings_groups.bookkeeping.ledger import Account, EntryLine, Event
from savings_groups.figures.verification import verify_group
from savings_groups.models import Group, JournalEntry, Meeting, Posting
from tests.factories import make_administrator, make_organisation, make_user
from tests.savings_groups.attacks import book, insert_journal, next_number, one
from tests.savings_groups.factories import draft, hold, make_group, member

pytestmark = pytest.mark.django_db(transaction=True)

LATER = date(2026, 3, 1)


@pytest.fixture
def treasurer() -> User:
    make_administrator()
    return make_user(organisation=make_organisation())


@pytest.fixture
def group(treasurer: User) -> Group:
    """A group whose box holds 6,000."""
    group = make_group(owner=treasurer.organisation, by=treasurer)
    hold(group, date(2026, 2, 1), {1: {"saving": 4_000}, 2: {"saving": 2_000}}, by=treasurer)
    return group


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each answers or raises, begun together, each on a connection of its own."""
    start, answers = Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        start.wait()
        try:
            answers[place] = act()
        except Exception as error:
            answers[place] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def refusals(answers: list[Any]) -> list[Exception]:
    return [answer for answer in answers if isinstance(answer, Exception)]


@action
def spend(group: Group, amount: int, *, by: User) -> list[JournalEntry]:
    entry = ledger.entry(
        Event.GROUP, [EntryLine(Account.STATIONERY, amount), EntryLine(Account.BOX, -amount)]
    )
    return post(
        [entry], book=lock_book(group), group=group, rules=group.rules.get(), on=LATER, by=by
    )


@pytest.mark.as_owner
def test_a_journal_without_lines_is_refused_at_the_commit(group: Group) -> None:
    before = JournalEntry.objects.count()
    with pytest.raises(IntegrityError, match="journal_is_sealed"), transaction.atomic():
        insert_journal(group)
    assert JournalEntry.objects.count() == before


@pytest.mark.parametrize("attempt", range(3))
def test_the_last_of_the_box_is_spent_once(group: Group, treasurer: User, attempt: int) -> None:
    answers = at_once(*[lambda: spend(group, 4_000, by=treasurer)] * 3)
    assert [type(answer) for answer in refusals(answers)] == [Refused, Refused]
    assert "below zero" in str(refusals(answers)[0])
    assert one("SELECT amount FROM savings_groups_balance WHERE account = 1010") == 2_000
    assert verify_group(group) == []


def test_the_last_of_the_box_is_spent_once_without_our_lock(group: Group) -> None:
    """The database alone: whoever does not wait for the book is refused by its number."""
    number = next_number(group)

    def take() -> None:
        with transaction.atomic():
            book(group, (5010, 6_000), (1010, -6_000), sequence=number)

    answers = at_once(take, take)
    [error] = refusals(answers)
    assert isinstance(error, IntegrityError)
    assert "journal_number_once" in str(error)
    assert verify_group(group) == []


def test_many_posts_at_once_take_their_numbers_in_turn(group: Group, treasurer: User) -> None:
    answers = at_once(*[lambda: spend(group, 100, by=treasurer)] * 12)
    assert refusals(answers) == []
    numbers = list(group.journals.order_by("sequence").values_list("sequence", flat=True))
    assert numbers == list(range(1, 15))
    assert verify_group(group) == []


@pytest.fixture
def counted(group: Group, treasurer: User) -> Meeting:
    """A sheet with a saving of 5,000, counted, ready to be sealed."""
    meeting = draft(group, LATER, {1: {"saving": 5_000}}, by=treasurer)
    return count_box(meeting, version=meeting.version, pieces={}, loose=11_000, by=treasurer)


def test_a_sheet_that_is_sealed_three_times_at_once_is_sealed_once(
    counted: Meeting, treasurer: User
) -> None:
    answers = at_once(*[lambda: seal(counted, version=counted.version, by=treasurer)] * 3)
    assert [str(answer) for answer in refusals(answers)] == [
        "This meeting is sealed. What it says can only be corrected."
    ] * 2
    assert counted.journals.count() == 1
    assert one("SELECT amount FROM savings_groups_balance WHERE account = 1010") == 11_000


def test_a_form_to_seal_that_arrives_three_times_at_once_seals_once(
    counted: Meeting, treasurer: User, as_user: Callable[[User], Client]
) -> None:
    """On a bad line people press the button again: every sending sees the sealed meeting."""
    page = reverse("groups:seal", args=[counted.pk])
    sent = {"form_key": str(uuid4()), "version": counted.version, "difference_fund": "loan"}
    answers = at_once(*[lambda: as_user(treasurer).post(page, sent)] * 3)
    meeting = reverse("groups:meeting", args=[counted.pk])
    assert [getattr(answer, "url", answer) for answer in answers] == [meeting] * 3
    assert counted.journals.count() == 1
    assert verify_group(counted.group) == []


def test_a_sheet_is_not_changed_while_it_is_sealed(counted: Meeting, treasurer: User) -> None:
    """Two treasurers: one seals while the other types. Either the sealed sheet is what was
    counted, or the sheet was changed first and is not sealed.
    """
    row = RowEntry(member(counted.group, 1).pk, {"saving": 50_000})
    answers = at_once(
        lambda: seal(counted, version=counted.version, by=treasurer),
        lambda: save_sheet(counted, version=counted.version, rows=[row], by=treasurer),
    )
    assert len(refusals(answers)) == 1
    counted.refresh_from_db()
    booked = Posting.objects.filter(journal__meeting=counted, account=Account.SAVINGS)
    saved = counted.rows.get(member__number=1).saving
    if counted.is_sealed:
        assert (saved, [posting.amount for posting in booked]) == (5_000, [-5_000])
    else:
        assert (saved, list(booked)) == (50_000, [])


def test_two_treasurers_do_not_overwrite_each_other(group: Group, treasurer: User) -> None:
    meeting = draft(group, LATER, by=treasurer)
    amounts = (1_000, 2_000)
    acts = [
        lambda amount=amount: save_sheet(
            meeting,
            version=meeting.version,
            rows=[RowEntry(member(group, 1).pk, {"saving": amount})],
            by=treasurer,
        )
        for amount in amounts
    ]
    answers = at_once(*acts)
    assert [type(answer) for answer in refusals(answers)] == [Conflict]
    [won] = [a for a, answer in zip(amounts, answers, strict=True) if isinstance(answer, Meeting)]
    assert meeting.rows.get(member__number=1).saving == won


def test_two_treasurers_begin_one_meeting(group: Group, treasurer: User) -> None:
    answers = at_once(*[lambda: open_meeting(group, held_on=LATER, by=treasurer)] * 2)
    assert [type(answer) for answer in refusals(answers)] == [Refused]
    assert group.meetings.filter(held_on=LATER).count() == 1


def test_an_entry_that_two_people_reverse_at_once_is_reversed_once(
    group: Group, treasurer: User
) -> None:
    entry = group.journals.first()
    answers = at_once(*[lambda: reverse_entry(entry, reason="A mistake.", by=treasurer)] * 2)
    assert [str(answer) for answer in refusals(answers)] == [
        "This entry has been reversed already."
    ]
    assert verify_group(group) == []


# A program that writes half of a sheet's journal and is killed before it commits.
HALF_WAY = """
import sys, time, psycopg
connection = psycopg.connect(sys.argv[1])
for statement in sys.argv[2:]:
    connection.execute(statement)
print("written", flush=True)
time.sleep(60)
"""


def test_what_a_killed_program_had_not_finished_is_not_there(group: Group, treasurer: User) -> None:
    before = JournalEntry.objects.count(), Posting.objects.count()
    journal = f"""INSERT INTO savings_groups_journal
        (id, owner_id, group_id, sequence, book_date, event, memo, rules_id, recorded_at,
         created_by_id)
        SELECT gen_random_uuid(), owner_id, group_id, 3, '2026-03-01', 'group', '', rules_id,
            now(), created_by_id
        FROM savings_groups_journal WHERE group_id = '{group.pk}' AND sequence = 1"""
    lines = f"""INSERT INTO savings_groups_posting
        (owner_id, group_id, journal_id, line, account, fund, amount)
        SELECT owner_id, group_id, id, line, account, 'loan', amount
        FROM savings_groups_journal,
            (VALUES (1, 5010, 500), (2, 1010, -500)) v(line, account, amount)
        WHERE group_id = '{group.pk}' AND sequence = 3"""
    to = {k: v for k, v in connection.get_connection_params().items() if k in DSN}
    dsn = " ".join(f"{name}='{value}'" for name, value in to.items() if value)
    program = subprocess.Popen(
        [sys.executable, "-c", HALF_WAY, dsn, journal, lines], stdout=subprocess.PIPE, text=True
    )
    assert program.stdout
    assert program.stdout.readline() == "written\n"
    program.send_signal(signal.SIGKILL)
    program.wait()
    program.stdout.close()
    assert (JournalEntry.objects.count(), Posting.objects.count()) == before
    assert verify_group(group) == []
    # After the restart the same is sent again, and arrives once.
    connection.close()
    spend(group, 500, by=treasurer)
    assert JournalEntry.objects.count() == before[0] + 1
    assert verify_group(group) == []


DSN = {"dbname", "user", "password", "passfile", "host", "port"}


def test_a_sheet_sent_again_after_a_restart_is_sealed_once(
    counted: Meeting, treasurer: User
) -> None:
    """The answer was lost, not the work: the second sending is told so and posts nothing."""
    seal(counted, version=counted.version, by=treasurer)
    connection.close()
    with pytest.raises(Refused, match="This meeting is sealed"):
        seal(counted, version=counted.version, by=treasurer)
    assert counted.journals.count() == 1
