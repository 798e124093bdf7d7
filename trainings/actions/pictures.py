"""Uploaded photos and scans, checked and made anew.

What is stored is never the uploaded file: it is decoded and written again as a JPEG.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from core.errors import Refused
from core.reading.bounded import TookTooMuchError, read_in_a_process

MAX_BYTES = 10 * 1024 * 1024
# A photo of 40 million pixels takes half a second and 200 MB; what is known to take longer is
# refused by the head of its file. Somebody waits, and so does a thread of the web server.
SECONDS, MEGABYTES = 2, 768


@dataclass(frozen=True)
class Picture:
    """A clean JPEG, its size in pixels, and the SHA-256 of the file that was uploaded."""

    jpeg: bytes
    width: int
    height: int
    sha256: str


def clean_picture(upload: UploadedFile[Any]) -> Picture:
    """Decode an upload and write it again. Raises Refused, with a reason for the user."""
    if upload.size is None or upload.size > MAX_BYTES:
        raise Refused(
            _("The picture is larger than %(size)s MB.") % {"size": MAX_BYTES // 1024 // 1024},
            field="file",
        )
    content = upload.read()
    try:
        made = read_in_a_process(
            "core.reading.picture", content, seconds=SECONDS, megabytes=MEGABYTES
        )
    except TookTooMuchError as error:
        raise Refused(_unusable(), field="file") from error
    about, _line_end, jpeg = made.partition(b"\n")
    said = json.loads(about)
    if why := said.get("refused"):
        words = {
            "pixels": _("The picture has too many pixels."),
            "scans": _unusable(),
            "no_picture": _("This is not a JPEG, PNG or WebP picture."),
        }
        raise Refused(words[why], field="file")
    return Picture(jpeg, said["width"], said["height"], hashlib.sha256(content).hexdigest())


def _unusable() -> str:
    return _("This picture cannot be taken as it is. Save it anew, and try again.")
