"""Asking participants 3, 6 and 12 months later: when, whom, and what they said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.errors import Refused
from khmer.dates import months_after, short_date
from registry.actions.merging import merge_people
from tests.pages import fields_of
from tests.trainings.factories import make_enrolment, make_training, mark, mark_one
from trainings.actions import following_up
from trainings.actions.attending import Presence
from trainings.actions.enrolling import remove_enrolment
from trainings.actions.planning import cancel_training
from trainings.figures.catalogue import FIGURES
from trainings.figures.following_up import State, due_for, due_number, last_end, rounds_of
from trainings.figures.quality import findings_in
from trainings.figures.scope import Scope
from trainings.models import FollowUp, FollowUpAnswer, Training


def ended(months_ago: int, *, owner, by, came: int = 1, days_ago: int = 0, **details) -> Training:
    """A training that ended so many months ago, and so many learners who came to it."""
    last = months_after(timezone.localdate(), -months_ago) - timedelta(days=days_ago)
    training = make_training(
        owner=owner, by=by, starts_on=last - timedelta(days=1), ends_on=last, **details
    )
    for _each in range(came):
        make_enrolment(training, by=by)
    if came:
        mark(training.sessions.get(number=1), by=by)
    return training


@pytest.fixture
def old(strey_khmer, field_staff) -> Training:
    """It ended four months ago, and four learners came."""
    return ended(4, owner=strey_khmer, by=field_staff, came=4)


@pytest.fixture
def round_of(old, field_staff) -> FollowUp:
    return following_up.begin_follow_up(old, months=3, by=field_staff)


def say(follow_up, *answers: str, by, on: date | None = None, seen: tuple[str, ...] = ()) -> int:
    """What the people on the sheet said, in its order."""
    rows = list(follow_up.answers.order_by("enrolment__sheet_row"))
    sent = [
        following_up.Answer(
            row.pk,
            following_up.Said(still),
            following_up.Said(seen[n] if seen else ""),
        )
        for n, (row, still) in enumerate(zip(rows, answers, strict=False))
    ]
    day = on or timezone.localdate()
    return following_up.record_answers(follow_up, answers=sent, asked_on=day, by=by)


def states(training: Training) -> list[State]:
    return [each.state for each in rounds_of(training)]


# --- When ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("months_ago", "days_ago", "expected"),
    [
        (2, 0, [State.COMING, State.COMING, State.COMING]),
        (3, 0, [State.DUE, State.COMING, State.COMING]),
        (4, 3, [State.OVERDUE, State.COMING, State.COMING]),
        (6, 0, [State.MISSED, State.DUE, State.COMING]),
        (12, 0, [State.MISSED, State.MISSED, State.DUE]),
        (24, 0, [State.MISSED, State.MISSED, State.MISSED]),
    ],
)
def test_rounds_follow_from_the_end_of_the_training(
    strey_khmer, field_staff, months_ago, days_ago, expected
):
    training = ended(months_ago, owner=strey_khmer, by=field_staff, days_ago=days_ago)
    assert states(training) == expected


def test_a_month_that_is_shorter_does_not_move_the_day(strey_khmer, field_staff):
    """The 28th to the 30th of November are all followed by the 28th of February."""
    assert last_end(date(2027, 2, 28), 3) == date(2026, 11, 30)
    assert last_end(date(2027, 2, 27), 3) == date(2026, 11, 27)
    for day in (date(2026, 11, 27) + timedelta(days=n) for n in range(120)):
        assert months_after(last_end(day, 3), 3) <= day
        assert months_after(last_end(day, 3) + timedelta(days=1), 3) > day


def test_nobody_is_asked_before_it_is_due(strey_khmer, field_staff):
    training = ended(3, owner=strey_khmer, by=field_staff, days_ago=-1)
    with pytest.raises(Refused, match="is due on"):
        following_up.begin_follow_up(training, months=3, by=field_staff)


def test_no_answer_is_older_than_its_round(round_of, field_staff):
    due = months_after(round_of.training.ends_on, 3)
    for day in (due - timedelta(days=1), timezone.localdate() + timedelta(days=1)):
        with pytest.raises(Refused) as refusal:
            say(round_of, "fully", on=day, by=field_staff)
        assert refusal.value.field == "asked_on"
    assert say(round_of, "fully", on=due, by=field_staff) == 1


def test_the_database_refuses_an_answer_before_its_time(round_of):
    early = months_after(round_of.training.ends_on, 3) - timedelta(days=1)
    with pytest.raises(IntegrityError, match="before it is due"), transaction.atomic():
        round_of.answers.update(still="fully", asked_on=early)


# --- Whom ---------------------------------------------------------------------------------------


def test_those_who_came_are_asked_and_nobody_else(strey_khmer, field_staff):
    training = ended(4, owner=strey_khmer, by=field_staff, came=2)
    away = make_enrolment(training, by=field_staff)
    mark_one(training.sessions.get(number=1), away, "absent", by=field_staff)
    trainer = make_enrolment(training, by=field_staff, role="lead trainer")
    follow_up = following_up.begin_follow_up(training, months=3, by=field_staff)
    asked = set(follow_up.answers.values_list("enrolment", flat=True))
    assert len(asked) == 2
    assert not asked & {away.pk, trainer.pk}
    for other in (away, trainer):
        with pytest.raises(IntegrityError, match="who came"), transaction.atomic():
            FollowUpAnswer.objects.create(
                owner=strey_khmer, training=training, follow_up=follow_up, enrolment=other
            )


def test_nobody_of_another_training_is_asked(round_of, strey_khmer, field_staff):
    other = ended(4, owner=strey_khmer, by=field_staff)
    with pytest.raises(IntegrityError), transaction.atomic():
        FollowUpAnswer.objects.create(
            owner=strey_khmer,
            training=round_of.training,
            follow_up=round_of,
            enrolment=other.enrolments.get(),
        )
        connection.check_constraints()


def test_a_sample_is_drawn_of_those_who_came(old, field_staff):
    follow_up = following_up.begin_follow_up(old, months=3, sample=2, by=field_staff)
    assert follow_up.is_sample
    assert follow_up.answers.count() == 2


@pytest.mark.parametrize("sample", [0, 4, 5])
def test_a_sample_is_smaller_than_all(old, field_staff, sample):
    with pytest.raises(Refused) as refusal:
        following_up.begin_follow_up(old, months=3, sample=sample, by=field_staff)
    assert refusal.value.field == "sample"


def test_nobody_came_so_nobody_is_asked(strey_khmer, field_staff):
    training = ended(4, owner=strey_khmer, by=field_staff, came=0)
    with pytest.raises(Refused, match="Nobody"):
        following_up.begin_follow_up(training, months=3, by=field_staff)


def test_a_round_begins_once(round_of, field_staff):
    with pytest.raises(Refused, match="begun already"):
        following_up.begin_follow_up(round_of.training, months=3, by=field_staff)
    with pytest.raises(Refused, match="begun already"):
        following_up.leave_follow_up(round_of.training, months=3, reason="x", by=field_staff)


def test_a_round_that_is_left_out_says_why_and_asks_nobody(old, field_staff, strey_khmer):
    with pytest.raises(Refused):
        following_up.leave_follow_up(old, months=3, reason=" ", by=field_staff)
    left = following_up.leave_follow_up(old, months=3, reason="Flood", by=field_staff)
    assert states(old)[0] == State.NOT_DONE
    with pytest.raises(IntegrityError, match="nobody is asked"), transaction.atomic():
        FollowUpAnswer.objects.create(
            owner=strey_khmer, training=old, follow_up=left, enrolment=old.enrolments.first()
        )


def test_a_cancelled_training_is_not_followed_up(strey_khmer, field_staff):
    training = ended(4, owner=strey_khmer, by=field_staff, came=0)
    cancel_training(training, by=field_staff)
    with pytest.raises(Refused, match="cancelled"):
        following_up.begin_follow_up(training, months=3, by=field_staff)


def test_who_was_asked_stays_on_the_list(round_of, field_staff):
    with pytest.raises(Refused, match="follow-up"):
        remove_enrolment(round_of.training.enrolments.first(), by=field_staff)


def test_a_round_is_begun_anew_until_somebody_was_asked(round_of, field_staff):
    say(round_of, "fully", by=field_staff)
    with pytest.raises(Refused):
        following_up.take_back_follow_up(round_of, by=field_staff)
    say(round_of, "", by=field_staff, seen=("fully",))
    following_up.take_back_follow_up(round_of, by=field_staff)
    assert not FollowUp.objects.exists()


# --- What they said -----------------------------------------------------------------------------


def test_rates_are_of_those_who_were_reached(round_of, field_staff):
    say(round_of, "fully", "partly", "no", "not reached", by=field_staff)
    [first, *_others] = rounds_of(round_of.training)
    counts = first.counts
    assert (counts.chosen, counts.asked, counts.reached) == (4, 4, 3)
    assert counts.rate.value == Decimal("66.7")
    assert first.state == State.DONE


def test_the_figure_opens_who_was_reached(round_of, field_staff):
    say(round_of, "fully", "partly", "no", "not reached", by=field_staff)
    found = FIGURES["still_do_it_after_3"].of(Scope.of(round_of.training))
    assert (found.outcome.part, found.outcome.whole) == (2, 3)
    [behind] = found.behind
    assert len(behind.rows) == 3
    assert sum(row.counts for row in behind.rows) == 2
    assert FIGURES["still_do_it_after_6"].of(Scope.of(round_of.training)).value is None


def test_two_people_ask_the_same_person(round_of, field_staff, colleague):
    say(round_of, "fully", by=field_staff)
    with pytest.raises(following_up.AnswersChanged):
        say(round_of, "no", by=colleague)
    assert round_of.answers.filter(still="fully").count() == 1
    # The same answer twice is none too many, and a decision is taken.
    say(round_of, "fully", by=colleague)
    say(round_of, "no", by=colleague, seen=("fully",))
    assert round_of.answers.filter(still="no").count() == 1


def test_an_answer_that_nobody_touched_stays_as_somebody_else_wrote_it(
    round_of, field_staff, colleague
):
    say(round_of, "fully", by=field_staff)
    say(round_of, "", "partly", by=colleague)
    assert sorted(round_of.answers.values_list("still", flat=True)) == ["", "", "fully", "partly"]


def test_a_sentence_needs_an_answer(round_of, field_staff):
    row = round_of.answers.first()
    said = following_up.Answer(row.pk, following_up.Said("", "x"), following_up.Said())
    with pytest.raises((Refused, ValidationError)):
        following_up.record_answers(
            round_of, answers=[said], asked_on=timezone.localdate(), by=field_staff
        )


@pytest.mark.django_db(transaction=True)
def test_two_who_begin_at_once_begin_one_round(old, field_staff, colleague):
    barrier, answers = Barrier(2), []

    def begin(by) -> None:
        try:
            barrier.wait()
            following_up.begin_follow_up(old, months=3, by=by)
            answers.append("begun")
        except Refused as error:
            answers.append(error.message)
        finally:
            connection.close()

    threads = [Thread(target=begin, args=[by]) for by in (field_staff, colleague)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count("begun") == 1
    assert FollowUpAnswer.objects.count() == 4


def test_who_turns_out_to_be_absent_is_noticed(round_of, field_staff):
    training = round_of.training
    assert "absent asked" not in {each.code for each in findings_in(training)}
    enrolment = round_of.answers.first().enrolment
    here = Presence.of("present")
    mark_one(training.sessions.get(number=1), enrolment, "absent", by=field_staff, seen=here)
    assert "absent asked" in {each.code for each in findings_in(training)}


# --- Pages --------------------------------------------------------------------------------------


def test_a_round_is_asked_on_a_phone(as_user, old, field_staff):
    client = as_user(field_staff)
    page = f"/trainings/{old.pk}/follow-ups/"
    assert "Due" in client.get(page).content.decode()
    begin = f"{page}begin/"
    sent = fields_of(client.get(f"{begin}?months=3"), "months") | {"whom": "all"}
    client.post(begin, sent)
    follow_up = FollowUp.objects.get()
    sheet = f"/trainings/follow-ups/{follow_up.pk}/"
    sent = fields_of(client.get(sheet), "asked_on")
    row = follow_up.answers.first()
    sent |= {f"still-{row.pk}": "partly", f"what-{row.pk}": "កត់ត្រាចំណូល"}
    assert client.post(sheet, sent).status_code == 302
    row.refresh_from_db()
    assert (row.still, row.what) == ("partly", "កត់ត្រាចំណូល")
    assert (row.asked_on, row.changed_by) == (timezone.localdate(), field_staff)
    behind = client.get(f"{sheet}people/?still=partly").content.decode()
    assert row.enrolment.person.name_latin in behind
    assert "កត់ត្រាចំណូល" in behind


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"asked_on": "31/02/2026"}, "not a date"),
        ({"asked_on": ""}, "required"),
        ({"asked_on": "01/01/2100"}, "still to come"),
    ],
)
def test_a_wrong_day_is_named_at_its_field(as_user, round_of, field_staff, changes, message):
    client = as_user(field_staff)
    sheet = f"/trainings/follow-ups/{round_of.pk}/"
    row = round_of.answers.first()
    sent = fields_of(client.get(sheet), "asked_on") | {f"still-{row.pk}": "no"} | changes
    answer = client.post(sheet, sent)
    assert answer.status_code == 409
    assert message in answer.content.decode()
    assert not round_of.answers.exclude(still="").exists()


@pytest.mark.parametrize("word", ["perhaps", "FULLY", "x" * 5000])
def test_words_that_were_never_offered_are_a_bad_request(as_user, round_of, field_staff, word):
    row = round_of.answers.first()
    sheet = f"/trainings/follow-ups/{round_of.pk}/"
    sent = fields_of(as_user(field_staff).get(sheet), "asked_on") | {f"still-{row.pk}": word}
    assert as_user(field_staff).post(sheet, sent).status_code == 400


def test_a_sentence_too_long_is_named_at_its_line(as_user, round_of, field_staff):
    client, row = as_user(field_staff), round_of.answers.first()
    sheet = f"/trainings/follow-ups/{round_of.pk}/"
    sent = fields_of(client.get(sheet), "asked_on")
    sent |= {f"still-{row.pk}": "no", f"what-{row.pk}": "x" * 301}
    answer = client.post(sheet, sent)
    assert answer.status_code == 409
    assert "300" in answer.content.decode()


def test_a_page_that_is_old_shows_both_answers(as_user, round_of, field_staff, colleague):
    client, row = as_user(field_staff), round_of.answers.order_by("enrolment__sheet_row").first()
    sheet = f"/trainings/follow-ups/{round_of.pk}/"
    sent = fields_of(client.get(sheet), "asked_on") | {f"still-{row.pk}": "no"}
    say(round_of, "fully", by=colleague)
    answer = client.post(sheet, sent)
    assert answer.status_code == 409
    assert "Saved by Kanha" in answer.content.decode()
    row.refresh_from_db()
    assert row.still == "fully"


# --- What waits ---------------------------------------------------------------------------------


def test_the_first_page_names_what_waits_longest(as_user, strey_khmer, field_staff):
    for months_ago in (2, 3, 5, 7, 13, 25):
        ended(months_ago, owner=strey_khmer, by=field_staff, title_en=f"{months_ago} ago")
    ended(4, owner=strey_khmer, by=field_staff, kind="meeting", title_en="A meeting")
    ended(4, owner=strey_khmer, by=field_staff, came=0, title_en="Nobody came")
    found = due_for(field_staff, most=10)
    assert {(each.training.title_en, each.months) for each in found} == {
        ("5 ago", 3),
        ("7 ago", 6),
        ("13 ago", 12),
        ("3 ago", 3),
    }
    assert [found[0].training.title_en, found[-1].training.title_en] == ["5 ago", "3 ago"]
    assert due_number(field_staff) == 4
    assert "13 ago" in as_user(field_staff).get("/").content.decode()
    assert "7 ago" in as_user(field_staff).get("/trainings/follow-ups/").content.decode()


def test_what_is_done_waits_no_longer(round_of, field_staff):
    [waiting] = due_for(field_staff, most=10)
    assert waiting.counts.waiting == 4
    say(round_of, "fully", "no", "no", by=field_staff)
    assert due_number(field_staff) == 1
    say(
        round_of, "fully", "no", "no", "not reached", by=field_staff, seen=("fully", "no", "no", "")
    )
    assert due_for(field_staff, most=10) == []


def test_others_do_not_see_what_waits(old, other_field_staff):
    assert due_for(other_field_staff, most=10) == []


def queries_of(read: Callable[[], object]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as found:
        read()
    return len(found)


def test_as_many_queries_for_one_as_for_three(as_user, strey_khmer, field_staff):
    ended(4, owner=strey_khmer, by=field_staff)
    client = as_user(field_staff)
    client.get("/trainings/follow-ups/")
    one = queries_of(lambda: client.get("/trainings/follow-ups/"))
    for _each in range(2):
        training = ended(4, owner=strey_khmer, by=field_staff, came=3)
        following_up.begin_follow_up(training, months=3, by=field_staff)
    # Of rounds that were begun, their answers: one query more, however many they are.
    assert queries_of(lambda: client.get("/trainings/follow-ups/")) <= one + 1


# --- Joining ------------------------------------------------------------------------------------


def test_two_entries_of_one_person_have_the_later_answer(round_of, field_staff, coordinator):
    due = months_after(round_of.training.ends_on, 3)
    say(round_of, "fully", on=due, by=field_staff)
    say(round_of, "", "no", by=field_staff)
    one, other = (
        each.enrolment.person for each in round_of.answers.order_by("enrolment__sheet_row")[:2]
    )
    merge_people(kept=one, joined=other, by=coordinator)
    [answer] = round_of.answers.exclude(still="")
    assert (answer.enrolment.person, answer.still) == (one, "no")
    assert short_date(answer.asked_on) == short_date(timezone.localdate())
