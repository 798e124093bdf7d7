"""What a page is about: its programme, iteration, tier or delivery."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from cascades.forms.scope import ScopeForm
from cascades.models import Delivery, Iteration, Programme, Snapshot, Tier
from registry.access import signed_in
from registry.errors import Conflict, Refused
from registry.models import Person
from registry.models.base import Record
from registry.refusals import add_refusal, version_in

EDIT = ["GET", "HEAD", "POST"]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def programme_or_404(request: HttpRequest, pk: UUID) -> Programme:
    """A programme that the user may see by name; a stranger's does not exist for her."""
    programmes = Programme.objects.visible_to(signed_in(request))
    return get_object_or_404(programmes.select_related("owner", "curriculum"), pk=pk)


def counted_or_404(request: HttpRequest, pk: UUID) -> Programme:
    """A programme whose figures the user may see; funders see those of their projects."""
    programmes = Programme.objects.with_figures_for(signed_in(request)).annotate(
        has_snapshot=Exists(Snapshot.objects.filter(programme=OuterRef("pk")))
    )
    return get_object_or_404(programmes.select_related("owner", "curriculum"), pk=pk)


def iteration_or_404(request: HttpRequest, pk: UUID) -> Iteration:
    """An iteration that the user may see by name."""
    iterations = Iteration.objects.visible_to(signed_in(request))
    return get_object_or_404(
        iterations.select_related("owner", "programme__curriculum", "programme__owner"), pk=pk
    )


def tier_or_404(request: HttpRequest, pk: UUID) -> Tier:
    """A tier of an iteration that the user may see."""
    tiers = Tier.objects.visible_to(signed_in(request))
    return get_object_or_404(
        tiers.select_related("owner", "iteration__programme__curriculum"), pk=pk
    )


def delivery_or_404(request: HttpRequest, pk: UUID) -> Delivery:
    """A delivery that the user may see."""
    deliveries = Delivery.objects.visible_to(signed_in(request)).select_related(
        "owner",
        "tier__iteration__programme__curriculum",
        "training__curriculum_version",
        "training__place__commune",
        "training__place__district",
        "training__place__province",
    )
    return get_object_or_404(deliveries, pk=pk)


def person_or_404(request: HttpRequest, pk: UUID, programme: Programme) -> Person:
    """A person of the organisation that a programme belongs to."""
    people = Person.objects.visible_to(signed_in(request)).filter(owner=programme.owner_id)
    return get_object_or_404(people, pk=pk)


def scope_form(request: HttpRequest, programme: Programme) -> ScopeForm:
    """The choice of iteration, tier, place and day in the address of a page of figures."""
    return ScopeForm(
        request.GET or None,
        programme=programme,
        user=signed_in(request),
        today=timezone.localdate(),
    )


def change_page(
    request: HttpRequest,
    form: forms.ModelForm,
    record: Record,
    save: Callable[[int], None],
    *,
    template: str,
    context: dict[str, Any],
    then: tuple[str, UUID],
) -> HttpResponse:
    """Show a form for a record, save what was sent, and show both values after a conflict."""
    conflicts, version = [], record.version
    if request.method == "POST" and form.is_valid():
        try:
            save(version_in(request))
        except (Refused, ValidationError) as error:
            conflicts = add_refusal(form, error)
            # After a conflict has been shown, saving again is a decision.
            if isinstance(error, Conflict):
                if not conflicts:
                    form.add_error(None, error.message)
                version = type(record)._default_manager.get(pk=record.pk).version
            else:
                version = version_in(request)
        else:
            messages.success(request, _("The change is saved."))
            return redirect(*then)
    elif request.method == "POST":
        version = version_in(request)
    found = {"form": form, "version": version, "conflicts": conflicts}
    return render(request, template, found | context)
