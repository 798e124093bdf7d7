"""The thread beside a report: what is asked, what is answered, and what is settled."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from core.actions.records import action, lock
from core.errors import Refused
from registry.models import User
from reports.figures.standing import is_donor, may_comment
from reports.models import Comment, FormSection, FrozenCell, Indicator, Report
from reports.models.workflow import GIVEN


@action
def comment_on(
    report: Report,
    *,
    text: str,
    section: FormSection | None = None,
    indicator: Indicator | None = None,
    cell: FrozenCell | None = None,
    is_internal: bool = False,
    by: User,
) -> Comment:
    """Say something about a report or one part of it. Raises Refused.

    What is said before the donor has the report stays inside, as does what staff say so of later.
    """
    stored = _open_to(report, by)
    _refuse_elsewhere(stored, section, indicator, cell)
    inside = stored.state not in GIVEN or (is_internal and not is_donor(by, stored))
    return _say(
        stored, text, by, section=section, indicator=indicator, cell=cell, is_internal=inside
    )


@action
def answer_comment(comment: Comment, *, text: str, by: User) -> Comment:
    """Answer a comment, as much inside as it is. Raises Refused."""
    stored = _open_to(comment.report, by)
    if comment.answers_id:
        raise Refused(_("Answer the comment itself."))
    if comment.is_internal and is_donor(by, stored):
        raise Refused(_("Your role may not do this with a report."))
    return _say(stored, text, by, answers=comment, is_internal=comment.is_internal)


@action
def resolve_comment(comment: Comment, *, by: User) -> Comment:
    """Say that a comment is settled. Raises Refused."""
    return _settle(comment, by, True)


@action
def unresolve_comment(comment: Comment, *, by: User) -> Comment:
    """Say that it is not settled after all. Raises Refused."""
    return _settle(comment, by, False)


def _settle(comment: Comment, by: User, is_settled: bool) -> Comment:
    _open_to(comment.report, by)
    stored = lock(comment)
    if stored.answers_id:
        raise Refused(_("Answer the comment itself."))
    if not may_settle(by, stored):
        raise Refused(_("Whoever asked says when it is settled."))
    if is_settled != (stored.resolved_at is not None):
        stored.resolved_at = timezone.now() if is_settled else None
        stored.resolved_by = by if is_settled else None
        stored.version += 1
        stored.save()
    return stored


def may_settle(user: User, comment: Comment) -> bool:
    """The side that asked: the donor, or whoever writes down what a donor without account says."""
    asked_by_donor = comment.created_by is not None and is_donor(comment.created_by, comment.report)
    if asked_by_donor:
        return is_donor(user, comment.report) or (
            user.may("reports.record") and not _has_account(comment)
        )
    return user.may("reports.write")


def _has_account(comment: Comment) -> bool:
    return bool(comment.created_by and comment.created_by.is_active)


def _open_to(report: Report, by: User) -> Report:
    stored = lock(report, Report.objects.select_related("form"))
    if not may_comment(by, stored):
        raise Refused(_("Your role may not do this with a report."))
    return stored


def _refuse_elsewhere(
    report: Report,
    section: FormSection | None,
    indicator: Indicator | None,
    cell: FrozenCell | None,
) -> None:
    """Raise Refused for a part of another report."""
    is_elsewhere = (
        (section and section.form_id != report.form_id)
        or (indicator and indicator.project_id != report.project_id)
        or (cell and cell.line.frozen.report_id != report.pk)
    )
    if is_elsewhere:
        raise Refused(_("This is no part of the report."))


def _say(report: Report, text: str, by: User, **about: object) -> Comment:
    if not text.strip():
        raise Refused(_("Write what you want to say."), field="text")
    said = Comment(
        owner_id=report.owner_id,
        report=report,
        text=text.replace("\r\n", "\n").strip(),
        created_by=by,
        **about,
    )
    said.full_clean(exclude=["owner", "report", "answers", "section", "indicator", "cell"])
    said.save(force_insert=True)
    return said
