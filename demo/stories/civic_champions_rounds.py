"""The rounds of Civic Champions as they were published, each number with its source.

Sources that disagree stand side by side. How many trainers there were, and who of them trained
whom, was not published; and of the round that government leads since 2020 no number was found
at all. So these iterations have tiers and published figures, and no made-up deliveries.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cascades.actions.designing import (
    add_iteration,
    add_published_figure,
    add_tier,
    start_programme,
)
from cascades.models import Iteration, Programme, PublishedFigure
from demo.organisations import Cast
from registry.models import Project, User
from trainings.models import Curriculum, Training

MEASURE = PublishedFigure.Measure
KIND = Training.Kind

# The two decks are alike but for one participant; which of them says which was not kept.
DECKS = "WaterSHED: slide decks on Civic Champions (sambuz.com, documents 625817 and 625818)"
FUTURES = (
    "WaterSHED: Fostering Local Leadership, WASH Futures, March 2018 (watershedasia.org/?p=14861)"
)
EVALUATION = "WaterSHED: Civic Champions Scale-Up Evaluation (watershedasia.org)"
PILOT = "WaterSHED: Civic Champions pilot (watershedasia.org/?p=11041)"
COST = "WaterSHED: Civic Champions Hybrid 2018-19 Cost-Efficiency Analysis (watershedasia.org)"
NEWSLETTER = "WaterSHED: newsletter 97938de2c7"
STORY = "WaterSHED: From NGO-led to Government-led (2020)"

Figures = list[tuple[str, str, str, str]]


@dataclass(frozen=True)
class Round:
    """An iteration, its tiers from the first, and what was published: measure, value, source."""

    name_km: str
    name_en: str
    starts_on: date
    ends_on: date | None
    tiers: tuple[str, ...]
    published: Figures
    notes: str
    source: str


def _size(districts: int, communes: int, participants: int) -> Figures:
    """A line of the table in the two decks."""
    return [
        (MEASURE.DISTRICTS, str(districts), DECKS, ""),
        (MEASURE.COMMUNES, str(communes), DECKS, ""),
        (MEASURE.PARTICIPANTS, str(participants), DECKS, ""),
    ]


ROUNDS = [
    Round(
        "សាកល្បង",
        "Pilot",
        date(2013, 10, 1),
        date(2014, 9, 30),
        ("councillors",),
        [
            *_size(2, 22, 54),
            (MEASURE.CYCLES, "4", DECKS, ""),
            (
                MEASURE.SALES_GROWTH,
                "400",
                PILOT,
                "As claimed; with whom it compares is not stated.",
            ),
        ],
        "Consultants and WaterSHED trained the councillors themselves.",
        DECKS,
    ),
    Round(
        "ពង្រីក",
        "Scale-up",
        date(2015, 7, 1),
        date(2016, 6, 30),
        ("provincial", "councillors"),
        [
            (MEASURE.DISTRICTS, "16", DECKS, ""),
            (MEASURE.COMMUNES, "105", DECKS, ""),
            (MEASURE.PARTICIPANTS, "203", DECKS, "One of the two decks."),
            (MEASURE.PARTICIPANTS, "204", DECKS, "The other deck."),
            (MEASURE.PARTICIPANTS, "205", FUTURES, ""),
            (MEASURE.SHARE_OF_ELIGIBLE, "19", FUTURES, ""),
            (MEASURE.HOUSEHOLDS, "15320", FUTURES, "In nine months."),
            (MEASURE.COVERAGE_POINTS, "6.9", FUTURES, ""),
            (MEASURE.COST_PER_TOILET, "14.60", FUTURES, ""),
            (MEASURE.UPTAKE_ABOVE_OTHERS, "104", FUTURES, "Six months after the end."),
            (MEASURE.HOUSEHOLDS, "15077", EVALUATION, "In ten months."),
            (MEASURE.COVERAGE_POINTS, "7.5", EVALUATION, "In ten months."),
        ],
        "The first round in which trainers trained trainers. How many, was not published.",
        DECKS,
    ),
    Round(
        "ស្រាល",
        "Light",
        date(2017, 1, 1),
        date(2017, 6, 30),
        ("provincial", "councillors"),
        _size(30, 204, 375),
        "",
        DECKS,
    ),
    Round(
        "ចម្រុះ",
        "Hybrid",
        date(2018, 7, 1),
        date(2019, 6, 30),
        ("provincial", "councillors"),
        [
            *_size(18, 143, 263),
            (MEASURE.PROVINCES, "7", COST, ""),
            (MEASURE.COST_PER_TOILET, "23.23", NEWSLETTER, "For a latrine."),
        ],
        "",
        DECKS,
    ),
    Round(
        "ដឹកនាំដោយរាជរដ្ឋាភិបាល",
        "Government-led",
        date(2020, 2, 1),
        None,
        ("master", "provincial", "councillors"),
        [],
        "Officials of two ministries are the master trainers; WaterSHED advises. No number of "
        "participants was published, so none stands here.",
        STORY,
    ),
]
# Name and audience of each kind of tier, in both languages; kind of training, and sessions.
TIERS = {
    "master": (
        ("វគ្គបណ្តុះបណ្តាលគ្រូបង្គោលជាន់ខ្ពស់", "Master training of trainers"),
        ("មន្ត្រីក្រសួងទាំងពីរ", "Officials of the two ministries"),
        KIND.TRAINING_OF_TRAINERS,
        1,
    ),
    "provincial": (
        ("វគ្គបណ្តុះបណ្តាលគ្រូបង្គោលថ្នាក់ខេត្ត", "Provincial training of trainers"),
        ("មន្ត្រីខេត្ត និងស្រុក", "Officials of provinces and districts"),
        KIND.TRAINING_OF_TRAINERS,
        3,
    ),
    "councillors": (
        ("វគ្គសម្រាប់ក្រុមប្រឹក្សាឃុំ", "Course for commune councillors"),
        ("សមាជិកក្រុមប្រឹក្សាឃុំ/សង្កាត់", "Commune councillors"),
        KIND.TRAINING,
        3,
    ),
}


def tell(*, cast: Cast, curriculum: Curriculum, project: Project, by: User) -> Programme:
    """Record the programme with its five rounds as far as they were published."""
    programme = start_programme(
        owner=cast.watershed,
        curriculum=curriculum,
        name_km="អ្នកដឹកនាំមូលដ្ឋាន",
        name_en="Civic Champions",
        description_en=(
            "Master trainers train provincial trainers, who train commune councillors. Each "
            "level is led through the same curriculum."
        ),
        description_km=(
            "គ្រូបង្គោលជាន់ខ្ពស់បណ្តុះបណ្តាលគ្រូបង្គោលថ្នាក់ខេត្ត "
            "ហើយគ្រូបង្គោលថ្នាក់ខេត្តបណ្តុះបណ្តាលក្រុមប្រឹក្សាឃុំ។ កម្រិតនីមួយៗរៀនកម្មវិធីសិក្សាដដែល។"
        ),
        source=STORY,
        by=by,
    )
    for each in ROUNDS:
        _record(each, programme, project, by)
    return programme


def _record(each: Round, programme: Programme, project: Project, by: User) -> Iteration:
    iteration = add_iteration(
        programme=programme,
        name_km=each.name_km,
        name_en=each.name_en,
        starts_on=each.starts_on,
        ends_on=each.ends_on,
        projects=[project],
        notes=each.notes,
        source=each.source,
        by=by,
    )
    for name in each.tiers:
        names, audience, kind, sessions = TIERS[name]
        add_tier(
            iteration=iteration,
            name_km=names[0],
            name_en=names[1],
            audience_km=audience[0],
            audience_en=audience[1],
            kind=kind,
            sessions=sessions,
            by=by,
        )
    for measure, value, source, note in each.published:
        add_published_figure(
            iteration=iteration,
            measure=measure,
            value=Decimal(value),
            source=source,
            notes=note,
            published_on=date(2018, 3, 1) if source == FUTURES else None,
            by=by,
        )
    return iteration
