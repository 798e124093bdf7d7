"""Pages of what belongs to a training: while it is closed they can only be looked at."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from core.admin.pages import BasePages
from trainings.models import Training

Status = Training.Status


class OpenTrainingPages(BasePages):
    """Mixed into the pages of trainings and of their records."""

    def training_of(self, record: Any) -> Training:
        return record if isinstance(record, Training) else record.training

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_open = obj is None or self.training_of(obj).is_open
        return is_open and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_open = obj is None or self.training_of(obj).is_open
        return is_open and super().has_delete_permission(request, obj)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        record = self.get_object(request, unquote(object_id))
        if record and not self.training_of(record).is_open:
            if request.method == "POST":
                # Closed while somebody had the form open: show what is stored, and why.
                return redirect(request.get_full_path())
            messages.warning(request, _why_closed(self.training_of(record)))
        return super().change_view(request, object_id, *args, **kwargs)


def _why_closed(training: Training) -> str:
    if training.status == Status.CLOSED:
        return _("This training is closed. Open it again to change it.")
    return _("This training was cancelled.")
