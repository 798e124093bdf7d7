"""What was planned: a target for each period of an indicator."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cascades.models.programmes import MOST_TIERS
from core.models.base import tracked
from khmer.dates import short_date
from registry.models import Place
from registry.models.owned import OwnedRecord
from reports.models.definitions import Within
from reports.models.indicators import Indicator


def _of_a_calendar(row: str) -> str:
    """Whether a donor of the project reports on exactly these days, or they are all its days.

    The calendars are that of the project, a year of quarters where it has none, and those of the
    forms of its donors.
    """
    return f"""EXISTS (
        SELECT FROM reports_indicator mine
        JOIN registry_project project ON project.id = mine.project_id
        CROSS JOIN LATERAL (
            SELECT form.first_month, form.length FROM reports_donorform form
            WHERE form.project_id = project.id
            UNION ALL
            SELECT coalesce(max(own.first_month), 1), coalesce(max(own.length), 3)
            FROM reports_calendar own WHERE own.project_id = project.id
        ) AS calendar
        CROSS JOIN LATERAL (VALUES (calendar.length), (12)) AS part (months)
        WHERE mine.id = {row}.indicator_id
          AND ((project.starts_on, project.ends_on) = ({row}.since, {row}.until)
            OR extract(day FROM {row}.since) = 1
              AND (extract(month FROM {row}.since) - calendar.first_month + 12) % part.months = 0
              AND {row}.until + 1 = {row}.since + make_interval(months => part.months))
    )"""  # noqa: S608 — the name of a row.


_CROSS = """
    other.since <= NEW.until AND other.until >= NEW.since
    AND NOT (other.since <= NEW.since AND other.until >= NEW.until)
    AND NOT (other.since >= NEW.since AND other.until <= NEW.until)
""".strip()
# Periods of two calendars may cross: each donor asks in the year of their own.
_OF_CALENDARS = f"{_of_a_calendar('NEW')} AND {_of_a_calendar('other')}"
# A new value of the same days overlaps with nothing that the old one did not.
_STAYS_IN_ITS_PLACE = """
    TG_OP = 'UPDATE'
    AND (OLD.indicator_id, OLD.place_id, OLD.tier, OLD.since, OLD.until)
        IS NOT DISTINCT FROM (NEW.indicator_id, NEW.place_id, NEW.tier, NEW.since, NEW.until)
""".strip()


@tracked
class Target(OwnedRecord):
    """The value that is planned for the days of a period. Its history keeps every earlier one.

    It is of the whole indicator, or of one place or tier of it. A year may have a target beside
    those of its quarters, and a project beside those of its places. Two donors have years that
    cross, as that from October and that from January, and each has a target for theirs. Two that
    overlap in any other way would ask for the same twice, and the database refuses them: the first
    quarter and five weeks from March, or a province and one of its districts in the same days.
    """

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="targets")
    place = models.ForeignKey(
        Place, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("place")
    )
    tier = models.PositiveSmallIntegerField(_("tier"), null=True, blank=True)
    since = models.DateField(_("from"))
    until = models.DateField(_("through"))
    value = models.DecimalField(_("target"), max_digits=16, decimal_places=2)
    reason = models.CharField(_("reason of the last change"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        ordering = ["indicator", "since", "until"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "place", "tier", "since", "until"],
                name="target_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="target_of_a_place_or_a_tier",
                condition=Q(place=None) | Q(tier=None),
                violation_error_message=_("A target is of a place or of a tier, not of both."),
            ),
            models.CheckConstraint(
                name="target_of_a_known_tier",
                condition=Q(tier=None) | Q(tier__gte=1, tier__lte=MOST_TIERS),
                violation_error_message=_("A tier is a number from 1 to 6."),
            ),
            models.CheckConstraint(
                name="target_ends_after_it_starts",
                condition=Q(until__gte=F("since")),
                violation_error_message=_("The period ends before it starts."),
            ),
            models.CheckConstraint(
                name="target_not_below_zero",
                condition=Q(value__gte=0),
                violation_error_message=_("A target is not below zero."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="targets_do_not_overlap",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=f"""
                    IF {_STAYS_IN_ITS_PLACE} THEN RETURN NEW; END IF;
                    IF EXISTS (
                        SELECT FROM reports_target other
                        WHERE other.indicator_id = NEW.indicator_id AND other.id <> NEW.id
                          AND other.place_id IS NOT DISTINCT FROM NEW.place_id
                          AND other.tier IS NOT DISTINCT FROM NEW.tier
                          AND {_CROSS}
                          AND NOT ({_OF_CALENDARS})
                    ) THEN
                        RAISE EXCEPTION 'two targets overlap'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'targets_do_not_overlap';
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608 — the conditions above.
            ),
            pgtrigger.Trigger(
                name="targets_of_places_do_not_overlap",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Q(new__place__isnull=False),
                func=f"""
                    IF {_STAYS_IN_ITS_PLACE} THEN RETURN NEW; END IF;
                    IF EXISTS (
                        SELECT FROM reports_target other
                        JOIN registry_place theirs ON theirs.code = other.place_id
                        JOIN registry_place mine ON mine.code = NEW.place_id
                        WHERE other.indicator_id = NEW.indicator_id AND other.id <> NEW.id
                          AND other.since <= NEW.until AND other.until >= NEW.since
                          AND (mine.code IN (
                                theirs.commune_id, theirs.district_id, theirs.province_id)
                            OR theirs.code IN (
                                mine.commune_id, mine.district_id, mine.province_id))
                          AND NOT ({_CROSS} AND {_OF_CALENDARS})
                    ) THEN
                        RAISE EXCEPTION 'a place and one in it'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'targets_of_places_do_not_overlap';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    @property
    def within(self) -> Within:
        """Of which part of the indicator it is."""
        return Within(self.place_id or "", self.tier)

    def __str__(self) -> str:
        return f"{short_date(self.since)}–{short_date(self.until)}"
