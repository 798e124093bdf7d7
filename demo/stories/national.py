"""A made-up round of Civic Champions in the whole country: demonstration data, all of it.

Its size is the real one: 30 master trainers, ten provincial trainers in each of 25 provinces,
and as many councillors as were elected in 2022 (11,622), in groups of 25 with three sessions.
What happens in it is drawn by chance, so that every figure has something to show:

- leaks: trainers who never train, learners who stop coming, a province whose training of trainers
  was cancelled, one whose trainers all stay inactive, one that is still to come;
- overlaps: councillors who come to a second group, nearly always two trainers;
- trainers who begin late, lead without having completed, while they are still learners, or
  straight from the master training; two entries of one person;
- staff who move from an organisation to a ministry between two deliveries.

The days lie around the day of loading. With fewer places in the list of places it is smaller.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils import timezone

from cascades.actions.designing import add_iteration, add_tier
from cascades.models import (
    CertificationDecision,
    CertificationRule,
    Checklist,
    ChecklistItem,
    Iteration,
    Observation,
    ObservationScore,
    Programme,
    TeachBack,
)
from demo.courses import ROLE, Course, PendingRows
from demo.people import imagine_person, respelt
from demo.stories.civic_champions_rounds import TIERS
from registry.models import Affiliation, Organisation, Person, Place, Position, Project, User
from registry.models.people import Sex
from trainings.actions.curricula import add_version
from trainings.models import AgeBandScheme, CurriculumVersion, HeadCount, Part

MASTERS, PROVINCIAL, GROUP = 30, 10, 25
SEATS, COMMUNES = 11_622, 1_661
# Days from the beginning of the round to the day of loading.
AGO = 620
MOVED = 260  # The day of the round on which staff move to the ministries.
# Mondul Kiri, Ratanak Kiri and Koh Kong.
CANCELLED, STILL_TO_COME, INACTIVE = "11", "16", "09"
ACTIVE = 0.7
COUNCIL_TITLE = ("អ្នកដឹកនាំមូលដ្ឋាន៖ ", "Civic Champions: councillors of ")
PROVINCE_TITLE = ("អ្នកដឹកនាំមូលដ្ឋាន៖ គ្រូបង្គោលខេត្ត", "Civic Champions: trainers of ")
MASTER_TITLE = ("អ្នកដឹកនាំមូលដ្ឋាន៖ គ្រូបង្គោលជាន់ខ្ពស់", "Civic Champions: master training")
# What is looked at when a trainer is observed, in both languages, and its weight.
CHECKLIST = [
    ("ពន្យល់គោលបំណងនៃវគ្គ", "Explains what the session is for", 1),
    ("ធ្វើតាមកម្មវិធីសិក្សា", "Follows the curriculum", 2),
    ("អ្នកចូលរួមនិយាយច្រើនជាងគ្រូ", "Learners speak more than the trainer", 2),
    ("ប្រើឧទាហរណ៍ពីឃុំរបស់អ្នកចូលរួម", "Uses examples from the learners' communes", 1),
    ("ពិនិត្យការងារដែលបានសន្យា", "Looks at the work that was promised", 2),
    ("បញ្ចប់ដោយផែនការសកម្មភាព", "Ends with a plan of action", 3),
]


@dataclass
class Trainer:
    """Somebody who completed, or at least began, a training of trainers.

    They train from the day `ready` on; never, when it is empty. `before` is whom they work for
    until the day of moving, `after` from then on.
    """

    person: Person
    before: Organisation
    after: Organisation
    ready: date | None = None
    completed: bool = False


@dataclass
class Province:
    """What the third tier needs to know of a province."""

    place: Place
    trained_on: date | None = None
    trainers: list[Trainer] = field(default_factory=list)


def tell(
    *,
    programme: Programme,
    project: Project,
    partnership: Organisation,
    ministries: list[Organisation],
    by: User,
) -> Iteration:
    """Make up the whole round; staff move from the partnership to the ministries during it."""
    iteration = _design(programme, project, by)
    _rules(programme, iteration, by)
    story = Story(iteration, partnership, ministries, by)
    story.run()
    return iteration


def _design(programme: Programme, project: Project, by: User) -> Iteration:
    start = timezone.localdate() - timedelta(days=AGO)
    iteration = add_iteration(
        programme=programme,
        name_km="ទូទាំងប្រទេស (សាកល្បង)",
        name_en="Nationwide (demonstration)",
        starts_on=start,
        ends_on=start + timedelta(days=AGO + 150),
        projects=[project],
        notes="Made up for the demonstration. No such round was held.",
        is_demo=True,
        by=by,
    )
    communes = Place.objects.filter(level=Place.Level.COMMUNE).count()
    provinces = Place.objects.filter(level=Place.Level.PROVINCE).count()
    seats = round(SEATS * communes / COMMUNES)
    plans = {
        "master": (MASTERS, 2, 1, 40, None),
        "provincial": (PROVINCIAL * provinces, provinces, provinces, 200, Place.Level.PROVINCE),
        "councillors": (seats, round(seats / GROUP), communes, AGO + 120, Place.Level.COMMUNE),
    }
    for name, (people, groups, places, days, level) in plans.items():
        names, audience, kind, _sessions = TIERS[name]
        add_tier(
            iteration=iteration,
            name_km=names[0],
            name_en=names[1],
            audience_km=audience[0],
            audience_en=audience[1],
            kind=kind,
            sessions=3,
            planned_people=people,
            planned_groups=groups,
            planned_places=places,
            deadline=start + timedelta(days=days),
            place_level=level,
            least_people_per_group=8 if name == "provincial" else 12,
            most_people_per_group=30,
            least_trainers_per_group=2,
            rule_score=Decimal(10) if name == "provincial" else None,
            test_maximum=Decimal(20),
            by=by,
        )
    return iteration


def _rules(programme: Programme, iteration: Iteration, by: User) -> None:
    """Who counts as a trainer: a stricter rule from the second half on, and a checklist."""
    half = iteration.starts_on + timedelta(days=AGO // 2)
    common: dict[str, Any] = {
        "owner": programme.owner,
        "programme": programme,
        "created_by": by,
    }
    rules: list[tuple[int, date, dict[str, Any]]] = [
        (1, iteration.starts_on, {"needs_teach_back": True}),
        (2, iteration.starts_on, {"least_deliveries": 1, "within_months": 12}),
        (
            2,
            half,
            {
                "needs_teach_back": True,
                "least_deliveries": 1,
                "within_months": 12,
                "valid_months": 24,
            },
        ),
    ]
    for tier, since, details in rules:
        CertificationRule.objects.create(tier_number=tier, valid_from=since, **common, **details)
    checklist = Checklist.objects.create(
        name_km="បញ្ជីសង្កេតវគ្គ", name_en="Session checklist", valid_from=iteration.starts_on, **common
    )
    ChecklistItem.objects.bulk_create(
        ChecklistItem(
            owner=programme.owner,
            created_by=by,
            checklist=checklist,
            number=number,
            text_km=khmer,
            text_en=english,
            weight=weight,
        )
        for number, (khmer, english, weight) in enumerate(CHECKLIST, start=1)
    )


class Story:
    """The round as it goes on, tier by tier."""

    def __init__(
        self,
        iteration: Iteration,
        partnership: Organisation,
        ministries: list[Organisation],
        by: User,
    ) -> None:
        self.iteration, self.by = iteration, by
        self.partnership, self.ministries = partnership, ministries
        self.chance = random.Random(1662)  # noqa: S311 — made-up people, not secrets.
        self.rows = PendingRows(owner=iteration.owner, by=by)
        self.today = timezone.localdate()
        self.masters: list[Trainer] = []
        self.tiers = {tier.number: tier for tier in iteration.tiers.all()}
        self.age_bands = AgeBandScheme.objects.get(is_default=True)
        self.positions = Position.objects.in_bulk(field_name="code")

    def run(self) -> None:
        """Hold all three tiers, and write everything."""
        self._hold_master_trainings()
        provinces = self._hold_provincial_trainings()
        for province in provinces:
            self._hold_groups(province)
        self._decide()
        self.rows.write()

    def day(self, number: int) -> date:
        """The day of the round with that number; its first day is 0."""
        return self.iteration.starts_on + timedelta(days=number)

    @cached_property
    def versions(self) -> dict[int, CurriculumVersion]:
        """The curriculum of each tier; 4 is a later one, which no trainer was trained on."""
        curriculum = self.iteration.programme.curriculum
        earlier = list(curriculum.versions.order_by("created_at"))
        made: dict[int, CurriculumVersion] = {}
        editions = [
            (1, "master training", "វគ្គបណ្តុះបណ្តាលគ្រូបង្គោល", "Both earlier versions, merged."),
            (2, "provincial training", "វគ្គថ្នាក់ខេត្ត", "Shorter; cases from provinces."),
            (3, "councillors", "សមាជិកក្រុមប្រឹក្សា", "In the words of councils."),
            (
                *(4, "councillors, second edition", "សមាជិកក្រុមប្រឹក្សា លើកទី២"),
                "A session on budgets.",
            ),
        ]
        for tier, label, label_km, what in editions:
            made[tier] = add_version(
                curriculum=curriculum,
                label=f"Demonstration: {label}",
                label_km=f"សាកល្បង៖ {label_km}",
                what_changed=what,
                written_by=self.ministries,
                comes_from=earlier if tier == 1 else [made[tier - 1]],
                by=self.by,
            )
        return made

    def _plan(
        self,
        number: int,
        *,
        days: Sequence[date],
        place: Place,
        title: tuple[str, str],
        version: CurriculumVersion | None = None,
        expected: int | None = None,
    ) -> Course:
        moved = days[0] >= self.day(MOVED)
        return Course.plan(
            self.rows,
            self.tiers[number],
            days=days,
            place=place,
            version=version or self.versions[number],
            age_bands=self.age_bands,
            parts=[
                (ministry, Part.Kind.FACILITATOR if moved else Part.Kind.HOST)
                for ministry in self.ministries
            ],
            title_km=title[0],
            title_en=title[1],
            expected_people=expected,
        )

    def _for_whom(self, trainer: Trainer, on: date) -> Organisation:
        return trainer.before if on < self.day(MOVED) else trainer.after

    def _trainer(self, place: Place, *, from_organisation: float) -> Trainer:
        """Made up, with an employer; most of those of an organisation move to a ministry."""
        person = imagine_person(
            owner=self.rows.owner,
            place=place,
            women=0.36,
            chance=self.chance,
            by=self.by,
            born=(1965, 1997),
        )
        self.rows.keep([person])
        before = after = self.chance.choice(self.ministries)
        if self.chance.random() < from_organisation:
            before = self.partnership
            after = after if self.chance.random() < 0.75 else before
        self._affiliate(person, before, after)
        return Trainer(person, before, after)

    def _affiliate(self, person: Person, before: Organisation, after: Organisation) -> None:
        moved = self.day(MOVED)
        spells = [(before, self.day(-200), moved - timedelta(days=1)), (after, moved, None)]
        if before == after:
            spells = [(before, self.day(-200), None)]
        for organisation, since, until in spells:
            staff = "ngo-staff" if organisation == self.partnership else "official"
            self.rows.add(
                Affiliation,
                person=person,
                organisation=organisation,
                position=self.positions[staff],
                since=since,
                until=until,
            )

    def _lead(self, course: Course, trainers: Sequence[Trainer]) -> None:
        """Put trainers on the list, the first of them as the lead."""
        for number, trainer in enumerate(trainers):
            course.enrol(
                trainer.person,
                ROLE.CO_TRAINER if number else ROLE.LEAD_TRAINER,
                on_behalf_of=self._for_whom(trainer, course.training.starts_on),
            )

    def _teach_back(self, course: Course, trainers: Sequence[Trainer]) -> None:
        """Most pass on the last day, some a month later, some never."""
        last = course.training.ends_on
        for trainer in trainers:
            drawn = self.chance.random()
            attempts = [(last, True)] if drawn < 0.84 else [(last, False)]
            if 0.84 <= drawn < 0.94:
                attempts.append((last + timedelta(days=30), True))
            for held_on, passed in attempts:
                self.rows.add(
                    TeachBack,
                    delivery=course.delivery,
                    person=trainer.person,
                    held_on=held_on,
                    passed=passed,
                    assessed_by="Master trainers",
                )

    def _observe(self, course: Course, trainer: Trainer, *, yes: float) -> None:
        observation = self.rows.add(
            Observation,
            delivery=course.delivery,
            trainer=trainer.person,
            checklist=self.checklist[0].checklist,
            observed_on=course.sessions[1].held_on,
            observer=self.chance.choice(["District office", "Provincial office", "Programme team"]),
        )
        for item in self.checklist:
            drawn = self.chance.random()
            seen = ObservationScore.YES if drawn < yes else ObservationScore.PARTLY
            if drawn > yes + (1 - yes) * 0.6:
                seen = ObservationScore.NO
            self.rows.add(
                ObservationScore,
                observation=observation,
                checklist=item.checklist,
                item=item,
                score=None if self.chance.random() < 0.06 else seen,
            )

    @cached_property
    def checklist(self) -> list[ChecklistItem]:
        items = ChecklistItem.objects.filter(checklist__programme=self.iteration.programme)
        return list(items.select_related("checklist"))

    # --- The first and the second tier ---------------------------------------------------------

    def _hold_master_trainings(self) -> None:
        """Two rooms of fifteen, led by people who completed nothing that is on record."""
        capital = Place.objects.filter(level=Place.Level.PROVINCE).order_by("code")
        place = capital.filter(code="12").first() or capital[0]
        founders = [self._trainer(place, from_organisation=share) for share in (1, 1, 0)]
        for first in (0, 21):
            course = self._plan(
                1,
                days=[self.day(first + number) for number in range(3)],
                place=place,
                title=MASTER_TITLE,
            )
            self._lead(course, founders if first else founders[:2])
            room = [self._trainer(place, from_organisation=0.3) for _ in range(MASTERS // 2)]
            self._learn(course, room, before=58, after=88)
            for number, master in enumerate(room):
                if master.completed and number % 7:
                    master.ready = self.day(240 if number == 5 else 40)
            self.masters += room

    def _learn(self, course: Course, room: Sequence[Trainer], *, before: int, after: int) -> None:
        """Hold a training of trainers and see who completes it."""
        for trainer in room:
            course.enrol(
                trainer.person,
                position=self.positions["official"],
                on_behalf_of=self._for_whom(trainer, course.training.starts_on),
            )
        course.hold(self.chance, until=self.today)
        course.test(self.chance, before=before, after=after)
        completed = {person.pk for person in course.close()}
        for trainer in room:
            trainer.completed = trainer.person.pk in completed
        self._teach_back(course, [trainer for trainer in room if trainer.completed])

    def _hold_provincial_trainings(self) -> list[Province]:
        """One in each province; one is cancelled, one is to come, two begin half a year late."""
        places = list(Place.objects.filter(level=Place.Level.PROVINCE).order_by("code"))
        self.chance.shuffle(places)
        provinces = []
        for number, place in enumerate(places):
            first = self.day(45 + 5 * number + (200 if number >= 23 else 0))
            if place.code == STILL_TO_COME:
                first = self.today + timedelta(days=18)
            days = [first + timedelta(days=14 * session) for session in range(3)]
            provinces.append(self._hold_provincial_training(Province(place), days, number))
        return provinces

    def _hold_provincial_training(
        self, province: Province, days: Sequence[date], number: int
    ) -> Province:
        place = province.place
        title = (PROVINCE_TITLE[0] + place.name_km, PROVINCE_TITLE[1] + place.name_latin)
        course = self._plan(2, days=days, place=place, title=title)
        able = [each for each in self.masters if each.ready and each.ready <= days[0]]
        led_by = self.chance.sample(able, 3 if number % 4 == 0 else 2)
        self._lead(course, led_by)
        if place.code == CANCELLED:
            course.cancel()
            return province
        room = [self._trainer(place, from_organisation=0.12) for _ in range(PROVINCIAL)]
        if number == 1:  # A master who sits in: one person at two tiers.
            room.append(next(each for each in self.masters if each not in led_by))
        if days[-1] > self.today:
            for trainer in room:
                course.enrol(trainer.person, position=self.positions["official"])
            return province
        self._learn(course, room, before=47, after=75)
        if number % 5 < 2:
            self._observe(course, led_by[0], yes=0.75)
        province.trained_on = days[-1]
        province.trainers = room[:PROVINCIAL]
        self._get_going(province)
        return province

    def _get_going(self, province: Province) -> None:
        """Of those who completed, some train soon, some begin late, and some never do."""
        trained_on = province.trained_on
        assert trained_on
        graduates = [each for each in province.trainers if each.completed]
        for number, trainer in enumerate(graduates):
            if province.place.code == INACTIVE or number >= max(2, round(len(graduates) * ACTIVE)):
                continue
            late = number and self.chance.random() < 0.18
            after = self.chance.randint(200, 320) if late else self.chance.randint(14, 120)
            trainer.ready = trained_on + timedelta(days=after if number else 14)

    # --- The third tier ------------------------------------------------------------------------

    def _hold_groups(self, province: Province) -> None:
        """The groups of a province, one after the other."""
        if not province.trained_on or not any(each.ready for each in province.trainers):
            return
        rooms = list(self._rooms(province.place))
        self.chance.shuffle(rooms)
        first = (province.trained_on - self.iteration.starts_on).days + 25
        last = self.chance.randint(AGO - 130, AGO + 70)
        again: dict[str, list[Person]] = defaultdict(list)
        for number, room in enumerate(rooms):
            start = first + round((last - first) * number / len(rooms)) + self.chance.randint(0, 9)
            if number == 3:  # The trainer's own training of trainers is not over yet.
                start = first - 35
            self._hold_group(province, room, start, number, again)

    def _rooms(self, province: Place) -> Iterator[list[Person]]:
        """The councillors of each district, in rooms of about 25; neighbours sit together."""
        communes = Place.objects.filter(province=province, level=Place.Level.COMMUNE)
        councils: dict[str, list[Person]] = defaultdict(list)
        for commune in communes.order_by("code"):
            for _seat in range(self._seats()):
                councils[str(commune.district_id)].append(
                    imagine_person(
                        owner=self.rows.owner,
                        place=commune,
                        women=0.22,
                        chance=self.chance,
                        by=self.by,
                    )
                )
        for people in councils.values():
            rooms = max(1, round(len(people) / GROUP))
            for number in range(rooms):
                yield people[len(people) * number // rooms : len(people) * (number + 1) // rooms]

    def _seats(self) -> int:
        """Councils have 5 to 11 seats, 7 on average."""
        return self.chance.choices([5, 7, 9, 11], [0.28, 0.5, 0.16, 0.06])[0]

    def _hold_group(
        self,
        province: Province,
        room: list[Person],
        start: int,
        number: int,
        again: dict[str, list[Person]],
    ) -> None:
        host = self.chance.choice(room).place
        assert host
        days = [self.day(start + 21 * session) for session in range(3)]
        course = self._plan(
            3,
            days=days,
            place=host,
            title=(COUNCIL_TITLE[0] + host.name_with_rank, COUNCIL_TITLE[1] + host.name_latin),
            version=self.versions[4 if start > 500 else 3],
            expected=len(room),
        )
        trainers = self._trainers_of(province, days[0], number)
        self._lead(course, trainers)
        if days[0] > self.today + timedelta(days=40):
            return
        self._enrol_councillors(course, room, again)
        if self.chance.random() < 0.02:
            course.cancel()
        elif days[0] <= self.today:
            self._hold_sessions(course, room, trainers, again)

    def _enrol_councillors(
        self, course: Course, room: list[Person], again: dict[str, list[Person]]
    ) -> None:
        """The room, and those of the district who come again or missed an earlier group."""
        others = again[self._district(course)]
        guests = [others.pop() for _ in range(min(len(others), 30 - len(room), 3))]
        for person in self.rows.keep(room) + guests:
            course.enrol(
                person,
                position=self.positions["commune-councillor"],
                is_walk_in=person in guests,
            )

    def _district(self, course: Course) -> str:
        place = course.training.place
        return str(place.district_id) if place else ""

    def _hold_sessions(
        self,
        course: Course,
        room: list[Person],
        trainers: Sequence[Trainer],
        again: dict[str, list[Person]],
    ) -> None:
        away = []
        if self.chance.random() < 0.05:  # One council does not come.
            commune = self.chance.choice(room).place
            away = [person for person in room if person.place == commune]
        course.hold(self.chance, until=self.today, away=away)
        if course.training.ends_on > self.today - timedelta(days=7):
            return
        if self.chance.random() < 0.34:
            course.test(self.chance, before=40, after=64)
        if self.chance.random() < 0.09:
            self._observe(course, trainers[0], yes=0.55)
        if self.chance.random() < 0.03:
            self.rows.add(
                HeadCount,
                training=course.training,
                sex=Sex.NOT_STATED,
                people=self.chance.randint(8, 30),
            )
        completed = {person.pk for person in course.close()}
        for person in room:
            if self.chance.random() < (0.1 if person.pk in completed else 0.3):
                again[self._district(course)].append(self._maybe_respelt(person))

    def _maybe_respelt(self, person: Person) -> Person:
        """Now and then somebody is entered a second time, with the name in another spelling."""
        if self.chance.random() > 0.03:
            return person
        twin = respelt(person, person.name_latin.replace("o", "au").replace("ea", "ie"))
        return self.rows.keep([twin])[0]

    def _trainers_of(self, province: Province, on: date, number: int) -> list[Trainer]:
        """Who leads a group, and who helps: mostly two active trainers of the province."""
        active = [each for each in province.trainers if each.ready and each.ready <= on]
        active = active or [min(province.trainers, key=lambda each: each.ready or date.max)]
        lead = self.chance.choice(active)
        if number == 3:
            lead = province.trainers[0]
        elif number % 23 == 11:  # This one did not complete the training of trainers.
            left_out = [each for each in province.trainers if not each.completed]
            lead = left_out[0] if left_out else self._outsider(province)
        elif number % 29 == 17:
            lead = self._outsider(province)
        elif number % 31 == 19:
            lead = self.chance.choice([each for each in self.masters if each.completed])
        others = [each for each in active if each is not lead]
        helping = self.chance.choices([0, 1, 2], [0.14, 0.72, 0.14])[0]
        return [lead, *self.chance.sample(others, min(helping, len(others)))]

    def _outsider(self, province: Province) -> Trainer:
        """Somebody of whom no training of trainers is on record: a consultant."""
        return self._trainer(province.place, from_organisation=1)

    def _decide(self) -> None:
        """Three decisions against the rule, with their reasons."""
        verdict = CertificationDecision.Verdict
        for number, (decided, reason) in enumerate(
            [
                (verdict.GRANTED, "Trained councils for years before this round."),
                (verdict.GRANTED, "The teach-back was held and not written down."),
                (verdict.WITHHELD, "Sold the participants' materials."),
            ]
        ):
            self.rows.add(
                CertificationDecision,
                programme=self.iteration.programme,
                person=self.masters[number].person,
                tier_number=1,
                verdict=decided,
                reason=reason,
                valid_from=self.day(60),
            )
