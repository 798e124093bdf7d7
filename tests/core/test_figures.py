"""The vocabulary of figures: arithmetic, definitions, lists, and the list of all of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from core.figures import catalogue, definitions, document
from core.figures.definitions import (
    OWN,
    Behind,
    Definition,
    LazyRows,
    ListRow,
    TableRow,
    Unit,
    by_section,
    figure,
    once_a_scope,
    register,
    together,
)
from core.figures.outcomes import (
    Outcome,
    average,
    mean,
    outcome_as_json,
    outcome_from_json,
    percent,
    rounded,
    share,
    times,
    total,
    unknown,
)

EVERY = [
    (each.app, definition)
    for each in catalogue.catalogues()
    for definition in each.figures.values()
]
NAMES = [f"{app}.{definition.name}" for app, definition in EVERY]


# --- Arithmetic -------------------------------------------------------------------------------


def test_a_share_keeps_what_it_was_made_of():
    assert share(2, 3, "of three") == Outcome(Decimal("66.7"), 2, 3, "of three")
    assert times(7, 3) == Outcome(Decimal("2.33"), 7, 3)
    assert average(110_000, 4) == Outcome(27_500, 110_000, 4)
    assert total(5) == Outcome(5)


@pytest.mark.parametrize("whole", [0, None])
def test_of_nothing_it_is_not_known(whole):
    for found in (share(0, whole), times(1, whole), average(1, whole)):
        assert found.value is None
    assert share(None, 5).value is None
    assert unknown("why") == Outcome(None, remark="why")
    assert mean([], places=1) is None


def test_a_half_goes_away_from_zero():
    assert [rounded(Decimal(n), 1) for n in ("0.25", "-0.25", "0.35")] == [
        Decimal("0.3"),
        Decimal("-0.3"),
        Decimal("0.4"),
    ]
    assert str(percent(0, 3)) == "0.0"
    assert str(percent(-1, 10_000)) == "0.0"


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**9), st.integers(0, 3))
def test_it_rounds_as_the_database_does(part, whole, places):
    """To the nearest; of two as near, the one further from zero."""
    exact = Fraction(part, whole)
    found = Fraction(rounded(exact, places))
    assert abs(found - exact) <= Fraction(1, 2 * 10**places)
    if abs(found - exact) == Fraction(1, 2 * 10**places):
        assert abs(found) > abs(exact)


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["0.05", "-0.05", "2.25", "1.149999", "-7.95"])
def test_postgresql_rounds_the_same(number):
    with connection.cursor() as cursor:
        cursor.execute("SELECT round(%s::numeric, 1)", [number])
        assert rounded(Decimal(number), 1) == cursor.fetchone()[0]


def test_an_outcome_is_the_same_after_a_snapshot():
    for found in (share(1, 3, "why"), unknown(), total(7), times(Decimal("0.5"), 3)):
        assert outcome_from_json(outcome_as_json(found)) == found


# --- Definitions ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Numbers(definitions.Scope):
    """What these tests count."""

    numbers: tuple[int, ...]


def listed(scope: Numbers) -> list[Behind]:
    rows = [ListRow(number) for number in scope.numbers]
    return [Behind("numbers", LazyRows(rows.__len__, lambda part: rows[part]))]


def defined(**more: object) -> list[Definition[Numbers]]:
    """How many numbers there are, and the calls that were made to count them."""

    @figure("Sums", "How many", Unit.COUNT, behind=listed, **more)
    def how_many(scope: Numbers) -> Outcome:
        CALLS.append(scope)
        return total(len(scope.numbers))

    @figure("Shares", "Even ones", Unit.PERCENT, behind=listed, **more)
    def even(scope: Numbers) -> Outcome:
        return share(sum(n % 2 == 0 for n in scope.numbers), len(scope.numbers))

    return [how_many, even]


CALLS: list[Numbers] = []


def test_a_figure_is_counted_once_for_a_scope_and_anew_for_a_copy():
    [how_many, _even] = defined()
    scope = Numbers((1, 2, 3))
    CALLS.clear()
    assert [how_many.of(scope).value, how_many.of(scope).value] == [3, 3]
    assert len(CALLS) == 1
    assert how_many.of(replace(scope, numbers=(1,))).value == 1
    assert how_many.of(replace(scope)).value == 3
    assert len(CALLS) == 3


def test_what_is_remembered_makes_no_scope_unlike_another():
    scope = Numbers((1,))
    scope.cache["anything"] = 1
    assert scope == Numbers((1,))
    assert "anything" not in repr(scope)
    assert once_a_scope(lambda each: each.numbers)(scope) == (1,)


def test_a_snapshot_takes_the_place_of_counting():
    [how_many, _even] = defined()
    scope = Numbers((1, 2))
    scope.cache["how_many"] = total(99)
    assert how_many.of(scope).value == 99


def test_figures_stand_in_the_order_in_which_they_are_listed():
    figures = register(*defined())
    assert list(figures) == ["how_many", "even"]
    assert [(head, len(under)) for head, under in by_section(figures)] == [
        ("Sums", 1),
        ("Shares", 1),
    ]


def test_no_two_figures_have_one_name():
    with pytest.raises(ValueError, match="same name"):
        register(*defined(), *defined())


def test_a_row_of_a_table_is_a_whole_beside_its_parts():
    [how_many, _even] = defined()
    row = TableRow.of(how_many, Numbers((1, 2, 3)), [Numbers((1,)), Numbers((2, 3))])
    assert (row.whole.value, [part.value for part in row.parts]) == (3, [1, 2])


def test_the_rows_behind_are_fetched_a_slice_at_a_time():
    fetched = []

    def fetch(part: slice) -> list[ListRow]:
        fetched.append(part)
        return [ListRow(number) for number in range(1000)[part]]

    rows = LazyRows(lambda: 1000, fetch)
    assert len(rows) == 1000
    assert fetched == []
    assert [row.subject for row in rows[50:52]] == [50, 51]
    assert (rows[7].subject, rows[-1].subject) == (7, 999)
    assert len(fetched) == 3
    assert len(list(rows)) == 1000
    assert len(fetched) == 4


def test_percentages_are_put_together_by_what_they_are_made_of():
    [how_many, even] = defined(adds_up=True)
    scopes = [Numbers((2,)), Numbers((1, 3, 5)), Numbers(())]
    assert together([how_many.of(scope) for scope in scopes]) == 4
    # 1 of 4; not the mean of 100 and 0.
    assert together([even.of(scope) for scope in scopes]) == 25
    [_how_many, apart] = defined()
    assert together([apart.of(scope) for scope in scopes]) is None


# --- All figures of all apps --------------------------------------------------------------------


def test_every_app_that_counts_is_in_the_catalogue():
    apps = [each.app for each in catalogue.catalogues()]
    assert apps == ["cascades", "savings_groups", "trainings"]


@pytest.mark.parametrize(("app", "definition"), EVERY, ids=NAMES)
def test_every_figure_says_what_it_is_in_both_languages(app, definition):
    assert definition.definition or definition.formula
    for words in (definition.label, definition.section, definition.source):
        assert words
    said = (definition.label, definition.section, definition.definition, definition.formula)
    for words in (*said, definition.counting, definition.unit.label):
        if words:
            with translation.override("km"):
                assert re.search("[\u1780-\u17b3]", str(words)), (app, words)


# A paper of our own, or a file or section of it: nobody can look it up.
CANNOT_BE_OPENED = re.compile(
    r"research|\.md\b|\bsection \d|\bsavings\.|\bcascades\.", re.IGNORECASE
)
# A year, or an address.
CAN_BE_FOUND = re.compile(r"\b(19|20)\d\d\b|\w\.(org|com|net|in|io|mx)\b")


@pytest.mark.parametrize(("app", "definition"), EVERY, ids=NAMES)
def test_every_source_is_a_publication_or_our_own(app, definition):
    for language in ("en", "km"):
        with translation.override(language):
            source, own = str(definition.source), str(OWN)
            assert not CANNOT_BE_OPENED.search(source)
            assert source.startswith(own) or CAN_BE_FOUND.search(source)


def test_no_section_stands_twice():
    for each in catalogue.catalogues():
        heads = [str(head) for head, _listed in each.sections]
        assert len(heads) == len(set(heads))


def test_the_document_is_what_the_definitions_say():
    """`bin/manage write_figures` writes it anew."""
    assert document.PATH.read_text(encoding="utf-8") == document.as_markdown()


@pytest.mark.parametrize("language", ["en", "km"])
def test_the_page_of_definitions_has_every_figure(as_user, field_staff, language):
    field_staff.language = language
    field_staff.save()
    page = as_user(field_staff).get(reverse("figure-definitions")).content.decode()
    for name in NAMES:
        assert f'id="{name}"' in page
    with translation.override(language):
        for words in ("Definition of this program", "Formula"):
            assert translation.gettext(words) in page


def test_the_page_of_definitions_makes_no_query_of_its_own(
    as_user, funder, django_assert_max_num_queries
):
    browser = as_user(funder)
    with django_assert_max_num_queries(8):
        assert browser.get(reverse("figure-definitions")).status_code == 200
