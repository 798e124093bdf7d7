"""Tables of people that may be compared with each other."""

from __future__ import annotations

from core.figures.places import areas_of
from core.figures.populations import Amount, Counted, Population, Table, shown
from core.figures.suppression import Sum


def people(*groups: tuple[int, str], first: int = 0) -> dict[int, dict[str, str]]:
    """So many people of each sex, with numbers for names."""
    found: dict[int, dict[str, str]] = {}
    for number, sex in groups:
        for _each in range(number):
            found[first + len(found)] = {"sex": sex}
    return found


def counted(name: str, who: dict, events: str = "") -> Population:
    return Population(name, "person", who, [Table("sex")], frozenset(events))


def test_a_table_is_counted_with_its_totals():
    found = shown(Counted([counted("a", people((6, "f"), (9, "m")))]))
    assert found == {
        ("a", ()): 15,
        ("a", (("sex", "f"),)): 6,
        ("a", (("sex", "m"),)): 9,
    }


def test_people_of_whom_only_their_number_is_known_are_one_entry():
    """2 million of them cost as much as 2."""
    who = {"here": {"sex": "f"}, "there": {"sex": "m"}}
    heads = {"here": 2_000_000, "there": 9}
    found = shown(Counted([Population("a", "unnamed", who, [Table("sex")], heads=heads)]))
    assert found == {
        ("a", ()): 2_000_009,
        ("a", (("sex", "f"),)): 2_000_000,
        ("a", (("sex", "m"),)): 9,
    }


def test_their_number_is_known_where_two_populations_are_compared_too():
    """3 in one project and not in the other, whom 13 - 10 would tell."""
    heads = {"both": 10, "one only": 3}
    both, more = ({name: {"sex": "f"} for name in names} for names in (["both"], heads))
    one, other = (
        Population(name, "unnamed", who, [Table("sex")], frozenset(events), heads=heads)
        for name, who, events in [("a", both, "1"), ("b", more, "12")]
    )
    found = shown(Counted([one, other]))
    assert None in (found["a", ()], found["b", ()])


def test_two_crossed_tables_share_their_totals():
    who = {n: {"sex": "f", "age": "young", "area": "here"} for n in range(9)}
    tables = [Table("age", "sex"), Table("area", "sex")]
    found = shown(Counted([Population("a", "person", who, tables)]))
    assert found["a", (("sex", "f"),)] == 9
    assert found["a", (("age", "young"), ("sex", "f"))] == 9


def test_who_is_in_one_project_and_not_in_the_other_cannot_be_calculated():
    """Project b has one training more than project a: two women, whom 12 - 10 would tell."""
    a, b = people((10, "f"), (20, "m")), people((10, "f"), (20, "m"))
    b |= people((2, "f"), first=50)
    apart = shown(Counted([counted("a", a, "1"), counted("b", b, "2")]))
    assert None not in apart.values()
    together = shown(Counted([counted("a", a, "1"), counted("b", b, "12")]))
    for where in [(), (("sex", "f"),)]:
        assert None in (together["a", where], together["b", where])


def test_who_came_only_once_more_cannot_be_calculated():
    once = counted("people", people((10, "f")))
    often = Population("visits", "visit", people((12, "f")), [Table("sex")])
    found = shown(Counted([once, often], repeats=[("visits", "people")]))
    assert None in (found["people", ()], found["visits", ()])


def test_lines_of_a_shared_fact_are_the_same_number_everywhere():
    """A group of 3 in two projects is left out in both, whatever stands beside it."""
    small = {n: {"group": "small"} for n in range(3)}
    large = {n: {"group": "large"} for n in range(10, 30)}
    other = {n: {"group": "other"} for n in range(40, 60)}
    one = Population("a", "member", small | large, [Table("group")], shared=frozenset({"group"}))
    two = Population("b", "member", small | other, [Table("group")], shared=frozenset({"group"}))
    found = shown(Counted([one, two]))
    assert found["member", (("group", "small"),)] is None
    for name, beside in [("a", "large"), ("b", "other")]:
        hidden = [found[name, ()], found["member", (("group", beside),)]]
        assert None in hidden


def test_an_amount_is_shown_when_enough_people_are_behind_it():
    amounts = [
        Amount(("savings", (("group", "1"),)), 100, people=4),
        Amount(("savings", (("group", "2"),)), 300, people=20),
        Amount(("savings", ()), 400, people=24),
    ]
    totals = [Sum(amounts[2].key, (amounts[0].key, amounts[1].key))]
    assert shown(Counted(amounts=amounts, totals=totals))[amounts[0].key] is None
    enough = [Amount(each.key, each.value, people=5) for each in amounts]
    assert None not in shown(Counted(amounts=enough, totals=totals)).values()


# --- Places -----------------------------------------------------------------------------------


def areas(**counts: int) -> dict[str, str]:
    """Areas of communes with so many people; c020101=3 is the commune 020101."""
    given = {code[1:]: {"people": number} for code, number in counts.items()}
    return areas_of(given, least=5)


def test_a_commune_with_enough_people_stands_by_itself():
    assert areas(c020101=5, c020102=9) == {"020101": "020101", "020102": "020102"}


def test_a_small_commune_is_put_together_with_others_of_its_district():
    assert areas(c020101=2, c020102=9, c020103=8) == {
        "020101": "0201",
        "020103": "0201",
        "020102": "020102",
    }


def test_a_small_district_takes_the_smallest_other_one_with_it():
    found = areas(c020101=2, c020201=9, c020301=20)
    assert found == {"020101": "02", "020201": "02", "020301": "020301"}


def test_a_small_province_goes_up_to_the_whole():
    assert areas(c020101=2, c030101=9) == {"020101": "", "030101": ""}


def test_a_village_counts_for_its_commune():
    assert areas(c02010101=4, c02010102=4) == {"02010101": "020101", "02010102": "020101"}


def test_each_sex_is_large_enough_or_absent():
    given = {"020101": {"f": 9, "m": 1}, "020102": {"f": 9, "m": 9}, "030101": {"f": 6, "m": 0}}
    found = areas_of(given, least=5)
    assert found == {"020101": "0201", "020102": "0201", "030101": "030101"}
