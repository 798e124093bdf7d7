"""The day on which something happened, and the rules of that day; see decision 0029."""

from __future__ import annotations

from django.db.models.functions import Coalesce

# Of postings: the day of their meeting, however late it was booked; of what was taken back, the day
# of that; else the day on which it was booked.
HAPPENED_ON = Coalesce(
    "journal__meeting__held_on", "journal__reverses__book_date", "journal__book_date"
)
# The price of a share by the rules of that day.
SHARE_PRICE = Coalesce(
    "journal__meeting__rules__share_price",
    "journal__reverses__rules__share_price",
    "journal__rules__share_price",
)
