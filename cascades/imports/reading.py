"""What a file says about a past iteration, cell by cell, before anything is looked up.

A file is one list, in which a row is one person in one delivery; or a workbook that says what is
common to many rows once, on sheets for deliveries and for tiers. What a row leaves open about
its delivery, another row says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cascades.models.programmes import MOST_TIERS
from core.actions.records import FIRST_YEAR
from core.errors import Refused
from core.forms.fields import (
    DayField,
    DecimalNumberField,
    PersonNameField,
    TextField,
    WholeNumberField,
)
from core.imports.cells import NO, YES, text_of, word_in, words_for
from core.imports.files import MOST_ABOVE_HEADS, sheets_of, table_of
from core.imports.heads import Head, fields_by_word, fields_under
from core.imports.totals import words_for_left_out
from khmer.dates import short_date
from khmer.digits import to_ascii_digits
from khmer.normal import search_key
from registry.forms.people import (
    OLDEST_YEAR,
    refuse_other_sex_than_titles,
    refuse_year_to_come,
)
from registry.imports.cells import SEX_WORDS
from registry.models.people import Sex
from trainings.models import Enrolment

MOST_LINES = 5000
LONGEST = timedelta(days=731)


HEADS = {
    "tier": Head(
        ("tier", "tier number", "level", "ថ្នាក់", "លេខថ្នាក់", "កម្រិត"),
        gettext_lazy("Tier"),
        gettext_lazy("The number of the tier: 1 is the tier that the cascade begins with."),
    ),
    "tier_name": Head(
        ("tier name", "name of the tier", "ឈ្មោះថ្នាក់", "ឈ្មោះកម្រិត"),
        gettext_lazy("Name of the tier"),
        gettext_lazy("Needed only for a tier that the iteration does not have yet."),
    ),
    "delivery": Head(
        ("delivery", "training", "title", "វគ្គ", "វគ្គបណ្តុះបណ្តាល", "វគ្គបណ្ដុះបណ្ដាល", "ចំណងជើង"),
        gettext_lazy("Delivery"),
        gettext_lazy("Its title. Each delivery of a tier has one of its own."),
    ),
    "starts_on": Head(
        ("first day", "starts on", "start", "date", "ថ្ងៃដំបូង", "ថ្ងៃចាប់ផ្តើម", "កាលបរិច្ឆេទ"),
        gettext_lazy("First day"),
        gettext_lazy("Day/month/year. Once for a delivery is enough."),
    ),
    "ends_on": Head(
        ("last day", "ends on", "end", "ថ្ងៃចុងក្រោយ", "ថ្ងៃបញ្ចប់"),
        gettext_lazy("Last day"),
        gettext_lazy("Empty when it lasted one day."),
    ),
    "held_at": Head(
        ("held at", "place", "place of the training", "ទីកន្លែង", "ទីកន្លែងបណ្តុះបណ្តាល"),
        gettext_lazy("Held at"),
        gettext_lazy("The official code, or a name with the places above it."),
    ),
    "version": Head(
        ("curriculum version", "version", "កំណែកម្មវិធីសិក្សា", "កំណែ"),
        gettext_lazy("Curriculum version"),
        gettext_lazy("As the programme's curriculum calls it."),
    ),
    "test_maximum": Head(
        ("best possible score", "best score", "test maximum", "ពិន្ទុពេញ"),
        gettext_lazy("Best possible score"),
        gettext_lazy("Of the tests, where the tier does not say it."),
    ),
    "role": Head(
        ("role", "តួនាទី"),
        gettext_lazy("Role"),
        gettext_lazy("learner, lead trainer, co-trainer, support or observer. Empty: learner."),
    ),
    "name_km": Head(
        ("name in khmer", "name_km", "khmer name", "ឈ្មោះជាអក្សរខ្មែរ", "ឈ្មោះខ្មែរ", "ឈ្មោះ"),
        gettext_lazy("Name in Khmer"),
        gettext_lazy("One of the two names is enough."),
    ),
    "name_latin": Head(
        ("name in latin letters", "name_latin", "name", "latin name", "ឈ្មោះជាអក្សរឡាតាំង",
         "ឈ្មោះឡាតាំង"),
        gettext_lazy("Name in Latin letters"),
        gettext_lazy("One of the two names is enough."),
    ),
    "sex": Head(
        ("sex", "gender", "ភេទ"),
        gettext_lazy("Sex"),
        gettext_lazy("female, male or other, in English or Khmer. Empty when not stated."),
    ),
    "birth_year": Head(
        ("year of birth", "birth year", "birth_year", "ឆ្នាំកំណើត"),
        gettext_lazy("Year of birth"),
        gettext_lazy("Or the age, not both."),
    ),
    "age": Head(
        ("age", "អាយុ"),
        gettext_lazy("Age"),
        gettext_lazy("On the first day of the delivery."),
    ),
    "home": Head(
        ("home place", "home", "village", "commune", "ទីលំនៅ", "ភូមិ", "ឃុំ"),
        gettext_lazy("Home place"),
        gettext_lazy("The official code, or a name with the places above it."),
    ),
    "organisation": Head(
        ("organisation", "organization", "អង្គភាព", "អង្គការ"),
        gettext_lazy("Organisation"),
        gettext_lazy("For whom they came or trained on that day."),
    ),
    "completed": Head(
        ("completed", "បានបញ្ចប់"),
        gettext_lazy("Completed"),
        gettext_lazy("yes or no, for learners. Empty when nobody knows."),
    ),
    "before": Head(
        ("test before", "before", "pre-test", "តេស្តមុន", "មុន"),
        gettext_lazy("Test before"),
        gettext_lazy("Points in the test before the training."),
    ),
    "after": Head(
        ("test after", "after", "post-test", "តេស្តក្រោយ", "ក្រោយ"),
        gettext_lazy("Test after"),
        gettext_lazy("Points in the test after it."),
    ),
}  # fmt: skip
KNOWN = fields_by_word(HEADS)
NAMES = ("name_km", "name_latin")
OF_LINE = (*NAMES, "role", "sex", "birth_year", "age", "home", "organisation", "completed",
           "before", "after")  # fmt: skip
# What is true of a delivery as a whole; its rows need not repeat it.
OF_DELIVERY = ("starts_on", "ends_on", "held_at", "version", "test_maximum")
ROLE_WORDS = {
    "trainer": Enrolment.Role.LEAD_TRAINER,
    "lead": Enrolment.Role.LEAD_TRAINER,
    "cotrainer": Enrolment.Role.CO_TRAINER,
    "co": Enrolment.Role.CO_TRAINER,
    "participant": Enrolment.Role.LEARNER,
    "គ្រូបង្គោល": Enrolment.Role.LEAD_TRAINER,
    # As our own files had it before.
    "គ្រូបង្គោលនាំមុខ": Enrolment.Role.LEAD_TRAINER,
    "គ្រូបង្គោលរួម": Enrolment.Role.CO_TRAINER,
    "អ្នកចូលរួម": Enrolment.Role.LEARNER,
    "": Enrolment.Role.LEARNER,
}
# Without the word for half, which is a yes in sheets of attendance: half is not completed.
COMPLETED_WORDS = {
    **dict.fromkeys((*YES, "completed", "✓", "បានបញ្ចប់", "បញ្ចប់"), True),
    **dict.fromkeys((*NO, "not completed", "មិនបានបញ្ចប់", "មិនបញ្ចប់"), False),
    "": None,
}


@dataclass(frozen=True)
class Problem:
    """What is wrong in the file: where, under which head, and why, in words."""

    where: str
    head: str
    message: str


# A delivery of the file: the number of its tier, and its title, folded.
Title = tuple[int, str]


@dataclass(frozen=True)
class ParticipantLine:
    """A row of the list: one person in one delivery. `number` counts the lines of the file.

    Places and organisations are as written. `completed` is None where the file does not say it.
    """

    number: int
    where: str
    delivery: Title
    role: str = Enrolment.Role.LEARNER
    name_km: str = ""
    name_latin: str = ""
    sex: str = Sex.NOT_STATED
    birth_year: int | None = None
    age: int | None = None
    home: str = ""
    organisation: str = ""
    completed: bool | None = None
    before: Decimal | None = None
    after: Decimal | None = None


@dataclass
class SaidDelivery:
    """What all rows of one delivery say together, and the row that spoke of it first."""

    tier: int
    title: str
    where: str
    facts: dict[str, Any] = field(default_factory=dict)
    # One of its cells could not be read.
    is_wrong: bool = False

    @property
    def days(self) -> list[date]:
        """The days that the file names."""
        first = self.facts["starts_on"]
        return sorted({first, self.facts.get("ends_on") or first})

    @property
    def last_day(self) -> date:
        """The last of these days."""
        return self.days[-1]


@dataclass
class PastFile:
    """A file as it was read, with everything that is wrong in it."""

    tiers: dict[int, str] = field(default_factory=dict)
    deliveries: dict[Title, SaidDelivery] = field(default_factory=dict)
    lines: list[ParticipantLine] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    # What was left out of it, in words.
    left_out: list[str] = field(default_factory=list)


def read_past(data: bytes) -> PastFile:
    """Read a file. Raises Refused where nothing in it can be used."""
    return _Reader().read(_tables_in(data))


@dataclass(frozen=True)
class _Table:
    title: str
    fields: list[str | None]
    rows: list[tuple[Any, ...]]
    # The numbers of rows that only add up others.
    left_out: list[int]

    @property
    def has_people(self) -> bool:
        return bool(set(NAMES) & set(self.fields))

    @property
    def has_deliveries(self) -> bool:
        return "delivery" in self.fields


def _tables_in(data: bytes) -> list[_Table]:
    """The sheets that hold columns we know; others explain something to somebody."""
    tables = []
    for title, rows in sheets_of(data):
        rows = list(rows)
        above = rows[:MOST_ABOVE_HEADS]
        if not any(search_key(str(cell or "")) in KNOWN for row in above for cell in row):
            continue
        dataset = table_of(rows)
        fields = fields_under(dataset.headers or [], KNOWN)
        tables.append(_Table(title, fields, list(dataset), dataset.left_out))
    people = [table for table in tables if table.has_people]
    if not people:
        raise Refused(
            _("The first row must hold the heads of the columns, with a name among them.")
        )
    count = sum(len(table.rows) for table in people)
    if not count:
        raise Refused(
            _("The file names nobody: there is no row below the heads. Write one for each person.")
        )
    if count > MOST_LINES:
        raise Refused(
            _("The file has more than %(most)s lines. Import it in parts.")
            % {"most": f"{MOST_LINES:,}"}
        )
    return tables


class _Reader:
    def __init__(self) -> None:
        self.file = PastFile()
        self.today = timezone.localdate()
        sexes, roles = words_for(Sex, SEX_WORDS), words_for(Enrolment.Role, ROLE_WORDS)
        points = DecimalNumberField(required=False, min_value=0, max_value=9999).clean
        place = TextField(required=False, max_length=300).clean
        person = PersonNameField(required=False, max_length=120).clean
        self.read_cell: dict[str, Callable[[str], Any]] = {
            "tier": WholeNumberField(required=False, min_value=1, max_value=MOST_TIERS).clean,
            "tier_name": TextField(required=False, max_length=200).clean,
            "delivery": TextField(required=False, max_length=200).clean,
            "starts_on": self._day,
            "ends_on": self._day,
            "held_at": place,
            "version": TextField(required=False, max_length=100).clean,
            "test_maximum": points,
            "role": _word_of(roles, _("This is none of the roles.")),
            "name_km": person,
            "name_latin": person,
            "sex": _word_of(sexes, _("Write female, male or other, or leave it empty.")),
            "birth_year": self._birth_year,
            "age": WholeNumberField(required=False, min_value=0, max_value=120).clean,
            "home": place,
            "organisation": TextField(required=False, max_length=200).clean,
            "completed": _completed,
            "before": points,
            "after": points,
        }

    def read(self, tables: Iterable[_Table]) -> PastFile:
        """What is said once comes first: tiers, then deliveries, then the rows of people."""
        in_order = sorted(tables, key=lambda table: (table.has_people, table.has_deliveries))
        many = len(in_order) > 1
        for table in in_order:
            if words := words_for_left_out(table.left_out):
                self.file.left_out.append(f"{table.title}: {words}" if many else words)
            for cells in table.rows:
                where = _where(table.title if many else "", cells[0])
                values = self._values(dict(zip(table.fields, cells, strict=True)), where)
                self._take(values, where, table)
        for delivery in self.file.deliveries.values():
            self._look_at_days(delivery)
        return self.file

    def _values(self, cells: Mapping[str | None, Any], where: str) -> dict[str, Any]:
        """The cells as values; one that is wrong is a problem, and is left out."""
        values = {}
        for name, cell in cells.items():
            if name is None:
                continue
            try:
                values[name] = self.read_cell[name](text_of(cell))
            except ValidationError as error:
                self._refuse(where, name, " ".join(error.messages))
        return values

    def _refuse(self, where: str, head: str, message: str) -> None:
        self.file.problems.append(Problem(where, str(HEADS[head].label), message))

    def _take(self, values: dict[str, Any], where: str, table: _Table) -> None:
        wrong = {name for name in table.fields if name and name not in values}
        tier, title = values.get("tier"), values.get("delivery")
        if tier and values.get("tier_name"):
            known = self.file.tiers.setdefault(tier, values["tier_name"])
            if _folded(known) != _folded(values["tier_name"]):
                message = _("Another row calls this tier “%(name)s”. Write one name for it.")
                self._refuse(where, "tier_name", message % {"name": known})
        if not table.has_people and not table.has_deliveries:
            return
        if title:
            tier = tier or self._tier_of(title)
        elif "delivery" not in wrong:
            self._refuse(where, "delivery", _("Say which delivery it is."))
        if not tier and "tier" not in wrong:
            self._refuse(where, "tier", _("Say of which tier it is."))
        if not tier or not title:
            return
        key = (tier, search_key(title) or title)
        said = self.file.deliveries.setdefault(key, SaidDelivery(tier, title, where))
        said.is_wrong |= bool(wrong & set(OF_DELIVERY))
        self._add_facts(said, values, where)
        if table.has_people and not wrong:
            self._add_line(key, values, where)

    def _tier_of(self, title: str) -> int | None:
        """The tier of the only delivery of this title, where a sheet has said it."""
        folded = search_key(title) or title
        found = [tier for tier, known in self.file.deliveries if known == folded]
        return found[0] if len(found) == 1 else None

    def _add_facts(self, said: SaidDelivery, values: Mapping[str, Any], where: str) -> None:
        for name in OF_DELIVERY:
            value = values.get(name)
            if value in (None, ""):
                continue
            known = said.facts.setdefault(name, value)
            if _folded(known) != _folded(value):
                self._refuse(
                    where,
                    name,
                    _(
                        "Another row of “%(title)s” says %(known)s. If it is another delivery, "
                        "give it a title of its own."
                    )
                    % {"title": said.title, "known": _shown(known)},
                )

    def _add_line(self, key: Title, values: dict[str, Any], where: str) -> None:
        if not any(values.get(name) for name in NAMES):
            self._refuse(where, "name_km", _("Give a name in Khmer or in Latin letters."))
        elif values.get("age") is not None and values.get("birth_year") is not None:
            self._refuse(where, "age", _("Give the year of birth or the age, not both."))
        elif message := _wrong_title(values):
            self._refuse(where, "sex", message)
        else:
            said = {name: values[name] for name in OF_LINE if name in values}
            self.file.lines.append(ParticipantLine(len(self.file.lines) + 1, where, key, **said))

    def _look_at_days(self, said: SaidDelivery) -> None:
        first, last = said.facts.get("starts_on"), said.facts.get("ends_on")
        if said.is_wrong:
            return
        if first is None:
            self._refuse(
                said.where,
                "starts_on",
                _("Say on which day “%(title)s” began.") % {"title": said.title},
            )
        elif last and last < first:
            self._refuse(said.where, "ends_on", _("The training ends before it starts."))
        elif last and last - first > LONGEST:
            self._refuse(said.where, "ends_on", _("A training lasts two years at most."))

    def _day(self, text: str) -> date | None:
        day: date | None = DayField(required=False).clean(text)
        if day and day > self.today:
            raise ValidationError(_("This day has not come yet."))
        if day and day.year < FIRST_YEAR:
            raise ValidationError(
                _("No such record is older than %(year)s. Correct the year."),
                params={"year": FIRST_YEAR},
            )
        return day

    def _birth_year(self, text: str) -> int | None:
        year: int | None = WholeNumberField(required=False, min_value=OLDEST_YEAR).clean(text)
        if year is not None:
            refuse_year_to_come(year)
        return year


def _wrong_title(values: Mapping[str, Any]) -> str:
    """What is wrong where a title beside the name tells another sex."""
    try:
        refuse_other_sex_than_titles(values)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def _where(sheet: str, row: int) -> str:
    if sheet:
        return _("%(sheet)s, row %(row)s") % {"sheet": sheet, "row": row}
    return _("row %(row)s") % {"row": row}


def _folded(value: Any) -> Any:
    return search_key(value) if isinstance(value, str) else value


def _shown(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return short_date(value) if isinstance(value, date) else str(value)


def _word_of(words: Mapping[str, str], refusal: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        word = word_in(words, text)
        if word is None:
            raise ValidationError(refusal)
        return word

    return read


def _completed(text: str) -> bool | None:
    word = to_ascii_digits(text.strip().lower())
    if word not in COMPLETED_WORDS:
        raise ValidationError(_("Write yes or no, or leave it empty."))
    return COMPLETED_WORDS[word]
