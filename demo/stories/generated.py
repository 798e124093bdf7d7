"""Two made-up years of a field office, so that lists and charts have something to show.

Everything here is demonstration data. The days lie around the day of loading.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from demo.events import attend, enrol, score
from demo.organisations import Cast
from demo.people import make_people
from demo.stories import afterwards
from registry.models import Person, Place, Position, Project, User
from registry.models.people import Sex
from trainings.actions.closing import close_training
from trainings.actions.enrolling import set_head_counts
from trainings.actions.planning import plan_training
from trainings.models import AgeBand, AgeBandScheme, Enrolment, Topic, Training

KIND = Training.Kind
# Since when the sign-in sheets have boxes to tick.
WITH_BOXES = timedelta(days=270)
# As many as the savings groups of the demonstration have members.
ADULTS = 180
# Kind, title in both languages, topic, days, learners, and days from the day of loading.
EVENTS = [
    (KIND.TRAINING, "ការកត់ត្រាបញ្ជីសម្រាប់ក្រុម", "Bookkeeping for groups", "Bookkeeping", 2, 24, -640),
    (KIND.AWARENESS, "អនាម័យក្នុងគ្រួសារ", "Hygiene at home", "Water, sanitation and hygiene", 1, 18, -590),
    (KIND.TRAINING, "ភាពជាអ្នកដឹកនាំរបស់ស្ត្រី", "Women in leadership", "Women in leadership", 3, 28, -520),
    (KIND.WORKSHOP, "ផែនការប្រចាំឆ្នាំ", "Planning the year", "Local governance", 1, 16, -470),
    (KIND.TRAINING_OF_TRAINERS, "ជំនាញបង្រៀនសម្រាប់ស្ត្រី", "Training skills for women", "Training skills", 3, 20, -430),
    (KIND.TRAINING, "សិទ្ធិស្ត្រី", "Women's rights", "Women's rights", 2, 30, -380),
    (KIND.REFRESHER, "ការកត់ត្រាបញ្ជី៖ វគ្គរំលឹក", "Bookkeeping: refresher", "Bookkeeping", 1, 22, -330),
    (KIND.AWARENESS, "អំពើហិង្សាក្នុងគ្រួសារ", "Domestic violence and the law", "Domestic violence", 1, 14, -290),
    (KIND.TRAINING, "ការសន្សំ និងការខ្ចី", "Saving and lending", "Saving and lending", 2, 26, -250),
    (KIND.COACHING, "ដំណើរទស្សនកិច្ចបង្ហាត់បង្រៀន", "Coaching visit", "Saving and lending", 1, 9, -200),
    (KIND.TRAINING, "ការដាំបន្លែ", "Growing vegetables", "Agriculture", 2, 25, -160),
    (KIND.EXCHANGE, "ទស្សនកិច្ចផ្លាស់ប្តូរបទពិសោធន៍", "Exchange visit between groups", "Saving and lending", 1, 20, -120),
    (KIND.TRAINING, "អាហារូបត្ថម្ភកុមារ", "Feeding young children", "Health and nutrition", 2, 23, -75),
    (KIND.TRAINING, "ការចាប់ផ្តើមមុខរបរ", "Starting a small business", "Starting a business", 3, 21, -40),
    (KIND.TRAINING, "អភិបាលកិច្ចឃុំ", "Governance in the commune", "Local governance", 2, 27, -9),
    (KIND.TRAINING, "ភាពជាអ្នកដឹកនាំ៖ យុវនារី", "Leadership for young women", "Women in leadership", 2, 24, 0),
    (KIND.WORKSHOP, "ការដោះស្រាយវិវាទ", "Settling disputes", "Gender", 1, 0, 12),
    (KIND.TRAINING_OF_TRAINERS, "គ្រូបង្គោលភូមិ", "Village trainers", "Training skills", 3, 0, 26),
]  # fmt: skip


def tell(*, cast: Cast, project: Project, by: User) -> list[Person]:
    """Make the events in the order of their days, with people who come again.

    Returns the older of these people, who may be members of a savings group as well.
    """
    chance = random.Random(34)  # noqa: S311 — made-up people, not secrets.
    villages = list(
        Place.objects.filter(district="0209", level=Place.Level.VILLAGE).order_by("code")[:18]
    )
    older = make_people(
        ADULTS,
        owner=cast.kcda,
        places=villages,
        women=0.8,
        chance=chance,
        by=by,
        born=(1950, 1993),
    )
    young = make_people(
        30, owner=cast.kcda, places=villages, women=0.72, chance=chance, by=by, born=(1996, 2008)
    )
    people = [*older, *young]
    positions = list(Position.objects.exclude(code__in=["official", "villager"]))
    for event in EVENTS:
        _hold(event, cast, project, people, positions, villages, chance, by)
    return older


def _hold(
    event: tuple[Any, ...],
    cast: Cast,
    project: Project,
    people: list[Person],
    positions: list[Position],
    villages: list[Place],
    chance: random.Random,
    by: User,
) -> None:
    kind, title_km, title_en, topic, days, learners, offset = event
    start = timezone.localdate() + timedelta(days=offset)
    training = plan_training(
        owner=cast.kcda,
        kind=kind,
        title_km=title_km,
        title_en=title_en,
        starts_on=start,
        ends_on=start + timedelta(days=days - 1),
        place=chance.choice(villages),
        expected_people=learners or 25,
        age_bands=AgeBandScheme.objects.get(is_default=True),
        projects=[project],
        topics=Topic.objects.filter(name_en=topic),
        hours_a_day=Decimal(6),
        rule_percent=75 if kind in Training.COUNTS_AS_TRAINED else None,
        test_maximum=Decimal(20) if days > 1 else None,
        is_demo=True,
        by=by,
    )
    _fill(training, people, positions, learners, chance, by)
    # Chances of their own, so that the people and days of the others stay as they are.
    _say_afterwards(training, random.Random(-offset), by)  # noqa: S311 — made-up answers.
    if training.ends_on < timezone.localdate() - timedelta(days=20):
        close_training(training, accept_findings=True, by=by)


def _say_afterwards(training: Training, chance: random.Random, by: User) -> None:
    """What those who came said at the end and later, and what they agreed to on the sheet."""
    if training.ends_on >= timezone.localdate() or training.kind not in Training.COUNTS_AS_TRAINED:
        return
    afterwards.evaluate(training, chance=chance, by=by)
    afterwards.follow_up(training, chance=chance, by=by)
    if training.ends_on > timezone.localdate() - WITH_BOXES:
        afterwards.agree(training, chance=chance, by=by)
        afterwards.picture(training, by=by)


def _fill(
    training: Training,
    people: list[Person],
    positions: list[Position],
    learners: int,
    chance: random.Random,
    by: User,
) -> None:
    if not learners:
        return
    chosen = chance.sample(people, learners + 1)
    enrol(training, chosen[0], by, role=Enrolment.Role.LEAD_TRAINER)
    for person in chosen[1:]:
        enrol(training, person, by, position=chance.choice([*positions, None]))
    if training.kind == KIND.AWARENESS:
        band = training.age_bands.bands.order_by("from_age")[3]
        counts: dict[tuple[str, AgeBand | None], int] = {
            (Sex.FEMALE, band): 11,
            (Sex.MALE, band): 5,
            (Sex.NOT_STATED, None): 4,
        }
        set_head_counts(training, counts=counts, by=by)
    over: date = min(training.ends_on, timezone.localdate() - timedelta(days=1))
    for session in training.sessions.filter(held_on__lte=over):
        attend(session, chance, by)
    if training.test_maximum and training.ends_on < timezone.localdate():
        score(training, chance, by)
