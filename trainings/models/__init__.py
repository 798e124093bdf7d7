"""Trainings: from the plan to the certificate."""

from trainings.models.attendance import Attendance, DiscussionGroup, Session
from trainings.models.curricula import Curriculum, CurriculumVersion, Goal, Topic
from trainings.models.enrolments import (
    AgeBand,
    AgeBandScheme,
    Enrolment,
    HeadCount,
    IndirectCount,
)
from trainings.models.evaluations import EvaluationCount
from trainings.models.follow_ups import FollowUp, FollowUpAnswer
from trainings.models.outcomes import (
    Certificate,
    ChangeFound,
    Completion,
    Evidence,
    Recognised,
    Score,
)
from trainings.models.trainings import Part, Reopening, Training, TrainingProject

__all__ = [
    "AgeBand",
    "AgeBandScheme",
    "Attendance",
    "Certificate",
    "ChangeFound",
    "Completion",
    "Curriculum",
    "CurriculumVersion",
    "DiscussionGroup",
    "Enrolment",
    "EvaluationCount",
    "Evidence",
    "FollowUp",
    "FollowUpAnswer",
    "Goal",
    "HeadCount",
    "IndirectCount",
    "Part",
    "Recognised",
    "Reopening",
    "Score",
    "Session",
    "Topic",
    "Training",
    "TrainingProject",
]
