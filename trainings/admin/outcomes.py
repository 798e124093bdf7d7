"""What a training led to. Judgements, numbers and pictures are only looked at here."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.admin.pages import ReadOnlyPages, RecordPages
from registry.admin.filters import OwnerFilter
from registry.search.finding import of_people
from trainings.actions.outcomes import correct_change, record_change, remove_change
from trainings.models import Certificate, ChangeFound, Completion, Evidence, Reopening


@admin.register(ChangeFound)
class ChangeFoundPages(RecordPages):
    """Changes show later, so they are recorded also after a training was closed."""

    added_by = staticmethod(record_change)
    changed_by = staticmethod(correct_change)
    removed_by = staticmethod(remove_change)
    search_fields = ["statement_km", "statement_en"]
    list_display = ["statement", "subject", "observed_on", "verified_at", "training", "owner"]
    list_filter = ["subject", OwnerFilter]
    list_select_related = ["training", "owner"]
    ordering = ["-id"]
    sortable_by = ()
    autocomplete_fields = ["training", "person"]
    fieldsets = [
        (None, {"fields": ["training", "statement_km", "statement_en"]}),
        (_("Whose change it is"), {"fields": ["subject", "person"]}),
        (_("How it is known"), {"fields": ["observed_by", "observed_on"]}),
        (
            _("The record"),
            {
                "fields": [
                    "verified_at",
                    "verified_by",
                    "released_at",
                    "released_by",
                    "created_at",
                    "created_by",
                    "changed_by",
                ]
            },
        ),
    ]

    @admin.display(description=_("change found"))
    def statement(self, found: ChangeFound) -> str:
        return str(found)

    def get_readonly_fields(
        self, request: HttpRequest, obj: ChangeFound | None = None
    ) -> list[str]:
        judged = ["verified_at", "verified_by", "released_at", "released_by"]
        fixed = [*judged, "created_at", "created_by", "changed_by"]
        return [*fixed, "training"] if obj else fixed


@admin.register(Certificate)
class CertificatePages(ReadOnlyPages):
    """Numbers that were given out; one is withdrawn on its own page."""

    search_fields = ["number"]
    list_display = ["full_number", "who", "issued_on", "withdrawn_at", "training", "owner"]
    list_filter = [OwnerFilter]
    ordering = ["-id"]
    sortable_by = ()
    fields = [
        "full_number",
        "who",
        "training",
        "issued_on",
        "withdrawn_at",
        "withdrawn_because",
        "owner",
        "created_at",
        "created_by",
    ]
    readonly_fields = ["full_number", "who"]

    @staticmethod
    def search(rows: QuerySet[Certificate], query: str) -> QuerySet[Certificate]:
        """By the number as printed, or by a name."""
        year, dash, number = query.partition("-")
        if dash and year.isascii() and year.isdigit() and number.isascii() and number.isdigit():
            return rows.filter(year=int(year[:4]), number=int(number[:9]))
        return of_people(rows, query, "enrolment__person")

    @admin.display(description=_("number"))
    def full_number(self, certificate: Certificate) -> str:
        return certificate.full_number

    @admin.display(description=_("who"))
    def who(self, certificate: Certificate) -> str:
        return str(certificate.enrolment)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Certificate]:
        return (
            super()
            .get_queryset(request)
            .select_related("enrolment__person", "enrolment__organisation", "training", "owner")
        )


@admin.register(Completion)
class CompletionPages(ReadOnlyPages):
    """Judged when a training is closed."""

    list_display = ["who", "training", "rule_version", "created_at", "owner"]
    list_filter = [OwnerFilter]
    ordering = ["-id"]
    sortable_by = ()
    fields = ["who", "training", "rule_version", "judged", "owner", "created_at", "created_by"]
    readonly_fields = ["who"]

    @admin.display(description=_("who"))
    def who(self, completion: Completion) -> str:
        return str(completion.enrolment)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Completion]:
        return (
            super()
            .get_queryset(request)
            .select_related("enrolment__person", "enrolment__organisation", "training", "owner")
        )


@admin.register(Evidence)
class EvidencePages(ReadOnlyPages):
    list_display = ["kind", "caption", "training", "created_at", "owner"]
    list_filter = ["kind", OwnerFilter]
    list_select_related = ["training", "owner"]
    ordering = ["-id"]
    sortable_by = ()
    # The store of files has no address; the picture is served by a view that asks who looks.
    fields = ["kind", "caption", "picture", "training", "session", "owner", "created_at"]
    readonly_fields = ["picture"]

    @admin.display(description=_("picture"))
    def picture(self, evidence: Evidence) -> SafeString:
        address = reverse("trainings:evidence-file", args=[evidence.pk])
        return format_html('<a href="{}">{}</a>', address, _("Open the picture"))


@admin.register(Reopening)
class ReopeningPages(ReadOnlyPages):
    list_display = ["created_at", "training", "reason", "created_by", "owner"]
    list_filter = [OwnerFilter]
    list_select_related = ["training", "created_by", "owner"]
    ordering = ["-id"]
    sortable_by = ()
    fields = ["training", "reason", "was_closed_at", "created_at", "created_by"]
