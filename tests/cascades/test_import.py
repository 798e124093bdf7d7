"""A past iteration from a spreadsheet: every line looked at, decided, and entered all or none."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import Workbook
from uuid6 import uuid7

from cascades.actions.designing import change_iteration, change_tier
from cascades.actions.importing import import_past
from cascades.imports import reading
from cascades.imports.matching import Matching
from cascades.models import Delivery, Graduate
from core.errors import Refused
from core.imports.waiting_file import FOLDER
from paper.sheets import Column, Kind, Sheet, write_xlsx
from registry.models import Organisation, PairDecision, Person
from registry.search.duplicates import like, like_each
from registry.search.finding import set_person_keys
from tests.cascades.factories import make_delivery, tier_of
from tests.cascades.facts import edges_of
from tests.factories import make_organisation, make_person
from trainings.actions.curricula import add_version
from trainings.actions.enrolling import enrol_people
from trainings.models import Attendance, Completion, Enrolment, Score, Training

HEADS = (
    "tier,tier name,delivery,first day,last day,held at,role,name,name in khmer,sex,"
    "year of birth,home place,organisation,completed,test before,test after\n"
)
# The masters learn in March; two of them train two councillors in May, and one who stays away.
CASCADE = HEADS + (
    "1,,Masters,02/03/2015,03/03/2015,Wat Kor,lead trainer,Keo Ratana,,F,1970,,,,,\n"
    "1,,Masters,,,,learner,Sok Bopha,,F,1980,,,yes,4,9\n"
    "1,,Masters,,,,learner,Chan Dara,,M,1975,,,yes,5,8\n"
    "1,,Masters,,,,learner,Meas Vichea,,M,1969,,,no,,\n"
    "2,,Councillors A,០៤/០៥/២០១៥,,020308,lead trainer,Sok Bopha,,F,1980,,,,,\n"
    "2,,Councillors A,,,,co-trainer,Chan Dara,,M,1975,,,,,\n"
    "2,,Councillors A,,,,learner,Prum Soriya,,F,,,,yes,,\n"
    "2,,Councillors A,,,,learner,Heng Visal,,M,,,,yes,,\n"
    "2,,Councillors A,,,,learner,Nhem Thida,,F,,,,,,\n"
)


@pytest.fixture
def browser(as_user, coordinator, places):
    return as_user(coordinator)


@pytest.fixture
def address(iteration, coordinator):
    """The page of an iteration whose first tier has a test out of ten."""
    change_iteration(iteration, version=1, starts_on=date(2015, 1, 1), by=coordinator)
    tier = iteration.tiers.get(number=1)
    change_tier(tier, version=tier.version, test_maximum=10, by=coordinator)
    return reverse("cascades:import", args=[iteration.pk])


def look(browser, address, content, name="past.csv", **more):
    data = content if isinstance(content, bytes) else content.encode()
    file = SimpleUploadedFile(name, data)
    return browser.post(address, {"file": file, "source": "List of 2015"} | more)


def enter(browser, address, page, **answers):
    """Send the page back, as its button does."""
    data = {"waiting": page.context["waiting"], "source": "List of 2015", "enter": "1"}
    return browser.post(address, data | answers)


def problems(page):
    return [(each.where, each.head, each.message) for each in page.context["matching"].problems]


def new(page, *names):
    """The answer “somebody new” for the people of these names, or for all."""
    return {
        entry.field_name: entry.new_value
        for entry in page.context["matching"].asked_people
        if not names or entry.person.name_latin in names
    }


def imported(browser, address, content=CASCADE):
    page = look(browser, address, content)
    assert not page.context["matching"].open
    return enter(browser, address, page)


# --- Looking and entering --------------------------------------------------------------------


def test_nothing_is_entered_before_somebody_has_looked(browser, address):
    page = look(browser, address, CASCADE)
    text = page.content.decode()
    assert "Keo Ratana" in text
    assert "Voat Kor" in text or "Wat Kor" in text
    assert not Training.objects.exists()
    assert not Person.objects.exists()


def test_a_cascade_is_entered_with_its_lineage_and_completions(browser, address, programme):
    answer = imported(browser, address)
    assert answer.status_code == 302
    masters, councillors = Delivery.objects.order_by("training__starts_on")
    assert [edge.parent for edge in edges_of(programme, as_of=date(2015, 6, 1))] == [masters.pk] * 2
    assert edges_of(programme, as_of=date(2015, 6, 1))[0].child == councillors.pk
    assert Person.objects.count() == 7
    graduates = Graduate.objects.order_by("person__name_latin")
    assert [each.person.name_latin for each in graduates] == [
        "Chan Dara",
        "Heng Visal",
        "Prum Soriya",
        "Sok Bopha",
    ]
    assert {each.status for each in Training.objects.all()} == {Training.Status.CLOSED}
    assert {each.source for each in Training.objects.all()} == {"List of 2015"}


def test_the_days_that_the_file_names_are_the_sessions(browser, address):
    imported(browser, address)
    masters = Training.objects.get(title_en="Masters")
    assert [each.held_on.day for each in masters.sessions.all()] == [2, 3]
    assert masters.place_id == "020308"
    scores = Score.objects.filter(training=masters).order_by("points")
    assert [score.points for score in scores] == [4, 5, 8, 9]


def test_who_is_not_said_to_have_completed_is_not_marked_absent(browser, address):
    """No is absent; an empty cell is not known."""
    imported(browser, address)
    marks = {
        name: set(
            Attendance.objects.filter(enrolment__person__name_latin=name).values_list(
                "status", flat=True
            )
        )
        for name in ("Sok Bopha", "Meas Vichea", "Nhem Thida")
    }
    assert marks == {"Sok Bopha": {"present"}, "Meas Vichea": {"absent"}, "Nhem Thida": set()}


def test_completion_follows_the_rule_and_not_the_cell(browser, address, iteration, coordinator):
    tier = iteration.tiers.get(number=1)
    change_tier(tier, version=tier.version, rule_score=9, by=coordinator)
    page = look(browser, address, CASCADE)
    [note] = [each for each in page.context["matching"].notes if each.where == "row 4"]
    assert "9 points in the final test" in note.message
    enter(browser, address, page)
    done = Completion.objects.filter(training__title_en="Masters")
    assert [each.enrolment.person.name_latin for each in done] == ["Sok Bopha"]


def test_a_file_sent_a_second_time_changes_nothing(browser, address):
    imported(browser, address)
    before = (Person.objects.count(), Enrolment.objects.count())
    page = look(browser, address, CASCADE)
    assert "recorded already" in page.content.decode()
    assert not page.context["waiting"]
    assert (Person.objects.count(), Enrolment.objects.count()) == before


def test_a_button_pressed_twice_enters_once(browser, address):
    page = look(browser, address, CASCADE)
    key = str(uuid7())
    for _press in range(2):
        assert enter(browser, address, page, form_key=key).status_code == 302
    assert Delivery.objects.count() == 2


def test_what_was_recorded_stays_and_the_rest_is_added(browser, address):
    imported(browser, address)
    more = CASCADE + "2,,Councillors B,11/05/2015,,,lead trainer,Sok Bopha,,F,1980,,,,,\n"
    imported(browser, address, more)
    assert Delivery.objects.count() == 3
    assert Person.objects.filter(name_latin="Sok Bopha").count() == 1


def test_a_file_is_gone_once_it_is_entered(browser, address, django_capture_on_commit_callbacks):
    page = look(browser, address, CASCADE)
    assert default_storage.listdir(FOLDER)[1]
    with django_capture_on_commit_callbacks(execute=True):
        enter(browser, address, page)
    assert not default_storage.listdir(FOLDER)[1]


def test_a_file_that_waits_no_longer_is_asked_for_again(browser, address):
    for name in ("", "x", "../../secret-key", "0" * 32, "\0"):
        answer = browser.post(address, {"waiting": name, "source": "x", "enter": "1"}, follow=True)
        assert "no longer waits here" in answer.content.decode()


# --- Tiers -----------------------------------------------------------------------------------


def test_a_new_tier_is_made_from_the_file(browser, address, iteration):
    row = HEADS + "4,Villagers,Village,01/06/2015,,,,Sok Bopha,,F,,,,yes,,\n"
    imported(browser, address, row)
    tier = iteration.tiers.get(number=4)
    assert tier.name == "Villagers"
    assert tier.deliveries.count() == 1


@pytest.mark.parametrize(
    ("tier", "message"),
    [
        ("4,", "no tier 4 yet"),
        ("5,Villagers", "Tier 4 is missing"),
        ("7,Villagers", "6 or less"),
        (",", "of which tier"),
        ("one,", "not a number"),
    ],
)
def test_a_tier_that_cannot_be_made_is_refused(browser, address, tier, message):
    row = HEADS + f"{tier},Village,01/06/2015,,,,Sok Bopha,,F,,,,yes,,\n"
    found = problems(look(browser, address, row))
    assert found[0][0] == "row 2"
    assert message in found[0][2]


# --- Sheets ----------------------------------------------------------------------------------


def test_sheets_say_once_what_many_rows_share(browser, address):
    book = write_xlsx(
        [
            Sheet("Read me", [Column("How to fill this in")], [["Ask Chenda."]]),
            Sheet(
                "People",
                [Column("Delivery"), Column("Name in Khmer"), Column("Role"), Column("Completed")],
                [["Masters", "សុខ បុប្ផា", "learner", "yes"], ["Masters", "កែវ រតនា", "គ្រូបង្គោល", ""]],
            ),
            Sheet(
                "Deliveries",
                [Column("Tier"), Column("Delivery"), Column("First day", Kind.DAY)],
                [[1, "Masters", date(2015, 3, 2)]],
            ),
            Sheet("Tiers", [Column("Tier"), Column("Tier name")], [[1, "Masters' course"]]),
        ]
    )
    page = look(browser, address, book, "past.xlsx")
    assert [line.where for line in page.context["matching"].file.lines] == [
        "People, row 2",
        "People, row 3",
    ]
    assert not problems(page)
    enter(browser, address, page)
    assert Training.objects.get().starts_on == date(2015, 3, 2)
    assert set(Enrolment.objects.values_list("person__name_km", "role")) == {
        ("សុខ បុប្ផា", "learner"),
        ("កែវ រតនា", "lead trainer"),
    }


def test_the_template_is_understood(browser, address):
    answer = browser.get(reverse("cascades:import-template"))
    page = look(browser, address, answer.content, "template.xlsx")
    assert "names nobody" in page.context["form"].errors["file"][0]


# --- Cells -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "cell", "message"),
    [
        ("first day", "31/02/2015", "not a date"),
        ("first day", "02/03/2558", "Buddhist era"),
        ("first day", "02/03/2099", "not come yet"),
        ("last day", "01/03/2015", "ends before it starts"),
        ("last day", "01/03/2018", "two years at most"),
        ("role", "teacher of all", "none of the roles"),
        ("sex", "unknown", "female, male or other"),
        ("year of birth", "2523", "Buddhist era"),
        ("year of birth", "1e9", "not a number"),
        ("completed", "half", "yes or no"),
        ("test after", "11", "between 0 and 10"),
        ("test after", "9" * 400, "too large"),
        ("curriculum version", "7", "no version"),
        ("name", "Sok\u202eBopha", "cannot be seen"),
    ],
)
def test_a_wrong_cell_is_named_with_its_row_and_column(browser, address, head, cell, message):
    row = {
        "tier": "1",
        "delivery": "Masters",
        "first day": "02/03/2015",
        "last day": "",
        "name": "Sok Bopha",
    } | {head: cell}
    page = look(browser, address, ",".join(row) + "\n" + ",".join(row.values()) + "\n")
    [found] = problems(page)
    label = {"name": "name_latin", "completed": "completed"}.get(head)
    known = reading.HEADS[label or reading.KNOWN[reading.search_key(head)]].label
    assert found[:2] == ("row 2", str(known))
    assert message in found[2]
    assert not page.context["waiting"]
    assert not default_storage.exists(FOLDER)


def test_a_formula_is_not_guessed_at(browser, address):
    book = Workbook()
    book.active.append(["tier", "delivery", "first day", "name"])
    book.active.append([1, "Masters", "02/03/2015", '=CONCAT("Sok"," Bopha")'])
    out = BytesIO()
    book.save(out)
    [found] = problems(look(browser, address, out.getvalue(), "past.xlsx"))
    assert found[1] == "Name in Latin letters"
    assert "formula" in found[2]


def test_rows_of_one_delivery_agree(browser, address):
    text = HEADS + (
        "1,,Masters,02/03/2015,,,,Sok Bopha,,F,,,,yes,,\n"
        "1,,Masters,03/03/2015,,,,Chan Dara,,M,,,,yes,,\n"
    )
    [found] = problems(look(browser, address, text))
    assert found[:2] == ("row 3", "First day")
    assert "02/03/2015" in found[2]


def test_a_version_of_the_curriculum_is_found_by_its_label(
    browser, address, programme, coordinator
):
    version = add_version(curriculum=programme.curriculum, label="2", by=coordinator)
    imported(
        browser,
        address,
        "tier,delivery,first day,version,name,sex\n1,Masters,02/03/2015,2,Sok Bopha,F\n",
    )
    assert Training.objects.get().curriculum_version == version


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"%PDF-1.7\xff\xfe", "cannot be read"),
        (b"PK\x03\x04broken", "cannot be read"),
        (b"\x00\x01\x02", "a name among them"),
        (b"tier,delivery,name,village,home place\n1,A,B,C,D\n", "mean the same"),
        (b"tier,name\n1,A,B\n", "more cells than there are heads"),
        (b"tier,delivery\n1,Masters\n", "a name among them"),
        (b"nothing,of use\n1,2\n", "a name among them"),
        (HEADS.encode(), "names nobody"),
    ],
)
def test_a_file_of_no_use_is_refused_with_a_message(browser, address, content, message):
    assert message in look(browser, address, content).context["form"].errors["file"][0]


def test_a_file_with_too_many_lines_is_refused(browser, address, monkeypatch):
    monkeypatch.setattr(reading, "MOST_LINES", 8)
    page = look(browser, address, CASCADE)
    assert "more than 8 lines" in page.context["form"].errors["file"][0]


# --- Who is it? ------------------------------------------------------------------------------


def one_line(name, **facts):
    """A file of one learner."""
    cells = {"tier": "1", "delivery": "Masters", "first day": "02/03/2015", "name": name} | facts
    return ",".join(cells) + "\n" + ",".join(cells.values()) + "\n"


def test_the_user_decides_who_is_in_the_registry(browser, address, iteration, coordinator):
    sophea = make_person(
        owner=iteration.owner, by=coordinator, name_latin="Sok Sophea", sex="female"
    )
    page = look(browser, address, one_line("Sok Sophia", sex="F"))
    [entry] = page.context["matching"].asked_people
    assert [choice.value for choice in entry.choices] == [str(sophea.pk)]
    assert "the name sounds the same" in page.content.decode()
    refused = enter(browser, address, page)
    assert refused.context["matching"].open == 1
    assert not Training.objects.exists()
    enter(browser, address, page, **{entry.field_name: str(sophea.pk)})
    assert [each.person for each in Enrolment.objects.all()] == [sophea]


def test_somebody_new_is_remembered_as_another_person(browser, address, iteration, coordinator):
    sophea = make_person(
        owner=iteration.owner, by=coordinator, name_latin="Sok Sophea", sex="female"
    )
    page = look(browser, address, one_line("Sok Sophia", sex="F"))
    enter(browser, address, page, **new(page))
    assert Enrolment.objects.get().person != sophea
    assert PairDecision.objects.filter(verdict="different").count() == 1


def test_an_answer_counts_for_those_who_were_shown(browser, address, iteration, coordinator):
    make_person(owner=iteration.owner, by=coordinator, name_latin="Sok Sophea", sex="female")
    page = look(browser, address, one_line("Sok Sophia", sex="F"))
    answers = new(page)
    make_person(owner=iteration.owner, by=coordinator, name_latin="Sok Sopheea", sex="female")
    assert enter(browser, address, page, **answers).context["matching"].open == 1
    assert not Training.objects.exists()


def test_the_same_facts_are_the_same_person_without_asking(
    browser, address, iteration, coordinator
):
    sophea = make_person(
        owner=iteration.owner,
        by=coordinator,
        name_latin="Sok Sophea",
        sex="female",
        birth_year=1980,
    )
    imported(browser, address, one_line("SOK  SOPHEA", sex="F", **{"year of birth": "១៩៨០"}))
    assert Enrolment.objects.get().person == sophea


def test_a_name_alone_is_not_enough_to_be_sure(browser, address, iteration, coordinator):
    make_person(owner=iteration.owner, by=coordinator, name_latin="Sok Sophea")
    assert look(browser, address, one_line("Sok Sophea")).context["matching"].open == 1


def test_two_spellings_in_the_file_may_be_one_person(browser, address):
    text = HEADS + (
        "1,,Masters,02/03/2015,,,,Sok Sophea,,F,,,,yes,,\n"
        "2,,Councillors,04/05/2015,,,lead trainer,Sok Sophia,សុខ សុភា,,1980,,,,,\n"
    )
    page = look(browser, address, text)
    [entry] = page.context["matching"].asked_people
    assert [choice.value for choice in entry.choices] == ["line-1"]
    enter(browser, address, page, **{entry.field_name: "line-1"})
    sophea = Person.objects.get()
    assert (sophea.name_latin, sophea.name_km) == ("Sok Sophea", "សុខ សុភា")
    assert (sophea.sex, sophea.birth_year, sophea.also_known_as) == ("female", 1980, "Sok Sophia")
    assert Enrolment.objects.count() == 2


def test_two_of_the_file_who_are_two_people_stay_two(browser, address):
    text = HEADS + (
        "1,,Masters,02/03/2015,,,,Sok Sophea,,F,,,,yes,,\n1,,Masters,,,,,Sok Sophia,,F,,,,no,,\n"
    )
    page = look(browser, address, text)
    enter(browser, address, page, **new(page))
    assert Person.objects.count() == 2
    assert PairDecision.objects.count() == 1


def test_one_person_is_in_a_delivery_once(browser, address):
    row = "1,,Masters,02/03/2015,,,,Sok Sophea,,F,1980,,,{},,\n"
    page = look(browser, address, HEADS + row.format("yes") + row.format(""))
    [note] = page.context["matching"].notes
    assert note.where == "row 3"
    assert "entered once" in note.message
    enter(browser, address, page)
    assert Enrolment.objects.count() == 1
    assert Completion.objects.count() == 1


def test_lines_that_contradict_each_other_are_refused(browser, address):
    row = "1,,Masters,02/03/2015,,,{},Sok Sophea,,F,1980,,,{},,\n"
    for first, second, head in (
        (("learner", "yes"), ("learner", "no"), "Completed"),
        (("learner", "yes"), ("lead trainer", ""), "Role"),
    ):
        page = look(browser, address, HEADS + row.format(*first) + row.format(*second))
        [found] = problems(page)
        assert found[:2] == ("row 3", head)


def test_two_spellings_in_one_delivery_decided_to_be_one_contradict_each_other(browser, address):
    text = HEADS + (
        "1,,Masters,02/03/2015,,,,Sok Sophea,,F,,,,yes,,\n1,,Masters,,,,,Sok Sophia,,F,,,,no,,\n"
    )
    page = look(browser, address, text)
    [entry] = page.context["matching"].asked_people
    page = enter(browser, address, page, **{entry.field_name: "line-1"})
    assert problems(page)[0][1] == "Completed"
    assert not Person.objects.exists()


# --- Places and organisations ----------------------------------------------------------------


def test_a_place_that_is_not_clear_is_chosen(browser, address):
    page = look(browser, address, one_line("Sok Bopha", sex="F", **{"held at": "Ta Tauk"}))
    [question] = page.context["matching"].place_questions
    refused = enter(browser, address, page)
    assert refused.context["matching"].open == 1
    wrong = enter(browser, address, page, **{question.typed_name: "Nowhere at all"})
    assert "not clear either" in wrong.content.decode()
    enter(browser, address, page, **{question.typed_name: "020308"})
    assert Training.objects.get().place_id == "020308"


def test_a_place_can_be_left_out_or_taken_from_the_proposals(browser, address):
    text = one_line("Sok Bopha", sex="F", **{"home place": "វត្តគរ"})
    page = look(browser, address, text)
    [question] = page.context["matching"].place_questions
    assert {"020308", "02030801"} == set(dict(question.proposals))
    left_out = browser.post(
        address, {"waiting": page.context["waiting"], "source": "x", question.name: "none"}
    )
    assert left_out.context["matching"].is_ready
    enter(browser, address, page, **{question.name: "02030801"})
    assert Person.objects.get().place_id == "02030801"


def test_an_organisation_is_found_entered_or_left_out(browser, address):
    ministry = make_organisation(name_latin="Ministry of Interior", kind="government")
    text = HEADS + (
        "1,,Masters,02/03/2015,,,,Sok Bopha,,F,1980,,Ministry of Interior,yes,,\n"
        "1,,Masters,,,,,Chan Dara,,M,1975,,MoRD,yes,,\n"
        "1,,Masters,,,,,Meas Vichea,,M,1969,,Somewhere,yes,,\n"
    )
    page = look(browser, address, text)
    mord, somewhere = page.context["matching"].organisation_questions
    enter(browser, address, page, **{mord.name: "government", somewhere.name: "none"})
    sent = dict(Enrolment.objects.values_list("person__name_latin", "on_behalf_of"))
    new_one = Organisation.objects.get(name_latin="MoRD")
    assert new_one.kind == "government"
    assert sent == {"Sok Bopha": ministry.pk, "Chan Dara": new_one.pk, "Meas Vichea": None}


@pytest.mark.parametrize("lines", [1, 6])
def test_an_unknown_place_is_looked_for_once_however_often_it_is_written(browser, address, lines):
    rows = [
        f"1,,Masters,02/03/2015,,,,Chan {'abcdef'[n]},,M,1975,Xyzzy,,yes,,\n" for n in range(lines)
    ]
    with CaptureQueriesContext(connection) as queries:
        page = look(browser, address, HEADS + "".join(rows))
    assert len(page.context["matching"].place_questions) == 1
    searches = [query for query in queries if "word_similarity" in query["sql"].lower()]
    assert len(searches) == 1, "For proposals; a clear answer does not resemble, it is the name."


def test_an_answer_is_not_given_to_another_question(browser, address):
    """Somebody enters one of the two organisations while the page is open."""
    text = HEADS + (
        "1,,Masters,02/03/2015,,,,Chan Dara,,M,1975,,MoRD,yes,,\n"
        "1,,Masters,,,,,Meas Vichea,,M,1969,,Somewhere,yes,,\n"
    )
    page = look(browser, address, text)
    mord, somewhere = page.context["matching"].organisation_questions
    make_organisation(name_latin="MoRD", kind="government")
    enter(browser, address, page, **{mord.name: "government", somewhere.name: "none"})
    assert not Organisation.objects.filter(name_latin="Somewhere").exists()
    assert Enrolment.objects.get(person__name_latin="Meas Vichea").on_behalf_of is None


# --- All or nothing --------------------------------------------------------------------------


def test_what_the_action_refuses_leaves_nothing_behind(browser, address, iteration, coordinator):
    """The tier asks for a score that the file's best possible score does not allow."""
    tier = iteration.tiers.get(number=1)
    change_tier(tier, version=tier.version, rule_score=9, by=coordinator)
    text = one_line("Sok Bopha", sex="F", **{"best possible score": "5", "test after": "5"})
    page = enter(browser, address, look(browser, address, text))
    assert page.status_code == 200
    assert page.context["refusal"]
    assert not Person.objects.exists()
    assert not Training.objects.exists()


def test_a_delivery_recorded_meanwhile_stops_the_whole_file(
    browser, address, iteration, coordinator
):
    matching = Matching(iteration, reading.read_past(CASCADE.encode()), {})
    past = matching.as_past("List")
    import_past(iteration, past=past, by=coordinator)
    with pytest.raises(Refused, match="in the meantime"):
        import_past(iteration, past=past, by=coordinator)
    assert Delivery.objects.count() == 2


def test_field_staff_do_not_import(as_user, field_staff, address):
    assert as_user(field_staff).get(address).status_code == 403


# --- Many at once ----------------------------------------------------------------------------


def test_many_are_compared_as_one_by_one(iteration, coordinator, places):
    owner = iteration.owner
    for name, more in (
        ("Sok Sophea", {"sex": "female"}),
        ("Sophea Sok", {}),
        ("Chan Dara", {"birth_year": 1980}),
        ("Chan Darra", {"birth_year": 1981}),
        ("Chan Danra", {"birth_year": 1981}),
        ("Keo Ratana", {"name_km": "កែវ រតនា", "place": places["020308"]}),
    ):
        make_person(owner=owner, by=coordinator, name_latin=name, **more)
    asked = [
        Person(owner=owner, name_latin="Sok Sophia", sex="female"),
        Person(owner=owner, name_latin="Chan Dara", birth_year=1981),
        Person(owner=owner, name_km="កែវ រតនា"),
        Person(owner=owner, name_latin="Meas Vichea"),
    ]
    for person in asked:
        set_person_keys(person)
    together = like_each(asked, owner=owner)
    for person, found in zip(asked, together, strict=True):
        alone = like(person, owner=owner)
        assert {(each.person, each.score) for each in found} == {
            (each.person, each.score) for each in alone
        }
    assert [len(found) for found in together] == [2, 3, 1, 0]


def test_nobody_is_enrolled_twice_at_once(iteration, coordinator):
    training = make_delivery(tier_of(iteration, 1), by=coordinator, held=False).training
    person = make_person(owner=iteration.owner, by=coordinator)
    with pytest.raises(Refused, match="twice"):
        enrol_people(training, rows=[{"person": person}] * 2, by=coordinator)
    enrol_people(training, rows=[{"person": person}], by=coordinator)
    with pytest.raises(Refused, match="twice"):
        enrol_people(training, rows=[{"person": person}], by=coordinator)


def test_a_total_below_the_list_is_nobody(browser, address):
    page = look(browser, address, CASCADE + "Total,,,,,,,9,,,,,,,,\n")
    assert not page.context["problems"]
    assert "a total: row 11" in page.text
