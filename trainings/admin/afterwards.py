"""What was said at the end of a training and later. It is written on the training's own pages."""

from __future__ import annotations

from django.contrib import admin

from core.admin.pages import ReadOnlyPages
from registry.admin.filters import OwnerFilter
from trainings.models import EvaluationCount, FollowUp, FollowUpAnswer, Recognised


@admin.register(FollowUp)
class FollowUpPages(ReadOnlyPages):
    list_display = ["months", "training", "is_sample", "created_at", "owner"]
    list_filter = ["months", OwnerFilter]
    list_select_related = ["training", "owner"]
    ordering = ["-id"]
    sortable_by = ()
    fields = ["training", "months", "is_sample", "not_done_because", "created_at", "created_by"]


@admin.register(FollowUpAnswer)
class FollowUpAnswerPages(ReadOnlyPages):
    list_display = ["enrolment", "follow_up", "still", "asked_on", "training", "owner"]
    list_filter = ["still", OwnerFilter]
    list_select_related = [
        "enrolment__person",
        "enrolment__organisation",
        "follow_up",
        "training",
        "owner",
    ]
    ordering = ["-id"]
    sortable_by = ()
    fields = ["training", "follow_up", "enrolment", "still", "what", "asked_on", "changed_by"]


@admin.register(EvaluationCount)
class EvaluationCountPages(ReadOnlyPages):
    list_display = ["question", "grade", "people", "training", "owner"]
    list_filter = ["question", OwnerFilter]
    list_select_related = ["training", "owner"]
    ordering = ["-id"]
    sortable_by = ()
    fields = ["training", "question", "grade", "people", "created_at", "created_by"]


@admin.register(Recognised)
class RecognisedPages(ReadOnlyPages):
    list_display = ["person", "evidence", "training", "owner"]
    list_filter = [OwnerFilter]
    list_select_related = ["person", "evidence__training", "training", "owner"]
    ordering = ["-id"]
    sortable_by = ()
    fields = ["training", "evidence", "person", "created_at", "created_by"]
