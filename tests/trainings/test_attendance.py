"""Marking who was there."""

from decimal import Decimal

import pytest

from core.errors import Refused
from tests.pages import fields_of, joined
from tests.trainings.factories import make_enrolment, make_training, mark, mark_one
from tests.trainings.kept import *  # noqa: F403
from trainings.actions.attending import (
    Mark,
    MarksChanged,
    Presence,
    record_attendance,
    set_discussion_groups,
)
from trainings.actions.enrolling import remove_enrolment
from trainings.forms.sheets import AttendanceDraft
from trainings.models import Attendance


@pytest.fixture(scope="module")
def learner(training, field_staff):
    return make_enrolment(training, by=field_staff)


def status_of(learner, session):
    return session.attendances.get(enrolment=learner).status


def test_it_works(session, learner, field_staff):
    mark_one(session, learner, "late", by=field_staff)
    row = session.attendances.get()
    assert (row.status, row.fraction, row.changed_by) == ("late", Decimal(1), field_staff)


def test_half_presence_counts_half(session, learner, field_staff):
    mark_one(session, learner, "present", half=True, by=field_staff)
    assert session.attendances.get().fraction == Decimal("0.5")


@pytest.mark.parametrize("status", ["absent", "excused"])
def test_who_was_away_was_not_half_there(session, learner, field_staff, status):
    mark_one(session, learner, status, half=True, by=field_staff)
    assert session.attendances.get().fraction == 0


def test_the_same_sheet_sent_again_changes_nothing(session, learner, field_staff):
    mark_one(session, learner, "present", by=field_staff)
    before = session.attendances.get()
    mark_one(session, learner, "present", by=field_staff)
    after = session.attendances.get()
    assert (before.pk, before.version) == (after.pk, after.version)


def test_two_people_marking_differently_see_both_marks(session, learner, field_staff, colleague):
    mark_one(session, learner, "absent", by=colleague)
    with pytest.raises(MarksChanged) as error:
        mark_one(session, learner, "present", by=field_staff)
    assert error.value.stored[learner.pk].status == "absent"
    assert status_of(learner, session) == "absent"


def test_a_clash_saves_none_of_the_sheet(session, training, learner, field_staff, colleague):
    other = make_enrolment(training, by=field_staff)
    mark_one(session, learner, "absent", by=colleague)
    marks = [Mark(e.pk, Presence.of("present"), None) for e in (learner, other)]
    with pytest.raises(MarksChanged):
        record_attendance(session, marks=marks, by=field_staff)
    assert not session.attendances.filter(enrolment=other).exists()


def test_a_mark_that_nobody_touched_does_not_overwrite_a_colleagues(
    session, learner, field_staff, colleague
):
    mark_one(session, learner, "present", by=field_staff)
    shown = Presence.of("present")
    mark_one(session, learner, "late", seen=shown, by=colleague)
    mark_one(session, learner, "present", seen=shown, by=field_staff)
    assert status_of(learner, session) == "late"


def test_saving_again_after_seeing_both_marks_is_a_decision(
    session, learner, field_staff, colleague
):
    mark_one(session, learner, "absent", by=colleague)
    mark_one(session, learner, "present", seen=Presence.of("absent"), by=field_staff)
    assert status_of(learner, session) == "present"


@pytest.fixture
def two_present(session, training, learner, field_staff):
    """Two people who are marked as present already."""
    other = make_enrolment(training, by=field_staff)
    mark(session, by=field_staff)
    return learner, other


def sent_as(*marks):
    """What a page sends that was made when all were present; a mark is (enrolment, status)."""
    data = {}
    for enrolment, status in marks:
        data |= {f"status-{enrolment.pk}": status, f"seen-{enrolment.pk}": "present"}
    return data


def test_after_a_clash_an_untouched_line_shows_what_a_colleague_marked(
    session, two_present, field_staff, colleague
):
    one, other = two_present
    present = Presence.of("present")
    mark_one(session, one, "absent", seen=present, by=colleague)
    mark_one(session, other, "late", seen=present, by=colleague)
    draft = AttendanceDraft.from_post(sent_as((one, "excused"), (other, "present")), session)
    with pytest.raises(MarksChanged) as error:
        record_attendance(session, marks=draft.marks, by=field_staff)
    draft.merge_with(error.value.stored)
    first, second = draft.lines
    assert (first.presence.status, first.stored.status) == ("excused", "absent")
    assert (second.presence.status, second.stored) == ("late", None)
    assert [line.seen_code for line in draft.lines] == ["absent", "late"]


def test_a_draft_that_was_refused_still_says_what_it_was_made_from(
    session, two_present, field_staff, colleague
):
    """Or saving it again would overwrite what nobody was shown."""
    one, other = two_present
    mark_one(session, other, "late", seen=Presence.of("present"), by=colleague)
    draft = AttendanceDraft.from_post(sent_as((one, "late"), (other, "present")), session)
    assert [line.seen_code for line in draft.lines] == ["present", "present"]


def test_saving_again_after_a_clash_loses_no_mark_of_a_colleague(
    as_user, session, two_present, field_staff, colleague
):
    one, other = two_present
    present = Presence.of("present")
    mark_one(session, one, "absent", seen=present, by=colleague)
    mark_one(session, other, "late", seen=present, by=colleague)
    browser, url = as_user(field_staff), f"/trainings/sessions/{session.pk}/attendance/"
    page = browser.post(url, sent_as((one, "excused"), (other, "present")))
    assert page.status_code == 409
    assert browser.post(url, fields_of(page, f"seen-{one.pk}")).status_code == 302
    assert [status_of(each, session) for each in two_present] == ["excused", "late"]


def test_somebody_taken_off_the_list_meanwhile_is_not_marked(session, learner, field_staff):
    remove_enrolment(learner, by=field_staff)
    with pytest.raises(Refused):
        mark_one(session, learner, by=field_staff)


def test_a_person_of_another_training_cannot_be_marked(session, strey_khmer, field_staff):
    stranger = make_enrolment(make_training(owner=strey_khmer, by=field_staff), by=field_staff)
    with pytest.raises(Refused):
        mark_one(session, stranger, by=field_staff)


def test_discussion_groups_belong_to_one_session(training, session, learner, field_staff):
    mark(session, by=field_staff)
    row = session.attendances.get()
    set_discussion_groups(
        session, groups=[("Leading", ""), ("Listening", "")], members={row.pk: 2}, by=field_staff
    )
    row.refresh_from_db()
    assert (row.discussion_group.number, row.discussion_group.topic) == (2, "Listening")
    assert not training.sessions.get(number=2).discussion_groups.exists()


def test_fewer_groups_release_their_members(session, learner, field_staff):
    mark(session, by=field_staff)
    row = session.attendances.get()
    set_discussion_groups(session, groups=[("", ""), ("", "")], members={row.pk: 2}, by=field_staff)
    set_discussion_groups(session, groups=[("", "")], members={row.pk: 0}, by=field_staff)
    row.refresh_from_db()
    assert row.discussion_group is None
    assert session.discussion_groups.count() == 1


# The page


def test_one_button_marks_the_rest_as_present(as_user, session, learner, field_staff, training):
    """Nobody is present before somebody says so; without a script the button saves."""
    late = make_enrolment(training, by=field_staff)
    browser, url = as_user(field_staff), f"/trainings/sessions/{session.pk}/attendance/"
    page = browser.get(url)
    assert "checked" not in page.text
    sent = {f"seen-{each.pk}": "none" for each in (learner, late)} | {
        f"status-{late.pk}": "late",
        "rest": "present",
    }
    assert browser.post(url, sent).status_code == 302
    assert (status_of(learner, session), status_of(late, session)) == ("present", "late")


def test_the_page_saves_the_exceptions(as_user, session, learner, training, field_staff):
    away = make_enrolment(training, by=field_staff)
    as_user(field_staff).post(
        f"/trainings/sessions/{session.pk}/attendance/",
        {
            f"status-{learner.pk}": "late",
            f"half-{learner.pk}": "on",
            f"seen-{learner.pk}": "none",
            f"status-{away.pk}": "absent",
            f"seen-{away.pk}": "none",
        },
    )
    assert session.attendances.get(enrolment=learner).fraction == Decimal("0.5")
    assert status_of(away, session) == "absent"


def test_the_page_shows_both_marks_after_a_clash(as_user, session, learner, field_staff, colleague):
    mark_one(session, learner, "absent", by=colleague)
    url = f"/trainings/sessions/{session.pk}/attendance/"
    sent = {f"status-{learner.pk}": "present", f"seen-{learner.pk}": "none"}
    page = as_user(field_staff).post(url, sent)
    assert page.status_code == 409
    assert "Kanha saved at" in page.text
    assert f'name="status-{learner.pk}" value="present" checked' in joined(page.text)
    assert f'name="seen-{learner.pk}" value="absent"' in joined(page.text)
    assert status_of(learner, session) == "absent"


@pytest.mark.parametrize("sent", ["flying", "", "present-half", "\x00"])
def test_a_word_that_the_page_never_offered_is_refused(
    as_user, session, learner, field_staff, sent
):
    url = f"/trainings/sessions/{session.pk}/attendance/"
    page = as_user(field_staff).post(url, {f"status-{learner.pk}": sent})
    assert page.status_code == 400
    assert not Attendance.objects.exists()


# The page of the discussion groups


@pytest.fixture
def groups_page(as_user, session, field_staff):
    """Send the page of the discussion groups, with a key for every field."""
    url = f"/trainings/sessions/{session.pk}/discussion-groups/"
    session.refresh_from_db()
    return lambda **sent: as_user(field_staff).post(url, {"version": session.version} | sent)


def test_groups_that_a_colleague_wrote_down_are_not_removed_unseen(
    groups_page, session, learner, field_staff, colleague
):
    mark(session, by=field_staff)
    row = session.attendances.get()
    groups = [("Leading", ""), ("", ""), ("", ""), ("Listening", "They listen")]
    set_discussion_groups(session, groups=groups, members={row.pk: 4}, by=colleague)
    sent = {"groups": "3", "group1-topic": "Following", f"member-{row.pk}": "1"}
    page = groups_page(**sent)
    assert session.discussion_groups.count() == 4
    assert [(mine, theirs) for _label, mine, theirs in page.context["conflicts"]] == [
        (3, 4),
        ("Following", "Leading"),
        ("–", "Listening"),
        ("–", "They listen"),
        ("Group 1", "Group 4"),
    ]
    assert groups_page(**sent, version=page.context["version"]).status_code == 302
    assert [group.topic for group in session.discussion_groups.all()] == ["Following", "", ""]


def test_the_page_saves_who_was_in_which_group(groups_page, session, learner, field_staff):
    mark(session, by=field_staff)
    row = session.attendances.get()
    sent = {"groups": "2", "group2-topic": "Listening", f"member-{row.pk}": "2"}
    assert groups_page(**sent).status_code == 302
    row.refresh_from_db()
    assert (row.discussion_group.number, row.discussion_group.topic) == (2, "Listening")


@pytest.mark.parametrize(
    "sent",
    [
        {"group1-topic": "a mark that turns the line \u202e"},
        {"group1-outcome": "x" * 4001},
    ],
    ids=["bidi", "too long"],
)
def test_what_is_wrong_in_a_group_is_told_there_and_nothing_is_lost(groups_page, session, sent):
    page = groups_page(groups="2", **{"group2-topic": "Listening"}, **sent)
    assert page.context["forms"][0].errors
    assert 'value="Listening"' in page.text
    assert not session.discussion_groups.exists()


@pytest.mark.parametrize("sent", [{}, {"groups": ""}, {"groups": "-1"}, {"groups": "9" * 5000}])
def test_a_form_that_does_not_say_how_many_groups_removes_none(
    groups_page, session, field_staff, sent
):
    set_discussion_groups(session, groups=[("Leading", "")] * 4, members={}, by=field_staff)
    assert groups_page(**sent).status_code in (200, 400)
    assert session.discussion_groups.count() == 4


def test_who_came_while_the_groups_were_written_down_keeps_the_group(
    groups_page, session, learner, field_staff
):
    mark(session, by=field_staff)
    row = session.attendances.get()
    set_discussion_groups(session, groups=[("Leading", "")], members={row.pk: 1}, by=field_staff)
    assert groups_page(groups="1", version=2, **{"group1-topic": "Leading"}).status_code == 302
    row.refresh_from_db()
    assert row.discussion_group.number == 1
