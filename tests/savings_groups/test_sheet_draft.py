"""The draft of a sheet: what two people typed at the same time, merged without a browser."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from core.errors import Conflict, Refused
from registry.models import Organisation, User
from savings_groups.actions.members import leave_group
from savings_groups.actions.sheet_drafts import save_draft
from savings_groups.actions.sheets import add_line, move_meeting, remove_line
from savings_groups.forms.sheet_draft import SheetDraft, StoredSheet
from savings_groups.models import Group, GroupLine, Meeting, SheetRow
from tests.kept import *  # noqa: F403
from tests.savings_groups.factories import (
    count_and_seal,
    draft,
    hold,
    make_group,
    make_member,
    member,
)

FEBRUARY, MARCH, APRIL = date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)


@pytest.fixture(scope="module")
def group(strey_khmer: Organisation, field_staff: User) -> Group:
    """Three members who have saved 60,000 together."""
    group = make_group(owner=strey_khmer, by=field_staff)
    hold(group, FEBRUARY, {n: {"saving": 20_000} for n in (1, 2, 3)}, by=field_staff)
    return group


@pytest.fixture
def meeting(group: Group, field_staff: User) -> Meeting:
    """The next meeting, in whose sheet nothing is typed but the saving of the first member."""
    return draft(group, MARCH, {1: {"saving": 1_000}}, by=field_staff)


@pytest.fixture
def cut_off(strey_khmer: Organisation, field_staff: User) -> Meeting:
    group = make_group(owner=strey_khmer, by=field_staff, live=False)
    return draft(group, FEBRUARY, kind=Meeting.Kind.CUT_OFF, by=field_staff)


class Page:
    """The sheet as one person has it open, and what they type into it."""

    def __init__(self, meeting: Meeting, by: User) -> None:
        self.meeting, self.by = Meeting.objects.get(pk=meeting.pk), by
        shown = SheetDraft.of(StoredSheet.of(self.meeting))
        self.version = shown.version
        self.data = {"seen": shown.shown_text, "minutes": self.meeting.minutes}
        for line in shown.lines:
            self.data |= {cell.name: cell.text for cell in line.cells}
            self.data |= {
                f"attendance-{line.key}": line.attendance,
                f"purpose-{line.key}": line.purpose,
            }

    def type_in(self, **texts: str) -> Page:
        """`saving_1` is the saving of member 1; other names are those of fields."""
        for name, text in texts.items():
            column, _, number = name.rpartition("_")
            if number.isdigit():
                name = f"{column}-{member(self.meeting.group, int(number)).pk}"
            self.data[name] = text
        return self

    @property
    def draft(self) -> SheetDraft:
        stored = StoredSheet.of(Meeting.objects.get(pk=self.meeting.pk))
        return SheetDraft.from_post(self.data, stored, version=self.version)

    def save(self, sent: SheetDraft | None = None) -> Meeting:
        sent = sent or self.draft
        assert not sent.problems, sent.problems
        return save_draft(
            self.meeting,
            version=sent.version,
            rows=sent.entries,
            minutes=sent.minutes,
            balances=sent.balances,
            new_line=sent.group_line,
            by=self.by,
        )

    def merged(self) -> SheetDraft:
        """What comes of it after somebody else was faster."""
        with pytest.raises(Conflict):
            self.save()
        now = Meeting.objects.get(pk=self.meeting.pk)
        return self.draft.merged_with(StoredSheet.of(now))


@pytest.fixture
def mine(meeting: Meeting, field_staff: User) -> Page:
    return Page(meeting, field_staff)


@pytest.fixture
def theirs(meeting: Meeting, coordinator: User) -> Page:
    return Page(meeting, coordinator)


def row(meeting: Meeting, number: int) -> SheetRow:
    return meeting.rows.get(member__number=number)


def clashes(sent: SheetDraft) -> dict[tuple[int, str], str]:
    """What stands beside cells as saved by somebody else, by member and column."""
    found: dict[tuple[int, str], str] = {}
    for line in sent.lines:
        number = line.member.number
        found |= {(number, cell.column): cell.theirs for cell in line.cells if cell.theirs}
        found |= {(number, "attendance"): line.theirs} if line.theirs else {}
        found |= {(number, "purpose"): line.their_purpose} if line.their_purpose else {}
    return found


# Reading


def test_a_page_that_is_sent_as_it_was_shown_changes_nothing(meeting: Meeting, mine: Page) -> None:
    saved = mine.save()
    assert saved.version == meeting.version
    assert row(meeting, 1).saving == 1_000


def test_what_cannot_be_read_is_a_problem_and_stands_at_its_cell(mine: Page) -> None:
    sent = mine.type_in(saving_1="abc", saving_2="5,000").draft
    assert sent.problems == ["Nothing was saved yet. Please look at the marked fields."]
    assert not sent.entries
    assert [bool(cell.error) for line in sent.lines for cell in line.cells[:1]] == [
        True,
        False,
        False,
    ]


def test_every_slip_is_marked_at_once(mine: Page) -> None:
    sent = mine.type_in(saving_1="abc", minutes="\0", **{"line-amount": "x"}).draft
    assert len(sent.problems) == 1
    assert sent.lines[0].cells[0].error
    assert sent.minutes_form.errors
    assert sent.line_form.errors


# Merging


def test_of_different_cells_both_are_kept(meeting: Meeting, mine: Page, theirs: Page) -> None:
    theirs.type_in(
        saving_2="5,000",
        attendance_3="late",
        loan_1="9,000",
        loan_months_1="3",
        purpose_1="a pig",
        minutes="Theirs.",
    ).save()
    merged = mine.type_in(welfare_2="500", saving_3="700").merged()
    assert (clashes(merged), merged.problems, merged.is_merged) == ({}, [], True)
    mine.save(merged)
    first, second, third = (row(meeting, number) for number in (1, 2, 3))
    assert (first.loan, first.loan_months, first.loan_purpose) == (9_000, 3, "a pig")
    assert (second.saving, second.welfare) == (5_000, 500)
    assert (third.attendance, third.saving) == ("late", 700)
    meeting.refresh_from_db()
    assert meeting.minutes == "Theirs."


@pytest.mark.parametrize(
    ("they", "i", "place", "beside"),
    [
        ({"saving_1": "5,000"}, {"saving_1": "4,000"}, (1, "saving"), "5,000"),
        ({"saving_1": ""}, {"saving_1": "4,000"}, (1, "saving"), "0"),
        ({"saving_1": "4,000"}, {"saving_1": ""}, (1, "saving"), "4,000"),
        ({"loan_months_2": "3"}, {"loan_months_2": "4"}, (2, "loan_months"), "3"),
        ({"attendance_2": "late"}, {"attendance_2": "absent"}, (2, "attendance"), "Late"),
        ({"purpose_2": "rice"}, {"purpose_2": "a pig"}, (2, "purpose"), "rice"),
    ],
)
def test_of_the_same_cell_theirs_stands_beside_mine(
    meeting: Meeting,
    mine: Page,
    theirs: Page,
    they: dict[str, str],
    i: dict[str, str],
    place: tuple[int, str],
    beside: str,
) -> None:
    theirs.type_in(**they).save()
    before = [row(meeting, n).version for n in (1, 2, 3)]
    merged = mine.type_in(**i).merged()
    assert clashes(merged) == {place: beside}
    assert "theirs stands beside yours" in merged.problems[0]
    assert [row(meeting, n).version for n in (1, 2, 3)] == before


def test_of_the_minutes_both_are_shown(mine: Page, theirs: Page) -> None:
    theirs.type_in(minutes="Theirs.").save()
    merged = mine.type_in(minutes="Mine.").merged()
    assert merged.problems
    assert merged.minutes_form["minutes"].value() == "Mine."
    assert merged.minutes_form.errors == {"minutes": ["saved by somebody else: Theirs."]}


@pytest.mark.parametrize("text", ["5000", "5,000 ៛", "៥០០០"])
def test_the_same_value_written_otherwise_is_no_clash(mine: Page, theirs: Page, text: str) -> None:
    theirs.type_in(saving_1="5,000", saving_2="1,000").save()
    assert not mine.type_in(saving_1=text, saving_3="700").merged().problems


def test_what_both_emptied_is_no_clash(
    meeting: Meeting, field_staff: User, coordinator: User
) -> None:
    Page(meeting, field_staff).type_in(loan_2="9,000", loan_months_2="3").save()
    mine, theirs = Page(meeting, field_staff), Page(meeting, coordinator)
    theirs.type_in(loan_2="", loan_months_2="", saving_2="1,000").save()
    merged = mine.type_in(loan_2="", loan_months_2="", saving_3="700").merged()
    assert (clashes(merged), merged.problems) == ({}, [])


def test_what_was_asked_about_is_a_decision_when_it_is_saved_again(
    meeting: Meeting, mine: Page, theirs: Page
) -> None:
    theirs.type_in(saving_1="5,000", saving_2="6,000").save()
    merged = mine.type_in(saving_1="4,000").merged()
    mine.version, mine.data["seen"] = merged.version, merged.shown_text
    for line in merged.lines:
        mine.data |= {cell.name: cell.text for cell in line.cells}
    mine.save()
    assert [row(meeting, n).saving for n in (1, 2)] == [4_000, 6_000]


def test_empty_cells_are_filled_after_the_merge(meeting: Meeting, mine: Page, theirs: Page) -> None:
    """What a colleague typed into an empty cell is not taken for a clash with what is expected."""
    theirs.type_in(welfare_1="200").save()
    merged = mine.type_in(fill="1").merged()
    assert not merged.problems
    mine.save(merged)
    assert [row(meeting, n).welfare for n in (1, 2, 3)] == [200, 500, 500]


@pytest.mark.parametrize(
    "seen", ["", "[]", '{"minutes": "\\ud800"}', '{"rows": {"x": 1}, "opening": [], "minutes": 3}']
)
def test_where_nobody_knows_what_was_shown_only_differences_are_asked_about(
    mine: Page, theirs: Page, seen: str
) -> None:
    theirs.type_in(saving_2="5,000").save()
    merged = mine.type_in(seen=seen, saving_3="700").merged()
    assert clashes(merged) == {(2, "saving"): "5,000", (3, "saving"): "0"}


# Members who come and go while the sheet is open


def test_a_member_who_joined_meanwhile_is_on_it_and_no_clash(
    meeting: Meeting, mine: Page, field_staff: User
) -> None:
    make_member(meeting.group, joined_on=MARCH, by=field_staff)
    merged = mine.type_in(saving_1="4,000").merged()
    assert (clashes(merged), merged.problems) == ({}, [])
    mine.save(merged)
    assert [each.saving for each in meeting.rows.all()] == [4_000, 0, 0, 0]


def test_what_a_colleague_typed_for_a_member_who_joined_meanwhile_is_kept(
    meeting: Meeting, mine: Page, field_staff: User, coordinator: User
) -> None:
    make_member(meeting.group, joined_on=MARCH, by=field_staff)
    Page(meeting, coordinator).type_in(saving_4="2,000").save()
    mine.type_in(saving_1="4,000").save(mine.merged())
    assert [each.saving for each in meeting.rows.all()] == [4_000, 0, 0, 2_000]


@pytest.fixture
def joined_in_march(meeting: Meeting, field_staff: User) -> str:
    """The name of a member who is on the sheet until it is moved before their day."""
    return str(make_member(meeting.group, joined_on=MARCH, by=field_staff).person)


def test_what_was_typed_into_a_line_that_was_taken_off_is_said_to_be_lost(
    meeting: Meeting, joined_in_march: str, field_staff: User
) -> None:
    mine = Page(meeting, field_staff).type_in(saving_1="4,000", saving_4="2,000")
    _move(meeting, field_staff)
    [problem] = mine.draft.problems
    assert joined_in_march in problem
    # The page that says so has no such line any more; saved again, the rest is kept.
    mine.data = {name: text for name, text in mine.data.items() if "saving" not in name}
    mine.type_in(saving_1="4,000").save(mine.merged())
    assert [each.saving for each in meeting.rows.all()] == [4_000, 0, 0]


def test_a_line_that_was_taken_off_untouched_is_no_loss(
    meeting: Meeting, joined_in_march: str, field_staff: User
) -> None:
    mine = Page(meeting, field_staff).type_in(saving_1="4,000")
    _move(meeting, field_staff)
    mine.save(mine.merged())
    assert [each.saving for each in meeting.rows.all()] == [4_000, 0, 0]


def _move(meeting: Meeting, by: User) -> None:
    now = Meeting.objects.get(pk=meeting.pk)
    move_meeting(now, held_on=date(2026, 2, 15), version=now.version, by=by)


def test_a_member_who_left_on_the_day_stays_on_the_sheet(
    meeting: Meeting, mine: Page, field_staff: User
) -> None:
    mine.type_in(saving_2="4,000").save()
    leave_group(member(meeting.group, 3), on=MARCH, reason="", by=field_staff)
    assert not Page(meeting, field_staff).type_in(saving_3="500").draft.problems


# The group's own lines and balances


def test_a_line_of_the_group_is_added_with_what_was_merged(
    meeting: Meeting, mine: Page, theirs: Page
) -> None:
    theirs.type_in(saving_2="5,000").save()
    line = {"line-event": "donation", "line-fund": "loan", "line-amount": "300", "add": "1"}
    mine.data |= line
    mine.save(mine.type_in(saving_1="4,000").merged())
    assert meeting.lines.get().amount == 300
    assert [row(meeting, n).saving for n in (1, 2)] == [4_000, 5_000]


def test_a_line_of_the_group_that_both_take_off_is_taken_off_once(
    meeting: Meeting, mine: Page, field_staff: User, coordinator: User
) -> None:
    line: Any = add_line(meeting, event="donation", amount=500, by=field_staff)
    page = Page(meeting, field_staff).type_in(saving_1="4,000")
    remove_line(GroupLine.objects.get(pk=line.pk), by=coordinator)
    now = page.draft.merged_with(StoredSheet.of(Meeting.objects.get(pk=meeting.pk)))
    with pytest.raises(Refused, match="removed this"):
        save_draft(
            meeting,
            version=now.version,
            rows=now.entries,
            minutes="",
            taken_off=line,
            by=field_staff,
        )
    assert row(meeting, 1).saving == 1_000  # Nothing is saved by halves.


def test_of_a_balance_that_both_changed_theirs_stands_beside_mine(
    cut_off: Meeting, field_staff: User, coordinator: User
) -> None:
    Page(cut_off, field_staff).type_in(box="50,000", bank="1,000").save()
    mine, theirs = Page(cut_off, field_staff), Page(cut_off, coordinator)
    mine.type_in(box="51,000", bank="1,000")
    theirs.type_in(box="52,000", bank="").save()
    merged = mine.merged()
    assert merged.opening_form.errors == {"box": ["saved by somebody else: 52,000 ៛"]}
    assert merged.opening_form["box"].value() == "51,000"
    # The bank was not touched here, so the colleague's removal of it stands.
    assert merged.opening_form["bank"].value() == "0"


# Sealed, and sent twice


def test_what_is_sent_after_the_seal_is_refused(
    meeting: Meeting, mine: Page, field_staff: User
) -> None:
    mine.type_in(saving_1="4,000")
    count_and_seal(meeting, by=field_staff)
    with pytest.raises(Refused, match="sealed"):
        mine.save()
    assert row(meeting, 1).saving == 1_000


def test_a_draft_that_is_sent_twice_is_saved_once(meeting: Meeting, mine: Page) -> None:
    mine.type_in(saving_1="4,000", minutes="Said.")
    first = mine.save()
    second = mine.save()
    assert first.version == second.version == meeting.version + 1
    assert row(meeting, 1).version == 3


def test_a_draft_is_merged_with_the_third_person_too(
    meeting: Meeting, mine: Page, theirs: Page
) -> None:
    theirs.type_in(saving_1="5,000", minutes="Theirs.").save()
    once = mine.type_in(saving_3="700").merged()
    again = once.merged_with(once.stored)
    assert (again.entries, again.problems) == (once.entries, [])
    Page(meeting, theirs.by).type_in(saving_1="6,000", saving_2="1", minutes="Others.").save()
    twice = once.merged_with(StoredSheet.of(Meeting.objects.get(pk=meeting.pk)))
    mine.save(twice)
    assert [row(meeting, n).saving for n in (1, 2, 3)] == [6_000, 1, 700]
    meeting.refresh_from_db()
    assert meeting.minutes == "Others."
