"""The sections that figures of a cascade stand in, and how their people are counted."""

from django.utils.translation import gettext_lazy as _

REACH = _("Reach and coverage")
TRAINING_ON = _("From trained to training")
QUALITY = _("Quality")
HANDOVER = _("Handover")
PROGRESS = _("Progress")

# How people are counted.
DISTINCT = _("distinct people; does not add up over places, tiers or trainers")
FIRST_REACH = _("each person once, where they first completed; adds up")
HIGHEST = _("each person once, at the highest tier that they completed; adds up over tiers")
CONTACTS = _("completions; a person counts each time they completed")
