"""Civic Champions, and one provincial training of trainers of its round of 2020.

Source: WaterSHED, 2020. It states that officials of two ministries revised the curriculum after
the master training in February and ran a series of three sessions for provincial trainers, with
WaterSHED advising. It states no numbers for this round: participants, dates within the year and
scores are demonstration data.
"""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal

from cascades.actions.delivering import attach_training
from cascades.models import Programme, Tier
from demo.events import attend, enrol, score
from demo.organisations import Cast
from demo.people import make_people
from demo.stories import civic_champions_rounds as rounds
from registry.models import Place, Position, Project, User
from trainings.actions.closing import close_training
from trainings.actions.outcomes import record_change
from trainings.actions.planning import add_part, add_session, plan_training
from trainings.models import (
    AgeBandScheme,
    ChangeFound,
    Curriculum,
    CurriculumVersion,
    Enrolment,
    Goal,
    Part,
    Session,
    Topic,
    Training,
)

SOURCE = "WaterSHED: From NGO-led to Government-led (2020)"
DAYS = [
    (date(2020, 7, 14), "ស្វែងយល់", "Discover"),
    (date(2020, 9, 15), "អភិវឌ្ឍ", "Develop"),
    (date(2020, 11, 17), "អនុវត្ត", "Deliver"),
]


def tell(*, cast: Cast, project: Project, by: User) -> Programme:
    """Record the programme's published rounds, and the delivery with made-up officials of
    Battambang province.
    """
    revised = _curriculum(cast, by)
    programme = rounds.tell(cast=cast, curriculum=revised.curriculum, project=project, by=by)
    training = _deliver(cast, revised, project, by)
    tier = Tier.objects.get(iteration__programme=programme, iteration__number=5, number=2)
    attach_training(tier, training=training, by=by)
    return programme


def _deliver(cast: Cast, version: CurriculumVersion, project: Project, by: User) -> Training:
    chance = random.Random(2020)  # noqa: S311 — made-up people, not secrets.
    training = plan_training(
        owner=cast.watershed,
        kind=Training.Kind.TRAINING_OF_TRAINERS,
        title_km="អ្នកដឹកនាំមូលដ្ឋាន៖ វគ្គបណ្តុះបណ្តាលគ្រូបង្គោលថ្នាក់ខេត្ត",
        title_en="Civic Champions: provincial training of trainers",
        starts_on=DAYS[0][0],
        ends_on=DAYS[-1][0],
        place=Place.objects.get(code="02"),
        age_bands=AgeBandScheme.objects.get(is_default=True),
        projects=[project],
        topics=Topic.objects.filter(
            name_en__in=["Local governance", "Training skills", "Water, sanitation and hygiene"]
        ),
        goals=Goal.objects.filter(family="SDG", number=6),
        curriculum_version=version,
        rule_percent=80,
        rule_score=Decimal(10),
        test_maximum=Decimal(20),
        source=SOURCE,
        is_demo=True,
        by=by,
    )
    for organisation, kind in [
        (cast.interior, Part.Kind.FACILITATOR),
        (cast.rural_development, Part.Kind.FACILITATOR),
        (cast.watershed, Part.Kind.ADVISER),
    ]:
        add_part(training, organisation=organisation, kind=kind, by=by)
    sessions = [
        add_session(training, held_on=day, title_km=km, title_en=en, hours=Decimal(6), by=by)
        for day, km, en in DAYS
    ]
    _fill(training, sessions, cast, chance, by)
    return close_training(training, accept_findings=True, by=by)


def _curriculum(cast: Cast, by: User) -> CurriculumVersion:
    """The version that the ministries made of the one used for the master training."""
    curriculum = Curriculum.objects.create(
        owner=cast.watershed,
        name_km="អ្នកដឹកនាំមូលដ្ឋាន",
        name_en="Civic Champions",
        created_by=by,
    )
    first, revised = (
        CurriculumVersion.objects.create(
            owner=cast.watershed,
            curriculum=curriculum,
            label=label,
            label_km=label_km,
            what_changed=what,
            created_by=by,
        )
        for label, label_km, what in [
            ("2020, master training", "២០២០ វគ្គបណ្តុះបណ្តាលគ្រូបង្គោល", ""),
            (
                "2020, provincial training",
                "២០២០ វគ្គបណ្តុះបណ្តាលថ្នាក់ខេត្ត",
                "Edited and completed by both ministries after the master training.",
            ),
        ]
    )
    first.written_by.add(cast.watershed)
    revised.written_by.add(cast.interior, cast.rural_development)
    revised.comes_from.add(first)
    return revised


def _fill(
    training: Training, sessions: list[Session], cast: Cast, chance: random.Random, by: User
) -> None:
    districts = list(Place.objects.filter(province="02", level=Place.Level.DISTRICT))
    official = Position.objects.get(code="official")
    people = make_people(
        26,
        owner=cast.watershed,
        places=districts,
        women=0.35,
        chance=chance,
        by=by,
        born=(1962, 1995),
    )
    trainers, learners = people[:2], people[2:]
    for trainer, ministry in zip(trainers, [cast.interior, cast.rural_development], strict=True):
        enrol(
            training,
            trainer,
            by,
            role=Enrolment.Role.LEAD_TRAINER,
            position=official,
            on_behalf_of=ministry,
        )
    for learner in learners:
        ministry = chance.choice([cast.interior, cast.rural_development])
        enrol(training, learner, by, position=official, on_behalf_of=ministry)
    for session in sessions:
        attend(session, chance, by, absent=0.08)
    score(training, chance, by)
    record_change(
        training,
        statement_en="Officials of the two ministries in one province began to plan together.",
        statement_km="មន្ត្រីនៃក្រសួងទាំងពីរក្នុងខេត្តតែមួយ បានចាប់ផ្តើមរៀបចំផែនការរួមគ្នា។",
        subject=ChangeFound.Subject.INSTITUTION,
        observed_by="WaterSHED",
        observed_on=DAYS[-1][0],
        by=by,
    )
