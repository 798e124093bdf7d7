"""Files as answers: what a browser is told about them, and what the log keeps of them."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from core.access import log_access, signed_in
from core.models import AccessLog

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# By how the name ends. A journal is what hledger reads.
MEDIA_TYPES = {
    "xlsx": XLSX,
    "pdf": PDF,
    "csv": "text/csv; charset=utf-8",
    "journal": "text/plain; charset=utf-8",
    "docx": DOCX,
    "xml": "application/xml",
    "zip": "application/zip",
}


def file_response(
    content: bytes, name: str, *, media_type: str = "", is_shown: bool = False
) -> HttpResponse:
    """A file to save under a name, or to look at in the browser. The name names nobody.

    How the name ends says what the file is, unless `media_type` does.
    """
    kind = media_type or MEDIA_TYPES[name.rpartition(".")[2]]
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = content_disposition_header(not is_shown, name) or ""
    return response


def name_in(response: HttpResponse) -> str:
    """The name of the file that a response is, or nothing."""
    return response.get("Content-Disposition", "").partition('filename="')[2].rstrip('"')


def export_response(
    request: HttpRequest,
    content: bytes,
    name: str,
    *,
    subject: str,
    people: int = 0,
    record_id: UUID | None = None,
) -> HttpResponse:
    """A file to save whose taking is noted in the log: how many people it names, and of what."""
    log_access(
        AccessLog.Event.EXPORTED,
        by=signed_in(request),
        subject=subject,
        record_id=record_id,
        people=people,
    )
    return file_response(content, name)
