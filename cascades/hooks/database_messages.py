"""What the database refuses about cascades, in words."""

from django.utils.translation import gettext_lazy as _

from core import database_messages

database_messages.TRIGGERS |= {
    "typed_link_makes_no_loop": _(
        "This link would make a loop: that delivery came of this one already. Take the link that "
        "says so back first."
    ),
    "programme_keeps_its_curriculum": _(
        "This programme has deliveries of its curriculum, so it keeps it. Enter another "
        "programme for the other curriculum."
    ),
}
