"""What somebody may do with a report now: the one place that decides it, for actions and pages."""

from __future__ import annotations

from registry.models import User
from reports.models import Report
from reports.models.workflow import GIVEN, MOVES, Verb


def may_take(user: User, report: Report, verb: Verb) -> bool:
    """Whether a user may take a step with a report that they found by `readable_by`."""
    move = MOVES[verb]
    if report.state not in move.sources:
        return False
    if move.permission != "reports.review":
        return user.may(move.permission) and not _is_second_person_missing(user, report, verb)
    return is_donor(user, report) or user.may("reports.record")


def steps_open_to(user: User, report: Report) -> list[Verb]:
    """The steps that the page of a report offers."""
    return [verb for verb in MOVES if may_take(user, report, verb)]


def is_donor(user: User, report: Report) -> bool:
    """Whether somebody speaks for the donor; whoever else has read their letter acts for them."""
    return user.may("reports.review") and user.organisation_id == report.form.donor_id


def may_write(user: User, report: Report) -> bool:
    return report.is_writable and user.may("reports.write")


def may_comment(user: User, report: Report) -> bool:
    """Staff from the beginning; the donor on what they were given."""
    return user.may("reports.write") or (is_donor(user, report) and report.state in GIVEN)


def must_be_somebody_else(user: User, report: Report) -> bool:
    """Whether this user may not submit only because they sent the report to check themselves."""
    can = user.may(MOVES[Verb.SUBMIT].permission)
    return can and _is_second_person_missing(user, report, Verb.SUBMIT)


def _is_second_person_missing(user: User, report: Report, verb: Verb) -> bool:
    if verb != Verb.SUBMIT or not report.form.second_person:
        return False
    sent = report.steps.filter(verb=Verb.CHECK).order_by("number").last()
    return sent is None or sent.created_by_id == user.pk
