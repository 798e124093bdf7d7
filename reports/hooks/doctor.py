"""The doctor compares the lists by day with the records."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.doctor.findings import Finding, bad, good, looks_at
from reports.figures.verification import trainings_listed_wrongly


@looks_at(gettext_lazy("Lists from which indicators are counted"))
def lists() -> Iterator[Finding]:
    number = len(trainings_listed_wrongly())
    if not number:
        yield good(_("They say what the records say."))
        return
    yield bad(
        ngettext(
            "The list of %(number)s training is not what its records say.",
            "The lists of %(number)s trainings are not what their records say.",
            number,
        )
        % {"number": number},
        _("Run bin/manage verify_lists --rebuild, and tell whoever looks after the program."),
    )
