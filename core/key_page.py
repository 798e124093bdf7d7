"""The key of the backups as a page, for whoever keeps it when the computer is gone."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core.papers import Paper, print_paper
from database.keys import Key, on_paper
from paper.qr import qr_svg

IN_A_LINE = 3


def key_page(key: Key, *, language: str) -> bytes:
    """The PDF. Raises PaperError."""
    groups = list(enumerate(on_paper(key), start=1))
    with translation.override(language):
        paper = Paper(
            template="core/paper/backup_key.html",
            context={
                "made_on": timezone.localdate(),
                "address": settings.SAMAKI_BASE_URL,
                "qr": qr_svg(str(key), label=_("Key of the backups")),
                "lines": [
                    groups[start : start + IN_A_LINE] for start in range(0, len(groups), IN_A_LINE)
                ],
            },
            title=_("Key of the backups"),
        )
    return print_paper(paper, language=language)
