"""How a question of the file is asked of the engine: a function for each kind of question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from typing import Any

from cascades.figures.quality.leading import led_by
from cascades.figures.reach.people_reached import reach_of_all_trainers
from cascades.figures.scope import Scope
from cascades.models import Graduate, Programme
from core.figures.outcomes import percent, rounded
from reports.figures.computing import compute_definition
from reports.figures.counted_trainings import SENSITIVE
from reports.figures.periods import Period
from reports.figures.progress import progress
from reports.figures.results import Cell, Remark, Result
from reports.figures.small_cells import (
    Tables,
    equations_of,
    hidden,
    is_safe,
    with_margins,
    worked_out,
)
from reports.models.definitions import (
    Completion,
    Counting,
    Counts,
    DayRule,
    Definition,
    Dimension,
    Direction,
    Form,
    Kind,
    Selection,
)
from savings_groups.figures.periods import Period as GroupPeriod
from savings_groups.figures.ratios import figures_of
from tests.reports.facts import SEXES, World, day

ANY_KIND = Selection(kinds=())
Answer = Mapping[str, Any]


@dataclass(frozen=True)
class Questioner:
    """Asks about one world."""

    world: World

    def ask(self, period: Sequence[str], definition: Definition) -> Result:
        since, until = map(day, period)
        return compute_definition(definition, Period(since, until), project=self.world.project)

    def count(self, period: Sequence[str], counts: Counts, **details: Any) -> Any:
        """What one counting of trainings comes to."""
        kind = details.pop("kind", Kind.PERIOD)
        counting = Counting(counts, **details)
        return self.ask(period, Definition(counting, kind=kind)).value

    def each(self, about: Answer, counts: Counts, **details: Any) -> dict[str, Any]:
        """The same for each of the periods of a question."""
        return {
            name: self.count(period, counts, **details) for name, period in about["periods"].items()
        }

    def of_training(self, name: str) -> Selection:
        return Selection(trainings=(str(self.world.trainings[name].pk),))

    # --- Kinds of questions -----------------------------------------------------------------

    def unique(self, about: Answer) -> Answer:
        found = self.each(about, Counts.PEOPLE)
        added = sum(found[name] for name in about["quarters"])
        return {"unique": found, "sum_of_quarters_which_is_not_the_year": added}

    def participations(self, about: Answer) -> Answer:
        found = self.each(about, Counts.PARTICIPATIONS)
        heads = {
            name: self.ask(period, Definition(Counting(selection=ANY_KIND))).unnamed
            for name, period in about["periods"].items()
        }
        return {
            "participations": found,
            "trainings_with_a_session_in_the_period": self.each(
                about, Counts.TRAININGS, selection=ANY_KIND
            ),
            "trainings_ended_in_the_period": self.each(
                about, Counts.TRAININGS_ENDED, selection=ANY_KIND
            ),
            "unnamed_heads_beside": heads,
            "sum_of_quarters": sum(found[name] for name in about["quarters"]),
        }

    def person_days(self, about: Answer) -> Answer:
        rule = {"hours": DayRule.HOURS, "share of the day": DayRule.SHARE}[about["rule"]]
        found = self.each(about, Counts.PERSON_DAYS, day_rule=rule)
        one = self.of_training(about["training"])
        of_one = self.each(about, Counts.PERSON_DAYS, day_rule=rule, selection=one)
        everything = Definition(Counting(selection=ANY_KIND, day_rule=rule))
        heads = self.ask(about["periods"][about["whole"]], everything).heads
        return {
            "person_days": found,
            f"of_which_{about['training']}": of_one,
            "sum_of_quarters": sum(found[name] for name in about["quarters"]),
            "head_count_up_to_person_days": heads.person_days,
        }

    def calendars(self, about: Answer) -> Answer:
        return {
            name: {
                "unique": self.count(period, Counts.PEOPLE),
                "participations": self.count(period, Counts.PARTICIPATIONS),
                "person_hours": self.count(period, Counts.PERSON_HOURS),
            }
            for name, period in about["periods"].items()
        }

    def completed(self, about: Answer) -> Answer:
        def of(period: Sequence[str], percent: int | None, **details: Any) -> dict[str, Any]:
            rule: dict[str, Any] = {"completion": Completion.OWN}
            if percent is not None:
                rule = {"completion": Completion.PERCENT, "completion_percent": percent}
            return {
                "completions": self.count(period, Counts.PARTICIPATIONS, **rule, **details),
                "people": self.count(period, Counts.PEOPLE, **rule, **details),
            }

        found: dict[str, Any] = {
            name: {rule: of(period, percent) for rule, percent in about["thresholds"].items()}
            for name, period in about["periods"].items()
        }
        project = self.world.facts["project"]
        life = (project["start"], project["end"])
        found["own rule by training"] = {
            each["id"]: "{} of {} who came".format(
                of(life, None, selection=self.of_training(each["id"]))["completions"],
                self.count(life, Counts.PARTICIPATIONS, selection=self.of_training(each["id"])),
            )
            for each in self.world.facts["trainings"]
            if each["completion"]
        }
        return found

    def whole_course(self, about: Answer) -> Answer:
        found = self.each(
            about,
            Counts.PEOPLE,
            completion=Completion.WHOLE,
            more_than_one_day=True,
            kind=Kind.CUMULATIVE,
        )
        return {"people_cumulative": found}

    def gender_role(self, about: Answer) -> Answer:
        chosen = Selection(
            topics=(self.world.topic("gender").pk,),
            positions=(self.world.position("villager").pk,),
            other_positions=True,
        )
        return {"people": self.each(about, Counts.PEOPLE, selection=chosen, least_hours=Decimal(3))}

    # --- Progress ---------------------------------------------------------------------------

    def target_up(self, about: Answer) -> Answer:
        countings = {
            "unique": Counting(Counts.PEOPLE),
            "participations": Counting(Counts.PARTICIPATIONS),
            "completed people": Counting(Counts.PEOPLE, completion=Completion.OWN),
            "completions": Counting(Counts.PARTICIPATIONS, completion=Completion.OWN),
            "person-days": Counting(Counts.PERSON_DAYS),
            "person_days": Counting(Counts.PERSON_DAYS),
            "person_hours": Counting(Counts.PERSON_HOURS),
        }
        rows = []
        for row in about["rows"]:
            result = self.ask(row["period"], Definition(countings[row["what"]]))
            rows.append({"actual": result.value, **progressed(result, row)})
        return {"rows": rows}

    # --- Savings groups -----------------------------------------------------------------------

    def of_groups(self, names: Sequence[str]) -> Selection:
        return Selection(groups=tuple(str(self.world.groups[name].pk) for name in names))

    def kinds(self, about: Answer) -> Answer:
        group = self.of_groups([about["group"]])
        flow, balance = Counting(Counts.SAVED, group), Counting(Counts.SAVINGS, group)
        wanted = {
            "not_cumulative": Definition(Counting()),
            "cumulative": Definition(Counting(), kind=Kind.CUMULATIVE),
            "running_total_savings_balance": Definition(balance, kind=Kind.RUNNING),
            "flow_saved": Definition(flow),
            "flow_saved_cumulative": Definition(flow, kind=Kind.CUMULATIVE),
        }
        return {
            name: {
                period: self.ask(days, definition).value
                for period, days in about["periods"].items()
            }
            for name, definition in wanted.items()
        }

    def target_down(self, about: Answer) -> Answer:
        rows = []
        for row in about["rows"]:
            groups = self.of_groups(row["groups"])
            result = self.ask([row["on"], row["on"]], par(30, groups))
            found = {
                "late_over_30_days": result.part,
                "outstanding": result.whole,
                "par30_percent": result.value,
                **progressed(result, row),
            }
            if result.remarks.get(Remark.NOTHING_TO_DIVIDE_BY):
                found["note"] = "no loan outstanding: no value, not 0"
            rows.append(found)
        topic = Selection(topics=(self.world.topic(about["topic_without_records"]).pk,))
        project = self.world.facts["project"]
        nobody = self.ask((project["start"], project["end"]), Definition(Counting(selection=topic)))
        is_none = nobody.value is None and Remark.NO_RECORD in nobody.remarks
        words = "no record matches: no value, not 0"
        return {"rows": rows, "topic_without_records": words if is_none else nobody.value}

    def savings(self, about: Answer) -> Answer:
        found: dict[str, Any] = {
            name: self.of_group(about["period"], [name]) for name in self.world.groups
        }
        together = self.of_group(about["period"], list(self.world.groups))
        rate = Decimal(about["riel_for_a_dollar"])
        groups = self.of_groups(list(self.world.groups))
        in_dollars = Definition(Counting(Counts.SAVED, groups), rate=rate)
        found["both groups"] = {
            **together,
            "saved_in_US_dollars": self.ask(about["period"], in_dollars).value,
        }
        found["share-out"] = self.share_out(about["group"])
        return found

    def of_group(self, period: Sequence[str], names: Sequence[str]) -> Answer:
        groups = self.of_groups(names)
        women = replace(groups, sexes=("female",))
        amounts = {
            "members": Counts.MEMBERS,
            "saved": Counts.SAVED,
            "withdrawn": Counts.WITHDRAWN,
            "savings_balance": Counts.SAVINGS,
            "lent": Counts.LENT,
            "repaid": Counts.REPAID,
            "shared_out": Counts.SHARED_OUT,
            "interest_received": Counts.INTEREST,
            "fines_received": Counts.FINES,
            "loans_outstanding": Counts.OUTSTANDING,
            "cash_in_box": Counts.CASH,
        }
        ratios = {
            "women_percent": ratio(Counts.MEMBERS, Counts.MEMBERS, women, groups),
            "par_percent": par(0, groups),
            "par30_percent": par(30, groups),
            "use_of_loan_fund_percent": ratio(Counts.OUTSTANDING, Counts.LOAN_FUND, groups),
            "attendance_percent": ratio(Counts.ATTENDED, Counts.LISTED, groups),
            "average_saving_of_a_member": replace(
                ratio(Counts.SAVINGS, Counts.MEMBERS, groups), form=Form.AVERAGE
            ),
        }
        wanted = {name: Definition(Counting(counts, groups)) for name, counts in amounts.items()}
        wanted["women"] = Definition(Counting(Counts.MEMBERS, women))
        return {name: self.ask(period, each).value for name, each in (wanted | ratios).items()}

    def share_out(self, name: str) -> Answer:
        """What the closing of the group says, and the figures of its cycle."""
        group = self.world.groups[name]
        closing = group.closings.get()
        names = {pk: name for name, pk in self._persons()}
        results = closing.results.select_related("member__person").order_by("member__number")
        by_person = {names[each.member.person_id]: each for each in results}
        [about] = [each for each in self.world.facts["groups"] if each["id"] == name]
        price = about["share_price"]
        first, last = day(about["meetings"][0]["on"]), day(about["meetings"][-1]["on"])
        figures = figures_of([group], GroupPeriod(last, first))[group.pk].figures
        savings = figures["savings_total"].value
        profit, days = figures["net_profit"].value, (last - first).days
        assert savings is not None
        assert profit is not None
        shares = savings // price
        return {
            "shares": {each: int(row.savings // price) for each, row in by_person.items()},
            "total_shares": shares,
            "profit": profit,
            "savings_before": savings,
            "pool": sum(row.entitlement for row in by_person.values()),
            "payouts": {each: row.payout for each, row in by_person.items()},
            "value_of_a_share": rounded(Fraction(savings + profit, shares), 2),
            "return_on_savings_percent": figures["return_on_savings"].value,
            "days_first_to_last_meeting": days,
            "return_on_savings_a_year_percent": percent(profit * 365, savings * days),
        }

    def _persons(self) -> list[tuple[str, Any]]:
        joined = {each["lose"] for each in self.world.facts["corrections"] if "lose" in each}
        people = self.world.people.items()
        return [(name, person.pk) for name, person in people if name not in joined]

    # --- Cascades ---------------------------------------------------------------------------

    def cascade(self, about: Answer) -> Answer:
        programme = self.world.programmes[about["curriculum"]]
        Programme.objects.filter(pk=programme.pk).update(activation_days=about["window_days"])
        programme.refresh_from_db()
        as_of = day(about["as_of"])
        scope = Scope(programme, as_of)
        names = {pk: name for name, pk in self._persons()}
        trained = {
            each.person_id: each.distinct for each in reach_of_all_trainers(programme, as_of=as_of)
        }
        graduates = sorted(names[each.person_id] for each in scope.of_tier(1).graduates())
        reach_by = {name: trained.get(self.world.people[name].pk, 0) for name in graduates}
        activated = self.of_cascade(about, "activation", tier=1)
        contacts, distinct = (
            self.of_cascade(about, name, tier=2) for name in ("contacts", "reach")
        )
        project = self.world.facts["project"]
        reached = self.ask(
            (project["start"], about["as_of"]), Definition(Counting(selection=ANY_KIND))
        )
        return {
            "graduates": graduates,
            "second_tier_distinct": distinct.value,
            "second_tier_contacts": contacts.value,
            "duplication_factor": self.of_cascade(about, "duplication", tier=2).value,
            "shared_by_two_deliveries": self._shared_by_deliveries(scope),
            "first_reach_by_delivery": self._first_reach(scope),
            "reach_by_trainer": reach_by,
            "sum_of_reach_by_trainer": sum(reach_by.values()),
            "whole_cascade_distinct": self.of_cascade(about, "reach").value,
            "reached_through_lineage": self._through_lineage(scope, graduates),
            "deliveries_without_a_qualified_trainer": self._unqualified(scope),
            "multiplier": self.of_cascade(about, "direct_multiplier", tier=1).value,
            "activation": self._share_in_words(activated),
            "activation_percent": activated.value,
            "reached_by_name_or_head_count": {
                "named_unique": reached.value,
                "unnamed": reached.unnamed,
                "at_least": reached.at_least,
                "at_most": reached.at_most,
            },
        }

    def of_cascade(self, about: Answer, name: str, tier: int | None = None) -> Result:
        programme = str(self.world.programmes[about["curriculum"]].pk)
        chosen = Selection(programme=programme, tier=tier)
        counting = Counting(Counts.FIGURE, chosen, app="cascades", figure=name)
        return self.ask((about["as_of"], about["as_of"]), Definition(counting))

    @staticmethod
    def _share_in_words(result: Result) -> str:
        return f"{result.part} of {result.whole}"

    def _below(self, scope: Scope) -> list[Graduate]:
        return list(scope.graduates().filter(tier_number__gt=1))

    def _shared_by_deliveries(self, scope: Scope) -> int:
        times_reached = Counter(each.person_id for each in self._below(scope))
        return sum(1 for times in times_reached.values() if times > 1)

    def _first_reach(self, scope: Scope) -> dict[str, int]:
        """Of the second tier: whoever completed it counts where they did first."""
        names = {training.pk: name for name, training in self.world.trainings.items()}
        first: dict[Any, Any] = {}
        below = self._below(scope)
        for each in sorted(below, key=lambda each: (each.ends_on, each.starts_on)):
            first.setdefault(each.person_id, names[each.training_id])
        found = dict.fromkeys((names[each.training_id] for each in below), 0)
        return found | Counter(first.values())

    def _through_lineage(self, scope: Scope, graduates: Sequence[str]) -> int:
        """Different people who completed, and who trained or were trained by a graduate."""
        people = {self.world.people[name].pk for name in graduates}
        ended = {each.person_id: each.ends_on for each in scope.of_tier(1).graduates()}
        led = {
            each.delivery_id
            for each in scope.turns()
            if each.person_id in people and ended[each.person_id] <= each.starts_on
        }
        return len(
            people | {each.person_id for each in scope.graduates() if each.delivery_id in led}
        )

    def _unqualified(self, scope: Scope) -> list[str]:
        names = {training.pk: name for name, training in self.world.trainings.items()}
        found = {pk for pk, _has_lead, is_unqualified in led_by(scope) if is_unqualified}
        return sorted(names[each.training_id] for each in scope.deliveries() if each.pk in found)

    # --- Breakdowns -------------------------------------------------------------------------

    def by(self, about: Answer) -> Answer:
        names = about["dimensions"]
        result = self.broken_down(about["period"], Counting(Counts.PEOPLE), names)
        found: dict[str, Any] = {
            "cells": {" / ".join(cell): n for cell, n in self.named(names, result.cells).items()},
            "total": result.value,
        }
        for name in names:
            margin = self.named([name], result.margin(DIMENSIONS[name]))
            found[f"margin {name}"] = {cell[0]: number for cell, number in margin.items()}
        return found

    def broken_down(
        self, period: Sequence[str], counting: Counting, names: Sequence[str]
    ) -> Result:
        bands = ((0, 34), (35, None)) if "under 35" in names else tuple(self.world.bands)
        dimensions = tuple(DIMENSIONS[name] for name in names)
        return self.ask(period, Definition(counting, dimensions=dimensions, bands=bands))

    # --- Small cells --------------------------------------------------------------------------

    def suppress_one_way(self, about: Answer) -> Answer:
        """A sensitive training is shown by no topic; here its own stands for that."""
        definition = Definition(Counting(Counts.PARTICIPATIONS), dimensions=(Dimension.TOPIC,))
        found = self.ask(about["period"], definition).cells
        cells = {(self._topic(cell[0]),): int(number) for cell, number in found.items()}
        tables = Tables(*with_margins(cells, [[key for (key,) in cells]]), about["threshold"])
        size, ways = least(tables, lambda left_out: is_safe(tables, left_out))
        chosen = hidden(tables) - tables.primary
        return {
            "true_cells_for_the_tester": words_of(tables.cells),
            "must_be_hidden": sorted(words_of(tables.primary)),
            "least_number_of_further_cells": size,
            "any_one_of": in_order(words_of(cell for way in ways for cell in way)),
            "preferred_the_smallest": " + ".join(sorted(words_of(chosen))) or None,
        }

    def _topic(self, key: str) -> str:
        if key == SENSITIVE:
            [about] = {
                each["topic"] for each in self.world.facts["trainings"] if each.get("sensitive")
            }
            return str(about)
        names = {str(topic.pk): name for name, topic in self.world.topics.items()}
        return names.get(key, key)

    def suppress_two_ways(self, about: Answer) -> Answer:
        names = about["dimensions"]
        result = self.broken_down(about["period"], Counting(), names)
        cells = {cell: int(n) for cell, n in self.named(names, result.cells).items()}
        lines = [sorted({cell[place] for cell in cells}) for place in range(len(names))]
        tables = Tables(*with_margins(cells, lines), about["threshold"])
        chosen = hidden(tables) - tables.primary
        one = least(tables, lambda left_out: is_safe(tables, left_out))
        two = least(tables, with_two_words(tables))
        return {
            "true_cells_for_the_tester": words_of(tables.cells),
            "must_be_hidden": sorted(words_of(tables.primary)),
            "one word for all that is hidden": {
                **ways_in_words(*one),
                "preferred_least_people_hidden": sorted(words_of(chosen)),
            },
            "two words": {
                **ways_in_words(*two),
                "preferred_least_people_hidden": sorted(words_of(fewest_people(tables, two[1]))),
            },
        }

    def suppress_versions(self, about: Answer) -> Answer:
        first, second = about["first"], about["second"]
        small = {name for name, number in second.items() if 0 < number < about["threshold"]}
        names = list(first)
        sets = [
            names_of for size in range(len(names) + 1) for names_of in combinations(names, size)
        ]
        found: dict[str, Any] = {
            "small_in_the_second": sorted(small),
            "totals_shown": [sum(first.values()), sum(second.values())],
        }
        for words, known in KNOWN_OF_VERSIONS.items():
            found[words] = {
                ", ".join(hides) or "nothing": self._known_of_versions(about, hides, *known)
                for hides in sets
            }
        return found

    @staticmethod
    def _known_of_versions(
        about: Answer, hides: Sequence[str], two_words: bool, change_is_printed: bool
    ) -> Any:
        """What somebody with both versions works out, who knows that nobody was taken out."""
        versions = {"first": about["first"], "second": about["second"]}
        small = {
            (version, name)
            for version, cells in versions.items()
            for name, number in cells.items()
            if 0 < number < about["threshold"]
        }
        left_out = small | {("first", about["hidden_too_in_the_first"])}
        left_out |= {("second", name) for name in hides}
        cells = {(v, name): number for v, of in versions.items() for name, number in of.items()}
        equations = [{key: 1 for key in left_out if key[0] == version} for version in versions]
        lows = {
            key: about["threshold"] if two_words and key not in small else 1 for key in left_out
        }
        highs = dict.fromkeys(small, about["threshold"] - 1) if two_words else {}
        for name in about["first"]:
            change = ("change", name)
            cells[change] = about["second"][name] - about["first"][name]
            if not change_is_printed:
                lows[change] = 0
            whole = {("second", name): 1, ("first", name): -1, change: -1}
            equations.append({key: sign for key, sign in whole.items() if key in lows})
        found = worked_out(cells, equations, lows, highs)
        return sorted(" ".join(key) for key in found if key in left_out) or "safe"

    def named(self, names: Sequence[str], cells: Mapping[Cell, Any]) -> dict[Cell, Any]:
        """Cells by the words of the file."""
        found: dict[Cell, Any] = {}
        for cell, number in cells.items():
            key = tuple(self._word(*pair) for pair in zip(names, cell, strict=True))
            found[key] = found.get(key, 0) + number
        return found

    def _word(self, name: str, value: str) -> str:
        match name:
            case "sex":
                return {sex.value: word for word, sex in SEXES.items()}[value]
            case "age":
                return f"{value[:-1]}+" if value[0].isdigit() and value[-1] == "-" else value
            case "under 35":
                return {"0-34": "under 35", "35-": "35 and over"}.get(value, value)
            case "role" | "position":
                words = {str(each.pk): word for word, each in self.world.positions.items()}
                word = words.get(value, value)
                is_role = name == "role" and word not in ("villager", "not stated")
                return "institution" if is_role else word
        return value


def ratio(
    part: Counts, whole: Counts, of_part: Selection, of_whole: Selection | None = None
) -> Definition:
    whole_counting = Counting(whole, of_whole or of_part)
    return Definition(Counting(part, of_part), whole_counting, form=Form.PERCENT)


def par(days: int, groups: Selection) -> Definition:
    """Portfolio at risk: lower is better."""
    late = Counts.LATE_30 if days else Counts.LATE
    return replace(ratio(late, Counts.OUTSTANDING, groups), direction=Direction.DOWN)


def choices(of: Collection[Cell], size: int) -> list[frozenset[Cell]]:
    return [frozenset(way) for way in combinations(sorted(of), size)]


def least(
    tables: Tables[Cell], is_safe: Callable[[frozenset[Cell]], bool]
) -> tuple[int, list[frozenset[Cell]]]:
    """How many cells must be hidden besides the small ones, and all ways of doing so."""
    others = [key for key, number in tables.cells.items() if number and key not in tables.primary]
    for size in range(len(others) + 1):
        ways = [way for way in choices(others, size) if is_safe(tables.primary | way)]
        if ways:
            return size, ways
    raise AssertionError


def with_two_words(tables: Tables[Cell]) -> Callable[[frozenset[Cell]], bool]:
    """A reader who is told which of the hidden cells are small."""

    def is_safe(left_out: frozenset[Cell]) -> bool:
        small = tables.primary
        lows = {key: 1 if key in small else tables.threshold for key in left_out}
        highs = dict.fromkeys(small, tables.threshold - 1)
        return not worked_out(tables.cells, equations_of(tables.sums, left_out), lows, highs)

    return is_safe


KNOWN_OF_VERSIONS = {
    "one word: what a reader of both works out if the second hides": (False, False),
    "two words: the same": (True, False),
    "one word, the change of every cell printed: the same": (False, True),
}


def words_of(cells: Any) -> Any:
    """Cells by the words of the file: their values where they have some."""
    if isinstance(cells, Mapping):
        return {" / ".join(cell): number for cell, number in cells.items()}
    return [" / ".join(cell) for cell in cells]


def in_order(words: Sequence[str]) -> list[str]:
    """By their letters, the total last, as the file lists them."""
    return sorted(set(words), key=lambda word: (word == "total", word))


def ways_in_words(size: int, ways: Sequence[frozenset[Cell]]) -> dict[str, Any]:
    return {
        "least_number_of_further_cells": size,
        "sets_of_that_size_that_protect": len(ways),
        "all_of_them": sorted(sorted(words_of(way)) for way in ways),
    }


def fewest_people(tables: Tables[Cell], ways: Sequence[frozenset[Cell]]) -> frozenset[Cell]:
    return min(ways, key=lambda way: sum(tables.cells[cell] for cell in way))


DIMENSIONS = {
    "sex": Dimension.SEX,
    "age": Dimension.AGE,
    "under 35": Dimension.AGE,
    "disability": Dimension.DISABILITY,
    "commune": Dimension.COMMUNE,
    "role": Dimension.POSITION,
    "position": Dimension.POSITION,
    "kind": Dimension.KIND,
    "topic": Dimension.TOPIC,
}


def progressed(result: Result, row: Answer) -> Answer:
    """The percentages of a row of progress, as the file writes them."""
    found = progress(result.exact, target=row["target"], baseline=row["baseline"])
    of_change: Any = found.of_planned_change
    if found.no_change_planned:
        of_change = "no change planned"
    return {"percent_of_target": found.of_target, "percent_of_planned_change": of_change}


KINDS: dict[str, Callable[[Questioner, Answer], Answer]] = {
    "unique": Questioner.unique,
    "participations": Questioner.participations,
    "person-days": Questioner.person_days,
    "calendars": Questioner.calendars,
    "completed": Questioner.completed,
    "whole course": Questioner.whole_course,
    "gender role": Questioner.gender_role,
    "target up": Questioner.target_up,
    "by": Questioner.by,
    "cascade": Questioner.cascade,
    "suppress one way": Questioner.suppress_one_way,
    "suppress two ways": Questioner.suppress_two_ways,
    "suppress versions": Questioner.suppress_versions,
    "kinds": Questioner.kinds,
    "target down": Questioner.target_down,
    "savings and share-out": Questioner.savings,
}


def as_written(found: Any, expected: Any) -> Any:
    """What was found, in the way in which the file writes numbers; only what it asks for."""
    if isinstance(expected, Mapping):
        return {name: as_written(found.get(name), value) for name, value in expected.items()}
    if isinstance(expected, list) and isinstance(found, list):
        return [as_written(*pair) for pair in zip(found, expected, strict=True)]
    if isinstance(expected, str) and isinstance(found, int | Decimal):
        places = len(expected.partition(".")[2])
        return f"{found:.{places}f}" if Decimal(found) == round(Decimal(found), places) else found
    return found
