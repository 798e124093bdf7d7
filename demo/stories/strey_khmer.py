"""Women in Leadership, Battambang, 19 and 20 February 2011.

Source: Strey Khmer's own report of the training. It states thirty women, two days, three
discussion groups in each session, and three changes. It names no participant and no daily
attendance, so there is a head count, and the person-days are "up to". The women were to train
groups of women; whom they trained is not told, so what follows is not known, which is not 0.
"""

from __future__ import annotations

from datetime import date

from cascades.actions.delivering import attach_training
from cascades.actions.designing import add_iteration, add_tier, start_programme
from demo.organisations import Cast
from registry.models import Place, Project, User
from registry.models.people import Sex
from trainings.actions.attending import set_discussion_groups
from trainings.actions.closing import close_training
from trainings.actions.curricula import add_curriculum
from trainings.actions.enrolling import set_head_counts
from trainings.actions.outcomes import record_change
from trainings.actions.planning import add_session, plan_training
from trainings.models import AgeBandScheme, ChangeFound, Goal, Topic, Training

SOURCE = "Strey Khmer: Women in Leadership, Battambang Training (2011)"
FIRST, LAST = date(2011, 2, 19), date(2011, 2, 20)

CHANGES = [
    (
        "Women came forward as advocates: they say what they think, ask questions and take part "
        "in politics, and they see that other women must be trained to lead.",
        "ស្ត្រីហ៊ានបញ្ចេញមតិ ហ៊ានសួរសំណួរ និងចូលរួមក្នុងនយោបាយ ហើយយល់ឃើញថាត្រូវបណ្តុះបណ្តាលស្ត្រីដទៃទៀតឱ្យក្លាយជាអ្នកដឹកនាំ។",
    ),
    (
        "They set themselves the aim of being among the next leaders.",
        "ពួកគាត់បានកំណត់គោលដៅក្លាយជាអ្នកដឹកនាំជំនាន់ក្រោយ។",
    ),
    (
        "Women act on behalf of other women and look for a place in social work.",
        "ស្ត្រីធ្វើការដើម្បីស្ត្រីដទៃ និងស្វែងរកឱកាសក្នុងការងារសង្គម។",
    ),
]


def tell(*, cast: Cast, project: Project, by: User) -> Training:
    """Record the training as its report states it, and close it."""
    training = plan_training(
        owner=cast.strey_khmer,
        kind=Training.Kind.TRAINING_OF_TRAINERS,
        title_km="ស្ត្រីក្នុងភាពជាអ្នកដឹកនាំ ខេត្តបាត់ដំបង",
        title_en="Women in Leadership, Battambang",
        starts_on=FIRST,
        ends_on=LAST,
        place=Place.objects.get(code="020308"),
        expected_people=30,
        age_bands=AgeBandScheme.objects.get(is_default=True),
        projects=[project],
        topics=Topic.objects.filter(
            name_en__in=["Women in leadership", "Women's rights", "Gender"]
        ),
        goals=Goal.objects.filter(family="MDG", number=3),
        description_en=(
            "Young women and women councillors of communes and the province were prepared to "
            "train informal and formal groups of women. The report names no participant."
        ),
        description_km=(
            "ស្ត្រីវ័យក្មេង និងក្រុមប្រឹក្សាឃុំ/សង្កាត់ និងខេត្តដែលជាស្ត្រី "
            "បានរៀបចំខ្លួនដើម្បីបណ្តុះបណ្តាលក្រុមស្ត្រីដទៃ។ របាយការណ៍មិនបានរាយឈ្មោះអ្នកចូលរួមទេ។"
        ),
        source=SOURCE,
        by=by,
    )
    _record_sessions(training, by)
    set_head_counts(training, counts={(Sex.FEMALE, None): 30}, by=by)
    for english, khmer in CHANGES:
        record_change(
            training,
            statement_en=english,
            statement_km=khmer,
            subject=ChangeFound.Subject.PEOPLE,
            observed_by="Strey Khmer",
            observed_on=LAST,
            by=by,
        )
    training = close_training(training, accept_findings=True, by=by)
    _begin_cascade(training, cast, project, by)
    return training


def _begin_cascade(training: Training, cast: Cast, project: Project, by: User) -> None:
    """A programme of one tier, whose graduates train others whom nobody records."""
    names = {"name_km": "ស្ត្រីក្នុងភាពជាអ្នកដឹកនាំ", "name_en": "Women in Leadership"}
    curriculum = add_curriculum(owner=cast.strey_khmer, by=by, **names)
    programme = start_programme(
        owner=cast.strey_khmer, curriculum=curriculum, source=SOURCE, by=by, **names
    )
    iteration = add_iteration(
        programme=programme,
        name_km="បាត់ដំបង ២០១១",
        name_en="Battambang 2011",
        starts_on=FIRST,
        ends_on=LAST,
        projects=[project],
        places=[Place.objects.get(code="02")],
        source=SOURCE,
        by=by,
    )
    tier = add_tier(
        iteration=iteration,
        name_km="វគ្គបណ្តុះបណ្តាលគ្រូបង្គោល",
        name_en="Training of trainers",
        audience_km="ស្ត្រីវ័យក្មេង និងក្រុមប្រឹក្សាជាស្ត្រី",
        audience_en="Young women and women councillors",
        planned_people=30,
        sessions=2,
        trains_on=True,
        by=by,
    )
    attach_training(tier, training=training, by=by)


def _record_sessions(training: Training, by: User) -> None:
    """One session a day, without hours; each with three groups, whose topics are not stated."""
    notes = "The sangkat chief welcomed the participants and spoke in their support."
    for day, note in [(FIRST, notes), (LAST, "")]:
        session = add_session(training, held_on=day, notes=note, by=by)
        set_discussion_groups(session, groups=[("", "")] * 3, members={}, by=by)
