"""Records, the access log, forms received and documents: what every app builds on."""

from core.models.documents import Document
from core.models.log import AccessLog, Submission

__all__ = ["AccessLog", "Document", "Submission"]
