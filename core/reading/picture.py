"""A picture decoded and written again as a JPEG; run by trainings.actions.pictures in a process of
its own.

The answer is {"width": …, "height": …}, a line end and the JPEG, or {"refused": why} and nothing.
"""

from __future__ import annotations

import json
import warnings
from io import BytesIO

from PIL import Image, ImageOps

from core.reading.bounded import serve

# What the head of a file says is looked at before anything is decoded. The JPEG of a camera is read
# at a part of its size; the others are screens and scans of a page, and are read as a whole.
MAX_PIXELS = 40_000_000
MAX_PIXELS_READ_WHOLE = {"PNG": 16_000_000, "WEBP": 16_000_000}
# A panorama is shorter. A column of single pixels costs far more than a square of as many.
MAX_SIDE = 16_000
# A JPEG that sharpens while it loads has about ten scans, each over the whole picture.
MAX_SCANS, SCAN = 50, b"\xff\xda"
# Enough to read handwriting on a scanned A4 sheet.
LONGEST_SIDE = 2000
FORMATS = ("JPEG", "PNG", "WEBP")


def read(content: bytes) -> bytes:
    """Drops the place and the telephone that a camera writes into it, and what hides behind it."""
    try:
        with warnings.catch_warnings():
            # Pillow only warns of a picture that would fill the memory.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(BytesIO(content), formats=FORMATS)
            if _has_too_many_pixels(image):
                return _refused("pixels")
            # One of several pictures, as telephones make them, calls itself something else.
            if image.format not in MAX_PIXELS_READ_WHOLE and content.count(SCAN) > MAX_SCANS:
                return _refused("scans")
            # A JPEG is decoded at an eighth to the whole of its size, whichever is enough.
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            # Turned as the camera says, since that note is dropped with the rest.
            turned = ImageOps.exif_transpose(image).convert("RGB")
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        return _refused("pixels")
    except MemoryError:
        raise
    except Exception:  # A broken file makes Pillow raise almost anything.
        return _refused("no_picture")
    turned.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = BytesIO()
    turned.save(out, "JPEG", quality=82, optimize=True)
    about = json.dumps({"width": turned.width, "height": turned.height})
    return about.encode() + b"\n" + out.getvalue()


def _has_too_many_pixels(image: Image.Image) -> bool:
    pixels = image.width * image.height
    most = MAX_PIXELS_READ_WHOLE.get(image.format or "", MAX_PIXELS)
    return pixels > most or max(image.size) > MAX_SIDE


def _refused(why: str) -> bytes:
    return json.dumps({"refused": why}).encode()


if __name__ == "__main__":
    serve(read)
