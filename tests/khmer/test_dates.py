"""Days as typed and as printed."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khmer.dates import (
    BuddhistYear,
    DateError,
    format_date,
    format_date_range,
    format_month,
    format_period,
    months_after,
    parse_date,
)

DAY = date(2011, 2, 19)


@pytest.mark.parametrize(
    "typed",
    [
        "19/2/2011",
        "19/02/2011",
        "19-02-2011",
        "19.2.2011",
        "2011-02-19",
        "១៩/០២/២០១១",
        " 19/2/2011 ",
    ],
)
def test_a_day_is_read_in_the_usual_ways(typed: str) -> None:
    assert parse_date(typed) == DAY


def test_the_day_stands_before_the_month() -> None:
    assert parse_date("03/04/2026") == date(2026, 4, 3)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "empty"),
        ("31/02/2011", "impossible"),
        ("0/1/2011", "impossible"),
        ("2/19/2011", "impossible"),
        ("29/2/2011", "impossible"),
        ("19/2/11", "format"),
        ("19/2-2011", "format"),
        ("2011/02/19", "format"),
        ("19 Feb 2011", "format"),
        ("19/2/2011\0", "format"),
        ("19/2/1899", "year_out_of_range"),
        ("19/2/2101", "year_out_of_range"),
        ("19/2/9999", "year_out_of_range"),
        ("31/2/2554", "impossible"),
    ],
)
def test_what_is_not_a_day_is_refused(typed: str, code: str) -> None:
    with pytest.raises(DateError) as caught:
        parse_date(typed)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("typed", "likely"),
    [("19/2/2554", DAY), ("១៥/១២/២៥៧០", date(2026, 12, 15)), ("1/5/2569", date(2025, 5, 1))],
)
def test_a_buddhist_year_is_asked_about_and_never_converted(typed: str, likely: date) -> None:
    with pytest.raises(BuddhistYear) as caught:
        parse_date(typed)
    assert caught.value.likely == likely


def test_a_day_far_ahead_is_refused_when_today_is_known() -> None:
    today = date(2024, 2, 29)
    assert parse_date("28/2/2026", today=today) == date(2026, 2, 28)
    with pytest.raises(DateError, match="too_far_ahead"):
        parse_date("1/3/2026", today=today)


@given(st.text(st.characters(), max_size=20) | st.text("0123456789០៩/-.", max_size=12))
def test_only_date_errors_come_out_of_reading_days(text: str) -> None:
    with suppress(DateError):
        assert 1900 <= parse_date(text).year <= 2100


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_every_day_of_two_centuries_is_read_back(day: date) -> None:
    assert parse_date(f"{day:%d/%m/%Y}") == parse_date(day.isoformat()) == day


def test_a_day_is_printed_in_words() -> None:
    assert format_date(DAY, "en") == "19 February 2011"
    assert format_date(DAY, "km") == "ថ្ងៃទី១៩ ខែកុម្ភៈ ឆ្នាំ២០១១"
    assert format_date(DAY, "km", khmer_digits=False) == "ថ្ងៃទី19 ខែកុម្ភៈ ឆ្នាំ2011"
    assert format_month(DAY, "en") == "February 2011"
    assert format_month(DAY, "km") == "ខែកុម្ភៈ ឆ្នាំ២០១១"


@pytest.mark.parametrize(
    ("last", "english", "khmer"),
    [
        (DAY, "19 February 2011", "ថ្ងៃទី១៩ ខែកុម្ភៈ ឆ្នាំ២០១១"),
        (date(2011, 2, 20), "19–20 February 2011", "ថ្ងៃទី១៩–២០ ខែកុម្ភៈ ឆ្នាំ២០១១"),
        (
            date(2011, 3, 2),
            "19 February – 2 March 2011",
            "ថ្ងៃទី១៩ ខែកុម្ភៈ ដល់ថ្ងៃទី២ ខែមីនា ឆ្នាំ២០១១",
        ),
        (
            date(2012, 2, 2),
            "19 February 2011 – 2 February 2012",
            "ថ្ងៃទី១៩ ខែកុម្ភៈ ឆ្នាំ២០១១ ដល់ថ្ងៃទី២ ខែកុម្ភៈ ឆ្នាំ២០១២",
        ),
    ],
)
def test_a_range_says_once_what_its_ends_share(last: date, english: str, khmer: str) -> None:
    assert format_date_range(DAY, last, "en") == english
    assert format_date_range(DAY, last, "km") == khmer


@pytest.mark.parametrize(
    ("first", "last", "english", "khmer"),
    [
        (date(2011, 1, 1), date(2011, 12, 31), "2011", "ឆ្នាំ២០១១"),
        (date(2011, 1, 1), date(2013, 12, 31), "2011–2013", "ឆ្នាំ២០១១–២០១៣"),
        (date(2012, 2, 1), date(2012, 2, 29), "February 2012", "ខែកុម្ភៈ ឆ្នាំ២០១២"),
        (
            date(2011, 1, 1),
            date(2011, 3, 31),
            "January – March 2011",
            "ខែមករា ដល់ខែមីនា ឆ្នាំ២០១១",
        ),
        (
            date(2011, 7, 1),
            date(2012, 6, 30),
            "July 2011 – June 2012",
            "ខែកក្កដា ឆ្នាំ២០១១ ដល់ខែមិថុនា ឆ្នាំ២០១២",
        ),
        # Not whole: its days.
        (date(2012, 2, 1), date(2012, 2, 28), "1–28 February 2012", "ថ្ងៃទី១–២៨ ខែកុម្ភៈ ឆ្នាំ២០១២"),
        (date(2011, 1, 1), date(2011, 1, 1), "1 January 2011", "ថ្ងៃទី១ ខែមករា ឆ្នាំ២០១១"),
    ],
)
def test_a_period_of_whole_months_names_them(
    first: date, last: date, english: str, khmer: str
) -> None:
    assert format_period(first, last, "en") == english
    assert format_period(first, last, "km") == khmer


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 1, 31), 2, date(2026, 3, 31)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 12, 1), 12, date(2028, 12, 1)),
        (date(9999, 12, 1), 32767, date.max),
    ],
)
def test_months_end_on_the_same_day_or_the_last_one(day, months, then):
    assert months_after(day, months) == then
