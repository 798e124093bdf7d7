"""Titles and remarks are words of their own; and what is no name at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khmer.names import NoName, bare_name, check_name, check_person_name, title_with_sex


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("លោកស្រី ចាន់ ធីតា", "ចាន់ ធីតា"),
        ("លោក ស្រី ចាន់ ធីតា", "ចាន់ ធីតា"),
        ("អ្នកស្រី ចាន់ ធីតា", "ចាន់ ធីតា"),
        ("អ្នកស្រីចាន់ ធីតា", "ចាន់ ធីតា"),
        ("លោក\u200bចាន់ ធីតា", "ចាន់ ធីតា"),
        ("ឯកឧត្ដម សុខ អាន", "សុខ អាន"),
        ("កញ្ញា ចាន់ ធីតា", "ចាន់ ធីតា"),
        ("យាយ ចាន់ ធីតា", "ចាន់ ធីតា"),
        ("ចាន់ ធីតា (ប្រពន្ធ)", "ចាន់ ធីតា"),
        ("Mrs. Chan Thida", "Chan Thida"),
        ("MRS CHAN THIDA", "CHAN THIDA"),
        ("Mr.Sok An", "Sok An"),
        ("H.E. Sok An", "Sok An"),
        ("Dr. Mrs. Chan Thida", "Chan Thida"),
        ("Lok Srey Chan Thida", "Chan Thida"),
        ("Neak Kru Chan Thida", "Chan Thida"),
        ("Chan Thida, Mrs.", "Chan Thida"),
        ("Chan Thida (wife)", "Chan Thida"),
        ("Chan Thida [husband of the chief", "Chan Thida"),
    ],
)
def test_what_stands_beside_a_name_is_no_part_of_it(written: str, name: str) -> None:
    assert bare_name(written) == name


@pytest.mark.parametrize(
    "name",
    # Kanha is a title and a given name, Ta Mok and He Sokha are whole names, and so is Sreymom.
    ["សុខ កញ្ញា", "កញ្ញា សុខ", "Ta Mok", "He Sokha", "ស្រី មុំ", "ស្រីមុំ", "លោក", "Mrs", "Ven Sok"],
)
def test_a_word_that_is_needed_as_a_name_stays(name: str) -> None:
    assert bare_name(name) == name


@given(st.text(max_size=20) | st.text("Mrs. ()លោកស្រីចាន់ ក", max_size=20))
def test_a_bare_name_is_its_own(text: str) -> None:
    assert bare_name(bare_name(text)) == bare_name(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("?????", "destroyed"),
        ("???? ????", "destroyed"),
        ("Sok ????", "destroyed"),
        ("12345", "no_letter"),
        ("១២៣", "no_letter"),
        ("?", "no_letter"),
        ("-", "no_letter"),
        ("្", "no_letter"),
        ("Total", "below_table"),
        ("TOTAL: 30,000", "below_table"),
        ("Grand total", "below_table"),
        ("សរុប", "below_table"),
        ("សរុប ៣០នាក់", "below_table"),
        ("ហត្ថលេខា", "below_table"),
        ("Sok?", None),
        ("Ly", None),
        ("សុខ 2", None),
        ("Totally", None),
        ("", None),
    ],
)
def test_a_name_has_letters_and_is_no_word_for_a_sum(text: str, why: str | None) -> None:
    if why is None:
        check_name(text)
        return
    with pytest.raises(NoName) as refused:
        check_name(text)
    assert refused.value.code == why


THIDA = "ចាន់ ធីតា"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Total 25 people", "below_table"),
        ("Total 25 persons", "below_table"),
        ("Sub-total Female", "below_table"),
        ("Sub total: 12 F", "below_table"),
        ("Total (F) 12", "below_table"),
        ("សរុបស្រី", "below_table"),
        ("ចំនួនសរុប ២៥ នាក់", "below_table"),
        ("#REF!", "instead"),
        ("#N/A", "instead"),
        ("#DIV/0!", "instead"),
        ("N/A", "instead"),
        ("n.a.", "instead"),
        ("no name", "instead"),
        ("Unknown", "instead"),
        ("Name", "instead"),
        ("គ្មានឈ្មោះ", "instead"),
        (THIDA.encode().decode("latin-1"), "misread"),
        (THIDA.encode().decode("cp1252", errors="ignore"), "misread"),
        ("José".encode().decode("latin-1"), "misread"),
        # Names, and what groups and organisations are called.
        ("Women", None),
        ("Women 5", None),
        ("Youth 12", None),
        ("Group 4", None),
        ("Total Energies", None),
        ("Sum Sok", None),
        ("NA", None),
        ("Nil", None),
        ("José", None),
        ("Não", None),
    ],
)
def test_what_stands_instead_of_a_name_is_none(text: str, why: str | None) -> None:
    if why is None:
        check_name(text)
        return
    with pytest.raises(NoName) as refused:
        check_name(text)
    assert refused.value.code == why


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Women", "sex_word"),
        ("Female", "sex_word"),
        ("male", "sex_word"),
        ("F", "sex_word"),
        ("ស្រី", "sex_word"),
        ("ប្រុស", "sex_word"),
        ("Women 5", "below_table"),
        ("Men: 5", "below_table"),
        ("25 people", "below_table"),
        ("ស្រី ៥ នាក់", "below_table"),
        ("Keo 4", "digits"),
        ("កែវ ៤", "digits"),
        ("Total", "below_table"),
        # Names of people that are such words elsewhere.
        ("Men Sam An", None),
        ("Men", None),
        ("Man", None),
        ("នារី", None),
        ("ស្រី មុំ", None),
        ("Keo", None),
    ],
)
def test_a_person_is_called_by_no_sex_and_no_number(text: str, why: str | None) -> None:
    if why is None:
        check_person_name(text)
        return
    with pytest.raises(NoName) as refused:
        check_person_name(text)
    assert refused.value.code == why


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("Mr. Sok An", ("Mr", "male")),
        ("Mr.Sok", ("Mr", "male")),
        ("Lok Srey Chan Thida", ("Lok Srey", "female")),
        ("លោកស្រី ចាន់ ធីតា", ("លោកស្រី", "female")),
        ("លោកស្រីចាន់ ធីតា", ("លោកស្រី", "female")),
        ("លោក ស្រី ចាន់ ធីតា", ("លោក ស្រី", "female")),
        ("លោក សុខ អាន", ("លោក", "male")),
        ("Dr. Mrs. Chan Thida", ("Mrs", "female")),
        ("Chan Thida, Mrs.", ("Mrs", "female")),
        ("Dr. Sok An", None),
        ("Ta Mok", None),
        ("លោក", None),
        ("កញ្ញា សុខ", None),
        ("Sok An", None),
    ],
)
def test_a_title_may_tell_the_sex(written: str, found: tuple[str, str] | None) -> None:
    assert title_with_sex(written) == found
