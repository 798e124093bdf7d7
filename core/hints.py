"""What somebody should look at again, though it was saved as it was typed."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from khmer.lookalikes import lookalike_letters

# Fields in which a wrong letter means that something is not found again; with the number of a
# line before them on pages of many lines.
NAMES = frozenset(
    {
        "name_km",
        "name_latin",
        "name_en",
        "short_name",
        "also_known_as",
        "title_km",
        "title_en",
        "username",
        "first_name",
        "last_name",
    }
)


def hint_at_lookalikes(request: HttpRequest) -> None:
    """Say that a name holds letters that only look Latin; the letters, never the name."""
    typed = (value for name, value in request.POST.items() if name.rpartition("-")[2] in NAMES)
    if letters := lookalike_letters("".join(map(str, typed))):
        messages.warning(
            request,
            _(
                "It is saved. A name has letters of another alphabet that look like Latin ones: "
                "%(letters)s. If they are not meant, please type it again."
            )
            % {"letters": " ".join(letters)},
        )
