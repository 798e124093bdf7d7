"""Who took part, who was there, and how they did in the tests."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.actions.records import action, change
from core.admin.pages import ReadOnlyPages, RecordPages, RefusableForm
from core.admin.spreadsheets import SheetPages
from registry.admin.filters import OwnerFilter
from registry.models import Person, User
from registry.search.finding import of_people
from trainings.actions.attending import Mark, Presence, presence_of, record_attendance
from trainings.actions.enrolling import (
    change_enrolment,
    enrol_organisation,
    enrol_person,
    remove_enrolment,
    set_head_counts,
    set_indirect_counts,
)
from trainings.actions.outcomes import ScoreEntry, record_scores
from trainings.admin.pages import OpenTrainingPages
from trainings.imports.attendance import AttendanceResource
from trainings.models import (
    Attendance,
    DiscussionGroup,
    Enrolment,
    HeadCount,
    IndirectCount,
    Score,
    Training,
)


class EnrolmentForm(RefusableForm):
    """Somebody on the list: a person, or an organisation with a number of members."""

    class Meta:
        model = Enrolment
        fields = [
            "training",
            "person",
            "organisation",
            "member_count",
            "role",
            "position",
            "on_behalf_of",
            "is_walk_in",
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if "person" in self.fields and bool(data.get("person")) == bool(data.get("organisation")):
            self.add_error("person", _("Choose either a person or an organisation."))
        return data


def enrol(
    *, training: Training, person: Person | None, organisation: Any, by: User, **details: Any
) -> Enrolment:
    """Put a person or an organisation on the list; what is only of the other kind is left out."""
    if person:
        del details["member_count"]
        return enrol_person(training, person=person, by=by, **details)
    for name in ("position", "on_behalf_of", "is_walk_in"):
        del details[name]
    return enrol_organisation(training, organisation=organisation, by=by, **details)


@admin.register(Enrolment)
class EnrolmentPages(OpenTrainingPages, RecordPages):
    form = EnrolmentForm
    added_by = staticmethod(enrol)
    changed_by = staticmethod(change_enrolment)
    removed_by = staticmethod(remove_enrolment)
    search = staticmethod(of_people)
    search_fields = ["person__search_key"]
    search_help_text = gettext_lazy("A person's name in Khmer or in Latin letters")
    list_display = ["who", "role", "training", "sheet_row", "owner"]
    list_filter = ["role", OwnerFilter]
    ordering = ["-id"]
    sortable_by = ()
    autocomplete_fields = ["training", "person", "organisation", "on_behalf_of"]
    fieldsets = [
        (None, {"fields": ["training", "person", "organisation", "member_count", "role"]}),
        (
            gettext_lazy("About their part"),
            {"fields": ["position", "on_behalf_of", "is_walk_in", "sheet_row"]},
        ),
        (gettext_lazy("The record"), {"fields": ["created_at", "created_by"]}),
    ]

    @admin.display(description=gettext_lazy("who"))
    def who(self, enrolment: Enrolment) -> str:
        return enrolment.person.names if enrolment.person else str(enrolment.organisation)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Enrolment]:
        enrolments = super().get_queryset(request)
        return enrolments.select_related("person", "organisation", "training", "owner")

    def get_readonly_fields(self, request: HttpRequest, obj: Enrolment | None = None) -> list[str]:
        fixed = ["sheet_row", "created_at", "created_by"]
        if obj is None:
            return fixed
        fixed += ["training", "person", "organisation"]
        return [*fixed, "member_count"] if obj.person_id else fixed

    def proposal(self, enrolment: Enrolment) -> str:
        return f"{self.who(enrolment)} · {enrolment.training}"


class AttendanceForm(RefusableForm):
    class Meta:
        model = Attendance
        fields = ["status", "fraction"]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        half = data.get("fraction") == Attendance.HALF
        if "status" in data:
            data["fraction"] = Presence.of(data["status"], half=half).fraction
        return data


@action
def mark_again(
    attendance: Attendance, *, version: int, by: User, status: str, fraction: Any
) -> None:
    """Mark somebody who is marked already, as on the sheet. Raises Conflict or Refused."""
    change(attendance, version=version, values={"status": status, "fraction": fraction})
    stored = Attendance.objects.get(pk=attendance.pk)
    mark = Mark(stored.enrolment_id, Presence(status, fraction), seen=presence_of(stored))
    record_attendance(stored.session, marks=[mark], by=by)


@admin.register(Attendance)
class AttendancePages(OpenTrainingPages, SheetPages, RecordPages):
    """Marked on the sheet of the session, or imported; here one mark is put right."""

    resource_classes = [AttendanceResource]
    form = AttendanceForm
    changed_by = staticmethod(mark_again)
    search_fields = ["enrolment__person__search_key"]
    search_help_text = gettext_lazy("A person's name in Khmer or in Latin letters")
    list_display = ["who", "status", "fraction", "session", "training", "owner"]
    list_filter = ["status", OwnerFilter]
    ordering = ["-id"]
    sortable_by = ()
    readonly_fields = [
        "training",
        "session",
        "enrolment",
        "discussion_group",
        "changed_at",
        "changed_by",
    ]
    fieldsets = [
        (None, {"fields": ["training", "session", "enrolment", "status", "fraction"]}),
        (gettext_lazy("The record"), {"fields": ["discussion_group", "changed_at", "changed_by"]}),
    ]

    @staticmethod
    def search(rows: QuerySet[Any], query: str) -> QuerySet[Any]:
        return of_people(rows, query, "enrolment__person")

    @admin.display(description=gettext_lazy("who"))
    def who(self, attendance: Attendance) -> str:
        enrolment = attendance.enrolment
        return enrolment.person.names if enrolment.person else str(enrolment.organisation)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attendance]:
        return (
            super()
            .get_queryset(request)
            .select_related(
                "enrolment__person",
                "enrolment__organisation",
                "session__training",
                "training",
                "owner",
            )
        )


@action
def score_again(score: Score, *, version: int, by: User, points: Any) -> None:
    """Correct the points of a test that is entered already. Raises Conflict or Refused."""
    change(score, version=version, values={"points": points})
    stored = Score.objects.get(pk=score.pk)
    entry = ScoreEntry(stored.enrolment_id, stored.moment, points, seen=stored.points)
    record_scores(stored.training, entries=[entry], by=by)


@admin.register(Score)
class ScorePages(OpenTrainingPages, RecordPages):
    """Entered on the page of the tests; here one result is put right."""

    changed_by = staticmethod(score_again)
    search_fields = ["enrolment__person__search_key"]
    list_display = ["enrolment", "moment", "points", "training", "owner"]
    list_filter = ["moment", OwnerFilter]
    list_select_related = ["enrolment__person", "enrolment__organisation", "training", "owner"]
    ordering = ["-id"]
    sortable_by = ()
    fields = ["training", "enrolment", "moment", "points"]
    readonly_fields = ["training", "enrolment", "moment"]

    @staticmethod
    def search(rows: QuerySet[Any], query: str) -> QuerySet[Any]:
        return of_people(rows, query, "enrolment__person")


@action
def count_again(count: HeadCount, *, version: int, by: User, people: int) -> None:
    """Correct one cell of the head counts. Raises Conflict or Refused."""
    change(count, version=version, values={"people": people})
    set_head_counts(count.training, counts={(count.sex, count.age_band): people}, by=by)


def remove_count(count: HeadCount, *, by: User) -> None:
    set_head_counts(count.training, counts={(count.sex, count.age_band): 0}, by=by)


@admin.register(HeadCount)
class HeadCountPages(OpenTrainingPages, RecordPages):
    """Entered on the page of the head counts; here one cell is put right."""

    changed_by = staticmethod(count_again)
    removed_by = staticmethod(remove_count)
    list_display = ["training", "sex", "age_band", "people", "owner"]
    list_filter = ["sex", OwnerFilter]
    list_select_related = ["training", "age_band", "owner"]
    ordering = ["-id"]
    sortable_by = ()
    fields = ["training", "sex", "age_band", "people"]
    readonly_fields = ["training", "sex", "age_band"]


@action
def estimate_again(
    count: IndirectCount, *, version: int, by: User, people: int, basis: str
) -> None:
    """Correct a number of people reached indirectly. Raises Conflict or Refused."""
    change(count, version=version, values={"people": people, "basis": basis})
    set_indirect_counts(count.training, counts={count.method: (people, basis)}, by=by)


def remove_estimate(count: IndirectCount, *, by: User) -> None:
    set_indirect_counts(count.training, counts={count.method: (0, "")}, by=by)


@admin.register(IndirectCount)
class IndirectCountPages(OpenTrainingPages, RecordPages):
    """Entered on a page of the training; here one number is put right."""

    changed_by = staticmethod(estimate_again)
    removed_by = staticmethod(remove_estimate)
    list_display = ["training", "method", "people", "owner"]
    list_filter = ["method", OwnerFilter]
    list_select_related = ["training", "owner"]
    ordering = ["-id"]
    sortable_by = ()
    fields = ["training", "method", "people", "basis"]
    readonly_fields = ["training", "method"]


@admin.register(DiscussionGroup)
class DiscussionGroupPages(ReadOnlyPages):
    """Changed on the page of the session, together with who was in which."""

    list_display = ["number", "topic", "session", "training", "owner"]
    list_filter = [OwnerFilter]
    list_select_related = ["session__training", "training", "owner"]
    ordering = ["-id"]
    sortable_by = ()
    fields = ["training", "session", "number", "topic", "outcome"]
