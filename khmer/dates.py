"""Days as people in Cambodia type and print them."""

import re
from calendar import monthrange
from datetime import date, timedelta

from khmer.digits import to_ascii_digits, to_khmer_digits
from khmer.normal import LONGEST_VALUE, UnfitText, clean_text

EARLIEST_YEAR = 1900
LATEST_YEAR = 2100
YEARS_AHEAD = 2
# Years of the Buddhist era that stand for the years above.
BUDDHIST_YEARS = range(EARLIEST_YEAR + 543, LATEST_YEAR + 545)

DAY_FIRST = re.compile(
    r"(?P<day>[0-9]{1,2})(?P<by>[-/.])(?P<month>[0-9]{1,2})(?P=by)(?P<year>[0-9]{4})"
)
YEAR_FIRST = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})")

MONTHS_KM = (
    "មករា", "កុម្ភៈ", "មីនា", "មេសា", "ឧសភា", "មិថុនា",
    "កក្កដា", "សីហា", "កញ្ញា", "តុលា", "វិច្ឆិកា", "ធ្នូ",
)  # fmt: skip
MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


class DateError(ValueError):
    """The text is not a day by our rule; `code` says why.

    Codes: `empty`, `format`, `impossible` (31 February), `year_out_of_range`, `too_far_ahead`,
    `buddhist_year`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class BuddhistYear(DateError):
    """The year is of the Buddhist era; `likely` is the Gregorian day that was probably meant.

    To be shown and confirmed, never taken silently: the Cambodian year turns at Visak Bochea,
    a day in May that moves, and some people count 543 years all year round.
    """

    def __init__(self, likely: date) -> None:
        super().__init__("buddhist_year")
        self.likely = likely


def parse_date(text: str, *, today: date | None = None) -> date:
    """The day in 19/2/2011, 19-02-2011, 19.2.2011 or 2011-02-19, in Khmer or ASCII digits.

    With `today`, a day more than two years ahead is refused. Raises `DateError`.
    """
    year, month, day = _numbers(text)
    if year in BUDDHIST_YEARS:
        raise BuddhistYear(_day(year - (544 if month >= 5 else 543), month, day))
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise DateError("year_out_of_range")
    parsed = _day(year, month, day)
    if today is not None and (year - YEARS_AHEAD, month, day) > (
        today.year,
        today.month,
        today.day,
    ):
        raise DateError("too_far_ahead")
    return parsed


def month_first(text: str) -> date | None:
    """The day in 2/19/2011, as a spreadsheet program of another country writes it, if it is one.

    Nobody types it so here: only for telling that a file has gone through such a program.
    """
    try:
        year, day, month = _numbers(text)
        return _day(year, month, day)
    except DateError:
        return None


def months_after(day: date, months: int) -> date:
    """The same day of the month so many months later, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def short_date(day: date) -> str:
    """The day in ASCII digits as people here type it: "19/02/2011"."""
    return f"{day:%d/%m/%Y}"


def format_date(day: date, language: str, *, khmer_digits: bool = True) -> str:
    """The day in words: "19 February 2011" or "ថ្ងៃទី១៩ ខែកុម្ភៈ ឆ្នាំ២០១១"."""
    words = f"{_day_of_month(day, language)} {_month_and_year(day, language)}"
    return _in_digits(words, language, khmer_digits)


def format_month(day: date, language: str, *, khmer_digits: bool = True) -> str:
    """The month of a day: "February 2011" or "ខែកុម្ភៈ ឆ្នាំ២០១១"."""
    return _in_digits(_month_and_year(day, language), language, khmer_digits)


def format_date_range(first: date, last: date, language: str, *, khmer_digits: bool = True) -> str:
    """First to last day, saying once what they share.

    "19–20 February 2011", "25 October – 6 December 2011"; "ថ្ងៃទី១៩–២០ ខែកុម្ភៈ ឆ្នាំ២០១១",
    "ថ្ងៃទី២៥ ខែតុលា ដល់ថ្ងៃទី៦ ខែធ្នូ ឆ្នាំ២០១១".
    """
    if first == last:
        return format_date(first, language, khmer_digits=khmer_digits)
    begin = _day_of_month(first, language)
    if (first.year, first.month) == (last.year, last.month):
        span = f"{begin}–{last.day} {_month_and_year(last, language)}"
    else:
        if first.year == last.year:
            begin = f"{begin} {_month(first, language)}"
        else:
            begin = f"{begin} {_month_and_year(first, language)}"
        until = " ដល់" if _khmer(language) else " – "
        end = f"{_day_of_month(last, language)} {_month_and_year(last, language)}"
        span = f"{begin}{until}{end}"
    return _in_digits(span, language, khmer_digits)


def format_period(first: date, last: date, language: str, *, khmer_digits: bool = True) -> str:
    """A reporting period: its months or years where it takes them whole, or else its days.

    "January – March 2011", "July 2011 – June 2012", "2011"; "ខែមករា ដល់ខែមីនា ឆ្នាំ២០១១".
    """
    if first.day != 1 or (last + timedelta(days=1)).day != 1:
        return format_date_range(first, last, language, khmer_digits=khmer_digits)
    if (first.month, last.month) == (1, 12):
        name = "ឆ្នាំ" if _khmer(language) else ""
        span = name + "–".join(map(str, dict.fromkeys([first.year, last.year])))
    elif (first.year, first.month) == (last.year, last.month):
        span = _month_and_year(last, language)
    else:
        same_year = first.year == last.year
        begin = _month(first, language) if same_year else _month_and_year(first, language)
        until = " ដល់" if _khmer(language) else " – "
        span = f"{begin}{until}{_month_and_year(last, language)}"
    return _in_digits(span, language, khmer_digits)


def _numbers(text: str) -> tuple[int, int, int]:
    if len(text) > LONGEST_VALUE:
        raise DateError("format")
    try:
        typed = to_ascii_digits(clean_text(text))
    except UnfitText as error:
        raise DateError("format") from error
    if not typed:
        raise DateError("empty")
    match = DAY_FIRST.fullmatch(typed) or YEAR_FIRST.fullmatch(typed)
    if match is None:
        raise DateError("format")
    return int(match["year"]), int(match["month"]), int(match["day"])


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as error:
        raise DateError("impossible") from error


def _day_of_month(day: date, language: str) -> str:
    return f"ថ្ងៃទី{day.day}" if _khmer(language) else str(day.day)


def _month(day: date, language: str) -> str:
    if _khmer(language):
        return f"ខែ{MONTHS_KM[day.month - 1]}"
    return MONTHS_EN[day.month - 1]


def _month_and_year(day: date, language: str) -> str:
    between = " ឆ្នាំ" if _khmer(language) else " "
    return f"{_month(day, language)}{between}{day.year}"


def _in_digits(text: str, language: str, khmer_digits: bool) -> str:
    return to_khmer_digits(text) if khmer_digits and _khmer(language) else text


def _khmer(language: str) -> bool:
    return language.split("-")[0] == "km"
