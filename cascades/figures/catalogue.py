"""All figures of a cascade, in the order of the page."""

from cascades.figures.coverage.covered_places import (
    coverage,
    people_in_no_unit,
    places_reached,
    saturated_places,
    touched_places,
)
from cascades.figures.funnel.activating import activation, active_now, lag
from cascades.figures.funnel.completing import (
    completion,
    completion_of_registered,
    completion_of_the_same_delivery,
)
from cascades.figures.funnel.steps import ATTRITION
from cascades.figures.plan.growth import (
    groups_of_plan,
    growth,
    pace,
    people_of_plan,
    places_of_plan,
)
from cascades.figures.quality.adherence import fidelity, observation_coverage
from cascades.figures.quality.leading import (
    lead_ownership,
    ownership,
    unknown_affiliation,
    unqualified_rate,
)
from cascades.figures.quality.learning_gains import dilution, normalised_gain
from cascades.figures.reach.figures import (
    contacts,
    duplication,
    first_reach,
    reach,
    reach_at_least,
    reach_at_most,
    reach_by_highest_tier,
)
from cascades.figures.reach.multiplying import (
    cumulative_multiplier,
    delivered_next,
    direct_multiplier,
    per_active_multiplier,
)
from core.figures.definitions import register

FIGURES = register(
    # Reach and coverage
    reach,
    contacts,
    duplication,
    reach_at_least,
    reach_at_most,
    first_reach,
    reach_by_highest_tier,
    coverage,
    places_reached,
    touched_places,
    saturated_places,
    people_in_no_unit,
    # From trained to training
    direct_multiplier,
    per_active_multiplier,
    delivered_next,
    cumulative_multiplier,
    activation,
    active_now,
    lag,
    *ATTRITION,
    # Quality
    fidelity,
    observation_coverage,
    dilution,
    normalised_gain,
    unqualified_rate,
    # Handover
    ownership,
    lead_ownership,
    unknown_affiliation,
    # Progress
    completion,
    completion_of_registered,
    completion_of_the_same_delivery,
    people_of_plan,
    groups_of_plan,
    places_of_plan,
    pace,
    growth,
)
