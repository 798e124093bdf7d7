"""What a file about a past iteration means here: places, organisations, people, deliveries.

What is clear is matched by itself and shown; what is not becomes a question, and a person
answers. Nothing is written: `Matching.as_past` is what cascades.actions.importing takes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from cascades.actions.importing import (
    NewOrganisation,
    Past,
    PastDelivery,
    PastTurn,
    recorded_in,
)
from cascades.imports.people import People, PersonEntry, still_open
from cascades.imports.reading import HEADS, ParticipantLine, PastFile, Problem, SaidDelivery
from cascades.models import Iteration, Tier
from khmer.normal import search_key
from registry.imports.cells import Organisations, Places
from registry.models import Organisation, Place
from registry.search.finding import find_places
from trainings.models import CurriculumVersion, Enrolment

# The answer “leave it out”.
NOTHING = "none"
PLACES_PROPOSED = 5


@dataclass
class Question:
    """A place or organisation whose words are not clear, with what was answered.

    `proposals` are values and words of what may be meant; `error` says what is wrong in the
    answer.
    """

    name: str
    text: str
    where: str
    proposals: list[tuple[str, str]] = field(default_factory=list)
    answer: str = ""
    typed: str = ""
    error: str = ""
    is_open: bool = True
    means: Any = None

    @property
    def typed_name(self) -> str:
        """The name of the field for another one, in words."""
        return f"{self.name}-typed"


@dataclass
class MatchedLine:
    """A line with the person it means, and what their organisation is here."""

    line: ParticipantLine
    entry: PersonEntry
    on_behalf_of: Organisation | NewOrganisation | None

    @property
    def role(self) -> str:
        """The role, in words."""
        return str(Enrolment.Role(self.line.role).label)

    @property
    def key(self) -> object:
        """The identity: the same for two entries that were said to be one person."""
        return self.entry.found.pk if self.entry.found else self.entry.same_as.number


@dataclass
class MatchedDelivery:
    """A delivery of the file: recorded already, or to be written with these people."""

    said: SaidDelivery
    place: Place | None
    version: CurriculumVersion | None
    recorded: UUID | None
    lines: list[MatchedLine] = field(default_factory=list)


class Matching:
    """A file beside what is recorded, with the answers that were given so far."""

    def __init__(self, iteration: Iteration, file: PastFile, answers: Mapping[str, str]) -> None:
        self.iteration, self.file, self.answers = iteration, file, answers
        self.problems = list(file.problems)
        self.notes: list[Problem] = []
        self.tiers = {tier.number: tier for tier in iteration.tiers.all()}
        self.versions = {
            search_key(name): version
            for version in CurriculumVersion.objects.filter(
                curriculum=iteration.programme.curriculum_id
            )
            for name in (version.label, version.label_km)
            if name
        }
        self.recorded = recorded_in(iteration)
        self.questions: dict[str, Question] = {}
        self._places = Places()
        self._organisations = Organisations()
        self.new_tiers = self._look_at_tiers()
        self.people = People(iteration.owner)
        self.deliveries = self._match()
        self.people.ask(answers)
        for delivery in self.deliveries:
            self._look_at_lines(delivery)

    @property
    def to_write(self) -> list[MatchedDelivery]:
        """The deliveries that are not recorded yet."""
        return [delivery for delivery in self.deliveries if not delivery.recorded]

    @cached_property
    def open_people(self) -> list[PersonEntry]:
        return still_open(self.people)

    @property
    def asked_people(self) -> list[PersonEntry]:
        """Everybody with a question, answered or not."""
        return [entry for entry in self.people if entry.choices]

    @property
    def open(self) -> int:
        """How many questions are not answered yet."""
        return len(self.open_people) + sum(each.is_open for each in self.questions.values())

    @property
    def is_ready(self) -> bool:
        """Whether it can be written as it stands."""
        return not self.problems and not self.open and bool(self.to_write)

    # --- Tiers and deliveries ---

    def _refuse(self, where: str, head: str, message: str) -> None:
        self.problems.append(Problem(where, str(HEADS[head].label), message))

    def _note(self, where: str, head: str, message: str) -> None:
        self.notes.append(Problem(where, str(HEADS[head].label), message))

    def _look_at_tiers(self) -> dict[int, str]:
        """The tiers that the file adds below the last one, with their names."""
        asked: dict[int, str] = {}
        for said in self.file.deliveries.values():
            asked.setdefault(said.tier, said.where)
        last = max(self.tiers, default=0)
        wanted = (set(asked) | set(self.file.tiers)) - set(self.tiers)
        new: dict[int, str] = {}
        for number in range(last + 1, max(wanted, default=0) + 1):
            where = asked.get(number) or next(iter(asked.values()), "")
            if name := self.file.tiers.get(number):
                new[number] = name
            elif number in asked:
                self._refuse(
                    where,
                    "tier_name",
                    _("The iteration has no tier %(number)s yet. Give it a name, to add it.")
                    % {"number": number},
                )
            else:
                self._refuse(
                    where,
                    "tier",
                    _("Tier %(number)s is missing. Tiers follow each other without a gap.")
                    % {"number": number},
                )
        return new

    def _tier(self, number: int) -> Tier:
        """A tier of the iteration; a new one asks what tiers ask by default."""
        return self.tiers.get(number) or Tier(number=number, name_en=self.new_tiers.get(number, ""))

    def _match(self) -> list[MatchedDelivery]:
        by_title: dict[Any, list[ParticipantLine]] = defaultdict(list)
        for line in self.file.lines:
            by_title[line.delivery].append(line)
        return [
            self._matched(said, by_title[key])
            for key, said in self.file.deliveries.items()
            if said.facts.get("starts_on")
        ]

    def _matched(self, said: SaidDelivery, lines: list[ParticipantLine]) -> MatchedDelivery:
        key = (said.tier, said.title.casefold(), said.days[0])
        delivery = MatchedDelivery(said, None, None, self.recorded.get(key))
        if delivery.recorded:
            return delivery
        if text := said.facts.get("held_at"):
            delivery.place = self._place(text, said.where)
        if label := said.facts.get("version"):
            delivery.version = self._version(label, said.where)
        if said.days[0] < self.iteration.starts_on:
            self._note(said.where, "starts_on", _("This is before the iteration begins."))
        if not lines and not self.problems:
            self._refuse(said.where, "delivery", _("The file names nobody in this delivery."))
        for line in lines:
            delivery.lines.append(self._line(line, said))
        return delivery

    def _version(self, label: str, where: str) -> CurriculumVersion | None:
        version = self.versions.get(search_key(label))
        if version is None:
            self._refuse(
                where,
                "version",
                _("The curriculum has no version “%(label)s”. Add it there, or leave this empty.")
                % {"label": label},
            )
        return version

    def _line(self, line: ParticipantLine, said: SaidDelivery) -> MatchedLine:
        details: dict[str, Any] = {"birth_year": line.birth_year}
        if line.age is not None:
            details = {"stated_age": line.age, "age_stated_on": said.days[0]}
        entry = self.people.add(
            line.number,
            line.where,
            name_km=line.name_km,
            name_latin=line.name_latin,
            sex=line.sex,
            place=self._place(line.home, line.where) if line.home else None,
            is_demo=self.iteration.is_demo,
            **details,
        )
        organisation = self._organisation(line) if line.organisation else None
        return MatchedLine(line, entry, organisation)

    # --- Places and organisations ---

    def _place(self, text: str, where: str) -> Place | None:
        """The place that is meant; what is not clear is asked once for the whole file."""
        if place := self._places.get(text):
            return place
        asked = len(self.questions)
        question = self._question("place", text, where)
        if len(self.questions) > asked:
            found = find_places(text, limit=PLACES_PROPOSED)
            question.proposals = [(place.pk, place.chain) for place in found]
            self._answer_place(question)
        meant: Place | None = question.means
        return meant

    def _answer_place(self, question: Question) -> None:
        if question.typed:
            question.means = self._places.get(question.typed)
            question.is_open = question.means is None
            if question.is_open:
                question.error = _("This is not clear either. Write the name or the code.")
        elif question.answer == NOTHING:
            question.is_open = False
        elif question.answer in dict(question.proposals):
            question.means = self._places.get(question.answer)
            question.is_open = False

    def _organisation(self, line: ParticipantLine) -> Organisation | NewOrganisation | None:
        try:
            return self._organisations.get(line.organisation)
        except ValidationError as error:
            question = self._question("organisation", line.organisation, line.where)
            question.error = question.error or " ".join(error.messages)
        if question.is_open:
            self._answer_organisation(question)
        meant: Organisation | NewOrganisation | None = question.means
        return meant

    def _answer_organisation(self, question: Question) -> None:
        if question.typed:
            try:
                question.means = self._organisations.get(question.typed)
                question.is_open = False
            except ValidationError as error:
                question.error = " ".join(error.messages)
        elif question.answer == NOTHING:
            question.is_open = False
        elif question.answer in Organisation.Kind.values:
            question.means = NewOrganisation(question.text, question.answer)
            question.is_open = False

    def _question(self, kind: str, text: str, where: str) -> Question:
        """The question about these words, with the answer as it was sent."""
        key = f"{kind} {search_key(text) or text}"
        if key not in self.questions:
            # By its words, not by its turn: a question that has answered itself since the page was
            # shown must not hand its answer to the next one.
            name = f"{kind}-{sha256(key.encode()).hexdigest()[:16]}"
            typed = self.answers.get(f"{name}-typed", "").strip()[:300].replace("\0", "")
            self.questions[key] = Question(
                name, text, where, answer=self.answers.get(name, ""), typed=typed
            )
        return self.questions[key]

    @property
    def place_questions(self) -> list[Question]:
        return [each for key, each in self.questions.items() if key.startswith("place ")]

    @property
    def organisation_questions(self) -> list[Question]:
        return [each for key, each in self.questions.items() if key.startswith("organisation ")]

    # --- The people of one delivery ---

    def _look_at_lines(self, delivery: MatchedDelivery) -> None:
        """One person has one line in a delivery; what contradicts it or the rule is said."""
        seen: dict[object, MatchedLine] = {}
        for each in delivery.lines:
            first = seen.setdefault(each.key, each)
            if first is not each:
                self._look_at_second(first, each)
            self._look_at_scores(delivery, each.line)

    def _look_at_second(self, first: MatchedLine, second: MatchedLine) -> None:
        where = {"row": first.line.where}
        for name in ("role", "completed", "before", "after"):
            one, other = getattr(first.line, name), getattr(second.line, name)
            if one != other and None not in (one, other):
                message = _(
                    "This person stands in this delivery in %(row)s too, and it says otherwise."
                )
                self._refuse(second.line.where, name, message % where)
                return
        message = _("This person stands in this delivery in %(row)s too. They are entered once.")
        self._note(second.line.where, "name_latin", message % where)

    def _look_at_scores(self, delivery: MatchedDelivery, line: ParticipantLine) -> None:
        tier = self._tier(delivery.said.tier)
        best = delivery.said.facts.get("test_maximum") or tier.test_maximum
        for name in ("before", "after"):
            points: Decimal | None = getattr(line, name)
            if points is None:
                continue
            if best is None:
                self._refuse(line.where, name, _("First say what the best possible score is."))
            elif points > best:
                self._refuse(
                    line.where,
                    name,
                    _("Points lie between 0 and %(maximum)s.")
                    % {"maximum": f"{best.normalize():f}"},
                )
        if line.role == Enrolment.Role.LEARNER:
            self._look_at_rule(tier, line)
        elif line.completed is not None:
            self._note(line.where, "completed", _("Only learners complete; this is left out."))

    def _look_at_rule(self, tier: Tier, line: ParticipantLine) -> None:
        """Say where the tier's rule will not say what the file says."""
        if tier.rule_score is None or line.completed is None:
            return
        has_score = line.after is not None and line.after >= tier.rule_score
        asks_presence = tier.rule_percent is not None or tier.rule_all_sessions
        by_rule = has_score and (line.completed or not asks_presence)
        if by_rule != line.completed:
            self._note(
                line.where,
                "completed",
                _(
                    "The tier asks for %(score)s points in the final test. By its rule this "
                    "person has completed: %(answer)s."
                )
                % {
                    "score": f"{tier.rule_score.normalize():f}",
                    "answer": _("yes") if by_rule else _("no"),
                },
            )

    # --- What the action takes ---

    def as_past(self, source: str) -> Past:
        """Everything that is not recorded yet."""
        return Past(
            source=source,
            tiers=self.new_tiers,
            people=self.people.as_past(),
            deliveries=[self._past_delivery(delivery) for delivery in self.to_write],
        )

    def _past_delivery(self, delivery: MatchedDelivery) -> PastDelivery:
        lines: dict[object, list[MatchedLine]] = defaultdict(list)
        for each in delivery.lines:
            lines[each.key].append(each)
        tier = self._tier(delivery.said.tier)
        return PastDelivery(
            tier=delivery.said.tier,
            title=delivery.said.title,
            days=_days_of(delivery.said, tier),
            place=delivery.place,
            version=delivery.version,
            test_maximum=delivery.said.facts.get("test_maximum"),
            turns=[_turn(rows) for rows in lines.values()],
        )


def _days_of(said: SaidDelivery, tier: Tier) -> list[date]:
    """The days of its sessions, as far as the file knows them: the first and the last one.

    Where the tier has as many sessions as there are days, each day is one.
    """
    first, last = said.days[0], said.days[-1]
    span = (last - first).days + 1
    if span == tier.sessions:
        return [first + timedelta(days=n) for n in range(span)]
    return said.days


def _turn(rows: list[MatchedLine]) -> PastTurn:
    """One person in one delivery; what one row leaves open, another says."""

    def said(name: str) -> Any:
        values = (getattr(each.line, name) for each in rows)
        return next((value for value in values if value is not None), None)

    sent_by = (each.on_behalf_of for each in rows if each.on_behalf_of)
    is_learner = rows[0].line.role == Enrolment.Role.LEARNER
    return PastTurn(
        person=rows[0].entry.same_as.number,
        role=rows[0].line.role,
        on_behalf_of=next(sent_by, None),
        completed=said("completed") if is_learner else None,
        before=said("before"),
        after=said("after"),
    )
