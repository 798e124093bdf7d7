"""Saying how a donor wants to read: their form, its sections and its columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from core.actions.records import action, change
from core.errors import Refused
from registry.models import Organisation, Project, User
from reports.actions.targets import refuse_to_lose_targets, reporting_calendars
from reports.figures.donor_years import calendar_of
from reports.models import DonorForm, FormSection, Narrative

OF_SECTION = (
    "kind",
    "title_km",
    "title_en",
    "guidance",
    "limit",
    "limit_unit",
    "is_required",
    "only_final",
)
# What somebody says of one section, by the names of its fields; `pk` where it is there already.
SectionRow = Mapping[str, Any]


@action
def add_form(
    project: Project,
    *,
    donor: Organisation,
    sections: Sequence[SectionRow] = (),
    by: User,
    **details: Any,
) -> DonorForm:
    """Enter the form of a donor of this project. Raises Refused or ValidationError."""
    if not project.donors.filter(pk=donor.pk).exists():
        raise Refused(_("This organisation is no donor of the project."), field="donor")
    form = DonorForm(
        owner_id=project.owner_id, project=project, donor=donor, created_by=by, **details
    )
    _check(form)
    form.save(force_insert=True)
    _write_sections(form, sections, by)
    return form


@action
def change_form(
    form: DonorForm,
    *,
    version: int,
    sections: Sequence[SectionRow] | None = None,
    by: User,
    **details: Any,
) -> DonorForm:
    """Correct a form, and its sections where they are given, in this order.

    What was sent on it stays as it was sent. Raises Conflict, Refused or ValidationError.
    """
    rows = {} if sections is None else {"sections": (_stored(form), _sent(sections))}
    before = reporting_calendars(form.project)
    changed = change(form, version=version, values=details, rows=rows)
    _check(changed)
    others = form.project.donor_forms.exclude(pk=form.pk)
    after = [before[0], calendar_of(changed), *(calendar_of(each) for each in others)]
    refuse_to_lose_targets(form.project, before=before, after=after)
    changed.save()
    if sections is not None:
        _write_sections(changed, sections, by)
    return changed


def _stored(form: DonorForm) -> list[dict[str, Any]]:
    """The sections as a page would send them back."""
    return [
        {"pk": each.pk, **{name: getattr(each, name) for name in OF_SECTION}}
        for each in form.sections.order_by("number")
    ]


def _sent(sections: Sequence[SectionRow]) -> list[dict[str, Any]]:
    new = FormSection()
    return [
        {"pk": row.get("pk")} | {name: row.get(name, getattr(new, name)) for name in OF_SECTION}
        for row in sections
    ]


def _check(form: DonorForm) -> None:
    if len(set(form.columns)) < len(form.columns):
        raise Refused(_("Choose each column once."), field="columns")
    if form.thousands == form.decimal_mark:
        raise Refused(_("Thousands and decimals need different signs."), field="decimal_mark")
    form.full_clean(exclude=["owner", "project", "donor"])


def _write_sections(form: DonorForm, sections: Sequence[SectionRow], by: User) -> None:
    there = {each.pk: each for each in form.sections.all()}
    stay = {row["pk"] for row in sections if row.get("pk")}
    for gone in [each for pk, each in there.items() if pk not in stay]:
        if Narrative.objects.filter(section=gone).exists():
            words = _("In “%(section)s” somebody has written already. It stays.")
            raise Refused(words % {"section": gone.title})
        gone.delete()
    for number, row in enumerate(sections, start=1):
        values = {name: value for name, value in row.items() if name != "pk"}
        new = FormSection(owner_id=form.owner_id, form=form, created_by=by)
        section = there.get(row["pk"], new) if row.get("pk") else new
        for name, value in (values | {"number": number}).items():
            setattr(section, name, value)
        section.version += 0 if section._state.adding else 1
        section.full_clean(exclude=["owner", "form"], validate_unique=False)
        section.save()
