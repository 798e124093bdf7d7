"""Zip archives that are the same bytes whenever they are made: Office files and packs."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO

# The first moment that an archive can name. Nobody reads it there; the files say when they were
# made in words.
NO_TIME = (1980, 1, 1, 0, 0, 0)
PROPERTIES = "docProps/core.xml"
MOMENT = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")


def zipped(files: Mapping[str, bytes]) -> bytes:
    """An archive of these files in their order, without the clock and the machine that made it."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(entry(name), content)
    return out.getvalue()


def entry(name: str) -> zipfile.ZipInfo:
    """A file of an archive, without the clock and the machine that made it."""
    made = zipfile.ZipInfo(name, date_time=NO_TIME)
    made.compress_type = zipfile.ZIP_DEFLATED
    made.create_system = 3
    made.external_attr = 0o644 << 16
    return made


def as_of(office_file: bytes, moment: datetime) -> bytes:
    """A workbook or a Word file that says it was made and changed at this moment."""
    with zipfile.ZipFile(BytesIO(office_file)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    said = f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}".encode()
    if PROPERTIES in files:
        files[PROPERTIES] = MOMENT.sub(rb"\g<1>" + said + rb"\g<3>", files[PROPERTIES])
    return zipped(files)
