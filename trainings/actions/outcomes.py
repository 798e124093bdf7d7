"""Recording what a training led to: test scores, changes found, evidence."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from core.actions.records import action, change, lock, refuse_day_to_come
from core.errors import Refused
from core.three_way_merge import merge
from khmer.dates import short_date
from paper.templatetags.paper import digits
from registry.models import Person, User
from trainings.actions.locking import lock_open, refuse_before_it_began
from trainings.actions.pictures import clean_picture
from trainings.models import ChangeFound, Evidence, Recognised, Score, Session, Training


@dataclass(frozen=True)
class ScoreEntry:
    """One cell of the score sheet: what it says, and what it said when it was shown.

    None is an empty cell: the person did not sit this test.
    """

    enrolment_id: UUID
    moment: str
    points: Decimal | None
    seen: Decimal | None


class ScoresChanged(Refused):
    """Somebody else entered other points for the same people; `stored` has them."""

    def __init__(self, stored: dict[tuple[UUID, str], Decimal | None]) -> None:
        super().__init__(
            _(
                "Somebody else has entered other points in the meantime. Nothing was saved: "
                "look at both and save again."
            )
        )
        self.stored = stored


@action
def record_scores(training: Training, *, entries: Sequence[ScoreEntry], by: User) -> None:
    """Record test scores, all or nothing. Raises Refused or ScoresChanged."""
    training = lock_open(training)
    if any(entry.points is not None and entry.points != entry.seen for entry in entries):
        refuse_before_it_began(training)
    known = set(training.enrolments.values_list("pk", flat=True))
    stored = {
        (score.enrolment_id, score.moment): score
        for score in Score.objects.filter(training=training)
    }
    clashes = {}
    for entry in entries:
        if entry.enrolment_id not in known:
            raise Refused(_("Somebody was taken off the list in the meantime. Look at it again."))
        _refuse_points_above(entry, training)
        row = stored.get((entry.enrolment_id, entry.moment))
        now = row.points if row else None
        if merge(entry.points, now, entry.seen).is_clash:
            clashes[entry.enrolment_id, entry.moment] = now
    if clashes:
        raise ScoresChanged(clashes)
    for entry in entries:
        if entry.points != entry.seen:
            _write_score(training, stored.get((entry.enrolment_id, entry.moment)), entry, by)


def _refuse_points_above(entry: ScoreEntry, training: Training) -> None:
    if entry.points is None:
        return
    if training.test_maximum is None:
        raise Refused(_("First say what the best possible score is."), field="test_maximum")
    if not 0 <= entry.points <= training.test_maximum:
        raise Refused(
            _("Points lie between 0 and %(maximum)s.") % {"maximum": digits(training.test_maximum)}
        )


def _write_score(training: Training, row: Score | None, entry: ScoreEntry, by: User) -> None:
    if entry.points is None:
        if row:
            row.delete()
    elif row is None:
        Score.objects.create(
            owner=training.owner,
            training=training,
            enrolment_id=entry.enrolment_id,
            moment=entry.moment,
            points=entry.points,
            created_by=by,
        )
    elif row.points != entry.points:
        row.points = entry.points
        row.version += 1
        row.save()


@action
def set_test_maximum(
    training: Training, *, maximum: Decimal, version: int | None = None, by: User
) -> Training:
    """Say what the best possible score is. Refused when somebody has more already.

    Raises Conflict when somebody else has said another one since `version`, that of the page if
    there is one.
    """
    training = lock_open(training)
    version = training.version if version is None else version
    training = change(training, version=version, values={"test_maximum": maximum})
    if Score.objects.filter(training=training, points__gt=maximum).exists():
        raise Refused(_("Somebody has more points than this."), field="test_maximum")
    if training.rule_score is not None and training.rule_score > maximum:
        raise Refused(
            _("The score needed to complete is above the best possible score."),
            field="test_maximum",
        )
    training.save()
    return training


@action
def record_change(training: Training, *, by: User, **details: Any) -> ChangeFound:
    """Record a change that was found. Allowed after closing: changes show later.

    Raises Refused or ValidationError.
    """
    training = lock(training)
    found = ChangeFound(owner=training.owner, training=training, created_by=by, **details)
    _refuse_other_days(found, training)
    found.full_clean(exclude=["owner", "training"])
    found.save(force_insert=True)
    return found


@action
def correct_change(found: ChangeFound, *, version: int, by: User, **details: Any) -> ChangeFound:
    """Correct the record of a change. A corrected one has to be verified again.

    Raises Conflict, Refused or ValidationError.
    """
    training = lock(found.training)
    before = lock(found)
    changed = change(found, version=version, values=details)
    if changed.observed_on != before.observed_on:
        _refuse_other_days(changed, training)
    if changed.version != before.version:
        changed.changed_by = by
        changed.verified_at = changed.verified_by = None
        changed.released_at = changed.released_by = None
    changed.full_clean(exclude=["owner", "training"])
    changed.save()
    return changed


def _refuse_other_days(found: ChangeFound, training: Training) -> None:
    """A change of a training is seen once it has begun, and not before the day has come."""
    if found.observed_on is None:
        return  # Said at the field, by the model.
    if found.observed_on < training.starts_on:
        raise Refused(
            _("This day is before the training, which began on %(day)s.")
            % {"day": short_date(training.starts_on)},
            field="observed_on",
        )
    refuse_day_to_come(found.observed_on, field="observed_on")


@action
def verify_change(found: ChangeFound, *, version: int, by: User) -> ChangeFound:
    """Confirm a change that somebody else recorded, as it was read at `version`.

    Raises Refused for one's own words, of the record or of its last correction.
    """
    locked = lock(found)
    if locked.verified_at:
        return locked
    if locked.version != version:
        raise Refused(_("Somebody else has changed this in the meantime."))
    if by.pk in (locked.created_by_id, locked.changed_by_id):
        raise Refused(
            _("A change is verified by somebody other than those who recorded or corrected it.")
        )
    locked.verified_at, locked.verified_by = timezone.now(), by
    locked.version += 1
    locked.save()
    return locked


@action
def release_change(found: ChangeFound, *, version: int, by: User) -> ChangeFound:
    """Let funders read the text of a change. Raises Refused before it is verified.

    `version` is that of the text which the page showed: nobody releases what they did not read.
    """
    # So that the training is not marked as sensitive at the same moment.
    training, locked = lock(found.training), lock(found)
    if locked.version != version:
        raise Refused(_("Somebody else has changed this in the meantime."))
    if not locked.verified_at:
        raise Refused(_("Only a verified change can be released to funders."))
    if training.is_sensitive:
        raise Refused(_("The training is sensitive, so its texts stay on its own pages."))
    if not locked.released_at:
        locked.released_at, locked.released_by = timezone.now(), by
        locked.version += 1
        locked.save()
    return locked


@action
def take_back_change(found: ChangeFound, *, by: User) -> ChangeFound:
    """Let funders no longer read the text of a change."""
    locked = lock(found)
    if locked.released_at:
        locked.released_at = locked.released_by = None
        locked.version += 1
        locked.save()
    return locked


@action
def remove_change(found: ChangeFound, *, by: User) -> None:
    """Remove a change recorded by mistake; the history keeps it."""
    found.delete()


@action
def add_evidence(
    training: Training,
    *,
    upload: UploadedFile[Any],
    kind: str,
    caption: str = "",
    session: Session | None = None,
    by: User,
) -> Evidence:
    """Keep a photo or scan as a clean JPEG. Raises Refused when it is no usable picture."""
    picture = clean_picture(upload)
    training = lock(training)
    refuse_before_it_began(training, field="file")
    if session:
        session = lock(session)
        refuse_day_to_come(session.held_on, field="session")
    if Evidence.objects.filter(training=training, sha256=picture.sha256).exists():
        raise Refused(_("This picture is already here."), field="file")
    evidence = Evidence(
        owner=training.owner,
        training=training,
        session=session,
        kind=kind,
        caption=caption,
        sha256=picture.sha256,
        width=picture.width,
        height=picture.height,
        created_by=by,
    )
    evidence.file.save("", ContentFile(picture.jpeg, name="picture.jpg"), save=False)
    evidence.save(force_insert=True)
    return evidence


@action
def mark_recognisable(
    evidence: Evidence,
    *,
    recognisable: str,
    people: Collection[Person],
    version: int,
    by: User,
) -> Evidence:
    """Say who can be recognised in a picture: nobody, these people, or others as well.

    Raises Conflict when somebody else has said otherwise since `version`, and Refused where the
    two do not fit together or somebody is on no list of the training.
    """
    words = Evidence.Recognisable
    if recognisable == words.MARKED and not people:
        raise Refused(_("Mark the people who can be recognised."), field="people")
    if people and recognisable not in (words.MARKED, words.OTHERS):
        raise Refused(_("Say that the people marked here can be recognised."), field="recognisable")
    listed = evidence.training.enrolments.filter(person__in=people).values_list("person", flat=True)
    if {each.pk for each in people} - set(listed):
        raise Refused(_("Somebody was taken off the list in the meantime. Look at it again."))
    there = list(lock(evidence).people.order_by("pk"))
    changed = change(
        evidence,
        version=version,
        values={"recognisable": recognisable},
        rows={"people": (there, sorted(people, key=lambda each: each.pk))},
    )
    changed.save()
    changed.recognised.exclude(person__in=people).delete()
    Recognised.objects.bulk_create(
        Recognised(
            owner_id=changed.owner_id,
            training_id=changed.training_id,
            evidence=changed,
            person=each,
            created_by=by,
        )
        for each in people
        if each not in there
    )
    return changed


@action
def remove_evidence(evidence: Evidence, *, by: User) -> None:
    """Remove a picture; its file goes when the transaction has succeeded."""
    # So that no change that names it is recorded at the same moment.
    lock(evidence.training)
    file = evidence.file
    try:
        evidence.delete()
    except ProtectedError as error:
        raise Refused(_("This picture stands in a report to a donor, so it stays.")) from error
    name = str(file.name)
    transaction.on_commit(lambda: file.storage.delete(name))
