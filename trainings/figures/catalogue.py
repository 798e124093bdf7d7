"""All figures of trainings, for one training or for several together.

The pages show most of them as tables; a report takes each by its name.
"""

from core.figures.definitions import register
from trainings.figures.breakdowns import BY_AGE, BY_ORGANISATION, BY_PLACE, BY_POSITION
from trainings.figures.durations import person_days, person_days_at_most, person_hours
from trainings.figures.evaluating import found_useful
from trainings.figures.following_up import (
    still_do_it_after_3,
    still_do_it_after_6,
    still_do_it_after_12,
)
from trainings.figures.gains import improved, mean_gain, normalised_gain, sat_both_tests
from trainings.figures.progress import can_still_complete, completion
from trainings.figures.quality import (
    AGE_NOT_STATED,
    PLACE_NOT_STATED,
    SEX_NOT_STATED,
    sessions_marked,
)
from trainings.figures.summaries import (
    came_of_listed,
    organisations,
    participants,
    participations,
    unnamed_participants,
    women,
)

FIGURES = register(
    participants,
    women,
    participations,
    unnamed_participants,
    came_of_listed,
    organisations,
    BY_AGE,
    BY_POSITION,
    BY_ORGANISATION,
    BY_PLACE,
    person_days,
    person_days_at_most,
    person_hours,
    completion,
    can_still_complete,
    sat_both_tests,
    mean_gain,
    normalised_gain,
    improved,
    found_useful,
    still_do_it_after_3,
    still_do_it_after_6,
    still_do_it_after_12,
    SEX_NOT_STATED,
    AGE_NOT_STATED,
    PLACE_NOT_STATED,
    sessions_marked,
)
