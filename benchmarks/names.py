"""Who is proposed as the same person: precision and recall on 1,000 labelled pairs, seeded.

Half of the pairs are one person written down twice, as papers and telephones change what is
written; half are two people who have something in common. In both scripts; nobody is real.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

from benchmarks.measure import scratch_database

PAIRS = 500
Details = dict[str, Any]
VILLAGES = ("02030801", "02030802", "02030803", "02090107", "02090201", "01020301")

# Each name in Khmer, then the ways in which it is written in Latin letters.
FAMILY = [
    "សុខ Sok Sokh", "ចាន់ Chan Chann", "ជា Chea Cheea", "គឹម Kim Khim", "លី Ly Li Lee",
    "ហេង Heng Haeng", "កែវ Keo Kaev Kev", "ទេព Tep Thep", "មាស Meas Mias",
    "ឡុង Long Loung", "នួន Nuon Nuoun Noun",
    "រស់ Ros Rus", "តាំង Tang Taing", "យឹម Yim Yoem", "ប៊ុន Bun Boun", "ស៊ុន Sun Soun",
]  # fmt: skip
WOMEN = [
    "បុប្ផា Bopha Bupha Bofa Bopphea", "សុភាព Sopheap Sophiep Sopeap", "រតនា Ratana Rattana Rotana",
    "ស្រីមុំ Sreymom Sreymum Sreimom", "ធីតា Thida Thyda Tida", "វណ្ណា Vanna Vana Wanna",
    "សុខា Sokha Sokhar Soka", "ចន្ធូ Chanthou Chanthu Chantou", "ចន្ធី Chanthy Chantey Chanty",
    "លក្ខិណា Leakhena Lekhena Leakena", "ពិសី Pisey Pisei Pysey", "ស្រីពៅ Sreypov Sreypao Sreipov",
]  # fmt: skip
MEN = [
    "ដារ៉ា Dara Darra", "វិសាល Visal Vissal Visaal", "រិទ្ធី Rithy Rithi Rithey",
    "សុវណ្ណ Sovann Sovan Sowan", "ពុទ្ធី Puthy Putthy Puthi", "សំណាង Samnang Somnang Sammnang",
    "សុធា Sothea Sothia Sotea",
    "ប៊ុនធឿន Bunthoeun Bunthoeurn Bunteun", "វណ្ណៈ Vannak Vanak", "សុខន Sokhan Sokhon",
]  # fmt: skip
# Names of two people that are nearly one.
NEARLY = [
    ("Vanna", "Vannak"), ("Sokha", "Sokhan"), ("Dara", "Dary"), ("Thida", "Thy"), ("Bopha", "Bona"),
    ("Sothea", "Sophea"), ("Rithy", "Ratha"), ("Visal", "Vichet"), ("Samnang", "Samnieng"),
]  # fmt: skip
AT_HOME = ["Mom", "Pheak", "Touch", "Srey", "Nith", "ម៉ុំ", "តូច", "ពៅ"]
TITLES = ["Mrs. {}", "Ms {}", "{} (wife)", "Lok Srey {}"], ["លោកស្រី {}", "អ្នកស្រី{}", "កញ្ញា {}"]
# Khmer as it is typed by others, looking the same.
TYPED = [("ុ៊", "៊ុ"), ("្ត", "្ដ"), ("ោ", "េា"), ("ើ", "េី"), ("៊ី", "ុី"), ("ា", "ា\u200b")]


class Somebody:
    """A made-up person, who is written down in several ways."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.is_woman = chance.random() < 0.6
        given = chance.choice(WOMEN if self.is_woman else MEN)
        self.names = [chance.choice(FAMILY).split(), given.split()]
        self.village = chance.choice(VILLAGES)
        self.year = chance.randint(1955, 2004)
        self.phone = f"0{chance.randint(10, 99)}{chance.randint(100000, 9999999)}"

    def in_khmer(self) -> str:
        return " ".join(name[0] for name in self.names)

    def in_latin(self) -> str:
        return " ".join(name[1] for name in self.names)

    def facts(self) -> Details:
        return {
            "sex": "female" if self.is_woman else "male",
            "place": self.village,
            "birth_year": self.year,
            "phone": self.phone,
        }

    def written(self) -> Details:
        """As the registry has it: in one script or in both."""
        names = {"name_km": self.in_khmer(), "name_latin": self.in_latin()}
        if self.chance.random() < 0.5:
            names[self.chance.choice(list(names))] = ""
        return names | self.facts()


def half_known(details: Details, chance: random.Random) -> Details:
    """What another paper says of the same person: some of it, and the year nearly."""
    details = dict(details)
    if chance.random() < 0.3:
        details["birth_year"] += chance.choice([-1, 1])
    for name, missing in (("place", 0.2), ("birth_year", 0.2), ("phone", 0.5)):
        if chance.random() < missing:
            details[name] = "" if name == "phone" else None
    if chance.random() < 0.2:
        details["sex"] = "not stated"
    return details


def mistyped(name: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(name) - 1)
    return name[:at] + chance.choice(["", name[at] * 2, "o"]) + name[at + 1 :]


# --- One person, written twice ------------------------------------------------------------------

Way = Callable[[Somebody, Details, random.Random], Details]


def respelt(one: Somebody, _was: Details, chance: random.Random) -> Details:
    return {"name_km": "", "name_latin": " ".join(chance.choice(name[1:]) for name in one.names)}


def retyped(one: Somebody, _was: Details, chance: random.Random) -> Details:
    name = one.in_khmer()
    for usual, other in TYPED:
        if chance.random() < 0.7:
            name = name.replace(usual, other)
    return {"name_km": chance.choice([name, name.replace(" ", "")]), "name_latin": ""}


def with_title(one: Somebody, _was: Details, chance: random.Random) -> Details:
    latin, khmer = TITLES
    if chance.random() < 0.5:
        return {"name_km": "", "name_latin": chance.choice(latin).format(one.in_latin())}
    return {"name_km": chance.choice(khmer).format(one.in_khmer()), "name_latin": ""}


def turned_round(one: Somebody, _was: Details, chance: random.Random) -> Details:
    family, given = one.names
    if chance.random() < 0.5:
        return {"name_km": f"{given[0]} {family[0]}", "name_latin": ""}
    return {"name_km": "", "name_latin": f"{given[1]} {family[1]}"}


def misread(one: Somebody, _was: Details, chance: random.Random) -> Details:
    return {"name_km": "", "name_latin": mistyped(one.in_latin(), chance)}


def in_the_other_script(one: Somebody, was: Details, _chance: random.Random) -> Details:
    if was["name_km"]:
        return {"name_km": "", "name_latin": one.in_latin()}
    return {"name_km": one.in_khmer(), "name_latin": ""}


def called_at_home(one: Somebody, _was: Details, chance: random.Random) -> Details:
    name = chance.choice(AT_HOME)
    field = "name_latin" if name.isascii() else "name_km"
    return {"name_km": "", "name_latin": ""} | {field: name} | one.facts()


SAME: list[Way] = [
    respelt,
    respelt,
    retyped,
    with_title,
    turned_round,
    misread,
    in_the_other_script,
    called_at_home,
]


# --- Two people ---------------------------------------------------------------------------------


def lives_with(one: Somebody, _was: Details, chance: random.Random) -> Details:
    other = Somebody(chance)
    other.names[0] = one.names[0]
    other.year = one.year + chance.choice([-25, -9, -4, -3, 3, 4, 8, 27])
    return other.written() | {"place": one.village, "phone": one.phone}


def married_to(one: Somebody, _was: Details, chance: random.Random) -> Details:
    other = Somebody(chance)
    sex = "male" if one.is_woman else "female"
    year = one.year + chance.randint(-4, 4)
    shared = {"place": one.village, "phone": one.phone, "birth_year": year, "sex": sex}
    return other.written() | shared


def of_nearly_one_name(one: Somebody, was: Details, chance: random.Random) -> Details:
    mine, theirs = chance.choice(NEARLY)
    family = one.names[0][1]
    was |= {"name_km": "", "name_latin": f"{family} {mine}"}
    return {
        "name_km": "",
        "name_latin": f"{family} {theirs}",
        "place": chance.choice([one.village, chance.choice(VILLAGES)]),
        "birth_year": one.year + chance.choice([-20, -8, -3, 0, 2, 5, 11]),
        "phone": "",
    }


def of_one_name(one: Somebody, was: Details, chance: random.Random) -> Details:
    elsewhere = [village for village in VILLAGES if village[:6] != one.village[:6]]
    year = one.year + chance.choice([-30, -12, -7, 7, 9, 22])
    return was | {"place": chance.choice(elsewhere), "birth_year": year, "phone": ""}


def anybody(_one: Somebody, _was: Details, chance: random.Random) -> Details:
    return Somebody(chance).written()


DIFFERENT: list[Way] = [lives_with, married_to, of_nearly_one_name, of_one_name, anybody]


def labelled_pairs(ways: list[Way], chance: random.Random) -> list[tuple[str, Details, Details]]:
    pairs = []
    for number in range(PAIRS):
        one, way = Somebody(chance), ways[number % len(ways)]
        was = one.written()
        if way in (respelt, misread):
            was["name_latin"] = one.in_latin()
        if way in (retyped, turned_round, with_title):
            was |= {"name_km": one.in_khmer(), "name_latin": one.in_latin()}
        if way is in_the_other_script and was["name_km"]:
            was["name_latin"] = ""
        again = was | one.facts() | way(one, was, chance)
        is_half_known = way in SAME and way is not called_at_home
        pairs.append((way.__name__, was, half_known(again, chance) if is_half_known else again))
    return pairs


def main() -> None:
    chance = random.Random(13)
    alike = {
        "same": labelled_pairs(SAME, chance),
        "different": labelled_pairs(DIFFERENT, chance),
    }
    found = {label: _proposed(pairs) for label, pairs in alike.items()}
    right, wrong = (sum(count.values()) for count in found.values())
    print(f"precision {right / (right + wrong):.3f}")
    print(f"recall {right / PAIRS:.3f}")
    for label, pairs in alike.items():
        for way, count in Counter(way for way, _was, _again in pairs).items():
            print(f"  {label}, {way.replace('_', ' ')}: {found[label][way]} of {count}")


def _proposed(pairs: list[tuple[str, Details, Details]]) -> Counter[str]:
    """How many of the pairs are proposed to be one person, by the way they were made."""
    from registry.models import Organisation, Person
    from registry.search.duplicates import like
    from registry.search.finding import set_person_keys
    from tests.factories import make_organisation, make_places

    owner: Organisation = make_organisation()
    places = make_places(*VILLAGES)

    def person(details: Details) -> Person:
        place = places[details["place"]] if details["place"] else None
        made = Person(owner=owner, **(details | {"place": place}))
        set_person_keys(made)
        return made

    proposed: Counter[str] = Counter()
    for way, was, again in pairs:
        stored = person(was)
        stored.save(force_insert=True)
        likenesses = like(person(again), owner=owner, limit=50)
        proposed[way] += stored in [likeness.person for likeness in likenesses]
        stored.delete()
    return proposed


if __name__ == "__main__":
    with scratch_database():
        main()
