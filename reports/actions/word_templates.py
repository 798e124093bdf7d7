"""The donor's own Word form: handed in, looked at, and kept as it came."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from core.actions.records import action, lock
from core.errors import Refused
from core.word_forms import filled
from registry.models import User
from reports.figures.word_fields import example_fields
from reports.models import DonorForm, WordTemplate
from reports.models.word_templates import MOST_BYTES


@action
def keep_word_template(
    form: DonorForm, *, content: bytes, file_name: str, by: User
) -> WordTemplate:
    """Let reports on this form be written into the donor's file from now on. Raises Refused.

    What was sent before stays on the file that it was sent on.
    """
    if len(content) > MOST_BYTES:
        raise Refused(_("A Word form may have 5 MB at most."), field="file")
    stored = lock(form)
    try:
        filled(content, example_fields(stored), made_at=timezone.now())
    except Refused as refused:
        raise Refused(refused.message, field="file") from refused
    return _keep(stored, content, file_name[:200], by)


@action
def drop_word_template(form: DonorForm, *, by: User) -> WordTemplate:
    """Go back to the Word file of our own."""
    return _keep(lock(form), None, "", by)


def _keep(form: DonorForm, content: bytes | None, file_name: str, by: User) -> WordTemplate:
    last = form.word_templates.defer("content").order_by("-number").first()
    kept = WordTemplate(
        owner_id=form.owner_id,
        form=form,
        number=last.number + 1 if last else 1,
        content=content,
        file_name=file_name,
        created_by=by,
    )
    kept.save(force_insert=True)
    return kept
