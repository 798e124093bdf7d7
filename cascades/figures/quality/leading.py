"""Lead trainers: had they completed a higher tier, and for whom did they work on that day?"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cascades.figures.lineage.qualified import is_qualified
from cascades.figures.listing import deliveries
from cascades.figures.scope import HELD, Scope
from cascades.figures.sections import HANDOVER, QUALITY
from core.figures.definitions import Behind, Rows, Unit, figure, once_a_scope
from core.figures.outcomes import Outcome, share, unknown
from core.queries import query

LED = query(
    f"""
    WITH lead AS (
        SELECT held.*, e.person_id FROM held
        LEFT JOIN cascades_trained e
          ON e.training_id = held.training_id AND e.role = 'lead trainer'
        WHERE held.tier_number > 1
    ), judged AS (
        SELECT lead.id, lead.starts_on, lead.person_id IS NOT NULL AS has_lead,
               NOT {is_qualified("lead")} AS unqualified
        FROM lead
    )
    SELECT id, bool_or(has_lead), bool_or(unqualified) FROM judged
    GROUP BY id, starts_on ORDER BY starts_on, id
    """,  # noqa: S608 — constants.
    HELD,
)


@once_a_scope
def led_by(scope: Scope) -> list[tuple[UUID, bool, bool]]:
    """Each delivery below the first tier: has it a lead trainer, and is one of them unqualified."""
    return scope.rows(LED)


def _led(scope: Scope) -> list[Behind]:
    lines = [
        (pk, unqualified, unqualified) for pk, has_lead, unqualified in led_by(scope) if has_lead
    ]
    return deliveries(lines, _qualified)


def _qualified(unqualified: bool) -> str:
    if unqualified:
        return _("a lead trainer without completion of a higher tier before it")
    return _("led by graduates of a higher tier")


@figure(
    QUALITY,
    gettext_lazy("Deliveries led by somebody unqualified"),
    Unit.PERCENT,
    definition=gettext_lazy(
        "Deliveries with a lead trainer who had not completed a delivery of a higher tier, over "
        "on or before the first day, of all deliveries with a lead trainer. The first tier is "
        "left out: its trainers are those with whom the cascade begins."
    ),
    behind=_led,
)
def unqualified_rate(scope: Scope) -> Outcome:
    if scope.tier_number == 1:
        return unknown(_("The first tier begins with trainers of whom nothing is asked."))
    found = led_by(scope)
    with_lead = [unqualified for _pk, has_lead, unqualified in found if has_lead]
    without = len(found) - len(with_lead)
    words = ngettext(
        "Of %(number)s more delivery no lead trainer is known.",
        "Of %(number)s more deliveries no lead trainer is known.",
        without,
    )
    remark = words % {"number": f"{without:,}"} if without else ""
    return share(sum(with_lead), len(with_lead), remark)


# A trainer in a session is one trainer-session; in a training without sessions, in the training.
# Who was marked absent is left out. Role and organisation are those of the session, where they
# are not those of the list.
TRAINER_SESSIONS = query(
    """
    WITH turn AS (
        SELECT held.id AS delivery_id, held.starts_on, coalesce(own.role, e.role) AS role,
               o.kind, o.id IS NOT NULL AS is_known
        FROM held
        JOIN trainings_enrolment e ON e.training_id = held.training_id
         AND e.role IN ('lead trainer', 'co-trainer') AND e.person_id IS NOT NULL
        LEFT JOIN trainings_session s ON s.training_id = held.training_id
        LEFT JOIN trainings_attendance a ON a.session_id = s.id AND a.enrolment_id = e.id
        LEFT JOIN cascades_sessionturn own ON own.session_id = s.id AND own.enrolment_id = e.id
        LEFT JOIN registry_organisation o
          ON o.id = CASE WHEN own.id IS NULL THEN e.on_behalf_of_id ELSE own.on_behalf_of_id END
        WHERE (s.id IS NULL OR s.held_on <= %(as_of)s) AND (a.id IS NULL OR a.fraction > 0)
          AND coalesce(own.role, e.role) IN ('lead trainer', 'co-trainer')
    )
    SELECT delivery_id,
           count(*), count(*) FILTER (WHERE is_known),
           count(*) FILTER (WHERE kind IN ('government', 'council')),
           count(*) FILTER (WHERE is_lead), count(*) FILTER (WHERE is_lead AND is_known),
           count(*) FILTER (WHERE is_lead AND kind IN ('government', 'council'))
    FROM (SELECT turn.*, role = 'lead trainer' AS is_lead FROM turn) AS t
    GROUP BY delivery_id, starts_on ORDER BY starts_on, delivery_id
    """,
    HELD,
)


@dataclass(frozen=True)
class Owned:
    """Trainer-sessions: all, those with a known organisation, and those of government staff."""

    all: int = 0
    known: int = 0
    government: int = 0

    def __add__(self, other: Owned) -> Owned:
        return Owned(
            self.all + other.all, self.known + other.known, self.government + other.government
        )

    @property
    def unknown_in_words(self) -> str:
        without = self.all - self.known
        words = ngettext(
            "%(number)s more trainer-session with an organisation that is not known.",
            "%(number)s more trainer-sessions with an organisation that is not known.",
            without,
        )
        return words % {"number": f"{without:,}"} if without else ""


@once_a_scope
def owned_by_delivery(scope: Scope) -> dict[UUID, tuple[Owned, Owned]]:
    """The trainer-sessions of each delivery: of all trainers, and of lead trainers."""
    return {
        pk: (Owned(*numbers[:3]), Owned(*numbers[3:]))
        for pk, *numbers in scope.rows(TRAINER_SESSIONS)
    }


def owned(scope: Scope) -> Owned:
    """The trainer-sessions of a scope."""
    return sum((every for every, _lead in owned_by_delivery(scope).values()), Owned())


def owned_by_leads(scope: Scope) -> Owned:
    """The sessions of lead trainers in a scope."""
    return sum((lead for _every, lead in owned_by_delivery(scope).values()), Owned())


def _handed_over(scope: Scope) -> list[Behind]:
    found = owned_by_delivery(scope).items()
    return deliveries([(pk, every.government, every) for pk, (every, _) in found], _owned)


def _led_by_government(scope: Scope) -> list[Behind]:
    found = owned_by_delivery(scope).items()
    lines = [(pk, lead.government, lead) for pk, (_, lead) in found if lead.all]
    return deliveries(lines, _owned)


def _not_known(scope: Scope) -> list[Behind]:
    found = owned_by_delivery(scope).items()
    return deliveries([(pk, every.all - every.known, every) for pk, (every, _) in found], _owned)


def _owned(found: Owned) -> str:
    words = _("%(government)s of %(known)s trainer-sessions by government staff") % {
        "government": f"{found.government:,}",
        "known": f"{found.known:,}",
    }
    return f"{words}. {found.unknown_in_words}".removesuffix(". ")


@figure(
    HANDOVER,
    gettext_lazy("Trainer-sessions by government staff"),
    Unit.PERCENT,
    definition=gettext_lazy(
        "One trainer in one session is a trainer-session. Those by staff of a ministry, a "
        "department or a council, as on that day, of all by trainers whose organisation is known."
    ),
    behind=_handed_over,
    rows=Rows.PART,
)
def ownership(scope: Scope) -> Outcome:
    found = owned(scope)
    return share(found.government, found.known, found.unknown_in_words)


@figure(
    HANDOVER,
    gettext_lazy("Sessions led by government staff"),
    Unit.PERCENT,
    definition=gettext_lazy("The same, of lead trainers only."),
    behind=_led_by_government,
    rows=Rows.PART,
)
def lead_ownership(scope: Scope) -> Outcome:
    found = owned_by_leads(scope)
    return share(found.government, found.known, found.unknown_in_words)


@figure(
    HANDOVER,
    gettext_lazy("Trainer-sessions with an unknown organisation"),
    Unit.PERCENT,
    definition=gettext_lazy(
        "Trainer-sessions of trainers whose organisation on that day is not known, of all. They "
        "are in neither number of the shares above."
    ),
    behind=_not_known,
    rows=Rows.PART,
)
def unknown_affiliation(scope: Scope) -> Outcome:
    found = owned(scope)
    return share(found.all - found.known, found.all)
