"""What the database refuses about people, in words."""

from django.utils.translation import gettext_lazy as _

from core import database_messages

database_messages.TRIGGERS |= {
    "consent_stays": _(
        "What somebody said on a day stays. Write down what they say today instead."
    ),
    "consent_of_a_child_has_a_guardian": _(
        "For somebody younger than 18 a parent or guardian agrees. Say who."
    ),
}
