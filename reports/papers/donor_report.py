"""The PDF of a report that was sent, in Khmer or English, from frozen rows alone."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from core.papers import Paper, print_paper
from paper.qr import qr_svg
from reports.figures.frozen_reports import Sent
from reports.papers.donor_charts import bars_of, rulers_of
from reports.papers.parts import told
from reports.papers.said import address_of, facts_of, title_of, version_in_words

# A table with more columns than these is read on a page that lies on its side.
UPRIGHT = 8


def paper_of(sent: Sent) -> Paper:
    """The paper of a report that was read already."""
    frozen, report = sent.report, told(sent)
    return Paper(
        template="reports/paper/donor_report.html",
        context={
            "frozen": frozen,
            "title": title_of(frozen),
            "version": version_in_words(frozen),
            "facts": facts_of(frozen),
            "told": report,
            "is_wide": len(report.entries) > UPRIGHT,
            "rulers": rulers_of(sent),
            "bars": bars_of(sent),
            "hidden_note": report.hidden_note,
            "address": address_of(),
            "qr": qr_svg(address_of(), label=str(_("Opens the lists behind the numbers"))),
        },
        title=f"{title_of(frozen)} {frozen.since:%Y-%m-%d}",
        images={
            photo.name: photo.content
            for part in report.parts
            for photo in part.photos
            if photo.content is not None
        },
    )


def donor_pdf(sent: Sent, *, language: str) -> bytes:
    """The PDF. Raises PaperError."""
    with translation.override(language):
        return print_paper(paper_of(sent), language=language)
