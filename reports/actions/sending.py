"""Bringing a report from one state to the next, and freezing it when it is sent."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from config.backups import version as version_of_program
from core.actions.records import action, lock
from core.errors import Conflict, Refused
from registry.models import User
from reports.actions.letters import announce_step
from reports.figures.checks import checks_of
from reports.figures.differences import Differing, Moved, differences_in
from reports.figures.drafts import Draft, draft_of
from reports.figures.frozen_reports import checksum, given_with, newest_version
from reports.figures.standing import is_donor, may_take, must_be_somebody_else
from reports.models import (
    Basis,
    FrozenCell,
    FrozenChange,
    FrozenReport,
    FrozenRow,
    Presence,
    Report,
    Step,
)
from reports.models.workflow import MOVES, State, Verb

# Without what looks like another sign, so that it can be typed from paper.
SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 6
AT_ONCE = 2_000


@action
def open_report(report: Report, *, version: int, by: User) -> Report:
    """Begin to write a planned report. Raises Refused or Conflict, as all steps do."""
    return _take(report, Verb.OPEN, version, by)


def open_due_reports(today: date) -> int:
    """Open every planned report whose period has begun. By nobody: it is the plan that does it."""
    due = Report.objects.filter(state=State.PLANNED, since__lte=today).order_by("pk")
    opened = 0
    for report in due:
        with transaction.atomic():
            locked = due.select_for_update(skip_locked=True, of=("self",)).filter(pk=report.pk)
            for stored in locked.select_related("form"):
                _step(stored, Verb.OPEN, None)
                opened += 1
    return opened


@action
def send_to_check(report: Report, *, version: int, by: User) -> Report:
    """Hand a report to whoever submits it. From then on what it says stays."""
    return _take(report, Verb.CHECK, version, by)


@action
def take_back_from_check(report: Report, *, version: int, reason: str, by: User) -> Report:
    """Open a report again before the donor has it, with a reason."""
    return _take(report, Verb.TAKE_BACK, version, by, reason=reason)


@action
def submit_report(
    report: Report, *, version: int, accept_findings: bool = False, by: User
) -> FrozenReport:
    """Count everything once more, write it down for good, and give it to the donor.

    What hinders must be put right first; what is only to be known can be accepted, if the user
    says so. Raises Refused.
    """
    stored = _ready(report, Verb.SUBMIT, version, by)
    draft = draft_of(stored, given=given_with(stored))
    findings = checks_of(stored, draft)
    if any(each.hinders for each in findings):
        raise Refused(_("The list below must be put right before the report can be submitted."))
    if findings and not accept_findings:
        raise Refused(
            _("Please confirm that you have read the list below."), field="accept_findings"
        )
    return _send(stored, draft, Verb.SUBMIT, by)


@action
def restate_report(report: Report, *, version: int, reason: str, by: User) -> FrozenReport:
    """Give the donor a new version of what they have, with a reason. The old one stays."""
    stored = _ready(report, Verb.RESTATE, version, by, reason=reason)
    draft = draft_of(stored, given=given_with(stored))
    return _send(stored, draft, Verb.RESTATE, by, reason=reason.strip())


@action
def return_report(report: Report, *, version: int, reason: str, by: User) -> Report:
    """The donor gives a report back, to be corrected; its version stays as it was sent."""
    return _take(report, Verb.RETURN, version, by, reason=reason)


@action
def accept_report(report: Report, *, version: int, reason: str = "", by: User) -> Report:
    """The donor accepts a report, once every comment is settled where they want that."""
    stored = _ready(report, Verb.ACCEPT, version, by, reason=reason)
    open_ones = stored.comments.filter(answers=None, resolved_at=None, is_internal=False)
    if stored.form.resolved_before_accepting and open_ones.exists():
        raise Refused(_("Some comments are still open. They are settled before accepting."))
    return _step(stored, Verb.ACCEPT, by, reason=reason.strip())


@action
def revoke_acceptance(report: Report, *, version: int, reason: str, by: User) -> Report:
    """The donor takes back that they accepted a report."""
    return _take(report, Verb.REVOKE, version, by, reason=reason)


def _take(report: Report, verb: Verb, version: int, by: User, reason: str = "") -> Report:
    return _step(_ready(report, verb, version, by, reason=reason), verb, by, reason=reason.strip())


def _ready(report: Report, verb: Verb, version: int, by: User, reason: str = "") -> Report:
    """The report, locked, when this step may be taken by this user from the page they saw."""
    among = Report.objects.select_related("form__project", "form__donor", "project", "owner")
    stored = lock(report, among)
    if stored.version != version or stored.state not in MOVES[verb].sources:
        states = {"state": State(stored.state).label}
        raise Conflict(
            _("Somebody else has changed this report in the meantime. Look at it again."),
            theirs=states,
        )
    if must_be_somebody_else(by, stored) and verb == Verb.SUBMIT:
        raise Refused(_("You sent this report to check. A second person submits it."))
    if not may_take(by, stored, verb):
        raise Refused(_("Your role may not do this with a report."))
    if MOVES[verb].needs_reason and not reason.strip():
        raise Refused(_("Say why."), field="reason")
    return stored


def _step(
    report: Report,
    verb: Verb,
    by: User | None,
    *,
    reason: str = "",
    frozen: FrozenReport | None = None,
) -> Report:
    """Write the step; the database brings the report further with it."""
    is_of_donor = MOVES[verb].permission == "reports.review"
    step = Step(
        owner_id=report.owner_id,
        report=report,
        verb=verb,
        from_state=report.state,
        to_state=MOVES[verb].target,
        reason=reason,
        on_behalf=bool(by and is_of_donor and not is_donor(by, report)),
        frozen=frozen,
        created_by=by,
    )
    step.full_clean(exclude=["owner", "report", "frozen", "number"], validate_constraints=False)
    step.save(force_insert=True)
    report.refresh_from_db(fields=["state", "version"])
    announce_step(step)
    return report


# --- Freezing ----------------------------------------------------------------------------------


def _send(report: Report, draft: Draft, verb: Verb, by: User, reason: str = "") -> FrozenReport:
    frozen = _frozen(report, draft, by=by, is_restatement=verb == Verb.RESTATE, reason=reason)
    _step(report, verb, by, reason=reason, frozen=frozen)
    return frozen


def _frozen(
    report: Report, draft: Draft, *, by: User, is_restatement: bool, reason: str
) -> FrozenReport:
    """Write down everything that the donor reads, and all that is behind it."""
    before = newest_version(report)
    changed = differences_in(before) if before and is_restatement else []
    head = draft.report
    head.number = report.versions.count() + 1
    head.is_restatement, head.reason = is_restatement, reason
    head.code_version, head.submitted_by = version_of_program(), by.display_name
    head.created_by = by
    _refer(draft)
    head.sha256 = checksum(draft)
    _write(draft)
    if before and is_restatement:
        _write_changes(draft, before, changed)
    head.refresh_from_db(fields=["frozen_at"])
    return head


def _refer(draft: Draft) -> None:
    """Give every cell a reference that no other cell has or had."""
    cells = [cell for line in draft.lines for cell in line.cells]
    for cell, reference in zip(cells, _references(len(cells)), strict=True):
        cell.reference = reference


def _references(number: int) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < number:
        found |= dict.fromkeys(
            "".join(secrets.choice(SIGNS) for _each in range(LENGTH))
            for _more in range(number - len(found))
        )
        taken = FrozenCell.objects.filter(reference__in=found)
        for each in taken.values_list("reference", flat=True):
            del found[each]
    return list(found)


def _write(draft: Draft) -> None:
    draft.report.save(force_insert=True)
    for section in draft.sections:
        section.frozen = draft.report
    _insert(draft.sections)
    for photo in draft.photos:
        photo.frozen = draft.report
    _insert(draft.photos)
    for each in draft.lines:
        each.line.frozen = draft.report
    _insert([each.line for each in draft.lines])
    cells: list[FrozenCell] = []
    rows: list[FrozenRow] = []
    for each in draft.lines:
        # The key of the line is known only now.
        for cell in each.cells:
            cell.line = each.line
        for row in each.rows:
            row.line = each.line
        cells += each.cells
        rows += each.rows
    _insert(cells)
    _insert(rows)


def _insert(rows: Sequence[Model]) -> None:
    if rows:
        type(rows[0])._default_manager.bulk_create(rows, batch_size=AT_ONCE)


def _write_changes(draft: Draft, before: FrozenReport, changed: Sequence[Differing]) -> None:
    """What the restatement says of each number that is another one than in the version before."""
    causes = {(each.line.line.indicator_id, each.basis, each.key): each.causes for each in changed}
    earlier = {
        (cell.line.indicator_id, Basis(cell.basis), tuple(cell.key)): cell
        for cell in FrozenCell.objects.filter(line__frozen=before).select_related("line")
    }
    found = []
    for line in draft.lines:
        for cell in line.cells:
            place = (line.line.indicator_id, Basis(cell.basis), tuple(cell.key))
            then = earlier.get(place)
            if then and (then.counted != cell.counted or then.presence != cell.presence):
                found.append(_change(cell, then, causes.get(place, ())))
    _insert(found)


def _change(cell: FrozenCell, then: FrozenCell, causes: Sequence[Moved]) -> FrozenChange:
    """Beside a number that is hidden, now or then, its change would tell it."""
    is_hidden = Presence.HIDDEN in (cell.presence, then.presence)
    # Which of a breakdown moved for whose sake would tell about single people.
    said = [] if is_hidden or cell.key else [each.to_json() for each in causes]
    return FrozenChange(
        cell=cell,
        before=then,
        is_hidden=is_hidden,
        was=None if is_hidden else then.value,
        now=None if is_hidden else cell.value,
        causes=said,
    )
