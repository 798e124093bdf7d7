"""Entering people from a paper sheet, and finding them in the registry."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core.errors import Refused
from registry.models import PairDecision, Person
from registry.models.people import Sex
from tests.factories import make_organisation, make_person
from tests.pages import fields_of
from tests.trainings.factories import make_enrolment, make_training, mark
from tests.trainings.kept import *  # noqa: F403
from trainings.actions import enrolling
from trainings.models import Attendance, Enrolment, HeadCount

LOOKED_FOR = ["Sok Bopha", "Chan Dara", "Keo Ratana"]


def url_of(training):
    return f"/trainings/{training.pk}/people/entry/"


def lines(*rows):
    """A sent sheet; each row is a dict of the fields of one line."""
    sent = {"form_key": str(uuid4()), "rows": str(len(rows))}
    for number, row in enumerate(rows, start=1):
        row = {"row": str(number), "sex": "not stated"} | row
        sent |= {f"r{number}-{name}": value for name, value in row.items()}
    return sent


def new_beside(*shown):
    """The answer that it is none of those who were shown."""
    return {"same_person": "new", "shown": [str(person.pk) for person in shown]}


def test_it_works(as_user, training, field_staff):
    sent = lines(
        {"name_km": "សុខ បុប្ផា", "name_latin": "Sok Bopha", "sex": "female", "age": "៣៤"},
        {"name_latin": "Chan Dara", "sex": "male"},
    )
    answer = as_user(field_staff).post(url_of(training), sent)
    assert answer.url == f"/trainings/{training.pk}/people/"
    first, second = training.enrolments.order_by("sheet_row")
    assert (first.person.name_km, first.person.sex, first.person.stated_age) == (
        "សុខ បុប្ផា",
        "female",
        34,
    )
    assert first.person.age_stated_on == training.starts_on
    assert (second.sheet_row, second.person.name_latin) == (2, "Chan Dara")


def test_rows_keep_the_numbers_of_the_paper(as_user, training, field_staff):
    sent = lines({"row": "7", "name_latin": "Dara"}, {"row": "3", "name_latin": "Bopha"})
    as_user(field_staff).post(url_of(training), sent)
    listed = training.enrolments.order_by("sheet_row").values_list(
        "sheet_row", "person__name_latin"
    )
    assert list(listed) == [(3, "Bopha"), (7, "Dara")]


def test_lines_without_a_number_come_after_the_others(as_user, training, field_staff):
    make_enrolment(training, sheet_row=2, by=field_staff)
    names = ["Dara", "Bopha", "Sophal"]
    sent = lines(
        *({"row": row, "name_latin": n} for row, n in zip(["", "5", ""], names, strict=True))
    )
    answer = as_user(field_staff).post(url_of(training), sent)
    assert answer.url == f"/trainings/{training.pk}/people/"
    listed = training.enrolments.exclude(sheet_row=2).order_by("sheet_row")
    assert list(listed.values_list("sheet_row", "person__name_latin")) == [
        (5, "Bopha"),
        (6, "Dara"),
        (7, "Sophal"),
    ]


def test_empty_lines_are_left_out(as_user, training, field_staff):
    as_user(field_staff).post(url_of(training), lines({}, {"name_latin": "Dara"}, {}))
    assert training.enrolments.count() == 1


def test_a_sheet_sent_twice_is_entered_once(as_user, training, field_staff):
    sent = lines({"name_latin": "Dara"})
    for _ in range(2):
        as_user(field_staff).post(url_of(training), sent)
    assert Person.objects.count() == 1


def test_one_wrong_line_saves_none_and_loses_nothing(as_user, training, field_staff):
    sent = lines({"name_latin": "Dara"}, {"name_latin": "Bopha", "age": "150"})
    page = as_user(field_staff).post(url_of(training), sent)
    assert not Person.objects.exists()
    assert "age" in page.context["forms"][1].errors
    assert 'value="Dara"' in page.text
    assert 'value="150"' in page.text


def test_a_refusal_stands_at_its_own_line_though_two_have_one_number(
    as_user, training, field_staff
):
    sent = lines({"name_latin": "Dara"}, *({"row": "7", "name_latin": n} for n in ("Bo", "Rath")))
    page = as_user(field_staff).post(url_of(training), sent)
    found = [form.non_field_errors() for form in page.context["forms"]]
    assert found == [[], [], ["Row 7 is taken."]]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("age", "-1"),
        ("age", "twelve"),
        ("age", "1e1"),
        ("row", "0"),
        ("phone", "12"),
        ("place", "Nowhere in the list"),
        ("sex", "unicorn"),
        ("position", "999999"),
        ("name_latin", "x" * 121),
        ("name_latin", "Da\u202era"),
    ],
)
def test_bad_input_is_told_at_its_field(as_user, training, field_staff, field, value):
    sent = lines({"name_latin": "Dara"} | {field: value})
    page = as_user(field_staff).post(url_of(training), sent)
    assert field in page.context["forms"][0].errors
    assert not Person.objects.exists()


def test_a_row_number_that_is_taken_is_told_at_its_line(as_user, training, field_staff):
    make_enrolment(training, sheet_row=1, by=field_staff)
    page = as_user(field_staff).post(url_of(training), lines({"name_latin": "Dara"}))
    assert "taken" in page.context["forms"][0].non_field_errors()[0]
    assert training.enrolments.count() == 1


def test_who_looks_like_somebody_known_is_not_saved_before_a_decision(
    as_user, training, strey_khmer, field_staff
):
    known = make_person(owner=strey_khmer, name_latin="Sok Sreymom", sex=Sex.FEMALE)
    sent = lines({"name_latin": "Sok Srey Mom", "sex": "female"})
    page = as_user(field_staff).post(url_of(training), sent)
    likeness = page.context["forms"][0].likenesses[0]
    assert likeness.person == known
    assert likeness.reasons
    assert not training.enrolments.exists()


def test_the_same_person_goes_on_the_list_as_known(as_user, training, strey_khmer, field_staff):
    known = make_person(owner=strey_khmer, name_latin="Sok Sreymom", sex=Sex.FEMALE)
    sent = lines({"name_latin": "Sok Srey Mom", "sex": "female", "same_person": str(known.pk)})
    as_user(field_staff).post(url_of(training), sent)
    assert training.enrolments.get().person == known
    assert Person.objects.count() == 1


def test_somebody_new_is_remembered_as_different(as_user, training, strey_khmer, field_staff):
    known = make_person(owner=strey_khmer, name_latin="Sok Sreymom", sex=Sex.FEMALE)
    sent = lines({"name_latin": "Sok Srey Mom", "sex": "female"} | new_beside(known))
    as_user(field_staff).post(url_of(training), sent)
    decision = PairDecision.objects.get()
    assert {decision.first, decision.second} == {known, training.enrolments.get().person}
    assert decision.verdict == "different"


def test_new_counts_only_beside_those_who_were_shown(as_user, training, strey_khmer, field_staff):
    """Somebody answered about one name, and then wrote another one."""
    shown, unseen = (make_person(owner=strey_khmer, name_latin=n) for n in ["Dara", "Sok Sreymom"])
    sent = lines({"name_latin": "Sok Srey Mom"} | new_beside(shown))
    page = as_user(field_staff).post(url_of(training), sent)
    assert [each.person for each in page.context["forms"][0].likenesses] == [unseen]
    assert not training.enrolments.exists()
    assert not PairDecision.objects.exists()
    shown = fields_of(page, having="r1-shown")["r1-shown"]
    again = {"name_latin": "Sok Srey Mom", "same_person": "new", "shown": shown}
    as_user(field_staff).post(url_of(training), lines(again))
    assert training.enrolments.get().person.name_latin == "Sok Srey Mom"


def test_the_same_person_twice_on_one_sheet_is_refused(as_user, training, strey_khmer, field_staff):
    known = make_person(owner=strey_khmer, name_latin="Sok Sreymom")
    same = {"name_latin": "Sok Sreymom", "same_person": str(known.pk)}
    page = as_user(field_staff).post(url_of(training), lines(same, same))
    assert "already on the list" in page.context["forms"][1].non_field_errors()[0]
    assert not training.enrolments.exists()


def test_a_stranger_of_another_organisation_is_never_proposed(as_user, training, kcda, field_staff):
    make_person(owner=kcda, name_latin="Sok Sreymom")
    as_user(field_staff).post(url_of(training), lines({"name_latin": "Sok Sreymom"}))
    assert training.enrolments.get().person.owner == training.owner


def test_walk_ins_are_marked_as_such(as_user, training, field_staff):
    as_user(field_staff).post(url_of(training) + "?walk-in=1", lines({"name_latin": "Dara"}))
    assert training.enrolments.get().is_walk_in


# Finding somebody


def test_somebody_is_found_in_either_script(as_user, training, strey_khmer, field_staff):
    known = make_person(owner=strey_khmer, name_km="សុខ បុប្ផា", name_latin="Sok Bopha")
    for query in ["បុប្ផា", "bopha sok", "Bhopa"]:
        page = as_user(field_staff).get(f"/trainings/{training.pk}/people/add/", {"q": query})
        assert list(page.context["people"]) == [known], query


def test_a_person_of_another_organisation_cannot_be_added(as_user, training, kcda, field_staff):
    stranger = make_person(owner=kcda)
    url = f"/trainings/{training.pk}/people/add/"
    as_user(field_staff).post(url, {"person": str(stranger.pk)})
    assert not training.enrolments.exists()


@pytest.mark.parametrize("value", ["", "nonsense", "\x00"])
def test_a_choice_that_is_none_is_refused(as_user, training, field_staff, value):
    page = as_user(field_staff).post(
        f"/trainings/{training.pk}/people/add/", {"person": value}, follow=True
    )
    assert "choose somebody" in page.text


def test_a_person_is_on_the_list_once(training, strey_khmer, field_staff):
    person = make_person(owner=strey_khmer)
    make_enrolment(training, person=person, by=field_staff)
    with pytest.raises(Refused):
        make_enrolment(training, person=person, by=field_staff)


def test_who_was_there_cannot_be_taken_off_the_list(training, session, field_staff):
    enrolment = make_enrolment(training, by=field_staff)
    mark(session, by=field_staff)
    with pytest.raises(Refused):
        enrolling.remove_enrolment(enrolment, by=field_staff)


# Head counts


def test_head_counts_are_replaced_not_added(as_user, training, field_staff):
    url = f"/trainings/{training.pk}/head-counts/"
    for people in ["12", "7"]:
        shown = fields_of(as_user(field_staff).get(url))
        as_user(field_staff).post(url, shown | {"female-none": people})
    assert HeadCount.objects.get().people == 7


def test_zero_people_are_no_head_count(as_user, training, field_staff):
    url = f"/trainings/{training.pk}/head-counts/"
    for people in ["12", "0"]:
        shown = fields_of(as_user(field_staff).get(url))
        as_user(field_staff).post(url, shown | {"female-none": people})
    assert not HeadCount.objects.exists()


@pytest.mark.parametrize("rows", ["", "-1", "1e3", "abc", "\0", "9" * 5000])
def test_a_sheet_that_does_not_say_how_many_rows_is_read_all_the_same(
    as_user, training, field_staff, rows
):
    sent = lines({"name_latin": "Chan Dara"}) | {"rows": rows}
    assert as_user(field_staff).post(url_of(training), sent).status_code == 302
    assert training.enrolments.count() == 1


@pytest.mark.parametrize("people", ["-1", "1.5", "100001", "many"])
def test_a_head_count_is_a_whole_number(as_user, training, field_staff, people):
    url = f"/trainings/{training.pk}/head-counts/"
    page = as_user(field_staff).post(url, {"female-none": people})
    assert "female-none" in page.context["form"].errors
    assert not HeadCount.objects.exists()


def test_two_people_counting_see_each_others_numbers(as_user, training, field_staff, colleague):
    url = f"/trainings/{training.pk}/head-counts/"
    opened = fields_of(as_user(field_staff).get(url))
    enrolling.set_head_counts(training, counts={("male", None): 9}, by=colleague)
    page = as_user(field_staff).post(url, opened | {"female-none": "4"})
    assert ("Male, age not stated", "–", 9) in page.context["conflicts"]
    assert HeadCount.objects.get().people == 9
    decided = fields_of(page) | {"male-none": "9"}
    as_user(field_staff).post(url, decided)
    assert {(c.sex, c.people) for c in HeadCount.objects.all()} == {("male", 9), ("female", 4)}


# The database states the rules too


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"person": None}, "enrolment_is_of_a_person_or_an_organisation"),
        ({"member_count": 3}, "enrolment_is_of_a_person_or_an_organisation"),
        ({"role": "boss"}, "enrolment_role_is_known_word"),
    ],
)
def test_no_program_can_store_a_wrong_enrolment(training, field_staff, values, constraint):
    enrolment = make_enrolment(training, by=field_staff)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Enrolment.objects.filter(pk=enrolment.pk).update(**values)


def test_the_database_keeps_a_person_once_per_training(training, field_staff):
    enrolment = make_enrolment(training, by=field_staff)
    with pytest.raises(IntegrityError, match="person_once_per_training"), transaction.atomic():
        Enrolment.objects.create(
            owner=training.owner, training=training, person=enrolment.person, sheet_row=99
        )


def test_the_database_keeps_an_organisation_once_per_training(training, field_staff):
    group = make_organisation()
    enrolling.enrol_organisation(training, organisation=group, member_count=None, by=field_staff)
    with (
        pytest.raises(IntegrityError, match="organisation_once_per_training"),
        transaction.atomic(),
    ):
        Enrolment.objects.create(
            owner=training.owner, training=training, organisation=group, sheet_row=99
        )


def test_one_row_of_the_sheet_holds_one_person(training, field_staff):
    make_enrolment(training, sheet_row=1, by=field_staff)
    second = make_enrolment(training, sheet_row=2, by=field_staff)
    with pytest.raises(IntegrityError, match="sheet_row_once"), transaction.atomic():
        Enrolment.objects.filter(pk=second.pk).update(sheet_row=1)
        connection.check_constraints()


def test_a_person_of_another_organisation_cannot_be_enrolled_by_any_program(
    training, kcda, field_staff
):
    stranger = make_person(owner=kcda)
    with pytest.raises(IntegrityError, match="person_id_within_owner"), transaction.atomic():
        Enrolment.objects.create(
            owner=training.owner, training=training, person=stranger, sheet_row=1
        )
        connection.check_constraints()


def test_attendance_stays_within_one_training(training, session, strey_khmer, field_staff):
    other = make_training(owner=strey_khmer, by=field_staff)
    enrolment = make_enrolment(other, by=field_staff)
    with pytest.raises(IntegrityError, match="within_training"), transaction.atomic():
        Attendance.objects.create(
            owner=training.owner,
            training=training,
            session=session,
            enrolment=enrolment,
            status="present",
            fraction=1,
        )
        connection.check_constraints()


def test_absent_people_attend_no_part_of_a_session(training, session, field_staff):
    make_enrolment(training, by=field_staff)
    mark(session, by=field_staff)
    with pytest.raises(IntegrityError, match="fraction_fits_status"), transaction.atomic():
        Attendance.objects.update(status="absent")


def test_a_head_count_of_nobody_is_not_stored(training):
    with pytest.raises(IntegrityError, match="head_count_above_zero"), transaction.atomic():
        HeadCount.objects.create(owner=training.owner, training=training, sex="female", people=0)


def test_one_head_count_for_each_cell(training):
    cell = {"owner": training.owner, "training": training, "sex": "female"}
    HeadCount.objects.create(people=3, **cell)
    with pytest.raises(IntegrityError, match="head_count_once"), transaction.atomic():
        HeadCount.objects.create(people=4, **cell)


@pytest.mark.parametrize("count", [1, 3])
def test_whom_the_lines_look_like_is_asked_once_for_all(as_user, training, field_staff, count):
    known = [make_person(owner=training.owner, name_latin=name) for name in LOOKED_FOR]
    sent = lines(*({"name_latin": name} for name in LOOKED_FOR[:count]))
    with CaptureQueriesContext(connection) as queries:
        page = as_user(field_staff).post(url_of(training), sent)
    assert sum("registry_name_keys" in query["sql"] for query in queries) == 1
    proposed = [form.likenesses[0].person for form in page.context["forms"]]
    assert proposed == known[:count]
    assert not training.enrolments.exists()


@pytest.mark.parametrize(
    "row",
    [
        {"name_latin": "Total 25 people"},
        {"name_latin": "Women"},
        {"name_latin": "Keo 4"},
        {"name_latin": "Mr. Sok An", "sex": "female"},
        {"name_latin": "Sok An", "phone": "000 000 000"},
    ],
)
def test_a_line_that_names_nobody_is_refused(as_user, training, field_staff, row):
    answer = as_user(field_staff).post(url_of(training), lines(row))
    assert answer.status_code == 200
    assert not Person.objects.exists()
