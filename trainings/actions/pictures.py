"""Uploaded photos and scans, checked and made anew.

What is stored is never the uploaded file: it is decoded and written again as a JPEG, which
drops the place and the telephone that a camera writes into it, and anything hidden behind it.
"""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from core.errors import Refused

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
# Enough to read handwriting on a scanned A4 sheet.
LONGEST_SIDE = 2000
# A photo that is sharpened step by step has about ten. Each is decoded over the whole picture.
MOST_SCANS = 100
START_OF_SCAN = b"\xff\xda"
FORMATS = ("JPEG", "PNG", "WEBP")


@dataclass(frozen=True)
class Picture:
    """A clean JPEG, its size in pixels, and the SHA-256 of the file that was uploaded."""

    jpeg: bytes
    width: int
    height: int
    sha256: str


def clean_picture(upload: UploadedFile) -> Picture:
    """Decode an upload and write it again. Raises Refused, with a reason for the user."""
    if upload.size is None or upload.size > MAX_BYTES:
        raise Refused(
            _("The picture is larger than %(size)s MB.") % {"size": MAX_BYTES // 1024 // 1024},
            field="file",
        )
    content = upload.read()
    image = _decoded(content)
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=82, optimize=True)
    return Picture(out.getvalue(), image.width, image.height, hashlib.sha256(content).hexdigest())


def _decoded(content: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            # Pillow only warns of a picture that would fill the memory.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=FORMATS)
            if image.format == "JPEG" and content.count(START_OF_SCAN) > MOST_SCANS:
                raise Refused(
                    _("This picture cannot be taken as it is. Save it anew, and try again."),
                    field="file",
                )
            if image.width * image.height > MAX_PIXELS:
                raise Refused(_("The picture has too many pixels."), field="file")
            # Turned as the camera says, since that note is dropped with the rest.
            return ImageOps.exif_transpose(image).convert("RGB")
    except Refused:
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise Refused(_("The picture has too many pixels."), field="file") from error
    except Exception as error:  # A broken file makes Pillow raise almost anything.
        raise Refused(_("This is not a JPEG, PNG or WebP picture."), field="file") from error
