"""Everything of a report that was sent in one archive, read back before anybody has it.

Each file is read again as its reader reads it, and every number in it is laid beside the frozen
one by its reference. Where two say different things there is no pack, and a message says where.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core.errors import Refused
from core.progress import report_progress
from paper.archives import zipped
from paper.errors import PaperError
from paper.sheets import write_csv
from reports.figures.frozen_reports import Sent, is_as_it_was
from reports.models.donor_forms import Language
from reports.papers.cross_check import check_docx, check_iati, check_pdf, check_xlsx
from reports.papers.donor_iati import donor_iati, missing_in
from reports.papers.donor_report import donor_pdf
from reports.papers.donor_word import donor_word
from reports.papers.donor_workbook import donor_workbook, evidence_sheet

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class _Part:
    """A file of the pack: its name, how it is made, and how it is read back."""

    name: str
    language: str
    make: Callable[..., bytes]
    check: Callable[..., int]


def donor_pack(sent: Sent, *, language: str) -> bytes:
    """The archive. Raises Refused where a file contradicts what was sent, or cannot be made."""
    parts = _parts(sent, language)
    if not is_as_it_was(sent.report):
        raise Refused(_("What is kept is not what was sent: the checksum differs. Tell support."))
    files: dict[str, bytes] = {}
    checked: dict[str, int] = {}
    # Made and checked are two steps for each, and the archive is the last one.
    steps = 2 * len(parts) + 1
    for number, part in enumerate(parts):
        files[part.name] = _made(part, sent)
        report_progress(2 * number + 1, steps)
        checked[part.name] = part.check(files[part.name], sent, language=part.language)
        report_progress(2 * number + 2, steps)
    files["evidence.csv"] = write_csv(evidence_sheet(sent, language=language))
    files[MANIFEST] = _manifest(sent, files, checked)
    return zipped(files)


def _made(part: _Part, sent: Sent) -> bytes:
    """One file; what goes wrong says in which one."""
    try:
        return part.make(sent, language=part.language)
    except Refused as refused:
        raise Refused(f"{part.name}: {refused.message}") from refused
    except PaperError as error:
        raise Refused(_("%(name)s could not be printed.") % {"name": part.name}) from error


def _parts(sent: Sent, language: str) -> list[_Part]:
    """The files of this report. In the other language only what somebody has written in it."""
    found = [_Part(f"report-{language}.pdf", language, donor_pdf, check_pdf)]
    [other] = [each for each in Language.values if each != language]
    if any(getattr(each.section, f"text_{other}").strip() for each in sent.sections):
        found.append(_Part(f"report-{other}.pdf", other, donor_pdf, check_pdf))
    found += [
        _Part("report.xlsx", language, donor_workbook, check_xlsx),
        _Part("report.docx", language, donor_word, check_docx),
    ]
    if not missing_in(sent.report):
        found.append(_Part("iati-activity.xml", language, donor_iati, check_iati))
    return found


def _manifest(sent: Sent, files: dict[str, bytes], checked: dict[str, int]) -> bytes:
    """What is in the pack, with checksums, and how many numbers of each file were compared."""
    frozen = sent.report
    assert frozen.frozen_at is not None
    document: dict[str, Any] = {
        "report": str(frozen.report_id),
        "version": frozen.number,
        "frozen_at": frozen.frozen_at.isoformat(),
        "sha256_of_frozen_rows": frozen.sha256,
        "files": [
            {
                "name": name,
                "bytes": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
                **({"numbers_compared": checked[name]} if name in checked else {}),
            }
            for name, content in files.items()
        ],
        "left_out": [f"IATI: {each}" for each in missing_in(frozen)],
    }
    return json.dumps(document, ensure_ascii=False, indent=2).encode()
