"""The sections that figures of trainings stand in, and how their people are counted."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.figures.outcomes import Outcome, unknown

PARTICIPANTS = gettext_lazy("Participants")
BREAKDOWNS = gettext_lazy("Who they were")
TIME = gettext_lazy("Time")
COMPLETION = gettext_lazy("Completion")
LEARNING = gettext_lazy("Learning")
EVALUATION = gettext_lazy("Evaluation")
FOLLOW_UP = gettext_lazy("Follow-up")
RECORDS = gettext_lazy("Records")

# How people are counted.
DISTINCT = gettext_lazy("distinct people; does not add up over trainings")
CONTACTS = gettext_lazy("participations; a person counts once in each training")


def of_one_only() -> Outcome:
    """What a figure comes to that can only be counted for one training."""
    return unknown(_("This is a figure of one training."))
