"""The doctor compares the lists by day with the records, and looks at the letters."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.doctor import machine
from core.doctor.findings import Finding, bad, care, good, looks_at
from reports.figures.verification import trainings_listed_wrongly
from reports.models import Letter


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


def letters() -> Iterator[Finding]:
    """What became of letters about reports; the doctor says it under "Mail"."""
    given_up = Letter.objects.filter(state=Letter.State.FAILED).count()
    stuck = Letter.objects.filter(state=Letter.State.WAITING, attempts__gt=0).count()
    to_do = _("Look at the letters in the administration: they say what went wrong.")
    if given_up:
        words = ngettext(
            "%(number)s letter about a report never arrived.",
            "%(number)s letters about reports never arrived.",
            given_up,
        )
        yield bad(words % {"number": given_up}, to_do)
    if stuck:
        words = ngettext(
            "The mail server did not take %(number)s letter yet; it is tried again.",
            "The mail server did not take %(number)s letters yet; they are tried again.",
            stuck,
        )
        yield care(words % {"number": stuck}, to_do)


machine.OUTBOXES.append(letters)
